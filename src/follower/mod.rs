//! Floor 3½: watching somebody else's instance (`spec/follow.md`): replay it as it grows,
//! keep and serve a copy, cosign what was replayed, and raise an alert over anything else.
//!
//! `auditor` judges and keeps the files, `witness` cosigns; here they are put together. One
//! thread looks; doors and whoever is told run beside it.

mod alert;
mod board;
mod book;
mod compare;
mod cosign;
mod error;
mod http;
mod judge;
mod look;
mod metrics;
mod offers;
mod prove;
mod server;
mod shown;
mod tell;

pub use alert::{Alert, AlertKind};
pub use error::FollowError;
pub use look::{FollowOptions, Follower, Standing};
pub use server::{FollowDoors, FollowServer};
pub use tell::deliver_all;
