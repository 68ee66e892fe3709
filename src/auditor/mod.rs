//! Floor 3: the replay of a whole instance from its public files (`spec/replay.md`).
//!
//! `protocol::replay` judges; this module fetches, spreads the work over all cores,
//! remembers what was verified, and reports. Knows nothing that is not public.

mod audit;
mod context;
mod cover;
mod error;
pub mod evidence;
mod fetch;
mod heads;
mod journal;
mod mirror;
mod observer;
mod petition;
mod pipeline;
mod replay;
mod report;
mod state;
mod summary;
mod tiles;
mod tree;
mod trust;

pub use audit::{AuditOptions, audit};
pub use cover::audit_pair;
pub use error::AuditError;
pub use mirror::{Look, MirrorFiles, Mirrored, TreeNotes, mirror};
pub use observer::{Observer, Progress, Unobserved};
pub use report::{KeyTrust, PetitionReport, Report, ReportedDeviation, Unchecked, Verdict, Work};
pub use trust::Trust;
