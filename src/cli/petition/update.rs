//! `undersigned petition update`: write to those who asked for updates.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::api::{UpdateRequest, UpdateText};
use crate::cli::args::{OperatorArgs, PetitionArgs};
use crate::cli::stop::stop;
use crate::cli::{Clocks, Outcome, files, output, prompt};

/// Write to the signers who asked for updates
///
/// Each gets the text in the language that they chose, or the first, with a link that ends
/// the updates. Nobody learns the addresses: the service sends the mails.
#[derive(Args)]
#[command(after_help = "\
The first line of a file is the subject; what follows is the text.

Examples:
  undersigned petition update http://localhost:8080/<id> --text en=news.txt --preview
  undersigned petition update http://localhost:8080/<id> --text en=news.txt --text de=neues.txt")]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// A language and the file with the update in it; the first is for everybody else
    #[arg(long, value_name = "LANG=FILE", required = true, value_parser = parse)]
    text: Vec<(String, PathBuf)>,
    /// Only say how many would get it
    #[arg(long)]
    preview: bool,
    /// Do not ask whether to send it
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print the number of subscribers as JSON
    #[arg(long)]
    json: bool,
}

fn parse(text: &str) -> Result<(String, PathBuf), String> {
    let (lang, file) = text
        .split_once('=')
        .ok_or("write it as LANG=FILE, for instance en=news.txt")?;
    Ok((lang.to_owned(), PathBuf::from(file)))
}

fn read(lang: &str, path: &Path) -> anyhow::Result<UpdateText> {
    let bytes = files::read(path, 16 << 10)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        stop(
            format!("{} is not UTF-8 text", path.display()),
            "save it as UTF-8",
        )
    })?;
    let (subject, text) = text.trim().split_once('\n').ok_or_else(|| {
        stop(
            format!("{} has one line only", path.display()),
            "the first line is the subject; the text follows",
        )
    })?;
    Ok(UpdateText {
        lang: lang.to_owned(),
        subject: subject.trim().to_owned(),
        text: format!("{}\n", text.trim()),
    })
}

pub(super) async fn run(args: UpdateArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let texts: Result<_, _> = args
        .text
        .iter()
        .map(|(lang, path)| read(lang, path))
        .collect();
    let (client, petition) = args.petition.resolve(&clock)?;
    let client = args.operator.authorise(client)?;
    let mut request = UpdateRequest {
        texts: texts?,
        preview: true,
    };
    let mut answer = client.update(petition, &request).await?;
    let sends = !args.preview;
    if sends && !args.yes {
        let question = format!("Write to {} people?", output::number(answer.subscribers));
        if !prompt::is_interactive() {
            return Err(stop(
                "nobody is here to say that it may be sent",
                "look at it with --preview, then add --yes",
            ));
        }
        if !prompt::confirm(&question).await? {
            eprintln!("Nothing was sent.");
            return Ok(Outcome::No);
        }
    }
    if sends {
        request.preview = false;
        answer = client.update(petition, &request).await?;
    }
    if args.json {
        output::json(&answer)?;
    } else {
        let (subscribers, does) = (
            output::number(answer.subscribers),
            if sends { "On its way" } else { "Would go" },
        );
        output::line(format!(
            "{does} to {subscribers} people who asked for updates."
        ))?;
    }
    Ok(Outcome::Done)
}
