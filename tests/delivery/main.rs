//! What is delivered to a petition's recipients: the pack and every file in it.

#![allow(unreachable_pub)]

#[allow(dead_code)]
#[path = "../world/mod.rs"]
mod world;

mod letter;
mod made;
mod pack;
mod script;
