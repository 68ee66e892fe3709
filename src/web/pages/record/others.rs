//! For other sites: what they can put into their pages, and data to fetch.

use maud::{Markup, html};

use crate::instance::Petition;
use crate::lang::Language;
use crate::web::here;
use crate::web::standing;

pub(super) fn others(lang: &Language, petition: &Petition) -> Markup {
    let id = petition.manifest.id();
    let at = here::absolute(&format!("/{id}"));
    let title = standing::title(lang, petition);
    // Printed, and escaped once more where it is shown: as it has to be pasted.
    let frame = html! {
        iframe src=(format!("{at}/embed")) title=(title.text) width="400" height="560" loading="lazy" {}
    };
    let badge = html! {
        a href=(format!("{at}/record")) { img src=(format!("{at}/badge.svg")) alt=(title.text) height="24"; }
    };
    html! {
        h2 #others { (lang.text("others-title")) }
        p { (lang.text("others-lead")) }
        h3 { (lang.text("others-frame")) }
        pre tabindex="0" { (frame.into_string()) }
        h3 { (lang.text("others-badge")) }
        p { img src=(format!("/{id}/badge.svg?lang={}", lang.tag)) alt=(lang.text("others-badge")) height="24"; }
        pre tabindex="0" { (badge.into_string()) }
        h3 { (lang.text("others-data")) }
        ul {
            li { a href=(format!("/{id}/open-data.json")) { "JSON" } }
            li { a href=(format!("/{id}/open-data.csv")) { "CSV" } }
            li { a href=(format!("/{id}/feed.atom")) { (lang.text("share-feed")) } }
        }
    }
}
