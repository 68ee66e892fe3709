//! `undersigned verify`: check a file, offline.

mod evidence;
mod judge;
mod said;
mod sample;
mod trust;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::stop::stop;
use super::{Outcome, files, output};
use judge::Subject;
use trust::Trust;
pub(super) use trust::{read_keys, read_policy};

/// Check a receipt, an attestation, a delivered pack, evidence or a bare proof, offline
///
/// Prints one line: what is proven, as of when, and by whose signatures. Give a policy file
/// or keys that you trust; without, the keys are those that the file itself names, and the
/// line says so.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned verify my.receipt.json --policy trusted.policy
  undersigned verify pack.zip
  undersigned verify broken-promise.evidence.json --policy trusted.policy
  undersigned verify count.attestation --vkey petitions.example.org+1a2b3c4d+AT…
  undersigned verify 0011….draw.json
  undersigned verify 0011….audited --draw 0011….draw.json
  undersigned verify entry.proof --leaf entry --policy trusted.policy

Exit codes: 0 valid, or the evidence holds; 1 not valid; 2 could not look.")]
pub(crate) struct VerifyArgs {
    /// A receipt, an attestation, a pack, evidence, or a tlog-proof
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Which logs and witnesses to trust (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A log's key to trust, without witnesses; may be given several times
    #[arg(long, value_name = "KEY", conflicts_with = "policy")]
    vkey: Vec<String>,
    /// The entry that a bare tlog-proof is about
    #[arg(long, value_name = "FILE")]
    leaf: Option<PathBuf>,
    /// The draw that a sample audit's report is about
    #[arg(long, value_name = "FILE")]
    draw: Option<PathBuf>,
    /// Print the verdict as JSON
    #[arg(long)]
    json: bool,
}

/// Most bytes of any file that can be checked.
const FILE_MAX: usize = 64 << 20;

/// Check a file against a policy file: whether it holds, and the
/// line that says so.
pub(super) fn check(file: &Path, policy: &Path) -> anyhow::Result<(bool, String)> {
    let trust = Trust::read(Some(policy), &[])?;
    let bytes = files::read(file, FILE_MAX)?;
    let subject = Subject::detect(&bytes, None, None).context("nothing that can be checked")?;
    let verdict = judge::judge(&subject, &trust)?;
    Ok((verdict.is_valid(), verdict.line(&trust)))
}

pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<Outcome> {
    let trust = Trust::read(args.policy.as_deref(), &args.vkey)?;
    let bytes = files::read(&args.file, FILE_MAX)?;
    let leaf = args
        .leaf
        .as_ref()
        .map(|path| files::read(path, FILE_MAX))
        .transpose()?;
    let draw = args
        .draw
        .as_ref()
        .map(|path| files::read(path, FILE_MAX))
        .transpose()?;
    let Some(subject) = Subject::detect(&bytes, leaf, draw) else {
        return Err(stop(
            format!("{} is nothing that can be checked", args.file.display()),
            "give a receipt or evidence (JSON), an attestation, a pack, or a tlog-proof with its entry as --leaf",
        ));
    };
    let verdict = judge::judge(&subject, &trust)?;
    if args.json {
        output::json(&verdict.json(&trust))?;
    } else {
        output::line(verdict.line(&trust))?;
        if let (true, Some(warning)) = (verdict.is_valid(), trust.warning()) {
            eprintln!("{warning}");
        }
    }
    Ok(if verdict.is_valid() {
        Outcome::Done
    } else {
        Outcome::No
    })
}
