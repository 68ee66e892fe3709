//! Log files, to the letter of tlog-tiles; checked with foreign code, too.

use std::io::Read as _;

use undersigned::api::problem::Kind;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::statement::Statement;
use undersigned::tlog::bundle;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::note::{Note, VerifierKey};
use undersigned::tlog::proof;
use undersigned::tlog::size::TreeSize;
use undersigned::tlog::tile::{Level, Tile, TileHashes, TilePath, TileReader, tiles};

use crate::site::{Answer, Site};

async fn checkpoint(site: &Site, prefix: &str, keys: &[&VerifierKey]) -> Checkpoint {
    let answer = site.get_file(&format!("{prefix}/checkpoint")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let note = Note::parse(&answer.body).expect("a note");
    for key in keys {
        note.verify(&[key]).expect("signed by each");
    }
    Checkpoint::parse(note.text()).expect("a checkpoint")
}

async fn tile(site: &Site, prefix: &str, path: &TilePath) -> Answer {
    let answer = site.get_file(&format!("{prefix}/{path}")).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(
        answer.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    answer
}

/// Tiles fetched before.
struct Fetched(std::collections::BTreeMap<TilePath, Tile>);

impl TileReader for Fetched {
    type Error = TilePath;

    fn read_tiles(&self, tiles: &[TilePath]) -> Result<Vec<Tile>, TilePath> {
        tiles
            .iter()
            .map(|path| self.0.get(path).cloned().ok_or(*path))
            .collect()
    }
}

/// Fetch a whole log; its entries hash to its tiles, and these to its checkpoint.
async fn fetch(site: &Site, prefix: &str, keys: &[&VerifierKey]) -> Vec<Vec<u8>> {
    let checkpoint = checkpoint(site, prefix, keys).await;
    let mut entries = Vec::new();
    let mut hashes = std::collections::BTreeMap::new();
    for path in tiles(checkpoint.size) {
        let answer = tile(site, prefix, &path).await;
        match path.level {
            Level::Entries => {
                let bundle = bundle::parse(&answer.body, path.width).expect("a bundle");
                entries.extend(bundle.into_iter().map(<[u8]>::to_vec));
            }
            Level::Hashes(_) => {
                let tile = Tile::parse(&answer.body, path.width).expect("a tile");
                hashes.insert(path, tile);
            }
        }
    }
    assert_eq!(entries.len() as u64, checkpoint.size.0);
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    for (path, tile) in hashes
        .iter()
        .filter(|(path, _)| path.level == Level::Hashes(0))
    {
        let first = usize::try_from(path.index * 256).expect("small");
        assert_eq!(tile.hashes(), &leaves[first..first + tile.hashes().len()]);
    }
    let reader = TileHashes::new(checkpoint.size, Fetched(hashes));
    assert_eq!(
        proof::root(checkpoint.size, &reader).expect("all tiles"),
        checkpoint.root
    );
    entries
}

#[tokio::test]
async fn the_journal_and_the_trees_can_be_mirrored() {
    let site = Site::new().await;
    for range in [0..1, 1..64, 64..300] {
        site.sign(range).await;
        site.publish_all().await;
    }
    let keys = site.server.instance().keys.vkeys();
    let journal = fetch(&site, "", &[&keys[0], &keys[1]]).await;
    assert_eq!(journal.len(), 4);
    let statements: Vec<Statement> = journal
        .iter()
        .map(|entry| Statement::parse(entry).expect("a statement"))
        .collect();
    assert!(matches!(statements[0], Statement::Published(..)));
    let Statement::Tally(tally) = &statements[3] else {
        panic!("a tally")
    };
    let petition = site.petition();
    for tree in [Tree::Roll, Tree::Signatures] {
        let prefix = format!("/{}/{tree}", site.id);
        let vkey = petition.manifest.tree_vkey(tree);
        let signed = checkpoint(&site, &prefix, &[&vkey]).await;
        // An origin is its monitoring prefix, too.
        assert_eq!(signed.origin, format!("{}{prefix}", crate::support::ORIGIN));
        let head = tally.head(tree).expect("listed");
        assert_eq!((signed.size.0, signed.root), (head.size, head.root));
        let leaves = fetch(&site, &prefix, &[&vkey]).await;
        assert_eq!(leaves.len(), 300);
        assert!(leaves.iter().all(|leaf| leaf.len() == tree.leaf_len()));
    }
    for tree in [Tree::Strikes, Tree::Withdrawals] {
        let path = format!("/{}/{tree}/checkpoint", site.id);
        site.get_file(&path).await.refused(404, Kind::NotFound);
    }
}

/// Files fetched before, as the foreign crate reads them.
struct Foreign(std::collections::BTreeMap<String, Vec<u8>>);

impl tlog_tiles::TileReader for Foreign {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        // It names the tile height in its paths, tlog-tiles does not.
        let name = |tile: &tlog_tiles::Tile| tile.path().replacen("tile/8/", "tile/", 1);
        Ok(tiles
            .iter()
            .map(|tile| self.0[&name(tile)].clone())
            .collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[tokio::test]
async fn foreign_code_proves_from_our_tiles() {
    let site = Site::new().await;
    let leaves = site.sign(0..300).await;
    site.publish_all().await;
    let prefix = format!("/{}/signatures", site.id);
    let answer = site.get_file(&format!("{prefix}/checkpoint")).await;
    let (text, _) = answer
        .body
        .split_at(answer.text().find("\n\n").expect("a note") + 1);
    let signed = tlog_tiles::Checkpoint::from_bytes(text).expect("a checkpoint");
    assert_eq!(signed.size(), 300);
    let mut files = std::collections::BTreeMap::new();
    for path in tiles(TreeSize(300)).filter(|path| path.level != Level::Entries) {
        files.insert(path.to_string(), tile(&site, &prefix, &path).await.body);
    }
    let files = Foreign(files);
    let root = *signed.hash();
    let reader = tlog_tiles::TileHashReader::new(300, root, &files);
    for leaf in &leaves {
        let promise = site.of(&format!("/promises/{}", hex::encode(leaf_hash(leaf).0)));
        let promised: undersigned::api::Promised = site.get(&promise).await.json();
        let index = promised.index.expect("published");
        let proof = tlog_tiles::prove_record(300, index, &reader).expect("a proof");
        let hash = tlog_tiles::record_hash(leaf);
        tlog_tiles::check_record(&proof, 300, root, index, hash).expect("it holds");
    }
}

#[tokio::test]
async fn any_published_width_and_none_beyond() {
    let site = Site::new().await;
    site.sign(0..300).await;
    site.publish_all().await;
    let prefix = format!("/{}/signatures", site.id);
    let full = tile(&site, &prefix, &TilePath::full(Level::Hashes(0), 0))
        .await
        .body;
    assert_eq!(full.len(), 8192);
    for width in [1_u16, 17, 255] {
        let path = TilePath {
            level: Level::Hashes(0),
            index: 0,
            width,
        };
        let partial = tile(&site, &prefix, &path).await.body;
        assert_eq!(partial, full[..usize::from(width) * 32]);
    }
    for present in [
        "tile/0/001.p/44",
        "tile/0/001.p/1",
        "tile/entries/001.p/44",
        "tile/1/000.p/1",
    ] {
        let answer = site.get_file(&format!("{prefix}/{present}")).await;
        assert_eq!(answer.status, 200, "{present}");
    }
    for absent in [
        "tile/0/001",
        "tile/0/001.p/45",
        "tile/0/002.p/1",
        "tile/1/000",
        "tile/1/000.p/2",
        "tile/2/000.p/1",
        "tile/63/000.p/1",
        "tile/64/000.p/1",
        "tile/entries/001.p/45",
        "tile/entries/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/0",
        "tile/00/000",
        "tile/0/x000/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/data/000",
        "tile/",
        "tile/0",
        "checkpoint/",
        "tile/0/000/",
        "tile/0/%30%30%30x",
    ] {
        site.get_file(&format!("{prefix}/{absent}"))
            .await
            .refused(404, Kind::NotFound);
    }
    let other = format!("/{}/signatures/checkpoint", "0".repeat(64));
    site.get_file(&other)
        .await
        .refused(404, Kind::UnknownPetition);
    site.get_file(&format!("/{}/leaves/checkpoint", site.id))
        .await
        .refused(404, Kind::NotFound);
}

#[tokio::test]
async fn bundles_are_compressed_for_those_who_can_read_them() {
    let site = Site::new().await;
    let plain = site.get_file("/tile/entries/000.p/1").await;
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("vary"), "accept-encoding");
    let request = site.http.get(site.url("/tile/entries/000.p/1"));
    let request = request.header("accept-encoding", "gzip, identity");
    // By hand: the client must not unpack it.
    let raw = reqwest::Client::builder()
        .no_gzip()
        .no_proxy()
        .build()
        .expect("a client");
    let request = request.build().expect("a request");
    let response = raw.execute(request).await.expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(response.headers()["vary"], "accept-encoding");
    assert_ne!(response.headers()["etag"], plain.header("etag"));
    let packed = response.bytes().await.expect("all of it");
    assert!(packed.len() < plain.body.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_end(&mut unpacked)
        .expect("gzip");
    assert_eq!(unpacked, plain.body);
}

#[tokio::test]
async fn a_log_without_entries_has_no_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = std::sync::Arc::new(undersigned::clock::ManualClock::new(
        crate::support::OPENS,
        9,
    ));
    let config = undersigned::config::Config {
        listen: ([127, 0, 0, 1], 0).into(),
        data: folder.path().to_owned(),
        ..Default::default()
    };
    let store = std::sync::Arc::new(undersigned::store::MemoryStore::new());
    let server = undersigned::http::Server::builder(config, clock)
        .store(store)
        .quiet();
    let server = server.start().await.expect("it starts");
    let url = format!("http://{}", server.addr());
    for path in ["/checkpoint", "/tile/entries/000.p/1", "/tile/0/000.p/1"] {
        let answer = reqwest::get(format!("{url}{path}"))
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn files_are_not_sent_twice() {
    let site = Site::new().await;
    site.sign(0..3).await;
    site.publish_all().await;
    for path in [
        "/checkpoint".to_owned(),
        "/tile/0/000.p/2".to_owned(),
        "/tile/entries/000.p/2".to_owned(),
        format!("/{}/roll/checkpoint", site.id),
        format!("/{}/roll/tile/entries/000.p/3", site.id),
    ] {
        let first = site.get_file(&path).await;
        assert_eq!(first.status, 200, "{path}");
        let tag = first.header("etag");
        let request = site.http.get(site.url(&path)).header("if-none-match", tag);
        let again = site.send(request).await;
        assert_eq!(
            (again.status.as_u16(), again.body.len()),
            (304, 0),
            "{path}"
        );
        assert_eq!(again.header("cache-control"), first.header("cache-control"));
        let head = site.send(site.http.head(site.url(&path))).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-length"), first.body.len().to_string());
        assert_eq!(head.header("content-type"), first.header("content-type"));
        assert_eq!(head.header("etag"), tag);
    }
    // A checkpoint that changed is sent.
    let before = site.get_file("/checkpoint").await;
    site.sign(3..4).await;
    site.publish_all().await;
    let tag = before.header("etag");
    let request = site
        .http
        .get(site.url("/checkpoint"))
        .header("if-none-match", tag);
    let after = site.send(request).await;
    assert_eq!(after.status, 200);
    assert_ne!(after.body, before.body);
}
