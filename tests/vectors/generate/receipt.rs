//! Receipts.

use undersigned::protocol::ids::Tree;
use undersigned::protocol::receipt::Receipt;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::Note;
use undersigned::tlog::tlog_proof::TlogProof;

use super::{flipped, replaced};
use crate::file::Case;
use crate::world::journal::{TALLY, World};
use crate::world::petition::signature;
use crate::world::{PUBLISHED, Shape, journal_signer, seed};

pub(super) fn with_policy(case: Case, world: &World) -> Case {
    case.fields("policy", world.policy().lines())
}

fn receipt(world: &World, name: &str, about: &str, receipt: &Receipt, owned: bool) -> Case {
    let (_, index) = world.petition.signed_by(0);
    with_policy(Case::accept("receipt", name, about), world)
        .field("petition", world.petition.manifest.id())
        .field("index", index)
        .field("as-of", PUBLISHED)
        .field("owned", owned)
        .body(receipt.to_bytes())
}

fn text(receipt: &Receipt) -> String {
    String::from_utf8(receipt.to_bytes()).expect("JSON")
}

fn receipts(single: &World, split: &World) -> Vec<Case> {
    let whole = single.receipt(0);
    let reject = |name, about, reason: &str, body: &[u8]| {
        with_policy(Case::reject("receipt", name, about, reason), single).body(body)
    };
    let changed = |name, about, reason: &str, change: &dyn Fn(&mut Receipt)| {
        let mut receipt = whole.clone();
        change(&mut receipt);
        reject(name, about, reason, &receipt.to_bytes())
    };
    let proof =
        |receipt: &mut Receipt,
         change: &dyn Fn(&mut undersigned::protocol::inclusion::InclusionProof)| {
            change(receipt.proof.as_mut().expect("proven"));
        };
    let whole_text = text(&whole);
    let (_, index) = single.petition.signed_by(0);
    let root = "tree proof: the hashes do not lead to the root";
    let about_other = "promise, leaf and proof are not about the same leaf";
    let secret = "the secret in this receipt does not belong to its leaf";
    let other_promise = single
        .promise(2)
        .sign(&journal_signer(single.shape.ledger()))
        .expect("a promise");
    let other_promise = String::from_utf8(other_promise).expect("text");
    let forged = signature(&split.petition.manifest, 0);
    let journal_proof = |change: &dyn Fn(&TlogProof) -> TlogProof| {
        let made: TlogProof = single
            .ledger
            .journaled(TALLY)
            .proof
            .parse()
            .expect("a proof");
        change(&made).to_string()
    };
    let without = |name: &'static str| {
        journal_proof(&|made| {
            let note = made.note();
            let kept = note
                .signatures()
                .iter()
                .filter(|s| s.name().as_str() != name)
                .cloned();
            let kept = Note::new(note.text(), kept.collect()).expect("a note");
            TlogProof::new(made.index(), made.path().to_vec(), kept, None)
        })
    };
    let only_first = journal_proof(&|made| {
        let note = made.note();
        let mut kept = note.signatures().to_vec();
        kept.remove(1);
        let kept = Note::new(note.text(), kept).expect("a note");
        TlogProof::new(made.index(), made.path().to_vec(), kept, None)
    });
    vec![
        receipt(
            single,
            "whole",
            "With promise, proof and secret.",
            &whole,
            true,
        ),
        receipt(
            single,
            "shared",
            "The half that may be shared.",
            &whole.public(),
            false,
        ),
        receipt(
            split,
            "split",
            "Of a ledger whose roll another instance keeps.",
            &split.receipt(0),
            true,
        ),
        reject("empty", "Nothing.", "not a receipt: EOF", b""),
        reject(
            "unknown-key",
            "No other keys.",
            "not a receipt: unknown field `note`",
            replaced(&whole_text, "\"format\"", "\"note\":1,\"format\"").as_bytes(),
        ),
        reject(
            "duplicate-key",
            "Each key once.",
            "not a receipt: duplicate field `format`",
            replaced(&whole_text, "\"format\"", "\"format\":\"a\",\"format\"").as_bytes(),
        ),
        reject(
            "unknown-key-in-proof",
            "Inside neither.",
            "not a receipt: unknown field `note`",
            replaced(&whole_text, "\"tree\"", "\"note\":1,\"tree\"").as_bytes(),
        ),
        reject(
            "duplicate-key-in-proof",
            "Inside neither.",
            "not a receipt: duplicate field `tally`",
            replaced(&whole_text, "\"tally\"", "\"tally\":\"\",\"tally\"").as_bytes(),
        ),
        reject(
            "null",
            "A key without a value is left out.",
            "not a receipt: a value is written another way",
            replaced(&whole_text, "\"format\"", "\"url\":null,\"format\"").as_bytes(),
        ),
        reject(
            "list",
            "An object, not a list of its values.",
            "not a receipt: ",
            b"[\"undersigned/receipt/v1\",\"{}\",null,null,null,null,null]",
        ),
        changed(
            "format",
            "Another version.",
            "receipt format \"undersigned/receipt/v2\" is unknown",
            &|r| r.format = r.format.replace("v1", "v2"),
        ),
        changed(
            "unproven",
            "A promise is no proof.",
            "this receipt holds no proof yet",
            &|r| r.proof = None,
        ),
        changed(
            "manifest-changed",
            "Other text, other petition.",
            "token: ",
            &|r| r.manifest = r.manifest.replace("keep the", "scrap the"),
        ),
        changed(
            "other-tree",
            "A roll entry is no signature.",
            "a receipt proves a signature, not a leaf of the roll tree",
            &|r| proof(r, &|p| p.tree = Tree::Roll),
        ),
        changed(
            "other-leaf",
            "The leaf beside the proof is another.",
            about_other,
            &|r| {
                r.leaf = single.receipt(2).leaf;
            },
        ),
        changed(
            "leaf-short",
            "One byte too short.",
            "leaf: a signatures leaf has 322 bytes, got 321",
            &|r| proof(r, &|p| p.leaf.truncate(321)),
        ),
        changed(
            "token-of-another-petition",
            "A token for another petition.",
            "token: the authenticator does not verify",
            &|r| {
                r.leaf = None;
                proof(r, &|p| p.leaf = forged.to_bytes());
            },
        ),
        changed(
            "token-changed",
            "One bit of the token.",
            "token: the authenticator does not verify",
            &|r| {
                r.leaf = None;
                proof(r, &|p| p.leaf = flipped(&p.leaf, 200));
            },
        ),
        changed("other-index", "Another place in the tree.", root, &|r| {
            proof(r, &|p| p.index = index ^ 1);
        }),
        changed("path-changed", "A hash of another leaf.", root, &|r| {
            proof(r, &|p| p.path[0] = leaf_hash(b""));
        }),
        changed(
            "path-short",
            "A hash is missing.",
            "tree proof: this proof has ",
            &|r| proof(r, &|p| p.path.truncate(1)),
        ),
        changed(
            "tally-changed",
            "A tally that is not in the journal.",
            "journal proof: the hashes do not lead to the root",
            &|r| {
                proof(r, &|p| {
                    p.journaled.tally = replaced(&p.journaled.tally, "roll 6", "roll 7");
                });
            },
        ),
        changed(
            "earlier-tally",
            "The leaf is not in the tree of an earlier tally.",
            "tree proof: ",
            &|r| proof(r, &|p| p.journaled = single.ledger.journaled(1)),
        ),
        changed(
            "tally-of-another-petition",
            "A tally of another petition.",
            "the tally is of petition ",
            &|r| proof(r, &|p| p.journaled = split.ledger.journaled(TALLY)),
        ),
        changed(
            "not-witnessed",
            "One witness of two.",
            "journal proof: policy: 1 known witnesses cosigned",
            &|r| {
                proof(r, &|p| {
                    p.journaled.proof = without("witness.example.com/w1");
                });
            },
        ),
        changed(
            "not-signed-by-log",
            "Neither key of the log.",
            "journal proof: policy: not signed by a known log",
            &|r| {
                proof(r, &|p| p.journaled.proof = without("petitions.example.org"));
            },
        ),
        changed(
            "one-journal-key",
            "The manifest pins two keys; both must have signed.",
            "the journal's checkpoint is not signed by the key in the manifest",
            &|r| {
                proof(r, &|p| p.journaled.proof = only_first.clone());
            },
        ),
        changed(
            "promise-of-another",
            "A promise about another leaf.",
            about_other,
            &|r| r.promise = Some(other_promise.clone()),
        ),
        changed(
            "promise-changed",
            "The promise's text is signed.",
            "promise: note: the signature of ",
            &|r| {
                r.promise = r
                    .promise
                    .as_ref()
                    .map(|p| p.replacen("\nby 1", "\nby 2", 1));
            },
        ),
        changed("other-secret", "Somebody else's secret.", secret, &|r| {
            r.private.as_mut().expect("private").secret = seed(1);
        }),
        changed(
            "other-disclosure",
            "Something else disclosed.",
            secret,
            &|r| r.private.as_mut().expect("private").disclosure = "{}".to_owned(),
        ),
        changed(
            "disclosure-malformed",
            "A disclosure parses.",
            "disclosure: a disclosure is a JSON object",
            &|r| r.private.as_mut().expect("private").disclosure = "[]".to_owned(),
        ),
        with_policy(
            Case::reject(
                "receipt",
                "other-journal",
                "A policy that trusts another journal.",
                "journal proof: policy: not signed by a known log",
            ),
            split,
        )
        .body(whole.public().to_bytes()),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    receipts(&World::new(Shape::Single), &World::new(Shape::Split))
}
