//! Floor 4: the doors of an instance: JSON API, log files, links in mails
//! (`spec/api.md`), and the server that wires everything.

mod attestations;
mod bounces;
mod browse;
mod confirmations;
mod count;
mod disclosures;
mod extract;
mod files;
mod front;
mod guard;
mod health;
mod metrics;
mod openapi;
mod operator;
mod operator_token;
mod own;
pub(crate) mod packs;
mod petitions;
mod problem;
mod proofs;
mod refusals;
mod respond;
mod router;
mod samples;
mod server;
mod shares;
mod signatures;
mod state;
mod statements;

pub(crate) use attestations::{
    Brief as AttestationBrief, hand_in as hand_in_attestation, newest as newest_attestations,
    number as attestations_of, text as attestation_text,
};
pub(crate) use extract::leaf_hash;
pub(crate) use extract::{Body, Known, LinkToken, is_of_type};
pub(crate) use files::accepts_gzip;
pub(crate) use front::Client;
pub use openapi::json as openapi_json;
pub(crate) use own::own_data;
pub(crate) use packs::zip_file;
pub(crate) use problem::Refusal;
pub(crate) use respond::{Caching, Resource, gzip};
pub use server::{ServeError, Server, ServerBuilder};
pub(crate) use shares::list_page;
pub(crate) use state::App;
