//! `undersigned deliver`: everything that a petition's recipients get, in one file.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::args::{OperatorArgs, PetitionArgs};
use super::files::{self, Access, Existing};
use super::stop::stop;
use super::{Clocks, Outcome, output, when};
use crate::api::{PAGE_MAX, PackRequest, PackState, PageQuery, SendPackRequest};
use crate::client::api::Client;
use crate::delivery::Delivery;
use crate::protocol::attestation::ATTESTATION_MAX;
use crate::protocol::ids::PetitionId;

/// Make a pack for the recipients: letter, count, proof, and a page that checks them
///
/// Takes an attestation (`undersigned attest`), checks it, and writes a zip file with the
/// letter as PDF and text, the attestation, and check.html, which verifies itself in any
/// browser, without a network. With the operator's token it adds those who chose to be shown
/// to the recipients, and has the service mail it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned deliver http://localhost:8080/<id> --attestation count.attestation --out pack.zip
  undersigned deliver http://localhost:8080/<id> --lang es --signers
  undersigned deliver http://localhost:8080/<id> --signers --send clerk@council.example
  undersigned deliver http://localhost:8080/<id> --sent")]
pub(crate) struct DeliverArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// The organiser's attestation [default: the newest that the service lists]
    #[arg(long, value_name = "FILE")]
    attestation: Option<PathBuf>,
    /// Where the pack goes [default: <title>-<as of>.zip, or nowhere with --send]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// In which of the petition's languages [default: its first]
    #[arg(long, value_name = "TAG")]
    lang: Option<String>,
    /// With those who chose to be shown to the recipients (signers.csv); needs the operator's token
    #[arg(long)]
    signers: bool,
    /// Have the service mail it to this address; needs the operator's token
    #[arg(long, value_name = "ADDRESS")]
    send: Option<String>,
    /// List the packs that were mailed within 30 days, and what became of them; needs the
    /// operator's token
    #[arg(long, conflicts_with_all = ["attestation", "out", "lang", "signers", "send"])]
    sent: bool,
    #[command(flatten)]
    operator: OperatorArgs,
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
    if args.sent {
        return list(&args.operator.authorise(client)?, id, args.json).await;
    }
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
    let request = PackRequest {
        attestation: delivery.attestation.clone(),
        lang: args.lang.clone(),
        signers: args.signers,
    };
    let client = if args.signers || args.send.is_some() {
        args.operator.authorise(client)?
    } else {
        client
    };
    let path = match (&args.out, &args.send) {
        (None, Some(_)) => None,
        (Some(path), _) => Some(path.clone()),
        (None, None) => Some(default_name(&delivery)),
    };
    let delivery = Arc::new(delivery);
    let mut bytes = None;
    if let Some(path) = &path {
        eprintln!("Making letter, page and archive …");
        let pack = if args.signers {
            client.pack(id, &request).await?
        } else {
            let delivery = delivery.clone();
            tokio::task::spawn_blocking(move || delivery.pack()).await??
        };
        // With names in it, for its owner's eyes.
        let access = if args.signers {
            Access::Secret
        } else {
            Access::Public
        };
        files::write(path, &pack, access, Existing::Keep)?;
        bytes = Some(pack.len());
    }
    if let Some(to) = &args.send {
        eprintln!("Having it mailed …");
        let to = to.clone();
        client
            .send_pack(id, &SendPackRequest { pack: request, to })
            .await?;
    }
    let totals = delivery.verified.totals;
    if args.json {
        output::json(&serde_json::json!({
            "petition": id,
            "pack": path,
            "bytes": bytes,
            "attestation": delivery.digest(),
            "count": totals.count(),
            "ceiling": totals.ceiling(),
            "as_of": delivery.verified.as_of,
            "sent": args.send.is_some(),
        }))?;
        return Ok(Outcome::Done);
    }
    let count = output::number(totals.count());
    output::line(format!(
        "{count} signatures as of {}.",
        when::rfc3339(delivery.verified.as_of)
    ))?;
    if let Some(path) = &path {
        let path = path.display();
        output::line(format!(
            "The pack is {path}. Its readers open check.html in it, or run: \
             undersigned verify {path}"
        ))?;
    }
    if args.send.is_some() {
        output::line("It is queued; see what becomes of it with: undersigned deliver --sent")?;
    }
    Ok(Outcome::Done)
}

/// What became of the packs that were mailed.
async fn list(client: &Client, id: PetitionId, json: bool) -> anyhow::Result<Outcome> {
    let sent = client.sent_packs(id).await?;
    if json {
        output::json(&sent)?;
        return Ok(Outcome::Done);
    }
    for pack in &sent.items {
        let state = match (pack.state, pack.state_since) {
            (PackState::Sent, Some(at)) => format!("taken by a mail server {}", when::rfc3339(at)),
            (PackState::GivenUp, Some(at)) => format!("given up {}", when::rfc3339(at)),
            (PackState::NoMailbox, Some(at)) => format!("no such mailbox {}", when::rfc3339(at)),
            _ => "in the queue".to_owned(),
        };
        let how = if pack.linked { ", as a link" } else { "" };
        output::line(format!(
            "{}  {} signatures{how}: {state}",
            when::rfc3339(pack.queued),
            output::number(pack.count)
        ))?;
    }
    if sent.items.is_empty() {
        output::line("No pack was mailed within 30 days.")?;
    }
    Ok(Outcome::Done)
}

fn default_name(delivery: &Delivery) -> PathBuf {
    let moment = when::rfc3339(delivery.verified.as_of).replace(':', "");
    PathBuf::from(format!("{}-{moment}.zip", output::slug(delivery.title())))
}
