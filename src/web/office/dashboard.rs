//! `/office`: where one begins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::gate::SignedIn;
use super::{drafts, frame, words};
use crate::http::App;
use crate::instance::Petition;
use crate::office::{Action, Draft, DraftId};

/// Petitions on the page of those who see all.
const PETITIONS: usize = 500;

pub(super) async fn page(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
) -> Result<Response, Failure> {
    let account = visitor.account;
    let (own, petitions, waiting) = app
        .office_work(move |office| {
            let waiting = office.queue()?.len();
            Ok((
                office.drafts_of(account)?,
                office.petitions_of(account)?,
                waiting,
            ))
        })
        .await?;
    let all = &app.instance.petitions;
    let mine: Vec<Arc<Petition>> = petitions.iter().filter_map(|id| all.get(id)).collect();
    let sees_all = visitor.role.may(Action::SeeAll);
    let others: Vec<Arc<Petition>> = if sees_all {
        let mut page = all.page(None, PETITIONS);
        page.retain(|petition| !petitions.contains(&petition.manifest.id()));
        page
    } else {
        Vec::new()
    };
    let now = app.now();
    let main = html! {
        h1 { "Office" }
        @if sees_all && waiting > 0 {
            div.notice { p {
                a href="/office/queue" { (waiting) " " (if waiting == 1 { "draft waits" } else { "drafts wait" }) }
                " for review."
            } }
        }
        @if visitor.role.may(Action::Organise) {
            h2 { "Your drafts" }
            (draft_list(&own))
            form method="post" action="/office/drafts" {
                button type="submit" { "Write a petition" }
            }
            h2 { "Your petitions" }
            @if mine.is_empty() { p { "None is published yet." } }
            (petition_list(&mine, now))
        }
        @if sees_all {
            h2 { "All other petitions" }
            @if others.is_empty() { p { "None." } }
            (petition_list(&others, now))
        }
    };
    Ok(frame::page("Office", Some(&visitor), &main).into_response())
}

fn draft_list(drafts: &[(DraftId, Draft)]) -> Markup {
    html! {
        @if drafts.is_empty() { p { "None." } }
        ul.cards {
            @for (id, draft) in drafts {
                li.card {
                    h3 dir="auto" { a href=(format!("/office/drafts/{id}")) { (drafts::title(draft)) } }
                    p { span.tag { (draft.state.name()) } }
                    p.hint { "Changed " (words::moment(draft.changed)) }
                }
            }
        }
    }
}

fn petition_list(petitions: &[Arc<Petition>], now: u64) -> Markup {
    html! {
        ul.cards {
            @for petition in petitions {
                @let totals = petition.tally().map(|(_, tally)| tally.totals()).unwrap_or_default();
                @let phase = petition.phase(now).name();
                li.card {
                    h3 dir="auto" {
                        a href=(format!("/office/petitions/{}", petition.manifest.id())) {
                            (petition.manifest.terms().title[0].text)
                        }
                    }
                    p { span.tag.(phase) { (phase) } }
                    p { strong { (words::number(totals.count())) } " signatures" }
                }
            }
        }
    }
}
