//! `/statements` and `/attestations`.

use serde_json::{Value, json};
use undersigned::api::problem::Kind;
use undersigned::api::{AttestationEntry, Count, Page};
use undersigned::protocol::attestation;
use undersigned::protocol::inclusion::JournaledTally;
use undersigned::protocol::saying::Saying;
use undersigned::protocol::statement::{DateChange, Dates, dated, sign};
use undersigned::protocol::tally::{Tally, Totals};
use undersigned::tlog::note::NoteSigner;

use crate::site::Site;
use crate::support::{DAY, OPENS, organiser};

async fn state(
    site: &Site,
    change: DateChange,
    dates: &Dates,
    by: &NoteSigner,
) -> crate::site::Answer {
    let note = sign(&dated(site.id, change, dates), by).expect("text");
    let note = String::from_utf8(note).expect("text");
    site.post("/statements", &json!({ "note": note })).await
}

#[tokio::test]
async fn dates_change_and_closed_never_grows() {
    let site = Site::new().await;
    site.sign(0..2).await;
    let dates = site.petition().dates();
    let later = Dates {
        confirm_until: dates.confirm_until + DAY,
        submit_until: dates.submit_until + DAY,
        withdraw_until: dates.withdraw_until + DAY,
    };
    let stranger = NoteSigner::new("organiser.example.org", &[9; 32]).expect("a name");
    state(&site, DateChange::Later, &later, &stranger)
        .await
        .refused(422, Kind::Statement);
    state(&site, DateChange::Later, &later, &organiser())
        .await
        .json::<Value>();
    state(&site, DateChange::Later, &later, &organiser())
        .await
        .json::<Value>();
    let petition: Value = site.get(&site.of("")).await.json();
    assert_eq!(petition["confirm_until"], later.confirm_until);
    state(&site, DateChange::Later, &dates, &organiser())
        .await
        .refused(409, Kind::Statement);
    let earlier = Dates {
        confirm_until: dates.confirm_until - 20 * DAY,
        submit_until: dates.submit_until - 20 * DAY,
        withdraw_until: later.withdraw_until,
    };
    state(&site, DateChange::Earlier, &earlier, &organiser())
        .await
        .json::<Value>();
    state(&site, DateChange::Later, &later, &organiser())
        .await
        .refused(409, Kind::Statement);
    site.clock.advance(14 * DAY);
    site.publish_due().await;
    let petition: Value = site.get(&site.of("")).await.json();
    assert_eq!(petition["phase"], "closed");
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!(count.count, 2, "what waited is in the final tally");
    site.submit(&site.signature(3).to_bytes())
        .await
        .refused(409, Kind::Closed);
    site.confirm(9).await;
    site.publish_all().await;
    let after: Count = site.get(&site.of("/count")).await.json();
    assert_eq!(after.tally, count.tally);
    let later = Dates {
        withdraw_until: later.withdraw_until + DAY,
        ..later
    };
    state(&site, DateChange::Later, &later, &organiser())
        .await
        .refused(409, Kind::Statement);
}

#[tokio::test]
async fn what_is_no_statement_is_refused() {
    let site = Site::new().await;
    for note in [
        "",
        "hello",
        "undersigned/tally/v1\n",
        "undersigned/published/v1\npetition x\n",
    ] {
        site.post("/statements", &json!({ "note": note }))
            .await
            .refused(422, Kind::Statement);
    }
    let long = "x".repeat(70_000);
    site.post("/statements", &json!({ "note": long }))
        .await
        .refused(422, Kind::Statement);
    let other = sign("undersigned/praised/v1\nsomething\n", &organiser()).expect("text");
    let other = String::from_utf8(other).expect("text");
    site.post("/statements", &json!({ "note": other }))
        .await
        .refused(409, Kind::Statement);
    let foreign = Site::new().await;
    let text = undersigned::protocol::statement::published(&foreign.petition().manifest);
    let note = String::from_utf8(sign(&text, &organiser()).expect("text")).expect("text");
    site.post("/statements", &json!({ "note": note }))
        .await
        .refused(409, Kind::Statement);
    foreign
        .post("/statements", &json!({ "note": note }))
        .await
        .json::<Value>();
}

async fn attestation(site: &Site, by: &NoteSigner, change: impl FnOnce(&mut Totals)) -> String {
    let count: Count = site.get(&site.of("/count")).await.json();
    let tally = count.tally.expect("published");
    let mut totals = Tally::parse(&tally).expect("a tally").totals();
    change(&mut totals);
    let journaled = JournaledTally {
        tally,
        proof: count.proof.expect("published"),
    };
    let manifest = &site.petition().manifest;
    let as_of = count.as_of.expect("published");
    let text = attestation::text(manifest, &totals, as_of, &journaled, None);
    String::from_utf8(attestation::sign(&text, by).expect("text")).expect("text")
}

