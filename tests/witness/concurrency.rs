//! Many at once: each log moves one step at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::house::{House, Place, logs};
use crate::log::Log;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_with_one_old_size_one_wins() {
    let mut log = Log::new("log.example/one", 1, 200);
    let mut other = log.forked(0);
    let house = Arc::new(House::new(&[&log]).await);
    let mut known = 0;
    for _ in 0..4 {
        let mut tasks = JoinSet::new();
        for more in 1..=50 {
            let new = known + more;
            // Half of them come from another history of the same log.
            let log = if more % 2 == 0 { &log } else { &other };
            let (house, body) = (house.clone(), log.body(known, new));
            tasks.spawn(async move { (new, house.post(body).await) });
        }
        let mut won = Vec::new();
        let mut lost = BTreeSet::new();
        while let Some(answer) = tasks.join_next().await {
            let (new, answer) = answer.expect("no panic");
            match answer.status {
                200 => won.push(new),
                409 => {
                    lost.insert((answer.text().to_owned(), answer.content_type));
                }
                status => panic!("{status}: {answer:?}", answer = answer.body),
            }
        }
        assert_eq!(won.len(), 1);
        let state = (format!("{}\n", won[0]), "text/x.tlog.size".to_owned());
        assert_eq!(
            lost,
            BTreeSet::from([state]),
            "the others learn the winner's size"
        );
        known = won[0];
        // Whichever history won, the other one is out from now on.
        let mut answers = Vec::new();
        for log in [&log, &other] {
            answers.push(house.post(log.body(known, known)).await.status);
        }
        assert!(
            answers == [200, 422] || answers == [422, 200],
            "{answers:?}"
        );
        if answers[0] == 422 {
            std::mem::swap(&mut log, &mut other);
        }
        other = log.forked(known);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn logs_move_side_by_side() {
    let many: Vec<Log> = (0..20)
        .map(|n| Log::new(&format!("log.example/{n}"), n, 40))
        .collect();
    let list = logs(&many.iter().collect::<Vec<_>>());
    let house = Arc::new(House::with(Place::new(), list, "", 0).await);
    let mut tasks = JoinSet::new();
    for log in many.clone() {
        let house = house.clone();
        tasks.spawn(async move {
            for size in 0..40 {
                let answer = house.post(log.body(size, size + 1)).await;
                answer.cosigned(&log.note(size + 1));
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic");
    }
    for log in &many {
        house.post(log.body(0, 1)).await.conflicts(40);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_goes_away_disturbs_nobody() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    for size in 0..30 {
        let (witness, body) = (house.server.witness().clone(), log.body(size, size + 1));
        let asked = tokio::spawn(async move { witness.add_checkpoint(body).await });
        tokio::task::yield_now().await;
        asked.abort();
        // Begun or not, the next one finds a state that is whole, and goes on from it.
        let answer = house.post(log.body(size, size + 1)).await;
        if answer.status != 200 {
            answer.conflicts(size as u64 + 1);
        }
    }
    house.post(log.body(0, 1)).await.conflicts(30);
}
