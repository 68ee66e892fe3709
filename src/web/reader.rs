//! Who reads: the language of a page.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::here;
use crate::lang::Language;

/// The reader's language: `?lang=` in the link, else `Accept-Language`, else English.
#[derive(Clone, Copy)]
pub(super) struct Reader(pub(super) &'static Language);

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(here::language()))
    }
}
