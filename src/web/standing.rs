//! Where a petition stands, as several pages show it.

use std::borrow::Cow;
use std::sync::Arc;

use super::failure::Failure;
use super::here;
use crate::http::App;
use crate::instance::{Petition, Phase, PublicPetition};
use crate::lang::Language;
use crate::protocol::ids::Tree;
use crate::protocol::manifest::Localized;
use crate::protocol::statement::Dates;
use crate::protocol::tally::Totals;

/// The verified numbers, and what is not yet verified beside them.
pub(super) struct Standing {
    /// Of the last published tally.
    pub(super) totals: Totals,
    /// When that was; `None` before the first.
    pub(super) as_of: Option<u64>,
    /// Signatures on their way, on the service's word.
    pub(super) waiting: u64,
    pub(super) phase: Phase,
    pub(super) dates: Dates,
    /// `closed` stands in the journal.
    pub(super) closed: bool,
}

impl Standing {
    pub(super) async fn of(app: &Arc<App>, petition: &Arc<Petition>) -> Result<Self, Failure> {
        let id = petition.manifest.id();
        let waiting = app.blocking(move |app| {
            let (waiting, _) = app.instance.store.waiting_count(id, Tree::Signatures)?;
            Ok(waiting)
        });
        let waiting = waiting.await?;
        let tally = app.instance.shown_tally(petition);
        Ok(Self {
            totals: tally
                .as_ref()
                .map_or_else(Totals::default, |(_, t)| t.totals()),
            as_of: tally.map(|(_, tally)| tally.time),
            waiting,
            phase: petition.phase(app.now()),
            dates: petition.dates(),
            closed: petition.is_closed(),
        })
    }
}

impl Standing {
    /// Of a petition that is not there yet, as on the day on which it opens.
    pub(super) fn on_its_first_day(petition: &PublicPetition) -> Self {
        Self {
            totals: Totals::default(),
            as_of: None,
            waiting: 0,
            phase: Phase::Open,
            dates: petition.dates(),
            closed: false,
        }
    }
}

/// The petition's title as this reader gets it. Where the text is withheld, so is the title.
pub(super) fn title<'a>(lang: &Language, petition: &'a PublicPetition) -> Cow<'a, Localized> {
    if petition.withheld().is_none() {
        return Cow::Borrowed(in_readers_language(&petition.manifest.terms().title));
    }
    let id = petition.manifest.id().to_string();
    let name = lang.format("withheld-name", &[("id", id[..8].into())]);
    Cow::Owned(Localized {
        lang: lang.tag.to_owned(),
        text: name.into_owned(),
    })
}

/// A manifest's text in the language that suits the reader best.
pub(super) fn in_readers_language(texts: &[Localized]) -> &Localized {
    let offered: Vec<&str> = texts.iter().map(|text| &*text.lang).collect();
    let best = here::best(&offered);
    let found = texts.iter().find(|text| text.lang == best);
    found.unwrap_or(&texts[0])
}
