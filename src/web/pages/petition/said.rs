//! What was said of the petition's public life: delivered, answered, withheld.

use maud::{Markup, html};

use crate::instance::{PublicPetition, Said};
use crate::lang::{Language, direction, rfc3339};
use crate::protocol::saying::Saying;

/// Deliveries and answers, newest first. Nothing where there are none.
pub(super) fn said(lang: &Language, petition: &PublicPetition) -> Markup {
    let mut said = petition.sayings();
    said.retain(|said| {
        let said = &said.saying;
        matches!(said, Saying::Delivered { .. } | Saying::Answered { .. })
    });
    said.reverse();
    html! {
        @if !said.is_empty() {
            section {
                h2 { (lang.text("said-title")) }
                @for said in &said { (one(lang, said)) }
            }
        }
    }
}

fn one(lang: &Language, said: &Said) -> Markup {
    html! {
        @match &said.saying {
            Saying::Delivered { on, to, remark, .. } => {
                div.notice.good {
                    h3 { (lang.text("said-delivered")) " " bdi { (to) } }
                    (day(lang, *on))
                    @if !remark.is_empty() { p.lines dir="auto" { (remark) } }
                }
            }
            Saying::Answered { on, by, lang: tag, link, answer } => {
                div.notice {
                    h3 { (lang.text("said-answered")) " " bdi { (by) } }
                    (day(lang, *on))
                    div lang=(tag) dir=(direction(tag)) {
                        @for paragraph in answer.trim().split("\n\n") {
                            p.lines { (paragraph.trim()) }
                        }
                    }
                    @if let Some(link) = link {
                        p { a href=(link) rel="noopener noreferrer nofollow" { (lang.text("said-link")) } }
                    }
                }
            }
            Saying::Withheld { .. }
            | Saying::Erased { .. }
            | Saying::Opened { .. }
            | Saying::Audited(_)
            | Saying::Goal { .. } => {}
        }
    }
}

fn day(lang: &Language, on: u64) -> Markup {
    html! { p.hint { time datetime=(rfc3339(on)) { (lang.date(on)) } } }
}

/// In place of a letter that a law keeps from being shown here.
pub(in crate::web::pages) fn withheld(lang: &Language, said: &Said) -> Markup {
    let Saying::Withheld {
        on,
        authority,
        law,
        reason,
    } = &said.saying
    else {
        return html! {};
    };
    html! {
        div.notice.warn {
            h2 { (lang.text("withheld-title")) }
            p { (lang.text("withheld-says")) }
            dl.facts {
                dt { (lang.text("withheld-authority")) }
                dd dir="auto" { (authority) }
                dt { (lang.text("withheld-law")) }
                dd dir="auto" { (law) }
                dt { (lang.text("withheld-since")) }
                dd { time datetime=(rfc3339(*on)) { (lang.date(*on)) } }
            }
            p.lines dir="auto" { (reason) }
        }
    }
}
