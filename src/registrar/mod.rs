//! Floor 3: the registrar confirms mailboxes and blind-signs one token for each.
//!
//! The only module that touches personal data. What it keeps of a person is sealed
//! (`sealed`), and none of it outlives confirmation unless the manifest names an
//! auditor or the signer asked for updates.

mod blind_signer;
mod confirm;
mod error;
mod limits;
mod mailer;
mod records;
mod request;
pub mod rules;
mod sealed;
mod strike;
mod vault;

use std::sync::Arc;

pub use confirm::ConfirmRequest;
pub use error::RegistrarError;
pub use limits::{Limits, NetworkKey};
pub use mailer::StoreMailQueue;
pub use request::MailboxRequest;
pub use sealed::PeriodKeys;
pub use strike::{StrikePreview, StrikeTarget};

use crate::instance::{Instance, Tags};

/// The registrar of an instance.
pub struct Registrar {
    instance: Arc<Instance>,
    tags: Arc<dyn Tags>,
    rules: rules::Rules,
    keys: PeriodKeys,
    limits: Limits,
    signer: blind_signer::BlindSigner,
    mail: mailer::Outbox,
}
