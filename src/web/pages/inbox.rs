//! Asking for a link without JavaScript, and what to do then. Whatever the state of an
//! address, the answer is the same, and nothing in it or in its address is about anybody.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::words;
use crate::api::ConfirmationRequest;
use crate::http::{App, Client, Refusal};
use crate::web::layout::Page;
use crate::web::visit::{Filled, Visit, asks_for};

/// The petition's form. Name and comment stay behind: they are asked for again when the
/// signature is made.
#[derive(Deserialize)]
pub(in crate::web) struct Asking {
    email: String,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    updates: Option<String>,
}

pub(in crate::web) async fn ask(
    State(app): State<Arc<App>>,
    visit: Visit,
    Client(client): Client,
    Filled(form): Filled<Asking>,
) -> Result<Response, Refusal> {
    let roll_region = visit.manifest().terms().asks.roll_region;
    let request = ConfirmationRequest {
        email: form.email,
        updates: form.updates.is_some(),
        region: form.region.filter(|_| roll_region).map(|r| words::line(&r)),
        lang: Some(visit.lang.tag.to_owned()),
    };
    app.registrar
        .request_confirmation(visit.manifest().id(), &request, client)
        .await?;
    Ok(visit.see_other("/inbox"))
}

pub(in crate::web) async fn page(visit: Visit, uri: Uri) -> Response {
    let lang = visit.lang;
    let (title, next, form) = if asks_for(&uri, "removal") {
        ("inbox-removal-title", "inbox-removal-next", Some("/lost"))
    } else if asks_for(&uri, "data") {
        ("inbox-title", "inbox-data-next", Some("/data"))
    } else {
        ("inbox-title", "inbox-next", None)
    };
    let title = lang.text(title);
    let main = html! {
        (words::about(&visit))
        h1 { (title) }
        p.lead role="status" { (lang.text("inbox-sent")) }
        ol {
            li { (lang.text("inbox-open")) }
            li { (lang.text(next)) }
        }
        p { (lang.text("inbox-spam")) }
        p.hint { (lang.text("inbox-same")) }
        @if let Some(form) = form {
            p { a href=(visit.path(form)) { (lang.text("inbox-again-title")) } }
        } @else {
            (again(&visit))
        }
    };
    let data = json!({
        "petition": visit.manifest().id(),
        "inbox": visit.path("/inbox"),
        "roll_region": visit.manifest().terms().asks.roll_region,
    });
    Page::new(lang, &title, main)
        .style("css/sign.css")
        .script("js/pages/petition.js")
        .data(data)
        .head(words::unlisted())
        .messages(&["js-problem-"])
        .into_response()
}

/// The form once more: another address, or another mail.
fn again(visit: &Visit) -> Markup {
    let lang = visit.lang;
    let asks = &visit.manifest().terms().asks;
    html! {
        details {
            summary { (lang.text("inbox-again-title")) }
            form #sign method="post" action=(visit.path("/sign")) {
                p { (lang.text("inbox-again-note")) }
                (words::email(lang))
                @if asks.roll_region { (words::region(lang, true, "")) }
                @if asks.updates { (words::updates(lang)) }
                p.error role="alert" hidden {}
                button type="submit" { (lang.text("inbox-again")) }
            }
        }
    }
}
