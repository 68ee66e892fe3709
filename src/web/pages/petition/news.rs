//! What the organiser has written to those who asked for updates.

use std::sync::Arc;

use maud::{Markup, html};

use crate::http::App;
use crate::instance::Petition;
use crate::lang::{Language, direction, rfc3339};
use crate::registrar::{PublishedUpdate, UpdateText};
use crate::web::failure::Failure;
use crate::web::here;

/// Updates on the page; the feed has more.
const SHOWN: usize = 5;

pub(super) async fn load(
    app: &Arc<App>,
    petition: &Petition,
) -> Result<Vec<PublishedUpdate>, Failure> {
    let id = petition.manifest.id();
    let updates = app.blocking(move |app| Ok(app.registrar.published_updates(id, SHOWN)?));
    Ok(updates.await?)
}

pub(super) fn news(lang: &Language, updates: &[PublishedUpdate]) -> Markup {
    html! {
        section #updates-list {
            h2 { (lang.text("updates-title")) }
            @for (n, update) in updates.iter().enumerate() {
                @let text = in_readers_language(&update.texts);
                details open[n == 0] {
                    summary {
                        bdi lang=(text.lang) { (text.subject) } " "
                        small.hint {
                            time datetime=(rfc3339(update.time)) { (lang.date(update.time)) }
                        }
                    }
                    div lang=(text.lang) dir=(direction(&text.lang)) {
                        @for paragraph in text.text.trim().split("\n\n") {
                            p.lines { (paragraph.trim()) }
                        }
                    }
                }
            }
        }
    }
}

fn in_readers_language(texts: &[UpdateText]) -> &UpdateText {
    let offered: Vec<&str> = texts.iter().map(|text| &*text.lang).collect();
    let best = here::best(&offered);
    let found = texts.iter().find(|text| text.lang == best);
    found.unwrap_or(&texts[0])
}
