//! Cosignatures by both algorithms.

use undersigned::protocol::encoding::to_base64;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::cosignature::{Ed25519Cosigner, MlDsaCosigner};
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::{KeyType, NoteSignature, NoteSigner, VerifierKey};
use undersigned::tlog::size::TreeSize;

use super::note::note;
use crate::file::Case;
use crate::world::seed;

const TIME: u64 = 1_767_225_600;

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: "log.example".into(),
        size: TreeSize(20_852_163),
        root: leaf_hash(b"root"),
    }
}

pub(super) fn cases() -> Vec<Case> {
    let checkpoint = checkpoint();
    let text = checkpoint.to_string();
    let ed25519 = Ed25519Cosigner::new("witness.example/w1", &seed(7)).expect("a name");
    let ml_dsa = MlDsaCosigner::new("witness.example/w1", &seed(7)).expect("a name");
    let with = |case: Case, vkey: VerifierKey, signature: NoteSignature| {
        case.field("vkey", vkey).body(note(&text, vec![signature]))
    };
    let cosigned = |case: Case, vkey: VerifierKey, time: &str| {
        case.field("cosigned", format!("{} {} {time}", vkey.name(), vkey.id()))
    };
    let accept = |name, about| Case::accept("cosignature", name, about);
    let time = TIME.to_string();
    let seed_hex = hex::encode(seed(7));
    let mut cases = vec![
        cosigned(
            with(
                accept("ed25519", "Type 0x04, signed from the seed."),
                ed25519.vkey(),
                ed25519.sign(&checkpoint, TIME),
            ),
            ed25519.vkey(),
            &time,
        )
        .field("ed25519-seed", &seed_hex),
        cosigned(
            with(
                accept(
                    "ml-dsa-44",
                    "Type 0x06, signed deterministically from the seed.",
                ),
                ml_dsa.vkey(),
                ml_dsa.sign(&checkpoint, TIME),
            ),
            ml_dsa.vkey(),
            &time,
        )
        .field("ml-dsa-44-seed", &seed_hex),
        cosigned(
            with(
                accept(
                    "ml-dsa-44-no-time",
                    "Time 0: consistent, but not said to be the largest seen.",
                ),
                ml_dsa.vkey(),
                ml_dsa.sign(&checkpoint, 0),
            ),
            ml_dsa.vkey(),
            "none",
        )
        .field("ml-dsa-44-seed", &seed_hex),
        cosigned(
            with(
                accept("last-second", "The latest time."),
                ed25519.vkey(),
                ed25519.sign(&checkpoint, (1 << 63) - 1),
            ),
            ed25519.vkey(),
            "9223372036854775807",
        )
        .field("ed25519-seed", &seed_hex),
    ];
    for (kind, vkey, signature) in [
        ("ed25519", ed25519.vkey(), ed25519.sign(&checkpoint, TIME)),
        ("ml-dsa-44", ml_dsa.vkey(), ml_dsa.sign(&checkpoint, TIME)),
    ] {
        let reason = format!(
            "the signature of witness.example/w1 ({}) does not verify",
            vkey.id()
        );
        let line = |bytes: &[u8]| {
            let base64 = to_base64([&vkey.id().0, bytes].concat());
            format!("— witness.example/w1 {base64}")
                .parse::<NoteSignature>()
                .expect("a line")
        };
        let mut reject = |name: &str, about, text: &str, signature: NoteSignature| {
            let name = format!("{kind}-{name}");
            cases.push(
                Case::reject("cosignature", &name, about, &reason)
                    .field("vkey", &vkey)
                    .body(note(text, vec![signature])),
            );
        };
        let bytes = signature.signature().to_vec();
        let changed = |at: usize, bit: u8| {
            let mut bytes = bytes.clone();
            bytes[at] ^= bit;
            line(&bytes)
        };
        let other = |origin: &str, size: u64, root: &[u8]| {
            Checkpoint {
                origin: origin.into(),
                size: TreeSize(size),
                root: leaf_hash(root),
            }
            .to_string()
        };
        reject("time-changed", "The time is signed.", &text, changed(7, 1));
        reject(
            "time-2-63",
            "A time is below 2^63.",
            &text,
            changed(0, 0x80),
        );
        reject(
            "signature-changed",
            "One bit of the signature.",
            &text,
            changed(8, 1),
        );
        reject(
            "signature-short",
            "One byte too short.",
            &text,
            line(&bytes[..bytes.len() - 1]),
        );
        reject(
            "signature-long",
            "One byte too long.",
            &text,
            line(&[&bytes[..], &[0]].concat()),
        );
        reject(
            "time-alone",
            "No signature after the time.",
            &text,
            line(&bytes[..8]),
        );
        reject(
            "other-origin",
            "The origin is signed.",
            &other("log.exampl", 20_852_163, b"root"),
            signature.clone(),
        );
        reject(
            "other-size",
            "The size is signed.",
            &other("log.example", 20_852_164, b"root"),
            signature.clone(),
        );
        reject(
            "other-root",
            "The root is signed.",
            &other("log.example", 20_852_163, b"toor"),
            signature.clone(),
        );
        reject(
            "extension",
            "With extension lines it is no checkpoint of ours; ML-DSA-44 does not even cover them.",
            &format!("{text}extension\n"),
            signature.clone(),
        );
        reject(
            "not-a-checkpoint",
            "A cosignature is over a checkpoint.",
            "log.example\n",
            signature,
        );
    }
    // The name is part of what ML-DSA-44 signs: the bytes under another name fail there, and
    // the same key under another name has another id.
    let other = MlDsaCosigner::new("witness.example/w2", &seed(7)).expect("a name");
    let moved = to_base64(
        [
            &other.vkey().id().0,
            ml_dsa.sign(&checkpoint, TIME).signature(),
        ]
        .concat(),
    );
    let moved = format!("— witness.example/w2 {moved}")
        .parse()
        .expect("a line");
    cases.push(
        Case::reject(
            "cosignature",
            "ml-dsa-44-other-name",
            "ML-DSA-44 signs the cosigner's name.",
            &format!(
                "the signature of witness.example/w2 ({}) does not verify",
                other.vkey().id()
            ),
        )
        .field("vkey", other.vkey())
        .body(note(&text, vec![moved])),
    );
    // A plain signature over the text, under the id of a cosigner.
    let plain = NoteSigner::new("witness.example/w1", &seed(7))
        .expect("a name")
        .sign(&text);
    let posing = to_base64([&ed25519.vkey().id().0[..], &[0; 8], plain.signature()].concat());
    let posing = format!("— witness.example/w1 {posing}")
        .parse()
        .expect("a line");
    cases.push(
        Case::reject(
            "cosignature",
            "ed25519-note-signature",
            "A note signature is no cosignature: the messages differ.",
            &format!(
                "the signature of witness.example/w1 ({}) does not verify",
                ed25519.vkey().id()
            ),
        )
        .field("vkey", ed25519.vkey())
        .body(note(&text, vec![posing])),
    );
    assert_eq!(ed25519.vkey().key_type(), KeyType::Ed25519Cosignature);
    cases
}
