//! `undersigned office`: the way into the office, and signing what it asks for.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::args::{OperatorArgs, ServerArgs};
use super::files::{self, Access, Existing};
use super::stop::refused;
use super::{Clocks, Outcome, organiser_key, output};
use crate::api::OfficeInvitation;
use crate::protocol::attestation::{self, ATTESTATION_MAX};
use crate::protocol::statement;

/// Let people into the office, and sign what it asks for
///
/// The office is where organisers write petitions and staff look after them: pages of
/// the service, at /office.
#[derive(Subcommand)]
pub(crate) enum OfficeCommand {
    /// Let somebody in, as the operator
    ///
    /// Prints a link that signs in once, within three days, and mails it. The first owner
    /// is made so; owners invite everybody else on the page "People".
    Invite(InviteArgs),
    /// Make an organiser's key, or show the public half of one
    Key(KeyArgs),
    /// Sign a statement or attestation that the office gave to you, as the organiser
    ///
    /// The key stays on this machine. Look at the text before you sign it.
    Sign(SignArgs),
}

#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned office invite --role owner you@example.org")]
pub(crate) struct InviteArgs {
    /// The mailbox
    #[arg(value_name = "EMAIL")]
    email: String,
    /// What they may do
    #[arg(long, value_enum)]
    role: Role,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print the link as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// Everything, and who else may do what
    Owner,
    /// Judges drafts and doubtful confirmations, strikes
    Moderator,
    /// Sees totals, changes nothing
    Viewer,
    /// Writes petitions
    Organiser,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Moderator => "moderator",
            Self::Viewer => "viewer",
            Self::Organiser => "organiser",
        }
    }
}

#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned office key --name friends-of-the-bus --key organiser.key")]
pub(crate) struct KeyArgs {
    /// The organiser's key; made if there is none
    #[arg(long, value_name = "FILE", default_value = "organiser.key")]
    key: PathBuf,
    /// Its name, if it is made: no spaces, no plus signs
    #[arg(long, value_name = "NAME", default_value = "organiser")]
    name: String,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned office sign statement.txt --key organiser.key -o statement.signed.txt")]
pub(crate) struct SignArgs {
    /// The text that the office gave
    #[arg(value_name = "FILE")]
    text: PathBuf,
    /// The organiser's key
    #[arg(long, value_name = "FILE", default_value = "organiser.key")]
    key: PathBuf,
    /// Where the signed note goes [default: FILE with .signed at its end]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(command: OfficeCommand, clock: Clocks) -> anyhow::Result<Outcome> {
    match command {
        OfficeCommand::Invite(args) => invite(args, clock).await,
        OfficeCommand::Key(args) => key(&args, &clock),
        OfficeCommand::Sign(args) => sign(&args),
    }
}

async fn invite(args: InviteArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let client = args.operator.authorise(args.server.client(&clock)?)?;
    let invitation = OfficeInvitation {
        email: args.email,
        role: args.role.name().to_owned(),
    };
    let invited = client.invite_to_office(&invitation).await?;
    if args.json {
        output::json(&invited)?;
    } else {
        output::line(format!(
            "{}\n\nThis link signs in once, within three days. It was mailed as well.",
            invited.link
        ))?;
    }
    Ok(Outcome::Done)
}

fn key(args: &KeyArgs, clock: &Clocks) -> anyhow::Result<Outcome> {
    let (signer, made) = organiser_key::read_or_make(&args.key, &args.name, clock)?;
    if made {
        eprintln!(
            "Made the organiser's key: {}. Keep it safe, and a copy elsewhere.",
            args.key.display()
        );
    }
    output::line(signer.vkey().to_string())?;
    Ok(Outcome::Done)
}

/// Kinds of text that an organiser signs; a key signs nothing else by this command.
fn is_for_organisers(text: &str) -> bool {
    let kind = text.lines().next().unwrap_or_default();
    kind == attestation::HEADER || statement::by_organiser(kind)
}

fn sign(args: &SignArgs) -> anyhow::Result<Outcome> {
    let bytes = files::read(&args.text, ATTESTATION_MAX)?;
    let text = String::from_utf8(bytes)
        .ok()
        .filter(|text| is_for_organisers(text))
        .ok_or_else(|| {
            refused(
                format!(
                    "{} is not a text for an organiser to sign",
                    args.text.display()
                ),
                "give the file that the office offers for download, unchanged",
            )
        })?;
    let organiser = organiser_key::read(&args.key)?;
    let note = statement::sign(&text, &organiser)?;
    let path = args.output.clone().unwrap_or_else(|| {
        let mut name = args.text.clone().into_os_string();
        name.push(".signed");
        PathBuf::from(name)
    });
    files::write(&path, &note, Access::Public, Existing::Keep)?;
    output::line(format!(
        "Signed by {}, in {path}.\nGive it back to the office: paste or upload it there.",
        organiser.vkey().name(),
        path = path.display()
    ))?;
    Ok(Outcome::Done)
}
