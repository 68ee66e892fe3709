//! Petitions whose count anyone can check and whose signers nobody can see.
//!
//! The specification is in `spec/`; `spec/architecture.md` says which floor a
//! module stands on. Imports point downwards only.
//!
//! # The verifier alone
//!
//! With `default-features = false` the crate is [`protocol`] and [`tlog`]: pure functions
//! over bytes, without network, files, clock or randomness. They check a receipt that
//! somebody holds against a policy that says whom the checker trusts (C2SP tlog-policy):
//!
//! ```
//! use undersigned::protocol::receipt::Receipt;
//! use undersigned::tlog::policy::Policy;
//!
//! fn check(receipt: &[u8], policy: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
//!     let policy = Policy::parse(policy)?;
//!     let verified = Receipt::parse(receipt)?.verify(&policy)?;
//!     let included = &verified.included;
//!     Ok(format!(
//!         "signature {} of petition {} is in the ledger as of {}, as {} witnesses saw",
//!         included.index,
//!         verified.manifest.id(),
//!         included.tally.tally().time,
//!         included.tally.checkpoint().witnesses().len(),
//!     ))
//! }
//! # let vector = std::fs::read_to_string("spec/vectors/receipt/accept-shared.txt")?;
//! # let (header, receipt) = vector.split_once("\n\n").expect("a vector");
//! # let policy: String =
//! #     header.lines().filter_map(|l| l.strip_prefix("policy: ")).flat_map(|l| [l, "\n"]).collect();
//! # let said = check(receipt.as_bytes(), policy.as_bytes())?;
//! # assert!(said.ends_with("is in the ledger as of 1767571200, as 2 witnesses saw"), "{said}");
//! # let untrusted = b"quorum none\n";
//! # assert!(check(receipt.as_bytes(), untrusted).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod protocol;
pub mod tlog;

#[cfg(feature = "service")]
pub mod api;
#[cfg(feature = "service")]
pub mod auditor;
#[cfg(feature = "service")]
pub mod cli;
#[cfg(feature = "service")]
pub mod client;
#[cfg(feature = "service")]
pub mod clock;
#[cfg(feature = "service")]
pub mod config;
#[cfg(feature = "service")]
pub mod delivery;
#[cfg(feature = "service")]
pub mod door;
#[cfg(feature = "service")]
pub mod follower;
#[cfg(feature = "service")]
pub mod http;
#[cfg(feature = "service")]
pub mod instance;
#[cfg(feature = "service")]
pub mod keys;
#[cfg(feature = "service")]
pub mod lang;
#[cfg(feature = "service")]
pub mod ledger;
#[cfg(feature = "service")]
mod lock;
#[cfg(feature = "service")]
pub mod mail;
#[cfg(feature = "service")]
pub mod office;
#[cfg(feature = "service")]
pub mod picture;
#[cfg(feature = "service")]
pub mod registrar;
#[cfg(feature = "service")]
pub mod store;
#[cfg(feature = "service")]
mod web;
#[cfg(feature = "service")]
mod whole_file;
#[cfg(feature = "service")]
pub mod witness;
