//! Looking after a petition: totals, and what can be done. Nothing here tells whether a
//! certain person has signed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::gate::SignedIn;
use super::{frame, speak, words};
use crate::http::App;
use crate::instance::{Petition, Said};
use crate::office::{Action, Office, OfficeError, Visitor};
use crate::protocol::ids::PetitionId;
use crate::protocol::saying::Saying;

/// The petition that a path names, if the visitor may see it.
pub(super) async fn seen(
    app: &App,
    id: &str,
    visitor: &Visitor,
) -> Result<Arc<Petition>, OfficeError> {
    named(app, id, visitor, Office::may_see).await
}

/// The same, if the visitor may act on it.
pub(super) async fn acted(
    app: &App,
    id: &str,
    visitor: &Visitor,
) -> Result<Arc<Petition>, OfficeError> {
    named(app, id, visitor, Office::may_act).await
}

async fn named(
    app: &App,
    id: &str,
    visitor: &Visitor,
    may: impl FnOnce(&Office, PetitionId, &Visitor) -> Result<(), OfficeError> + Send + 'static,
) -> Result<Arc<Petition>, OfficeError> {
    let petition = known(app, id)?;
    let (id, by) = (petition.manifest.id(), visitor.clone());
    app.office_work(move |office| may(office, id, &by)).await?;
    Ok(petition)
}

fn known(app: &App, id: &str) -> Result<Arc<Petition>, OfficeError> {
    let id = id.parse().map_err(|_| OfficeError::Unknown)?;
    app.instance.petitions.get(&id).ok_or(OfficeError::Unknown)
}

/// What a page about a petition begins with: the way back, and its own title.
pub(super) fn head(petition: &Petition, title: &str) -> Markup {
    let id = petition.manifest.id();
    html! {
        p.eyebrow { a href=(format!("/office/petitions/{id}")) { (petition.manifest.terms().title[0].text) } }
        h1 { (title) }
    }
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let petition = seen(&app, &id, &visitor).await?;
    let terms = petition.manifest.terms();
    let title = &terms.title[0].text;
    let totals = petition
        .tally()
        .map(|(_, tally)| tally.totals())
        .unwrap_or_default();
    let dates = petition.dates();
    let phase = petition.phase(app.now()).name();
    let acts = acted(&app, &id, &visitor).await.is_ok();
    let main = html! {
        p.eyebrow { "Petition" }
        h1 dir="auto" { (title) }
        p { span.tag.(phase) { (phase) } " " a href=(format!("/{id}")) { "Its public page" } }
        dl.figures {
            div { dt { "Signatures" } dd { (words::number(totals.count())) } }
            div { dt { "Confirmed mailboxes" } dd { (words::number(totals.roll)) } }
            div { dt { "Taken back" } dd { (words::number(totals.withdrawals)) } }
            div { dt { "Struck" } dd { (words::number(totals.strikes)) } }
        }
        dl.facts {
            @if let Some(goal) = petition.goal() { dt { "Goal" } dd { (words::number(goal)) } }
            dt { "Opens" } dd { (words::moment(terms.opens)) }
            dt { "Last moment to sign" } dd { (words::moment(dates.confirm_until)) }
            dt { "Late signatures until" } dd { (words::moment(dates.submit_until)) }
            dt { "Taking back until" } dd { (words::moment(dates.withdraw_until)) }
        }
        @if acts {
            h2 { "Write to supporters" }
            ul { li { a href=(format!("/office/petitions/{id}/updates")) { "Updates" }
                div.hint { "A mail to those who asked for it." } }
                li { a href=(format!("/office/petitions/{id}/invitations")) { "Invite supporters" }
                div.hint { "A mail to people who agreed to be asked." } }
                @if terms.asks.share.is_some() {
                    li { a href=(format!("/office/petitions/{id}/list")) { "Your list" }
                    div.hint { "Those who handed you what they filled in." } } } }
            h2 { "Hand it over" }
            ul { li { a href=(format!("/office/petitions/{id}/packs")) { "Delivery pack" }
                div.hint { "Letter, count and proof in one file for the recipients, by hand or by mail." } } }
            h2 { "Together" }
            ul { li { a href=(format!("/office/petitions/{id}/organisers")) { "Organisers" }
                div.hint { "Who looks after it with you." } } }
            h2 { "Say something in your name" }
            (speak::links(&petition))
        }
        @if visitor.role.may(Action::SeeAll) {
            h2 { "For staff" }
            ul {
                li { a href=(format!("/office/petitions/{id}/trends")) { "Trends" } }
                @if visitor.role.may(Action::Guard) {
                    li { a href=(format!("/office/petitions/{id}/held")) { "Held confirmations" } }
                    li { a href=(format!("/office/petitions/{id}/strikes")) { "Strike roll entries" } }
                }
                @if visitor.role.may(Action::Withhold) {
                    li { a href=(format!("/office/petitions/{id}/withhold")) { "Take the letter down, by law" } }
                }
            }
        }
        @let said = petition.sayings();
        @if !said.is_empty() {
            h2 { "What became of it" }
            ul { @for said in said { li { (became(&said)) } } }
        }
    };
    Ok(frame::page(title, Some(&visitor), &main).into_response())
}

/// One thing that was said, in a line.
fn became(said: &Said) -> Markup {
    match &said.saying {
        Saying::Delivered { on, to, .. } => {
            html! { "Delivered to " (to) ", " (words::moment(*on)) }
        }
        Saying::Answered { on, by, .. } => html! { "Answered by " (by) ", " (words::moment(*on)) },
        Saying::Goal { on, goal } => {
            html! { "Goal: " (words::number(*goal)) " signatures, since " (words::moment(*on)) }
        }
        Saying::Withheld { on, authority, .. } => {
            html! { "Text withheld since " (words::moment(*on)) ", as " (authority) " demands" }
        }
        Saying::Erased { on, key } => {
            html! { "Key destroyed: " (key.name()) ", " (words::moment(*on)) }
        }
        Saying::Opened { on, records, .. } => {
            html! { (records) " records handed to the auditor, sealed, " (words::moment(*on)) }
        }
        Saying::Audited(report) => {
            html! { "Report of the auditor, " (words::moment(report.on)) }
        }
    }
}
