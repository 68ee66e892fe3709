//! `undersigned deliver`: everything that a petition's recipients get, in one file.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::args::PetitionArgs;
use super::files::{self, Access, Existing};
use super::stop::stop;
use super::{Clocks, Outcome, output, when};
use crate::api::{PAGE_MAX, PageQuery};
use crate::client::api::Client;
use crate::delivery::Delivery;
use crate::protocol::attestation::ATTESTATION_MAX;
use crate::protocol::ids::PetitionId;

/// Make a pack for the recipients: letter, count, proof, and a page that checks them
///
/// Takes an attestation (`undersigned attest`), checks it, and writes a zip file with the
/// letter as PDF and text, the attestation, and check.html, which verifies itself in any
/// browser, without a network.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned deliver http://localhost:8080/<id> --attestation count.attestation --out pack.zip
  undersigned deliver http://localhost:8080/<id> --lang es")]
pub(crate) struct DeliverArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// The organiser's attestation [default: the newest that the service lists]
    #[arg(long, value_name = "FILE")]
    attestation: Option<PathBuf>,
    /// Where the pack goes [default: <title>-<as of>.zip]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// In which of the petition's languages [default: its first]
    #[arg(long, value_name = "TAG")]
    lang: Option<String>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// The newest attestation that the service lists.
async fn newest(client: &Client, id: PetitionId) -> anyhow::Result<Vec<u8>> {
    let mut query = PageQuery {
        after: None,
        limit: Some(PAGE_MAX),
    };
    let mut last = None;
    loop {
        let page = client.attestations(id, &query).await?;
        last = page.items.into_iter().next_back().or(last);
        match page.next {
            Some(next) if Some(&next) != query.after.as_ref() => query.after = Some(next),
            _ => break,
        }
    }
    let entry = last.ok_or_else(|| {
        stop(
            "the service lists no attestation of this petition",
            "make one with `undersigned attest`, and name it with --attestation",
        )
    })?;
    Ok(entry.attestation.into_bytes())
}

pub(super) async fn run(args: DeliverArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let (client, id) = args.petition.resolve(&clock)?;
    let bytes = match &args.attestation {
        Some(path) => files::read(path, ATTESTATION_MAX)?,
        None => newest(&client, id).await?,
    };
    let mut delivery = Delivery::new(&bytes, client.url()).context("no pack is made of it")?;
    let own = delivery.verified.manifest.id();
    if own != id {
        return Err(stop(
            format!("the attestation is of petition {}", output::short(&own)),
            "give the address of that petition, or another attestation",
        ));
    }
    if let Some(tag) = &args.lang {
        delivery = delivery.language(tag);
    }
    eprintln!("Making letter, page and archive …");
    let pack = tokio::task::spawn_blocking(move || {
        let pack = delivery.pack()?;
        anyhow::Ok((delivery, pack))
    });
    let (delivery, pack) = pack.await??;
    let moment = when::rfc3339(delivery.verified.as_of).replace(':', "");
    let name = format!("{}-{moment}.zip", output::slug(delivery.title()));
    let path = args.out.unwrap_or_else(|| PathBuf::from(name));
    files::write(&path, &pack, Access::Public, Existing::Keep)?;
    let totals = delivery.verified.totals;
    if args.json {
        output::json(&serde_json::json!({
            "petition": id,
            "pack": path,
            "bytes": pack.len(),
            "attestation": delivery.digest(),
            "count": totals.count(),
            "ceiling": totals.ceiling(),
            "as_of": delivery.verified.as_of,
        }))?;
    } else {
        output::line(format!(
            "{} signatures as of {}, in {}.\nThe recipients open check.html in it, or run: \
             undersigned verify {}",
            output::number(totals.count()),
            when::rfc3339(delivery.verified.as_of),
            path.display(),
            path.display(),
        ))?;
    }
    Ok(Outcome::Done)
}
