//! Evidence with a changed byte shows the same, or nothing.

use std::path::Path;

use undersigned::protocol::evidence::{Evidence, Proven};
use undersigned::tlog::policy::Policy;

/// Bytes of each file that are changed.
const CHANGES: usize = 40;

fn judge(bytes: &[u8], policy: &Policy) -> Option<Proven> {
    Evidence::parse(bytes).ok()?.verify(policy).ok()
}

#[test]
fn a_changed_byte_accuses_nobody_of_anything_else() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors/evidence");
    let mut refused = 0;
    let mut tried = 0;
    for entry in std::fs::read_dir(folder).expect("the vectors") {
        let path = entry.expect("an entry").path();
        let vector = std::fs::read_to_string(&path).expect("a vector");
        let (header, body) = vector.split_once("\n\n").expect("a header");
        if !header.starts_with("verdict: accept") {
            continue;
        }
        let policy = header.lines().filter_map(|l| l.strip_prefix("policy: "));
        let policy: String = policy.flat_map(|line| [line, "\n"]).collect();
        let policy: Policy = policy.parse().expect("a policy");
        let proven = judge(body.as_bytes(), &policy).expect("it holds");
        for at in (0..body.len()).step_by(body.len() / CHANGES) {
            let mut changed = body.as_bytes().to_vec();
            changed[at] ^= 1;
            let found = judge(&changed, &policy);
            // A signature of somebody whom nobody asked may be anything.
            assert!(
                found.as_ref().is_none_or(|found| *found == proven),
                "{}, byte {at}: {found:?}",
                path.display()
            );
            tried += 1;
            refused += u32::from(found.is_none());
        }
    }
    assert!(tried > 800 && refused > tried / 2, "{refused} of {tried}");
}
