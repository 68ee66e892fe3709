//! `/{id}/embed`: the count and the way to sign, in a frame on another site.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde_json::json;

use super::petition::{number, progress};
use crate::http::{App, Known};
use crate::instance::{Petition, Phase};
use crate::lang::{Language, direction};
use crate::web::failure::Failure;
use crate::web::here::href;
use crate::web::layout::Page;
use crate::web::reader::Reader;
use crate::web::standing::{self, Standing};

pub(in crate::web) async fn page(
    State(app): State<Arc<App>>,
    Reader(lang): Reader,
    Known(petition): Known,
) -> Result<Response, Failure> {
    let standing = Standing::of(&app, &petition).await?;
    let id = petition.manifest.id();
    let title = standing::title(lang, &petition);
    let main = html! {
        section.card {
            h1 lang=(title.lang) dir=(direction(&title.lang)) {
                a href=(href(&format!("/{id}"))) target="_blank" rel="noopener" { (title.text) }
            }
            (number(lang, &standing))
            (progress(lang, &petition, &standing))
            @if standing.phase == Phase::Open {
                (form(lang, &petition))
            } @else {
                p { (lang.text(&format!("form-{}", standing.phase.name()))) }
            }
            p.hint {
                a href=(href(&format!("/{id}/record"))) target="_blank" rel="noopener" {
                    (lang.text("count-check"))
                }
            }
        }
    };
    let data = json!({
        "petition": id,
        "thousand": lang.number(1000),
        "digits": lang.digits("0123456789"),
    });
    Ok(Page::new(lang, &title.text, main)
        .at(format!("/{id}"))
        .data(data)
        .script("js/pages/live.js")
        .framed()
        .into_response())
}

/// What the registrar needs; the rest is asked for behind the link in the mail. It goes on in
/// a window of its own, whose address people can see.
fn form(lang: &Language, petition: &Petition) -> Markup {
    let terms = petition.manifest.terms();
    let kept = [(
        "days",
        lang.number(terms.retention.pending_days.into()).into(),
    )];
    html! {
        form #sign method="post" target="_blank" action=(href(&format!("/{}/sign", petition.manifest.id()))) {
            div.field {
                label for="email" { (lang.text("form-email")) }
                input #email type="email" name="email" required maxlength="254" dir="ltr"
                    autocomplete="email" aria-describedby="email-hint";
                span.hint #email-hint { (lang.format("form-email-hint", &kept)) }
            }
            @if terms.asks.roll_region {
                div.field {
                    label for="region" { (lang.text("form-region")) }
                    span.hint #region-hint { (lang.text("form-region-roll-hint")) }
                    input #region type="text" name="region" required maxlength="100" dir="auto"
                        autocomplete="address-level1" aria-describedby="region-hint";
                }
            }
            @if terms.asks.updates {
                div.check {
                    input #updates type="checkbox" name="updates" value="yes";
                    label for="updates" { (lang.text("form-updates")) }
                }
            }
            button.full type="submit" { (lang.text("form-button")) }
        }
    }
}
