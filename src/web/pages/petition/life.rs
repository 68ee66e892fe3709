//! Where the petition is in its life, and its dates.

use maud::{Markup, html};

use crate::instance::{Phase, PublicPetition};
use crate::lang::{Language, rfc3339};
use crate::web::standing::Standing;

/// What comes next, in a few words.
pub(super) fn next(lang: &Language, petition: &PublicPetition, standing: &Standing) -> String {
    let dates = &standing.dates;
    let (message, moment) = match standing.phase {
        Phase::Announced => ("phase-next-announced", petition.manifest.terms().opens),
        Phase::Open => ("phase-next-open", dates.confirm_until),
        Phase::Closing => ("phase-next-closing", dates.submit_until),
        Phase::Closed => ("phase-next-closed", dates.submit_until),
    };
    let date = lang.date(moment);
    lang.format(message, &[("date", date.into())]).into_owned()
}

pub(super) fn dates(lang: &Language, petition: &PublicPetition, standing: &Standing) -> Markup {
    let dates = &standing.dates;
    let rows = [
        ("dates-opens", petition.manifest.terms().opens),
        ("dates-confirm", dates.confirm_until),
        ("dates-submit", dates.submit_until),
        ("dates-withdraw", dates.withdraw_until),
    ];
    html! {
        section {
            h2 { (lang.text("dates-title")) }
            dl.facts {
                @for (label, moment) in rows {
                    dt { (lang.text(label)) }
                    dd { time datetime=(rfc3339(moment)) { (lang.moment(moment)) } }
                }
            }
        }
    }
}
