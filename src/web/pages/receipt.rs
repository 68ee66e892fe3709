//! The receipt. The page is the same for everyone: what is somebody's stays in the address's
//! fragment, in the browser's storage, or in a file, and none of these reaches us.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde_json::json;

use super::words;
use crate::http::{App, Caching, Refusal, Resource};
use crate::protocol::ids::PetitionId;
use crate::web::assets;
use crate::web::layout::Page;
use crate::web::visit::Visit;

pub(in crate::web) async fn page(visit: Visit) -> Response {
    let lang = visit.lang;
    let title = lang.text("receipt-title");
    let main = html! {
        (words::about(&visit))
        h1 { (title) }
        noscript { p.notice.warn { (lang.text("receipt-needs-script")) } }
        section #state.needs-script role="status" { p { (lang.text("receipt-looking")) } }
        div #problem.notice.bad role="alert" hidden {}
        section #receipt hidden { (known(&visit)) }
        (choose(&visit))
        (meaning(&visit))
    };
    let id = visit.manifest().id();
    let mut data = json!({ "petition": id, "receipt": visit.path("/receipt") });
    let shares = visit.manifest().terms().asks.share.is_some();
    if shares {
        // Loaded by who has something to hand over, and by nobody else.
        data["share"] = assets::url("js/pages/receipt_share.js").into();
    }
    let page = Page::new(lang, &title, main)
        .style("css/sign.css")
        .script("js/pages/receipt.js")
        .data(data)
        .head(words::unlisted())
        .messages(if shares { &MESSAGES } else { &MESSAGES[1..] });
    page.into_response()
}

/// What the script says; the first where the petition keeps a list.
const MESSAGES: [&str; 8] = [
    "js-share-",
    "js-problem-",
    "js-reason-",
    "js-state-",
    "js-audience-",
    "js-fact-",
    "js-stored-",
    "js-other-",
];

/// Handing what was filled in to the organiser, where the organiser keeps a list.
fn share(visit: &Visit) -> Markup {
    let lang = visit.lang;
    let terms = visit.manifest().terms();
    let organiser = [("organiser", terms.organiser.name.as_str().into())];
    html! {
        @if terms.asks.share.is_some() {
            section.screen #share hidden {
                h2 { (lang.format("hand-title", &organiser)) }
                p { (lang.format("hand-text", &organiser)) }
                p #share-state role="status" {}
                div.field {
                    label for="share-address" { (lang.text("hand-address")) " "
                        span.hint { (lang.text("sign-optional")) } }
                    input #share-address type="email" maxlength="250" autocomplete="email" dir="ltr"
                        aria-describedby="share-address-hint";
                    p.hint #share-address-hint { (lang.format("hand-address-hint", &organiser)) }
                }
                p.row {
                    button type="button" #share-hand { (lang.text("hand-over")) } " "
                    button.quiet type="button" #share-back { (lang.text("hand-back")) }
                }
            }
        }
    }
}

/// What a receipt lets its holder see and do.
fn known(visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        dl.facts #facts {}
        p.notice.warn.paper #private hidden { (lang.text("receipt-paper-private")) }
        figure.qr { img #qr alt=(lang.text("receipt-qr-alt")) width="180" height="180" hidden;
            figcaption { (lang.text("receipt-qr")) } }
        p.row.screen {
            button type="button" #download { (lang.text("receipt-download")) } " "
            button.quiet type="button" #download-shared { (lang.text("receipt-download-shared")) } " "
            button.quiet type="button" #print { (lang.text("receipt-print")) }
        }
        p.notice.warn.screen #keep { (lang.text("receipt-keep")) }
        section.screen #audience hidden {
            h2 { (lang.text("audience-title")) }
            p { (lang.text("audience-text")) }
            p #audience-state role="status" {}
            p.row {
                button.quiet type="button" data-audience="recipients" { (lang.text("audience-recipients")) } " "
                button.quiet type="button" data-audience="everybody" { (lang.text("audience-everybody")) } " "
                button.quiet type="button" data-audience="nobody" { (lang.text("audience-nobody")) }
            }
        }
        (share(visit))
        section.screen #withdraw hidden {
            h2 { (lang.text("withdraw-title")) }
            p { (lang.text("withdraw-final")) }
            button.danger type="button" #withdraw-first { (lang.text("withdraw-button")) }
            div #withdraw-second hidden {
                p { strong { (lang.text("withdraw-sure")) } }
                button.danger type="button" #withdraw-yes { (lang.text("withdraw-yes")) } " "
                button.quiet type="button" #withdraw-no { (lang.text("withdraw-no")) }
            }
        }
        @if visit.manifest().terms().asks.updates {
            p.hint.screen { (lang.text("receipt-unsubscribe")) }
        }
        p.screen { button.quiet type="button" #forget { (lang.text("receipt-forget")) } " "
            span.hint { (lang.text("receipt-forget-note")) } }
    }
}

/// A receipt from this browser or from a file.
fn choose(visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        section.screen.needs-script {
            ul #stored hidden {}
            label.file { span { (lang.text("receipt-open")) }
                input type="file" #file accept=".json,application/json"; }
            p { a href=(visit.path("/lost")) { (lang.text("lost-title")) } }
        }
    }
}

fn meaning(visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        section {
            h2 { (lang.text("receipt-proves-title")) }
            ul {
                li { (lang.text("receipt-proves-ledger")) }
                li { (lang.text("receipt-proves-change")) }
            }
            h2 { (lang.text("receipt-proves-not-title")) }
            ul {
                li { (lang.text("receipt-proves-not-who")) }
                li { (lang.text("receipt-proves-not-keys")) }
            }
            p.screen { a href="/check" { (lang.text("check-title")) } }
        }
    }
}

/// The public half of a receipt as a picture: the address of its page, with the leaf's hash.
pub(in crate::web) async fn qr(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((_, leaf)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    // A leaf hash is written as a petition's id is: 64 lower-case hexadecimal digits.
    let hash = leaf.strip_suffix(".svg").map(str::parse::<PetitionId>);
    let Some(Ok(hash)) = hash else {
        return Err(Refusal::not_found());
    };
    let address = format!("{}/{}/receipt#leaf={hash}", app.url, visit.manifest().id());
    let code =
        QrCode::with_error_correction_level(address, EcLevel::M).map_err(Refusal::internal)?;
    let picture = code.render::<svg::Color>().min_dimensions(180, 180).build();
    let resource = Resource {
        content_type: "image/svg+xml",
        caching: Caching::Forever,
        body: picture.into_bytes(),
        gzip: None,
    };
    Ok(resource.answer(&headers))
}
