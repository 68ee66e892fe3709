//! Requests to a witness.

use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::cosignature::MlDsaCosigner;
use undersigned::tlog::hash::{Hash, empty_root, leaf_hash};
use undersigned::tlog::note::{Note, NoteSigner, VerifierKey};
use undersigned::tlog::proof::consistency_proof;
use undersigned::tlog::size::TreeSize;

use super::consistency::{root_of, tree};
use super::replaced;
use crate::file::Case;

const ORIGIN: &str = "log.example";

fn signer() -> NoteSigner {
    NoteSigner::new(ORIGIN, &[1; 32]).expect("a key")
}

fn text(size: u64, root: Hash) -> String {
    let (origin, size) = (ORIGIN.to_owned(), TreeSize(size));
    Checkpoint { origin, size, root }.to_string()
}

fn signed(text: &str) -> Note {
    Note::new(text, vec![signer().sign(text)]).expect("a note")
}

fn proof(old: u64, new: u64) -> Vec<Hash> {
    consistency_proof(TreeSize(old), TreeSize(new), &tree()).expect("a prefix")
}

fn body(old: u64, proof: &[Hash], note: &Note) -> String {
    let hashes = proof.iter().map(ToString::to_string);
    let lines: Vec<String> = hashes.chain([String::new()]).collect();
    format!("old {old}\n{}\n{note}", lines.join("\n"))
}

/// What an honest log sends.
fn honest(old: u64, new: u64) -> String {
    body(old, &proof(old, new), &signed(&text(new, root_of(new))))
}

/// What the witness goes by: the keys that it trusts, and the size that it cosigned last.
fn before(case: Case, keys: &[VerifierKey], latest: Option<u64>) -> Case {
    let case = case.fields("vkey", keys);
    match latest {
        Some(size) => case
            .field("latest-size", size)
            .field("latest-root", root_of(size)),
        None => case,
    }
}

fn accept(name: &str, about: &str, latest: Option<u64>, old: u64, new: u64, body: String) -> Case {
    let key = signer().vkey();
    let case = Case::accept("witness", name, about);
    before(case, std::slice::from_ref(&key), latest)
        .field("old", old)
        .field("origin", ORIGIN)
        .field("size", new)
        .field("signed-by", format!("{} {}", key.name(), key.id()))
        .body(body)
}

fn reject(name: &str, about: &str, reason: &str, latest: Option<u64>, body: String) -> Case {
    let case = Case::reject("witness", name, about, reason);
    before(case, &[signer().vkey()], latest).body(body)
}

