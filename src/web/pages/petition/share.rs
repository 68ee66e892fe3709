//! Passing a petition on: links that work without scripts, and what other sites show.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::address;
use crate::instance::PublicPetition;
use crate::lang::Language;
use crate::protocol::manifest::Localized;
use crate::web::here::href;

pub(super) fn share(lang: &Language, petition: &PublicPetition, title: &Localized) -> Markup {
    let url = address(petition);
    let (link, text) = (encode(&url), encode(&title.text));
    let networks = [
        ("WhatsApp", format!("https://wa.me/?text={text}%20{link}")),
        (
            "Telegram",
            format!("https://t.me/share/url?url={link}&text={text}"),
        ),
        (
            "Bluesky",
            format!("https://bsky.app/intent/compose?text={text}%20{link}"),
        ),
        (
            "Facebook",
            format!("https://www.facebook.com/sharer/sharer.php?u={link}"),
        ),
        (
            "X",
            format!("https://x.com/intent/post?url={link}&text={text}"),
        ),
    ];
    let id = petition.manifest.id();
    html! {
        section {
            h2 { (lang.text("share-title")) }
            p.row {
                a.button.quiet href=(format!("mailto:?subject={text}&body={text}%0A{link}")) {
                    (lang.text("share-mail"))
                }
                button.quiet type="button" hidden data-copy=(url) {
                    (lang.text("share-copy"))
                }
                button.quiet type="button" hidden data-share=(url) data-title=(title.text) {
                    (lang.text("share-device"))
                }
                span.hint role="status" data-copied {}
            }
            p.row {
                @for (name, address) in &networks {
                    a href=(address) rel="noopener noreferrer nofollow" { (name) }
                }
            }
            p.hint { (lang.text("share-plain")) }
            p.row {
                a href=(href(&format!("/{id}/feed.atom"))) { (lang.text("share-feed")) }
                a href=(href(&format!("/{id}/record#others"))) { (lang.text("share-embed")) }
            }
        }
    }
}

/// What cards on other sites say.
pub(super) fn card(
    lang: &Language,
    petition: &PublicPetition,
    title: &Localized,
    description: &str,
) -> Markup {
    let picture = format!("{}/card.png?lang={}", address(petition), title.lang);
    html! {
        link rel="alternate" type="application/atom+xml" title=(title.text)
            href=(format!("/{}/feed.atom", petition.manifest.id()));
        meta property="og:type" content="website";
        meta property="og:site_name" content=(lang.text("site-name"));
        meta property="og:title" content=(title.text);
        meta property="og:description" content=(description);
        meta property="og:url" content=(address(petition));
        meta property="og:locale" content=(title.lang.replace('-', "_"));
        meta property="og:image" content=(picture);
        meta property="og:image:width" content="1200";
        meta property="og:image:height" content="630";
        meta name="twitter:card" content="summary_large_image";
    }
}

/// Percent-encoded for a query (RFC 3986, section 2.3).
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => write!(encoded, "%{byte:02X}").expect("memory takes everything"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_encoded() {
        assert_eq!(encode("a b&c=é/?"), "a%20b%26c%3D%C3%A9%2F%3F");
    }
}
