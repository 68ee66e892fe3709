//! The auditor against forged instances: every rule broken once, and found as exactly
//! that; honest histories, and nothing found.

mod bad_sources;
mod command;
mod complaints;
mod evidence;
mod follow;
mod follow_command;
mod forger;
mod honest;
mod instances;
mod journal_rules;
mod leaf_rules;
mod life_rules;
mod mutation;
mod run;
mod runs;
mod service;
mod tally_rules;
mod tree_rules;

#[path = "../support/mod.rs"]
mod support;