pub(super) fn cases() -> Vec<Case> {
    let good = honest(3, 7);
    let form = |name, about, reason, body: String| reject(name, about, reason, Some(3), body);
    let old = "the first line is `old` and a decimal below 2^63 without leading zeroes";
    let roots = "the hashes do not lead to the root";
    let other = leaf_hash(b"other");
    let sixty_four = body(3, &[other; 64], &signed(&text(7, root_of(7))));
    let extended = signed(&format!("{}more\n", text(7, root_of(7))));
    let cosigner = MlDsaCosigner::new(ORIGIN, &[1; 32]).expect("a key");
    let by_cosigner = cosigner.sign(&text(7, root_of(7)).parse().expect("a checkpoint"), 1);
    let uncovered = Note::new(extended.text(), vec![by_cosigner]).expect("a note");
    vec![
        accept("first", "Never cosigned before.", None, 0, 7, honest(0, 7)),
        accept("empty-tree", "The empty tree.", None, 0, 0, honest(0, 0)),
        accept(
            "from-empty-tree",
            "The empty tree was cosigned.",
            Some(0),
            0,
            7,
            honest(0, 7),
        ),
        accept("grown", "With a proof.", Some(3), 3, 7, good.clone()),
        accept(
            "same",
            "The same checkpoint again.",
            Some(7),
            7,
            7,
            honest(7, 7),
        ),
        accept(
            "extension",
            "Extension lines that the log's note signature covers.",
            Some(3),
            3,
            7,
            body(3, &proof(3, 7), &extended),
        ),
        form(
            "empty",
            "Nothing.",
            "a blank line stands between",
            String::new(),
        ),
        form(
            "no-old",
            "The old size is missing.",
            old,
            replaced(&good, "old 3\n", ""),
        ),
        form(
            "old-leading-zero",
            "One spelling.",
            old,
            replaced(&good, "old 3\n", "old 03\n"),
        ),
        form(
            "old-two-spaces",
            "One spelling.",
            old,
            replaced(&good, "old 3\n", "old  3\n"),
        ),
        form(
            "old-no-number",
            "Not a number.",
            old,
            replaced(&good, "old 3\n", "old x\n"),
        ),
        form(
            "old-2-63",
            "Above all sizes.",
            old,
            replaced(&good, "old 3\n", &format!("old {}\n", 1u64 << 63)),
        ),
        form(
            "cr",
            "Lines end in a newline alone.",
            old,
            replaced(&good, "old 3\n", "old 3\r\n"),
        ),
        form(
            "hash",
            "A hash in hexadecimal.",
            "proof line 1 is not 32 bytes",
            replaced(
                &good,
                "old 3\n",
                &format!("old 3\n{}\n", hex::encode(other.0)),
            ),
        ),
        form(
            "hashes-64",
            "At most 63.",
            "a proof has at most 63 hashes, got 64",
            sixty_four,
        ),
        form(
            "no-signature",
            "A text alone.",
            "a note has 1 to 100 signatures, got 0",
            format!("old 3\n\n{}\n", text(7, root_of(7))),
        ),
        form(
            "no-checkpoint",
            "A note that is no checkpoint.",
            "a checkpoint is three lines",
            format!("old 3\n\n{}", signed("hello\n")),
        ),
        form(
            "extension-empty",
            "An extension line is not empty.",
            "an extension line is not empty",
            body(
                3,
                &proof(3, 7),
                &signed(&format!("{}\nmore\n", text(7, root_of(7)))),
            ),
        ),
        form(
            "unsigned",
            "Another key signed.",
            "not signed by any known key",
            {
                let text = text(7, root_of(7));
                let stranger = NoteSigner::new(ORIGIN, &[2; 32]).expect("a key");
                body(
                    3,
                    &proof(3, 7),
                    &Note::new(&text, vec![stranger.sign(&text)]).expect("a note"),
                )
            },
        ),
        form(
            "signature-changed",
            "The size was changed after signing.",
            "the signature of log.example",
            replaced(&good, "\n7\n", "\n8\n"),
        ),
        before(
            Case::reject(
                "witness",
                "extension-not-covered",
                "An ML-DSA-44 signature covers three lines.",
                "no signature by a trusted key covers the extension lines",
            ),
            &[cosigner.vkey()],
            Some(3),
        )
        .body(body(3, &proof(3, 7), &uncovered)),
        reject(
            "shrinks",
            "The old size is above.",
            "the old size 7 is above the checkpoint's size 3",
            Some(7),
            body(7, &[], &signed(&text(3, root_of(3)))),
        ),
        reject(
            "conflict",
            "Another size was cosigned.",
            "the latest cosigned checkpoint has size 4",
            Some(4),
            good.clone(),
        ),
        reject(
            "conflict-first",
            "None was cosigned.",
            "the latest cosigned checkpoint has size 0",
            None,
            good.clone(),
        ),
        reject(
            "rollback",
            "A smaller tree, with a proof that holds.",
            "the latest cosigned checkpoint has size 7",
            Some(7),
            honest(3, 6),
        ),
        reject(
            "same-size-other-root",
            "A fork.",
            roots,
            Some(7),
            body(7, &[], &signed(&text(7, other))),
        ),
        reject(
            "fork",
            "The proof leads to another root.",
            roots,
            Some(3),
            body(3, &proof(3, 7), &signed(&text(7, other))),
        ),
        reject(
            "other-proof",
            "The proof from another size.",
            "this proof has 4 hashes, got 2",
            Some(3),
            body(3, &proof(2, 7), &signed(&text(7, root_of(7)))),
        ),
        reject(
            "proof-from-empty",
            "Nothing is to be proven.",
            "this proof has 0 hashes, got 1",
            None,
            body(0, &[other], &signed(&text(7, root_of(7)))),
        ),
        reject(
            "proof-for-same-size",
            "Nothing is to be proven.",
            "this proof has 0 hashes, got 1",
            Some(7),
            body(7, &[other], &signed(&text(7, root_of(7)))),
        ),
        reject(
            "empty-tree-other-root",
            "The empty tree has one root.",
            roots,
            None,
            {
                assert_ne!(other, empty_root());
                body(0, &[], &signed(&text(0, other)))
            },
        ),
    ]
}
