//! `/record`: what stands behind all petitions of the service.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::files::{Journal, checkpoint};
use crate::http::App;
use crate::instance::Petition;
use crate::lang::{Language, direction};
use crate::web::failure::Failure;
use crate::web::here::href;
use crate::web::layout::Page;
use crate::web::reader::Reader;
use crate::web::standing;

/// Petitions listed; the journal has all.
const SHOWN: usize = 100;

pub(in crate::web) async fn page(
    State(app): State<Arc<App>>,
    Reader(lang): Reader,
) -> Result<Response, Failure> {
    let petitions = app.instance.petitions.newest(None, SHOWN);
    let journal = app.blocking(Journal::of).await?;
    let title = lang.text("record-title");
    let lead = lang.text("record-service-lead");
    let main = html! {
        h1 { (title) }
        p.lead { (lead) }
        h2 { (lang.text("home-title")) }
        @if petitions.is_empty() { p { (lang.text("home-none")) } }
        @else { (table(&app, lang, &petitions)) }
        h2 { (lang.text("record-check")) }
        (super::check(lang))
        @if let Some(journal) = &journal {
            h2 { (lang.text("record-journal")) }
            p { (lang.text("record-journal-says")) }
            dl.facts {
                dt { (lang.text("record-journal-size")) }
                dd { (lang.number(journal.size)) }
                dt { (lang.text("record-journal-origin")) }
                dd { code { (app.instance.keys.origin()) } }
            }
            (checkpoint(lang, journal))
            h3 { (lang.text("files-keys")) }
            p { (lang.text("files-keys-says")) }
            @for key in app.instance.keys.vkeys() {
                details {
                    summary { (lang.text("files-key")) " " code { (key.id()) } }
                    pre tabindex="0" { (key) }
                }
            }
        }
        p { a href=(href("/how")) { (lang.text("trust-how")) } }
    };
    Ok(Page::new(lang, &title, main)
        .description(&lead)
        .at("/record")
        .into_response())
}

fn table(app: &App, lang: &Language, petitions: &[Arc<Petition>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(lang.text("home-title")) {
            table {
                thead { tr {
                    th scope="col" { (lang.text("record-petition")) }
                    th.number scope="col" { (lang.text("growth-count")) }
                } }
                tbody {
                    @for petition in petitions {
                        @let title = standing::title(lang, petition);
                        @let tally = app.instance.shown_tally(petition);
                        tr {
                            td {
                                a href=(href(&format!("/{}/record", petition.manifest.id())))
                                    lang=(title.lang) dir=(direction(&title.lang)) { (title.text) }
                            }
                            td.number {
                                (lang.number(tally.map_or(0, |(_, tally)| tally.totals().count())))
                            }
                        }
                    }
                }
            }
        }
    }
}
