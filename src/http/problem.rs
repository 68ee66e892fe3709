//! Every refusal over HTTP, in one place (`spec/api.md`, "Problems"): what the caller is
//! told, and, apart from it, what the log is told.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::problem::{Kind, Problem};

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Refusal {
    kind: Kind,
    status: StatusCode,
    /// What to do next, for the caller. Never carries anything about a person.
    detail: Option<Cow<'static, str>>,
    retry_after: Option<u32>,
    /// For the log alone.
    internal: Option<String>,
}

/// Status and title of each kind. Both are part of the interface.
pub(crate) fn describe(kind: Kind) -> (StatusCode, &'static str) {
    use StatusCode as S;
    match kind {
        Kind::Malformed => (S::BAD_REQUEST, "The request does not parse."),
        Kind::MediaType => (
            S::UNSUPPORTED_MEDIA_TYPE,
            "The body is not of the expected type.",
        ),
        Kind::TooLarge => (S::PAYLOAD_TOO_LARGE, "The request is too large."),
        Kind::Timeout => (S::REQUEST_TIMEOUT, "The request took too long."),
        Kind::NotFound => (S::NOT_FOUND, "There is no such resource."),
        Kind::Method => (
            S::METHOD_NOT_ALLOWED,
            "The resource does not take this method.",
        ),
        Kind::UnknownPetition => (S::NOT_FOUND, "This petition is not published here."),
        Kind::NotOpen => (S::CONFLICT, "Signing is not open yet."),
        Kind::Closed => (S::CONFLICT, "This petition takes no more of these."),
        Kind::Address => (
            S::UNPROCESSABLE_ENTITY,
            "This is not an address to write to.",
        ),
        Kind::Region => (
            S::UNPROCESSABLE_ENTITY,
            "A region is missing, or was not asked for.",
        ),
        Kind::UnknownLink => (S::NOT_FOUND, "This link is unknown or has expired."),
        Kind::LinkUsed => (S::CONFLICT, "This link was used with another key."),
        Kind::AlreadyConfirmed => (S::CONFLICT, "This mailbox has confirmed already."),
        Kind::BlindedMessage => (
            S::UNPROCESSABLE_ENTITY,
            "This is not a blinded message for this petition.",
        ),
        Kind::Held => (S::CONFLICT, "This confirmation waits for review."),
        Kind::Leaf => (
            S::UNPROCESSABLE_ENTITY,
            "The bytes are not a leaf of this kind.",
        ),
        Kind::Token => (S::UNPROCESSABLE_ENTITY, "The token does not verify."),
        Kind::PublicKey => (
            S::UNPROCESSABLE_ENTITY,
            "The leaf's public key is not acceptable.",
        ),
        Kind::KeyUsed => (
            S::CONFLICT,
            "Another leaf with this key was accepted before.",
        ),
        Kind::WithdrawalSignature => (
            S::UNPROCESSABLE_ENTITY,
            "The withdrawal is not signed by the signature's own key.",
        ),
        Kind::UnknownSignature => (S::NOT_FOUND, "There is no published signature here."),
        Kind::AlreadyWithdrawn => (S::CONFLICT, "This signature was withdrawn before."),
        Kind::Opening => (
            S::UNPROCESSABLE_ENTITY,
            "This does not open the signature's commitment.",
        ),
        Kind::NotStrikable => (S::CONFLICT, "There is no such roll entry, or it is struck."),
        Kind::Statement => (S::UNPROCESSABLE_ENTITY, "The statement is not acceptable."),
        Kind::Withheld => (
            S::UNAVAILABLE_FOR_LEGAL_REASONS,
            "A law demands that this text is not shown here.",
        ),
        Kind::Unauthorised => (S::UNAUTHORIZED, "The operator's token is missing or wrong."),
        Kind::RateLimited => (S::TOO_MANY_REQUESTS, "Too many requests."),
        Kind::StorageLow => (S::SERVICE_UNAVAILABLE, "The service is short of storage."),
        Kind::Unavailable => (
            S::SERVICE_UNAVAILABLE,
            "The service cannot do this at the moment.",
        ),
        Kind::Internal => (S::INTERNAL_SERVER_ERROR, "Something is wrong on our side."),
    }
}

