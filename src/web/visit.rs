//! Who comes to a petition's page, and what a form of ours says.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::de::DeserializeOwned;

use super::{here, standing};
use crate::api::problem::Kind;
use crate::http::{App, Known, Refusal};
use crate::instance::Petition;
use crate::lang::Language;
use crate::protocol::manifest::{Localized, Manifest};

/// The petition that `{id}` names, and the reader's language.
pub(super) struct Visit {
    pub(super) petition: Arc<Petition>,
    pub(super) lang: &'static Language,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let Known(petition) = Known::from_request_parts(parts, app).await?;
        Ok(Self {
            petition,
            lang: here::language(),
        })
    }
}

impl Visit {
    pub(super) fn manifest(&self) -> &Manifest {
        &self.petition.manifest
    }

    /// The petition's title, and the language that it is in.
    pub(super) fn title(&self) -> Cow<'_, Localized> {
        standing::title(self.lang, &self.petition)
    }

    /// A link to a page below the petition's.
    pub(super) fn path(&self, rest: &str) -> String {
        here::href(&format!("/{}{rest}", self.manifest().id()))
    }

    /// Go on to another page of this petition, by GET.
    pub(super) fn see_other(&self, rest: &str) -> Response {
        Redirect::to(&self.path(rest)).into_response()
    }
}

/// A form that one of our own pages sent. What it says besides is ignored.
pub(super) struct Filled<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Filled<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refusal> {
        if !is_from_here(request.headers()) {
            return Err(Refusal::malformed("Another site's page sent this form."));
        }
        // The rejection's own words can quote what was sent.
        let form = Form::from_request(request, app).await;
        form.map(|Form(value)| Self(value)).map_err(|rejection| {
            let too_long = rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE;
            if too_long {
                Refusal::new(Kind::TooLarge)
            } else {
                Refusal::malformed("The form does not parse.")
            }
        })
    }
}

/// Browsers say where a form came from. Another site's page cannot act for its visitors.
fn is_from_here(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_none_or(|site| site == "same-origin" || site == "none")
}

/// Whether the address has this parameter.
pub(super) fn asks_for(uri: &Uri, parameter: &str) -> bool {
    let query = uri.query().unwrap_or_default();
    query
        .split('&')
        .any(|pair| pair.split('=').next() == Some(parameter))
}
