//! Drafts that wait for staff.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{drafts, frame, words};
use crate::http::App;
use crate::office::{Action, Draft, DraftId, Office, State};

pub(super) async fn page(
    Shared(app): Shared<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::SeeAll)?;
    let queue = app.office_work(Office::queue).await?;
    let main = html! {
        h1 { "Drafts that wait" }
        @if queue.is_empty() { p { "None." } }
        ul.cards {
            @for (id, draft) in &queue {
                li.card {
                    h2 dir="auto" { a href=(format!("/office/drafts/{id}")) { (drafts::title(draft)) } }
                    @if let State::Waiting { since } = draft.state {
                        p.hint { "Since " (words::moment(since)) }
                    }
                    p { (draft.content.organiser) }
                }
            }
        }
    };
    Ok(frame::page("Drafts that wait", Some(&visitor), &main).into_response())
}

/// What a reviewer can do with a draft.
pub(super) fn verdict(id: DraftId, draft: &Draft) -> Markup {
    html! {
        h2 { "Your verdict" }
        (drafts::letter(&draft.content))
        form method="post" action=(format!("/office/drafts/{id}/verdict")) {
            input type="hidden" name="version" value=(draft.version);
            div.field {
                label for="reason" { "Reason" }
                span.hint { "The organiser reads it. Needed if you send it back." }
                textarea #reason name="reason" maxlength="2000" {}
            }
            div.row {
                button type="submit" name="verdict" value="approve" { "Approve" }
                button.danger type="submit" name="verdict" value="return" { "Send back" }
            }
        }
    }
}

pub(super) async fn judge(
    Shared(app): Shared<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let visitor = signed_in.to(Action::JudgeDrafts)?;
    let id: DraftId = id.parse()?;
    let version = fields.get("version").parse().unwrap_or(0);
    let approve = match &*fields.get("verdict") {
        "approve" => true,
        "return" => false,
        _ => return Err(crate::office::OfficeError::Invalid("choose one".to_owned()).into()),
    };
    app.office
        .judge_draft(id, version, approve, &fields.get("reason"), &visitor)
        .await?;
    Ok(Redirect::to("/office/queue"))
}
