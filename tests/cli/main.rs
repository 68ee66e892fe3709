//! The command line, as users run it: the built binary in a folder of its own.

mod drafts;
mod help;
mod support;
mod verify;
mod world;
