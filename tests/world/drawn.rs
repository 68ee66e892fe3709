//! The same petition with an auditor, closed, and drawn from.

use undersigned::protocol::ids::Tree;
use undersigned::protocol::manifest::{Audit, Terms};
use undersigned::protocol::sample::{Counts, DRAW, Draw, Entry, Pinned, Report, VerifiedDraw};
use undersigned::protocol::saying::Saying;
use undersigned::protocol::statement;
use undersigned::tlog::note::NoteSigner;
use undersigned::tlog::policy::Policy;
use undersigned::tlog::tlog_proof::TlogProof;

use super::beacon::{Bls, beacon, chain};
use super::journal::{Hashes, Journal, TALLY, World};
use super::{PUBLISHED, Shape, journal_signer, seed, terms};
use undersigned::tlog::size::LeafIndex;

/// How many entries the manifest has drawn.
pub(crate) const SAMPLE: u64 = 3;
/// Journal index of `closed`.
pub(crate) const CLOSED: u64 = 3;

pub(crate) fn auditor() -> NoteSigner {
    NoteSigner::new("auditor.example.org", &seed(30)).expect("a name")
}

/// The round that the manifest announces: an hour after everything was published.
pub(crate) fn round() -> u64 {
    chain().round_after(PUBLISHED + 3600).expect("a period")
}

/// The terms, with an auditor.
pub(crate) fn audited_terms(shape: Shape) -> Terms {
    Terms {
        audit: Some(Audit {
            auditor: "Institute for Counting".to_owned(),
            hpke_key: [9; 32],
            beacon: Pinned(chain().hash()).text(),
            round: round(),
            vkey: Some(auditor().vkey().to_string()),
            sample: Some(SAMPLE),
        }),
        ..terms(shape)
    }
}

impl Journal {
    /// The entry at `index` with its proof.
    pub(crate) fn entry(&self, index: u64) -> Entry {
        let at = usize::try_from(index).expect("small");
        let path = Hashes::of(&self.entries).path(index);
        let proof = TlogProof::new(LeafIndex(index), path, self.note(), None);
        Entry {
            entry: String::from_utf8(self.entries[at].clone()).expect("text"),
            proof: proof.to_string(),
        }
    }
}

impl World {
    /// With an auditor, and closed in each journal.
    pub(crate) fn audited(shape: Shape) -> Self {
        Self::audited_as(shape, &audited_terms(shape))
    }

    /// The same with other terms.
    pub(crate) fn audited_as(shape: Shape, terms: &Terms) -> Self {
        let mut world = Self::of(shape, terms);
        let id = world.petition.manifest.id();
        for journal in std::iter::once(&mut world.ledger).chain(world.registrar.as_mut()) {
            let text = statement::closed(id, Some(TALLY));
            let closed = statement::sign(&text, &journal_signer(journal.origin));
            journal.entries.push(closed.expect("a statement"));
        }
        world
    }

    /// The journal that keeps the roll.
    pub(crate) fn roll_keeper(&self) -> &Journal {
        self.registrar.as_ref().unwrap_or(&self.ledger)
    }

    /// What is drawn from, before the round.
    pub(crate) fn framed(&self) -> Draw {
        Draw {
            format: DRAW.to_owned(),
            manifest: self.petition.manifest.text().to_owned(),
            closed: self.roll_keeper().entry(CLOSED),
            ledger: self.ledger.journaled(TALLY),
            registrar: self.registrar.as_ref().map(|j| j.journaled(TALLY)),
            strikes: self.petition.leaves(Tree::Strikes).concat(),
            beacon: None,
            entries: None,
        }
    }

    /// The draw, and what it says.
    pub(crate) fn drawn(&self) -> (Draw, VerifiedDraw) {
        let mut draw = self.framed();
        let policy: Policy = self.policy().parse().expect("a policy");
        let drawn = draw.complete(beacon(round()), &policy, &Bls);
        (draw, drawn.expect("a draw"))
    }
}

/// Two are proven, one rests on the registrar's word.
pub(crate) fn counts() -> Counts {
    Counts {
        proven: 2,
        word: 1,
        ..Counts::default()
    }
}

/// The text of the report on a draw.
pub(crate) fn report_text(drawn: &VerifiedDraw) -> String {
    let report = Report::new(drawn, PUBLISHED + 7 * 86_400, counts());
    Saying::Audited(Box::new(report))
        .text(drawn.frame.manifest.id())
        .expect("its numbers follow")
}
