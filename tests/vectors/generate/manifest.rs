//! Manifests: one rejection for each rule of `spec/manifest.md`.

use undersigned::protocol::ids::Tree;
use undersigned::protocol::manifest::{Audit, ListKey, Manifest, Terms};

use crate::file::Case;
use crate::world::drawn::audited_terms;
use crate::world::{Shape, seed, terms};

pub(super) fn json(terms: &Terms) -> String {
    serde_json::to_string(terms).expect("terms encode")
}

fn accept(name: &str, about: &str, body: &str) -> Case {
    let manifest = Manifest::parse(body.as_bytes()).expect("a manifest");
    Case::accept("manifest", name, about)
        .field("petition", manifest.id())
        .fields("tree-vkey", Tree::ALL.map(|tree| manifest.tree_vkey(tree)))
        .body(body)
}

pub(super) fn reject(name: &str, about: &str, reason: &str, body: impl AsRef<[u8]>) -> Case {
    Case::reject("manifest", name, about, reason).body(body)
}

/// A manifest of terms that break a rule.
pub(super) fn breaks(
    name: &str,
    about: &str,
    reason: &str,
    change: impl FnOnce(&mut Terms),
) -> Case {
    let mut terms = terms(Shape::Single);
    change(&mut terms);
    reject(name, about, reason, json(&terms))
}

pub(super) fn cases() -> Vec<Case> {
    let single = json(&terms(Shape::Single));
    let mut audited = terms(Shape::Split);
    audited.goal = None;
    audited.audit = Some(Audit {
        auditor: "Auditors Ltd".to_owned(),
        hpke_key: seed(9),
        beacon: "drand default".to_owned(),
        round: 4_000_000,
        vkey: None,
        sample: None,
    });
    let mut with_list = terms(Shape::Single);
    with_list.asks.share = Some(ListKey(seed(10)));
    let with_list = json(&with_list);
    let share = format!("\"share\":\"{}\"", hex::encode(seed(10)));
    let another_way = "not a manifest: a value is written another way";
    vec![
        accept("single", "One instance keeps all four trees.", &single),
        accept("list", "The organiser keeps a list.", &with_list),
        reject(
            "list-null",
            "Where there is no list, nothing is said of it.",
            another_way,
            super::replaced(&with_list, &share, "\"share\":null"),
        ),
        reject(
            "list-upper-case",
            "One spelling of the list's key.",
            another_way,
            super::replaced(
                &with_list,
                &share,
                &share.to_uppercase().replace("SHARE", "share"),
            ),
        ),
        reject(
            "list-short",
            "A key has 32 bytes.",
            "not a manifest: ",
            super::replaced(&with_list, &share, "\"share\":\"00\""),
        ),
        accept(
            "split",
            "Registrar and ledger are two organisations.",
            &json(&terms(Shape::Split)),
        ),
        accept(
            "audited",
            "With terms of an audit, without a goal.",
            &json(&audited),
        ),
        accept(
            "audited-vkey",
            "With the key that signs the report, and a sample's size.",
            &json(&audited_terms(Shape::Single)),
        ),
        accept(
            "spaces",
            "Spaces are free, and part of the id.",
            &single.replace("\":", "\": "),
        ),
    ]
}
