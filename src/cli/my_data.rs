//! `undersigned my-data`: what a service holds about a mailbox, or its erasure.

use std::path::PathBuf;

use clap::Args;

use super::args::{Link, PetitionArgs};
use super::files::{Access, Existing};
use super::stop::stop;
use super::{Clocks, Outcome, files, output, prompt};
use crate::api::OwnDataRequest;
use crate::client::api::Client;

/// Get what a service holds about your mailbox, or have it erased
///
/// First asks for a mail, then takes the link from it. The link gives the file once, over all
/// petitions of the service. With --forget it has erased what this one petition holds of your
/// mailbox; where the petition names an auditor, your entry is struck with it, for good.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned my-data http://localhost:8080/<id> --email me@example.org
  undersigned my-data --link http://localhost:8080/<id>/data/<token> --output my-data.json
  undersigned my-data --link http://localhost:8080/<id>/data/<token> --forget

What the file holds is described field by field in spec/own-data.md. The entry on the roll and
the signature are public and stay; nothing in them leads to you.")]
pub(crate) struct MyDataArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// The mailbox
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Language of the mail
    #[arg(long, value_name = "TAG")]
    lang: Option<String>,
    /// The link from the mail
    #[arg(long, value_name = "LINK", conflicts_with_all = ["url", "petition", "email"])]
    link: Option<String>,
    /// Write the file here instead of printing it; an existing one is not replaced
    #[arg(
        long,
        value_name = "FILE",
        requires = "link",
        conflicts_with = "forget"
    )]
    output: Option<PathBuf>,
    /// Have it erased instead
    #[arg(long, requires = "link")]
    forget: bool,
}

pub(super) async fn run(args: MyDataArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    if let Some(link) = &args.link {
        let link = Link::parse(link)?;
        let client = Client::new(&link.server, clock)?;
        return follow(&client, link, &args).await;
    }
    let (client, petition) = args.petition.resolve(&clock)?;
    let email = prompt::mailbox(args.email).await?;
    let request = OwnDataRequest {
        email,
        lang: args.lang,
    };
    client.request_own_data(petition, &request).await?;
    output::line("Check your inbox. Then: undersigned my-data --link <LINK>")?;
    Ok(Outcome::Done)
}

async fn follow(client: &Client, link: Link, args: &MyDataArgs) -> anyhow::Result<Outcome> {
    let petition = link.petition;
    let token = link.token("data")?;
    if args.forget {
        let forgotten = client.forget(petition, token).await?;
        output::line("Erased: this petition holds nothing of your mailbox any more.")?;
        if forgotten.struck {
            output::line("Your entry is struck. The count shows it after the next publication.")?;
        }
        return Ok(Outcome::Done);
    }
    if let Some(path) = &args.output {
        // Before the link is used up.
        if path.exists() {
            return Err(stop(
                format!("{} exists, and is left as it is", path.display()),
                "move it away, or name another file",
            ));
        }
    }
    let data = client.own_data(petition, token).await?;
    let text = serde_json::to_string_pretty(&data)?;
    match &args.output {
        Some(path) => {
            let bytes = format!("{text}\n").into_bytes();
            files::write(path, &bytes, Access::Secret, Existing::Keep)?;
            output::line(format!("Written to {}.", path.display()))?;
        }
        None => output::line(&text)?,
    }
    Ok(Outcome::Done)
}
