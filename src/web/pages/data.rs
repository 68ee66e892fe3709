//! What is held about a mailbox: asking for a link, and the two buttons behind it. Opening
//! the link does nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde::Deserialize;

use super::words;
use crate::api::OwnDataRequest;
use crate::http::{App, Client, LinkToken, Refusal, own_data};
use crate::web::layout::Page;
use crate::web::visit::{Filled, Visit};

pub(in crate::web) async fn page(visit: Visit) -> Response {
    let lang = visit.lang;
    let title = lang.text("data-title");
    let main = html! {
        (words::about(&visit))
        h1 { (title) }
        p.lead { (lang.text("data-lead")) }
        form #data method="post" {
            (words::email(lang))
            button type="submit" { (lang.text("data-ask")) }
        }
        p.hint { (lang.text("inbox-same")) }
        (never(&visit))
    };
    let page = Page::new(lang, &title, main).style("css/sign.css");
    page.head(words::unlisted()).into_response()
}

/// What cannot be erased, and why it is about nobody.
fn never(visit: &Visit) -> maud::Markup {
    let lang = visit.lang;
    html! {
        h2 { (lang.text("data-never-title")) }
        p { (lang.text("data-never-roll")) }
        p { (lang.text("data-never-signature")) }
        p {
            (lang.text("data-name")) " "
            a href=(visit.path("/receipt")) { (lang.text("receipt-title")) }
        }
    }
}

#[derive(Deserialize)]
pub(in crate::web) struct Asking {
    email: String,
}

pub(in crate::web) async fn ask(
    State(app): State<Arc<App>>,
    visit: Visit,
    Client(client): Client,
    Filled(form): Filled<Asking>,
) -> Result<Response, Refusal> {
    let request = OwnDataRequest {
        email: form.email,
        lang: Some(visit.lang.tag.to_owned()),
    };
    app.registrar
        .request_own_data(visit.manifest().id(), &request, client)
        .await?;
    Ok(visit.see_other("/inbox?data"))
}

pub(in crate::web) async fn opened(visit: Visit, LinkToken(_): LinkToken) -> Response {
    let lang = visit.lang;
    let title = lang.text("data-title");
    let audited = visit.manifest().terms().audit.is_some();
    let main = html! {
        (words::about(&visit))
        h1 { (title) }
        h2 { (lang.text("data-fetch-title")) }
        p { (lang.text("data-fetch")) }
        form method="post" {
            button type="submit" name="do" value="fetch" { (lang.text("data-fetch-button")) }
        }
        h2 { (lang.text("data-forget-title")) }
        p { (lang.text("data-forget")) }
        @if audited { p.notice.warn { (lang.text("data-forget-strike")) } }
        p { (lang.text("data-forget-stays")) }
        form method="post" {
            button.danger type="submit" name="do" value="forget" { (lang.text("data-forget-button")) }
        }
        (never(&visit))
        p.hint { (lang.text("confirm-not-you")) }
    };
    let page = Page::new(lang, &title, main).style("css/sign.css");
    page.private().into_response()
}

#[derive(Deserialize)]
pub(in crate::web) struct Pressed {
    r#do: Wish,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wish {
    Fetch,
    Forget,
}

pub(in crate::web) async fn follow(
    State(app): State<Arc<App>>,
    visit: Visit,
    LinkToken(token): LinkToken,
    Filled(form): Filled<Pressed>,
) -> Result<Response, Refusal> {
    let p = visit.manifest().id();
    if matches!(form.r#do, Wish::Fetch) {
        return Ok(own_data(&app.registrar.own_data(p, &token).await?));
    }
    let forgotten = app.registrar.forget(p, &token).await?;
    let lang = visit.lang;
    let title = lang.text("forgotten-title");
    let text = lang.text("forgotten-text");
    let struck = lang.text("forgotten-struck");
    let mut texts: Vec<&str> = vec![&text];
    if forgotten.struck {
        texts.push(&struck);
    }
    let main = words::notice(&title, &texts, &words::about(&visit));
    Ok(Page::new(lang, &title, main).private().into_response())
}
