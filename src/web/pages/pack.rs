//! The link to a delivery pack that is too large for a mail. For its recipients alone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde::Deserialize;

use super::words;
use crate::delivery::moment;
use crate::http::{App, LinkToken, Refusal, zip_file};
use crate::protocol::ids::PetitionId;
use crate::web::layout::Page;
use crate::web::visit::{Filled, Visit};

/// The petition, if its letter may be handed out here.
fn readable(visit: &Visit) -> Result<PetitionId, Refusal> {
    if visit.petition.withheld().is_some() {
        return Err(Refusal::withheld());
    }
    Ok(visit.manifest().id())
}

pub(in crate::web) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    LinkToken(token): LinkToken,
) -> Result<Response, Refusal> {
    let id = readable(&visit)?;
    let link = app
        .office_work(move |office| office.pack_link(id, &token))
        .await?;
    let lang = visit.lang;
    let title = lang.text("delivery-page-title");
    let size = [("size", lang.number(link.bytes.div_ceil(1 << 20)).into())];
    let until = [("until", moment(link.until).into())];
    let main = html! {
        (words::about(&visit))
        h1 { (title) }
        p.lead { (lang.format("delivery-page-lead", &size)) }
        p { (lang.text("delivery-page-names")) }
        form method="post" { button type="submit" { (lang.text("delivery-page-button")) } }
        p.hint { (lang.format("delivery-page-until", &until)) }
    };
    let page = Page::new(lang, &title, main).style("css/sign.css");
    Ok(page.private().into_response())
}

/// The button says it all.
#[derive(Deserialize)]
pub(in crate::web) struct Pressed {}

pub(in crate::web) async fn download(
    State(app): State<Arc<App>>,
    visit: Visit,
    LinkToken(token): LinkToken,
    Filled(Pressed {}): Filled<Pressed>,
) -> Result<Response, Refusal> {
    let id = readable(&visit)?;
    let zip = app
        .office_work(move |office| office.linked_pack(id, &token))
        .await?;
    Ok(zip_file(zip))
}
