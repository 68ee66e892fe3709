//! Keys that the journal says were destroyed, and with them what they opened.

use maud::{Markup, html};

use crate::instance::Petition;
use crate::lang::{Language, rfc3339};

/// Oldest first. Nothing where there are none.
pub(super) fn erased(lang: &Language, petition: &Petition) -> Markup {
    let erased: Vec<_> = petition.erased().collect();
    html! {
        @if !erased.is_empty() {
            h2 { (lang.text("erased-title")) }
            p { (lang.text("erased-lead")) }
            ul {
                @for (on, key) in &erased {
                    li {
                        time datetime=(rfc3339(*on)) { (lang.date(*on)) } ": "
                        (lang.text(&format!("erased-{}", key.name())))
                        @if let Some(key) = key.public() {
                            details {
                                summary { (lang.text("files-key")) }
                                code { (hex::encode(key)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
