//! The organiser's list: sealed entries for download, opened in the browser with a key that
//! stays there (`spec/list.md`).

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde::Deserialize;
use serde_json::json;

use super::failure::Failure;
use super::gate::SignedIn;
use super::{frame, petition, words};
use crate::http::{App, leaf_hash, list_page};
use crate::office::OfficeError;
use crate::tlog::hash::Hash;

/// Entries in one piece.
const PART: usize = 500;

/// Where the pieces begin, and how many entries there are.
fn parts(
    app: &App,
    id: crate::protocol::ids::PetitionId,
) -> Result<(Vec<Option<Hash>>, usize), OfficeError> {
    let (mut starts, mut entries) = (vec![None], 0);
    loop {
        let after = starts.last().copied().flatten();
        let (part, next) = app.registrar.shared(id, after, PART)?;
        entries += part.len();
        match next {
            Some(next) => starts.push(Some(next)),
            None => return Ok((starts, entries)),
        }
    }
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let petition = petition::acted(&app, &id, &visitor).await?;
    let terms = petition.manifest.terms();
    if terms.asks.share.is_none() {
        let main = html! {
            p.eyebrow { a href=(format!("/office/petitions/{id}")) dir="auto" { (terms.title[0].text) } }
            h1 { "Your list" }
            p { "This petition keeps no list: nobody hands you anything." }
        };
        return Ok(frame::page("Your list", Some(&visitor), &main).into_response());
    }
    let work = {
        let (app, id) = (app.clone(), petition.manifest.id());
        move || parts(&app, id)
    };
    let found = tokio::task::spawn_blocking(work).await;
    let (starts, entries) = found.map_err(|_| OfficeError::Busy)??;
    let address = |start: &Option<Hash>| match start {
        None => format!("/office/petitions/{id}/list/sealed"),
        Some(leaf) => format!(
            "/office/petitions/{id}/list/sealed?after={}",
            hex::encode(leaf.0)
        ),
    };
    let main = html! {
        p.eyebrow { a href=(format!("/office/petitions/{id}")) dir="auto" { (terms.title[0].text) } }
        h1 { "Your list" }
        p.lead { "On the list: " strong { (words::number(entries as u64)) } "." }
        p {
            "These signers chose to hand you what they filled in. It is sealed to your list's key: \
             this service cannot read it. They may take it back at any time; then delete it on your \
             side as well, and fetch the list anew before you use it."
        }
        p.notice.warn {
            "Names are checked against the signatures. Addresses are not: whoever signed may have \
             written any. Write to them and wait for an answer before you rely on them."
        }
        @if entries == 0 { p { "Nobody has handed you anything yet." } } @else {
        div.card data-list data-from=(address(&None)) hidden {
            h2 { "Open it in this browser" }
            p.hint { "The key file is read here and goes nowhere. You get a table (CSV)." }
            div.field {
                label for="list-key-file" { "Key file of the list" }
                input #list-key-file type="file" accept=".key,text/plain";
            }
            p.error role="alert" hidden {}
            button type="button" data-open-list { "Open the list and save it" }
            p role="status" {}
        }
        h2 { "Open it on the command line" }
        ol {
            li { "Download what is sealed: "
                @for (n, start) in starts.iter().enumerate() {
                    @if n > 0 { ", " }
                    a href=(address(start)) download=(format!("list-{}.json", n + 1)) { "part " (n + 1) }
                }
                "." }
            li { "Open it: " code { "undersigned list export --from list-1.json -o list.csv" } }
        }
        }
    };
    let response = frame::page("Your list", Some(&visitor), &main)
        .data(json!({}))
        .script("js/pages/office_list.js");
    Ok(response.into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    #[serde(default)]
    after: Option<String>,
}

pub(super) async fn sealed(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Query(part): Query<Part>,
) -> Result<Response, Failure> {
    let petition = petition::acted(&app, &id, &visitor).await?;
    if petition.tally().is_none() {
        return Err(OfficeError::NotNow("nothing of this petition is published yet").into());
    }
    let after = part.after.as_deref().map(leaf_hash).transpose()?;
    let page = list_page(&app, petition, after, PART).await?;
    let mut response = axum::Json(page).into_response();
    let headers = response.headers_mut();
    let attachment = HeaderValue::from_static("attachment; filename=\"list.json\"");
    headers.insert(header::CONTENT_DISPOSITION, attachment);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
