//! Adding one's voice: what the manifest asks, each field with what becomes of it.

use maud::{Markup, html};

use crate::instance::{Phase, PublicPetition};
use crate::lang::Language;
use crate::protocol::manifest::Ask;
use crate::web::here::href;
use crate::web::pages::words;
use crate::web::standing::Standing;

/// Most characters of the fields; the statement's own limit is in bytes.
const NAME_MAX: usize = 200;
const REGION_MAX: usize = 100;
const COMMENT_MAX: usize = 2000;

pub(super) fn form(lang: &Language, petition: &PublicPetition, standing: &Standing) -> Markup {
    html! {
        section.card aria-labelledby="sign-title" {
            h2 #sign-title { (lang.text("form-title")) }
            @match standing.phase {
                Phase::Open => { (fields(lang, petition)) }
                phase => { p { (lang.text(&format!("form-{}", phase.name()))) } }
            }
            @if standing.phase != Phase::Announced {
                p.hint {
                    a href=(href(&format!("/{}/lost", petition.manifest.id()))) {
                        (lang.text("form-lost"))
                    }
                }
            }
        }
    }
}

fn fields(lang: &Language, petition: &PublicPetition) -> Markup {
    let terms = petition.manifest.terms();
    let asks = &terms.asks;
    let id = petition.manifest.id();
    let kept = [(
        "days",
        lang.number(terms.retention.pending_days.into()).into(),
    )];
    let answers = asks.name != Ask::No
        || asks.comment != Ask::No
        || (asks.region != Ask::No && !asks.roll_region);
    html! {
        form #sign method="post" action=(href(&format!("/{id}/sign"))) {
            div.field {
                label for="email" { (lang.text("form-email")) }
                span.hint #email-hint {
                    (lang.format("form-email-hint", &kept))
                    @if let Some(audit) = &terms.audit {
                        " " (lang.format("form-email-audit", &[("auditor", audit.auditor.as_str().into())]))
                    }
                }
                input #email type="email" name="email" required maxlength="254" dir="ltr"
                    autocomplete="email" aria-describedby="email-hint";
            }
            @if asks.roll_region { (region(lang, true, "form-region-roll-hint")) }
            @if answers {
                // A browser without scripts would send these; it is asked for them later.
                fieldset data-needs-script hidden disabled {
                    @if asks.name != Ask::No { (name(lang, asks.name == Ask::Required)) }
                    @if asks.region != Ask::No && !asks.roll_region {
                        (region(lang, asks.region == Ask::Required, "form-region-hint"))
                    }
                    @if asks.comment != Ask::No { (comment(lang, asks.comment == Ask::Required)) }
                    @if asks.share.is_some() { (words::share(lang, &terms.organiser.name)) }
                }
                p.hint.without-script { (lang.text("form-later")) }
            }
            @if asks.updates {
                div.check {
                    input #updates type="checkbox" name="updates" value="yes"
                        aria-describedby="updates-hint";
                    div {
                        label for="updates" { (lang.text("form-updates")) }
                        br;
                        span.hint #updates-hint { (lang.text("form-updates-hint")) }
                    }
                }
            }
            p.problem.error role="alert" hidden {}
            button.full type="submit" { (lang.text("form-button")) }
            p.hint { (lang.text("form-next")) }
        }
    }
}

fn name(lang: &Language, required: bool) -> Markup {
    html! {
        div.field {
            label for="name" { (lang.text("form-name")) (optional(lang, required)) }
            span.hint #name-hint { (lang.text("form-name-hint")) }
            input #name type="text" name="name" required[required] maxlength=(NAME_MAX) dir="auto"
                autocomplete="name" aria-describedby="name-hint";
        }
        div.check {
            input #show-name type="checkbox" name="show_name" value="yes"
                aria-describedby="show-name-hint";
            div {
                label for="show-name" { (lang.text("form-show-name")) }
                br;
                span.hint #show-name-hint { (lang.text("form-show-name-hint")) }
            }
        }
    }
}

fn region(lang: &Language, required: bool, hint: &str) -> Markup {
    html! {
        div.field {
            label for="region" { (lang.text("form-region")) (optional(lang, required)) }
            span.hint #region-hint { (lang.text(hint)) }
            input #region type="text" name="region" required[required] maxlength=(REGION_MAX)
                dir="auto" autocomplete="address-level1" aria-describedby="region-hint";
        }
    }
}

fn comment(lang: &Language, required: bool) -> Markup {
    html! {
        div.field {
            label for="comment" { (lang.text("form-comment")) (optional(lang, required)) }
            span.hint #comment-hint { (lang.text("form-comment-hint")) }
            textarea #comment name="comment" required[required] maxlength=(COMMENT_MAX) rows="4"
                dir="auto" aria-describedby="comment-hint" {}
        }
    }
}

fn optional(lang: &Language, required: bool) -> Markup {
    html! {
        @if !required { " " small.hint { (lang.text("form-optional")) } }
    }
}
