//! The count: verified, and apart from it what is on its way.

use maud::{Markup, html};

use crate::instance::PublicPetition;
use crate::lang::{Language, rfc3339};
use crate::web::here::href;
use crate::web::standing::Standing;

/// The box beside the letter.
pub(super) fn panel(lang: &Language, petition: &PublicPetition, standing: &Standing) -> Markup {
    let id = petition.manifest.id();
    let totals = standing.totals;
    html! {
        section.card aria-label=(lang.text("count-title")) {
            (number(lang, standing))
            (progress(lang, petition, standing))
            p.hint.waiting {
                (lang.text("count-waiting")) " "
                strong data-live="waiting" { (lang.number(standing.waiting)) }
                " · " (lang.text(&format!("count-waiting-{}", publication(petition))))
            }
            @if totals.strikes > 0 { (ceiling(lang, standing)) }
            @if let Some(time) = standing.as_of {
                p.hint {
                    (lang.text("count-as-of")) " "
                    time data-live="as-of" datetime=(rfc3339(time)) { (lang.moment(time)) }
                }
            }
            p { a href=(href(&format!("/{id}/record"))) { (lang.text("count-check")) } }
        }
    }
}

/// One line and a bar, for the top of a phone's screen.
pub(super) fn brief(lang: &Language, petition: &PublicPetition, standing: &Standing) -> Markup {
    html! {
        (number(lang, standing))
        (progress(lang, petition, standing))
    }
}

/// The verified count, large.
pub(in crate::web) fn number(lang: &Language, standing: &Standing) -> Markup {
    let count = standing.totals.count();
    html! {
        p.count {
            strong data-live="count" { (lang.number(count)) }
            span data-live="unit" { (lang.format("count-unit", &[("n", count.into())])) }
        }
    }
}

/// How far it is to the goal, if there is one.
pub(in crate::web) fn progress(
    lang: &Language,
    petition: &PublicPetition,
    standing: &Standing,
) -> Markup {
    let count = standing.totals.count();
    html! {
        @if let Some(goal) = petition.goal() {
            progress data-live="progress" max=(goal) value=(count.min(goal))
                aria-label=(lang.text("count-progress")) {}
            p.hint {
                (lang.format("count-goal", &[("goal", lang.number(goal).into())]))
            }
        }
    }
}

fn ceiling(lang: &Language, standing: &Standing) -> Markup {
    let totals = standing.totals;
    let arguments = [
        ("count", lang.number(totals.count()).into()),
        ("ceiling", lang.number(totals.ceiling()).into()),
        ("strikes", lang.number(totals.strikes).into()),
    ];
    html! {
        details {
            summary {
                (lang.text("count-ceiling-title")) " "
                span data-live="ceiling" { (lang.number(totals.ceiling())) }
            }
            p.hint { (lang.format("count-ceiling", &arguments)) }
        }
    }
}

/// The publication policy's name, as in messages.
pub(super) fn publication(petition: &PublicPetition) -> &'static str {
    use crate::protocol::manifest::Publication;
    match petition.manifest.terms().publication {
        Publication::Batched => "batched",
        Publication::Private => "private",
        Publication::Prompt => "prompt",
    }
}
