//! Questions to whoever sits at the terminal.

use std::io::{IsTerminal as _, Write as _};

use anyhow::Context as _;

use super::stop::stop;

/// Whether somebody can be asked.
pub(crate) fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Ask, and read one line. The end of input is an empty answer.
pub(crate) async fn ask(question: &str) -> anyhow::Result<String> {
    eprint!("{question} ");
    std::io::stderr().flush()?;
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = read.await?.context("cannot read the answer")?;
    Ok(line.trim().to_owned())
}

/// The mailbox that was named, or that whoever sits there types.
pub(crate) async fn mailbox(named: Option<String>) -> anyhow::Result<String> {
    match named {
        Some(email) => Ok(email),
        None if is_interactive() => ask("Your e-mail address:").await,
        None => Err(stop("no mailbox is named", "give it with --email")),
    }
}

/// Ask a question that only `y` or `yes` affirms.
pub(crate) async fn confirm(question: &str) -> anyhow::Result<bool> {
    let answer = ask(&format!("{question} [y/N]")).await?.to_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}
