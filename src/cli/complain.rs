//! `undersigned complain`: whether a promise was kept, and proof for others if it was not.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};

use super::files::{self, Access, Existing};
use super::sign::ReceiptFile;
use super::stop::{refused, stop};
use super::when::rfc3339;
use super::{Clocks, Outcome, audit, output, verify};
use crate::auditor::evidence::{Answer, Complaint};
use crate::client::signing;
use crate::client::tiles::TileSource;
use crate::protocol::inclusion::Included;
use crate::protocol::manifest::Manifest;
use crate::protocol::receipt::Receipt;
use crate::tlog::policy::Policy;

/// The signature is in the ledger.
const KEPT: u8 = 3;
/// The ledger has time left.
const NOT_DUE: u8 = 4;
/// The roll covers no more.
const NOT_COVERED: u8 = 5;
/// No head that counts is later.
const NO_LATER_HEAD: u8 = 6;

/// Find out whether the ledger kept its promise to publish your signature
///
/// If it did not, writes a file that proves it to anybody, offline, with `undersigned verify`.
/// If it did, the proof goes into the receipt. The service's files are read as an audit reads
/// them: from the service, or from any mirror or folder with its public files.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned complain my.receipt.json --policy trusted.policy
  undersigned complain my.receipt.json -o broken.json --url https://mirror.example.net
  undersigned complain my.receipt.json --url ./mirror --json
  undersigned verify my.receipt.evidence.json --policy trusted.policy

Exit codes: 0 the promise is broken, and the file proves it; 3 it was kept; 4 it is not due yet;
5 it is due, but the roll covers no more signatures; 6 it is due, but no checkpoint that counts
is later; 1 the receipt does not hold; 2 could not look.")]
pub(crate) struct ComplainArgs {
    /// The receipt, with its promise
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// The file to write [default: beside the receipt, ending in .evidence.json]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where the ledger's files are: an address or a folder [default: as the receipt says]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Where the registrar's files are, where another instance keeps the roll
    #[arg(long, value_name = "URL")]
    registrar: Option<String>,
    /// Which logs and witnesses to trust (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A log's key to trust, without witnesses; may be given several times
    #[arg(long, value_name = "KEY", conflicts_with = "policy")]
    vkey: Vec<String>,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
    /// Allow http:// to another machine, where others can change what is read
    #[arg(long)]
    insecure_http: bool,
}

impl ComplainArgs {
    fn policy(&self, manifest: &Manifest) -> anyhow::Result<Policy> {
        if let Some(path) = &self.policy {
            return verify::read_policy(path);
        }
        if self.vkey.is_empty() {
            return Ok(manifest.pinned_policy());
        }
        Ok(Policy::of_logs(verify::read_keys(&self.vkey)?))
    }

    fn output(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| {
            let name = self.receipt.with_extension("");
            name.with_added_extension("evidence.json")
        })
    }
}

/// What is said, for people and for machines, and the exit code.
struct Said {
    outcome: Outcome,
    line: String,
    facts: Value,
}

pub(super) async fn run(args: ComplainArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let mut file = ReceiptFile::open(&args.receipt)?;
    let manifest = file.receipt().manifest()?;
    let policy = args.policy(&manifest)?;
    let said = if file.receipt().proof.is_some() {
        proven_before(file.receipt(), &policy)?
    } else {
        let answer = look(&args, &file, &manifest, policy, &clock).await?;
        say(&args, &mut file, answer)?
    };
    if args.json {
        let mut facts = said.facts;
        let members = facts.as_object_mut().expect("made as an object");
        members.insert("petition".to_owned(), json!(manifest.id()));
        members.insert("text".to_owned(), json!(said.line));
        output::json(&facts)?;
    } else {
        output::line(said.line)?;
    }
    Ok(said.outcome)
}

