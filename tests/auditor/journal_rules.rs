//! R1, R3, R5, R6: the journal. (R2, which needs two runs, is in `runs`.)

use undersigned::auditor::{KeyTrust, Report, Trust, Verdict};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::replay::{Deviation, Fault, Rule};
use undersigned::protocol::statement;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::cosignature::Ed25519Cosigner;
use undersigned::tlog::hash::Hash;
use undersigned::tlog::note::{Note, NoteSigner, VerifierKey};
use undersigned::tlog::policy::Policy;
use undersigned::tlog::size::TreeSize;

use crate::forger::keys::seed;
use crate::forger::{Forger, Petition, journal_signers, journal_vkeys, root};
use crate::run::{NOW, assert_fine, deviations, found, options, run, run_with};

fn signed() -> (Forger, Petition) {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    (forger, petition)
}

fn trusting(forger: &Forger, checkpoint: Option<Vec<u8>>, trust: Trust) -> Report {
    let state = tempfile::tempdir().expect("a folder");
    let mut options = options(state.path());
    options.trust = trust;
    let mut files = forger.files();
    if let Some(checkpoint) = checkpoint {
        files.put("checkpoint", checkpoint);
    }
    run_with(&files, &options, NOW).expect("an audit")
}

fn keys(keys: &[VerifierKey]) -> Trust {
    Trust {
        keys: keys.to_vec(),
        policy: None,
    }
}

fn head(forger: &Forger, origin: &str) -> Checkpoint {
    Checkpoint {
        origin: origin.to_owned(),
        size: TreeSize(forger.journal.len() as u64),
        root: root(&forger.journal),
    }
}

/// One deviation, about the journal as a whole, that breaks R1.
fn assert_r1(report: &Report) {
    let rules: Vec<Rule> = report.deviations.iter().map(|d| d.rule).collect();
    assert_eq!(rules, [Rule::R1], "{:?}", report.deviations);
    let Deviation {
        petition,
        tree,
        index,
        entry,
        ..
    } = report.deviations[0].deviation;
    assert_eq!((petition, tree, index, entry), (None, None, None, None));
    assert_eq!(report.verdict, Verdict::Deviations);
    assert_eq!(report.work.leaves, 0, "what is not signed is not replayed");
}

#[test]
fn r1_a_checkpoint_with_one_of_two_signatures() {
    let (forger, _) = signed();
    let head = head(&forger, "a.example");
    let (ed25519, ml_dsa) = journal_signers("a.example");
    let text = head.to_string();
    for signature in [ed25519.sign(&text), ml_dsa.sign(&head, NOW)] {
        let note = Note::new(&text, vec![signature])
            .expect("a note")
            .to_bytes();
        assert_r1(&trusting(&forger, Some(note), Trust::default()));
    }
}

#[test]
fn r1_a_checkpoint_by_other_keys() {
    let (forger, _) = signed();
    let head = head(&forger, "a.example");
    let text = head.to_string();
    let other = NoteSigner::new("a.example", &seed("somebody else")).expect("a name");
    let note = Note::new(&text, vec![other.sign(&text)]).expect("a note");
    assert_r1(&trusting(&forger, Some(note.to_bytes()), Trust::default()));
}

#[test]
fn r1_a_checkpoint_of_another_origin() {
    // Signed by a's keys under a's name, but it is not a's checkpoint.
    let (forger, _) = signed();
    let head = head(&forger, "b.example");
    let (ed25519, ml_dsa) = journal_signers("a.example");
    let text = head.to_string();
    let signatures = vec![ed25519.sign(&text), ml_dsa.sign(&head, NOW)];
    let note = Note::new(&text, signatures).expect("a note").to_bytes();
    let pinned = journal_vkeys("a.example");
    assert_r1(&trusting(&forger, Some(note), keys(&pinned)));
}

#[test]
fn r1_keys_that_were_given_and_did_not_sign() {
    let (forger, _) = signed();
    let other = NoteSigner::new("a.example", &seed("somebody else")).expect("a name");
    assert_r1(&trusting(&forger, None, keys(&[other.vkey()])));
    let elsewhere = journal_vkeys("b.example");
    assert_r1(&trusting(&forger, None, keys(&elsewhere)));
}

