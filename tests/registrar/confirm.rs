//! Following confirmation links.

use undersigned::registrar::RegistrarError;

use crate::world::{DAY, Setup, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_gets_one_token_that_verifies() {
    let w = World::new().await.running();
    w.sign("ada@example.org").await;
    assert_eq!(w.roll(), 1);
    w.publish().await;
    assert_eq!(w.petition().tally().expect("a tally").1.totals().roll, 1);
    assert_eq!(
        w.store.count("registrar/mailboxes"),
        0,
        "nothing points at the mailbox"
    );
    assert_eq!(w.store.count("registrar/subscriptions"), 0);
    assert_eq!(w.store.count("registrar/vault"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_message_gets_the_same_answer_and_another_none() {
    let w = World::new().await.running();
    let link = w.link("ada@example.org").await;
    let (one, other) = (w.signer(1), w.signer(2));
    let answer = w.confirm(&link, one.blinded()).await.expect("an answer");
    assert_eq!(
        w.confirm(&link, one.blinded()).await.expect("again"),
        answer
    );
    assert!(matches!(
        w.confirm(&link, other.blinded()).await,
        Err(RegistrarError::LinkUsed)
    ));
    assert_eq!(
        w.confirm(&link, one.blinded()).await.expect("still"),
        answer
    );
    assert_eq!(w.roll(), 1);
    assert_eq!(
        w.tags.asked.load(std::sync::atomic::Ordering::SeqCst),
        1,
        "one tag asked for"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_links_of_a_mailbox_work_until_one_is_used() {
    let w = World::new().await.running();
    let first = w.link("ada.l@gmail.com").await;
    let second = w.link("adal+petition@googlemail.com").await;
    let third = w.link("ADA.L@gmail.com").await;
    let (one, other) = (w.signer(1), w.signer(2));
    let answer = w.confirm(&second, one.blinded()).await.expect("an answer");
    for link in [&first, &third] {
        assert!(matches!(
            w.confirm(link, other.blinded()).await,
            Err(RegistrarError::AlreadyConfirmed)
        ));
        // Who lost the answer and takes another link with the same secret gets it.
        assert_eq!(
            w.confirm(link, one.blinded()).await.expect("the answer"),
            answer
        );
    }
    // A link asked for afterwards says so, whatever comes with it.
    let late = w.link("adal@gmail.com").await;
    for signer in [&one, &other] {
        assert!(matches!(
            w.confirm(&late, signer.blinded()).await,
            Err(RegistrarError::AlreadyConfirmed)
        ));
    }
    assert_eq!(w.roll(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_link_here_is_unknown() {
    let w = World::new().await.running();
    let foreign = World::with(Setup {
        terms: |t| t.goal = Some(7),
        ..Setup::default()
    })
    .await
    .running();
    let signer = w.signer(1);
    let of_other_petition = foreign.link("ada@example.org").await;
    w.ask_removal("ada@example.org").await.expect("accepted");
    w.until(|w| !w.postbox.mails().is_empty()).await;
    let removal = crate::transport::token(&w.postbox.mails()[0], "remove");
    let good = w.link("ada@example.org").await;
    let mut damaged = good.clone().into_bytes();
    damaged[0] ^= 1;
    let damaged = String::from_utf8(damaged).expect("ASCII");
    for token in [
        "",
        "x",
        &good[..42],
        &format!("{good}A"),
        &format!("{good}="),
        &format!("{} ", &good[..42]),
        &damaged,
        &"A".repeat(43),
        &"A".repeat(1_000_000),
        &removal,
        &of_other_petition,
    ] {
        assert!(matches!(
            w.confirm(token, signer.blinded()).await,
            Err(RegistrarError::UnknownLink)
        ));
    }
    assert!(matches!(
        w.registrar.remove(w.id, &good).await,
        Err(RegistrarError::UnknownLink)
    ));
    assert_eq!(w.roll(), 0);
    w.confirm(&good, signer.blinded())
        .await
        .expect("the good one works");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_expire_and_a_token_is_not_stranded() {
    let w = World::new().await.running();
    let used = w.link("ada@example.org").await;
    let unused = w.link("bob@example.org").await;
    let signer = w.signer(1);
    w.clock.advance(7 * DAY - 1);
    let answer = w.confirm(&used, signer.blinded()).await.expect("in time");
    w.clock.advance(2);
    assert!(matches!(
        w.confirm(&unused, w.signer(2).blinded()).await,
        Err(RegistrarError::UnknownLink)
    ));
    // The answer can be had for a pending period of its own.
    w.clock.advance(6 * DAY);
    assert_eq!(
        w.confirm(&used, signer.blinded()).await.expect("again"),
        answer
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn phases_are_kept_but_a_lost_answer_is_given_until_close() {
    let w = World::with(Setup {
        terms: |t| {
            t.opens += DAY;
            t.confirm_until = t.opens + 2 * DAY;
            t.submit_until = t.opens + 4 * DAY;
        },
        ..Setup::default()
    })
    .await
    .running();
    assert!(matches!(
        w.ask("ada@example.org").await,
        Err(RegistrarError::NotOpen)
    ));
    assert!(matches!(
        w.ask_removal("ada@example.org").await,
        Err(RegistrarError::NotOpen)
    ));
    w.clock.advance(DAY);
    let used = w.link("ada@example.org").await;
    let unused = w.link("bob@example.org").await;
    let signer = w.signer(1);
    let answer = w.confirm(&used, signer.blinded()).await.expect("open");
    w.clock.advance(2 * DAY + 1);
    assert!(matches!(
        w.ask("cyd@example.org").await,
        Err(RegistrarError::Closed)
    ));
    assert!(matches!(
        w.confirm(&unused, w.signer(2).blinded()).await,
        Err(RegistrarError::Closed)
    ));
    assert_eq!(
        w.confirm(&used, signer.blinded()).await.expect("closing"),
        answer
    );
    w.clock.advance(2 * DAY);
    assert!(matches!(
        w.confirm(&used, signer.blinded()).await,
        Err(RegistrarError::Closed)
    ));
    assert_eq!(w.roll(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_out_of_range_leaves_nothing_half_done() {
    let w = World::new().await.running();
    let link = w.link("ada@example.org").await;
    let modulus = *w.petition().registrar.token_public.modulus();
    for bad in [modulus, [0xff; 256]] {
        assert!(matches!(
            w.confirm(&link, &bad).await,
            Err(RegistrarError::BlindedMessage)
        ));
    }
    assert_eq!(w.roll(), 0);
    let signer = w.signer(1);
    signer.check(
        &w.confirm(&link, signer.blinded())
            .await
            .expect("still unused"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tag_nothing_happens() {
    let w = World::new().await.running();
    let link = w.link("ada@example.org").await;
    w.tags.down.store(1, std::sync::atomic::Ordering::SeqCst);
    let signer = w.signer(1);
    assert!(matches!(
        w.confirm(&link, signer.blinded()).await,
        Err(RegistrarError::Tags(_))
    ));
    assert_eq!(w.roll(), 0);
    signer.check(&w.confirm(&link, signer.blinded()).await.expect("later"));
}

#[tokio::test(flavor = "multi_thread")]
async fn little_storage_stops_confirmations_but_no_retry() {
    let w = World::new().await.running();
    let used = w.link("ada@example.org").await;
    let unused = w.link("bob@example.org").await;
    let signer = w.signer(1);
    let answer = w.confirm(&used, signer.blinded()).await.expect("room");
    w.store.set_free(1);
    assert!(matches!(
        w.ask("cyd@example.org").await,
        Err(RegistrarError::StorageLow)
    ));
    assert!(matches!(
        w.confirm(&unused, w.signer(2).blinded()).await,
        Err(RegistrarError::StorageLow)
    ));
    assert_eq!(
        w.confirm(&used, signer.blinded())
            .await
            .expect("no room needed"),
        answer
    );
    w.ask_removal("ada@example.org")
        .await
        .expect("who wants out gets out");
    w.store.set_free(u64::MAX);
    w.confirm(&unused, w.signer(2).blinded())
        .await
        .expect("room again");
}
