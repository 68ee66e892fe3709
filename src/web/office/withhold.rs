//! Taking a text down because a law demands it. For owners.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{frame, petition};
use crate::http::App;
use crate::office::{Action, OfficeError};

pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::Withhold)?;
    let petition = petition::seen(&app, &id, &visitor).await?;
    let main = html! {
        (petition::head(&petition, "Take the letter down"))
        @if petition.withheld().is_some() {
            p { "It is taken down already." }
        } @else {
            p.lead {
                "Only where a law demands it. The letter is no longer shown here, the manifest and \
                 the stretch of the journal that holds it are no longer served. Its hash stays, \
                 the count goes on, and what you write below is public, for good. It cannot be \
                 undone."
            }
            form method="post" {
                @for (name, label, hint) in [
                    ("authority", "Who demands it", "A court or an office, with its reference."),
                    ("law", "By which law", "As it is cited."),
                ] {
                    div.field {
                        label for=(name) { (label) }
                        span.hint { (hint) }
                        input #(name) name=(name) required maxlength="200";
                    }
                }
                div.field {
                    label for="reason" { "Why" }
                    span.hint { "In plain words, without repeating what must not be shown." }
                    textarea #reason name="reason" required maxlength="2000" {}
                }
                div.check {
                    input #sure name="sure" type="checkbox" value="yes" required;
                    label for="sure" { "Take it down, for good" }
                }
                button.danger type="submit" { "Take it down" }
            }
        }
    };
    Ok(frame::page("Take the letter down", Some(&visitor), &main).into_response())
}

pub(super) async fn withhold(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let visitor = signed_in.to(Action::Withhold)?;
    let petition = petition::seen(&app, &id, &visitor).await?;
    if !fields.has("sure") {
        return Err(OfficeError::Invalid("tick the box: this cannot be undone".to_owned()).into());
    }
    if petition.withheld().is_some() {
        return Err(OfficeError::NotNow("this text is taken down already").into());
    }
    let [authority, law, reason] = ["authority", "law", "reason"].map(|name| fields.get(name));
    let note = app
        .office
        .withhold(petition.manifest.id(), authority, law, reason, &visitor)
        .await?;
    app.publisher.state(note).await.map_err(OfficeError::from)?;
    Ok(Redirect::to(&format!("/office/petitions/{id}")))
}
