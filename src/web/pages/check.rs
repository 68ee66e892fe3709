//! Checks a receipt, an attestation or a delivery pack, in the browser and offline.

use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde_json::json;

use crate::web::layout::Page;
use crate::web::reader::Reader;

pub(in crate::web) async fn page(Reader(lang): Reader) -> Response {
    let title = lang.text("check-title");
    let lead = lang.text("check-lead");
    let main = html! {
        h1 { (title) }
        p.lead { (lead) }
        noscript { p.notice.warn { (lang.text("check-needs-script")) } }
        div.needs-script {
            label.file.drop #drop {
                span { (lang.text("check-choose")) }
                input type="file" #file accept=".json,.attestation,.txt,application/json,text/plain";
            }
            p.hint #ready { (lang.text("check-preparing")) }
            details {
                summary { (lang.text("check-policy-title")) }
                p { (lang.text("check-policy")) }
                label.file { span { (lang.text("check-policy-choose")) } input type="file" #policy; }
                p #policy-state role="status" {}
            }
            section #result role="status" aria-live="polite" {}
        }
        section {
            h2 { (lang.text("check-keys-title")) }
            p { (lang.text("check-keys")) }
            p { (lang.text("check-command")) " " code dir="ltr" { "undersigned verify FILE" } }
        }
    };
    Page::new(lang, &title, main)
        .description(&lead)
        .style("css/sign.css")
        .script("js/pages/check.js")
        .data(json!({}))
        .messages(&["js-check-", "js-reason-", "js-step-", "js-fact-"])
        .into_response()
}
