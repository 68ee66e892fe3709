//! What a form says.

use std::sync::Arc;

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use super::failure::Failure;
use crate::http::App;

/// The fields of a form, in order. Names may repeat.
pub(super) struct Fields(Vec<(String, String)>);

impl FromRequest<Arc<App>> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        Form::<Vec<(String, String)>>::from_request(request, app)
            .await
            .map(|Form(pairs)| Self(pairs))
            .map_err(|rejection| {
                let status = rejection.status();
                let words = if status == StatusCode::PAYLOAD_TOO_LARGE {
                    "This is too long."
                } else {
                    "The form did not arrive as this page sends it."
                };
                Failure::new(status, words)
            })
    }
}

impl Fields {
    /// The field of this name, without spaces around it and with plain line breaks;
    /// empty where there is none.
    pub(super) fn get(&self, name: &str) -> String {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or_else(String::new, |(_, value)| plain(value))
    }

    /// The field of this name as it came.
    pub(super) fn raw(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// All fields of this name.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(key, _)| key == name);
        found.map(|(_, value)| plain(value)).collect()
    }

    /// Whether a box was ticked, or a button of this name pressed.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

fn plain(value: &str) -> String {
    value.replace("\r\n", "\n").trim().to_owned()
}
