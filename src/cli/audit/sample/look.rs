//! Opening the drawn records, and checking each.

use super::key::AuditorKey;
use crate::cli::stop::refused;
use crate::keys::envelope;
use crate::protocol::sample::{Flaw, Opened, Opening, VerifiedDraw, check_entry};
use crate::protocol::tag::IdentityKey;
use crate::registrar::rules::Rules;
use crate::registrar::{Address, IDENTITY_KEY_INFO, VAULT_INFO, VaultRecord};

/// What an entry turned out to be.
pub(super) enum Found {
    /// No record that opens.
    Unopened,
    /// It does not fit its roll leaf.
    Wrong,
    /// It fits; the canonical identity.
    Mailbox(String),
}

/// Look at all drawn entries: roll index, and what was found.
pub(super) fn look(
    drawn: &VerifiedDraw,
    opening: &Opening,
    key: &AuditorKey,
) -> anyhow::Result<Vec<(u64, Found)>> {
    let entries = opening
        .of(drawn)
        .map_err(|error| refused(error.to_string(), "ask for the opening of this very draw"))?;
    let p = drawn.frame.manifest.id();
    let aad = [p.as_bytes(), &drawn.seed.0[..]].concat();
    let identity = envelope::open(&key.hpke, IDENTITY_KEY_INFO, &aad, &opening.identity_key);
    let identity = identity.ok().and_then(|bytes| bytes[..].try_into().ok());
    let identity = identity.map(IdentityKey);
    let rules = Rules::load(None)?;
    let judge = |entry: &Opened<'_>| {
        let found = judge(drawn, entry, key, identity.as_ref(), &rules);
        (entry.index, found)
    };
    Ok(entries.iter().map(judge).collect())
}

fn judge(
    drawn: &VerifiedDraw,
    entry: &Opened<'_>,
    key: &AuditorKey,
    identity: Option<&IdentityKey>,
    rules: &Rules,
) -> Found {
    let manifest = &drawn.frame.manifest;
    let Some((leaf, record)) = &entry.record else {
        return Found::Unopened;
    };
    let aad = [manifest.id().as_bytes(), &record.leaf[..]].concat();
    let plain = envelope::open(&key.hpke, VAULT_INFO, &aad, &record.envelope);
    let plain = plain
        .ok()
        .and_then(|plain| serde_json::from_slice::<VaultRecord>(&plain).ok());
    let Some(record) = plain else {
        return Found::Unopened;
    };
    let checked = identity.ok_or(Flaw::Key).and_then(|identity| {
        let VaultRecord { opening, u, proof } = &record;
        check_entry(manifest, identity, leaf, opening, u, proof)
    });
    // One mailbox has one spelling: another would be a second entry of the same one.
    let mailbox = record.opening.identity;
    let address = mailbox.strip_prefix("mailto:").map(Address::parse);
    let canonical = matches!(address, Some(Ok(address)) if rules.identity(&address) == mailbox);
    if checked.is_ok() && canonical {
        Found::Mailbox(mailbox)
    } else {
        Found::Wrong
    }
}
