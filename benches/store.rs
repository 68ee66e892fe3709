//! The embedded store: durable appends, publication, bytes on disk.
//!
//! `cargo bench --bench store`. With `UNDERSIGNED_BENCH_SIGNATURES=10000000` it also
//! grows petitions to that size and prints rate, memory and disk on the way: once with
//! signatures alone, as a ledger does, and once with roll entries and records, too.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::ItemsCount;
use tempfile::TempDir;
use undersigned::clock::SystemClock;
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{PetitionSignature, RollEntry};
use undersigned::store::disk::{DiskStore, Limits, Options};
use undersigned::store::{Change, Epoch, LogId, SignedHead, Space, Store, Waiting};

const P: PetitionId = PetitionId([1; 32]);

fn main() {
    divan::main();
    bytes_on_disk(100_000);
    if let Some(count) = std::env::var("UNDERSIGNED_BENCH_SIGNATURES")
        .ok()
        .and_then(|count| count.parse().ok())
    {
        println!("\nsignatures alone");
        grow(count, signature);
        println!("\na roll entry, a 200-byte record and a signature for each signer");
        grow(count, |n| {
            let mut change = roll(n);
            change.accept.extend(signature(n).accept);
            change
        });
    }
}

struct Site {
    store: DiskStore,
    epoch: Epoch,
    next: u64,
    folder: TempDir,
}

fn bytes<const N: usize>(label: u8, n: u64) -> [u8; N] {
    let mut out = [0; N];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[label]).update(&n.to_be_bytes());
    hasher.finalize_xof().fill(&mut out);
    out
}

fn signature(n: u64) -> Change {
    let leaf = PetitionSignature {
        pk: bytes(1, n),
        commitment: bytes(2, n),
        authenticator: bytes(3, n),
    };
    accept(Tree::Signatures, leaf.to_bytes())
}

/// A roll entry with a record beside it, as the registrar writes one.
fn roll(n: u64) -> Change {
    let leaf = RollEntry {
        tag: bytes(4, n),
        commitment: bytes(5, n),
    };
    let mut change = accept(Tree::Roll, leaf.to_bytes());
    let record = (Space("bench"), bytes::<32>(6, n).to_vec(), vec![7; 200]);
    change.put.push(record);
    change
}

fn accept(tree: Tree, leaf: Vec<u8>) -> Change {
    Change {
        accept: vec![(P, tree, Waiting::new(leaf, 1_700_000_000))],
        ..Change::default()
    }
}

impl Site {
    fn new() -> Self {
        Self::with_recent(Limits::default().recent_entries)
    }

    fn with_recent(recent_entries: usize) -> Self {
        // Not in /tmp, which may be memory.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let mut options = Options::new(folder.path().join("data"), Arc::new(SystemClock));
        options.limits.recent_entries = recent_entries;
        let store = DiskStore::open(&options).expect("a store");
        let epoch = store.take_lease().expect("a lease");
        Self {
            store,
            epoch,
            next: 0,
            folder,
        }
    }

    fn changes(&mut self, count: u64, change: impl Fn(u64) -> Change) -> Vec<Change> {
        let from = self.next;
        self.next += count;
        (from..self.next).map(change).collect()
    }

    fn commit(&self, changes: Vec<Change>) {
        for verdict in self.store.commit(self.epoch, changes).expect("a commit") {
            verdict.expect("a new leaf");
        }
    }

    fn publish(&self) {
        let mut heads = Vec::new();
        for tree in [Tree::Roll, Tree::Signatures] {
            let mut waiting = self.store.waiting(P, tree, 65_536).expect("waiting");
            if waiting.is_empty() {
                continue;
            }
            waiting.sort_unstable_by_key(|w| w.hash);
            let leaves: Vec<Vec<u8>> = waiting.into_iter().map(|w| w.leaf).collect();
            let log = LogId::Tree(P, tree);
            heads.push((
                log,
                self.store.stage(self.epoch, log, &leaves).expect("staging"),
            ));
        }
        let tally = vec![b't'; 400];
        let log = LogId::Journal;
        heads.push((
            log,
            self.store
                .stage(self.epoch, log, &[tally])
                .expect("staging"),
        ));
        let signed = heads.into_iter().map(|(log, head)| {
            let checkpoint = vec![b'c'; 300];
            (log, SignedHead { head, checkpoint })
        });
        self.store
            .publish(self.epoch, signed.collect())
            .expect("publication");
    }
}

