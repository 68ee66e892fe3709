//! Notes: which signatures make one verify, which make it fail, and text forms.

use proptest::prelude::*;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::cosignature::{Ed25519Cosigner, MlDsaCosigner};
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::{
    KeyError, KeyType, Note, NoteError, NoteSignature, NoteSigner, SIGNATURES_MAX, VerifierKey,
};
use undersigned::tlog::size::TreeSize;
use undersigned::tlog::tlog_proof::TlogProof;

const TEXT: &str = "one\n\ntwo\n";

fn signer(name: &str, seed: u8) -> NoteSigner {
    NoteSigner::new(name, &[seed; 32]).expect("a name")
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: "log.example".into(),
        size: TreeSize(7),
        root: leaf_hash(b"root"),
    }
}

/// The signature with its last byte changed.
fn spoiled(signature: &NoteSignature) -> NoteSignature {
    let line = signature.to_string();
    // 4 + 64 bytes of an Ed25519 signature end in one padding character.
    let last = if line.ends_with("A=") { "E=" } else { "A=" };
    let head = line.strip_suffix('=').expect("padding");
    let head = &head[..head.len() - 1];
    format!("{head}{last}")
        .parse()
        .expect("still a signature line")
}

#[test]
fn known_keys_must_verify_and_others_are_ignored() {
    let (a, b, c) = (
        signer("a.example", 1),
        signer("b.example", 2),
        signer("c.example", 3),
    );
    let note = Note::new(TEXT, vec![a.sign(TEXT), b.sign(TEXT)]).expect("a note");
    let verified = note.verify(&[&a.vkey(), &c.vkey()]).expect("a signed");
    assert_eq!(verified.text(), TEXT);
    assert!(verified.is_signed_by(&a.vkey()));
    assert!(!verified.is_signed_by(&b.vkey()), "b is not known");
    assert_eq!(verified.signatures().len(), 1);
    assert_eq!(note.verify(&[&c.vkey()]), Err(NoteError::Unsigned));
    assert_eq!(note.verify(&[]), Err(NoteError::Unsigned));

    let note = Note::new(TEXT, vec![a.sign(TEXT), spoiled(&b.sign(TEXT))]).expect("a note");
    note.verify(&[&a.vkey()])
        .expect("a bad signature by a stranger does not matter");
    let bad = NoteError::Invalid {
        name: b.vkey().name().clone(),
        id: b.vkey().id(),
    };
    assert_eq!(note.verify(&[&a.vkey(), &b.vkey()]), Err(bad));
}

#[test]
fn a_stranger_may_share_a_name_or_an_id_but_not_both() {
    let (own, namesake) = (signer("a.example", 1), signer("a.example", 2));
    let note = Note::new(TEXT, vec![namesake.sign(TEXT), own.sign(TEXT)]).expect("a note");
    assert_eq!(
        note.verify(&[&own.vkey()])
            .expect("own signed")
            .signatures()
            .len(),
        1
    );
    // The same key given twice is one key.
    note.verify(&[&own.vkey(), &own.vkey()])
        .expect("own signed");
}

#[test]
fn each_type_has_an_id_of_its_own() {
    let seed = [9; 32];
    let note = NoteSigner::new("k.example", &seed).expect("a name").vkey();
    let cosigner = Ed25519Cosigner::new("k.example", &seed)
        .expect("a name")
        .vkey();
    assert_eq!(note.public_key(), cosigner.public_key());
    assert_ne!(note.id(), cosigner.id());
    assert_ne!(note, cosigner);
    let types = [note.key_type(), cosigner.key_type()];
    assert_eq!(types, [KeyType::Ed25519, KeyType::Ed25519Cosignature]);
}

#[test]
fn cosignatures_are_over_name_time_and_checkpoint() {
    let checkpoint = checkpoint();
    let text = checkpoint.to_string();
    let ed25519 = Ed25519Cosigner::new("w.example", &[1; 32]).expect("a name");
    let ml_dsa = MlDsaCosigner::new("w.example", &[2; 32]).expect("a name");
    let signatures = vec![
        ed25519.sign(&checkpoint, 1_700_000_000),
        ml_dsa.sign(&checkpoint, 0),
    ];
    let note = Note::new(&text, signatures).expect("a note");
    let verified = note
        .verify(&[&ed25519.vkey(), &ml_dsa.vkey()])
        .expect("both signed");
    let times: Vec<_> = verified.signatures().iter().map(|s| s.time).collect();
    assert_eq!(times, [Some(1_700_000_000), None]);

    for line in note.signatures() {
        // Another time, another text, or the same bytes under another name.
        let mut late = line.signature().to_vec();
        late[7] ^= 1;
        assert!(
            replace(&note, line, line.name().as_str(), &late)
                .verify(&[&ed25519.vkey(), &ml_dsa.vkey()])
                .is_err()
        );
        let other = Checkpoint {
            size: TreeSize(8),
            ..checkpoint.clone()
        }
        .to_string();
        let moved = Note::new(&other, vec![line.clone()]).expect("a note");
        assert!(moved.verify(&[&ed25519.vkey(), &ml_dsa.vkey()]).is_err());
    }
    // ML-DSA commits to the cosigner's name.
    let renamed = MlDsaCosigner::new("v.example", &[2; 32]).expect("a name");
    let (own, foreign) = (ml_dsa.sign(&checkpoint, 5), renamed.sign(&checkpoint, 5));
    assert_ne!(own.signature(), foreign.signature());
}