async fn look(
    args: &ComplainArgs,
    file: &ReceiptFile,
    manifest: &Manifest,
    policy: Policy,
    clock: &Clocks,
) -> anyhow::Result<Answer> {
    let receipt = file.receipt();
    if signing::promise(receipt)?.is_none() {
        return Err(stop(
            "this receipt holds no promise: the signature was not handed in",
            format!(
                "go on with `undersigned sign --resume {}`",
                file.path().display()
            ),
        ));
    }
    let promise = receipt.promise.clone().unwrap_or_default();
    let leaf = receipt
        .signature()?
        .map(|leaf| leaf.to_bytes())
        .unwrap_or_default();
    let open = |name: &str| audit::source::open(name, args.insecure_http, clock);
    let ledger = open(match &args.url {
        Some(url) => url,
        None => file.url()?,
    })?;
    let registrar = args.registrar.as_deref().map(open).transpose()?;
    let (manifest, now) = (manifest.clone(), clock.now());
    // It blocks.
    let answer = tokio::task::spawn_blocking(move || {
        let complaint = Complaint {
            manifest: &manifest,
            promise: &promise,
            leaf: &leaf,
            policy: &policy,
            ledger: &*ledger,
            registrar: registrar
                .as_ref()
                .map(|source| &**source as &dyn TileSource),
            now,
        };
        complaint.answer()
    });
    answer.await.context("it broke off")?.map_err(|error| {
        stop(
            error.to_string(),
            "nothing is claimed about the ledger; is this where its files are? Try again, or name a \
             mirror with --url",
        )
    })
}

fn proven_before(receipt: &Receipt, policy: &Policy) -> anyhow::Result<Said> {
    let verified = receipt
        .verify(policy)
        .map_err(|error| refused(error.to_string(), "`undersigned verify` says more"))?;
    Ok(kept(
        &verified.included,
        "the receipt has the proof already",
    ))
}

fn kept(included: &Included, receipt: &str) -> Said {
    let (index, as_of) = (included.index, included.tally.tally().time);
    Said {
        outcome: Outcome::Other(KEPT),
        line: format!(
            "KEPT  signature #{index} is in the ledger as of {}; {receipt}",
            rfc3339(as_of)
        ),
        facts: json!({ "outcome": "kept", "index": index, "as_of": as_of }),
    }
}

fn say(args: &ComplainArgs, file: &mut ReceiptFile, answer: Answer) -> anyhow::Result<Said> {
    Ok(match answer {
        Answer::Broken(evidence, proven) => {
            let path = args.output();
            files::write(&path, &evidence.to_file(), Access::Public, Existing::Keep)?;
            Said {
                outcome: Outcome::Done,
                line: format!("BROKEN  {proven}\n{}", written(&path)),
                facts: json!({ "outcome": "broken", "evidence": path, "proven": proven.fact }),
            }
        }
        Answer::Kept(proof, included) => {
            let mut receipt = file.receipt().clone();
            receipt.proof = Some(*proof);
            file.keep(receipt)?;
            kept(&included, "the proof is in the receipt now")
        }
        Answer::NotDue { by } => Said {
            outcome: Outcome::Other(NOT_DUE),
            line: format!("NOT YET DUE  the ledger has until {}", rfc3339(by)),
            facts: json!({ "outcome": "not-due", "by": by }),
        },
        Answer::NotCovered {
            by,
            signatures,
            roll,
        } => Said {
            outcome: Outcome::Other(NOT_COVERED),
            line: format!(
                "NOT COVERED  due since {}, but the roll covers no more: {signatures} signatures, \
                 {roll} roll entries; the promise holds as soon as it does",
                rfc3339(by)
            ),
            facts: json!({
                "outcome": "not-covered", "by": by, "signatures": signatures, "roll": roll,
            }),
        },
        Answer::NoLaterHead { by } => Said {
            outcome: Outcome::Other(NO_LATER_HEAD),
            line: format!(
                "NO LATER CHECKPOINT  due since {}, and not there; but nothing shows that the \
                 journal's checkpoint is later, as the policy asks: try again after the next \
                 publication",
                rfc3339(by)
            ),
            facts: json!({ "outcome": "no-later-head", "by": by }),
        },
    })
}

fn written(path: &Path) -> String {
    let path = path.display();
    format!(
        "The proof is in {path}. Anybody can check it, offline: undersigned verify {path} --policy FILE"
    )
}
