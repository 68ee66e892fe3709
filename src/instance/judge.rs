//! Whether a statement may go into the journal now (`spec/journal.md`, "Statements").

use super::{Instance, InstanceError, Phase};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::manifest::Manifest;
use crate::protocol::saying::Saying;
use crate::protocol::statement::{DateChange, Dates, Statement};

pub(super) enum Judged {
    /// It may.
    New(PetitionId),
    /// It stands there already.
    Known,
}

impl Instance {
    /// Whether this statement would be taken now. Blocking; asked before it is queued, so
    /// that strangers' statements do not hold up publications.
    pub fn would_take(&self, bytes: &[u8]) -> Result<(), InstanceError> {
        judge(self, bytes, &[]).map(|_| ())
    }
}

/// `touched` are the petitions that an earlier statement of the same round is about.
pub(super) fn judge(
    instance: &Instance,
    bytes: &[u8],
    touched: &[PetitionId],
) -> Result<Judged, InstanceError> {
    let statement = Statement::parse(bytes)?;
    let refuse = |reason| Err(InstanceError::NotNow(reason));
    let Some(id) = statement.petition() else {
        return refuse("this is not a statement about a petition");
    };
    if touched.contains(&id) {
        return refuse("another statement about this petition is on its way: try again");
    }
    let keeper = instance.keys.signer().vkey();
    match (&statement, instance.petitions.get(&id)) {
        (Statement::Published(..), Some(_)) => Ok(Judged::Known),
        (Statement::Published(manifest, _), None) => {
            statement.verify(manifest, &keeper)?;
            publishable(instance, manifest)?;
            Ok(Judged::New(id))
        }
        (_, None) => refuse("this petition is not published here"),
        (Statement::Dated { dates, change, .. }, Some(petition)) => {
            statement.verify(&petition.manifest, &keeper)?;
            dated(&petition, *dates, *change, instance.clock.now())
        }
        (Statement::Said { saying, .. }, Some(petition)) => {
            statement.verify(&petition.manifest, &keeper)?;
            said(&petition, saying, instance.clock.now())
        }
        (Statement::Closed { .. } | Statement::Tally(_) | Statement::Other(_), Some(_)) => {
            refuse("this kind of statement is not taken from outside")
        }
    }
}

fn publishable(instance: &Instance, manifest: &Manifest) -> Result<(), InstanceError> {
    let own = instance.keys.vkeys();
    if [Tree::Roll, Tree::Signatures]
        .iter()
        .any(|tree| manifest.journal_vkeys(*tree) != own)
    {
        let reason = "the manifest names other journal keys than this instance's";
        return Err(InstanceError::NotNow(reason));
    }
    // Both must be there before the journal says that this petition is open.
    instance.petition_keys.registrar(manifest)?;
    instance.petition_keys.ledger(manifest)?;
    Ok(())
}

fn dated(
    petition: &super::Petition,
    dates: Dates,
    change: DateChange,
    now: u64,
) -> Result<Judged, InstanceError> {
    let refuse = |reason| Err(InstanceError::NotNow(reason));
    if petition.dates() == dates {
        return Ok(Judged::Known);
    }
    if petition.phase(now) == Phase::Closed {
        return refuse("this petition is closed for good");
    }
    if petition.was_said(change, &dates) {
        return refuse("this was said before and has been overtaken: choose dates that differ");
    }
    if !change.allows(&dates, &petition.dates()) {
        return refuse(
            "`extended` only moves dates back, `closing` only forward without shortening the \
             time to hand in tokens",
        );
    }
    if dates.confirm_until < now {
        return refuse("confirm-until is in the past");
    }
    Ok(Judged::New(petition.manifest.id()))
}

/// Things said of one petition: the organiser's key is no licence to fill the journal.
const SAID_MAX: usize = 200;
/// Seconds by which a moment may lie ahead.
const AHEAD: u64 = 86_400;

fn said(petition: &super::Petition, saying: &Saying, now: u64) -> Result<Judged, InstanceError> {
    let refuse = |reason| Err(InstanceError::NotNow(reason));
    let before = petition.sayings();
    if before.iter().any(|said| said.saying == *saying) {
        return Ok(Judged::Known);
    }
    if before.len() >= SAID_MAX {
        return refuse("enough was said of this petition");
    }
    // Said when it is done, by whoever does it.
    if matches!(saying, Saying::Erased { .. }) {
        return refuse("this kind of statement is not taken from outside");
    }
    if saying.on() > now.saturating_add(AHEAD) {
        return refuse("this lies in the future: say it when it has happened");
    }
    if let Saying::Delivered {
        tally: Some(tally), ..
    } = saying
        && !petition.has_tally(*tally)
    {
        return refuse("there is no tally of this petition at that place in the journal");
    }
    if let (Saying::Opened { draw, .. }, Some(opened)) = (saying, petition.opened()) {
        if *draw == opened {
            return Ok(Judged::Known);
        }
        return refuse("the records of another draw were handed out");
    }
    if let Saying::Audited(report) = saying {
        let opened = |said: &super::Said| matches!(&said.saying, Saying::Opened { draw, .. } if *draw == report.draw);
        if !before.iter().any(opened) {
            return refuse("no records were handed out for this draw");
        }
    }
    if let Saying::Goal { on, .. } = saying {
        if petition.phase(now) == Phase::Closed {
            return refuse("this petition is closed for good");
        }
        // Whoever hands in an old note does not bring the old goal back.
        let goals = before.iter().map(|said| &said.saying);
        let goals = goals.filter(|saying| matches!(saying, Saying::Goal { .. }));
        if goals.map(Saying::on).max() >= Some(*on) {
            return refuse("a later goal is in the journal already");
        }
    }
    Ok(Judged::New(petition.manifest.id()))
}
