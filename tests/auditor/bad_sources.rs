//! Sources that fail: it is never "fine", and never the log's fault either.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use undersigned::auditor::{AuditError, Report, Verdict};
use undersigned::client::tiles::{FolderTiles, HttpTiles, TileSource};
use undersigned::clock::ManualClock;
use undersigned::protocol::ids::Tree;

use crate::forger::files::Files;
use crate::forger::{Forger, Petition};
use crate::run::{NOW, assert_fine, options, run_in, run_with};

fn signed() -> (Forger, Petition) {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    let signatures = forger.tree(&petition, Tree::Signatures).clone();
    let index = petition.position(1, &signatures);
    let withdrawal = petition.withdrawal(1, index);
    forger.batch(&petition, Tree::Withdrawals, vec![withdrawal]);
    forger.tally(&petition);
    (forger, petition)
}

fn look(source: &dyn TileSource) -> Result<Report, AuditError> {
    let state = tempfile::tempdir().expect("a folder");
    run_with(source, &options(state.path()), NOW)
}

/// Not fine, and nobody is accused of anything.
fn assert_could_not_look(outcome: Result<Report, AuditError>, what: &str) {
    match outcome {
        Err(
            AuditError::Source(_)
            | AuditError::Missing(_)
            | AuditError::Malformed { .. }
            | AuditError::NoKeys,
        ) => {}
        Err(error) => panic!("{what}: {error}"),
        Ok(report) => {
            assert_eq!(report.deviations, [], "{what}");
            assert_ne!(report.unchecked, [], "{what}");
            assert_eq!(report.verdict, Verdict::CouldNotLook, "{what}");
        }
    }
}

fn spoiled(files: &Files, path: &str, bytes: Option<Vec<u8>>) -> Files {
    let mut files = files.clone();
    match bytes {
        Some(bytes) => files.put(path, bytes),
        None => drop(files.0.remove(path)),
    }
    files
}

#[test]
fn every_file_that_is_missing_cut_or_too_long_is_missed() {
    let (forger, _) = signed();
    let files = forger.files();
    assert_fine(&look(&files).expect("an audit"));
    assert_eq!(files.0.len(), 3 + 3 * 3, "journal and three trees");
    for (path, bytes) in &files.0 {
        let huge = vec![b'a'; 20 << 20];
        let outcomes = [
            ("missing", None),
            ("empty", Some(Vec::new())),
            ("cut by one byte", Some(bytes[..bytes.len() - 1].to_vec())),
            ("cut in half", Some(bytes[..bytes.len() / 2].to_vec())),
            ("too long", Some(huge)),
            (
                "not ours",
                Some(b"<!doctype html><title>Hello</title>".to_vec()),
            ),
        ];
        for (what, bytes) in outcomes {
            let outcome = look(&spoiled(&files, path, bytes));
            assert_could_not_look(outcome, &format!("{path} {what}"));
        }
    }
}

#[test]
fn one_byte_too_many_is_missed() {
    let (forger, _) = signed();
    let files = forger.files();
    for (path, bytes) in &files.0 {
        let longer = [&bytes[..], b"\n"].concat();
        assert_could_not_look(look(&spoiled(&files, path, Some(longer))), path);
    }
}

#[test]
fn what_could_be_looked_at_is_not_lost() {
    let (mut forger, petition) = signed();
    let other = Petition::new("other", "a.example", "a.example");
    forger.publish(&other);
    forger.sign(&other, 0..2);
    let files = forger.files();
    let path = format!("{}/signatures/tile/entries/000.p/3", petition.id());
    let state = tempfile::tempdir().expect("a folder");
    let torn = spoiled(&files, &path, None);
    let report = run_in(&torn, state.path(), NOW);
    assert_eq!(report.verdict, Verdict::CouldNotLook);
    let looked: Vec<_> = report
        .unchecked
        .iter()
        .map(|u| (u.petition, u.tree))
        .collect();
    assert_eq!(looked, [(Some(petition.id()), Some(Tree::Signatures))]);
    let count = |report: &Report, petition: &Petition| {
        let mut all = report.petitions.iter();
        all.find(|p| p.petition == petition.id())
            .expect("is there")
            .count
    };
    assert_eq!(count(&report, &other), 2);
    // The next run makes up for it.
    let report = run_in(&files, state.path(), NOW);
    assert_fine(&report);
    assert_eq!(count(&report, &petition), 2);
    assert_eq!(report.work.leaves, 3 + 1);
}

