//! One suite for every engine of the store (`spec/storage.md`).

mod committer;
mod engine;
mod leaves;
mod suite;
