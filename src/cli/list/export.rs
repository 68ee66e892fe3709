//! `undersigned list export`: from sealed entries to a table, each checked.

use std::path::PathBuf;

use clap::Args;

use super::key;
use crate::api::PageQuery;
use crate::cli::args::{OperatorArgs, PetitionArgs};
use crate::cli::files::{self, Access, Existing};
use crate::cli::stop::refused;
use crate::cli::{Clocks, Outcome, output};
use crate::client::list::{Opener, Row};
use crate::delivery::plain_cell;
use crate::protocol::list::ListPage;
use crate::tlog::hash::leaf_hash;
use crate::tlog::policy::Policy;

/// Most bytes of a page of the list in a file.
const PAGE_MAX: usize = 32 << 20;

/// Open the list of those who handed over what they filled in, as the organiser
///
/// Each entry is checked against its signature, and that against the ledger. Addresses are
/// the signers' own word: write to them before you rely on them. Personal data: keep it to
/// the purpose, and delete it when you are done.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned list export --from list.json -o list.csv       what the office gave
  undersigned list export http://localhost:8080/<id> -o list.csv")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// A page of the list that the office gave; may be given several times
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "petition"])]
    from: Vec<PathBuf>,
    /// The key of the list
    #[arg(long, value_name = "FILE", default_value = "organiser.list.key")]
    list_key: PathBuf,
    /// Ledgers and witnesses that you trust [default: the keys in the petition]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Where the table goes [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print how many there are as JSON; the table goes to the file of --output
    #[arg(long, requires = "output")]
    json: bool,
}

/// What is written, and what is not.
struct Table {
    opener: Opener,
    policy: Option<Policy>,
    writer: csv::Writer<Vec<u8>>,
    rows: u64,
    refused: u64,
}

impl Table {
    fn take(&mut self, page: ListPage) -> anyhow::Result<()> {
        let page = page
            .verify(self.policy.as_ref())
            .map_err(|error| refused(error.to_string(), "do not rely on this list"))?;
        for entry in page.entries() {
            match self.opener.open(&page, entry) {
                Ok(row) => self.write(&row)?,
                Err(error) => {
                    self.refused += 1;
                    let leaf = hex::encode(leaf_hash(&entry.leaf).0);
                    eprintln!("left out, signature {leaf}: {error}");
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, row: &Row) -> anyhow::Result<()> {
        let fields = &row.fields;
        let text = |field: &Option<String>| plain_cell(field.as_deref().unwrap_or_default());
        self.writer.write_record([
            text(&fields.name),
            text(&fields.region),
            text(&fields.comment),
            text(&row.address),
            hex::encode(row.leaf.0),
        ])?;
        self.rows += 1;
        Ok(())
    }
}

pub(super) async fn run(args: ExportArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let policy = args.policy.as_ref().map(|path| -> anyhow::Result<Policy> {
        let bytes = files::read(path, 1 << 20)?;
        Ok(std::str::from_utf8(&bytes)?.parse()?)
    });
    let mut table = Table {
        opener: Opener::new(key::read(&args.list_key)?),
        policy: policy.transpose()?,
        writer: csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer("\u{feff}".as_bytes().to_vec()),
        rows: 0,
        refused: 0,
    };
    let titles = ["name", "region", "comment", "unverified_address", "leaf"];
    table.writer.write_record(titles)?;
    if args.from.is_empty() {
        let (client, petition) = args.petition.resolve(&clock)?;
        let client = args.operator.authorise(client)?;
        let mut query = PageQuery::default();
        loop {
            let page = client.list_page(petition, &query).await?;
            query.after.clone_from(&page.next);
            table.take(page)?;
            if query.after.is_none() {
                break;
            }
        }
    }
    for path in &args.from {
        let page = ListPage::parse(&files::read(path, PAGE_MAX)?);
        let advice = "give the file that the office gave";
        let page = page.map_err(|error| refused(format!("{}: {error}", path.display()), advice))?;
        table.take(page)?;
    }
    let csv = table
        .writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    match &args.output {
        Some(path) => files::write(path, &csv, Access::Secret, Existing::Replace)?,
        None => output::line(String::from_utf8_lossy(&csv).trim_end())?,
    }
    if args.json {
        output::json(&serde_json::json!({ "entries": table.rows, "left_out": table.refused }))?;
    } else {
        eprintln!(
            "{} on the list; {} left out.",
            output::number(table.rows),
            output::number(table.refused)
        );
    }
    Ok(if table.refused == 0 {
        Outcome::Done
    } else {
        Outcome::No
    })
}
