//! Floor 2: what every HTTP door has in common, whatever stands behind it: taking
//! connections, whose a request is behind proxies, and how many one network may send.

mod accept;
mod client_address;
pub(crate) mod metrics;
mod rate_limit;

pub(crate) use accept::{Peer, serve};
pub use client_address::{NetworkError, TrustedProxies};
pub(crate) use rate_limit::RateLimit;
