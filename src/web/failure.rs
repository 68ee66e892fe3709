//! A refusal as a page.

use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::layout::Page;
use crate::api::problem::Kind;
use crate::http::Refusal;
use crate::lang::{self, Language};

/// What a page's handler fails with. In English unless [`Failure::to`] says otherwise.
pub(crate) struct Failure {
    refusal: Refusal,
    lang: &'static Language,
}

impl Failure {
    /// For a reader of this language.
    pub(super) fn to(lang: &'static Language, error: impl Into<Refusal>) -> Self {
        Self {
            refusal: error.into(),
            lang,
        }
    }
}

impl<E: Into<Refusal>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::to(lang::choose(None, None), error)
    }
}

/// What is said about each kind; kinds that no page can meet share one message.
fn message(kind: Kind) -> &'static str {
    match kind {
        Kind::NotFound => "problem-not-found",
        Kind::UnknownPetition => "problem-unknown-petition",
        _ => "problem-other",
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self { refusal, lang } = self;
        let title = lang.text("problem-title");
        let main = html! {
            section.notice {
                h1 { (title) }
                p { (lang.text(message(refusal.kind()))) }
            }
        };
        let mut page = Page::new(lang, &title, main).private().into_response();
        // The refusal's own answer carries the status, and tells the log its part.
        let plain = refusal.into_response();
        *page.status_mut() = plain.status();
        if let Some(seconds) = plain.headers().get(RETRY_AFTER) {
            page.headers_mut().insert(RETRY_AFTER, seconds.clone());
        }
        page
    }
}
