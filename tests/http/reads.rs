//! What anyone may read through the JSON API.

use serde_json::{Value, json};
use undersigned::api::problem::Kind;
use undersigned::api::{Consistency, Count, Health, Page, Petition, PromiseState, TallyEntry};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::{InclusionProof, JournaledTally};
use undersigned::protocol::manifest::{Manifest, Publication};
use undersigned::protocol::statement;
use undersigned::protocol::tally::Tally;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::policy::Policy;
use undersigned::tlog::proof::verify_consistency;
use undersigned::tlog::size::TreeSize;

use crate::site::Site;
use crate::support::{DAY, OPENS, ORIGIN, organiser, terms};

fn policy(site: &Site) -> Policy {
    Policy::of_logs(site.server.instance().keys.vkeys())
}

#[tokio::test]
async fn health_names_the_instance() {
    let site = Site::new().await;
    let health: Health = site.get("/health").await.json();
    assert_eq!(
        (health.status.as_str(), health.origin.as_str()),
        ("ok", ORIGIN)
    );
    assert_eq!(health.journal, 1);
    let vkeys: Vec<String> = site
        .server
        .instance()
        .keys
        .vkeys()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(health.vkeys, vkeys);
}

#[tokio::test]
async fn petitions_are_listed_in_pages() {
    let site = Site::new().await;
    let mut ids = vec![site.id.to_string()];
    for _ in 0..4 {
        let instance = site.server.instance();
        let terms = terms(
            &instance.keys,
            &instance.petition_keys,
            Publication::Batched,
        );
        let manifest = Manifest::new(&terms).expect("a manifest");
        let note = statement::sign(&statement::published(&manifest), &organiser());
        let note = String::from_utf8(note.expect("text")).expect("text");
        site.post("/statements", &json!({ "note": note }))
            .await
            .json::<Value>();
        ids.push(manifest.id().to_string());
    }
    let all: Page<Petition> = site.get("/petitions").await.json();
    assert_eq!(
        all.items.iter().map(|p| p.id.clone()).collect::<Vec<_>>(),
        ids
    );
    assert!(all.next.is_none());
    let mut paged = Vec::new();
    let mut after = String::new();
    loop {
        let page: Page<Petition> = site.get(&format!("/petitions?limit=2{after}")).await.json();
        assert!(page.items.len() <= 2);
        paged.extend(page.items.into_iter().map(|p| p.id));
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
    }
    assert_eq!(paged, ids);
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "after=x",
        "after=-1",
        "unknown=1",
        "limit=1&limit=2",
    ] {
        site.get(&format!("/petitions?{query}"))
            .await
            .refused(400, Kind::Malformed);
    }
}

#[tokio::test]
async fn a_petition_at_a_glance_and_its_manifest() {
    let site = Site::new().await;
    let petition: Petition = site.get(&site.of("")).await.json();
    assert_eq!(petition.id, site.id.to_string());
    assert_eq!(petition.phase, "open");
    assert_eq!(petition.publication, "batched");
    assert_eq!((petition.opens, petition.goal), (OPENS, Some(1000)));
    let manifest = site.get(&site.of("/manifest")).await;
    assert_eq!(manifest.body, site.petition().manifest.bytes());
    // The bytes never change; whether a law lets them be shown can.
    assert_eq!(manifest.header("cache-control"), "public, max-age=60");
    for (days, phase) in [(31, "closing"), (3, "closed")] {
        site.clock.advance(days * DAY);
        let petition: Petition = site.get(&site.of("")).await.json();
        assert_eq!(petition.phase, phase);
    }
    let unknown = format!("/petitions/{}", "f".repeat(64));
    site.get(&unknown).await.refused(404, Kind::UnknownPetition);
    site.get(&format!("/petitions/{}", "F".repeat(64)))
        .await
        .refused(404, Kind::NotFound);
    site.get("/petitions/%ff")
        .await
        .refused(400, Kind::Malformed);
}

#[tokio::test]
async fn the_count_can_be_verified() {
    let site = Site::new().await;
    let before: Count = site.get(&site.of("/count")).await.json();
    assert_eq!((before.count, before.ceiling, before.waiting), (0, 0, 0));
    assert!(before.tally.is_none() && before.proof.is_none() && before.as_of.is_none());
    site.sign(0..5).await;
    let waiting: Count = site.get(&site.of("/count")).await.json();
    assert_eq!(
        (waiting.count, waiting.waiting),
        (0, 5),
        "what waits is not counted"
    );
    site.clock.advance(3600);
    site.publish_due().await;
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!((count.count, count.ceiling, count.waiting), (5, 5, 0));
    let journaled = JournaledTally {
        tally: count.tally.expect("a tally"),
        proof: count.proof.expect("a proof"),
    };
    let petition = site.petition();
    let verified = journaled.verify(&petition.manifest, Tree::Signatures, &policy(&site));
    let verified = verified.expect("the proof holds");
    assert_eq!(verified.tally().totals().count(), 5);
    assert_eq!(count.as_of, Some(OPENS + 3600));
    for state in count.trees {
        let head = verified.tally().head(state.tree).expect("listed");
        assert_eq!((state.size, state.root), (head.size, head.root));
    }
}

