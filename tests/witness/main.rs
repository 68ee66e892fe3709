//! A witness from outside: what it cosigns and what it refuses, what it remembers through
//! crashes, and the client that asks it.

#![allow(unreachable_pub)]

#[path = "../tlog/model.rs"]
#[allow(dead_code)]
mod model;

mod bounds;
mod client;
mod concurrency;
mod crash;
mod damage;
mod house;
mod judges;
mod liar;
mod lists;
mod log;
mod malformed;
mod offer;
mod statuses;