#[test]
fn a_partial_tile_that_has_gone_is_found_in_a_wider_one() {
    // The log grows between the journal's checkpoint and the leaves.
    let (forger, petition) = signed();
    let mut later = forger.clone();
    later.sign(&petition, 3..7);
    let mut grown = later.files();
    for path in ["checkpoint", "tile/entries/000.p/3", "tile/0/000.p/3"] {
        grown.put(path, forger.files().0[path].clone());
    }
    let checkpoints = |tree| format!("{}/{tree}/checkpoint", petition.id());
    let source = Growing {
        now: grown,
        then: later.files(),
        grown: AtomicBool::new(false),
        trigger: checkpoints(Tree::Withdrawals),
    };
    let report = look(&source).expect("an audit");
    assert_fine(&report);
    assert_eq!(report.petitions[0].count, 6);
    // If the journal never confirms the newer trees, that is a deviation.
    let report = look(&source.now).expect("an audit");
    assert_eq!(report.deviations.len(), 2, "{:?}", report.deviations);
    assert_eq!(report.verdict, Verdict::Deviations);
}

/// Serves other files from the moment on that one of them was read.
struct Growing {
    now: Files,
    then: Files,
    grown: AtomicBool,
    trigger: String,
}

impl TileSource for Growing {
    fn read(
        &self,
        log: undersigned::store::LogId,
        file: undersigned::client::tiles::LogFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, undersigned::client::tiles::TileSourceError> {
        let grown = self.grown.load(Ordering::SeqCst);
        if undersigned::client::tiles::path(log, file) == self.trigger {
            self.grown.store(true, Ordering::SeqCst);
        }
        if grown { &self.then } else { &self.now }.read(log, file, limit)
    }

    fn parallel(&self) -> usize {
        1
    }

    fn lag(&self) -> Option<std::time::Duration> {
        Some(std::time::Duration::ZERO)
    }

    fn name(&self) -> String {
        "growing".to_owned()
    }
}

#[test]
fn a_folder_that_is_not_there_is_not_fine() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = FolderTiles::new(folder.path().join("nowhere"));
    assert_could_not_look(look(&source), "no folder");
    std::fs::write(folder.path().join("file"), "x").expect("writes");
    let source = FolderTiles::new(folder.path().join("file"));
    assert_could_not_look(look(&source), "a file");
}

/// What a server does with a request for a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// Answers with this status, so many times.
    Status(u16, u64),
    /// Promises more bytes than it sends.
    Truncates,
    /// Sends as many zeroes, compressed to little.
    Bomb(usize),
    /// Closes without an answer.
    HangsUp,
}

/// A small HTTP server over files, with faults by path.
struct Server {
    url: String,
    requests: Arc<AtomicU64>,
    compressed: Arc<AtomicBool>,
}

impl Server {
    fn start(files: Files, faults: BTreeMap<String, Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (requests, compressed) = (Arc::default(), Arc::default());
        let server = Self {
            url,
            requests: Arc::clone(&requests),
            compressed: Arc::clone(&compressed),
        };
        let shared = Arc::new((files, Mutex::new(faults), requests, compressed));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    let (files, faults, requests, compressed) = &*shared;
                    // The client hangs up when it has what it wants.
                    let _ = answer(stream, files, faults, requests, compressed);
                });
            }
        });
        server
    }

    fn look(&self) -> Result<Report, AuditError> {
        let clock = Arc::new(ManualClock::new(NOW, 2));
        let source = HttpTiles::new(&self.url, clock).expect("an address");
        look(&source)
    }
}

