//! The service from outside, over a socket: one file for each group of routes.

#![allow(unreachable_pub)]

#[path = "../support/log.rs"]
mod log;
#[path = "../support/mod.rs"]
mod support;

mod audit;
#[path = "../world/beacon.rs"]
#[allow(dead_code)]
mod beacon;
mod canary;
mod card;
mod cosigning;
mod crowd;
mod disclosures;
mod disk;
mod erasure;
mod files;
mod follow;
mod front;
mod guard;
mod house;
mod openapi;
mod operator;
mod packs;
mod reads;
mod samples;
mod signatures;
mod signing;
mod site;
mod statements;

use support::OPENS;
