//! The preview card of a petition.

use undersigned::api::problem::Kind;
use undersigned::protocol::manifest::Localized;

use crate::site::{Setup, Site};

fn several(texts: &mut Vec<Localized>, more: [(&str, &str); 2]) {
    for (lang, text) in more {
        texts.push(Localized {
            lang: lang.to_owned(),
            text: text.to_owned(),
        });
    }
}

async fn site() -> Site {
    let setup = Setup {
        terms: Box::new(|terms| {
            let ar = "أعيدوا قطار الليل بين الميناء وقرى الشمال قبل أن يبدأ الشتاء";
            let es = "Que vuelva el tren nocturno entre el puerto y los pueblos del norte";
            several(&mut terms.title, [("es", es), ("ar-eg", ar)]);
            several(&mut terms.letter, [("es", es), ("ar-eg", ar)]);
            terms.goal = Some(5000);
        }),
        ..Setup::default()
    };
    Site::with(setup).await
}

#[tokio::test]
async fn each_language_has_its_card() {
    let site = site().await;
    let card = async |lang: &str| site.get_file(&format!("/{}/card.png{lang}", site.id)).await;
    let first = card("").await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!(first.header("content-type"), "image/png");
    assert_eq!(first.header("cache-control"), "public, max-age=240");
    assert_eq!(first.header("cross-origin-resource-policy"), "cross-origin");
    assert!(first.body.starts_with(b"\x89PNG\r\n\x1a\n"));
    let es = card("?lang=es").await;
    let ar = card("?lang=ar").await;
    assert!(first.body != es.body && es.body != ar.body && first.body != ar.body);
    assert_eq!(card("?lang=AR-eg").await.body, ar.body);
    assert_eq!(
        card("?lang=tlh").await.body,
        first.body,
        "the first language"
    );
    let again = site.http.get(site.url(&format!("/{}/card.png", site.id)));
    let again = again.header("if-none-match", first.header("etag"));
    assert_eq!(site.send(again).await.status, 304);
}

#[tokio::test]
async fn the_count_on_a_card_grows_after_a_while() {
    let site = site().await;
    let path = format!("/{}/card.png", site.id);
    let before = site.get_file(&path).await;
    site.sign(0..3).await;
    site.publish_all().await;
    let young = site.get_file(&path).await;
    assert_eq!(young.body, before.body, "not drawn for each publication");
    site.clock.advance(120);
    let after = site.get_file(&path).await;
    assert_eq!(after.status, 200);
    assert_ne!(after.body, before.body);
}

#[tokio::test]
async fn other_petitions_have_no_card() {
    let site = Site::new().await;
    let nobody = "0".repeat(64);
    for (path, kind) in [
        (format!("/{nobody}/card.png"), Kind::UnknownPetition),
        ("/short/card.png".to_owned(), Kind::NotFound),
    ] {
        site.get_file(&path).await.refused(404, kind);
    }
}
