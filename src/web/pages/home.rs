//! `/`: the petitions published here.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use crate::http::App;
use crate::instance::Petition;
use crate::lang::{Language, direction};
use crate::web::here::{self, href};
use crate::web::layout::Page;
use crate::web::reader::Reader;
use crate::web::standing;

/// Petitions on one page.
const SHOWN: usize = 24;

pub(in crate::web) async fn page(State(app): State<Arc<App>>, Reader(lang): Reader) -> Response {
    let before = here::parameter("before").and_then(|index| index.parse().ok());
    let mut petitions = app.instance.petitions.newest(before, SHOWN + 1);
    let more = petitions.len() > SHOWN;
    petitions.truncate(SHOWN);
    let title = lang.text("home-title");
    let tagline = lang.text("site-tagline");
    let now = app.now();
    let main = html! {
        @if before.is_none() {
            h1 { (tagline) }
            p.lead { (lang.text("home-lead")) " " a href=(href("/how")) { (lang.text("home-how")) } }
            h2 #petitions { (title) }
        } @else {
            h1 #petitions { (title) }
        }
        @if petitions.is_empty() {
            p.card { (lang.text(if before.is_none() { "home-none" } else { "home-no-more" })) }
        } @else {
            ul.cards.wide aria-labelledby="petitions" {
                @for petition in &petitions { (card(&app, lang, petition, now)) }
            }
        }
        p.row {
            @if before.is_some() {
                a.button.quiet href=(href("/")) { (lang.text("home-newest")) }
            }
            @if more && let Some(last) = petitions.last() {
                a.button.quiet href=(href(&format!("/?before={}", last.published))) {
                    (lang.text("home-older"))
                }
            }
        }
    };
    Page::new(lang, &title, main)
        .description(&tagline)
        .at("/")
        .into_response()
}

fn card(app: &App, lang: &Language, petition: &Petition, now: u64) -> Markup {
    let terms = petition.manifest.terms();
    let title = standing::title(lang, petition);
    let phase = petition.phase(now).name();
    let shown = app.instance.shown_tally(petition);
    let count = shown.map_or(0, |(_, tally)| tally.totals().count());
    html! {
        li.card {
            span class=(format!("tag {phase}")) { (lang.text(&format!("phase-{phase}"))) }
            h2 {
                a href=(href(&format!("/{}", petition.manifest.id()))) lang=(title.lang)
                    dir=(direction(&title.lang)) { (title.text) }
            }
            p.hint { (lang.text("petition-by")) " " bdi { (terms.organiser.name) } }
            p.push {
                strong { (lang.number(count)) } " "
                (lang.format("count-unit", &[("n", count.into())]))
            }
            @if let Some(goal) = petition.goal() {
                progress max=(goal) value=(count.min(goal))
                    aria-label=(lang.format("home-progress", &[("goal", lang.number(goal).into())])) {}
            }
        }
    }
}
