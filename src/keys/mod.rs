//! Floor 2: secret keys in files (`spec/keys.md`).
//!
//! An instance has one key file; each petition has one at the registrar and one at
//! the ledger, made before the petition's id exists, so they are found by a public
//! key that its manifest pins. Files are mode 0600 or refused.

mod bearer;
pub mod envelope;
mod erasable;
mod file;
mod folder;
mod instance;
mod petition;
mod witness;

pub use bearer::bearer_token;
pub use erasable::Erasable;
pub use file::KeyFileError;
pub use folder::KeyFolder;
pub use instance::InstanceKeys;
pub(crate) use petition::OsRandom;
pub use petition::{LedgerPetitionKeys, PetitionKeyStore, RegistrarPetitionKeys, public_key};
pub use witness::WitnessKeys;
