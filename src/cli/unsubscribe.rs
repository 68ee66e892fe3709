//! `undersigned unsubscribe`: end the updates of a petition.

use clap::Args;

use super::args::Link;
use super::{Clocks, Outcome, output};
use crate::client::api::Client;

/// End a petition's updates by mail
///
/// Your signature stays as it is.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned unsubscribe http://localhost:8080/<id>/unsubscribe/<token>")]
pub(crate) struct UnsubscribeArgs {
    /// The link from the mail
    #[arg(value_name = "LINK")]
    link: String,
}

pub(super) async fn run(args: UnsubscribeArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let link = Link::parse(&args.link)?;
    let (client, petition) = (Client::new(&link.server, clock)?, link.petition);
    client
        .unsubscribe(petition, link.token("unsubscribe")?)
        .await?;
    output::line("Unsubscribed: no more updates about this petition. Your signature stands.")?;
    Ok(Outcome::Done)
}
