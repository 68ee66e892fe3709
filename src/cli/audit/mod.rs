//! `undersigned audit`: replay an instance from its public files.

mod progress;
mod said;
pub(super) mod sample;
mod shown;
pub(super) mod source;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::stop::stop;
use super::{Clocks, Outcome, output};
use crate::auditor::{AuditError, AuditOptions, Report, Trust, Verdict, audit, audit_pair};
use crate::client::tiles::TileSource;
use crate::protocol::ids::PetitionId;
use progress::Watcher;
use shown::Shown;

/// Replay a whole service from its public files, and report whatever breaks a rule
///
/// Fetches the journal and every petition's trees, rebuilds them, checks every token,
/// withdrawal, strike, total and checkpoint by the rules of spec/replay.md, and remembers what
/// it verified: the next run goes on from there, and notices if the service shows another
/// history. Prints one line for each petition and one for each deviation.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  undersigned audit https://petitions.example.org --vkey petitions.example.org+1a2b3c4d+AT…
  undersigned audit https://petitions.example.org --policy trusted.policy --json
  undersigned audit ./mirror --petition 0011…eeff
  undersigned audit https://petitions.example.org --evidence ./evidence
  undersigned audit https://ledger.example.org --registrar https://registrar.example.net

Without --vkey or --policy, the first run takes the journal's keys from the journal itself.
Exit codes: 0 every rule holds, 1 deviations, 2 could not look (everywhere), 130 interrupted;
what was verified before an interruption is not verified again.")]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    people: Option<People>,
    /// Address of a service, or a folder with its public files
    #[arg(value_name = "URL", required = true)]
    source: Option<String>,
    /// The registrar's address or folder, where another instance keeps the roll
    #[arg(long, value_name = "URL")]
    registrar: Option<String>,
    /// Look at this petition only
    #[arg(long, value_name = "ID")]
    petition: Option<PetitionId>,
    /// Which logs and witnesses to trust (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A key that must have signed the journal; may be given several times
    #[arg(long, value_name = "KEY", conflicts_with = "policy")]
    vkey: Vec<String>,
    /// Where to remember what was verified [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,
    /// Write a file for each deviation that others can be shown (`undersigned verify` checks it)
    #[arg(long, value_name = "FOLDER")]
    evidence: Option<PathBuf>,
    /// Threads that check [default: one for each core]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,
    /// Print the whole report as JSON
    #[arg(long)]
    json: bool,
    /// Forget what earlier runs verified; evidence of forks stays
    #[arg(long)]
    fresh: bool,
    /// Allow http:// to another machine, where others can change what is read
    #[arg(long)]
    insecure_http: bool,
}

#[derive(Subcommand)]
enum People {
    Sample(sample::SampleArgs),
}

impl AuditArgs {
    fn options(&self) -> anyhow::Result<AuditOptions> {
        let state = match &self.state {
            Some(folder) => folder.clone(),
            None => source::cache_folder()?,
        };
        let policy = self.policy.as_deref();
        Ok(AuditOptions {
            state,
            fresh: self.fresh,
            petition: self.petition,
            trust: Trust {
                keys: super::verify::read_keys(&self.vkey)?,
                policy: policy.map(super::verify::read_policy).transpose()?,
            },
            jobs: self.jobs,
        })
    }
}

/// Both instances' reports, or the one instance's.
type Reports = (Report, Option<Report>);
/// The same with what became of their deviations.
type Found = (Reports, Vec<Shown>);

pub(super) async fn run(mut args: AuditArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    if let Some(People::Sample(sample)) = args.people.take() {
        return sample::run(sample, clock).await;
    }
    let options = args.options()?;
    let open = |name: &str| source::open(name, args.insecure_http, &clock);
    let source = open(args.source.as_deref().expect("clap requires it"))?;
    let registrar = args.registrar.as_deref().map(open).transpose()?;
    let watcher = Arc::new(Watcher::new());
    let (watching, clock) = (Arc::clone(&watcher), clock.clone());
    // It blocks, and keeps all cores busy.
    let folder = args.evidence.clone();
    let work = tokio::task::spawn_blocking(move || -> anyhow::Result<Found> {
        let registrar = registrar.as_deref();
        let reports = look(&*source, registrar, &options, &clock, &watching)?;
        let mut shown = Vec::new();
        if let Some(folder) = folder {
            let sources = [Some(&*source), registrar];
            let both = [Some(&reports.0), reports.1.as_ref()];
            for (source, report) in sources.into_iter().zip(both) {
                if let (Some(source), Some(report)) = (source, report) {
                    shown.extend(shown::write(source, &options.state, report, &folder)?);
                }
            }
        }
        Ok((reports, shown))
    });
    let reports = tokio::select! {
        reports = work => reports.context("the audit broke off")?,
        () = watcher.interrupted() => return Ok(Outcome::Interrupted),
    };
    watcher.finish();
    let ((report, registrar), shown) = match reports {
        Ok(found) => found,
        Err(error) => match error.downcast_ref() {
            Some(AuditError::Stopped) => {
                eprintln!("stopped; the next run goes on from here");
                return Ok(Outcome::Interrupted);
            }
            Some(error) => return Err(could_not_look(error)),
            None => return Err(error),
        },
    };
    if args.json {
        let shown = args.evidence.is_some().then_some(&*shown);
        output::json(&said::Json::new(&report, registrar.as_ref(), shown))?;
    } else {
        said::print(&report)?;
        registrar.iter().try_for_each(said::print)?;
        shown
            .iter()
            .try_for_each(|shown| output::line(shown.line()))?;
    }
    let verdicts = [Some(&report), registrar.as_ref()];
    outcome(verdicts.into_iter().flatten())
}

fn look(
    source: &dyn TileSource,
    registrar: Option<&dyn TileSource>,
    options: &AuditOptions,
    clock: &Clocks,
    watcher: &Watcher,
) -> Result<Reports, AuditError> {
    match registrar {
        None => Ok((audit(source, options, &**clock, watcher)?, None)),
        Some(registrar) => {
            let (ledger, registrar) = audit_pair(source, registrar, options, &**clock, watcher)?;
            Ok((ledger, Some(registrar)))
        }
    }
}

fn outcome<'a>(mut reports: impl Iterator<Item = &'a Report> + Clone) -> anyhow::Result<Outcome> {
    let is = |verdict| move |report: &Report| report.verdict == verdict;
    if reports.clone().any(is(Verdict::Deviations)) {
        Ok(Outcome::No)
    } else if reports.any(is(Verdict::CouldNotLook)) {
        Err(stop(
            "not everything could be looked at",
            "run it again: what was verified is not verified again",
        ))
    } else {
        Ok(Outcome::Done)
    }
}

fn could_not_look(error: &AuditError) -> anyhow::Error {
    let advice = match error {
        AuditError::Source(_) | AuditError::Missing(_) | AuditError::Malformed { .. } => {
            "is this the address of an undersigned service, or a folder with its public files? \
             Otherwise run it again: nothing is lost"
        }
        AuditError::State { .. } => "give --fresh once, or another --state folder",
        AuditError::NoKeys
        | AuditError::OtherJournal { .. }
        | AuditError::Locked(_)
        | AuditError::NoLeaves(_)
        | AuditError::Stopped => "",
    };
    stop(error.to_string(), advice)
}
