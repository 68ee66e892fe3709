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
use super::respond::private;
use super::state::App;
use crate::api::problem::Kind;
use crate::api::{PackRequest, PackState, SendPackRequest, SentPack, SentPacks};
use crate::delivery::{Delivery, DeliveryError, Signer};
use crate::instance::Petition;
use crate::office::{MailWords, OfficeError, Outgoing, Shipment};
use crate::protocol::ids::PetitionId;
use crate::registrar::MailFate;

/// Packs that are made at once: each takes a processor for a moment.
static PENS: Semaphore = Semaphore::const_new(1);

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
    if petition.withheld().is_some() {
        return Err(Refusal::withheld());
    }
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

/// Have a pack mailed to a recipient. Durable when it returns.
pub(crate) async fn send(
    app: &App,
    petition: PetitionId,
    pack: Pack,
    to: &str,
) -> Result<Shipment, OfficeError> {
    let Pack { delivery, zip } = pack;
    let pack = Outgoing {
        zip,
        count: delivery.verified.totals.count(),
        as_of: delivery.verified.as_of,
        tally: delivery.verified.ledger.index(),
    };
    let words = move |link: Option<(&str, u64)>| mail(&delivery, link);
    app.office.send_pack(petition, to, pack, words).await
}

/// What a mail with a pack, or with a link to one, says.
fn mail(delivery: &Delivery, link: Option<(&str, u64)>) -> MailWords {
    let text = delivery.mail_text(link);
    let direction = delivery.words_direction();
    let address = link.map(|(link, _)| link);
    let html = html! {
        @for line in text.lines().filter(|line| !line.is_empty()) {
            @if Some(line) == address { p { a href=(line) { (line) } } }
            @else { p dir=(direction) { (line) } }
        }
    };
    MailWords {
        subject: delivery.subject(),
        html: html.into_string(),
        text,
    }
}

impl Pack {
    /// To be saved.
    pub(crate) fn download(self) -> Response {
        zip_file(self.zip)
    }

    /// What it holds.
    pub(crate) fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Its bytes.
    pub(crate) fn size(&self) -> u64 {
        self.zip.len() as u64
    }
}

/// An archive for this reader alone, to be saved.
pub(crate) fn zip_file(bytes: Vec<u8>) -> Response {
    let mut response = private(bytes);
    let headers = response.headers_mut();
    let zip = HeaderValue::from_static("application/zip");
    headers.insert(header::CONTENT_TYPE, zip);
    let name = HeaderValue::from_static("attachment; filename=\"petition.zip\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
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

/// Make a pack and have it mailed to a recipient. The answer comes when it is queued; one that
/// is too large for a mail goes as a link. Asked twice, it goes twice.
#[utoipa::path(post, operation_id = "sendPack", path = "/operator/petitions/{id}/packs/sent",
    tag = "operate", security(("operator" = [])), params(super::openapi::Id),
    request_body = SendPackRequest, responses((status = 200, body = SentPack)))]
pub(super) async fn sent(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    Json(request): Json<SendPackRequest>,
) -> Result<Response, Refusal> {
    let id = petition.manifest.id();
    let pack = make(&app, petition, request.pack).await?;
    let shipment = send(&app, id, pack, &request.to).await?;
    let sent = brief(&shipment, MailFate::Queued);
    Ok(private(axum::Json(sent)))
}

/// The packs that were sent within the last 30 days, the newest first, and what became of
/// their mails. Does not say to whom.
#[utoipa::path(get, operation_id = "listSentPacks", path = "/operator/petitions/{id}/packs/sent",
    tag = "operate", security(("operator" = [])), params(super::openapi::Id),
    responses((status = 200, body = SentPacks)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
) -> Result<Response, Refusal> {
    let id = petition.manifest.id();
    let all = app.office_work(move |office| office.shipments(id)).await?;
    let items = all.iter().map(|(shipment, fate)| brief(shipment, *fate));
    Ok(private(axum::Json(SentPacks {
        items: items.collect(),
    })))
}

fn brief(shipment: &Shipment, fate: MailFate) -> SentPack {
    let (state, at) = match fate {
        MailFate::Queued => (PackState::Queued, None),
        MailFate::Sent(at) => (PackState::Sent, Some(at)),
        MailFate::GivenUp(at) => (PackState::GivenUp, Some(at)),
        MailFate::NoMailbox(at) => (PackState::NoMailbox, Some(at)),
    };
    SentPack {
        queued: shipment.sent,
        bytes: shipment.bytes,
        count: shipment.count,
        as_of: shipment.as_of,
        linked: shipment.linked,
        until: shipment.until,
        state,
        state_since: at,
    }
}
