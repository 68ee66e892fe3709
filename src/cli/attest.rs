//! `undersigned attest`: the organiser signs a count that the file itself proves.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::args::PetitionArgs;
use super::count::{self, CheckedCount};
use super::files::{self, Access, Existing};
use super::stop::refused;
use super::{Clocks, Outcome, organiser_key, output, when};
use crate::client::api::Client;
use crate::protocol::attestation::{self, Attestation, VerifiedAttestation};
use crate::protocol::manifest::Manifest;
use crate::tlog::note::NoteSigner;

/// Sign an attestation of the published count, as the organiser
///
/// Fetches the count, checks tally, proof and totals against the manifest's keys, signs,
/// and checks the result as anybody would.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned attest http://localhost:8080/<id> --key organiser.key -o count.attestation --post")]
pub(crate) struct AttestArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// The organiser's key
    #[arg(long, value_name = "FILE", default_value = "organiser.key")]
    key: PathBuf,
    /// Where the attestation goes [default: <title>-<as of>.attestation]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Hand it in, so that the service lists it
    #[arg(long)]
    post: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Sign and check an attestation of a count.
pub(crate) fn make(
    manifest: &Manifest,
    count: &CheckedCount,
    organiser: &NoteSigner,
) -> anyhow::Result<(Vec<u8>, VerifiedAttestation)> {
    let as_of = count.tally.tally().time;
    let text = attestation::text(manifest, &count.totals, as_of, &count.journaled, None);
    let bytes = attestation::sign(&text, organiser)?;
    let verified = Attestation::parse(&bytes)?.verify(&manifest.pinned_policy())?;
    Ok((bytes, verified))
}

/// Fetch the count; there must be one.
pub(crate) async fn published(
    client: &Client,
    manifest: &Manifest,
) -> anyhow::Result<CheckedCount> {
    let (_, checked) = count::fetch(client, manifest).await?;
    checked.ok_or_else(|| {
        refused(
            "nothing of this petition has been published yet",
            "attest after the first publication",
        )
    })
}

pub(super) async fn run(args: AttestArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let (client, id) = args.petition.resolve(&clock)?;
    let manifest = client.manifest(id).await?;
    let organiser = organiser_key::of(&args.key, &manifest)?;
    let count = published(&client, &manifest).await?;
    let (bytes, verified) = make(&manifest, &count, &organiser)?;
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| default_name(&manifest, verified.as_of));
    files::write(&path, &bytes, Access::Public, Existing::Keep)?;
    if args.post {
        let note = String::from_utf8(bytes)?;
        client.attest(id, note).await.with_context(|| {
            format!(
                "the attestation is in {}, but was not handed in",
                path.display()
            )
        })?;
    }
    let totals = verified.totals;
    if args.json {
        output::json(&serde_json::json!({
            "petition": id,
            "attestation": path,
            "count": totals.count(),
            "ceiling": totals.ceiling(),
            "totals": totals,
            "as_of": verified.as_of,
            "posted": args.post,
        }))?;
    } else {
        say(&path, totals.count(), verified.as_of)?;
    }
    Ok(Outcome::Done)
}

fn say(path: &Path, count: u64, as_of: u64) -> anyhow::Result<()> {
    output::line(format!(
        "Attested: {} signatures as of {}, in {path}.\n\
         Anybody can check it, offline: undersigned verify {path}",
        output::number(count),
        when::rfc3339(as_of),
        path = path.display(),
    ))
}

fn default_name(manifest: &Manifest, as_of: u64) -> PathBuf {
    let title = output::slug(&manifest.terms().title[0].text);
    let moment = when::rfc3339(as_of).replace(':', "");
    PathBuf::from(format!("{title}-{moment}.attestation"))
}
