//! R20 and R21: dates and the end.

use undersigned::protocol::erased::ErasedKey;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::replay::{Fault, Rule};
use undersigned::protocol::saying::{Saying, Speaker};
use undersigned::protocol::statement::{self, DateChange};
use undersigned::tlog::note::NoteSigner;

use crate::forger::keys::seed;
use crate::forger::{DAY, Forger, OPENS, Petition, journal_signers};
use crate::run::{LATE, NOW, deviations};

fn signed() -> (Forger, Petition) {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    (forger, petition)
}

/// An instance whose petition is over and closed.
fn closed() -> (Forger, Petition, u64) {
    let (mut forger, petition) = signed();
    forger.time = petition.dates().submit_until + 60;
    forger.sign(&petition, 2..3);
    forger.close(&petition);
    let entry = forger.journal.len() as u64 - 1;
    (forger, petition, entry)
}

fn somebody() -> NoteSigner {
    NoteSigner::new("organiser", &seed("somebody else")).expect("a name")
}

#[test]
fn r20_dates_by_somebody_else() {
    for (change, shift) in [(DateChange::Later, 1), (DateChange::Earlier, -1)] {
        let (mut forger, petition) = signed();
        let mut dates = petition.dates();
        dates.confirm_until = dates.confirm_until.saturating_add_signed(shift);
        let text = statement::dated(petition.id(), change, &dates);
        forger.state(&text, &somebody());
        let found = deviations(&forger, NOW);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rule(), Rule::R20);
        assert_eq!(found[0].entry, Some(2));
        assert_eq!(found[0].petition, Some(petition.id()));
    }
}

#[test]
fn r20_dates_by_the_instance() {
    let (mut forger, petition) = signed();
    let mut dates = petition.dates();
    dates.confirm_until += 1;
    let text = statement::dated(petition.id(), DateChange::Later, &dates);
    let (instance, _) = journal_signers("a.example");
    forger.state(&text, &instance);
    let found = deviations(&forger, NOW);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule(), Rule::R20);
}

#[test]
fn r20_dates_in_the_wrong_direction() {
    let (mut forger, petition) = signed();
    let mut dates = petition.dates();
    dates.confirm_until -= DAY;
    forger.dated(&petition, DateChange::Later, &dates);
    dates = petition.dates();
    dates.submit_until -= DAY / 2;
    forger.dated(&petition, DateChange::Earlier, &dates);
    let fault = |entry| Fault::Dates.statement(petition.id(), entry);
    assert_eq!(deviations(&forger, NOW), [fault(2), fault(3)]);
}

#[test]
fn r20_an_old_statement_said_again() {
    // Earlier, later again, and then somebody repeats the first.
    let (mut forger, petition) = signed();
    let mut earlier = petition.dates();
    earlier.confirm_until -= DAY;
    forger.dated(&petition, DateChange::Earlier, &earlier);
    let mut later = petition.dates();
    later.submit_until += DAY;
    forger.dated(&petition, DateChange::Later, &later);
    assert_eq!(deviations(&forger, NOW), []);
    forger.dated(&petition, DateChange::Earlier, &earlier);
    let fault = Fault::SaidBefore { first: 2 };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.statement(petition.id(), 4)]
    );
}

#[test]
fn r20_dates_after_the_end() {
    let (mut forger, petition) = signed();
    let since = petition.dates().submit_until;
    forger.time = since + 1;
    forger.sign(&petition, 2..3);
    let mut dates = petition.dates();
    dates.confirm_until += 5 * DAY;
    dates.submit_until += 5 * DAY;
    forger.dated(&petition, DateChange::Later, &dates);
    let fault = Fault::DatesAfterEnd { since };
    assert_eq!(
        deviations(&forger, LATE),
        [fault.statement(petition.id(), 3)]
    );
}

#[test]
fn r20_dates_after_closed() {
    let (mut forger, petition, closed) = closed();
    let mut dates = petition.dates();
    dates.withdraw_until += DAY;
    forger.dated(&petition, DateChange::Later, &dates);
    let fault = Fault::DatesAfterEnd {
        since: petition.dates().submit_until,
    };
    assert_eq!(
        deviations(&forger, LATE),
        [fault.statement(petition.id(), closed + 1)]
    );
}

#[test]
fn r21_closed_by_the_organiser() {
    let (mut forger, petition, entry) = closed();
    let text = statement::closed(petition.id(), Some(entry - 1));
    forger.journal.pop();
    forger.state(&text, &petition.organiser());
    let found = deviations(&forger, LATE);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule(), Rule::R21);
    assert_eq!(found[0].entry, Some(entry));
}

