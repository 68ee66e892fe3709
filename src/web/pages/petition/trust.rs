//! What the count is worth, in plain words: who may check it, and who has not.

use maud::{Markup, html};

use super::panel::publication;
use crate::instance::PublicPetition;
use crate::lang::Language;
use crate::protocol::manifest::Publication;
use crate::web::here::href;
use crate::web::pages::audited::audited;
use crate::web::standing::Standing;

pub(super) fn trust(lang: &Language, petition: &PublicPetition, standing: &Standing) -> Markup {
    let terms = petition.manifest.terms();
    let id = petition.manifest.id();
    let count = standing.totals.count();
    html! {
        section {
            h2 { (lang.text("trust-title")) }
            p {
                (lang.text("trust-count")) " "
                a href=(href(&format!("/{id}/record"))) {
                    (lang.format("trust-record", &[("count", lang.number(count).into()), ("n", count.into())]))
                }
            }
            p {
                (lang.text("trust-names"))
                // Whoever pairs the leaves and knows the mailbox knows both.
                @if terms.publication != Publication::Prompt {
                    " " (lang.text("trust-unlinkable"))
                }
            }
            p { (lang.text("trust-text")) }
            (audited(lang, petition))
            @if terms.publication == Publication::Prompt {
                p.notice.warn { (lang.text("trust-prompt")) }
            } @else {
                p { (lang.text(&format!("trust-{}", publication(petition)))) }
            }
            p { a href=(href("/how")) { (lang.text("trust-how")) } }
        }
    }
}
