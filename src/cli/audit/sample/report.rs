//! `undersigned audit sample report`: what the auditor finds.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::answers;
use super::key::AuditorKey;
use super::look::{Found, look};
use super::{policy, read_draw, verified};
use crate::cli::args::ServerArgs;
use crate::cli::files::{self, Access, Existing};
use crate::cli::stop::{refused, stop};
use crate::cli::{Clocks, Outcome, output};
use crate::keys::envelope;
use crate::protocol::sample::{Confidence, Counts, OPENING_MAX, Opening, Report};
use crate::protocol::saying::Saying;
use crate::protocol::statement;

/// Open the drawn records, check each, and sign the report
///
/// An entry is bad if it cannot be opened, does not fit its roll leaf, has the mailbox of
/// another one, or was struck after the draw. The report has counts and bounds, and no word about
/// any person. It is signed with the auditor's key, and the service puts it into its journal.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned audit sample report 0011….draw.json 0011….opening.json --server https://petitions.example.org
  undersigned audit sample report 0011….draw.json 0011….opening.json --answers inbox --server https://petitions.example.org
  undersigned audit sample report 0011….draw.json 0011….opening.json --now now.draw.json -o 0011….audited
  undersigned audit sample report 0011….draw.json 0011….opening.json --server https://petitions.example.org --post")]
pub(crate) struct ReportArgs {
    /// The draw
    #[arg(value_name = "DRAW")]
    draw: PathBuf,
    /// The opening
    #[arg(value_name = "OPENING")]
    opening: PathBuf,
    /// The auditor's key
    #[arg(long, value_name = "FILE", default_value = "auditor.key")]
    key: PathBuf,
    /// What `draw` writes for the petition today, instead of asking the service: what was struck since
    #[arg(long, value_name = "FILE")]
    now: Option<PathBuf>,
    /// Which logs and witnesses to trust (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Where the report goes [default: <id>.audited]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Folder with answers to the auditor's own mail, one `.eml` file each
    #[arg(long, value_name = "FOLDER")]
    answers: Option<PathBuf>,
    /// Have the service put it into its journal
    #[arg(long)]
    post: bool,
    #[command(flatten)]
    server: ServerArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: ReportArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let key = AuditorKey::read(&args.key)?;
    let draw = read_draw(&args.draw)?;
    let manifest = draw.manifest()?;
    let policy = policy(args.policy.as_deref(), &manifest)?;
    let drawn = verified(&draw, &policy)?;
    let p = manifest.id();
    let own = manifest.terms().audit.as_ref().map(|audit| audit.hpke_key);
    if manifest.auditor_vkey() != Some(&key.signer.vkey())
        || own != Some(envelope::public(&key.hpke)?)
    {
        return Err(refused(
            format!(
                "the key in {} is not this petition's auditor's",
                args.key.display()
            ),
            "the manifest names the auditor's keys",
        ));
    }
    let opening = read_opening(&args.opening)?;
    let today = match &args.now {
        Some(path) => read_draw(path)?,
        None => args.server.client(&clock)?.draw(p).await?,
    };
    let later = today
        .frame(&policy)
        .map_err(|error| refused(format!("strikes of today: {error}"), ""))?;
    if later.roll != drawn.frame.roll || !today.strikes.starts_with(&draw.strikes) {
        return Err(refused(
            "today's roll or strikes do not go on from those drawn from",
            "",
        ));
    }
    let struck: HashSet<u64> = later.struck.iter().copied().collect();
    let looked_at = look(&drawn, &opening, &key)?;
    let answered = match &args.answers {
        Some(folder) => answers::read(folder, &drawn, &key, &looked_at)?,
        None => HashSet::new(),
    };
    let counts = count(&looked_at, &struck, &answered);
    let report = Report::new(&drawn, clock.now(), counts);
    let text = Saying::Audited(Box::new(report.clone()))
        .text(p)
        .expect("a report's numbers follow");
    let bytes = statement::sign(&text, &key.signer)?;
    let name = format!("{}.audited", &p.to_string()[..12]);
    let target = args.output.unwrap_or_else(|| PathBuf::from(name));
    files::write(&target, &bytes, Access::Public, Existing::Keep)?;
    if args.post {
        let note = String::from_utf8(bytes).expect("a note is text");
        args.server.client(&clock)?.state(note).await?;
    }
    if args.json {
        output::json(&serde_json::json!({
            "petition": p,
            "report": target,
            "posted": args.post,
            "counts": counts,
            "bounds": Confidence::ALL.map(|c| bounds(&report, c)),
        }))?;
    } else {
        output::line(words(&report))?;
        output::line(format!("Written to {}", target.display()))?;
    }
    Ok(Outcome::Done)
}

/// An opening file.
pub(super) fn read_opening(path: &Path) -> anyhow::Result<Opening> {
    Opening::parse(&files::read(path, OPENING_MAX)?).map_err(|error| {
        stop(
            format!("{}: {error}", path.display()),
            "give the file that `undersigned audit sample open` wrote",
        )
    })
}

/// What is bounded at one confidence level, for machines.
pub(crate) fn bounds(report: &Report, confidence: Confidence) -> serde_json::Value {
    let (bad, word) = (report.bounds(confidence), report.at_least(confidence));
    serde_json::json!({
        "confidence": confidence.percent(),
        "most_bad": { "evidence": bad.0, "registrars_word": bad.1 },
        "at_least": { "evidence": word.0, "registrars_word": word.1 },
    })
}

/// A report for people.
pub(crate) fn words(report: &Report) -> String {
    let c = &report.counts;
    let n = output::number;
    let mut lines = vec![format!(
        "Of {} entries drawn, {} are proven, {} rest on the service's word, {} are bad ({} not opened, \
         {} wrong, {} repeated, {} struck since).",
        c.all(),
        c.proven,
        c.word,
        c.bad(),
        c.unopened,
        c.wrong,
        c.repeated,
        c.struck
    )];
    for confidence in Confidence::ALL {
        let (evidence, word) = report.at_least(confidence);
        lines.push(format!(
            "At {} %: at least {} signatures stand for distinct confirmed mailboxes, counting evidence \
             alone; at least {} if the service's word is believed.",
            confidence.percent(), n(evidence), n(word)
        ));
    }
    let totals = report.totals();
    lines.push(format!(
        "{} more confirmed than signed (R − S): in their place the service could have signed.",
        n(totals.roll.saturating_sub(totals.signatures))
    ));
    lines.join("\n")
}

fn count(looked_at: &[(u64, Found)], struck: &HashSet<u64>, answered: &HashSet<u64>) -> Counts {
    let mut counts = Counts::default();
    let mut seen = HashSet::new();
    for (index, found) in looked_at {
        match found {
            _ if struck.contains(index) => counts.struck += 1,
            Found::Unopened => counts.unopened += 1,
            Found::Wrong => counts.wrong += 1,
            Found::Mailbox(mailbox) if !seen.insert(mailbox) => counts.repeated += 1,
            Found::Mailbox(_) if answered.contains(index) => counts.proven += 1,
            Found::Mailbox(_) => counts.word += 1,
        }
    }
    counts
}
