//! `/how`: how it works in plain words, who learns what, and where it ends. Says nothing that
//! `spec/threat-model.md` does not.

use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use crate::lang::Language;
use crate::web::here::href;
use crate::web::layout::Page;
use crate::web::reader::Reader;

const STEPS: usize = 5;
const CHECKS: usize = 5;
const UNSEEN: usize = 4;
const LIMITS: usize = 8;
const PARTIES: [&str; 6] = [
    "public",
    "registrar",
    "ledger",
    "both",
    "organiser",
    "provider",
];

pub(in crate::web) async fn page(Reader(lang): Reader) -> Response {
    let title = lang.text("how-title");
    let lead = lang.text("how-lead");
    let main = html! {
        h1 { (title) }
        p.lead { (lead) }
        (picture(lang))
        h2 { (lang.text("how-steps")) }
        ol.steps {
            @for n in 1..=STEPS {
                li {
                    h3 { (lang.text(&format!("how-step-{n}"))) }
                    p { (lang.text(&format!("how-step-{n}-says"))) }
                }
            }
        }
        h2 { (lang.text("how-checks")) }
        (list(lang, "how-check", CHECKS))
        p { a.button href=(href("/record")) { (lang.text("footer-record")) } }
        h2 { (lang.text("how-unseen")) }
        (list(lang, "how-unseen", UNSEEN))
        h2 { (lang.text("how-parties")) }
        (parties(lang))
        h2 #limits { (lang.text("how-limits")) }
        p { (lang.text("how-limits-lead")) }
        (list(lang, "how-limit", LIMITS))
        h2 { (lang.text("how-more")) }
        p { (lang.text("how-more-says")) " " a href="/api/v1/" { (lang.text("footer-api")) } }
    };
    Page::new(lang, &title, main)
        .description(&lead)
        .at("/how")
        .into_response()
}

/// The two halves of the service, and what passes between them: nothing that links them.
fn picture(lang: &Language) -> Markup {
    html! {
        figure.flow.wide aria-label=(lang.text("how-picture")) {
            div.card {
                h2 { (lang.text("how-you")) }
                p { (lang.text("how-you-says")) }
            }
            (arrow())
            div.card {
                h2 { (lang.text("how-roll")) }
                p { (lang.text("how-roll-says")) }
            }
            (arrow())
            div.card {
                h2 { (lang.text("how-box")) }
                p { (lang.text("how-box-says")) }
            }
            figcaption { (lang.text("how-picture-says")) }
        }
    }
}

fn arrow() -> Markup {
    html! {
        svg.arrow viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" {
            path.line d="M3 12h16M13 6l6 6-6 6" {}
        }
    }
}

fn list(lang: &Language, message: &str, count: usize) -> Markup {
    html! {
        ul { @for n in 1..=count { li { (lang.text(&format!("{message}-{n}"))) } } }
    }
}

fn parties(lang: &Language) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(lang.text("how-parties")) {
            table {
                thead { tr {
                    th scope="col" { (lang.text("party-who")) }
                    th scope="col" { (lang.text("party-learns")) }
                    th scope="col" { (lang.text("party-could")) }
                } }
                tbody {
                    @for party in PARTIES {
                        tr {
                            th scope="row" { (lang.text(&format!("party-{party}"))) }
                            td { (lang.text(&format!("party-{party}-learns"))) }
                            td { (lang.text(&format!("party-{party}-could"))) }
                        }
                    }
                }
            }
        }
    }
}
