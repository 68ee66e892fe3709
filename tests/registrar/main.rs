//! The registrar through its public interface: with a store in memory, a clock that
//! stands still until moved, and a mail transport that keeps what it is given.

#[path = "../support/log.rs"]
mod log;

mod bounces;
mod canary;
mod concurrency;
mod confirm;
mod crash;
mod disclosures;
mod erasure_time;
mod forgetting;
mod growth;
mod held;
mod impatience;
mod invitations;
mod own;
mod queue;
mod removal;
mod requests;
mod shares;
mod smtp;
mod staff;
mod store;
mod strikes;
mod transport;
mod updates;
mod world;