/// The note with the bytes of one signature replaced.
fn replace(note: &Note, line: &NoteSignature, name: &str, bytes: &[u8]) -> Note {
    use base64::Engine as _;
    let whole = [&line.id().0, bytes].concat();
    let base64 = base64::engine::general_purpose::STANDARD.encode(whole);
    let new = format!("— {name} {base64}")
        .parse()
        .expect("a signature line");
    Note::new(note.text(), vec![new]).expect("a note")
}

#[test]
fn a_cosignature_needs_a_checkpoint_without_extension_lines() {
    let cosigner = MlDsaCosigner::new("w.example", &[2; 32]).expect("a name");
    let signature = cosigner.sign(&checkpoint(), 5);
    // ML-DSA-44 does not cover extension lines: a note with one must not verify.
    let text = format!("{}extension\n", checkpoint());
    let note = Note::new(&text, vec![signature]).expect("a note");
    assert!(matches!(
        note.verify(&[&cosigner.vkey()]),
        Err(NoteError::Invalid { .. })
    ));
}

#[test]
fn limits() {
    let a = signer("a.example", 1);
    let many = vec![a.sign(TEXT); SIGNATURES_MAX];
    let note = Note::new(TEXT, many.clone()).expect("as many as allowed");
    assert_eq!(Note::parse(&note.to_bytes()), Ok(note.clone()));
    assert_eq!(
        note.with_signatures(many).unwrap_err(),
        NoteError::Count(200)
    );
    assert_eq!(Note::new(TEXT, vec![]), Err(NoteError::Count(0)));
    assert_eq!(
        Note::new("no newline", vec![a.sign("")]),
        Err(NoteError::Text)
    );
    assert_eq!(
        Note::new("a\tb\n", vec![a.sign("")]),
        Err(NoteError::Control(9))
    );
    let long = "x".repeat(1_000_000) + "\n";
    assert!(matches!(
        Note::new(&long, vec![a.sign(&long)]),
        Err(NoteError::TooLong(_))
    ));
    let long_name = "n".repeat(256);
    let error = MlDsaCosigner::new(&long_name, &[1; 32]).err();
    assert_eq!(error, Some(KeyError::NameLength(256)));
}

#[test]
fn signer_keys_read_back_and_hide() {
    let a = signer("a.example", 1);
    let text = a.to_secret_text();
    assert!(text.starts_with("PRIVATE+KEY+a.example+"));
    let back: NoteSigner = text.parse().expect("its own text");
    assert_eq!(back.vkey(), a.vkey());
    assert_eq!(back.sign(TEXT), a.sign(TEXT));
    assert!(
        !format!("{a:?}").contains("AQEB"),
        "no key byte in debug output"
    );
    let wrong = text
        .replacen("a.example", "b.example", 1)
        .parse::<NoteSigner>()
        .err();
    assert!(matches!(wrong, Some(KeyError::Id { .. })));
    assert_eq!("a+b+c".parse::<NoteSigner>().err(), Some(KeyError::Shape));
}

#[test]
fn weak_and_ambiguous_points_are_refused() {
    let zero = VerifierKey::ed25519("a.example", &[0; 32]);
    assert_eq!(zero.err(), Some(KeyError::Point), "order 4");
    let mut one = [0; 32];
    one[0] = 1;
    assert_eq!(
        VerifierKey::ed25519("a.example", &one).err(),
        Some(KeyError::Point),
        "order 1"
    );
    // y = p + 3, another encoding of y = 3, a point of large order.
    let mut canonical = [0; 32];
    canonical[0] = 3;
    VerifierKey::ed25519("a.example", &canonical).expect("a point of large order");
    let mut other = [0xff; 32];
    other[0] = 0xf0;
    other[31] = 0x7f;
    assert_eq!(
        VerifierKey::ed25519("a.example", &other).err(),
        Some(KeyError::Point)
    );
}

proptest! {
    #[test]
    fn notes_have_one_spelling(text in "([^\u{0}-\u{1f}]{0,20}\n){1,5}", seeds in proptest::collection::vec(any::<u8>(), 1..4)) {
        let signatures = seeds.iter().map(|seed| signer("a.example", *seed).sign(&text)).collect();
        let note = Note::new(&text, signatures).unwrap();
        let bytes = note.to_bytes();
        prop_assert_eq!(&Note::parse(&bytes), &Ok(note.clone()));
        let proof = format!("c2sp.org/tlog-proof@v1\nindex 3\n{}\n\n{note}", leaf_hash(b""));
        prop_assert_eq!(proof.parse::<TlogProof>().unwrap().to_string(), proof);
    }

    #[test]
    fn whatever_parses_prints_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,40}\n\n— [a-z +]{0,4} [A-Za-z0-9+/=]{0,12}\n") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(note) = Note::parse(bytes) {
                prop_assert_eq!(note.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn keys_print_what_they_parse(seed: [u8; 32], cut in 0usize..90) {
        let key = NoteSigner::new("a.example", &seed).unwrap().vkey();
        let text = key.to_string();
        prop_assert_eq!(text.parse::<VerifierKey>(), Ok(key));
        let cut = cut.min(text.len() - 1);
        prop_assert!(text[..cut].parse::<VerifierKey>().is_err());
    }
}
