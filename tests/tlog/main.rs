//! Floor 0 against a model that follows RFC 6962's definitions word for word.

mod frontier;
mod model;
mod notes;
mod policies;
mod proofs;
mod tiles;
