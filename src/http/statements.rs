//! Statements for the journal.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::extract::Note;
use super::problem::Refusal;
use super::respond::done;
use super::state::App;
use crate::api::problem::Kind;
use crate::api::{Done, NoteRequest};
use crate::protocol::statement::Statement;

/// Put a signed statement into the journal: `published`, `extended` or `closing`. The
/// answer comes once it stands there; the same statement again is fine.
#[utoipa::path(post, operation_id = "handInStatement", path = "/statements", tag = "organise", request_body = NoteRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn state(State(app): State<Arc<App>>, note: Note) -> Result<Response, Refusal> {
    let bytes = note.text.clone().into_bytes();
    let judged = bytes.clone();
    app.blocking(move |app| {
        app.instance.would_take(&judged)?;
        // What staff approved is what becomes public under the keys that came with it.
        if let Ok(Statement::Published(manifest, _)) = Statement::parse(&judged)
            && !app.office.may_publish(&manifest)?
        {
            return Err(Refusal::new(Kind::Statement).detail(
                "These keys were contributed to another text: publish that, or fix the draft anew.",
            ));
        }
        Ok(())
    })
    .await?;
    app.publisher.state(bytes).await?;
    Ok(done())
}
