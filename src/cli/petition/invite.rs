//! `undersigned petition invite`: a mail to people who agreed to be asked.

use std::path::PathBuf;

use clap::Args;

use crate::api::InvitationRequest;
use crate::cli::args::{OperatorArgs, PetitionArgs};
use crate::cli::stop::stop;
use crate::cli::{Clocks, Outcome, files, output};

/// Addresses of one request.
const PART: usize = 1000;
/// Most bytes of a list.
const LIST_MAX: usize = 4 << 20;

/// Invite people who agreed to be asked, as the operator
///
/// Each mailbox gets one such mail for a petition. What is printed depends on the list alone:
/// nobody is told who has signed, or wants no invitations.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned petition invite http://localhost:8080/<id> --addresses list.txt --text why.txt")]
pub(crate) struct InviteArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// The addresses, one a line
    #[arg(long, value_name = "FILE")]
    addresses: PathBuf,
    /// Why they are asked: plain text of at most 2,000 bytes
    #[arg(long, value_name = "FILE")]
    text: PathBuf,
    /// Language of the text
    #[arg(long, value_name = "TAG", default_value = "en")]
    lang: String,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: InviteArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let (client, id) = args.petition.resolve(&clock)?;
    let client = args.operator.authorise(client)?;
    let list = String::from_utf8(files::read(&args.addresses, LIST_MAX)?)?;
    let text = String::from_utf8(files::read(&args.text, 4096)?)?;
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty());
    let addresses: Vec<String> = lines.map(str::to_owned).collect();
    if addresses.is_empty() {
        return Err(stop("there is no address in the list", "write one a line"));
    }
    let (mut taken, mut malformed, mut twice, mut too_many) = (0, 0, 0, 0);
    for part in addresses.chunks(PART) {
        let request = InvitationRequest {
            addresses: part.to_vec(),
            lang: args.lang.clone(),
            text: text.trim().to_owned(),
        };
        let answer = client.invite(id, &request).await?;
        taken += answer.taken;
        malformed += answer.malformed;
        twice += answer.twice;
        too_many += answer.too_many;
    }
    if args.json {
        output::json(&serde_json::json!({
            "petition": id, "taken": taken, "malformed": malformed, "twice": twice,
            "too_many": too_many,
        }))?;
        return Ok(Outcome::Done);
    }
    output::line(format!("{} addresses were taken.", output::number(taken)))?;
    for (what, number) in [
        ("no address", malformed),
        ("on the list twice", twice),
        ("more than may be invited", too_many),
    ] {
        if number > 0 {
            output::line(format!("{}: {what}", output::number(number)))?;
        }
    }
    Ok(Outcome::Done)
}
