//! A refusal as a page of the office.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::frame;
use crate::http::Refusal;
use crate::instance::InstanceError;
use crate::office::OfficeError;

/// What a page's handler fails with.
pub(super) struct Failure {
    status: StatusCode,
    words: String,
}

impl Failure {
    pub(super) fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Self {
            status,
            words: words.into(),
        }
    }

    /// The session is over.
    pub(super) fn signed_out() -> Self {
        let words = "You are signed out. Sign in, go back to the page before this one, and send \
                     it again: what you wrote is still there.";
        Self::new(StatusCode::UNAUTHORIZED, words)
    }

    /// The request came from somewhere else.
    pub(super) fn foreign() -> Self {
        let words = "This request did not come from a page of this office, so nothing was done. \
                     Open the office and do it there.";
        Self::new(StatusCode::FORBIDDEN, words)
    }
}

impl From<OfficeError> for Failure {
    fn from(error: OfficeError) -> Self {
        let status = match &error {
            OfficeError::Address | OfficeError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            OfficeError::Known
            | OfficeError::LastOwner
            | OfficeError::Stale
            | OfficeError::NotNow(_) => StatusCode::CONFLICT,
            OfficeError::Unknown | OfficeError::Link => StatusCode::NOT_FOUND,
            OfficeError::Forbidden => StatusCode::FORBIDDEN,
            OfficeError::Busy => StatusCode::SERVICE_UNAVAILABLE,
            OfficeError::Instance(InstanceError::NotNow(reason)) => {
                return Self::new(StatusCode::CONFLICT, *reason);
            }
            OfficeError::Registrar(_)
            | OfficeError::Store(_)
            | OfficeError::Commit(_)
            | OfficeError::Instance(_) => {
                tracing::error!(%error, "a request to the office failed");
                let words = "Something is wrong on our side. Nothing was done; try again.";
                return Self::new(StatusCode::INTERNAL_SERVER_ERROR, words);
            }
        };
        Self::new(status, error.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let words = refusal.words();
        // Its own answer carries the status, and tells the log its part.
        Self::new(refusal.into_response().status(), words)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut words = self.words;
        if let Some(first) = words.get(..1) {
            words = format!("{}{}", first.to_ascii_uppercase(), &words[1..]);
        }
        if !words.ends_with('.') {
            words.push('.');
        }
        let main = html! {
            section.notice.bad role="alert" {
                h1 { "This was not done" }
                p { (words) }
                p { a href="/office" { "Back to the office" } }
            }
        };
        let mut page = frame::page("This was not done", None, &main).into_response();
        *page.status_mut() = self.status;
        page
    }
}
