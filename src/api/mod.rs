//! Floor 2: shapes of the JSON API under `/api/v1` (`spec/api.md`).
//!
//! The server and the client share these types, so they cannot drift apart. Byte
//! strings are standard base64, petition ids and leaf hashes in URLs lower-case
//! hexadecimal, hashes in bodies standard base64, times Unix seconds.

mod guard;
mod mail;
mod operator;
mod own;
pub mod problem;
mod read;
mod write;

pub use guard::*;
pub use mail::*;
pub use operator::*;
pub use own::*;
pub use read::*;
pub use write::*;

/// Where the API lives.
pub const PREFIX: &str = "/api/v1";
/// Most bytes of a request body that carries a note.
pub const BODY_MAX: usize = 256 * 1024;
/// Most bytes of any other request body.
pub const SMALL_BODY_MAX: usize = 16 * 1024;
/// Most items on a page; also the default.
pub const PAGE_MAX: usize = 100;
