//! Who audits the people behind a petition, when, and what was found.

use maud::{Markup, html};

use crate::instance::PublicPetition;
use crate::lang::{Language, rfc3339};
use crate::protocol::sample::{Chain, Confidence, Pinned};

/// In plain words, before and after the report; and that nobody does, where nobody does.
pub(super) fn audited(lang: &Language, petition: &PublicPetition) -> Markup {
    let Some(audit) = &petition.manifest.terms().audit else {
        return html! { p { (lang.text("trust-no-audit")) } };
    };
    let auditor = audit.auditor.as_str();
    let Some(report) = petition.audited() else {
        // When the round is due is known for the chain that is built in.
        let chain = Chain::quicknet();
        let known = Pinned::parse(&audit.beacon).is_ok_and(|pinned| pinned.0 == chain.hash());
        let due = chain.time_of(audit.round).ok().filter(|_| known);
        return html! {
            p {
                (lang.format("trust-audit", &[("auditor", auditor.into())]))
                @if let Some(due) = due {
                    " " (lang.text("trust-audit-round")) " "
                    time datetime=(rfc3339(due)) { (lang.date(due)) } "."
                }
            }
        };
    };
    let counts = &report.counts;
    let (evidence, word) = report.at_least(Confidence::NinetyFive);
    let totals = report.totals();
    let more = totals.roll.saturating_sub(totals.signatures);
    html! {
        div.notice {
            p {
                (lang.format("audited-found", &[
                    ("auditor", auditor.into()),
                    ("sample", lang.number(counts.all()).into()),
                    ("proven", lang.number(counts.proven).into()),
                    ("word", lang.number(counts.word).into()),
                    ("bad", lang.number(counts.bad()).into()),
                ]))
            }
            p {
                strong {
                    (lang.format("audited-follows", &[
                        ("evidence", lang.number(evidence).into()),
                        ("word", lang.number(word).into()),
                    ]))
                }
                " " (lang.format("audited-rest", &[("more", lang.number(more).into())]))
            }
            p.hint { time datetime=(rfc3339(report.on)) { (lang.date(report.on)) } }
        }
    }
}