#[test]
fn keys_that_were_given_and_signed_are_fine() {
    let (forger, _) = signed();
    let all = journal_vkeys("a.example");
    for given in [&all[..], &all[..1], &all[1..]] {
        let report = trusting(&forger, None, keys(given));
        assert_fine(&report);
        assert_eq!(report.key_trust, KeyTrust::Given);
        assert_eq!(report.keys.len(), 2, "the manifest pins both");
    }
}

#[test]
fn r1_a_policy_whose_quorum_is_missing() {
    let (forger, _) = signed();
    let witness = Ed25519Cosigner::new("witness.example/w", &seed("witness")).expect("a name");
    let [key, _] = journal_vkeys("a.example");
    let text = format!("log {key}\nwitness w {}\nquorum w\n", witness.vkey());
    let policy: Policy = text.parse().expect("a policy");
    let trust = Trust {
        keys: Vec::new(),
        policy: Some(policy),
    };
    assert_r1(&trusting(&forger, None, trust.clone()));
    let note = Note::parse(&forger.checkpoint()).expect("a note");
    let cosigned = note
        .with_signatures(vec![witness.sign(&head(&forger, "a.example"), NOW)])
        .expect("a note");
    let report = trusting(&forger, Some(cosigned.to_bytes()), trust);
    assert_fine(&report);
    assert_eq!(report.witnesses, ["w"]);
    assert_eq!(report.key_trust, KeyTrust::Given);
}

#[test]
fn r3_other_entries_than_the_checkpoint_says() {
    let (mut forger, _) = signed();
    let checkpoint = forger.checkpoint();
    let signed_root = root(&forger.journal);
    let last = forger.journal.last_mut().expect("a tally");
    let at = last.len() - 60;
    last[at] ^= 1;
    let report = trusting(&forger, Some(checkpoint), Trust::default());
    let fault = Fault::JournalRoot {
        size: 2,
        signed: signed_root,
        computed: root(&forger.journal),
    };
    assert_eq!(found(&report), [fault.journal()]);
    assert_eq!(report.work.leaves, 0);
}

#[test]
fn r3_an_empty_journal_with_a_root() {
    let forger = Forger::new("a.example");
    let mut head = head(&forger, "a.example");
    head.root = seed_hash();
    let (ed25519, ml_dsa) = journal_signers("a.example");
    let text = head.to_string();
    let signatures = vec![ed25519.sign(&text), ml_dsa.sign(&head, NOW)];
    let note = Note::new(&text, signatures).expect("a note").to_bytes();
    let report = trusting(&forger, Some(note), keys(&journal_vkeys("a.example")));
    let fault = Fault::JournalRoot {
        size: 0,
        signed: seed_hash(),
        computed: root(&[]),
    };
    assert_eq!(found(&report), [fault.journal()]);
}

fn seed_hash() -> Hash {
    Hash(seed("a root"))
}

#[test]
fn r5_an_entry_that_is_no_statement() {
    let entries: [&[u8]; 4] = [b"", b"no line", b"\xff\xfe\n", b"undersigned/closed/v1\n"];
    for entry in entries {
        let (mut forger, _) = signed();
        forger.journal.push(entry.to_vec());
        let found = deviations(&forger, NOW);
        assert_eq!(found.len(), 1, "{entry:?}: {found:?}");
        assert_eq!(found[0].rule(), Rule::R5);
        assert_eq!((found[0].petition, found[0].entry), (None, Some(2)));
    }
}

#[test]
fn r5_a_malformed_tally_of_a_known_petition() {
    let (mut forger, petition) = signed();
    let id = petition.id();
    let entry = format!("undersigned/tally/v1\npetition {id}\ntime 01\n");
    forger.journal.push(entry.into_bytes());
    let found = deviations(&forger, NOW);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule(), Rule::R5);
    assert_eq!((found[0].petition, found[0].entry), (Some(id), Some(2)));
}

#[test]
fn r5_kinds_to_come_are_passed_over() {
    let (mut forger, petition) = signed();
    let id = petition.id();
    forger
        .journal
        .push(b"undersigned/weather/v9\nfine\n".to_vec());
    let about = format!("undersigned/praised/v1\npetition {id}\n");
    forger.journal.push(about.into_bytes());
    let unknown = format!("undersigned/praised/v1\npetition {}\n", "00".repeat(32));
    forger.journal.push(unknown.into_bytes());
    assert_eq!(deviations(&forger, NOW), []);
}

