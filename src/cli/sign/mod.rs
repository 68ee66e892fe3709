//! `undersigned sign`: the whole of signing, with code that the signer pinned.

mod answers;
mod begin;
mod drive;
mod receipt_file;

use std::path::PathBuf;

use clap::Args;

use super::args::PetitionArgs;
use super::{Clocks, Outcome, output, when};
use crate::client::signing::{self, Stage};
use crate::protocol::receipt::Receipt;

pub(crate) use receipt_file::ReceiptFile;

/// Sign a petition
///
/// The receipt file is written before anything is sent, and after each step. Interrupted
/// at any moment, go on with --resume: the same bytes are sent again, and you are counted
/// once. Everything that the service answers is checked against the petition's manifest,
/// whose hash is the id in the address.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned sign http://localhost:8080/<id>
  undersigned sign http://localhost:8080/<id> --email me@example.org --yes
  undersigned sign --resume my.receipt.json --link http://localhost:8080/<id>/confirm/<token>
  undersigned sign --resume my.receipt.json --wait")]
#[allow(clippy::struct_excessive_bools)] // each is a switch of its own
pub(crate) struct SignArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// Go on with a signing that was begun
    #[arg(long, value_name = "RECEIPT", conflicts_with_all = ["url", "petition", "receipt"])]
    #[arg(conflicts_with_all = ["name", "region", "comment"])]
    resume: Option<PathBuf>,
    /// Where the receipt goes [default: <title>-<id>.receipt.json]
    #[arg(long, short = 'o', value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// The mailbox to be confirmed; goes to the registrar only
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Your name; stays in the receipt, the ledger gets a commitment to it
    #[arg(long)]
    name: Option<String>,
    /// Your region; stays in the receipt unless the petition's roll asks for it
    #[arg(long)]
    region: Option<String>,
    /// A comment to the recipients; stays in the receipt
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
    /// Get the organiser's updates by mail; every one has a link that ends them
    #[arg(long)]
    updates: bool,
    /// Language of the mail
    #[arg(long, value_name = "TAG")]
    lang: Option<String>,
    /// The link from the mail, or a file with the mail (.eml)
    #[arg(long, value_name = "LINK")]
    link: Option<String>,
    /// Wait until the signature is in the ledger, and its proof in the receipt
    #[arg(long)]
    wait: bool,
    /// Do not ask whether to sign
    #[arg(long, short)]
    yes: bool,
    /// Print how far it came as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: SignArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let mut file = match &args.resume {
        Some(path) => ReceiptFile::open(path)?,
        None => match begin::begin(&args, &clock).await? {
            Some(file) => file,
            None => return Ok(Outcome::No),
        },
    };
    drive::drive(&args, &mut file, &clock).await?;
    report(&args, &file)?;
    Ok(Outcome::Done)
}

fn report(args: &SignArgs, file: &ReceiptFile) -> anyhow::Result<()> {
    let receipt = file.receipt();
    let stage = signing::stage(receipt);
    let promise = signing::promise(receipt)?;
    let path = file.path().display();
    if args.json {
        return output::json(&serde_json::json!({
            "petition": receipt.manifest()?.id(),
            "receipt": file.path(),
            "stage": stage,
            "promised_by": promise.map(|p| p.by),
            "index": receipt.proof.as_ref().map(|p| p.index),
        }));
    }
    match stage {
        Stage::Begun => output::line(format!(
            "Check your inbox. Then go on with the link from the mail:\n\n  \
             undersigned sign --resume {path} --link <LINK>"
        )),
        Stage::Confirmed => output::line(format!("Go on with: undersigned sign --resume {path}")),
        Stage::Promised => output::line(format!(
            "Signed. The ledger promises to publish it by {}. For the proof, later:\n\n  \
             undersigned sign --resume {path} --wait",
            promise.map_or_else(|| "its time".to_owned(), |p| when::rfc3339(p.by))
        )),
        Stage::Proven => output::line(format!(
            "Signed and in the ledger: {}. The proof is in {path}.\n\
             Check it at any time, offline: undersigned verify {path}",
            place(receipt)
        )),
    }
}

fn place(receipt: &Receipt) -> String {
    let index = receipt.proof.as_ref().map_or(0, |proof| proof.index);
    format!("signature #{index}")
}
