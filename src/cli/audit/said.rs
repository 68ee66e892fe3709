//! A report in words and as JSON.

use std::fmt::Write as _;

use indicatif::HumanBytes;
use serde::Serialize;

use super::shown::Shown;
use crate::auditor::{KeyTrust, PetitionReport, Report, Unchecked, Verdict};
use crate::cli::output::{line, number, short};
use crate::cli::when::rfc3339;
use crate::protocol::manifest::Localized;

/// One report, and the registrar's if there are two instances.
#[derive(Serialize)]
pub(super) struct Json<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    registrar: Option<&'a Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<&'a [Shown]>,
}

impl<'a> Json<'a> {
    pub(super) fn new(
        report: &'a Report,
        registrar: Option<&'a Report>,
        shown: Option<&'a [Shown]>,
    ) -> Self {
        Self {
            report,
            registrar,
            shown,
        }
    }
}

/// Petitions, deviations, what could not be looked at, and the verdict.
pub(super) fn print(report: &Report) -> anyhow::Result<()> {
    line(journal(report))?;
    for petition in &report.petitions {
        line(numbers(petition))?;
    }
    for deviation in &report.deviations {
        line(format!("DEVIATION  {}", deviation.text))?;
    }
    if report.more_deviations > 0 {
        let more = number(report.more_deviations);
        line(format!("DEVIATION  … and {more} more"))?;
    }
    for folder in &report.evidence {
        line(format!("EVIDENCE   {}", folder.display()))?;
    }
    for unchecked in &report.unchecked {
        line(format!("NOT LOOKED AT  {}", place(unchecked)))?;
    }
    line(verdict(report))?;
    if report.key_trust == KeyTrust::FirstUse && !report.keys.is_empty() {
        first_use(report);
    }
    Ok(())
}

fn journal(report: &Report) -> String {
    let witnesses = if report.witnesses.is_empty() {
        "none".to_owned()
    } else {
        report.witnesses.join(", ")
    };
    let Report {
        source,
        origin,
        root,
        ..
    } = report;
    let entries = number(report.entries);
    format!("journal {origin} ({source}): {entries} entries, root {root}, witnesses: {witnesses}")
}

fn numbers(petition: &PetitionReport) -> String {
    let totals = &petition.totals;
    let mut text = format!(
        "petition {} {:?}: ",
        short(&petition.petition),
        title(&petition.title)
    );
    let Some(as_of) = petition.as_of else {
        text.push_str("nothing published yet");
        return text;
    };
    let (count, ceiling) = (number(petition.count), number(petition.ceiling));
    let _ = if totals.strikes > 0 {
        write!(text, "at least {count}, at most {ceiling} signatures")
    } else {
        write!(text, "{count} signatures")
    };
    let [r, s, w, x] = [
        totals.roll,
        totals.signatures,
        totals.withdrawals,
        totals.strikes,
    ]
    .map(number);
    let _ = write!(
        text,
        " as of {} (R {r}, S {s}, W {w}, X {x})",
        rfc3339(as_of)
    );
    if petition.closed {
        text.push_str(", closed");
    }
    if let Some(keeper) = &petition.roll_kept_by {
        let _ = write!(text, "; roll and strikes at {keeper}");
    }
    text
}

fn title(title: &[Localized]) -> &str {
    title.first().map_or("", |title| &title.text)
}

fn place(unchecked: &Unchecked) -> String {
    let mut text = String::new();
    if let Some(petition) = unchecked.petition {
        let _ = write!(text, "petition {petition} ");
    }
    if let Some(tree) = unchecked.tree {
        let _ = write!(text, "{tree} ");
    }
    if text.is_empty() {
        text.push_str("journal ");
    }
    format!("{}: {}", text.trim_end(), unchecked.why)
}

fn verdict(report: &Report) -> String {
    let word = match report.verdict {
        Verdict::Fine => "FINE  every rule holds",
        Verdict::Deviations => "DEVIATIONS  this journal breaks rules of spec/replay.md",
        Verdict::CouldNotLook => "COULD NOT LOOK  everywhere; no rule was seen to be broken",
    };
    let work = &report.work;
    format!(
        "{word}; this run: {} entries, {} leaves, {} tiles, {}, {} s",
        number(work.entries),
        number(work.leaves),
        number(work.tiles),
        HumanBytes(work.bytes),
        work.seconds
    )
}

fn first_use(report: &Report) {
    eprintln!(
        "NOTE: this first run took the journal's keys from the journal itself. They are remembered, \
         and any\n      other key will be a deviation; but whoever served this could have made them \
         up. Compare them\n      with keys that you have from elsewhere, or give --vkey or --policy:"
    );
    for key in &report.keys {
        eprintln!(
            "      {}",
            key.get(..120)
                .map_or(key.clone(), |start| format!("{start}…"))
        );
    }
}
