//! The interface as an `OpenAPI` document, made from the types and handlers that serve.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder, ServerBuilder};
use utoipa::{IntoParams, Modify, OpenApi, ToSchema};

use super::respond::{Caching, Resource};
use super::{
    attestations, bounces, confirmations, count, disclosures, guard, health, operator, own, packs,
    petitions, proofs, samples, shares, signatures, statements,
};
use crate::api::problem::{Kind, Problem};
use crate::api::{Done, PREFIX};

/// A petition.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code)]
pub(super) struct Id {
    /// Hash of the manifest, 64 lower-case hexadecimal digits.
    id: String,
}

/// One of a petition's trees.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code)]
pub(super) struct TreeName {
    /// `roll`, `strikes`, `signatures` or `withdrawals`.
    tree: String,
}

/// A leaf.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code)]
pub(super) struct LeafHash {
    /// RFC 6962 leaf hash, 64 lower-case hexadecimal digits.
    leaf: String,
}

/// A held confirmation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code)]
pub(super) struct HeldId {
    /// Its `id` in the list.
    held: String,
}

/// The shape of `protocol::inclusion::InclusionProof`, which knows nothing of HTTP.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(super) struct InclusionProof {
    /// `roll`, `strikes`, `signatures` or `withdrawals`.
    tree: String,
    /// The leaf's exact bytes, base64.
    leaf: String,
    /// Its index in the tree.
    index: u64,
    /// RFC 6962 inclusion proof in the tree of the tally: hashes, base64.
    path: Vec<String>,
    /// The tally's text, an entry of the journal.
    tally: String,
    /// C2SP tlog-proof of the tally, with the journal's signed checkpoint.
    proof: String,
}

/// The shape of `protocol::list::ListPage`, which knows nothing of HTTP.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(super) struct ListPage {
    /// `undersigned/list/v1`.
    format: String,
    /// The manifest's exact text.
    manifest: String,
    /// The tally's text, an entry of the journal.
    tally: String,
    /// C2SP tlog-proof of the tally, with the journal's signed checkpoint.
    proof: String,
    /// By leaf hash.
    entries: Vec<ListEntry>,
    /// The `after` of the next page.
    next: Option<String>,
}

/// The shape of `protocol::list::ListEntry`.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(super) struct ListEntry {
    /// The signature leaf, base64.
    leaf: String,
    /// Its index in the tree.
    index: u64,
    /// RFC 6962 inclusion proof in the tree of the tally: hashes, base64.
    path: Vec<String>,
    /// The record, sealed to the organiser, base64.
    envelope: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "undersigned",
        description = "Petitions whose count anyone can check and whose signers nobody can see. \
            Byte strings are standard base64; petition ids and leaf hashes in URLs are lower-case \
            hexadecimal; times are Unix seconds. The logs themselves are served as C2SP \
            tlog-tiles beside this interface (spec/api.md).",
    ),
    paths(
        health::health,
        petitions::list,
        petitions::one,
        petitions::manifest,
        count::count,
        proofs::proof,
        proofs::consistency,
        proofs::tallies,
        attestations::list,
        signatures::promise,
        confirmations::request,
        confirmations::confirm,
        signatures::submit,
        signatures::withdraw,
        confirmations::request_removal,
        confirmations::remove,
        confirmations::unsubscribe,
        own::request,
        own::fetch,
        own::forget,
        disclosures::disclose,
        disclosures::hide,
        shares::share,
        shares::unshare,
        statements::state,
        attestations::attest,
        operator::contribute_keys,
        operator::invite,
        operator::strike,
        samples::frame,
        samples::open,
        operator::held,
        operator::judge,
        shares::list,
        operator::update,
        packs::pack,
        packs::sent,
        packs::list,
        guard::blocks,
        guard::block,
        guard::limits,
        guard::set_limits,
        guard::trends,
        guard::invite,
        bounces::bounce,
        bounces::write_again,
    ),
    components(schemas(Problem, Kind, Done)),
    tags(
        (name = "read", description = "What anyone may read."),
        (name = "sign", description = "What signers send."),
        (name = "organise", description = "What organisers send."),
        (name = "operate", description = "What the operator's token opens."),
    ),
    modifiers(&Common),
)]
struct Api;

/// What all operations have in common.
struct Common;

impl Modify for Common {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        api.servers = Some(vec![ServerBuilder::new().url(PREFIX).build()]);
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = api.components.as_mut().expect("there are schemas");
        components.add_security_scheme("operator", SecurityScheme::Http(bearer));
        let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
        let refused = ResponseBuilder::new()
            .description("Refused; `type` says why (RFC 9457).")
            .content("application/problem+json", Content::new(Some(problem)))
            .build();
        for item in api.paths.paths.values_mut() {
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                let responses = &mut operation.responses.responses;
                responses.insert("default".to_owned(), RefOr::T(refused.clone()));
            }
        }
    }
}

/// The document, pretty-printed: also `spec/openapi.json`.
pub fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| {
        let mut json = Api::openapi()
            .to_pretty_json()
            .expect("a document always encodes");
        json.push('\n');
        json
    });
    &JSON
}

pub(super) async fn document(headers: HeaderMap) -> Response {
    let resource = Resource {
        content_type: "application/json",
        caching: Caching::Seconds(60),
        body: json().as_bytes().to_vec(),
        gzip: None,
    };
    resource.answer(&headers)
}
