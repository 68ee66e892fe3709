//! Answers to the auditor's own mail: who quotes a code reads the mailbox that it was sent to
//! (`spec/audit-sample.md`, "Judging an entry").

use std::collections::HashSet;
use std::path::Path;

use anyhow::Context as _;
use mail_parser::MessageParser;

use super::key::AuditorKey;
use super::look::Found;
use crate::cli::files;
use crate::mail::read_report;
use crate::protocol::domain;
use crate::protocol::sample::VerifiedDraw;
use crate::registrar::Address;
use crate::registrar::rules::Rules;

/// Most bytes of an answer.
const ANSWER_MAX: usize = 4 << 20;

/// What stands in the mail to the mailbox of an entry, and nowhere else.
pub(super) fn code(drawn: &VerifiedDraw, key: &AuditorKey, index: u64) -> String {
    let p = drawn.frame.manifest.id();
    let hash = domain::hash(
        "undersigned/audit-code/v1",
        &[
            &key.hpke[..],
            p.as_bytes(),
            &drawn.seed.0,
            &index.to_be_bytes(),
        ],
    );
    hex::encode(&hash[..8])
}

/// The entries whose mailbox answered, by the `.eml` files in a folder.
pub(super) fn read(
    folder: &Path,
    drawn: &VerifiedDraw,
    key: &AuditorKey,
    looked_at: &[(u64, Found)],
) -> anyhow::Result<HashSet<u64>> {
    let rules = Rules::load(None)?;
    let mut answered = HashSet::new();
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|e| e != "eml") {
            continue;
        }
        let Some((mailbox, text)) = answer(&files::read(&path, ANSWER_MAX)?, &rules) else {
            continue;
        };
        for (index, found) in looked_at {
            let from = matches!(found, Found::Mailbox(other) if *other == mailbox);
            if from && text.contains(&code(drawn, key, *index)) {
                answered.insert(*index);
            }
        }
    }
    Ok(answered)
}

/// Who wrote a message, and what; `None` if a machine did: a server's report quotes the code,
/// an absence notice the subject, and neither shows that somebody reads the mailbox.
fn answer(bytes: &[u8], rules: &Rules) -> Option<(String, String)> {
    if read_report(bytes).is_some() {
        return None;
    }
    let message = MessageParser::new().parse(bytes)?;
    let automatic = message.header_raw("Auto-Submitted");
    if automatic.is_some_and(|value| !value.trim().eq_ignore_ascii_case("no")) {
        return None;
    }
    let from = message.from()?.first()?.address()?;
    let mailbox = rules.identity(&Address::parse(from).ok()?);
    let mut text = message.subject().unwrap_or_default().to_owned();
    for part in 0..message.text_body.len() {
        text.push('\n');
        text.push_str(&message.body_text(part)?);
    }
    Some((mailbox, text))
}
