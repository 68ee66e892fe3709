//! Floor 2: the service from the other side.
//!
//! Whatever comes back is checked by the caller against the petition's manifest,
//! whose id the caller brought; nothing here trusts a server.

pub mod api;
pub mod beacon;
mod error;
pub mod list;
pub mod signing;
pub mod tiles;
mod transport;
pub mod webhook;
pub mod witness;

pub use error::ClientError;
