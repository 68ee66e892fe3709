//! Policies: who must have signed, and proofs that stand on them.

use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::cosignature::{Ed25519Cosigner, MlDsaCosigner};
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::note::{Note, NoteError, NoteSignature, NoteSigner};
use undersigned::tlog::policy::{Policy, PolicyError};
use undersigned::tlog::proof::{ProofError, inclusion_proof, root};
use undersigned::tlog::size::{LeafIndex, TreeSize};
use undersigned::tlog::tlog_proof::{TlogProof, TlogProofError};

use crate::model;

const ORIGIN: &str = "log.example";
const NOW: u64 = 1_700_000_000;

fn log() -> NoteSigner {
    NoteSigner::new(ORIGIN, &[1; 32]).expect("a name")
}

/// Six witnesses, as in the example of tlog-policy: x0 x1 x2 y0 y1 y2.
fn witnesses() -> Vec<Ed25519Cosigner> {
    let name = |i: u8| format!("{}{}.example", if i < 3 { 'x' } else { 'y' }, i % 3);
    (0..6)
        .map(|i| Ed25519Cosigner::new(&name(i), &[10 + i; 32]).expect("a name"))
        .collect()
}

fn policy(rules: &str) -> Policy {
    let mut text = format!("# a comment\n\nlog {}\n", log().vkey());
    for (witness, name) in witnesses().iter().zip(["X1", "X2", "X3", "Y1", "Y2", "Y3"]) {
        let (key, url) = (witness.vkey(), format!("https://{name}.example/"));
        text.push_str(&["\twitness ", name, "  ", &key.to_string(), " ", &url, " \n"].concat());
    }
    (text + rules).parse().expect("a policy")
}

fn checkpoint(root: Hash, size: u64) -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.into(),
        size: TreeSize(size),
        root,
    }
}

/// A checkpoint signed by the log and by those witnesses whose bit is set.
fn signed(checkpoint: &Checkpoint, mask: u32) -> Note {
    let text = checkpoint.to_string();
    let mut signatures = vec![log().sign(&text)];
    for (i, witness) in (0u32..).zip(&witnesses()) {
        if mask >> i & 1 == 1 {
            signatures.push(witness.sign(checkpoint, NOW + u64::from(i)));
        }
    }
    Note::new(&text, signatures).expect("a note")
}

#[test]
fn a_quorum_is_what_the_groups_say() {
    let checkpoint = checkpoint(leaf_hash(b""), 1);
    let nested = policy(
        "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
    );
    let single = policy("quorum Y3\n");
    let none = policy("quorum none\n");
    assert!(nested.requires_witnesses() && !none.requires_witnesses());
    for mask in 0..64u32 {
        let note = signed(&checkpoint, mask);
        let (x, y) = ((mask & 7).count_ones(), (mask >> 3).count_ones());
        let verdict = nested.verify(&note);
        assert_eq!(verdict.is_ok(), x >= 2 && y >= 1, "witnesses {mask:06b}");
        match verdict {
            Ok(witnessed) => {
                assert_eq!(witnessed.checkpoint(), &checkpoint);
                assert_eq!(witnessed.log_keys(), [log().vkey()]);
                assert_eq!(witnessed.witnesses().len(), (x + y) as usize);
                assert_eq!(
                    witnessed.earliest(),
                    Some(NOW + u64::from(mask.trailing_zeros()))
                );
                assert_eq!(witnessed.latest(), Some(NOW + u64::from(mask.ilog2())));
            }
            Err(error) => {
                let cosigned = (x + y) as usize;
                assert_eq!(error, PolicyError::Quorum { cosigned });
            }
        }
        assert_eq!(single.verify(&note).is_ok(), mask >> 5 == 1);
        let witnessed = none.verify(&note).expect("no witness is required");
        assert!(witnessed.witnesses().is_empty(), "none of them counted");
    }
}

