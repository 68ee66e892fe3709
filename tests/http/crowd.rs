//! Many signers at once, while publications go on.

use std::sync::Arc;

use serde_json::Value;
use undersigned::api::Count;
use undersigned::instance::Take;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::manifest::Publication;
use undersigned::protocol::tally::Tally;

use crate::site::{Setup, Site};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_roll_always_covers_the_signatures() {
    const SIGNERS: u64 = 200;
    let setup = Setup {
        publication: Publication::Prompt,
        ..Setup::default()
    };
    let site = Arc::new(Site::with(setup).await);
    let publishing = {
        let site = site.clone();
        tokio::spawn(async move {
            // Each publication is a cut through whatever the crowd is doing.
            while site.petition().tallied(Tree::Signatures) < SIGNERS {
                let published = site.server.publisher().publish(Take::Due).await;
                published.expect("a publication");
                tokio::task::yield_now().await;
            }
        })
    };
    let crowd: Vec<_> = (0..8)
        .map(|worker| {
            let site = site.clone();
            tokio::spawn(async move {
                for n in (worker..SIGNERS).step_by(8) {
                    let leaf = site.sign(n..n + 1).await.remove(0);
                    // Impatient ones send it twice.
                    site.submit(&leaf).await.json::<Value>();
                }
            })
        })
        .collect();
    for worker in crowd {
        worker.await.expect("no refusal");
    }
    publishing.await.expect("no failure");
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!((count.count, count.waiting), (SIGNERS, 0));
    let tallies = site
        .server
        .instance()
        .tallies(&site.petition(), None, 10_000)
        .expect("works");
    // A tally with S > R does not parse; none was skipped, and none repeats.
    let mut before: Option<Tally> = None;
    for (_, tally) in tallies {
        let totals = tally.totals();
        assert!(totals.signatures <= totals.roll);
        if let Some(before) = before {
            let earlier = before.totals();
            assert!(earlier.roll <= totals.roll && earlier.signatures <= totals.signatures);
            assert_ne!(earlier, totals);
        }
        before = Some(tally);
    }
    let leaves = site
        .store
        .leaves(
            undersigned::store::LogId::Tree(site.id, Tree::Signatures),
            0,
            1000,
        )
        .expect("works");
    assert_eq!(leaves.len() as u64, SIGNERS);
}
