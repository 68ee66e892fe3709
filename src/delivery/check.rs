//! `check.html`: a page that checks the pack it carries, without a network and without
//! anything from us but itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, PreEscaped, html};
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

use super::bundle::bundle;
use super::{Delivery, DeliveryError};

/// The modules that check, and the look of all our pages.
#[derive(RustEmbed)]
#[folder = "src/web/assets"]
#[include = "js/protocol/*.js"]
#[include = "js/vendor/*.js"]
#[include = "css/site.css"]
struct Assets;

const ENTRY: &str = "js/check.js";

fn asset(path: &str) -> Option<String> {
    if path == ENTRY {
        return Some(include_str!("check.js").to_owned());
    }
    let file = Assets::get(path)?;
    String::from_utf8(file.data.into_owned()).ok()
}

/// The page's whole script.
pub(super) fn script() -> Result<String, DeliveryError> {
    let script = bundle(ENTRY, &asset)?;
    // An end tag in a comment or a string would end the element.
    Ok(script.replace("</script", "<\\/script"))
}

/// How a content security policy names an element's content.
fn source(content: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(content)))
}

const STEPS: [&str; 5] = ["read", "manifest", "organiser", "journal", "numbers"];

/// What this page needs beyond the common look.
const MORE: &str = "main { max-inline-size: 48rem; padding-block: 1.5rem } \
    .failed strong { color: var(--bad) } ol.steps li { margin-block: .6em }";

/// The page for a delivery.
pub(super) fn html(delivery: &Delivery) -> Result<String, DeliveryError> {
    let lang = delivery.words();
    let t = |id: &str| lang.text(&format!("delivery-html-{id}")).into_owned();
    let style = asset("css/site.css").unwrap_or_default() + MORE;
    let script = script()?;
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        source(&script),
        source(&style)
    );
    // `<` in a string could end the element early.
    let pack = delivery.pack_json().replace('<', "\\u003c");
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag) dir=(lang.direction) {
            head {
                meta charset="utf-8";
                meta http-equiv="content-security-policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (t("title")) }
                style { (PreEscaped(style)) }
            }
            body data-petition=(delivery.tag()) {
                main {
                    h1 { (t("title")) }
                    p.lead { (t("lead")) }
                    noscript { p.notice.warn { (t("script")) } }
                    div role="status" {
                        p #working { (t("working")) }
                        section #good .notice.good hidden {
                            h2 { (t("good")) }
                            p { (t("good-text")) }
                        }
                        section #bad .notice.bad hidden {
                            h2 { (t("bad")) }
                            p { (t("bad-text")) }
                            p { strong { (t("reason")) ": " } bdi #reason lang="en" {} }
                        }
                        section #unable .notice.warn hidden {
                            h2 { (t("unable")) }
                            p { (t("unable-text")) }
                        }
                    }
                    ol.steps {
                        @for step in STEPS {
                            li id={ "step-" (step) } {
                                (t(&format!("step-{step}"))) " — "
                                strong {
                                    span data-outcome="open" { (t("open")) }
                                    span data-outcome="held" hidden { (t("held")) }
                                    span data-outcome="failed" hidden { (t("failed")) }
                                }
                            }
                        }
                    }
                    div #facts hidden {
                        p.count { strong #count {} " " span { (t("signatures")) } }
                        p #range hidden data-text=(t("between")) {}
                        dl.facts {
                            dt { (t("moment")) } dd { bdi #moment {} }
                            dt { (t("organiser")) } dd #organiser {}
                            dt { (t("recipients")) } dd #recipients {}
                            dt { (t("id")) } dd { code.hash #id dir="ltr" {} }
                            dt { (t("digest")) } dd { code.hash #digest dir="ltr" {} }
                        }
                        h2 { (t("letter")) }
                        article.letter lang=(delivery.tag()) dir="auto" {
                            h3 #title dir="auto" {}
                            div #letter {}
                        }
                    }
                    h2 { (t("limits-title")) }
                    p { (t("limits")) }
                }
                script type="application/json" #pack { (PreEscaped(pack)) }
                script { (PreEscaped(script)) }
            }
        }
    };
    Ok(page.into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modules_make_one_script() {
        let script = script().expect("a script");
        let code = script
            .lines()
            .filter(|line| !line.trim_start().starts_with(['*', '/']));
        for line in code {
            assert!(
                !line.starts_with("import ") && !line.starts_with("export "),
                "{line}"
            );
            assert!(!line.contains("import("), "{line}");
        }
        assert!(script.contains("ml_dsa44"), "the vendored library is in it");
    }
}
