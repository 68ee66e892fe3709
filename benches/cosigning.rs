//! What witnesses add to a publication: the time from asking for it until readers see it, with
//! 0, 3 and 7 witnesses of which one is dead, and with one that never answers:
//! `cargo bench --bench cosigning`.
//!
//! The witnesses are this crate's, over HTTP on loopback, and share the cores with the journal: each
//! verifies a signature and a proof, signs twice and writes to disk before it answers.

#![allow(dead_code, unreachable_pub)]

#[path = "../tests/http/house.rs"]
mod house;
#[path = "../tests/http/site.rs"]
mod site;
#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use undersigned::store::LogId;

use house::{House, gate};
use site::Site;

/// Publications of each setting, of one roll entry each.
const ROUNDS: u64 = 60;

/// Who is asked beside the honest ones.
#[derive(Clone, Copy, PartialEq)]
enum Absent {
    Nobody,
    /// Refuses connections.
    Dead,
    /// Takes connections, and never answers.
    Silent,
}

/// A house with so many witnesses in all, and a quorum of more than half of them.
async fn house(witnesses: usize, absent: Absent) -> House {
    let mut house = House::new();
    let mut group = String::new();
    for n in 0..witnesses {
        let name = format!("w{n}");
        let is_absent = absent != Absent::Nobody && n == 0;
        match (is_absent, absent) {
            (true, Absent::Silent) => {
                let (address, holds) = gate(true, None).await;
                // It never lets go.
                std::mem::forget(holds);
                house.absent(&name, address);
            }
            (true, _) => house.absent(&name, ([127, 0, 0, 1], 1).into()),
            (false, _) => house.witness(&name).await,
        }
        write!(group, " {name}").expect("writes");
    }
    if witnesses == 0 {
        house.policy += "quorum none\n";
    } else {
        let most = witnesses / 2 + 1;
        writeln!(house.policy, "group most {most}{group}\nquorum most").expect("writes");
    }
    house
}

async fn measure(witnesses: usize, absent: Absent) -> Duration {
    let house = house(witnesses, absent).await;
    let site = Site::with(house.setup(10_000)).await;
    let instance = site.server.instance();
    let mut times = Vec::new();
    for n in 0..ROUNDS {
        site.confirm(n).await;
        let begun = Instant::now();
        site.publish_all().await;
        let published = site.store.head(LogId::Journal).expect("reads");
        let published = published.expect("published").head.size;
        loop {
            let shown = instance.shown_head(LogId::Journal).expect("reads");
            if shown.is_some_and(|shown| shown.head.size == published) {
                break;
            }
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::main]
async fn main() {
    let mut without = None;
    println!("witnesses                 median of {ROUNDS} publications   added");
    for (witnesses, absent, name) in [
        (0, Absent::Nobody, "0"),
        (3, Absent::Nobody, "3"),
        (3, Absent::Dead, "3, one dead"),
        (3, Absent::Silent, "3, one silent"),
        (7, Absent::Nobody, "7"),
        (7, Absent::Dead, "7, one dead"),
        (7, Absent::Silent, "7, one silent"),
    ] {
        let time = measure(witnesses, absent).await;
        let without = *without.get_or_insert(time);
        let added = time.saturating_sub(without);
        println!("{name:<25} {time:>10.1?}   {added:>10.1?}");
    }
}
