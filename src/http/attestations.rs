//! Attestations: what organisers sign, and this instance can vouch for.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use sha2::{Digest as _, Sha256};

use super::extract::{Known, Note, Params, page};
use super::problem::Refusal;
use super::respond::{Caching, Resource, done};
use super::state::App;
use crate::api::problem::Kind;
use crate::api::{AttestationEntry, Done, NoteRequest, Page, PageQuery};
use crate::protocol::attestation::Attestation;
use crate::protocol::ids::PetitionId;
use crate::store::{Change, Expect, Space};
use crate::tlog::policy::Policy;

const ATTESTATIONS: Space = Space("attestations");
/// How many there are of a petition.
const COUNTS: Space = Space("attestation-counts");
/// The newest first: petition ‖ complement of the tally's time ‖ id, and the count.
const NEWEST: Space = Space("attestation-newest");
/// Attestations kept of one petition: the organiser's key is no licence to fill the disk.
const MOST: u32 = 1000;
/// Bytes on one page, as soon as there is one item on it.
const PAGE_BYTES: usize = 4 << 20;

/// Attestations handed in by the organiser, oldest tally first.
#[utoipa::path(get, operation_id = "listAttestations", path = "/petitions/{id}/attestations", tag = "read",
    params(super::openapi::Id, PageQuery),
    responses((status = 200, body = Page<AttestationEntry>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Params(query): Params<PageQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if petition.withheld().is_some() {
        // Each holds the manifest.
        return Err(Refusal::withheld());
    }
    let (after, limit) = page(&query, |text| {
        hex::decode(text).ok().filter(|k| k.len() == 40)
    })?;
    let id = petition.manifest.id();
    let records = app.blocking(move |app| {
        let after = after.map(|after| [&id.0[..], &after].concat());
        let store = &app.instance.store;
        Ok(store.scan(ATTESTATIONS, id.as_bytes(), after.as_deref(), limit + 1)?)
    });
    let records = records.await?;
    let mut bytes = 0;
    let fitting = records.iter().take_while(|(_, record)| {
        let fits = bytes == 0 || bytes + record.len() <= PAGE_BYTES;
        bytes += record.len();
        fits
    });
    let shown = fitting.count().min(limit);
    let next = (shown < records.len()).then(|| hex::encode(&records[shown - 1].0[32..]));
    let items = records[..shown]
        .iter()
        .map(|(_, record)| serde_json::from_slice(record))
        .collect::<Result<Vec<AttestationEntry>, _>>()
        .map_err(Refusal::internal)?;
    Ok(Resource::json(Caching::Seconds(5), &Page { items, next }).answer(&headers))
}

/// Hand in an attestation. It has to hold, by this instance's own journal and an
/// organiser's key; the same one again is fine.
#[utoipa::path(post, operation_id = "handInAttestation", path = "/petitions/{id}/attestations", tag = "organise",
    params(super::openapi::Id), request_body = NoteRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn attest(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    note: Note,
) -> Result<Response, Refusal> {
    hand_in(&app, petition.manifest.id(), note.text).await?;
    Ok(done())
}

/// Check an attestation, and keep it.
pub(crate) async fn hand_in(app: &Arc<App>, id: PetitionId, note: String) -> Result<(), Refusal> {
    let checked = app.blocking(move |app| check(app, id, note)).await?;
    match checked {
        None => Ok(()),
        Some(change) => match app.instance.committer.commit(change).await? {
            Ok(()) => Ok(()),
            Err(_) => Err(Refusal::new(Kind::Unavailable).detail("Another came first: try again.")),
        },
    }
}

/// How many attestations of a petition were handed in. Blocking.
pub(crate) fn number(app: &App, id: PetitionId) -> Result<u32, Refusal> {
    let count = app.instance.store.get(COUNTS, id.as_bytes())?;
    let count = count.as_deref().map_or(Ok([0; 4]), <[u8; 4]>::try_from);
    count.map(u32::from_be_bytes).map_err(Refusal::internal)
}

/// An attestation at a glance.
pub(crate) struct Brief {
    /// SHA-256 of the file, hexadecimal.
    pub(crate) id: String,
    /// Time of the tally that it attests.
    pub(crate) as_of: u64,
    /// The count that it attests.
    pub(crate) count: u64,
}

/// The attestations of the newest tallies, at most `limit`. Blocking.
pub(crate) fn newest(app: &App, id: PetitionId, limit: usize) -> Result<Vec<Brief>, Refusal> {
    let records = app
        .instance
        .store
        .scan(NEWEST, id.as_bytes(), None, limit)?;
    let brief = |(key, count): &(Vec<u8>, Vec<u8>)| {
        let (time, digest) = key.get(32..)?.split_first_chunk::<8>()?;
        Some(Brief {
            id: hex::encode(digest),
            as_of: !u64::from_be_bytes(*time),
            count: u64::from_be_bytes(count[..].try_into().ok()?),
        })
    };
    let briefs: Option<Vec<Brief>> = records.iter().map(brief).collect();
    briefs.ok_or_else(|| Refusal::internal("an attestation's index is of another version"))
}

/// The text of an attestation. Blocking.
pub(crate) fn text(app: &App, id: PetitionId, brief: &Brief) -> Result<String, Refusal> {
    let digest = hex::decode(&brief.id).map_err(Refusal::internal)?;
    let key = [&id.0[..], &brief.as_of.to_be_bytes(), &digest].concat();
    let record = app.instance.store.get(ATTESTATIONS, &key)?;
    let record = record.ok_or_else(Refusal::not_found)?;
    let entry: AttestationEntry = serde_json::from_slice(&record).map_err(Refusal::internal)?;
    Ok(entry.attestation)
}

/// What to write, unless it is there already.
fn check(app: &App, id: PetitionId, note: String) -> Result<Option<Change>, Refusal> {
    let attestation = Attestation::parse(note.as_bytes())?;
    if attestation.manifest().id() != id {
        let detail = "The attestation is of another petition.";
        return Err(Refusal::new(Kind::Statement).detail(detail));
    }
    let verified = attestation.verify(&Policy::of_logs(app.instance.keys.vkeys()))?;
    let digest: [u8; 32] = Sha256::digest(note.as_bytes()).into();
    let key = [&id.0[..], &verified.as_of.to_be_bytes(), &digest].concat();
    let store = &app.instance.store;
    if store.get(ATTESTATIONS, &key)?.is_some() {
        return Ok(None);
    }
    let count = store.get(COUNTS, id.as_bytes())?;
    let before = count.as_deref().map_or(Ok([0; 4]), <[u8; 4]>::try_from);
    let before = u32::from_be_bytes(before.map_err(Refusal::internal)?);
    if before >= MOST {
        let detail = format!("A petition has at most {MOST} attestations.");
        return Err(Refusal::new(Kind::Closed).detail(detail));
    }
    let count_attested = verified.totals.count();
    let newest = [&id.0[..], &(!verified.as_of).to_be_bytes(), &digest].concat();
    let entry = AttestationEntry {
        id: hex::encode(digest),
        as_of: verified.as_of,
        count: count_attested,
        attestation: note,
    };
    let record = serde_json::to_vec(&entry).expect("an entry always encodes");
    let after = (before + 1).to_be_bytes().to_vec();
    Ok(Some(Change {
        expect: vec![(
            COUNTS,
            id.0.to_vec(),
            count.map_or(Expect::Absent, Expect::Value),
        )],
        put: vec![
            (ATTESTATIONS, key, record),
            (NEWEST, newest, count_attested.to_be_bytes().to_vec()),
            (COUNTS, id.0.to_vec(), after),
        ],
        ..Change::default()
    }))
}
