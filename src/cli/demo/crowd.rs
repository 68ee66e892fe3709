//! The crowd: many signers at once, each through the whole protocol.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinSet;

use super::house::House;
use super::people::Person;
use crate::api::ConfirmationRequest;
use crate::api::problem::Kind;
use crate::cli::Clocks;
use crate::cli::args::Link;
use crate::client::api::Client;
use crate::client::signing::{self, SigningError};
use crate::protocol::receipt::Receipt;

/// How many sign at the same time.
const AT_ONCE: usize = 64;

/// A bar on a terminal; nothing elsewhere.
fn bar(what: &'static str, length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:12} {bar:40} {pos}/{len} {per_sec}");
    ProgressBar::new(length as u64)
        .with_style(style.expect("a constant template"))
        .with_message(what)
}

/// Do `work` for each item, a bounded number at a time; results in the items' order.
async fn each<T, R, F>(
    what: &'static str,
    items: Vec<T>,
    work: impl Fn(T) -> F,
) -> anyhow::Result<Vec<R>>
where
    F: Future<Output = anyhow::Result<R>> + Send + 'static,
    R: Send + 'static,
{
    let bar = bar(what, items.len());
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let mut waiting = items.into_iter().enumerate();
    let mut at_work = JoinSet::new();
    loop {
        while at_work.len() < AT_ONCE {
            let Some((place, item)) = waiting.next() else {
                break;
            };
            let future = work(item);
            at_work.spawn(async move { (place, future.await) });
        }
        let Some(done) = at_work.join_next().await else {
            break;
        };
        let (place, result) = done?;
        results[place] = Some(result?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(results
        .into_iter()
        .map(|r| r.expect("every item was worked on"))
        .collect())
}

/// The token in the link that a mail to `address` brings.
async fn token(house: &House, address: &str, action: &str) -> anyhow::Result<String> {
    let link = Link::parse(&house.postbox.link(address, action).await?)?;
    if link.petition != house.manifest.id() {
        bail!("a link to another petition");
    }
    link.token(action)
}

async fn confirmation(house: &House, address: &str, updates: bool) -> anyhow::Result<String> {
    let request = ConfirmationRequest {
        email: address.to_owned(),
        updates,
        region: None,
        lang: None,
    };
    let petition = house.manifest.id();
    house
        .client
        .request_confirmation(petition, &request)
        .await?;
    token(house, address, "confirm").await
}

async fn sign(house: Arc<House>, person: Arc<Person>, clock: Clocks) -> anyhow::Result<Receipt> {
    let url = house.client.url();
    let mut receipt = signing::begin(&house.manifest, url, &person.fields, &*clock)?;
    let token = confirmation(&house, &person.address, person.updates).await?;
    signing::confirm(&house.client, &mut receipt, &token).await?;
    signing::submit(&house.client, &mut receipt).await?;
    Ok(receipt)
}

/// Everybody signs.
pub(super) async fn sign_all(
    house: &Arc<House>,
    people: &[Arc<Person>],
    clock: &Clocks,
) -> anyhow::Result<Vec<Receipt>> {
    let work = |person| sign(house.clone(), person, clock.clone());
    each("signing", people.to_vec(), work).await
}

async fn sign_again(house: Arc<House>, person: Arc<Person>, clock: Clocks) -> anyhow::Result<()> {
    let alias = person.alias.as_ref().context("somebody with an alias")?;
    let url = house.client.url();
    let mut receipt = signing::begin(&house.manifest, url, &person.fields, &*clock)?;
    let token = confirmation(&house, alias, false).await?;
    match signing::confirm(&house.client, &mut receipt, &token).await {
        Ok(()) => bail!("a mailbox got a second token under an alias"),
        Err(SigningError::Client(error)) if error.kind() == Some(Kind::AlreadyConfirmed) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Those with an alias try to sign again. Returns how many were refused: all.
pub(super) async fn sign_twice(
    house: &Arc<House>,
    people: &[Arc<Person>],
    clock: &Clocks,
) -> anyhow::Result<usize> {
    let again: Vec<_> = people
        .iter()
        .filter(|p| p.alias.is_some())
        .cloned()
        .collect();
    let work = |person| sign_again(house.clone(), person, clock.clone());
    Ok(each("again", again, work).await?.len())
}

async fn unsubscribe(house: Arc<House>, person: Arc<Person>) -> anyhow::Result<()> {
    let token = token(&house, &person.address, "unsubscribe").await?;
    Ok(house.client.unsubscribe(house.manifest.id(), token).await?)
}

/// Those who asked for updates got a mail that says so, and unsubscribe with the link in
/// it. Returns how many.
pub(super) async fn unsubscribe_all(
    house: &Arc<House>,
    people: &[Arc<Person>],
) -> anyhow::Result<usize> {
    let subscribed: Vec<_> = people.iter().filter(|p| p.updates).cloned().collect();
    let work = |person| unsubscribe(house.clone(), person);
    Ok(each("unsubscribing", subscribed, work).await?.len())
}

async fn prove(client: Client, mut receipt: Receipt) -> anyhow::Result<Receipt> {
    match signing::prove(&client, &mut receipt).await? {
        Some(_) => Ok(receipt),
        None => bail!("a signature that was counted has no proof"),
    }
}

/// Everybody fetches the proof, and checks it.
pub(super) async fn prove_all(
    house: &House,
    receipts: Vec<Receipt>,
) -> anyhow::Result<Vec<Receipt>> {
    each("proofs", receipts, |receipt| {
        prove(house.client.clone(), receipt)
    })
    .await
}

/// Some take their signatures back. Returns how many.
pub(super) async fn withdraw(house: &House, receipts: &[Receipt]) -> anyhow::Result<usize> {
    let work = |receipt: Receipt| {
        let client = house.client.clone();
        async move { Ok(signing::withdraw(&client, &receipt).await?) }
    };
    Ok(each("withdrawing", receipts.to_vec(), work).await?.len())
}
