//! The beginning of a signing: read the letter, draw the secret, keep it.

use std::path::PathBuf;

use super::{ReceiptFile, SignArgs, answers};
use crate::cli::stop::{refused, stop};
use crate::cli::{Clocks, output, prompt, when};
use crate::client::signing;
use crate::protocol::manifest::{Localized, Manifest};

/// The text in the language asked for, else the first.
fn pick<'a>(texts: &'a [Localized], lang: Option<&String>) -> &'a str {
    let asked = texts.iter().find(|text| Some(&text.lang) == lang);
    &asked.unwrap_or(&texts[0]).text
}

fn show(manifest: &Manifest, lang: Option<&String>) {
    let t = manifest.terms();
    eprintln!("\n{}\n", pick(&t.title, lang));
    eprintln!("To: {}\n", t.recipients.join("; "));
    eprintln!("{}\n", pick(&t.letter, lang));
    eprintln!("Asked by {}.\n", t.organiser.name);
}

/// `None` if the signer, having read the letter, does not sign.
pub(super) async fn begin(args: &SignArgs, clock: &Clocks) -> anyhow::Result<Option<ReceiptFile>> {
    let (client, id) = args.petition.resolve(clock)?;
    let manifest = client.manifest(id).await?;
    let petition = client.petition(id).await?;
    if petition.phase != "open" {
        return Err(refused(
            format!(
                "this petition is not open for signing: it is {}",
                petition.phase
            ),
            format!(
                "signing is open from {} to {}",
                when::rfc3339(petition.opens),
                when::rfc3339(petition.confirm_until)
            ),
        ));
    }
    let path = args.receipt.clone().unwrap_or_else(|| {
        let title = output::slug(&manifest.terms().title[0].text);
        PathBuf::from(format!("{title}-{}.receipt.json", &id.to_string()[..8]))
    });
    if path.exists() {
        return Err(stop(
            format!("{} exists: this signing was begun before", path.display()),
            format!(
                "go on with `undersigned sign --resume {}`, or name another file with --receipt",
                path.display()
            ),
        ));
    }
    if !args.json {
        show(&manifest, args.lang.as_ref());
    }
    if !args.yes && prompt::is_interactive() && !prompt::confirm("Sign this letter?").await? {
        eprintln!("Nothing was sent.");
        return Ok(None);
    }
    let fields = answers::gather(args, &manifest).await?;
    let receipt = signing::begin(&manifest, client.url(), &fields, &**clock)?;
    let file = ReceiptFile::create(&path, receipt)?;
    eprintln!(
        "Your receipt: {} (keep it: it holds your secret)",
        path.display()
    );
    Ok(Some(file))
}
