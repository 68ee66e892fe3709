//! Proofs that stand alone.

use undersigned::tlog::size::LeafIndex;
use undersigned::tlog::tlog_proof::TlogProof;

use super::policy::example;
use super::quorum::{checkpoint, entries, policy_lines, signed, witnessed};
use super::replaced;
use crate::file::Case;

pub(super) fn cases() -> Vec<Case> {
    let entries = entries();
    let checkpoint = checkpoint(&entries);
    let note = signed(&checkpoint, &[0]);
    let policy = example().replace("quorum X-and-Y", "quorum X1");
    let leaf = entries.0[7];
    let case = |case: Case, body: &str| policy_lines(case, &policy).field("leaf", leaf).body(body);
    let accept = |name, about, extra: Option<&[u8]>| {
        let proof = TlogProof::new(
            LeafIndex(7),
            entries.path(7),
            note.clone(),
            extra.map(<[u8]>::to_vec),
        );
        let made = witnessed(
            case(Case::accept("tlog-proof", name, about), &proof.to_string()),
            &[("X1", 0)],
        );
        made.field("index", 7)
            .fields("extra", extra.map(hex::encode))
    };
    let proof = TlogProof::new(LeafIndex(7), entries.path(7), note.clone(), None).to_string();
    let reject = |name, about, reason: &str, body: &str| {
        case(Case::reject("tlog-proof", name, about, reason), body)
    };
    let index = "an index line holds a decimal without leading zeroes";
    let path = "a path is at most 63 hashes, one a line, before a blank line";
    let extra = "extra data is not empty and in standard base64";
    let first = entries.path(7)[0].to_string();
    let many = format!("{first}\n").repeat(60);
    let mut cases = vec![
        accept("plain", "No extra data.", None),
        accept(
            "extra",
            "Extra data, which nothing authenticates.",
            Some(b"context"),
        ),
        reject(
            "header",
            "Another version.",
            "a proof begins with c2sp.org/tlog-proof@v1",
            &replaced(&proof, "@v1", "@v2"),
        ),
        reject(
            "empty",
            "Nothing.",
            "a proof begins with c2sp.org/tlog-proof@v1",
            "",
        ),
        reject(
            "cr",
            "Lines end in a newline alone.",
            "a proof begins with c2sp.org/tlog-proof@v1",
            &proof.replace('\n', "\r\n"),
        ),
        reject(
            "extra-empty",
            "Without extra data the line is left out.",
            extra,
            &replaced(&proof, "index 7", "extra \nindex 7"),
        ),
        reject(
            "extra-base64",
            "Base64 is canonical.",
            extra,
            &replaced(&proof, "index 7", "extra YQ\nindex 7"),
        ),
        reject(
            "extra-after-index",
            "The order is fixed.",
            path,
            &replaced(&proof, "index 7", "index 7\nextra YQ=="),
        ),
        reject(
            "no-index",
            "An index is missing.",
            index,
            &replaced(&proof, "index 7\n", ""),
        ),
        reject(
            "index-leading-zero",
            "One spelling for each index.",
            index,
            &replaced(&proof, "index 7", "index 07"),
        ),
        reject(
            "index-negative",
            "No sign.",
            index,
            &replaced(&proof, "index 7", "index -7"),
        ),
        reject(
            "other-index",
            "The proof of another leaf.",
            "the hashes do not lead to the root",
            &replaced(&proof, "index 7", "index 6"),
        ),
        reject(
            "index-above-size",
            "There is no such leaf.",
            "leaf 11 is not in a tree of 11 leaves",
            &replaced(&proof, "index 7", "index 11"),
        ),
        reject(
            "path-hex",
            "Hashes are base64.",
            path,
            &replaced(&proof, &first, &hex::encode([0; 32])),
        ),
        reject(
            "path-too-long",
            "A path has at most 63 hashes.",
            path,
            &replaced(&proof, "index 7\n", &format!("index 7\n{many}")),
        ),
        reject(
            "path-one-more",
            "One hash too many.",
            "this proof has 4 hashes, got 5",
            &replaced(&proof, "index 7\n", &format!("index 7\n{first}\n")),
        ),
        reject(
            "no-blank-line",
            "A blank line ends the path.",
            path,
            &proof.replacen("\n\n", "\n", 1),
        ),
        reject(
            "no-checkpoint",
            "A checkpoint is missing.",
            "checkpoint: no blank line before the signatures",
            &proof[..proof.find("\n\n").expect("a blank line") + 2],
        ),
        reject(
            "trailing",
            "Nothing follows.",
            "checkpoint: a note has 1 to 100 signatures, got 0",
            &format!("{proof}\n"),
        ),
        reject(
            "not-witnessed",
            "The policy asks for X1.",
            "policy: 0 known witnesses cosigned, which is not the quorum",
            &TlogProof::new(
                LeafIndex(7),
                entries.path(7),
                signed(&checkpoint, &[1]),
                None,
            )
            .to_string(),
        ),
    ];
    let wrong_leaf = Case::reject(
        "tlog-proof",
        "other-leaf",
        "Another entry's hash.",
        "the hashes do not lead to the root",
    );
    cases.push(
        policy_lines(wrong_leaf, &policy)
            .field("leaf", entries.0[6])
            .body(&proof),
    );
    cases
}
