//! What the witness signs, judged by others: our policies, a foreign implementation of
//! notes, and messages put together by hand from the specification.

use ed25519_dalek::{Signature, VerifyingKey};
use signed_note::{StandardVerifier, Verifier, VerifierList};
use undersigned::tlog::note::{KeyType, Note, NoteSignature, VerifierKey};
use undersigned::tlog::policy::{Policy, PolicyError};

use crate::house::{House, NAME, NOW, Place, logs};
use crate::log::Log;

#[tokio::test]
async fn a_policy_counts_each_key_as_a_witness() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    let [ed25519, ml_dsa] = house.vkeys();
    let policy = |quorum: &str| -> Policy {
        let text = format!(
            "log {}\nwitness ed {ed25519}\nwitness ml {ml_dsa}\ngroup both all ed ml\n\
             group either any both\nquorum {quorum}\n",
            log.vkey()
        );
        text.parse().expect("a policy")
    };
    let cosigned = house.post(log.body(0, 9)).await.cosigned(&log.note(9));
    for (quorum, count) in [("ed", 1), ("ml", 1), ("both", 2), ("either", 2)] {
        let witnessed = policy(quorum).verify(&cosigned).expect("witnessed");
        assert_eq!(witnessed.checkpoint(), &log.checkpoint(9));
        assert_eq!(witnessed.witnesses().len(), count, "{quorum}");
        assert_eq!(witnessed.earliest(), Some(NOW));
    }
    let refused = policy("either").verify(&log.note(9));
    assert_eq!(refused, Err(PolicyError::Quorum { cosigned: 0 }));
    // Cosignatures belong to one checkpoint.
    let lines: Vec<_> = cosigned.signatures()[1..].to_vec();
    let moved = log.note(10).with_signatures(lines).expect("a note");
    assert!(matches!(
        policy("either").verify(&moved),
        Err(PolicyError::Note(_))
    ));
}

/// A cosignature as tlog-cosignature, "Ed25519 signed message", has it.
struct ByHand {
    key: VerifierKey,
}

impl Verifier for ByHand {
    fn name(&self) -> &str {
        self.key.name().as_str()
    }

    fn key_id(&self) -> u32 {
        u32::from_be_bytes(self.key.id().0)
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let (time, signature) = signature.split_at(8);
        let time = u64::from_be_bytes(time.try_into().expect("eight bytes"));
        let mut message = format!("cosignature/v1\ntime {time}\n").into_bytes();
        message.extend_from_slice(text);
        let key: &[u8; 32] = self.key.public_key().try_into().expect("32 bytes");
        let key = VerifyingKey::from_bytes(key).expect("a point");
        let signature = Signature::from_slice(signature).expect("64 bytes");
        time != 0 && key.verify_strict(&message, &signature).is_ok()
    }
}

fn foreign_verdict(note: &[u8], log: &Log, witness: &VerifierKey) -> usize {
    let by_log = StandardVerifier::new(&log.vkey().to_string()).expect("their parser takes it");
    let by_witness = ByHand {
        key: witness.clone(),
    };
    let known = VerifierList::new(vec![Box::new(by_log), Box::new(by_witness)]);
    let note = signed_note::Note::from_bytes(note).expect("a note there");
    let (verified, others) = note.verify(&known).expect("verifies there");
    assert_eq!(
        others.len(),
        1,
        "the ML-DSA-44 cosignature is unknown there"
    );
    verified.len()
}

#[tokio::test]
async fn a_foreign_implementation_verifies_what_is_served() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    let [ed25519, _] = house.vkeys();
    for (old, new) in [(0, 7), (7, 7), (7, 31)] {
        house.place.clock.advance(60);
        house
            .post(log.body(old, new))
            .await
            .cosigned(&log.note(new));
        let served = house.latest(&log).await.body;
        assert_eq!(foreign_verdict(&served, &log, &ed25519), 2);
    }
}

#[tokio::test]
async fn extension_lines_are_carried_if_the_log_signed_them() {
    let log = Log::one();
    let mut list = logs(&[&log]);
    list.add(log.cosigner().vkey(), None).expect("a second key");
    let house = House::with(Place::new(), list, "", 0).await;
    let [ed25519, ml_dsa] = house.vkeys();
    let text = format!("{}more from the log\n—\n", log.checkpoint(9));
    let by_cosigner = log.cosigner().sign(&log.checkpoint(9), NOW);

    let alone = Note::new(&text, vec![by_cosigner.clone()]).expect("a note");
    let refused = house.post(Log::forced(0, vec![], alone)).await;
    assert_eq!(refused.status, 403, "anyone could have written them");
    let blank = log.sign(&format!("{}\nmore\n", log.checkpoint(9)));
    let body = format!("old 0\n\n{blank}");
    assert_eq!(
        house.post(body).await.status,
        400,
        "an empty extension line"
    );

    let signed = log
        .sign(&text)
        .with_signatures(vec![by_cosigner])
        .expect("a note");
    let cosigned = house
        .post(Log::forced(0, vec![], signed.clone()))
        .await
        .cosigned(&signed);
    let served = house.latest(&log).await.body;
    assert_eq!(served, cosigned.to_bytes());
    let known: Vec<Box<dyn Verifier>> = vec![Box::new(ByHand {
        key: ed25519.clone(),
    })];
    let note = signed_note::Note::from_bytes(&served).expect("a note there");
    let (verified, _) = note
        .verify(&VerifierList::new(known))
        .expect("covers the lines");
    assert_eq!(verified.len(), 1);
    // ML-DSA-44 signs the first three lines.
    let line = |kind| -> NoteSignature {
        let key = if kind == KeyType::MlDsa44Cosignature {
            &ml_dsa
        } else {
            &ed25519
        };
        let mut lines = cosigned.signatures().iter();
        lines
            .find(|line| line.id() == key.id())
            .expect("cosigned")
            .clone()
    };
    let bare = log.checkpoint(9).to_string();
    let bare = Note::new(&bare, vec![line(KeyType::MlDsa44Cosignature)]).expect("a note");
    bare.verify(&[&ml_dsa]).expect("verifies");

    // It is remembered like any other.
    let mut list = logs(&[&log]);
    list.add(log.cosigner().vkey(), None).expect("a second key");
    let house = house.restarted(list).await;
    assert_eq!(house.latest(&log).await.body, served);
    assert_eq!(house.post(log.body(9, 12)).await.status, 200);
}

#[tokio::test]
async fn names_and_keys_are_those_of_the_key_file() {
    let house = House::new(&[]).await;
    let [ed25519, ml_dsa] = house.vkeys();
    assert_eq!(ed25519.key_type(), KeyType::Ed25519Cosignature);
    assert_eq!(ml_dsa.key_type(), KeyType::MlDsa44Cosignature);
    assert_eq!(
        (ed25519.name().as_str(), ml_dsa.name().as_str()),
        (NAME, NAME)
    );
    assert_eq!(house.place.keys().vkeys(), [ed25519, ml_dsa]);
}
