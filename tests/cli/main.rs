//! The command line, as users run it: the built binary in a folder of its own.

mod demo;
mod drafts;
mod evidence;
mod examples;
mod help;
mod letters;
mod life;
mod resume;
mod service;
mod support;
mod verify;
mod witness;
#[allow(dead_code)] // other tests use what is not used here
#[path = "../world/mod.rs"]
mod world;
