//! A refusal as a page.

use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::here;
use super::layout::Page;
use crate::api::problem::Kind;
use crate::http::Refusal;
use crate::lang::Language;

/// What a page's handler fails with. In the language of the request unless [`Failure::to`]
/// says otherwise.
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

    /// The page for a reader who met `refused`, which is of this kind.
    pub(super) fn page<B>(kind: Kind, refused: &Response<B>) -> Response {
        let mut page = render(here::language(), kind);
        *page.status_mut() = refused.status();
        if let Some(seconds) = refused.headers().get(RETRY_AFTER) {
            page.headers_mut().insert(RETRY_AFTER, seconds.clone());
        }
        page
    }
}

impl<E: Into<Refusal>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::to(here::language(), error)
    }
}

/// What is said about each kind; kinds that no page can meet share one message.
fn message(kind: Kind) -> &'static str {
    match kind {
        Kind::NotFound => "problem-not-found",
        Kind::UnknownPetition => "problem-unknown-petition",
        Kind::RateLimited => "problem-rate-limited",
        Kind::Unavailable | Kind::StorageLow | Kind::Timeout => "problem-unavailable",
        Kind::Method | Kind::Malformed => "problem-request",
        Kind::TooLarge => "problem-too-large",
        Kind::NotOpen => "problem-not-open",
        Kind::Closed => "problem-closed",
        Kind::Address => "problem-address",
        Kind::Region => "problem-region",
        Kind::UnknownLink => "problem-unknown-link",
        Kind::LinkUsed => "problem-link-used",
        Kind::AlreadyConfirmed => "problem-already-confirmed",
        Kind::Held => "problem-held",
        Kind::NotStrikable => "problem-not-strikable",
        _ => "problem-other",
    }
}

fn render(lang: &'static Language, kind: Kind) -> Response {
    let title = lang.text("problem-title");
    let main = html! {
        h1 { (title) }
        p.lead { (lang.text(message(kind))) }
        p { a.button href=(here::href("/")) { (lang.text("problem-home")) } }
    };
    Page::new(lang, &title, main).private().into_response()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self { refusal, lang } = self;
        let mut page = render(lang, refusal.kind());
        // The refusal's own answer carries the status, and tells the log its part.
        let plain = refusal.into_response();
        *page.status_mut() = plain.status();
        if let Some(seconds) = plain.headers().get(RETRY_AFTER) {
            page.headers_mut().insert(RETRY_AFTER, seconds.clone());
        }
        page
    }
}
