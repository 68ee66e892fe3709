//! `undersigned audit sample key`: the auditor's key, and what a draft needs of it.

use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use crate::cli::files::{self, Access, Existing};
use crate::cli::stop::stop;
use crate::cli::{Clocks, Outcome, output, when};
use crate::clock::random;
use crate::keys::envelope;
use crate::protocol::ids::parse_hex32;
use crate::protocol::sample::{Chain, Pinned, SAMPLE};
use crate::tlog::note::NoteSigner;

/// Make the auditor's key, and print what the petition's draft says of it
///
/// The key opens the records that the service seals to the auditor, and signs the report. The
/// round is the first of drand's quicknet after the moment that --after names: choose one some
/// days after the petition closes, so that there is time to fix what is drawn from.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned audit sample key --name \"Institute for Counting\" --after 2027-03-01
  undersigned audit sample key --name \"Institute for Counting\" --after \"in 120 days\" --key our.key")]
pub(crate) struct KeyArgs {
    /// Who audits
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The beacon's round comes after this moment
    #[arg(long, value_name = "MOMENT")]
    after: String,
    /// Where the key goes; must not exist
    #[arg(long, value_name = "FILE", default_value = "auditor.key")]
    key: PathBuf,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// The auditor's two keys.
pub(super) struct AuditorKey {
    /// Opens records.
    pub(super) hpke: Zeroizing<[u8; 32]>,
    /// Signs the report.
    pub(super) signer: NoteSigner,
}

impl AuditorKey {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = files::read_secret(path, 4096)?;
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        let mut lines = text.lines();
        let hpke = lines.next().and_then(parse_hex32).map(Zeroizing::new);
        let signer = lines.next().and_then(|line| line.parse().ok());
        match (hpke, signer) {
            (Some(hpke), Some(signer)) => Ok(Self { hpke, signer }),
            _ => Err(stop(
                format!("{} is not an auditor's key", path.display()),
                "give the file that `undersigned audit sample key` made",
            )),
        }
    }
}

pub(super) fn run(args: &KeyArgs, clock: &Clocks) -> anyhow::Result<Outcome> {
    let chain = Chain::quicknet();
    let round = chain.round_after(when::parse(&args.after, clock.now())?)?;
    let hpke: Zeroizing<[u8; 32]> = Zeroizing::new(random(&**clock));
    let public = envelope::public(&hpke)?;
    let signer = NoteSigner::new(&output::slug(&args.name), &random(&**clock))?;
    let secret = signer.to_secret_text();
    let text = Zeroizing::new(format!("{}\n{}\n", hex::encode(&hpke[..]), secret.as_str()));
    files::write(&args.key, text.as_bytes(), Access::Secret, Existing::Keep)?;
    let (beacon, vkey) = (Pinned(chain.hash()).text(), signer.vkey().to_string());
    if args.json {
        output::json(&serde_json::json!({
            "key": args.key,
            "auditor": args.name,
            "hpke_key": hex::encode(public),
            "beacon": beacon,
            "round": round,
            "vkey": vkey,
            "sample": SAMPLE,
        }))?;
        return Ok(Outcome::Done);
    }
    eprintln!(
        "Made the auditor's key: {}. Keep it safe, and a copy elsewhere. Into the draft goes:\n",
        args.key.display()
    );
    let name = toml::Value::String(args.name.clone());
    output::line(format!(
        "[audit]\nauditor = {name}\nhpke_key = \"{}\"\nbeacon = \"{beacon}\"\nround = {round}  # {}\n\
         vkey = \"{vkey}\"\nsample = {SAMPLE}",
        hex::encode(public),
        when::rfc3339(chain.time_of(round)?),
    ))?;
    Ok(Outcome::Done)
}