/// Unique signatures made durable, at three batch sizes.
#[divan::bench(args = [1, 64, 1024], max_time = Duration::from_secs(10))]
fn commit(bencher: Bencher<'_, '_>, batch: u64) {
    let mut site = Site::new();
    let site = std::cell::RefCell::new(&mut site);
    bencher
        .counter(ItemsCount::new(batch))
        .with_inputs(|| {
            let mut site = site.borrow_mut();
            if site.next.is_multiple_of(1 << 16) {
                site.publish();
            }
            site.changes(batch, signature)
        })
        .bench_local_values(|changes| site.borrow().commit(changes));
}

/// Waiting signatures published, with a tally in the journal.
#[divan::bench(args = [64, 1024, 16_384, 65_536], sample_count = 10, sample_size = 1)]
fn publish(bencher: Bencher<'_, '_>, batch: u64) {
    let mut site = Site::new();
    let site = std::cell::RefCell::new(&mut site);
    bencher
        .counter(ItemsCount::new(batch))
        .with_inputs(|| {
            let mut site = site.borrow_mut();
            let mut changes = site.changes(batch, signature);
            while !changes.is_empty() {
                let rest = changes.split_off(changes.len().min(4096));
                site.commit(changes);
                changes = rest;
            }
        })
        .bench_local_values(|()| site.borrow().publish());
}

fn size(path: &Path) -> u64 {
    let Ok(metadata) = path.symlink_metadata() else {
        return 0;
    };
    if !metadata.is_dir() {
        use std::os::unix::fs::MetadataExt as _;
        return metadata.blocks() * 512;
    }
    let entries = path.read_dir().expect("a folder");
    entries
        .map(|entry| size(&entry.expect("an entry").path()))
        .sum()
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    kib.unwrap_or(0u64) >> 10
}

/// What one signature and one roll entry take on disk, by folder.
fn bytes_on_disk(count: u64) {
    for (name, change, bytes) in [
        ("signatures", signature as fn(u64) -> Change, 322 + 32),
        ("roll entries with a 200-byte record", roll, 66 + 32),
    ] {
        // So few would stay in memory.
        let mut site = Site::with_recent(1 << 14);
        while site.next < count {
            let changes = site.changes(1024.min(count - site.next), change);
            site.commit(changes);
            if site.next.is_multiple_of(16_384) || site.next == count {
                site.publish();
            }
        }
        let Site { store, folder, .. } = site;
        drop(store);
        println!("\nbytes on disk for each of {count} {name}, leaf and hash {bytes}:");
        for part in [
            "",
            "logs",
            "index",
            "sled",
            "state",
            "waiting",
            "publications.log",
        ] {
            let tenths = size(&folder.path().join("data").join(part)) * 10 / count;
            let label = if part.is_empty() { "all" } else { part };
            println!("{label:>18} {:6}.{}", tenths / 10, tenths % 10);
        }
    }
}

/// Processor time of this process in milliseconds: on a shared machine it holds better
/// than the clock.
fn processor() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let ticks = fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok());
    ticks.sum::<u64>() * 10
}

/// One petition growing.
fn grow(count: u64, change: impl Fn(u64) -> Change + Copy) {
    println!(
        "   signers   per second   µs of processor each   MiB resident   MiB on disk   slowest commit ms"
    );
    let mut site = Site::new();
    let (mut started, mut before, mut worked) = (Instant::now(), 0, processor());
    let mut slowest = Duration::ZERO;
    while site.next < count {
        let changes = site.changes(1024, change);
        let began = Instant::now();
        site.commit(changes);
        slowest = slowest.max(began.elapsed());
        if site.next.is_multiple_of(32_768) {
            site.publish();
        }
        if site.next.is_multiple_of(1 << 19) || site.next >= count {
            let done = site.next - before;
            let milliseconds = u64::try_from(started.elapsed().as_millis()).expect("not so long");
            println!(
                "{:>10} {:>12} {:>22} {:>14} {:>13} {:>19}",
                site.next,
                done * 1000 / milliseconds.max(1),
                (processor() - worked) * 1000 / done,
                resident(),
                size(&site.folder.path().join("data")) >> 20,
                slowest.as_millis()
            );
            (started, before, worked) = (Instant::now(), site.next, processor());
            slowest = Duration::ZERO;
        }
    }
    let Site { store, folder, .. } = site;
    drop(store);
    let began = Instant::now();
    let options = Options::new(folder.path().join("data"), Arc::new(SystemClock));
    drop(DiskStore::open(&options).expect("it opens again"));
    println!("opened again in {:.1} s", began.elapsed().as_secs_f64());
}