fn answer(
    stream: TcpStream,
    files: &Files,
    faults: &Mutex<BTreeMap<String, Fault>>,
    requests: &AtomicU64,
    compressed: &AtomicBool,
) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    while let Some(request) = lines.next() {
        let request = request?;
        let path = request.split(' ').nth(1).unwrap_or("/")[1..].to_owned();
        let mut gzip = false;
        for header in lines.by_ref() {
            let header = header?.to_ascii_lowercase();
            gzip |= header.starts_with("accept-encoding:") && header.contains("gzip");
            if header.is_empty() {
                break;
            }
        }
        requests.fetch_add(1, Ordering::SeqCst);
        let fault = {
            let mut faults = faults.lock().expect("no holder panics");
            let fault = faults.get(&path).cloned();
            if let Some(Fault::Status(_, times)) = faults.get_mut(&path) {
                *times = times.saturating_sub(1);
            }
            fault
        };
        let body = files.0.get(&path);
        let (status, body) = match (&fault, body) {
            (Some(Fault::HangsUp), _) => return Ok(()),
            (Some(Fault::Status(status, times)), _) if *times > 0 => (*status, &b"busy"[..]),
            (_, Some(body)) => (200, &body[..]),
            (_, None) => (404, &b"no such file"[..]),
        };
        let mut sent = body.to_vec();
        if let Some(Fault::Bomb(length)) = fault {
            sent = vec![0; length];
        }
        let mut head = format!("HTTP/1.1 {status} Whatever\r\n");
        if gzip {
            let mut encoder = flate2::read::GzEncoder::new(&sent[..], flate2::Compression::fast());
            let mut packed = Vec::new();
            encoder.read_to_end(&mut packed)?;
            sent = packed;
            head.push_str("content-encoding: gzip\r\n");
            compressed.store(true, Ordering::SeqCst);
        }
        let length = sent.len();
        if fault == Some(Fault::Truncates) {
            sent.truncate(length / 2);
        }
        write!(out, "{head}content-length: {length}\r\n\r\n")?;
        out.write_all(&sent)?;
        out.flush()?;
        if fault == Some(Fault::Truncates) {
            return Ok(());
        }
    }
    Ok(())
}

#[test]
fn an_instance_is_read_over_http_compressed() {
    let (mut forger, petition) = signed();
    let roll = (100..700).map(|n| petition.roll(n)).collect();
    forger.batch(&petition, Tree::Roll, roll);
    forger.tally(&petition);
    let files = forger.files();
    let server = Server::start(files.clone(), BTreeMap::new());
    let report = server.look().expect("an audit");
    assert_fine(&report);
    assert_eq!(report.source, server.url);
    assert_eq!(report.petitions[0].totals.roll, 603);
    assert!(
        server.compressed.load(Ordering::SeqCst),
        "the client takes gzip"
    );
    let bytes: usize = files.0.values().map(Vec::len).sum();
    assert!(
        report.work.bytes >= bytes as u64,
        "bytes are counted as read"
    );
}

#[test]
fn errors_that_pass_are_waited_out() {
    let (forger, petition) = signed();
    let id = petition.id();
    let faults = BTreeMap::from([
        ("checkpoint".to_owned(), Fault::Status(503, 1)),
        (
            format!("{id}/roll/tile/entries/000.p/3"),
            Fault::Status(500, 2),
        ),
        (format!("{id}/roll/checkpoint"), Fault::Status(429, 1)),
    ]);
    let server = Server::start(forger.files(), faults);
    assert_fine(&server.look().expect("an audit"));
    assert!(server.requests.load(Ordering::SeqCst) >= 12 + 4);
}

#[test]
fn errors_that_stay_are_no_verdict() {
    let (forger, petition) = signed();
    let files = forger.files();
    let id = petition.id();
    let leaves = format!("{id}/signatures/tile/entries/000.p/3");
    let faults = [
        ("checkpoint".to_owned(), Fault::Status(500, u64::MAX)),
        ("checkpoint".to_owned(), Fault::Status(403, u64::MAX)),
        ("tile/entries/000.p/3".to_owned(), Fault::Truncates),
        (leaves.clone(), Fault::Status(500, u64::MAX)),
        (leaves.clone(), Fault::Truncates),
        (leaves.clone(), Fault::HangsUp),
        (leaves, Fault::Bomb(100 << 20)),
        (format!("{id}/roll/tile/0/000.p/3"), Fault::Bomb(1 << 20)),
        ("checkpoint".to_owned(), Fault::Bomb(100 << 20)),
    ];
    for (path, fault) in faults {
        let what = format!("{path} {fault:?}");
        let server = Server::start(files.clone(), BTreeMap::from([(path, fault)]));
        assert_could_not_look(server.look(), &what);
    }
}

#[test]
fn a_server_that_is_not_there_is_not_fine() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let clock = Arc::new(ManualClock::new(NOW, 2));
    let source = HttpTiles::new(&url, clock).expect("an address");
    assert_could_not_look(look(&source), "nobody listens");
}
