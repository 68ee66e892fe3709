//! What happens in the demo, in order, and the figures that it gives.

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::house::House;
use super::people::{self, Person};
use super::{DemoArgs, audit, crowd, disk, tamper};
use crate::api::{StrikeRequest, StrikeTarget};
use crate::cli::output::{self, number};
use crate::cli::stop::refused;
use crate::cli::{Clocks, attest, count, when};
use crate::protocol::leaf::StrikeReason;
use crate::protocol::receipt::Receipt;
use crate::protocol::tally::Totals;

/// How many take their signature back, in a crowd that is large enough.
const WITHDRAWING: usize = 12;
/// How long a publication may take to show what was handed in. Two minutes is far more
/// than `prompt` needs, and ends a demo that would otherwise wait for ever.
const PUBLICATION: Duration = Duration::from_mins(2);

/// A figure is what it has to be, or the demo has failed.
fn expect<T: PartialEq + Display>(what: &str, is: &T, must_be: &T) -> anyhow::Result<()> {
    if is == must_be {
        return Ok(());
    }
    Err(refused(
        format!("{what}: {is}, but it must be {must_be}"),
        "this is a fault of the program: please report it with the output above",
    ))
}

fn say(text: impl AsRef<str>) -> anyhow::Result<()> {
    output::line(text)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation
)]
fn rate(things: u64, time: Duration) -> String {
    number((things as f64 / time.as_secs_f64().max(1e-9)).round() as u64)
}

