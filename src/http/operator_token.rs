//! The operator's token: made at the first start, kept in a file that only the service's
//! user can read.

use std::path::Path;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, HeaderValue, header};
use zeroize::Zeroizing;

use super::problem::Refusal;
use crate::api::problem::Kind;
use crate::clock::Clock;
use crate::keys::{KeyFileError, bearer_token};

/// Opens everything under `/api/v1/operator`.
pub(crate) struct OperatorToken(Zeroizing<String>);

impl OperatorToken {
    /// The token in `<folder>/operator.token`, made on first use.
    pub(crate) fn open(folder: &Path, clock: &dyn Clock) -> Result<Self, KeyFileError> {
        bearer_token(&folder.join("operator.token"), clock).map(Self)
    }

    /// Refuse a request that does not carry it.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let value = headers
            .get(header::AUTHORIZATION)
            .map(HeaderValue::as_bytes);
        let given = value.and_then(|value| {
            let (scheme, token) = value.split_at_checked(7)?;
            scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
        });
        // The lengths are public; all else is compared in constant time.
        given
            .filter(|token| verify_slices_are_equal(token, self.0.as_bytes()).is_ok())
            .map(|_| ())
            .ok_or_else(|| {
                Refusal::new(Kind::Unauthorised)
                    .detail("Send `Authorization: Bearer` with the text of keys/operator.token.")
            })
    }
}
