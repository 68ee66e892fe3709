//! Taking a letter down by law: what is no longer shown, and all that goes on.

use serde_json::json;
use undersigned::api::Count;
use undersigned::api::problem::Kind;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::JournaledTally;
use undersigned::protocol::manifest::Manifest;

use crate::browser::House;

#[tokio::test]
async fn a_letter_is_taken_down_and_the_count_goes_on() {
    let house = House::new().await;
    let site = &house.site;
    let letter = "We ask you to keep the night train.";
    site.sign(0..2).await;
    site.publish_all().await;
    // Somebody holds the text.
    let held = site.get(&site.of("/manifest")).await.body;
    let public = format!("/{}", site.id);
    assert!(site.get_file(&public).await.text().contains(letter));
    assert_eq!(site.get_file("/tile/entries/000.p/1").await.status, 200);

    let owner = house.signed_in("owner@staff.example", "owner").await;
    let moderator = house
        .signed_in("moderator@staff.example", "moderator")
        .await;
    let path = format!("/office/petitions/{}/withhold", site.id);
    let fields = |sure: bool, law: &'static str| {
        let mut fields = vec![
            ("authority", "The court of Example, 7 B 12"),
            ("law", law),
            ("reason", "It names a person who is not public."),
        ];
        fields.extend(sure.then_some(("sure", "yes")));
        fields
    };
    assert_eq!(
        moderator.post(&path, &fields(true, "An act")).await.status,
        403
    );
    assert_eq!(
        owner.post(&path, &fields(false, "An act")).await.status,
        422
    );
    assert_eq!(owner.post(&path, &fields(true, "")).await.status, 422);
    owner.done(&path, &fields(true, "An act, section 5")).await;
    assert_eq!(
        owner.post(&path, &fields(true, "Another")).await.status,
        409
    );
    assert!(
        owner
            .page("/office/log")
            .await
            .contains("withheld the text")
    );

    let page = site.get_file(&public).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    assert!(!page.contains(letter));
    for words in [
        "The court of Example, 7 B 12",
        "An act, section 5",
        "It names a person",
    ] {
        assert!(page.contains(words), "{words}");
    }
    for path in ["/manifest", "/attestations"] {
        site.get(&site.of(path)).await.refused(451, Kind::Withheld);
    }
    let bundle = site.get_file("/tile/entries/000.p/3").await;
    bundle.refused(451, Kind::Withheld);
    let hashes = site.get_file("/tile/0/000.p/3").await;
    assert_eq!(hashes.status, 200, "hashes stay");

    // The count goes on, and whoever holds the text can check it.
    site.sign(2..3).await;
    site.publish_all().await;
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!(count.count, 3);
    let manifest = Manifest::parse_as(&held, site.id).expect("its hash is the id");
    let journaled = JournaledTally {
        tally: count.tally.expect("published"),
        proof: count.proof.expect("published"),
    };
    let policy = manifest.pinned_policy();
    let verified = journaled
        .verify(&manifest, Tree::Signatures, &policy)
        .expect("holds");
    assert_eq!(verified.tally().totals().count(), 3);
    // It is not published here once more.
    let text = undersigned::protocol::statement::published(&manifest);
    let note = crate::drafts::signed(&text, &crate::support::organiser());
    let again = site.post("/statements", &json!({ "note": note })).await;
    assert!(
        again.status.is_success(),
        "it stands in the journal already"
    );
    site.get(&site.of("/manifest"))
        .await
        .refused(451, Kind::Withheld);
}
