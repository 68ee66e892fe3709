//! `/{id}/names`: what signers show to everybody, and `/{id}/names.json`, the same for
//! programs. In the order of the names, so that it tells neither whose signature it is nor
//! when it was made.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Serialize;

use super::badge::for_everybody;
use super::{petition, words};
use crate::api::problem::Kind;
use crate::http::{App, Caching, Known, Refusal, Resource, accepts_gzip, gzip};
use crate::lang::Language;
use crate::registrar::Disclosure;
use crate::web::failure::Failure;
use crate::web::here;
use crate::web::layout::Page;
use crate::web::visit::Visit;

/// Entries on a page.
const SHOWN: usize = 100;

/// One page of what is shown.
struct Part {
    all: Arc<Vec<Disclosure>>,
    /// From 0.
    number: usize,
}

impl Part {
    async fn of(app: &Arc<App>, id: crate::protocol::ids::PetitionId) -> Result<Self, Refusal> {
        let all = app.blocking(move |app| Ok(app.registrar.public_names(id)?));
        let number = match here::parameter("page") {
            None => 0,
            Some(page) => page
                .parse::<usize>()
                .ok()
                .and_then(|page| page.checked_sub(1))
                .ok_or_else(Refusal::not_found)?,
        };
        let part = Self {
            all: all.await?,
            number,
        };
        if part.number > 0 && part.entries().is_empty() {
            return Err(Refusal::not_found());
        }
        Ok(part)
    }

    fn entries(&self) -> &[Disclosure] {
        let start = self.number.saturating_mul(SHOWN).min(self.all.len());
        let end = (start + SHOWN).min(self.all.len());
        &self.all[start..end]
    }

    /// The number of the page before and of the page after, from 1.
    fn beside(&self) -> (Option<usize>, Option<usize>) {
        let more = (self.number + 1).saturating_mul(SHOWN) < self.all.len();
        (
            (self.number > 0).then_some(self.number),
            more.then_some(self.number + 2),
        )
    }
}

pub(in crate::web) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, Failure> {
    let lang = visit.lang;
    let title = lang.text("names-title");
    // A comment may repeat what is not to be shown.
    let main = if let Some(said) = visit.petition.withheld() {
        html! {
            (words::about(&visit))
            h1 { (title) }
            (petition::withheld(lang, &said))
        }
    } else {
        let part = Part::of(&app, visit.manifest().id()).await?;
        html! {
            (words::about(&visit))
            h1 { (title) }
            p.lead { (counted(lang, part.all.len())) }
            p.notice { (lang.text("names-note")) }
            (list(lang, &part))
            (pages(&visit, &part))
        }
    };
    let page = Page::new(lang, &title, main).head(words::unlisted());
    Ok(page.into_response())
}

/// How many show something.
pub(super) fn counted(lang: &Language, shown: usize) -> String {
    let count = shown as u64;
    let arguments = [("n", count.into()), ("count", lang.number(count).into())];
    lang.format("names-count", &arguments).into_owned()
}

fn list(lang: &Language, part: &Part) -> Markup {
    html! {
        ol.names start=(part.number * SHOWN + 1) {
            @for one in part.entries() {
                li {
                    @match &one.name {
                        Some(name) => { strong { bdi { (name) } } }
                        None => { em { (lang.text("names-nameless")) } }
                    }
                    @if let Some(region) = &one.region { " " span.hint { bdi { (region) } } }
                    @if let Some(comment) = &one.comment {
                        blockquote.lines dir="auto" { (comment) }
                    }
                }
            }
        }
    }
}

fn pages(visit: &Visit, part: &Part) -> Markup {
    let (lang, (before, after)) = (visit.lang, part.beside());
    let address = |page: usize| visit.path(&format!("/names?page={page}"));
    html! {
        p.row {
            @if let Some(page) = before {
                a.button.quiet rel="prev" href=(address(page)) { (lang.text("names-before")) }
            }
            @if let Some(page) = after {
                a.button.quiet rel="next" href=(address(page)) { (lang.text("names-after")) }
            }
        }
        p.hint { a href=(visit.path("/names.json")) { (lang.text("names-data")) } }
    }
}

#[derive(Serialize)]
struct Names<'a> {
    petition: String,
    page: String,
    total: usize,
    items: Vec<Shown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

pub(in crate::web) async fn json(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if petition.withheld().is_some() {
        return Err(Refusal::new(Kind::Withheld));
    }
    let id = petition.manifest.id();
    let part = Part::of(&app, id).await?;
    let (_, after) = part.beside();
    let names = Names {
        petition: id.to_string(),
        page: here::absolute(&format!("/{id}/names")),
        total: part.all.len(),
        items: part.entries().iter().map(Shown::from).collect(),
        next: after.map(|page| here::absolute(&format!("/{id}/names.json?page={page}"))),
    };
    let body = serde_json::to_vec(&names).expect("answers always encode");
    let zipped = accepts_gzip(&headers);
    let resource = Resource {
        content_type: "application/json",
        // What is shown no longer must not be kept for long.
        caching: Caching::Seconds(5),
        body: if zipped { gzip(&body) } else { body },
        gzip: Some(zipped),
    };
    let mut response = resource.answer(&headers);
    for_everybody(&mut response);
    let unlisted = HeaderValue::from_static("noindex");
    response.headers_mut().insert("x-robots-tag", unlisted);
    Ok(response)
}

impl<'a> From<&'a Disclosure> for Shown<'a> {
    fn from(shown: &'a Disclosure) -> Self {
        Self {
            name: shown.name.as_deref(),
            region: shown.region.as_deref(),
            comment: shown.comment.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_everybody_once() {
        for total in [0, 1, 99, 100, 101, 200, 250] {
            let one = |n: usize| Disclosure {
                name: Some(format!("{n}")),
                region: None,
                comment: None,
                public: true,
            };
            let all = Arc::new((0..total).map(one).collect::<Vec<_>>());
            let (mut number, mut seen, mut before) = (0, Vec::new(), None);
            loop {
                let all = all.clone();
                let part = Part { all, number };
                seen.extend(part.entries().to_vec());
                let (back, on) = part.beside();
                assert_eq!(back, before);
                let Some(next) = on else { break };
                (number, before) = (next - 1, Some(number + 1));
            }
            assert_eq!(seen, *all);
        }
    }
}
