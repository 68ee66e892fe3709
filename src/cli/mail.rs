//! Links in mails.

use anyhow::Context as _;
use mail_parser::MessageParser;

/// The link in the text of a mail that does `action`.
pub(crate) fn link_in(mail: &[u8], action: &str) -> anyhow::Result<String> {
    let message = MessageParser::default().parse(mail).context("not a mail")?;
    let text = message.body_text(0).context("a mail without text")?;
    let part = format!("/{action}/");
    let link = text.split_whitespace().find(|word| word.contains(&part));
    let link = link.with_context(|| format!("a mail without a link to {action}"))?;
    Ok(link.trim_matches(['<', '>']).to_owned())
}