impl Refusal {
    pub(crate) fn new(kind: Kind) -> Self {
        let (status, _) = describe(kind);
        let retry_after = match kind {
            Kind::RateLimited => Some(1),
            Kind::Unavailable => Some(2),
            Kind::StorageLow => Some(600),
            _ => None,
        };
        Self {
            kind,
            status,
            detail: None,
            retry_after,
            internal: None,
        }
    }

    /// Tell the caller what to do next. Nothing that another person sent may stand in it.
    /// Which one.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// What the caller is told, in one piece.
    pub(crate) fn words(&self) -> String {
        let title = describe(self.kind).1;
        match &self.detail {
            Some(detail) => format!("{title} {detail}"),
            None => title.to_owned(),
        }
    }

    pub(crate) fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Another status of the same kind.
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Our fault, or our store's: the caller learns that, the log learns why.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        let mut refusal = Self::new(Kind::Internal);
        refusal.internal = Some(error.to_string());
        refusal
    }

    /// Something is down: the caller may come back, the log learns why.
    pub(crate) fn unavailable(error: impl std::fmt::Display) -> Self {
        let mut refusal = Self::new(Kind::Unavailable);
        refusal.internal = Some(error.to_string());
        refusal
    }

    pub(crate) fn not_found() -> Self {
        Self::new(Kind::NotFound)
    }

    /// A text that a law forbids to show.
    pub(crate) fn withheld() -> Self {
        Self::new(Kind::Withheld).detail(
            "Whoever holds the text can still check it: its hash is the petition's id. The \
             statement in the journal says who demanded this, and why.",
        )
    }

    pub(crate) fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Malformed).detail(detail)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Some(error) = &self.internal {
            tracing::error!(error, kind = self.kind.name(), "a request failed");
        }
        let problem = Problem {
            type_: format!("urn:undersigned:problem:{}", self.kind.name()),
            status: self.status.as_u16(),
            title: describe(self.kind).1.to_owned(),
            detail: self.detail.map(Cow::into_owned),
        };
        let body = serde_json::to_vec(&problem).expect("a problem always encodes");
        let mut response = (self.status, body).into_response();
        // A browser gets a page instead (`web::around`).
        response.extensions_mut().insert(self.kind);
        let headers = response.headers_mut();
        let value = HeaderValue::from_static;
        headers.insert(header::CONTENT_TYPE, value("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, value("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.kind == Kind::Unauthorised {
            headers.insert(header::WWW_AUTHENTICATE, value("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Names and statuses are part of the interface: the text, the document and the code
    /// list the same.
    #[test]
    fn the_specification_lists_every_problem_with_its_status() {
        let document: Value = serde_json::from_str(super::super::openapi_json()).expect("JSON");
        let kind = &document["components"]["schemas"]["Kind"];
        let names: Vec<String> = match kind["enum"].as_array() {
            Some(names) => names
                .iter()
                .map(|n| n.as_str().expect("a name").to_owned())
                .collect(),
            None => kind["oneOf"]
                .as_array()
                .expect("one of several")
                .iter()
                .map(|one| one["enum"][0].as_str().expect("a name").to_owned())
                .collect(),
        };
        let text = include_str!("../../spec/api.md");
        let listed = text.lines().filter(|line| line.starts_with("| `")).count();
        assert!(names.len() > 25 && listed >= names.len());
        for name in names {
            let kind: Kind = serde_json::from_value(Value::String(name.clone())).expect("a kind");
            let (status, title) = describe(kind);
            let row = format!("| `{name}` | {}", status.as_u16());
            assert!(text.contains(&row), "spec/api.md lacks `{row}`");
            assert!(title.ends_with('.'));
        }
    }
}
