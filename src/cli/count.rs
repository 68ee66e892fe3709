//! The published count, checked against the manifest's keys.

use crate::api::Count;
use crate::client::api::Client;
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::{JournaledTally, VerifiedTally};
use crate::protocol::manifest::Manifest;
use crate::protocol::tally::Totals;

use super::stop::refused;

/// A count that follows from a tally in the journal.
pub(crate) struct CheckedCount {
    /// The tally with its proof, as published.
    pub(crate) journaled: JournaledTally,
    /// The same, checked.
    pub(crate) tally: VerifiedTally,
    /// R, X, S, W.
    pub(crate) totals: Totals,
}

/// The count as served, and as checked once there is a tally.
pub(crate) async fn fetch(
    client: &Client,
    manifest: &Manifest,
) -> anyhow::Result<(Count, Option<CheckedCount>)> {
    let count = client.count(manifest.id()).await?;
    let (Some(tally), Some(proof)) = (count.tally.clone(), count.proof.clone()) else {
        return Ok((count, None));
    };
    let journaled = JournaledTally { tally, proof };
    let wrong = |what: String| {
        refused(
            format!("the count that the service gives does not hold: {what}"),
            "do not rely on it; keep the answer, it is evidence",
        )
    };
    let tally = journaled
        .verify(manifest, Tree::Signatures, &manifest.pinned_policy())
        .map_err(|error| wrong(error.to_string()))?;
    if tally.tally().cover.is_some() {
        return Err(super::stop::stop(
            "the roll of this petition is kept by another instance",
            "this version reads counts of petitions whose four trees one instance keeps",
        ));
    }
    let totals = tally.tally().totals();
    if (count.count, count.ceiling) != (totals.count(), totals.ceiling()) {
        return Err(wrong(format!(
            "it states {} (at most {}), its tally says {} (at most {})",
            count.count,
            count.ceiling,
            totals.count(),
            totals.ceiling()
        )));
    }
    let checked = CheckedCount {
        journaled,
        tally,
        totals,
    };
    Ok((count, Some(checked)))
}