#[tokio::test]
async fn proofs_by_index_and_by_hash() {
    let site = Site::new().await;
    let leaves = site.sign(0..70).await;
    site.publish_all().await;
    let petition = site.petition();
    let mut seen = vec![false; leaves.len()];
    for leaf in &leaves {
        let hash = hex::encode(leaf_hash(leaf).0);
        let by_hash: InclusionProof = site
            .get(&site.of(&format!("/trees/signatures/proof?leaf={hash}")))
            .await
            .json();
        let included = by_hash
            .verify(&petition.manifest, &policy(&site))
            .expect("it holds");
        assert_eq!(by_hash.leaf, *leaf);
        let index = included.index;
        let by_index: InclusionProof = site
            .get(&site.of(&format!("/trees/signatures/proof?index={index}")))
            .await
            .json();
        assert_eq!(by_hash, by_index);
        seen[usize::try_from(index).expect("small")] = true;
        let promised: undersigned::api::Promised = site
            .get(&site.of(&format!("/promises/{hash}")))
            .await
            .json();
        assert_eq!(
            (promised.state, promised.index),
            (PromiseState::Published, Some(index))
        );
    }
    assert!(seen.iter().all(|seen| *seen));
    let roll: InclusionProof = site
        .get(&site.of("/trees/roll/proof?index=69"))
        .await
        .json();
    roll.verify(&petition.manifest, &policy(&site))
        .expect("it holds");
    for (rest, status, kind) in [
        ("signatures/proof?index=70", 404, Kind::NotFound),
        (
            "signatures/proof?index=18446744073709551615",
            404,
            Kind::NotFound,
        ),
        ("strikes/proof?index=0", 404, Kind::NotFound),
        ("signatures/proof", 400, Kind::Malformed),
        ("signatures/proof?index=-1", 400, Kind::Malformed),
        ("signatures/proof?index=1&leaf=00", 400, Kind::Malformed),
        ("signatures/proof?leaf=00", 400, Kind::Malformed),
        ("signatures/proof?index=1&more=2", 400, Kind::Malformed),
        ("branches/proof?index=1", 404, Kind::NotFound),
    ] {
        site.get(&site.of(&format!("/trees/{rest}")))
            .await
            .refused(status, kind);
    }
    let absent = "0".repeat(64);
    site.get(&site.of(&format!("/trees/signatures/proof?leaf={absent}")))
        .await
        .refused(404, Kind::NotFound);
}

#[tokio::test]
async fn consistency_and_tallies() {
    let site = Site::new().await;
    for n in 0..4 {
        site.sign(n * 3..n * 3 + 3).await;
        site.clock.advance(60);
        site.publish_all().await;
    }
    let consistency: Consistency = site
        .get(&site.of("/trees/signatures/consistency?from=3&to=12"))
        .await
        .json();
    verify_consistency(
        TreeSize(consistency.from.size),
        &consistency.from.root,
        TreeSize(consistency.to.size),
        &consistency.to.root,
        &consistency.path,
    )
    .expect("it only grew");
    for (query, kind) in [
        ("from=4&to=3", Kind::Malformed),
        ("from=0&to=13", Kind::Malformed),
        ("from=0", Kind::Malformed),
        ("from=x&to=1", Kind::Malformed),
    ] {
        let path = site.of(&format!("/trees/signatures/consistency?{query}"));
        site.get(&path).await.refused(400, kind);
    }
    let all: Page<TallyEntry> = site.get(&site.of("/tallies")).await.json();
    assert_eq!(all.items.len(), 4);
    let sizes: Vec<u64> = all
        .items
        .iter()
        .map(|entry| {
            Tally::parse(&entry.tally)
                .expect("a tally")
                .totals()
                .signatures
        })
        .collect();
    assert_eq!(sizes, [3, 6, 9, 12]);
    let first: Page<TallyEntry> = site.get(&site.of("/tallies?limit=3")).await.json();
    let next = first.next.expect("one more");
    let last: Page<TallyEntry> = site
        .get(&site.of(&format!("/tallies?limit=3&after={next}")))
        .await
        .json();
    assert_eq!(last.items.len(), 1);
    assert_eq!(last.items[0].index, all.items[3].index);
    assert!(last.next.is_none());
}

#[tokio::test]
async fn what_may_be_cached_is_not_sent_twice() {
    let site = Site::new().await;
    site.sign(0..3).await;
    site.publish_all().await;
    for path in [
        "/health".to_owned(),
        "/petitions".to_owned(),
        "/openapi.json".to_owned(),
        site.of(""),
        site.of("/manifest"),
        site.of("/count"),
        site.of("/tallies"),
        site.of("/attestations"),
        site.of("/trees/signatures/proof?index=0"),
        site.of("/trees/signatures/consistency?from=1&to=3"),
    ] {
        let first = site.get(&path).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"'), "{path}");
        assert!(!first.header("cache-control").is_empty(), "{path}");
        for tags in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"other\", {tag}"),
            "*".to_owned(),
        ] {
            let request = site.http.get(site.api(&path)).header("if-none-match", tags);
            let again = site.send(request).await;
            assert_eq!(again.status, 304, "{path}");
            assert!(again.body.is_empty());
            assert_eq!(again.header("etag"), tag);
            assert_eq!(again.header("cache-control"), first.header("cache-control"));
        }
        let other = site
            .http
            .get(site.api(&path))
            .header("if-none-match", "\"other\"");
        assert_eq!(site.send(other).await.body, first.body, "{path}");
        let head = site.send(site.http.head(site.api(&path))).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("etag"), tag);
        assert_eq!(head.header("content-length"), first.body.len().to_string());
    }
}
