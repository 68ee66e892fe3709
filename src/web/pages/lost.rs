//! No receipt any more: the signature still counts, and its mailbox can take it back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde::Deserialize;

use super::words;
use crate::api::RemovalRequest;
use crate::http::{App, Client, Refusal};
use crate::web::layout::Page;
use crate::web::visit::{Filled, Visit};

pub(in crate::web) async fn page(visit: Visit) -> Response {
    let lang = visit.lang;
    let title = lang.text("lost-title");
    let main = html! {
        (words::about(&visit))
        h1 { (title) }
        p.lead { (lang.text("lost-counted")) }
        p { (lang.text("lost-look")) " " a href=(visit.path("/receipt")) { (lang.text("receipt-title")) } }
        h2 { (lang.text("lost-back-title")) }
        p { (lang.text("lost-back")) }
        p.notice.warn { (lang.text("lost-final")) }
        form #removal method="post" {
            (words::email(lang))
            button.danger type="submit" { (lang.text("lost-button")) }
        }
        p.hint { (lang.text("inbox-same")) }
        p { a href=(visit.path("/data")) { (lang.text("lost-data")) } }
    };
    let page = Page::new(lang, &title, main).style("css/sign.css");
    page.head(words::unlisted()).into_response()
}

#[derive(Deserialize)]
pub(in crate::web) struct Lost {
    email: String,
}

pub(in crate::web) async fn ask(
    State(app): State<Arc<App>>,
    visit: Visit,
    Client(client): Client,
    Filled(form): Filled<Lost>,
) -> Result<Response, Refusal> {
    let request = RemovalRequest {
        email: form.email,
        lang: Some(visit.lang.tag.to_owned()),
    };
    app.registrar
        .request_removal(visit.manifest().id(), &request, client)
        .await?;
    Ok(visit.see_other("/inbox?removal"))
}
