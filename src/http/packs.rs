//! Packs for the recipients of a petition, with those who chose to be shown to them
//! (`spec/delivery.md`).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use maud::html;
use tokio::sync::Semaphore;

use super::extract::{Json, Known};
use super::operator::Operator;
use super::problem::Refusal;
use super::respond::{done, private};
use super::state::App;
use crate::api::problem::Kind;
use crate::api::{Done, PackRequest, SendPackRequest};
use crate::clock::random;
use crate::delivery::{Delivery, DeliveryError, Signer};
use crate::instance::Petition;
use crate::mail::{Attachment, Mail, Undelivered};
use crate::registrar::Address;

/// Packs that are made at once: each takes a processor for a moment.
static PENS: Semaphore = Semaphore::const_new(1);
/// Most bytes that go by mail: servers take ten megabytes, and base64 needs a third more.
const MAIL_MAX: usize = 5 << 20;

impl From<DeliveryError> for Refusal {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Attestation(error) => {
                Self::new(Kind::Statement).detail(error.to_string())
            }
            DeliveryError::Picture(crate::picture::PictureError::Letters(letters)) => {
                let detail = format!("The fonts have no {letters:?}: name another language.");
                Self::new(Kind::Statement).detail(detail)
            }
            error => Self::internal(error),
        }
    }
}

/// A pack that was made.
pub(crate) struct Pack {
    delivery: Delivery,
    zip: Vec<u8>,
}

/// Make a pack from an attestation of this petition.
pub(crate) async fn make(
    app: &Arc<App>,
    petition: Arc<Petition>,
    request: PackRequest,
) -> Result<Pack, Refusal> {
    let _pen = PENS.acquire().await.map_err(Refusal::internal)?;
    let work = move |app: &App| {
        let id = petition.manifest.id();
        let mut delivery = Delivery::new(request.attestation.as_bytes(), &app.url)?;
        if delivery.verified.manifest.id() != id {
            let detail = "The attestation is of another petition.";
            return Err(Refusal::new(Kind::Statement).detail(detail));
        }
        if let Some(tag) = &request.lang {
            delivery = delivery.language(tag);
        }
        if request.signers {
            let shown = app.registrar.disclosures(id)?.into_iter();
            let signers = shown.map(|shown| Signer {
                name: shown.name.unwrap_or_default(),
                region: shown.region.unwrap_or_default(),
                comment: shown.comment.unwrap_or_default(),
            });
            delivery = delivery.signers(signers.collect());
        }
        let zip = delivery.pack()?;
        Ok(Pack { delivery, zip })
    };
    app.blocking(work).await
}

/// Send a pack to a recipient.
pub(crate) async fn send(app: &App, pack: Pack, to: &str) -> Result<(), Refusal> {
    let address = Address::parse(to.trim()).map_err(|_| Refusal::new(Kind::Address))?;
    if pack.zip.len() > MAIL_MAX {
        let detail = format!(
            "The pack has {} bytes: too many for a mail. Download it, and hand it over otherwise.",
            pack.zip.len()
        );
        return Err(Refusal::new(Kind::TooLarge).detail(detail));
    }
    let text = pack.delivery.mail_text();
    let direction = pack.delivery.words_direction();
    let html = html! {
        @for line in text.lines().filter(|line| !line.is_empty()) { p dir=(direction) { (line) } }
    };
    let mail = Mail {
        id: hex::encode(random::<16>(&*app.instance.clock)),
        to: address.to_string(),
        subject: pack.delivery.subject(),
        html: html.into_string(),
        text,
        unsubscribe: None,
        attachment: Some(Attachment {
            name: "petition.zip".to_owned(),
            content_type: "application/zip",
            bytes: pack.zip,
        }),
    };
    app.post.send(&mail).await.map_err(|refused| {
        let refusal = Refusal::new(Kind::Unavailable);
        match refused {
            Undelivered::Refused(_) | Undelivered::Malformed => {
                refusal.detail("The recipient's mail server does not take this mail.")
            }
            _ => refusal.detail("The mail could not be handed over: try again later."),
        }
    })
}

impl Pack {
    /// To be saved.
    pub(crate) fn download(self) -> Response {
        let mut response = private(self.zip);
        let headers = response.headers_mut();
        let zip = HeaderValue::from_static("application/zip");
        headers.insert(header::CONTENT_TYPE, zip);
        let name = HeaderValue::from_static("attachment; filename=\"petition.zip\"");
        headers.insert(header::CONTENT_DISPOSITION, name);
        response
    }
}

/// Make a pack for the recipients, with those who chose to be shown to them if asked for. The
/// answer is a zip file.
#[utoipa::path(post, operation_id = "makePack", path = "/operator/petitions/{id}/packs",
    tag = "operate", security(("operator" = [])), params(super::openapi::Id),
    request_body = PackRequest,
    responses((status = 200, description = "A zip file.")))]
pub(super) async fn pack(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    Json(request): Json<PackRequest>,
) -> Result<Response, Refusal> {
    Ok(make(&app, petition, request).await?.download())
}

/// Make a pack and mail it to a recipient. Asked twice, it goes twice.
#[utoipa::path(post, operation_id = "sendPack", path = "/operator/petitions/{id}/packs/sent",
    tag = "operate", security(("operator" = [])), params(super::openapi::Id),
    request_body = SendPackRequest, responses((status = 200, body = Done)))]
pub(super) async fn sent(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    Json(request): Json<SendPackRequest>,
) -> Result<Response, Refusal> {
    let pack = make(&app, petition, request.pack).await?;
    send(&app, pack, &request.to).await?;
    Ok(done())
}
