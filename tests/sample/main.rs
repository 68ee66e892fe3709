//! The sample audit against registrars that cheat (`spec/audit-sample.md`): over many seeded
//! audits the stated confidence is met, whatever they try. No clock: everything follows from
//! numbers.

mod entries;
mod house;
mod registrars;
#[path = "../world/mod.rs"]
#[expect(dead_code, reason = "shared with the vectors")]
mod world;
