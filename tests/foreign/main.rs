//! Foreign programs as judges, a file for each language (`spec/foreign.md`). Those that need a
//! toolchain say so where it is missing, and must not where `UNDERSIGNED_CI` is set.

#![allow(unreachable_pub)]

#[path = "../http/house.rs"]
mod house;
#[path = "../http/site.rs"]
#[allow(dead_code)]
mod site;
#[path = "../support/mod.rs"]
mod support;

mod go;
mod openssl;
mod rust;
