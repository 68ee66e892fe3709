//! `/{id}`: the petition: letter, count, form.

mod form;
mod life;
mod news;
mod panel;
mod said;
mod share;
mod trust;

pub(super) use panel::{number, progress};
pub(super) use said::withheld;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde_json::json;

use crate::http::{App, Known};
use crate::instance::{Phase, PublicPetition};
use crate::lang::{Language, direction, own_name};
use crate::protocol::manifest::Localized;
use crate::web::chart;
use crate::web::failure::Failure;
use crate::web::here::{self, href};
use crate::web::layout::Page;
use crate::web::reader::Reader;
use crate::web::standing::{self, Standing, in_readers_language};

/// Characters of a description for search engines and cards.
const DESCRIPTION: usize = 200;

pub(in crate::web) async fn page(
    State(app): State<Arc<App>>,
    Reader(lang): Reader,
    Known(petition): Known,
) -> Result<Response, Failure> {
    let standing = Standing::of(&app, &petition).await?;
    let tallies = {
        let petition = petition.clone();
        app.blocking(move |app| Ok(app.instance.some_tallies(&petition, chart::POINTS)?))
            .await?
    };
    let withheld = petition.withheld();
    // What the organiser wrote may repeat what is not to be shown.
    let updates = match withheld {
        None => news::load(&app, &petition).await?,
        Some(_) => Vec::new(),
    };
    // A comment may repeat it as well.
    let names = match withheld {
        None => {
            let id = petition.manifest.id();
            let names = app.blocking(move |app| Ok(app.registrar.public_names(id)?));
            names.await?.len()
        }
        Some(_) => 0,
    };
    let terms = petition.manifest.terms();
    let title = standing::title(lang, &petition);
    let letter = in_readers_language(&terms.letter);
    let id = petition.manifest.id();
    let main = html! {
        div.wide.split.petition {
            div {
                (head(lang, &petition, &title, &standing))
                @match &withheld {
                    None => { (text(lang, &petition, letter)) }
                    Some(said) => { (said::withheld(lang, said)) }
                }
                @if withheld.is_none() && standing.phase == Phase::Open {
                    p.dock { a.button.full href="#sign" { (lang.text("form-title")) } }
                }
            }
            aside {
                (panel::panel(lang, &petition, &standing))
                @if withheld.is_none() { (form::form(lang, &petition, &standing)) }
            }
            div {
                (said::said(lang, &petition))
                @if !updates.is_empty() { (news::news(lang, &updates)) }
                @if tallies.len() > 1 {
                    section {
                        h2 { (lang.text("growth-title")) }
                        (chart::growth(lang, terms.opens, standing.dates.submit_until.min(app.now()), &tallies))
                    }
                }
                @if names > 0 {
                    section {
                        h2 { (lang.text("names-title")) }
                        p { a href=(href(&format!("/{id}/names"))) { (super::names::counted(lang, names)) } }
                    }
                }
                (trust::trust(lang, &petition, &standing))
                (life::dates(lang, &petition, &standing))
                (share::share(lang, &petition, &title))
            }
        }
    };
    let description = match &withheld {
        None => description(&letter.text),
        Some(_) => lang.text("withheld-title").into_owned(),
    };
    let data = json!({
        "petition": id,
        "inbox": href(&format!("/{id}/inbox")),
        "roll_region": terms.asks.roll_region,
        "thousand": lang.number(1000),
        "digits": lang.digits("0123456789"),
    });
    Ok(Page::new(lang, &title.text, main)
        .description(&description)
        .at(format!("/{id}"))
        .head(share::card(lang, &petition, &title, &description))
        .data(data)
        .script("js/pages/live.js")
        .script("js/pages/petition.js")
        .messages(&["js-problem-", "js-count-", "js-moment", "js-copied"])
        .into_response())
}

/// A draft as the page that it would be. What would do something does nothing.
pub(in crate::web) fn preview(
    lang: &'static Language,
    petition: &PublicPetition,
    about: &Markup,
) -> Page<'static> {
    let standing = Standing::on_its_first_day(petition);
    let terms = petition.manifest.terms();
    let title = standing::title(lang, petition);
    let letter = in_readers_language(&terms.letter);
    let main = html! {
        (about)
        div.wide.split.petition {
            div {
                (head(lang, petition, &title, &standing))
                (text(lang, petition, letter))
            }
            aside inert {
                (panel::panel(lang, petition, &standing))
                (form::form(lang, petition, &standing))
            }
            div {
                div inert { (trust::trust(lang, petition, &standing)) }
                (life::dates(lang, petition, &standing))
                div inert { (share::share(lang, petition, &title)) }
            }
        }
    };
    Page::new(lang, "Preview", main)
        .style("css/office.css")
        .private()
}

/// Title, recipients, and on phones the count in one line.
fn head(
    lang: &Language,
    petition: &PublicPetition,
    title: &Localized,
    standing: &Standing,
) -> Markup {
    let terms = petition.manifest.terms();
    html! {
        header {
            p.row {
                span class=(format!("tag {}", standing.phase.name())) {
                    (lang.text(&format!("phase-{}", standing.phase.name())))
                }
                span.hint { (life::next(lang, petition, standing)) }
            }
            h1 lang=(title.lang) dir=(direction(&title.lang)) { (title.text) }
            p.lead {
                (lang.text("petition-to")) " "
                @for (n, recipient) in terms.recipients.iter().enumerate() {
                    @if n > 0 { (lang.text("list-separator")) " " }
                    bdi { (recipient) }
                }
            }
            p.hint { (lang.text("petition-by")) " " bdi { (terms.organiser.name) } }
            div.brief { (panel::brief(lang, petition, standing)) }
        }
    }
}

fn text(lang: &Language, petition: &PublicPetition, letter: &Localized) -> Markup {
    let offered = &petition.manifest.terms().letter;
    html! {
        @if offered.len() > 1 {
            nav.row.hint aria-label=(lang.text("letter-languages")) {
                span { (lang.text("letter-languages")) }
                @for other in offered {
                    @if other.lang == letter.lang {
                        strong lang=(other.lang) { bdi { (own_name(&other.lang)) } }
                    } @else {
                        a href=(href(&format!("?letter={}", other.lang))) lang=(other.lang)
                            hreflang=(other.lang) rel="nofollow" { bdi { (own_name(&other.lang)) } }
                    }
                }
            }
        }
        article.letter lang=(letter.lang) dir=(direction(&letter.lang)) {
            @for paragraph in letter.text.trim().split("\n\n") { p { (paragraph.trim()) } }
        }
    }
}

/// The beginning of the letter, on one line.
fn description(letter: &str) -> String {
    let words = letter.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= DESCRIPTION {
        return words;
    }
    let cut: String = words.chars().take(DESCRIPTION).collect();
    let whole = cut.rsplit_once(' ').map_or(&*cut, |(whole, _)| whole);
    format!("{whole} …")
}

/// Where a petition's page is, for other sites.
fn address(petition: &PublicPetition) -> String {
    here::absolute(&format!("/{}", petition.manifest.id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_end_with_a_word() {
        assert_eq!(description("Dear\nall,\n\nplease."), "Dear all, please.");
        let long = description(&"word ".repeat(100));
        assert!(long.ends_with("word …") && long.chars().count() <= DESCRIPTION + 2);
        assert_eq!(
            description(&"x".repeat(300)).chars().count(),
            DESCRIPTION + 2
        );
    }
}
