//! `undersigned withdraw`: a signer takes the signature back.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::sign::ReceiptFile;
use super::stop::refused;
use super::{Clocks, Outcome, output};
use crate::client::api::Client;
use crate::client::signing;

/// Take your signature back
///
/// The count goes down by one at the next publication. This cannot be undone: a mailbox
/// signs a petition once.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned withdraw my.receipt.json --wait")]
pub(crate) struct WithdrawArgs {
    /// The receipt, with its private half
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// Wait until the withdrawal is in the ledger, and check its proof
    #[arg(long)]
    wait: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: WithdrawArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let mut file = ReceiptFile::open(&args.receipt)?;
    let client = Client::new(file.url()?, clock)?;
    let mut receipt = file.receipt().clone();
    if receipt.proof.is_none() {
        // The place of the signature is what a withdrawal names.
        if signing::prove(&client, &mut receipt).await?.is_none() {
            return Err(refused(
                "the signature is not published yet, so its place is not known",
                "try again after the next publication",
            ));
        }
        file.keep(receipt.clone())?;
    }
    let hash = signing::withdraw(&client, &receipt).await?;
    let mut included = signing::withdrawn(&client, &receipt, &hash).await?;
    while args.wait && included.is_none() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        included = signing::withdrawn(&client, &receipt, &hash).await?;
    }
    let index = receipt.proof.as_ref().map(|proof| proof.index);
    if args.json {
        output::json(&serde_json::json!({
            "petition": receipt.manifest()?.id(),
            "signature": index,
            "withdrawal": included.as_ref().map(|i| i.index),
            "published": included.is_some(),
        }))?;
        return Ok(Outcome::Done);
    }
    let signature = index.unwrap_or_default();
    output::line(match included {
        Some(included) => format!(
            "Taken back: signature #{signature}, by withdrawal #{} in the ledger.",
            included.index
        ),
        None => format!(
            "Taken back: signature #{signature}. The count shows it after the next publication."
        ),
    })?;
    Ok(Outcome::Done)
}
