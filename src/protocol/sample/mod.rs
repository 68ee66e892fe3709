//! The sample audit: who is behind the roll, without a name becoming public
//! (`spec/audit-sample.md`).
//!
//! In scope: which entries are drawn, what an opened entry must fit, what follows from the
//! counts. Out of scope: where files come from, and the pairing that verifies a beacon,
//! which callers bring along ([`BeaconCheck`]).

mod beacon;
mod bound;
mod draw;
mod opening;
mod pick;
mod report;

pub use beacon::{Beacon, BeaconCheck, BeaconError, Chain, Pinned, RoundValue};
pub use bound::most_bad;
pub use draw::{DRAW, DRAW_MAX, Draw, DrawError, Entry, Frame, SAMPLE, VerifiedDraw};
pub use opening::{Flaw, OPENING, OPENING_MAX, Opened, Opening, OpeningError, Record, check_entry};
pub use pick::{Seed, seed, unstruck};
pub use report::{Confidence, Counts, Report};
