//! Public pages and what other sites fetch, from outside, over a socket.

#![allow(unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../http/site.rs"]
#[allow(dead_code)]
mod site;

mod others;
mod pages;