#[test]
fn the_log_must_have_signed_under_its_origin() {
    let witnesses = witnesses();
    let policy = policy("quorum X1\n");
    let checkpoint = checkpoint(leaf_hash(b""), 1);
    let text = checkpoint.to_string();
    let only_witness = Note::new(&text, vec![witnesses[0].sign(&checkpoint, NOW)]).expect("a note");
    assert_eq!(
        policy.verify(&only_witness),
        Err(PolicyError::Log(ORIGIN.into()))
    );
    let nobody = Note::new(
        &text,
        vec![
            NoteSigner::new("z.example", &[9; 32])
                .expect("a name")
                .sign(&text),
        ],
    );
    let verdict = policy.verify(&nobody.expect("a note"));
    assert_eq!(verdict, Err(PolicyError::Note(NoteError::Unsigned)));
    // A known log signs for another log's origin.
    let other = Checkpoint {
        origin: "other.example".into(),
        ..checkpoint
    };
    let text = other.to_string();
    let signatures = vec![log().sign(&text), witnesses[0].sign(&other, NOW)];
    let verdict = policy.verify(&Note::new(&text, signatures).expect("a note"));
    assert_eq!(verdict, Err(PolicyError::Log("other.example".into())));
}

#[test]
fn a_witness_counts_once_however_often_it_signs() {
    let policy = policy("group two 2 X1 X2\nquorum two\n");
    let checkpoint = checkpoint(leaf_hash(b""), 1);
    let x1 = &witnesses()[0];
    let again: Vec<NoteSignature> = (0..3).map(|i| x1.sign(&checkpoint, NOW + i)).collect();
    let note = signed(&checkpoint, 0)
        .with_signatures(again)
        .expect("a note");
    assert_eq!(
        policy.verify(&note),
        Err(PolicyError::Quorum { cosigned: 1 })
    );
}

#[test]
fn a_log_may_sign_with_ml_dsa_alone() {
    let key = MlDsaCosigner::new(ORIGIN, &[3; 32]).expect("a name");
    let checkpoint = checkpoint(leaf_hash(b""), 1);
    let signature = key.sign(&checkpoint, NOW);
    let note = Note::new(&checkpoint.to_string(), vec![signature]).expect("a note");
    let witnessed = Policy::of_logs([key.vkey()]).verify(&note).expect("pinned");
    assert_eq!(
        (witnessed.earliest(), witnessed.latest()),
        (None, None),
        "a log is no witness"
    );
}

#[test]
fn a_proof_binds_leaf_index_and_checkpoint() {
    let leaves = model::leaves(11);
    let size = TreeSize(11);
    let checkpoint = checkpoint(root(size, &leaves).expect("memory"), 11);
    let policy = policy("quorum X1\n");
    let note = signed(&checkpoint, 1);
    for i in 0..11u64 {
        let path = inclusion_proof(LeafIndex(i), size, &leaves).expect("in the tree");
        let leaf = &leaves.0[usize::try_from(i).expect("small")];
        let proof = TlogProof::new(
            LeafIndex(i),
            path.clone(),
            note.clone(),
            Some(b"extra".into()),
        );
        let proof: TlogProof = proof.to_string().parse().expect("its own text");
        let witnessed = proof.verify(leaf, &policy).expect("a proof");
        assert_eq!(witnessed.checkpoint(), &checkpoint);
        assert_eq!(
            (proof.index(), proof.extra()),
            (LeafIndex(i), Some(&b"extra"[..]))
        );
        let wrong = proof.verify(&leaf_hash(b"another"), &policy);
        assert_eq!(wrong, Err(TlogProofError::Proof(ProofError::Root)));
        let unwitnessed = TlogProof::new(LeafIndex(i), path, signed(&checkpoint, 2), None);
        let verdict = unwitnessed.verify(leaf, &policy);
        assert_eq!(
            verdict,
            Err(TlogProofError::Policy(PolicyError::Quorum { cosigned: 0 }))
        );
    }
}
