//! `undersigned audit sample ask`: the auditor's own mail to the sampled mailboxes.

use std::path::PathBuf;

use clap::Args;

use super::key::AuditorKey;
use super::look::{Found, look};
use super::report::read_opening;
use super::{answers, policy, read_draw, verified};
use crate::cli::stop::stop;
use crate::cli::{Clocks, Outcome, output};
use crate::config::Config;
use crate::mail::{self, Mail};

/// Write the auditor's own mail to the sampled mailboxes
///
/// One `.eml` file each, to be sent by the auditor's mail program or server, with a code that
/// nobody but the auditor knows. Whoever answers from the mailbox, quoting the subject, proves that
/// somebody reads it. Give the answers to `report` with --answers.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned audit sample ask 0011….draw.json 0011….opening.json \\
      --from \"Institute for Counting <audit@institute.example>\" --into mails")]
pub(crate) struct AskArgs {
    /// The draw
    #[arg(value_name = "DRAW")]
    draw: PathBuf,
    /// The opening
    #[arg(value_name = "OPENING")]
    opening: PathBuf,
    /// The auditor's key
    #[arg(long, value_name = "FILE", default_value = "auditor.key")]
    key: PathBuf,
    /// Who writes, and gets the answers: `Name <local@domain>`
    #[arg(long, value_name = "SENDER")]
    from: String,
    /// Folder for the mails, in `outbox` below it
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// Which logs and witnesses to trust (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: AskArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let key = AuditorKey::read(&args.key)?;
    let draw = read_draw(&args.draw)?;
    let manifest = draw.manifest()?;
    let drawn = verified(&draw, &policy(args.policy.as_deref(), &manifest)?)?;
    let looked_at = look(&drawn, &read_opening(&args.opening)?, &key)?;
    let mut config = Config {
        data: args.into.clone(),
        ..Config::default()
    };
    config.mail.from.clone_from(&args.from);
    let transport = mail::transport(&config, clock.clone())
        .map_err(|error| stop(error.to_string(), "write --from as `Name <local@domain>`"))?;
    let title = &manifest.terms().title[0].text;
    let auditor = &drawn.frame.audit().auditor;
    let mut written = 0_u64;
    for (index, found) in &looked_at {
        let Found::Mailbox(mailbox) = found else {
            continue;
        };
        let code = answers::code(&drawn, &key, *index);
        let text = format!(
            "This mailbox was confirmed for the petition \"{title}\". {auditor} checks whether the \
             mailboxes behind it are real, and yours was drawn at random.\n\nIf you confirmed it, please \
             answer this mail; leave the subject as it is. You need to write nothing. If you did not, or do not \
             want to, do nothing: nothing happens then.\n\nYour address is shown to nobody.\n"
        );
        let mail = Mail {
            id: code.clone(),
            to: mailbox.trim_start_matches("mailto:").to_owned(),
            subject: format!("Did you confirm this petition? [{code}]"),
            html: maud::html! { @for line in text.split("\n\n") { p { (line) } } }.into_string(),
            text,
            unsubscribe: None,
            attachment: None,
        };
        transport.send(&mail).await?;
        written += 1;
    }
    let outbox = args.into.join("outbox");
    if args.json {
        output::json(&serde_json::json!({ "mails": written, "folder": outbox }))?;
    } else {
        output::line(format!("Wrote {written} mails to {}", outbox.display()))?;
    }
    Ok(Outcome::Done)
}
