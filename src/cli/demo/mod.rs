//! `undersigned demo`: the main job, in one command, on a fresh machine.
//!
//! A service with its embedded store in a folder of its own, real HTTP and real SMTP on
//! loopback, and a crowd of signers that go through the whole protocol. Everything
//! that a stranger could check is then checked, and every total is compared with what
//! it has to be: a difference ends the demo.

mod audit;
mod crowd;
mod disk;
mod house;
mod people;
mod postbox;
mod story;
mod tamper;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::stop::stop;
use super::{Clocks, Outcome};

/// Show the whole of it on this machine: thousands sign, everything is checked
///
/// Starts a service in a folder of its own, with a small SMTP server that catches its
/// mails. Signers ask for a link, take it from the mail, confirm, sign and fetch their
/// proof; some try to sign twice, some take their signature back, one entry is struck.
/// Then the count is audited from public files and attested, and tampered copies are
/// shown to be refused. Nothing leaves this machine.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned demo
  undersigned demo --signers 200 --serve
  undersigned demo --data ./look-inside --keep

Exit codes: 0 all figures are what they have to be; 1 one differs; 2 could not try.")]
pub(crate) struct DemoArgs {
    /// How many people sign
    #[arg(long, value_name = "N", default_value_t = 2739)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    signers: u32,
    /// Go on serving at the end, until Ctrl-C
    #[arg(long)]
    serve: bool,
    /// Where everything goes; must not exist [default: a temporary folder]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Keep the temporary folder
    #[arg(long)]
    keep: bool,
}

/// Where everything goes.
struct Place {
    path: PathBuf,
    /// Removed with everything in it when this is dropped.
    temporary: Option<tempfile::TempDir>,
}

impl Place {
    fn make(args: &DemoArgs) -> anyhow::Result<Self> {
        if let Some(path) = &args.data {
            if path.exists() {
                return Err(stop(
                    format!("{} exists", path.display()),
                    "name a folder that does not, so that nothing of yours is touched",
                ));
            }
            std::fs::create_dir_all(path)?;
            let path = path.canonicalize()?;
            return Ok(Self {
                path,
                temporary: None,
            });
        }
        let folder = tempfile::Builder::new()
            .prefix("undersigned-demo-")
            .tempdir()?;
        let path = folder.path().to_owned();
        let temporary = if args.keep {
            drop(folder.keep());
            None
        } else {
            Some(folder)
        };
        Ok(Self { path, temporary })
    }

    /// Remove what is temporary, unless it shows what went wrong.
    fn leave(self, failed: bool) {
        match self.temporary {
            Some(_) if !failed => return,
            Some(folder) => drop(folder.keep()),
            None => {}
        }
        eprintln!("Kept: {}", self.path.display());
    }
}

pub(super) async fn run(args: DemoArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    let place = Place::make(&args)?;
    let house = tokio::select! {
        house = house::House::open(&place.path, &clock) => Arc::new(house?),
        _ = &mut interrupted => return Ok(Outcome::Interrupted),
    };
    let told = tokio::select! {
        told = story::tell(&args, &house, &clock) => told.map(|()| Outcome::Done),
        _ = &mut interrupted => Ok(Outcome::Interrupted),
    };
    if args.serve && matches!(told, Ok(Outcome::Done)) {
        story::invite(&house)?;
        interrupted.await?;
    }
    house.close().await;
    place.leave(told.is_err());
    told
}
