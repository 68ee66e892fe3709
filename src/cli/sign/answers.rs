//! What the petition asks of its signers, from arguments or from the terminal.

use super::SignArgs;
use crate::cli::prompt;
use crate::cli::stop::stop;
use crate::protocol::commitment::DisclosureFields;
use crate::protocol::manifest::{Ask, Manifest};

/// Ask for what the petition asks for, and for nothing else.
pub(super) async fn gather(
    args: &SignArgs,
    manifest: &Manifest,
) -> anyhow::Result<DisclosureFields> {
    let asks = &manifest.terms().asks;
    Ok(DisclosureFields {
        name: answer("name", "Your name", asks.name, args.name.as_ref()).await?,
        region: answer("region", "Your region", asks.region, args.region.as_ref()).await?,
        comment: answer("comment", "A comment", asks.comment, args.comment.as_ref()).await?,
    })
}

async fn answer(
    flag: &str,
    question: &str,
    ask: Ask,
    given: Option<&String>,
) -> anyhow::Result<Option<String>> {
    let given = given
        .map(|text| text.trim())
        .filter(|text| !text.is_empty());
    match (ask, given) {
        (Ask::No, None) => Ok(None),
        (Ask::No, Some(_)) => Err(stop(
            format!("this petition does not ask for a {flag}"),
            format!("leave --{flag} out"),
        )),
        (_, Some(text)) => Ok(Some(text.to_owned())),
        (Ask::Required, None) if !prompt::is_interactive() => Err(stop(
            format!("this petition asks for a {flag}"),
            format!("give it with --{flag}"),
        )),
        (Ask::Optional, None) if !prompt::is_interactive() => Ok(None),
        (Ask::Optional, None) => {
            let text = prompt::ask(&format!("{question} (may stay empty):")).await?;
            Ok(Some(text).filter(|text| !text.is_empty()))
        }
        (Ask::Required, None) => loop {
            let text = prompt::ask(&format!("{question}:")).await?;
            if !text.is_empty() {
                return Ok(Some(text));
            }
        },
    }
}

/// The mailbox, if it was given or somebody can be asked.
pub(super) async fn mailbox(args: &SignArgs) -> anyhow::Result<Option<String>> {
    if let Some(email) = &args.email {
        return Ok(Some(email.clone()));
    }
    if !prompt::is_interactive() {
        return Ok(None);
    }
    let email = prompt::ask("Your e-mail address (goes to the registrar only):").await?;
    Ok(Some(email).filter(|email| !email.is_empty()))
}
