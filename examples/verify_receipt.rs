//! Check a receipt, offline, with the verifier alone:
//!
//! ```sh
//! cargo run --no-default-features --example verify_receipt -- my.receipt.json trusted.policy
//! ```
//!
//! Without a policy it checks against the keys that the file itself names, which says
//! nothing to anybody who does not know the petition's id from elsewhere.

use std::process::ExitCode;

use undersigned::protocol::receipt::Receipt;
use undersigned::tlog::policy::Policy;

fn verify(receipt: &str, policy: Option<&str>) -> Result<String, Box<dyn std::error::Error>> {
    let receipt = Receipt::parse(&std::fs::read(receipt)?)?;
    let policy = match policy {
        Some(path) => Policy::parse(&std::fs::read(path)?)?,
        None => receipt.manifest()?.pinned_policy(),
    };
    let verified = receipt.verify(&policy)?;
    let tally = verified.included.tally.tally();
    Ok(format!(
        "signature #{} is in the ledger of petition {} as of Unix second {}, one of {}",
        verified.included.index,
        verified.manifest.id(),
        tally.time,
        tally.totals().signatures,
    ))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(receipt) = arguments.first() else {
        eprintln!("usage: verify_receipt RECEIPT [POLICY]");
        return ExitCode::from(2);
    };
    match verify(receipt, arguments.get(1).map(String::as_str)) {
        Ok(said) => {
            println!("VALID  {said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("INVALID  {error}");
            ExitCode::FAILURE
        }
    }
}
