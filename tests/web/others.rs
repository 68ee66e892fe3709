//! What other sites use: each number is recomputed here from the public files alone.

use roxmltree::Document;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

/// How many leaves a tree's own log serves: entries fetched one by one, sizes not believed.
async fn leaves(site: &Site, tree: &str) -> u64 {
    let checkpoint = site
        .get_file(&format!("/{}/{tree}/checkpoint", site.id))
        .await;
    if checkpoint.status == 404 {
        return 0;
    }
    let text = checkpoint.text();
    let size: u64 = text
        .lines()
        .nth(1)
        .expect("a size")
        .parse()
        .expect("a number");
    assert!(size < 256, "one bundle holds them");
    let bundle = site
        .get_file(&format!("/{}/{tree}/tile/entries/000.p/{size}", site.id))
        .await
        .body;
    let mut rest = &bundle[..];
    let mut counted = 0;
    while let [high, low, after @ ..] = rest {
        rest = &after[usize::from(u16::from_be_bytes([*high, *low]))..];
        counted += 1;
    }
    assert_eq!(counted, size);
    counted
}

async fn recomputed(site: &Site) -> u64 {
    leaves(site, "signatures").await
        - leaves(site, "withdrawals").await
        - leaves(site, "strikes").await
}

async fn fetch(site: &Site, rest: &str) -> Answer {
    let answer = site.get_file(&format!("/{}{rest}", site.id)).await;
    assert_eq!(answer.status, 200, "{rest}: {}", answer.text());
    answer
}

/// Strike a roll entry by its index.
async fn strike(site: &Site, index: u64) {
    let path = format!("/operator/petitions/{}/strikes", site.id);
    let body = json!({ "target": { "entries": [index] }, "reason": "fraud" });
    let answer = site.operate(&path, &body).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    site.publish_all().await;
}

#[tokio::test]
async fn the_badge_shows_what_the_public_files_add_up_to() {
    let site = Site::new().await;
    for (signers, shown) in [(0..12, "12"), (12..15, "15")] {
        site.sign(signers).await;
        let before = fetch(&site, "/badge.svg").await.text();
        site.publish_all().await;
        let svg = fetch(&site, "/badge.svg").await;
        assert_ne!(svg.text(), before, "what waited is not on the badge before");
        assert_eq!(svg.header("content-type"), "image/svg+xml");
        assert_eq!(svg.header("cross-origin-resource-policy"), "cross-origin");
        let text = svg.text();
        let document = Document::parse(&text).expect("well-formed");
        let title = document.descendants().find(|n| n.has_tag_name("title"));
        let title = title.and_then(|n| n.text()).expect("a title");
        assert_eq!(title, format!("{shown} signatures, verified"));
        assert_eq!(recomputed(&site).await.to_string(), shown);
    }
    strike(&site, 3).await;
    let struck = fetch(&site, "/badge.svg").await.text();
    assert!(struck.contains(">14<"), "{struck}");
    assert_eq!(recomputed(&site).await, 14);
    let arabic = fetch(&site, "/badge.svg?lang=ar").await.text();
    assert!(arabic.contains("١٤"), "{arabic}");
}

#[tokio::test]
async fn open_data_are_the_journals_numbers_over_time() {
    let site = Site::new().await;
    let empty: Value = fetch(&site, "/open-data.json").await.json();
    assert_eq!(empty["history"], json!([]));
    for signers in [0..3, 3..5, 5..9] {
        site.sign(signers).await;
        site.publish_all().await;
    }
    strike(&site, 0).await;
    let answer = site
        .send(
            site.http
                .get(site.url(&format!("/{}/open-data.json", site.id)))
                .header("origin", "https://elsewhere.example"),
        )
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let data: Value = answer.json();
    let history = data["history"].as_array().expect("a list");
    let of = |name: &str| history.iter().map(|p| p[name].as_u64()).collect::<Vec<_>>();
    assert_eq!(of("count"), [Some(3), Some(5), Some(9), Some(8)]);
    assert_eq!(of("ceiling"), [Some(3), Some(5), Some(9), Some(9)]);
    assert_eq!(of("strikes"), [Some(0), Some(0), Some(0), Some(1)]);
    assert_eq!(recomputed(&site).await, 8);

    let csv = fetch(&site, "/open-data.csv").await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    let text = csv.text();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(
        rows[0].join(","),
        "time,roll,strikes,signatures,withdrawals,count,ceiling"
    );
    assert_eq!(rows.len(), history.len() + 1);
    for (row, point) in rows[1..].iter().zip(history) {
        assert_eq!(row[0], point["time"].as_str().expect("a time"));
        assert_eq!(row[5], point["count"].to_string());
    }
}

#[tokio::test]
async fn the_feed_is_atom_with_updates_and_milestones() {
    let site = Site::new().await;
    let empty = fetch(&site, "/feed.atom").await.text();
    let document = Document::parse(&empty).expect("well-formed");
    assert_eq!(document.root_element().tag_name().name(), "feed");

    site.sign(0..12).await;
    site.publish_all().await;
    let path = format!("/operator/petitions/{}/updates", site.id);
    let subject = "A <hearing> & \"more\"";
    let texts = json!([{ "lang": "en", "subject": subject, "text": "On Monday.\n\n]]> & on." }]);
    let sent = site.operate(&path, &json!({ "texts": texts })).await;
    assert!(sent.status.is_success(), "{}", sent.text());

    let feed = fetch(&site, "/feed.atom").await;
    assert!(
        feed.header("content-type")
            .starts_with("application/atom+xml")
    );
    let text = feed.text();
    let document = Document::parse(&text).expect("well-formed");
    let atom = "http://www.w3.org/2005/Atom";
    let all = |name: &'static str| {
        document
            .descendants()
            .filter(move |n| n.has_tag_name((atom, name)))
            .map(|n| n.text().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    // RFC 4287, section 4.1.1: one of each, in the feed and in each entry.
    assert_eq!(
        document
            .descendants()
            .filter(|n| n.has_tag_name((atom, "entry")))
            .count(),
        2
    );
    assert_eq!(all("id").len(), 3);
    assert_eq!(all("updated").len(), 3);
    assert!(all("title").contains(&subject.to_owned()), "{text}");
    assert!(
        all("title")
            .iter()
            .any(|title| title.contains("number 10 ")),
        "{text}"
    );
    assert!(all("content").contains(&"On Monday.\n\n]]> & on.".to_owned()));
    let mut ids = all("id");
    ids.dedup();
    assert_eq!(ids.len(), 3, "each has a name of its own");
}

#[tokio::test]
async fn search_engines_find_petitions_and_no_links_of_mails() {
    let site = Site::new().await;
    let robots = site.get_file("/robots.txt").await.text();
    assert!(robots.contains("Disallow: /office"), "{robots}");
    let map = robots
        .lines()
        .find_map(|line| line.strip_prefix("Sitemap: "));
    assert!(map.expect("a sitemap").ends_with("/sitemap.xml"));
    let map = site.get_file("/sitemap.xml").await.text();
    let document = Document::parse(&map).expect("well-formed");
    let places: Vec<_> = document
        .descendants()
        .filter(|n| n.has_tag_name("loc"))
        .filter_map(|n| n.text())
        .collect();
    assert!(
        places
            .iter()
            .any(|place| place.ends_with(&site.id.to_string()))
    );
    assert!(!map.contains("confirm") && !map.contains("office"));
}
