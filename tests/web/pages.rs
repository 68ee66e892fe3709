//! What pages say, read without a browser.

use serde_json::json;
use undersigned::protocol::manifest::{Ask, Publication};
use undersigned::protocol::statement::sign;

use crate::site::{Answer, Setup, Site};
use crate::support::organiser;

async fn page(site: &Site, path: &str) -> Answer {
    let request = site.http.get(site.url(path)).header("accept", "text/html");
    site.send(request).await
}

async fn petition(site: &Site, rest: &str) -> String {
    let answer = page(site, &format!("/{}{rest}", site.id)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn a_count_is_called_verified_once_it_is_published() {
    let site = Site::new().await;
    site.sign(0..7).await;
    let before = petition(&site, "").await;
    assert!(before.contains("data-live=\"count\">0<"), "{before}");
    assert!(before.contains("data-live=\"waiting\">7<"), "apart from it");
    site.publish_all().await;
    let after = petition(&site, "").await;
    assert!(after.contains("data-live=\"count\">7<"), "{after}");
    assert!(after.contains("data-live=\"waiting\">0<"));
    assert!(after.contains("7 signatures, verified: check it yourself"));
    assert!(!after.contains("count-ceiling"), "every message exists");
}

#[tokio::test]
async fn the_form_asks_what_the_manifest_says_and_opts_nobody_in() {
    for (name, comment, updates) in [
        (Ask::No, Ask::No, false),
        (Ask::Required, Ask::Optional, true),
    ] {
        let site = Site::with(Setup {
            terms: Box::new(move |terms| {
                terms.asks.name = name;
                terms.asks.comment = comment;
                terms.asks.updates = updates;
            }),
            ..Setup::default()
        })
        .await;
        let text = petition(&site, "").await;
        let form = text.split("<form").nth(1).expect("a form");
        let form = form.split("</form>").next().expect("its end");
        assert!(form.contains("name=\"email\""));
        assert_eq!(form.contains("name=\"name\""), name != Ask::No);
        assert_eq!(form.contains("name=\"show_name\""), name != Ask::No);
        assert_eq!(form.contains("name=\"comment\""), comment != Ask::No);
        assert_eq!(form.contains("name=\"updates\""), updates);
        assert!(!form.contains(" checked"), "nothing is ticked");
    }
}

#[tokio::test]
async fn a_closed_petition_takes_no_signatures_and_says_since_when() {
    let site = Site::new().await;
    assert!(petition(&site, "").await.contains("id=\"sign\""));
    let dates = site.petition().dates();
    site.clock
        .advance(dates.submit_until + 1 - site.server.instance().clock.now());
    site.publish_all().await;
    let text = petition(&site, "").await;
    assert!(!text.contains("id=\"sign\""));
    assert!(text.contains("This petition is closed"));
    assert!(petition(&site, "/record").await.contains("closed for good"));
}

#[tokio::test]
async fn doubtful_circumstances_are_said_on_the_page() {
    for (publication, said) in [(Publication::Prompt, true), (Publication::Private, false)] {
        let site = Site::with(Setup {
            publication,
            ..Setup::default()
        })
        .await;
        let text = petition(&site, "").await;
        assert_eq!(text.contains("publishes every signature at once"), said);
        assert_eq!(text.contains("which signature is whose"), !said);
        let audited = site.petition().manifest.terms().audit.is_some();
        assert_eq!(text.contains("this petition has no auditor"), !audited);
    }
}

#[tokio::test]
async fn no_page_sets_a_cookie_or_loads_from_elsewhere() {
    let site = Site::new().await;
    let id = site.id;
    for path in [
        "/".to_owned(),
        "/how".to_owned(),
        "/record".to_owned(),
        format!("/{id}"),
        format!("/{id}/record"),
        format!("/{id}/embed"),
    ] {
        let answer = page(&site, &path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(
            policy.contains("frame-ancestors *"),
            path.ends_with("/embed")
        );
        assert!(!answer.text().contains(" style=\""), "{path}");
    }
}

#[tokio::test]
async fn pages_come_compressed_to_those_who_take_it() {
    let site = Site::new().await;
    let plain = page(&site, "/how").await;
    assert_eq!(plain.header("content-encoding"), "");
    let request = site
        .http
        .get(site.url("/how"))
        .header("accept-encoding", "gzip");
    let zipped = site.send(request).await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert!(zipped.header("vary").contains("accept-encoding"));
    let mut text = String::new();
    let mut decoder = flate2::read::GzDecoder::new(&zipped.body[..]);
    std::io::Read::read_to_string(&mut decoder, &mut text).expect("gzip");
    assert_eq!(text, plain.text());
}

/// Hand in a statement, signed by the organiser.
async fn say(site: &Site, text: &str) {
    let note = String::from_utf8(sign(text, &organiser()).expect("text")).expect("text");
    let answer = site.post("/statements", &json!({ "note": note })).await;
    assert!(answer.status.is_success(), "{}", answer.text());
}

#[tokio::test]
async fn deliveries_and_answers_stand_on_the_page() {
    let site = Site::new().await;
    assert!(!petition(&site, "").await.contains("What became of it"));
    let (id, now) = (site.id, site.server.instance().clock.now());
    say(
        &site,
        &format!("undersigned/delivered/v1\npetition {id}\non {now}\nto The <railways>\ntally none\nremark \"\"\n"),
    )
    .await;
    say(
        &site,
        &format!("undersigned/answered/v1\npetition {id}\non {now}\nby The board\nlang en\nlink none\nanswer \"We keep it.\"\n"),
    )
    .await;
    let text = petition(&site, "").await;
    assert!(
        text.contains("Delivered to <bdi>The &lt;railways&gt;</bdi>"),
        "{text}"
    );
    assert!(text.contains("Answered by <bdi>The board</bdi>"));
    assert!(text.contains("We keep it."));
}

#[tokio::test]
async fn a_text_that_is_withheld_stands_on_no_page() {
    let site = Site::new().await;
    site.sign(0..3).await;
    site.publish_all().await;
    let (id, now) = (site.id, site.server.instance().clock.now());
    let manifest = site.petition();
    let title = &manifest.manifest.terms().title[0].text;
    let pages = [
        "",
        "/record",
        "/embed",
        "/feed.atom",
        "/open-data.json",
        "/lost",
    ];
    for rest in pages {
        assert!(petition(&site, rest).await.contains(title), "{rest} before");
    }
    let text = format!(
        "undersigned/withheld/v1\npetition {id}\non {now}\nauthority A court\nlaw A law\nreason \"It says so.\"\n"
    );
    let note = sign(&text, site.server.instance().keys.signer()).expect("text");
    let note = String::from_utf8(note).expect("text");
    let answer = site.post("/statements", &json!({ "note": note })).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    for rest in pages {
        assert!(!petition(&site, rest).await.contains(title), "{rest}");
    }
    assert!(!page(&site, "/").await.text().contains(title));
    assert!(!page(&site, "/record").await.text().contains(title));
    let shown = petition(&site, "").await;
    assert!(shown.contains("A court") && shown.contains("data-live=\"count\">3<"));
    assert!(
        !shown.contains("id=\"sign\""),
        "nobody signs what they cannot read"
    );
}