#[test]
fn r21_closed_twice() {
    let (mut forger, petition, first) = closed();
    forger.close(&petition);
    let fault = Fault::ClosedTwice { first };
    assert_eq!(
        deviations(&forger, LATE),
        [fault.statement(petition.id(), first + 1)]
    );
}

#[test]
fn r21_closed_names_another_tally() {
    for stated in [None, Some(1), Some(99)] {
        let (mut forger, petition, entry) = closed();
        forger.journal.pop();
        let (signer, _) = journal_signers("a.example");
        forger.state(&statement::closed(petition.id(), stated), &signer);
        let fault = Fault::ClosedTally {
            stated,
            expected: Some(entry - 1),
        };
        assert_eq!(
            deviations(&forger, LATE),
            [fault.statement(petition.id(), entry)]
        );
    }
}

#[test]
fn r21_closed_while_signing_is_open() {
    // Seen by the auditor's clock.
    let (mut forger, petition) = signed();
    forger.close(&petition);
    let until = petition.dates().submit_until;
    let fault = Fault::ClosedEarly {
        time: NOW + 3600,
        until,
    };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.statement(petition.id(), 2)]
    );
    // Seen later by the time of a tally after it, and reported once.
    let signatures = forger.tree(&petition, Tree::Signatures).clone();
    for n in [0, 1] {
        let index = petition.position(n, &signatures);
        let withdrawal = petition.withdrawal(n, index);
        forger.batch(&petition, Tree::Withdrawals, vec![withdrawal]);
        forger.tally(&petition);
    }
    let time = OPENS + 100 + 3600;
    let fault = Fault::ClosedEarly { time, until };
    assert_eq!(
        deviations(&forger, LATE),
        [fault.statement(petition.id(), 3)]
    );
}

#[test]
fn r21_closed_at_the_date_that_closing_brought_forward_is_fine() {
    let (mut forger, petition) = signed();
    let mut dates = petition.dates();
    dates.confirm_until = OPENS + 3 * DAY;
    dates.submit_until = OPENS + 4 * DAY;
    forger.dated(&petition, DateChange::Earlier, &dates);
    forger.close(&petition);
    assert_eq!(deviations(&forger, NOW), []);
}

#[test]
fn r21_growth_after_closed() {
    let (mut forger, petition, _) = closed();
    let entry = forger.sign(&petition, 3..4);
    let fault = |tree| Fault::GrowsAfterClosed { from: 3, to: 4 }.head(petition.id(), tree, entry);
    assert_eq!(
        deviations(&forger, LATE),
        [fault(Tree::Roll), fault(Tree::Signatures)]
    );
}

/// What organiser and keeper may say of a petition's public life, each for the other.
#[test]
fn r23_said_by_whom_it_is_not_for() {
    let sayings = [
        Saying::Delivered {
            on: OPENS,
            to: "The council".into(),
            tally: None,
            remark: String::new(),
        },
        Saying::Withheld {
            on: OPENS,
            authority: "A court".into(),
            law: "An act".into(),
            reason: "It names a person.".into(),
        },
        Saying::Erased {
            on: OPENS,
            key: ErasedKey::Vault,
        },
        Saying::Goal {
            on: OPENS,
            goal: 500,
        },
    ];
    for saying in sayings {
        let (mut forger, petition) = signed();
        let text = saying.text(petition.id()).expect("keeps the rules");
        let (keeper, _) = journal_signers("a.example");
        let organiser = petition.organiser();
        let (right, wrong) = if saying.speaker() == Speaker::Organiser {
            (&organiser, &keeper)
        } else {
            (&keeper, &organiser)
        };
        forger.state(&text, right);
        assert_eq!(deviations(&forger, NOW).len(), 0, "{}", saying.kind());
        for signer in [wrong, &somebody()] {
            let (mut forger, _) = signed();
            forger.state(&text, signer);
            let found = deviations(&forger, NOW);
            assert_eq!(found.len(), 1, "{}", saying.kind());
            assert_eq!(found[0].rule(), Rule::R23);
        }
    }
}

/// Who destroys a key says which one; it is the one that the manifest pins.
#[test]
fn r23_another_key_erased() {
    let (mut forger, petition) = signed();
    let (keeper, _) = journal_signers("a.example");
    let pinned = petition.manifest.terms().ledger.tag_key;
    for (key, deviating) in [(pinned, 0), ([7; 32], 1)] {
        let saying = Saying::Erased {
            on: OPENS,
            key: ErasedKey::Tag(key),
        };
        let text = saying.text(petition.id()).expect("keeps the rules");
        forger.state(&text, &keeper);
        let found = deviations(&forger, NOW);
        assert_eq!(found.len(), deviating);
        assert!(found.iter().all(|found| found.rule() == Rule::R23));
    }
}