#[test]
fn r5_a_tally_before_its_petition() {
    let petition = Petition::new("petition", "a.example", "a.example");
    let mut forger = Forger::new("a.example");
    forger.publish(&Petition::new("other", "a.example", "a.example"));
    forger.petitions.push(petition.clone());
    forger.sign(&petition, 0..1);
    forger.publish(&petition);
    forger.served.clear();
    let fault = Fault::UnknownPetition.statement(petition.id(), 1);
    assert_eq!(deviations(&forger, NOW), [fault]);
}

#[test]
fn r6_published_twice() {
    let (mut forger, petition) = signed();
    forger.publish(&petition);
    forger.petitions.pop();
    let fault = Fault::PublishedTwice { first: 0 };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.statement(petition.id(), 2)]
    );
}

#[test]
fn r6_published_by_somebody_else() {
    let (mut forger, _) = signed();
    let petition = Petition::new("other", "a.example", "a.example");
    let text = statement::published(&petition.manifest);
    let other = NoteSigner::new("organiser", &seed("somebody else")).expect("a name");
    let (instance, _) = journal_signers("a.example");
    for signer in [other, instance] {
        let mut forger = forger.clone();
        forger.state(&text, &signer);
        let found = deviations(&forger, NOW);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rule(), Rule::R6);
        assert_eq!(
            (found[0].petition, found[0].entry),
            (Some(petition.id()), Some(2))
        );
    }
    forger.publish(&petition);
    assert_eq!(deviations(&forger, NOW), []);
}

#[test]
fn r6_a_manifest_that_is_refused() {
    let (mut forger, _) = signed();
    let petition = Petition::new("other", "a.example", "a.example");
    // One letter of the text differs from what the id says.
    let text = statement::published(&petition.manifest).replace("Dear", "Dead");
    forger.state(&text, &petition.organiser());
    let found = deviations(&forger, NOW);
    assert_eq!(found.len(), 1);
    assert!(
        matches!(found[0].fault, Fault::Manifest { .. }),
        "{found:?}"
    );
    assert_eq!(found[0].rule(), Rule::R6);
    assert_eq!(
        (found[0].petition, found[0].entry),
        (Some(petition.id()), Some(2))
    );
}

#[test]
fn r6_other_journal_keys_than_those_that_sign() {
    let (mut forger, _) = signed();
    let other = NoteSigner::new("a.example", &seed("somebody else")).expect("a name");
    let change = |vkeys: &mut Vec<String>| vkeys[0] = other.vkey().to_string();
    let changed = |which: &str| {
        Petition::changed(which, "a.example", "a.example", |terms| match which {
            "registrar" => change(&mut terms.registrar.vkeys),
            "ledger" => change(&mut terms.ledger.vkeys),
            _ => {
                change(&mut terms.registrar.vkeys);
                change(&mut terms.ledger.vkeys);
            }
        })
    };
    for which in ["registrar", "ledger", "both"] {
        let petition = changed(which);
        let mut forger = forger.clone();
        forger.publish(&petition);
        let fault = Fault::JournalKeys.statement(petition.id(), 2);
        assert_eq!(deviations(&forger, NOW), [fault], "{which}");
    }
    // Where that manifest is the only one, its keys are tried, and have not signed.
    let petition = changed("both");
    forger = Forger::new("a.example");
    forger.publish(&petition);
    assert_r1(&run(&forger.files(), NOW));
}

#[test]
fn r6_a_petition_that_is_kept_elsewhere() {
    let (mut forger, _) = signed();
    let petition = Petition::new("other", "b.example", "c.example");
    forger.publish(&petition);
    let fault = Fault::NotKeptHere.statement(petition.id(), 2);
    assert_eq!(deviations(&forger, NOW), [fault]);
    // A tally of it lists trees that are not kept here.
    forger.batch(&petition, Tree::Roll, vec![petition.roll(0)]);
    let text = format!(
        "undersigned/tally/v1\npetition {}\ntime {}\nprevious none\nroll 1 {}\nstrikes 0 {}\n",
        petition.id(),
        forger.time,
        root(&[petition.roll(0)]),
        root(&[])
    );
    forger.tally_as(&petition, &text);
    let kept = Fault::NotKeptHere.statement(petition.id(), 2);
    let trees = Fault::TallyTrees.statement(petition.id(), 3);
    assert_eq!(deviations(&forger, NOW), [kept, trees]);
}