/// Wait until the published totals are these.
async fn wait_for(house: &House, totals: Totals) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let (_, checked) = count::fetch(&house.client, &house.manifest).await?;
        let now = checked.map(|c| c.totals).unwrap_or_default();
        if now == totals || begun.elapsed() > PUBLICATION {
            expect("confirmed mailboxes (R)", &now.roll, &totals.roll)?;
            expect("signatures (S)", &now.signatures, &totals.signatures)?;
            expect("withdrawals (W)", &now.withdrawals, &totals.withdrawals)?;
            return expect("strikes (X)", &now.strikes, &totals.strikes);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Tell the story. Every figure in it is checked.
pub(super) async fn tell(
    args: &DemoArgs,
    house: &Arc<House>,
    clock: &Clocks,
) -> anyhow::Result<()> {
    let signers = u64::from(args.signers);
    let people: Vec<Arc<Person>> = people::crowd(args.signers)
        .into_iter()
        .map(Arc::new)
        .collect();
    introduce(house, signers)?;

    let begun = Instant::now();
    let receipts = crowd::sign_all(house, &people, clock).await?;
    let signing = begun.elapsed();
    let mut totals = Totals {
        roll: signers,
        signatures: signers,
        ..Totals::default()
    };
    say(format!(
        "3. {} people asked for a link, took it from their mail, confirmed, and signed, in {}\n   \
         ({} a second, with the signers' own work done on this machine, too).",
        number(signers),
        seconds(signing),
        rate(signers, signing)
    ))?;

    let again = crowd::sign_twice(house, &people, clock).await?;
    let subscribed = crowd::unsubscribe_all(house, &people).await?;
    say(format!(
        "4. {again} of them tried again under another spelling of their address. All were refused:\n   \
         a mailbox counts once, and the answer to the request for a link does not tell. {subscribed} had\n   \
         asked for periodic updates; they unsubscribed with the link in the mail that said so."
    ))?;

    wait_for(house, totals).await?;
    let begun = Instant::now();
    let receipts = crowd::prove_all(house, receipts).await?;
    say(format!(
        "5. Published. Everybody fetched a proof and checked it against the keys in the manifest, in {}.",
        seconds(begun.elapsed())
    ))?;

    lose_some(house, &people, &receipts, &mut totals).await?;
    let attested = prove_offline(house, &receipts).await?;
    expect("attested count", &attested, &totals.count())?;
    let audited = audit_all(house, clock, totals).await?;
    say(figures(house, signers, signing, &audited)?)
}

fn introduce(house: &House, signers: u64) -> anyhow::Result<()> {
    let t = house.manifest.terms();
    say(format!(
        "{} people sign a petition on this machine. No mail and no request leaves it.\n\n\
         1. The service runs at {}, with its store in\n   {}.\n   \
         Its mails go to a small SMTP server on loopback. All signers come from one address, so\n   \
         the limits against abuse are raised for the demo.",
        number(signers),
        house.client.url(),
        house.data.display()
    ))?;
    say(format!(
        "2. {} publishes \"{}\".\n   Its id, the hash of its exact text: {}\n   \
         Publication is `prompt`, every second, so that you need not wait. Never use that for a real\n   \
         petition: it shows when somebody signed.",
        t.organiser.name,
        t.title[0].text,
        house.manifest.id()
    ))
}

/// Some withdraw; one is struck, after a look at what that would do.
async fn lose_some(
    house: &House,
    people: &[Arc<Person>],
    receipts: &[Receipt],
    totals: &mut Totals,
) -> anyhow::Result<()> {
    let leaving = WITHDRAWING.min(receipts.len() / 4);
    let withdrawn = crowd::withdraw(house, &receipts[..leaving]).await?;
    totals.withdrawals = withdrawn as u64;
    wait_for(house, *totals).await?;
    say(format!(
        "6. {withdrawn} took their signatures back, with nothing but their receipts."
    ))?;

    let struck = people.last().context("somebody signs")?;
    let strike = |preview| StrikeRequest {
        target: StrikeTarget::Mailbox(struck.address.clone()),
        reason: StrikeReason::SignersRequest,
        preview,
    };
    let id = house.manifest.id();
    let before = *totals;
    let preview = house.operator.strike(id, &strike(true)).await?;
    wait_for(house, before).await?;
    expect(
        "the count in the preview",
        &preview.count_now,
        &before.count(),
    )?;
    let done = house.operator.strike(id, &strike(false)).await?;
    expect(
        "the entries struck",
        &format!("{:?}", done.entries),
        &format!("{:?}", preview.entries),
    )?;
    totals.strikes = 1;
    wait_for(house, *totals).await?;
    expect(
        "the count after the strike",
        &preview.count_then,
        &totals.count(),
    )?;
    expect("the ceiling", &preview.ceiling, &totals.ceiling())?;
    say(format!(
        "7. One roll entry was struck on request; the preview had said what that would do:\n   \
         at least {} signatures stand, at most {} (R {}, S {}, W {}, X {}).",
        number(totals.count()),
        number(totals.ceiling()),
        number(totals.roll),
        number(totals.signatures),
        totals.withdrawals,
        totals.strikes
    ))
}

/// A receipt and an attestation are checked offline, and a tampered receipt is refused.
/// Returns the attested count.
async fn prove_offline(house: &House, receipts: &[Receipt]) -> anyhow::Result<u64> {
    let files = tamper::Files::write(house, receipts.last().context("somebody signs")?)?;
    say(format!(
        "8. A receipt, checked offline against a policy file:\n   $ undersigned verify {} --policy {}\n   {}",
        files.receipt.display(),
        files.policy.display(),
        files.verify(&files.receipt, true)?
    ))?;
    say(format!(
        "   The same with one bit of the signature changed:\n   {}",
        files.verify(&files.tampered, false)?
    ))?;

    let checked = attest::published(&house.client, &house.manifest).await?;
    let (bytes, attested) = attest::make(&house.manifest, &checked, &house.organiser)?;
    let path = files.keep_attestation(&bytes)?;
    house
        .client
        .attest(house.manifest.id(), String::from_utf8(bytes)?)
        .await?;
    say(format!(
        "9. The organiser attests the count, as of {}:\n   $ undersigned verify {} --policy {}\n   {}",
        when::rfc3339(attested.as_of),
        path.display(),
        files.policy.display(),
        files.verify(&path, true)?
    ))?;
    Ok(attested.totals.count())
}

/// A stranger replays everything from public files; one flipped byte is found.
async fn audit_all(
    house: &Arc<House>,
    clock: &Clocks,
    totals: Totals,
) -> anyhow::Result<audit::Audited> {
    let audited = audit::audit(house, clock, totals).await?;
    say(format!(
        "10. An audit from the public files alone: {} leaves checked in {} ({} a second), no deviation.",
        number(audited.leaves),
        seconds(audited.time),
        rate(audited.leaves, audited.time)
    ))?;
    let found = audit::audit_damaged(house, clock, totals).await?;
    say(format!(
        "    The same files, mirrored, with one byte flipped in {}:\n    {}",
        found.file, found.deviation
    ))?;
    Ok(audited)
}

fn figures(
    house: &House,
    signers: u64,
    signing: Duration,
    audited: &audit::Audited,
) -> anyhow::Result<String> {
    let bytes = disk::allocated(&house.data)?;
    Ok(format!(
        "\nAll figures are what they have to be.\n  \
         signatures    {} a second, end to end\n  \
         disk          {} bytes a signature ({} in all)\n  \
         audit         {}, {} leaf checks a second",
        rate(signers, signing),
        number(bytes / signers),
        number(bytes),
        seconds(audited.time),
        rate(audited.leaves, audited.time)
    ))
}

/// What to try while the service goes on.
pub(super) fn invite(house: &House) -> anyhow::Result<()> {
    let url = house.petition_url();
    say(format!(
        "\nStill serving, until Ctrl-C. Try, in another terminal:\n  \
         undersigned petition status {url}\n  \
         undersigned audit {}\n  \
         curl {}/api/v1/petitions/{}/count",
        house.client.url(),
        house.client.url(),
        house.manifest.id()
    ))
}
