//! What staff did. For owners.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde::Deserialize;

use super::failure::Failure;
use super::gate::SignedIn;
use super::{frame, words};
use crate::http::App;
use crate::office::{Action, OfficeError};

/// Lines on a page.
const PAGE: usize = 100;

#[derive(Deserialize)]
pub(super) struct After {
    after: Option<String>,
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Query(After { after }): Query<After>,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::ManagePeople)?;
    let after = after.map(|after| hex::decode(after).map_err(|_| OfficeError::Unknown));
    let after = after.transpose()?;
    let mut lines = app
        .office_work(move |office| office.log_page(after.as_deref(), PAGE + 1))
        .await?;
    let next = (lines.len() > PAGE).then(|| hex::encode(&lines[PAGE - 1].0));
    lines.truncate(PAGE);
    let main = html! {
        h1 { "What staff did" }
        p.lead { "Oldest first. Lines are only ever added." }
        div.wide.scroll {
            table.stacked {
                thead { tr { th { "When" } th { "Who" } th { "What" } th { "Why" } } }
                tbody {
                    @for (_, line) in &lines {
                        tr {
                            td { (words::moment(line.at)) }
                            td { bdi { (line.email.as_deref().unwrap_or("the operator")) } }
                            td { (line.what) }
                            td { (line.reason) }
                        }
                    }
                }
            }
        }
        @if let Some(next) = next {
            p { a href=(format!("/office/log?after={next}")) { "Later lines" } }
        }
    };
    Ok(frame::page("Log", Some(&visitor), &main).into_response())
}
