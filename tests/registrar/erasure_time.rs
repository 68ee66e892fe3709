//! How long erasing takes with many records. Prints figures, asserts only what came of it:
//! `cargo test --test registrar erasure_time -- --nocapture`; `ERASURE_RECORDS=100000` for
//! as many.

use std::time::{Duration, Instant};

use undersigned::store::{Change, Space, Store as _};

use crate::world::{DAY, Setup, World};

const SPACES: [&str; 2] = ["registrar/vault", "registrar/subscriptions"];
/// What a sealed envelope has, about.
const RECORD: usize = 700;

fn asked_for() -> u64 {
    let asked = std::env::var("ERASURE_RECORDS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(2000)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_records_of_a_petition_go_in_one_sweep() {
    let records = asked_for();
    let setup = Setup {
        on_disk: true,
        ..Setup::default()
    };
    let w = World::with(setup).await;
    let epoch = w.instance.epoch;
    for from in (0..records).step_by(1000) {
        let mut change = Change::default();
        for n in from..records.min(from + 1000) {
            let random = blake3::hash(&n.to_be_bytes());
            let key = [&w.id.as_bytes()[..], random.as_bytes()].concat();
            // Sealed bytes look like this.
            let mut record = vec![0; RECORD];
            blake3::Hasher::new_keyed(&[9; 32])
                .update(&n.to_be_bytes())
                .finalize_xof()
                .fill(&mut record);
            for space in SPACES {
                change.put.push((Space(space), key.clone(), record.clone()));
            }
        }
        let verdicts = w.store.commit(epoch, vec![change]).expect("written");
        assert!(verdicts.iter().all(Result::is_ok));
    }
    let keys = w.folder.path().join("keys/records");
    std::fs::create_dir_all(&keys).expect("a folder");
    for purpose in ["vault", "subscriptions"] {
        use std::os::unix::fs::PermissionsExt as _;
        let path = keys.join(format!("{purpose}-{}.key", w.id));
        let text = format!("{{\"key\": \"{}\"}}", "07".repeat(32));
        std::fs::write(&path, text).expect("written");
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, mode).expect("set");
    }
    w.clock.advance((33 + 90) * DAY + 1);
    let began = Instant::now();
    let w = w.restarted().await.running();
    let keys_gone = || std::fs::read_dir(&keys).expect("a folder").count() == 0;
    let mut keys_took = None;
    let mut rounds = 0;
    let left = |w: &World| {
        let any = |space| w.store.scan(Space(space), &[], None, 1).expect("read");
        SPACES.into_iter().any(|space| !any(space).is_empty())
    };
    while left(&w) || keys_took.is_none() {
        if keys_took.is_none() && keys_gone() {
            keys_took = Some(began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        rounds += 1;
        assert!(rounds < 20_000, "it never came to hold");
    }
    println!(
        "R = {records}: keys destroyed after {:?}, {} records of {RECORD} bytes deleted after {:?} \
         (with up to 1 s until housekeeping looks)",
        keys_took.expect("seen"),
        2 * records,
        began.elapsed()
    );
    assert!(!left(&w));
}
