//! The client against servers that fail, lie and misbehave.

mod liars;
mod server;
mod transport;
#[allow(dead_code)] // other tests use what is not used here
#[path = "../world/mod.rs"]
mod world;
