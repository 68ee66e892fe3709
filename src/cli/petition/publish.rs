//! `undersigned petition publish`: the organiser signs the petition and hands it in.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::ServerArgs;
use crate::cli::stop::refused;
use crate::cli::{Clocks, Outcome, files, organiser_key, output};
use crate::client::api::Client;
use crate::protocol::manifest::{MANIFEST_MAX, Manifest};
use crate::protocol::statement;
use crate::tlog::note::NoteSigner;

/// Publish a petition: sign its manifest and hand it to the service
///
/// Publishing the same manifest again changes nothing.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned petition publish end-the-contracts.manifest.json --key organiser.key")]
pub(crate) struct PublishArgs {
    /// The manifest that `petition new` wrote
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// The organiser's key
    #[arg(long, value_name = "FILE", default_value = "organiser.key")]
    key: PathBuf,
    #[command(flatten)]
    server: ServerArgs,
    /// Print id and address as JSON
    #[arg(long)]
    json: bool,
}

/// Sign `published` and hand it in; returns when it stands in the journal.
pub(crate) async fn publish(
    client: &Client,
    manifest: &Manifest,
    organiser: &NoteSigner,
) -> anyhow::Result<()> {
    let note = statement::sign(&statement::published(manifest), organiser)?;
    client.state(String::from_utf8(note)?).await?;
    // The service must now give the very same bytes to everybody.
    client.manifest(manifest.id()).await?;
    Ok(())
}

pub(super) async fn run(args: PublishArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let bytes = files::read(&args.manifest, MANIFEST_MAX)?;
    let manifest = Manifest::parse(&bytes).map_err(|error| {
        refused(
            format!("{} is not a manifest: {error}", args.manifest.display()),
            "give the file that `undersigned petition new` wrote, unchanged",
        )
    })?;
    let organiser = organiser_key::of(&args.key, &manifest)?;
    let client = args.server.client(&clock)?;
    publish(&client, &manifest, &organiser).await?;
    let url = client.petition_url(manifest.id());
    if args.json {
        output::json(&serde_json::json!({ "petition": manifest.id(), "url": url }))?;
    } else {
        output::line(format!(
            "Published: {url}\n\nTo sign it from the command line:\n\n  undersigned sign {url}"
        ))?;
    }
    Ok(Outcome::Done)
}