#[tokio::test]
async fn attestations_hold_or_are_refused() {
    let site = Site::new().await;
    let path = site.of("/attestations");
    let mut handed_in = Vec::new();
    for n in 0..3 {
        site.sign(n * 2..n * 2 + 2).await;
        site.clock.advance(60);
        site.publish_all().await;
        let note = attestation(&site, &organiser(), |_| ()).await;
        site.post(&path, &json!({ "note": note }))
            .await
            .json::<Value>();
        site.post(&path, &json!({ "note": note }))
            .await
            .json::<Value>();
        handed_in.push(note);
    }
    let listed: Page<AttestationEntry> = site.get(&path).await.json();
    let notes: Vec<String> = listed.items.iter().map(|e| e.attestation.clone()).collect();
    assert_eq!(notes, handed_in);
    assert_eq!(
        listed.items.iter().map(|e| e.count).collect::<Vec<_>>(),
        [2, 4, 6]
    );
    let first: Page<AttestationEntry> = site.get(&format!("{path}?limit=2")).await.json();
    let next = first.next.expect("one more");
    let last: Page<AttestationEntry> = site.get(&format!("{path}?after={next}")).await.json();
    assert_eq!(last.items.len(), 1);
    assert_eq!(last.items[0].id, listed.items[2].id);

    let stranger = NoteSigner::new("organiser.example.org", &[9; 32]).expect("a name");
    let forged = attestation(&site, &stranger, |_| ()).await;
    site.post(&path, &json!({ "note": forged }))
        .await
        .refused(422, Kind::Statement);
    let inflated = attestation(&site, &organiser(), |totals| totals.signatures += 1).await;
    site.post(&path, &json!({ "note": inflated }))
        .await
        .refused(422, Kind::Statement);
    site.post(&path, &json!({ "note": "nonsense" }))
        .await
        .refused(422, Kind::Statement);
    let other = Site::new().await;
    let elsewhere = other.of("/attestations");
    other
        .post(&elsewhere, &json!({ "note": handed_in[0] }))
        .await
        .refused(422, Kind::Statement);
    site.get(&format!("{path}?after=xyz"))
        .await
        .refused(400, Kind::Malformed);
}

async fn say(site: &Site, saying: &Saying, by: &NoteSigner) -> crate::site::Answer {
    let text = saying.text(site.id).expect("keeps the rules");
    let note = String::from_utf8(sign(&text, by).expect("text")).expect("text");
    site.post("/statements", &json!({ "note": note })).await
}

#[tokio::test]
async fn what_became_of_it_is_said_once_and_by_whoever_may() {
    let site = Site::new().await;
    site.sign(0..2).await;
    site.publish_all().await;
    let (tally, _) = site.petition().tally().expect("published");
    let delivered = |on, tally| Saying::Delivered {
        on,
        to: "The council".into(),
        tally,
        remark: "In the rain.".into(),
    };
    let answered = Saying::Answered {
        on: OPENS,
        by: "The council".into(),
        lang: "en".into(),
        link: None,
        answer: "Yes.\n\nIt stays.".into(),
    };
    let withheld = Saying::Withheld {
        on: OPENS,
        authority: "A court".into(),
        law: "An act".into(),
        reason: "It names a person.".into(),
    };
    let stranger = NoteSigner::new("organiser.example.org", &[9; 32]).expect("a name");
    let good = delivered(OPENS, Some(tally));
    say(&site, &good, &stranger)
        .await
        .refused(422, Kind::Statement);
    say(&site, &withheld, &organiser())
        .await
        .refused(422, Kind::Statement);
    for wrong in [delivered(OPENS + 2 * DAY, None), delivered(OPENS, Some(0))] {
        say(&site, &wrong, &organiser())
            .await
            .refused(409, Kind::Statement);
    }
    for _ in 0..2 {
        say(&site, &good, &organiser()).await.json::<Value>();
        say(&site, &answered, &organiser()).await.json::<Value>();
    }
    let said: Vec<Saying> = site
        .petition()
        .sayings()
        .into_iter()
        .map(|s| s.saying)
        .collect();
    assert_eq!(said, [good, answered]);
    assert_eq!(site.petition().withheld(), None);
}

#[tokio::test]
async fn the_goal_that_was_said_last_holds() {
    let site = Site::new().await;
    let goal = |on, goal| Saying::Goal { on, goal };
    let shown = async || {
        let petition: Value = site.get(&site.of("")).await.json();
        petition["goal"].clone()
    };
    let before = shown().await;
    let first = goal(OPENS, 500);
    say(&site, &first, site.server.instance().keys.signer())
        .await
        .refused(422, Kind::Statement);
    assert_eq!(shown().await, before);
    say(&site, &first, &organiser()).await.json::<Value>();
    assert_eq!(shown().await, 500);
    say(&site, &goal(OPENS + 1, 300), &organiser())
        .await
        .json::<Value>();
    assert_eq!(shown().await, 300);
    // The same note again changes nothing; nor does one that is older.
    say(&site, &first, &organiser()).await.json::<Value>();
    say(&site, &goal(OPENS, 900), &organiser())
        .await
        .refused(409, Kind::Statement);
    assert_eq!(shown().await, 300);
    assert_eq!(site.petition().goal(), Some(300));
    let page = site.send(site.http.get(site.url(&format!("/{}", site.id))));
    assert!(page.await.text().contains("max=\"300\""));

    site.clock.advance(400 * DAY);
    say(&site, &goal(OPENS + 9 * DAY, 1), &organiser())
        .await
        .refused(409, Kind::Statement);
}
