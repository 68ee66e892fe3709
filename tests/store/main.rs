//! One suite for every engine of the store (`spec/storage.md`).

mod committer;
mod damage;
mod engine;
mod faults;
mod kill;
mod leaves;
mod privacy;
mod random;
mod sim;
mod steps;
mod suite;
