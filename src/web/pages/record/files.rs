//! The public files behind the numbers: sizes, roots, who signed, and where to fetch them.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::http::{App, AttestationBrief, Refusal, attestations_of, newest_attestations};
use crate::instance::Petition;
use crate::lang::Language;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::{Strike, StrikeReason};
use crate::protocol::tally::Tally;
use crate::store::LogId;
use crate::tlog::note::Note;
use crate::web::chart;
use crate::web::failure::Failure;

/// Strikes that are read to count their reasons: more would make a page slow.
const STRIKES: u64 = 20_000;
const AT_ONCE: usize = 1000;
/// Attestations that are listed: the newest.
const ATTESTATIONS: usize = 20;

/// What the store holds about a petition, besides its numbers.
pub(super) struct Behind {
    pub(super) tallies: Arc<Vec<Tally>>,
    /// The last tally and its place in the journal.
    last: Option<(u64, Tally)>,
    /// How many were struck for each reason; empty where there are too many to count here.
    pub(super) strikes: Vec<(StrikeReason, u64)>,
    journal: Option<Journal>,
    attestations: u32,
    newest: Vec<AttestationBrief>,
}

/// The journal's checkpoint.
pub(super) struct Journal {
    pub(super) size: u64,
    pub(super) text: String,
    /// Names under it that are not the service's own.
    pub(super) witnesses: Vec<String>,
}

impl Journal {
    /// As published now. Blocking.
    pub(super) fn of(app: &App) -> Result<Option<Self>, Refusal> {
        let Some(signed) = app.instance.shown_head(LogId::Journal)? else {
            return Ok(None);
        };
        let note = Note::parse(&signed.checkpoint).map_err(Refusal::internal)?;
        let own = app.instance.keys.origin();
        let mut witnesses: Vec<String> = note
            .signatures()
            .iter()
            .map(|signature| signature.name().as_str().to_owned())
            .filter(|name| name != own)
            .collect();
        witnesses.sort();
        witnesses.dedup();
        Ok(Some(Self {
            size: signed.head.size,
            text: String::from_utf8_lossy(&signed.checkpoint).into_owned(),
            witnesses,
        }))
    }
}

impl Behind {
    pub(super) async fn of(app: &Arc<App>, petition: &Arc<Petition>) -> Result<Self, Failure> {
        let petition = petition.clone();
        let behind = app.blocking(move |app| {
            let id = petition.manifest.id();
            let last = app.instance.shown_tally(&petition);
            let strikes = last.as_ref().map_or(0, |(_, tally)| tally.totals().strikes);
            Ok(Self {
                tallies: app.instance.some_tallies(&petition, chart::POINTS)?,
                last,
                strikes: reasons(app, id, strikes)?,
                journal: Journal::of(app)?,
                attestations: attestations_of(app, id)?,
                newest: newest_attestations(app, id, ATTESTATIONS)?,
            })
        });
        Ok(behind.await?)
    }
}

/// Counted from the public tree, as anybody can.
fn reasons(app: &App, id: PetitionId, size: u64) -> Result<Vec<(StrikeReason, u64)>, Refusal> {
    let mut counted: BTreeMap<StrikeReason, u64> = BTreeMap::new();
    let log = LogId::Tree(id, Tree::Strikes);
    let mut from = 0;
    while size <= STRIKES && from < size {
        let leaves = app.instance.store.leaves(log, from, AT_ONCE)?;
        for leaf in leaves
            .iter()
            .take(usize::try_from(size - from).unwrap_or(usize::MAX))
        {
            let strike = Strike::parse(leaf).map_err(Refusal::internal)?;
            *counted.entry(strike.reason).or_default() += 1;
        }
        from += AT_ONCE as u64;
    }
    Ok(counted.into_iter().collect())
}

pub(super) fn files(lang: &Language, petition: &Petition, behind: &Behind) -> Markup {
    let id = petition.manifest.id();
    let api = format!("/api/v1/petitions/{id}");
    html! {
        p { (lang.text("files-lead")) }
        @if let Some((index, tally)) = &behind.last {
            (roots(lang, id, tally))
            p.hint {
                (lang.format("files-tally", &[("index", lang.number(*index).into())]))
            }
        }
        @if let Some(journal) = &behind.journal { (checkpoint(lang, journal)) }
        h3 { (lang.text("files-attestations")) }
        p {
            (lang.format("files-attestations-says", &[
                ("n", behind.attestations.into()),
                ("number", lang.number(behind.attestations.into()).into()),
            ]))
        }
        // The code on a delivered letter leads to the attestation by its hash.
        ul.attestations {
            @for attestation in &behind.newest {
                li id=(attestation.id) {
                    strong { (lang.number(attestation.count)) } " · "
                    (lang.text("count-as-of")) " " (lang.moment(attestation.as_of)) br;
                    span.hash { (attestation.id) }
                }
            }
        }
        h3 { (lang.text("files-raw")) }
        ul {
            li { a href=(format!("{api}/manifest")) { (lang.text("files-manifest")) } }
            li { a href="/checkpoint" { (lang.text("files-journal")) } }
            @if let Some((_, tally)) = &behind.last {
                @for (tree, _) in tally.trees().filter(|(_, head)| head.size > 0) {
                    li {
                        a href=(format!("/{id}/{}/checkpoint", tree.name())) {
                            (lang.text("files-tree")) " " (lang.text(&format!("number-{}", tree.name())))
                        }
                    }
                }
            }
            li { a href=(format!("{api}/tallies")) { (lang.text("files-tallies")) } }
            li { a href=(format!("{api}/count")) { (lang.text("files-count")) } }
            li { a href=(format!("{api}/attestations")) { (lang.text("files-attestations")) } }
        }
        p.hint { (lang.text("files-formats")) }
    }
}

fn roots(lang: &Language, id: PetitionId, tally: &Tally) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="roots" {
            table {
                caption #roots { (lang.text("files-roots")) }
                thead { tr {
                    th scope="col" { (lang.text("files-list")) }
                    th.number scope="col" { (lang.text("files-size")) }
                    th scope="col" { (lang.text("files-root")) }
                } }
                tbody {
                    @for (tree, head) in tally.trees() {
                        tr {
                            td { (lang.text(&format!("number-{}", tree.name()))) }
                            td.number { (lang.number(head.size)) }
                            td { span.hash { (head.root) } }
                        }
                    }
                }
            }
        }
        dl.facts {
            dt { (lang.text("files-petition")) }
            dd { span.hash { (id) } }
        }
    }
}

/// The one signed text that all numbers of the service hang on, and who else has signed it.
pub(super) fn checkpoint(lang: &Language, journal: &Journal) -> Markup {
    html! {
        h3 { (lang.text("files-checkpoint")) }
        p { (lang.text("files-checkpoint-says")) }
        p {
            @if journal.witnesses.is_empty() {
                (lang.text("files-no-witnesses"))
            } @else {
                (lang.text("files-witnesses")) " "
                @for (n, name) in journal.witnesses.iter().enumerate() {
                    @if n > 0 { (lang.text("list-separator")) " " }
                    code { (name) }
                }
            }
        }
        details {
            summary { (lang.format("files-checkpoint-show", &[("size", lang.number(journal.size).into())])) }
            pre tabindex="0" { (journal.text) }
        }
    }
}
