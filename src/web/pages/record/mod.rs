//! `/{id}/record` and `/record`: what stands behind the numbers, in words and pictures before
//! any word of trees.

mod erased;
mod files;
mod numbers;
mod others;
mod service;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

pub(in crate::web) use service::page as of_service;

use crate::http::{App, Known};
use crate::lang::{Language, direction, rfc3339};
use crate::web::chart;
use crate::web::failure::Failure;
use crate::web::here::{self, href};
use crate::web::layout::Page;
use crate::web::pages::audited::audited;
use crate::web::reader::Reader;
use crate::web::standing::{self, Standing};

pub(in crate::web) async fn page(
    State(app): State<Arc<App>>,
    Reader(lang): Reader,
    Known(petition): Known,
) -> Result<Response, Failure> {
    let standing = Standing::of(&app, &petition).await?;
    let behind = files::Behind::of(&app, &petition).await?;
    let terms = petition.manifest.terms();
    let id = petition.manifest.id();
    let name = standing::title(lang, &petition);
    let title = lang.text("record-title");
    let main = html! {
        p.eyebrow {
            a href=(href(&format!("/{id}"))) lang=(name.lang) dir=(direction(&name.lang)) {
                (name.text)
            }
        }
        h1 { (title) }
        p.lead { (lang.text("record-lead")) }
        (state(lang, &standing))
        h2 { (lang.text("record-numbers")) }
        (numbers::numbers(lang, &standing))
        @if !behind.strikes.is_empty() { (numbers::reasons(lang, &behind.strikes)) }
        @if behind.tallies.len() > 1 {
            h2 { (lang.text("growth-title")) }
            (chart::growth(lang, terms.opens, standing.dates.submit_until.min(app.now()), &behind.tallies))
        }
        h2 { (lang.text("record-people")) }
        (audited(lang, &petition))
        h2 { (lang.text("record-check")) }
        (check(lang))
        (proves(lang))
        h2 { (lang.text("record-files")) }
        (files::files(lang, &petition, &behind))
        (erased::erased(lang, &petition))
        (others::others(lang, &petition))
    };
    let full = format!("{title}: {}", name.text);
    let lead = lang.text("record-lead");
    Ok(Page::new(lang, &full, main)
        .description(&lead)
        .at(format!("/{id}/record"))
        .into_response())
}

/// Whether the numbers can still change, and as of when they are.
fn state(lang: &Language, standing: &Standing) -> Markup {
    html! {
        div.notice.good[standing.closed] {
            p {
                @if standing.closed { (lang.text("record-final")) }
                @else if standing.as_of.is_some() { (lang.text("record-growing")) }
                @else { (lang.text("record-empty")) }
            }
            @if let Some(time) = standing.as_of {
                p.hint {
                    (lang.text("count-as-of")) " "
                    time datetime=(rfc3339(time)) { (lang.moment(time)) }
                }
            }
        }
    }
}

/// How a stranger recomputes all of it.
fn check(lang: &Language) -> Markup {
    let url = here::absolute("");
    html! {
        ol.steps {
            li {
                h3 { (lang.text("check-receipt-title")) }
                p { (lang.text("check-receipt")) " " a href=(href("/check")) { (lang.text("check-receipt-link")) } }
            }
            li {
                h3 { (lang.text("check-replay-title")) }
                p { (lang.text("check-replay")) }
                pre tabindex="0" { "undersigned audit " (url) }
            }
            li {
                h3 { (lang.text("check-compare-title")) }
                p { (lang.text("check-compare")) }
            }
        }
    }
}

fn proves(lang: &Language) -> Markup {
    html! {
        h2 { (lang.text("proves-title")) }
        ul {
            @for n in 1..=4 { li { (lang.text(&format!("proves-{n}"))) } }
        }
        h2 { (lang.text("proves-not-title")) }
        ul {
            @for n in 1..=4 { li { (lang.text(&format!("proves-not-{n}"))) } }
        }
        p { a href=(href("/how")) { (lang.text("trust-how")) } }
    }
}
