//! `undersigned remove`: whoever lost the receipt has the mailbox's entry struck.

use clap::Args;

use super::args::{Link, PetitionArgs};
use super::{Clocks, Outcome, output, prompt};
use crate::api::RemovalRequest;
use crate::client::api::Client;

/// Have your mailbox's entry struck, without a receipt
///
/// First asks for a mail, then takes the link from it. If you still have your receipt, use
/// `undersigned withdraw`: it needs no mail, and takes back the very signature.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned remove http://localhost:8080/<id> --email me@example.org
  undersigned remove --link http://localhost:8080/<id>/remove/<token>")]
pub(crate) struct RemoveArgs {
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
}

pub(super) async fn run(args: RemoveArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    if let Some(link) = &args.link {
        let link = Link::parse(link)?;
        let (client, petition) = (Client::new(&link.server, clock)?, link.petition);
        client.remove(petition, link.token("remove")?).await?;
        output::line("Struck. The count shows it after the next publication.")?;
        return Ok(Outcome::Done);
    }
    let (client, petition) = args.petition.resolve(&clock)?;
    let email = prompt::mailbox(args.email).await?;
    let request = RemovalRequest {
        email,
        lang: args.lang,
    };
    client.request_removal(petition, &request).await?;
    output::line(
        "Check your inbox. Then: undersigned remove --link <LINK>\n\
         A mail comes only if this mailbox has an entry.",
    )?;
    Ok(Outcome::Done)
}
