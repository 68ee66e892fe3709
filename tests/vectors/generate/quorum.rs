//! Quorums: the example of tlog-policy, with all kinds of notes.

use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::{Note, NoteSignature, NoteSigner};
use undersigned::tlog::size::TreeSize;

use super::policy::{example, log, witness};
use crate::file::Case;
use crate::world::journal::Hashes;
use crate::world::seed;

const TIME: u64 = 1_767_225_600;

pub(super) fn checkpoint(entries: &Hashes) -> Checkpoint {
    let head = entries.head();
    Checkpoint {
        origin: "log.example".into(),
        size: TreeSize(head.size),
        root: head.root,
    }
}

/// Signed by the log at `TIME`, cosigned by witness n at `TIME + n`.
pub(super) fn signed(checkpoint: &Checkpoint, witnesses: &[u8]) -> Note {
    let text = checkpoint.to_string();
    let cosignature = |number: &u8| witness(*number).sign(checkpoint, TIME + u64::from(*number));
    let signatures: Vec<NoteSignature> = [log().sign(&text)]
        .into_iter()
        .chain(witnesses.iter().map(cosignature))
        .collect();
    Note::new(&text, signatures).expect("a note")
}

pub(super) fn entries() -> Hashes {
    Hashes((0..11u8).map(|i| leaf_hash(&[i])).collect())
}

pub(super) fn policy_lines(case: Case, policy: &str) -> Case {
    case.fields("policy", policy.lines().filter(|line| !line.is_empty()))
}

pub(super) fn witnessed(case: Case, witnesses: &[(&str, u64)]) -> Case {
    let case = case.field("origin", "log.example").field("size", 11);
    case.fields(
        "witnessed",
        witnesses
            .iter()
            .map(|(name, after)| format!("{name} {}", TIME + after)),
    )
}

pub(super) fn cases() -> Vec<Case> {
    let checkpoint = checkpoint(&entries());
    let accept = |name, about, policy: &str, note: &Note, witnesses: &[(&str, u64)]| {
        witnessed(
            policy_lines(Case::accept("quorum", name, about), policy),
            witnesses,
        )
        .body(note.to_string())
    };
    let reject = |name, about, reason: &str, policy: &str, body: String| {
        policy_lines(Case::reject("quorum", name, about, reason), policy).body(body)
    };
    let example = example();
    let quorum =
        |count: usize| format!("{count} known witnesses cosigned, which is not the quorum");
    let text = checkpoint.to_string();
    let none = format!("log {}\nquorum none\n", log().vkey());
    let other_log = NoteSigner::new("other.example", &seed(2)).expect("a name");
    let two_logs = format!("log {}\n{none}", other_log.vkey());
    let by =
        |signatures: Vec<NoteSignature>| Note::new(&text, signatures).expect("a note").to_string();
    let twice: Vec<NoteSignature> = (0..3)
        .map(|i| witness(0).sign(&checkpoint, TIME + i))
        .collect();
    let bad_witness = {
        let other = Checkpoint {
            size: TreeSize(12),
            ..checkpoint.clone()
        };
        signed(&checkpoint, &[0, 1])
            .with_signatures(vec![witness(3).sign(&other, TIME)])
            .expect("a note")
    };
    vec![
        accept(
            "just-enough",
            "Two X and one Y.",
            &example,
            &signed(&checkpoint, &[0, 2, 4]),
            &[("X1", 0), ("X3", 2), ("Y2", 4)],
        ),
        accept(
            "all",
            "Everybody.",
            &example,
            &signed(&checkpoint, &[0, 1, 2, 3, 4, 5]),
            &[
                ("X1", 0),
                ("X2", 1),
                ("X3", 2),
                ("Y1", 3),
                ("Y2", 4),
                ("Y3", 5),
            ],
        ),
        accept(
            "none",
            "No witness is required, none counts.",
            &none,
            &signed(&checkpoint, &[0]),
            &[],
        ),
        accept(
            "single",
            "The quorum is one witness; others do not count.",
            &example.replace("quorum X-and-Y", "quorum X1"),
            &signed(&checkpoint, &[0, 1]),
            &[("X1", 0)],
        ),
        accept(
            "twice",
            "A witness that signed twice is listed twice.",
            &example.replace("quorum X-and-Y", "quorum X1"),
            &signed(&checkpoint, &[0])
                .with_signatures(vec![witness(0).sign(&checkpoint, TIME + 9)])
                .expect("a note"),
            &[("X1", 0), ("X1", 9)],
        ),
        reject(
            "one-group-short",
            "Three X and no Y.",
            &quorum(3),
            &example,
            signed(&checkpoint, &[0, 1, 2]).to_string(),
        ),
        reject(
            "one-x-short",
            "One X and three Y.",
            &quorum(4),
            &example,
            signed(&checkpoint, &[0, 3, 4, 5]).to_string(),
        ),
        reject(
            "nobody",
            "The log alone.",
            &quorum(0),
            &example,
            signed(&checkpoint, &[]).to_string(),
        ),
        reject(
            "one-witness-thrice",
            "A witness counts once.",
            &quorum(2),
            &example,
            signed(&checkpoint, &[3])
                .with_signatures(twice)
                .expect("a note")
                .to_string(),
        ),
        reject(
            "log-did-not-sign",
            "Witnesses do not stand for the log.",
            "not signed by a known log with origin \"log.example\"",
            &example,
            by(vec![
                witness(0).sign(&checkpoint, TIME),
                witness(1).sign(&checkpoint, TIME),
                witness(3).sign(&checkpoint, TIME),
            ]),
        ),
        reject(
            "other-log-signed",
            "A known log does not sign for another origin.",
            "not signed by a known log with origin \"log.example\"",
            &two_logs,
            by(vec![other_log.sign(&text)]),
        ),
        reject(
            "unknown-log",
            "Nobody known signed.",
            "not signed by any known key",
            &none,
            by(vec![other_log.sign(&text)]),
        ),
        reject(
            "bad-cosignature",
            "A known witness's signature does not verify: the note is refused.",
            &format!(
                "the signature of w3.example ({}) does not verify",
                witness(3).vkey().id()
            ),
            &example,
            bad_witness.to_string(),
        ),
        reject(
            "not-a-checkpoint",
            "A signed text that is none.",
            "checkpoint: a checkpoint is three lines, each ending in a newline",
            &none,
            Note::new("text\n", vec![log().sign("text\n")])
                .expect("a note")
                .to_string(),
        ),
        reject(
            "extension",
            "A checkpoint with an extension line.",
            "checkpoint: a checkpoint here has no extension lines",
            &none,
            {
                let text = format!("{text}extension\n");
                Note::new(&text, vec![log().sign(&text)])
                    .expect("a note")
                    .to_string()
            },
        ),
    ]
}
