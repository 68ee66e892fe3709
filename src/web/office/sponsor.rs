//! For sponsors of a draft: they need no account, only the link.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse as _, Response};
use maud::html;

use super::failure::Failure;
use super::form::Fields;
use super::{drafts, frame};
use crate::http::{App, LinkToken};
use crate::office::DraftId;

pub(super) async fn page(
    Shared(app): Shared<Arc<App>>,
    Path((id, token)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id: DraftId = id.parse()?;
    let draft = app
        .office_work(move |office| office.shared(id, &token))
        .await?;
    let main = html! {
        h1 { "A petition that is not public yet" }
        (drafts::letter(&draft.content))
        h2 { "Do you stand for these words?" }
        p {
            "Sponsors help a petition through review. Your address is seen by nobody, kept until the \
             petition opens, and used for one thing: to send you a link to sign it."
        }
        form method="post" {
            div.field {
                label for="email" { "Your e-mail address" }
                input #email name="email" type="email" autocomplete="email" required maxlength="254";
            }
            button type="submit" { "Mail me a link" }
        }
    };
    Ok(frame::page("Be a sponsor", None, &main).into_response())
}

pub(super) async fn ask(
    Shared(app): Shared<Arc<App>>,
    Path((id, token)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id: DraftId = id.parse()?;
    app.office
        .ask_to_sponsor(id, token, &fields.get("email"))
        .await?;
    let main = html! {
        h1 { "Check your inbox" }
        p.lead { "A link is on its way. It works once, within a week." }
    };
    Ok(frame::page("Check your inbox", None, &main).into_response())
}

pub(super) async fn link(
    Shared(app): Shared<Arc<App>>,
    LinkToken(token): LinkToken,
) -> Result<Response, Failure> {
    let title = app.office.sponsored_title(token).await?;
    let main = html! {
        h1 { "Be a sponsor" }
        p.lead { "Of the petition " span dir="auto" { "\u{201c}" (title) "\u{201d}" } "." }
        form method="post" { button type="submit" { "I stand for it" } }
    };
    Ok(frame::page("Be a sponsor", None, &main).into_response())
}

pub(super) async fn confirm(
    Shared(app): Shared<Arc<App>>,
    LinkToken(token): LinkToken,
) -> Result<Response, Failure> {
    app.office.sponsor(token).await?;
    let main = html! {
        h1 { "Thank you" }
        p.lead { "When the petition opens, you get a link to sign it." }
    };
    Ok(frame::page("Thank you", None, &main).into_response())
}
