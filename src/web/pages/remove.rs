//! The link that takes a mailbox's entry back. Opening it does nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde::Deserialize;

use super::words;
use crate::http::{App, LinkToken, Refusal};
use crate::web::layout::Page;
use crate::web::visit::{Filled, Visit};

pub(in crate::web) async fn page(visit: Visit, LinkToken(_): LinkToken) -> Response {
    let lang = visit.lang;
    let title = lang.text("remove-title");
    let main = html! {
        (words::about(&visit))
        h1 { (title) }
        p.lead { (lang.text("remove-lead")) }
        p.notice.warn { (lang.text("lost-final")) }
        form method="post" { button.danger type="submit" { (lang.text("remove-button")) } }
        p.hint { (lang.text("confirm-not-you")) }
    };
    let page = Page::new(lang, &title, main).style("css/sign.css");
    page.private().into_response()
}

/// The button says it all.
#[derive(Deserialize)]
pub(in crate::web) struct Pressed {}

pub(in crate::web) async fn remove(
    State(app): State<Arc<App>>,
    visit: Visit,
    LinkToken(token): LinkToken,
    Filled(Pressed {}): Filled<Pressed>,
) -> Result<Response, Refusal> {
    app.registrar.remove(visit.manifest().id(), &token).await?;
    let lang = visit.lang;
    let title = lang.text("removed-title");
    let text = lang.text("removed-text");
    let main = words::notice(&title, &[&text], &words::about(&visit));
    Ok(Page::new(lang, &title, main).private().into_response())
}
