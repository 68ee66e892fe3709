//! Floor 0: RFC 6962 Merkle trees and the C2SP formats.
pub mod hash;
