//! The numbers of a petition, each with one sentence and a bar.

use maud::{Markup, html};

use crate::lang::Language;
use crate::protocol::leaf::StrikeReason;
use crate::web::standing::Standing;

/// One number: its message, its value, the bar's class.
type Row = (&'static str, u64, &'static str);

pub(super) fn numbers(lang: &Language, standing: &Standing) -> Markup {
    let totals = standing.totals;
    let mut rows: Vec<Row> = vec![
        ("number-roll", totals.roll, "bar3"),
        ("number-signatures", totals.signatures, "bar"),
        ("number-withdrawals", totals.withdrawals, "bar2"),
        ("number-strikes", totals.strikes, "bar2"),
    ];
    let sums: Vec<Row> = [
        ("number-ceiling", totals.ceiling(), "bar"),
        ("number-count", totals.count(), "bar"),
    ]
    .into_iter()
    .filter(|(message, _, _)| totals.strikes > 0 || *message == "number-count")
    .collect();
    let widest = totals.roll.max(1);
    rows.extend(sums);
    html! {
        dl.numbers.wide {
            @for (message, value, class) in rows {
                div.sum[message == "number-count"] {
                    dt { (lang.text(message)) }
                    dd {
                        strong { (lang.number(value)) }
                        (bar(value, widest, class))
                        p.hint { (lang.text(&format!("{message}-says"))) }
                    }
                }
            }
            div {
                dt { (lang.text("number-waiting")) }
                dd {
                    strong { (lang.number(standing.waiting)) }
                    p.hint { (lang.text("number-waiting-says")) }
                }
            }
        }
    }
}

/// As wide as its number, in thousandths of the widest.
fn bar(value: u64, widest: u64, class: &str) -> Markup {
    let width = value.saturating_mul(1000) / widest;
    html! {
        svg.gauge viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            rect.track width="1000" height="10" {}
            rect class=(class) width=(width) height="10" {}
        }
    }
}

/// How many were struck for which reason.
pub(super) fn reasons(lang: &Language, strikes: &[(StrikeReason, u64)]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="reasons" {
            table {
                caption #reasons { (lang.text("reasons-title")) }
                thead { tr {
                    th scope="col" { (lang.text("reasons-reason")) }
                    th.number scope="col" { (lang.text("reasons-number")) }
                } }
                tbody {
                    @for (reason, number) in strikes {
                        tr {
                            td { (lang.text(said(*reason))) }
                            td.number { (lang.number(*number)) }
                        }
                    }
                }
            }
        }
    }
}

fn said(reason: StrikeReason) -> &'static str {
    match reason {
        StrikeReason::Fraud => "reason-fraud",
        StrikeReason::DuplicatePerson => "reason-duplicate-person",
        StrikeReason::SignersRequest => "reason-signers-request",
        StrikeReason::Erasure => "reason-erasure",
    }
}
