//! `undersigned petition new`: from a draft to the exact bytes of a petition.

use std::path::{Path, PathBuf};

use clap::Args;

use super::draft::Draft;
use crate::cli::args::{OperatorArgs, ServerArgs};
use crate::cli::files::{self, Access, Existing};
use crate::cli::stop::{Stop, refused, stop};
use crate::cli::{Clocks, Outcome, list, organiser_key, output, when};
use crate::protocol::manifest::{Manifest, Publication};

/// The demo's petition, and the template that `--example` prints.
pub(crate) const EXAMPLE: &str = include_str!("../../../examples/petition.toml");

/// Draw up a petition: make its manifest from a draft
///
/// Makes the organiser's key if there is none, asks the service for the keys that it
/// contributes, and writes the manifest. Its exact bytes are the petition; nothing is
/// published yet.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned petition new --example > draft.toml
  undersigned petition new draft.toml
  undersigned petition new draft.toml --server https://petitions.example.org \\
      --operator-token-file operator.token --key organiser.key")]
pub(crate) struct NewArgs {
    /// The draft, a TOML file
    #[arg(value_name = "FILE", required_unless_present = "example")]
    draft: Option<PathBuf>,
    /// Print a draft to begin with, and do nothing else
    #[arg(long, conflicts_with = "draft")]
    example: bool,
    /// The organiser's key; made if there is none
    #[arg(long, value_name = "FILE", default_value = "organiser.key")]
    key: PathBuf,
    /// The key of the organiser's list, where the draft has `share = true`; made if there is none
    #[arg(long, value_name = "FILE", default_value = "organiser.list.key")]
    list_key: PathBuf,
    /// Where the manifest goes [default: <title>.manifest.json]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print id and files as JSON
    #[arg(long)]
    json: bool,
}

/// The example, with the publication that is right for most petitions.
fn template() -> String {
    EXAMPLE
        .replace("publication = \"prompt\"", "publication = \"batched\"")
        .replace("tests only, as here", "tests only")
}

/// A draft that breaks a rule, unless the error has advice of its own.
fn in_draft(path: &Path, error: anyhow::Error) -> anyhow::Error {
    if error.is::<Stop>() {
        return error.context(path.display().to_string());
    }
    refused(
        format!("{}: {}", path.display(), error.to_string().trim()),
        format!("correct {} and try again", path.display()),
    )
}

pub(super) async fn run(args: NewArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    if args.example {
        output::line(template().trim_end())?;
        return Ok(Outcome::Done);
    }
    let path = args.draft.as_ref().expect("clap requires it");
    let text = String::from_utf8(files::read(path, 1 << 20)?).map_err(|_| {
        stop(
            format!("{} is not UTF-8 text", path.display()),
            "save it as UTF-8",
        )
    })?;
    let correct = |error: anyhow::Error| in_draft(path, error);
    let draft = Draft::parse(&text).map_err(|error| correct(error.into()))?;
    let now = clock.now();
    draft.check(now).map_err(correct)?;

    let target = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.manifest.json", output::slug(draft.title()))));
    if target.exists() {
        return Err(stop(
            format!(
                "{} exists: that petition is drawn up already",
                target.display()
            ),
            "publish it with `undersigned petition publish`, or move it away to draw up another",
        ));
    }
    let client = args.operator.authorise(args.server.client(&clock)?)?;
    let name = output::slug(draft.organiser());
    let (key, made) = organiser_key::read_or_make(&args.key, &name, &clock)?;
    let mut list_made = false;
    let list = if draft.keeps_list() {
        let (list, made) = list::read_or_make(&args.list_key, &clock)?;
        list_made = made;
        Some(list::public(&list)?)
    } else {
        None
    };
    let keys = client.contribute_keys().await?;
    let manifest = draft
        .manifest(now, &key.vkey(), list, keys)
        .map_err(correct)?;
    files::write(&target, manifest.bytes(), Access::Public, Existing::Keep)?;

    if args.json {
        output::json(&serde_json::json!({
            "petition": manifest.id(),
            "manifest": target,
            "key": args.key,
            "key_made": made,
            "organiser_vkey": key.vkey().to_string(),
            "server": client.url(),
        }))?;
        return Ok(Outcome::Done);
    }
    if made {
        eprintln!(
            "Made the organiser's key: {}. Keep it safe, and a copy elsewhere.",
            args.key.display()
        );
    }
    if list_made {
        eprintln!(
            "Made the key of the list: {}. Without it nobody can open the list.",
            args.list_key.display()
        );
    }
    output::line(describe(&manifest))?;
    output::line(format!(
        "\nWritten to {target}. These exact bytes are the petition; they cannot change once\n\
         published. Read the letter once more, check recipients and dates, then:\n\n  \
         undersigned petition publish {target} --key {key} --server {server}",
        target = target.display(),
        key = args.key.display(),
        server = client.url(),
    ))?;
    Ok(Outcome::Done)
}

/// What an organiser checks before publishing.
pub(crate) fn describe(manifest: &Manifest) -> String {
    let t = manifest.terms();
    let mut lines = vec![format!("Petition {}", manifest.id())];
    let mut line = |name: &str, value: String| lines.push(format!("  {name:<15} {value}"));
    for title in &t.title {
        line("title", format!("{} [{}]", title.text, title.lang));
    }
    for recipient in &t.recipients {
        line("to", recipient.clone());
    }
    line("organiser", t.organiser.name.clone());
    line("opens", when::rfc3339(t.opens));
    line("confirm until", when::rfc3339(t.confirm_until));
    line("submit until", when::rfc3339(t.submit_until));
    line("withdraw until", when::rfc3339(t.withdraw_until));
    if let Some(goal) = t.goal {
        line("goal", output::number(goal));
    }
    let publication = match t.publication {
        Publication::Batched => "batched: 64 waiting, or one hour",
        Publication::Private => "private: 256 waiting, or 24 hours",
        Publication::Prompt => {
            "prompt: every second. Anyone can pair roll entries with signatures \
                                and see when somebody signed: for demonstrations and tests only"
        }
    };
    if t.asks.share.is_some() {
        let list = "who wants to hands the organiser what they filled in, sealed";
        line("list", list.to_owned());
    }
    line("publication", publication.to_owned());
    lines.join("\n")
}
