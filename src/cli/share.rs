//! `undersigned share`: a signer hands what she filled in to the organiser, or takes it back.

use std::path::PathBuf;

use clap::Args;

use super::sign::ReceiptFile;
use super::stop::refused;
use super::{Clocks, Outcome, output};
use crate::api::problem::Kind;
use crate::client::api::Client;
use crate::client::list::{self, ShareError};

/// Hand what you filled in to the organiser, and to nobody else; or take it back
///
/// The organiser learns your name, region and comment, and which signature is yours. An
/// address, if you add one, is sealed on this machine; the organiser can link it with your
/// signature then. Taken back, it is on the list no more; what the organiser has copied by
/// then stays there.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned share my.receipt.json
  undersigned share my.receipt.json --address me@example.org
  undersigned share my.receipt.json --take-back")]
pub(crate) struct ShareArgs {
    /// The receipt, with its private half
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// Where the organiser can write to you
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// Take it off the list
    #[arg(long, conflicts_with = "address")]
    take_back: bool,
}

pub(super) async fn run(args: ShareArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let file = ReceiptFile::open(&args.receipt)?;
    let receipt = file.receipt();
    let manifest = receipt.manifest()?;
    let client = Client::new(file.url()?, clock.clone())?;
    let organiser = &manifest.terms().organiser.name;
    if args.take_back {
        let request = list::removal(receipt)?;
        client.unshare(manifest.id(), &request).await?;
        output::line(format!("Taken back from the list of {organiser}."))?;
        return Ok(Outcome::Done);
    }
    let request = list::share(receipt, args.address.as_deref(), &*clock);
    let request = request.map_err(|error| match error {
        ShareError::NoList => refused(error.to_string(), "there is nothing to hand over"),
        error => error.into(),
    })?;
    match client.share(manifest.id(), &request).await {
        Ok(()) => {}
        Err(error) if error.kind() == Some(Kind::UnknownSignature) => {
            return Err(refused(
                "the signature is not published yet",
                "try again after the next publication",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    output::line(format!(
        "Handed to {organiser}: what you filled in{}.",
        if args.address.is_some() {
            ", and your address"
        } else {
            ""
        }
    ))?;
    Ok(Outcome::Done)
}
