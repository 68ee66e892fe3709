//! From the stage where a receipt stands to the furthest that can be reached now.

use std::path::Path;
use std::time::Duration;

use super::{ReceiptFile, SignArgs, answers};
use crate::api::ConfirmationRequest;
use crate::api::problem::Kind;
use crate::cli::args::Link;
use crate::cli::stop::{refused, stop};
use crate::cli::{Clocks, files, mail, prompt};
use crate::client::ClientError;
use crate::client::api::Client;
use crate::client::signing::{self, SigningError, Stage};
use crate::protocol::manifest::Publication;

/// How often the proof is asked for.
const POLL: Duration = Duration::from_secs(1);
/// How often without `--wait`, where publication is a matter of seconds.
const POLLS_IF_PROMPT: u32 = 10;

pub(super) async fn drive(
    args: &SignArgs,
    file: &mut ReceiptFile,
    clock: &Clocks,
) -> anyhow::Result<()> {
    let client = Client::new(file.url()?, clock.clone())?;
    if signing::stage(file.receipt()) == Stage::Begun {
        let Some(token) = token(args, file, &client).await? else {
            return Ok(());
        };
        let mut receipt = file.receipt().clone();
        signing::confirm(&client, &mut receipt, &token)
            .await
            .map_err(|error| explain(error, file))?;
        file.keep(receipt)?;
    }
    if signing::stage(file.receipt()) == Stage::Confirmed {
        let mut receipt = file.receipt().clone();
        signing::submit(&client, &mut receipt).await?;
        file.keep(receipt)?;
    }
    let mut polls = match file.receipt().manifest()?.terms().publication {
        _ if args.wait => u32::MAX,
        Publication::Prompt => POLLS_IF_PROMPT,
        Publication::Batched | Publication::Private => 0,
    };
    while signing::stage(file.receipt()) == Stage::Promised {
        let mut receipt = file.receipt().clone();
        if signing::prove(&client, &mut receipt).await?.is_some() {
            file.keep(receipt)?;
        } else if polls > 0 {
            polls -= 1;
            tokio::time::sleep(POLL).await;
        } else {
            break;
        }
    }
    Ok(())
}

/// The link's token: given, or pasted after a mail was asked for. `None`: the mail is on
/// its way, and nobody is here to paste the link.
async fn token(
    args: &SignArgs,
    file: &ReceiptFile,
    client: &Client,
) -> anyhow::Result<Option<String>> {
    if let Some(link) = &args.link {
        return read_link(&link_given(link)?, file).map(Some);
    }
    let email = answers::mailbox(args).await?;
    if let Some(email) = email {
        request_mail(args, file, client, email).await?;
        eprintln!("Check your inbox for the confirmation link.");
    } else if !prompt::is_interactive() {
        return Err(stop(
            "the mailbox is not confirmed yet",
            format!(
                "give --email to have a mail sent, or --link with the link from it: \
                 undersigned sign --resume {} --link <LINK>",
                file.path().display()
            ),
        ));
    }
    if !prompt::is_interactive() {
        return Ok(None);
    }
    loop {
        let link = prompt::ask("Paste the link here (empty: go on another time):").await?;
        if link.is_empty() {
            return Ok(None);
        }
        match read_link(&link, file) {
            Ok(token) => return Ok(Some(token)),
            Err(error) => eprintln!("{error}"),
        }
    }
}

/// The link itself, or the one in the file of a mail.
fn link_given(link: &str) -> anyhow::Result<String> {
    const MAIL_MAX: usize = 1 << 20;
    if link.contains("://") {
        return Ok(link.to_owned());
    }
    let mail = files::read(Path::new(link), MAIL_MAX)?;
    mail::link_in(&mail, "confirm")
}

fn read_link(text: &str, file: &ReceiptFile) -> anyhow::Result<String> {
    let link = Link::parse(text)?;
    if link.petition != file.receipt().manifest()?.id() {
        return Err(stop(
            "this link is for another petition",
            "take the link from the mail about this one",
        ));
    }
    link.token("confirm")
}

async fn request_mail(
    args: &SignArgs,
    file: &ReceiptFile,
    client: &Client,
    email: String,
) -> anyhow::Result<()> {
    let manifest = file.receipt().manifest()?;
    let asks = &manifest.terms().asks;
    if args.updates && !asks.updates {
        return Err(stop(
            "this petition sends no updates",
            "leave --updates out",
        ));
    }
    let mut updates = args.updates;
    if asks.updates && !updates && !args.yes && prompt::is_interactive() {
        updates = prompt::confirm("Updates by mail, until you unsubscribe?").await?;
    }
    let region = asks
        .roll_region
        .then(|| file.region())
        .transpose()?
        .flatten();
    let request = ConfirmationRequest {
        email,
        updates,
        region,
        lang: args.lang.clone(),
    };
    client.request_confirmation(manifest.id(), &request).await?;
    Ok(())
}

fn explain(error: SigningError, file: &ReceiptFile) -> anyhow::Error {
    let kind = match &error {
        SigningError::Client(error) => ClientError::kind(error),
        _ => None,
    };
    let path = file.path().display();
    let advice = match kind {
        Some(Kind::UnknownLink) => format!("ask for a new one: undersigned sign --resume {path}"),
        Some(Kind::Held) => {
            format!("the same link works once it is released: undersigned sign --resume {path}")
        }
        Some(Kind::AlreadyConfirmed) => {
            "go on with the receipt of that signing, if you have it; if it is lost, you are \
             counted all the same"
                .to_owned()
        }
        _ => return error.into(),
    };
    refused(error.to_string(), advice)
}
