//! The office from outside, over a socket: what organisers and staff do, and what they
//! must not.

#![allow(unreachable_pub)]

#[path = "../support/log.rs"]
mod log;
#[path = "../http/site.rs"]
#[allow(dead_code)]
mod site;
#[path = "../support/mod.rs"]
mod support;

mod browser;
mod drafts;
mod letters;
mod moderation;
mod organisers;
mod packs;
mod petitions;
mod roles;
mod sessions;
mod sign_in;
mod signers;
mod staff;
mod withheld;
