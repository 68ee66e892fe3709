//! `undersigned check-mail`: does the sender's domain say that our mails are its own?

use std::path::PathBuf;

use clap::Args;

use super::stop::stop;
use super::{Outcome, output};
use crate::config::Config;
use crate::mail::{SenderCheck, State, SystemDns, check_sender};

/// Check the DNS records of the sender's domain: SPF, DKIM, DMARC
///
/// Large providers refuse mail whose domain does not vouch for it. Says what to publish
/// next. Exit code 1 if something is missing or wrong, 2 if the DNS gave no answer.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned check-mail --config serve.toml
  undersigned check-mail --from noreply@petitions.example --dkim-selector s1")]
pub(crate) struct CheckMailArgs {
    /// Configuration file of the service, for its sender and selector
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The sender, instead
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// The selector under which the mail server signs, instead
    #[arg(long, value_name = "NAME")]
    dkim_selector: Option<String>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: CheckMailArgs) -> anyhow::Result<Outcome> {
    let mut mail = match &args.config {
        Some(path) => Config::read(path)?.mail,
        None => Config::default().mail,
    };
    if args.config.is_none() && args.from.is_none() {
        return Err(stop(
            "no sender is named",
            "give --config with the service's file, or --from",
        ));
    }
    mail.from = args.from.unwrap_or(mail.from);
    mail.dkim_selector = args.dkim_selector.or(mail.dkim_selector);
    let dns = SystemDns::new()
        .ok_or_else(|| stop("this machine names no DNS server", "see /etc/resolv.conf"))?;
    let check = check_sender(&dns, &mail.from, mail.dkim_selector.as_deref()).await?;
    if args.json {
        output::json(&check)?;
    } else {
        output::line(describe(&check))?;
    }
    let is = |wanted: fn(State) -> bool| check.findings.iter().any(|f| wanted(f.state));
    if is(State::is_bad) {
        Ok(Outcome::No)
    } else if is(|state| state == State::NoAnswer) {
        Err(stop("the DNS gave no answer", "look again later"))
    } else {
        Ok(Outcome::Done)
    }
}

fn describe(check: &SenderCheck) -> String {
    if check.findings.is_empty() {
        return format!(
            "{} is a name of this machine alone: no records.",
            check.domain
        );
    }
    let mut lines = Vec::new();
    for finding in &check.findings {
        let state = match finding.state {
            State::Good => "good",
            State::Weak => "weak",
            State::Missing => "missing",
            State::Wrong => "wrong",
            State::NoAnswer => "no answer",
            State::Unnamed => "not looked for",
        };
        lines.push(format!("{:<6} {state:<15} {}", finding.kind, finding.name));
        if !finding.next.is_empty() {
            lines.push(format!("  next: {}", finding.next));
        }
    }
    lines.join("\n")
}

/// Say in the log what is lacking; for a service that starts, which does not wait for it.
pub(super) async fn warn(config: Config) {
    let mail = config.mail;
    let Some(dns) = SystemDns::new() else {
        return;
    };
    match check_sender(&dns, &mail.from, mail.dkim_selector.as_deref()).await {
        Ok(check) => {
            for finding in check.findings.iter().filter(|f| f.state != State::Good) {
                let (record, state, next) = (finding.kind, finding.state, &finding.next);
                tracing::warn!(
                    record,
                    ?state,
                    next,
                    "mail may be refused: see `check-mail`"
                );
            }
        }
        Err(error) => tracing::warn!(%error, "the sender's domain cannot be checked"),
    }
}
