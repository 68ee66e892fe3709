//! Leaves and commitments.

use undersigned::protocol::commitment::{Disclosure, commit};
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::unique_key;
use undersigned::tlog::hash::leaf_hash;

use crate::file::Case;
use crate::world::petition::Petition;
use crate::world::{Shape, seed};

fn leaves(petition: &Petition) -> Vec<Case> {
    let mut cases = Vec::new();
    for tree in Tree::ALL {
        let leaf = &petition.leaves(tree)[0];
        let unique = unique_key(tree, leaf).expect("a leaf");
        cases.push(
            Case::accept(
                "leaf",
                tree.name(),
                "A leaf, what may occur only once, its hash.",
            )
            .field("tree", tree)
            .hex("leaf", leaf)
            .hex("unique", unique)
            .field("leaf-hash", leaf_hash(leaf)),
        );
        let mut reject = |name: &str, about, reason: &str, leaf: &[u8]| {
            let name = format!("{tree}-{name}");
            cases.push(
                Case::reject("leaf", &name, about, reason)
                    .field("tree", tree)
                    .hex("leaf", leaf),
            );
        };
        let length = tree.leaf_len();
        let wrong = |actual| format!("a {tree} leaf has {length} bytes, got {actual}");
        reject(
            "short",
            "One byte too short.",
            &wrong(length - 1),
            &leaf[..length - 1],
        );
        reject(
            "long",
            "One byte too long.",
            &wrong(length + 1),
            &[leaf, &[0][..]].concat(),
        );
        reject(
            "version",
            "Another version.",
            "leaf version 2 is unknown",
            &[&[2], &leaf[1..]].concat(),
        );
        let other = leaf[1] ^ 7;
        reject(
            "kind",
            "Another kind.",
            &format!("leaf kind {other} does not belong into the {tree} tree"),
            &[&[1, other], &leaf[2..]].concat(),
        );
    }
    for code in [0, 5] {
        let mut leaf = petition.leaves(Tree::Strikes)[0].clone();
        leaf[10] = code;
        let name = format!("strikes-reason-{code}");
        let reason = format!("strike reason {code} is not assigned");
        cases.push(
            Case::reject("leaf", &name, "A reason that is not assigned.", &reason)
                .field("tree", "strikes")
                .hex("leaf", leaf),
        );
    }
    cases
}

fn commitments(id: PetitionId) -> Vec<Case> {
    let salt = seed(50);
    let accept = |name, about, disclosure: &str| {
        let parsed = Disclosure::parse(disclosure.as_bytes()).expect("a disclosure");
        Case::accept("commitment", name, about)
            .hex("petition", id.0)
            .hex("salt", salt)
            .hex("commitment", commit(id, &salt, &parsed))
            .body(disclosure)
    };
    let reject = |name, about, reason, disclosure: &[u8]| {
        Case::reject("commitment", name, about, reason)
            .hex("petition", id.0)
            .hex("salt", salt)
            .body(disclosure)
    };
    let malformed = "a disclosure is a JSON object with name, region and comment, each optional";
    vec![
        accept("empty", "Nothing disclosed.", "{}"),
        accept(
            "all",
            "All three fields.",
            r#"{"name":"A","region":"Bern","comment":"B"}"#,
        )
        .field("name", "A")
        .field("region", "Bern")
        .field("comment", "B"),
        accept(
            "order",
            "Other bytes, other commitment: order and spaces count.",
            r#"{ "region": "Bern", "name": "A" }"#,
        )
        .field("name", "A")
        .field("region", "Bern"),
        reject(
            "unknown-key",
            "No other keys.",
            malformed,
            br#"{"email":"a"}"#,
        ),
        reject(
            "duplicate-key",
            "Each key once.",
            malformed,
            br#"{"name":"A","name":"B"}"#,
        ),
        reject("number", "Each a string.", malformed, br#"{"name":1}"#),
        reject(
            "null",
            "Left out, not null.",
            malformed,
            br#"{"name":null}"#,
        ),
        reject(
            "list",
            "An object, not a list of its values.",
            malformed,
            br#"["A"]"#,
        ),
        reject("not-json", "A JSON object.", malformed, b"name"),
        reject("trailing", "Nothing follows.", malformed, b"{}{}"),
        reject("not-utf8", "UTF-8.", malformed, b"{\"name\":\"\xff\"}"),
        reject(
            "too-long",
            "At most 8192 bytes.",
            "a disclosure has at most 8192 bytes, got 8193",
            format!(r#"{{"name":"{}"}}"#, "a".repeat(8193 - 11)).as_bytes(),
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let petition = Petition::of(&crate::world::terms(Shape::Single));
    [leaves(&petition), commitments(petition.manifest.id())]
        .into_iter()
        .flatten()
        .collect()
}
