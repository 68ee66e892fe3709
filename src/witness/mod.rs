//! Floor 3: a witness for any log (`spec/witness.md`, C2SP tlog-witness).
//!
//! `tlog::witness` holds the rules; here are its memory, which is durable before anything
//! is answered, and its door. Knows nothing of petitions.

mod cosigner;
mod error;
mod http;
mod log_list;
mod server;
mod service;
mod state;

pub(crate) use http::routes;

pub use cosigner::{Answer, Cosigner};
pub use error::{Damage, Refusal, StateError};
pub use log_list::{LIST_MAX, ListError, ListFault, LogList, append};
pub use server::{ListenError, WitnessOptions, WitnessServer};
pub use service::{Witness, create};
