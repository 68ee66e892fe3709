//! Growth as a picture, drawn here so that it needs no script, with a table beside it.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::lang::{Language, rfc3339};
use crate::protocol::tally::Tally;

/// Tallies in a picture, and rows in the table beside it.
pub(super) const POINTS: usize = 60;
const ROWS: usize = 20;
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 300.0;

/// How the count grew from `opens` to `until`. Nothing where there is nothing to see yet.
pub(super) fn growth(lang: &Language, opens: u64, until: u64, tallies: &[Tally]) -> Markup {
    let Some(last) = tallies.last() else {
        return html! {};
    };
    let mut points = vec![(opens.min(tallies[0].time), 0)];
    points.extend(tallies.iter().map(|t| (t.time, t.totals().count())));
    // Nothing new until now is something to see, too.
    points.push((until.max(last.time), last.totals().count()));
    let top = round_up(points.iter().map(|(_, count)| *count).max().unwrap_or(0));
    let (line, area) = paths(&points, top);
    let caption = [
        ("count", lang.number(last.totals().count()).into()),
        ("since", lang.date(points[0].0).into()),
    ];
    html! {
        figure.chart dir="ltr" {
            p.row.ends aria-hidden="true" { span.hint { (lang.number(top)) } }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) preserveAspectRatio="none" role="img"
                aria-label=(lang.format("growth-caption", &caption)) {
                path.axis d=(format!("M0 .5H{WIDTH}M0 {}H{WIDTH}", HEIGHT / 2.0)) {}
                path.area d=(area) {}
                path.line d=(line) {}
                path.axis d=(format!("M0 {HEIGHT}H{WIDTH}")) {}
            }
            p.row.ends.hint aria-hidden="true" {
                span { (lang.date(points[0].0)) }
                span { (lang.date(until.max(last.time))) }
            }
        }
        details {
            summary { (lang.text("growth-table")) }
            (table(lang, tallies))
        }
    }
}

fn table(lang: &Language, tallies: &[Tally]) -> Markup {
    let step = tallies.len().div_ceil(ROWS).max(1);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(lang.text("growth-title")) {
            table {
                caption.hidden { (lang.text("growth-title")) }
                thead { tr {
                    th scope="col" { (lang.text("growth-when")) }
                    th.number scope="col" { (lang.text("growth-count")) }
                } }
                tbody {
                    @for tally in tallies.iter().rev().step_by(step) {
                        tr {
                            td { time datetime=(rfc3339(tally.time)) { (lang.moment(tally.time)) } }
                            td.number { (lang.number(tally.totals().count())) }
                        }
                    }
                }
            }
        }
    }
}

/// The next number of 1, 2 or 5 and zeros.
fn round_up(number: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for step in [1, 2, 5] {
            let candidate = unit.saturating_mul(step);
            if candidate >= number.max(2) {
                return candidate;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// A line that rises when a tally was published and is level in between, and the area below.
#[expect(clippy::cast_precision_loss, reason = "a picture has few pixels")]
fn paths(points: &[(u64, u64)], top: u64) -> (String, String) {
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let span = last.saturating_sub(first).max(1) as f64;
    let x = |time: u64| WIDTH * time.saturating_sub(first) as f64 / span;
    let y = |count: u64| HEIGHT - (HEIGHT - 4.0) * count as f64 / top as f64;
    let mut line = format!("M0 {:.1}", y(points[0].1));
    for (time, count) in &points[1..] {
        write!(line, "H{:.1}V{:.1}", x(*time), y(*count)).expect("memory takes everything");
    }
    let area = format!("{line}V{HEIGHT}H0Z");
    (line, area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (number, round) in [(0, 2), (2, 2), (3, 5), (10, 10), (2_727, 5_000)] {
            assert_eq!(round_up(number), round);
        }
        assert!(round_up(u64::MAX) == u64::MAX);
    }

    #[test]
    fn the_line_is_level_between_publications() {
        let (line, area) = paths(&[(100, 0), (150, 5), (200, 10)], 10);
        assert_eq!(line, "M0 300.0H500.0V152.0H1000.0V4.0");
        assert!(area.starts_with(&line) && area.ends_with('Z'));
    }
}
