//! The rules that a manifest's values keep (`spec/manifest.md`, "Rules").

use std::collections::BTreeSet;

use super::ids::Tree;
use super::manifest::{Ask, FORMAT, Localized, ManifestError, Terms};
use super::withdrawal::public_key;
use crate::tlog::note::{KeyType, VerifierKey};

/// Most entries of a sample.
pub(super) const SAMPLE_MAX: u64 = 10_000;

type Result<T = ()> = std::result::Result<T, ManifestError>;

fn ensure(holds: bool, field: &'static str, rule: &'static str) -> Result {
    if holds {
        Ok(())
    } else {
        Err(ManifestError::Field { field, rule })
    }
}

/// All rules but those about keys.
pub(super) fn check(terms: &Terms) -> Result {
    if terms.format != FORMAT {
        return Err(ManifestError::Format(terms.format.clone()));
    }
    texts("title", &terms.title, 200)?;
    texts("letter", &terms.letter, 20_000)?;
    let languages = |texts: &[Localized]| -> BTreeSet<String> {
        texts.iter().map(|t| t.lang.clone()).collect()
    };
    ensure(
        languages(&terms.title) == languages(&terms.letter),
        "letter",
        "title and letter are in the same languages",
    )?;
    ensure(
        (1..=50).contains(&terms.recipients.len()),
        "recipients",
        "1 to 50 recipients",
    )?;
    for recipient in &terms.recipients {
        ensure(
            line(recipient, 200),
            "recipients",
            "a recipient has 1 to 200 visible characters",
        )?;
    }
    ensure(
        line(&terms.organiser.name, 200),
        "organiser.name",
        "1 to 200 visible characters",
    )?;
    dates(terms)?;
    ensure(terms.goal != Some(0), "goal", "a goal is above zero")?;
    ensure(
        !terms.asks.roll_region || terms.asks.region == Ask::Required,
        "asks.roll_region",
        "needs asks.region to be required",
    )?;
    ensure(
        terms.asks.share.is_none()
            || [terms.asks.name, terms.asks.region, terms.asks.comment] != [Ask::No; 3],
        "asks.share",
        "needs a name, a region or a comment to be asked",
    )?;
    for origin in [&terms.registrar.origin, &terms.ledger.origin] {
        ensure(
            host(origin),
            "origin",
            "an origin is host[:port], lower case",
        )?;
    }
    ensure(
        terms.email_rules == 1,
        "email_rules",
        "version 1 is the only one",
    )?;
    let r = &terms.retention;
    ensure(
        (1..=30).contains(&r.pending_days),
        "retention.pending_days",
        "1 to 30 days",
    )?;
    ensure(
        (1..=72).contains(&r.network_hours),
        "retention.network_hours",
        "1 to 72 hours",
    )?;
    ensure(
        (1..=730).contains(&r.vault_days),
        "retention.vault_days",
        "1 to 730 days",
    )?;
    if let Some(audit) = &terms.audit {
        ensure(
            line(&audit.auditor, 200),
            "audit.auditor",
            "1 to 200 visible characters",
        )?;
        ensure(
            line(&audit.beacon, 200),
            "audit.beacon",
            "1 to 200 visible characters",
        )?;
        ensure(
            audit.sample.is_none_or(|n| (1..=SAMPLE_MAX).contains(&n)),
            "audit.sample",
            "1 to 10,000 entries",
        )?;
    }
    Ok(())
}

fn dates(terms: &Terms) -> Result {
    // 9999-12-31: anything later is a mistake, and sums with it cannot overflow.
    ensure(
        terms.withdraw_until <= 253_402_300_799,
        "withdraw_until",
        "is before the year 10000",
    )?;
    ensure(
        terms.opens < terms.confirm_until,
        "confirm_until",
        "is after opens",
    )?;
    ensure(
        terms.confirm_until < terms.submit_until,
        "submit_until",
        "is after confirm_until, so that no token is stranded",
    )?;
    ensure(
        terms.submit_until <= terms.withdraw_until,
        "withdraw_until",
        "is not before submit_until",
    )
}

fn texts(field: &'static str, texts: &[Localized], max: usize) -> Result {
    ensure(
        (1..=60).contains(&texts.len()),
        field,
        "is given in 1 to 60 languages",
    )?;
    let mut seen = BTreeSet::new();
    for text in texts {
        ensure(
            language(&text.lang),
            field,
            "a language is a BCP 47 tag in lower case",
        )?;
        ensure(seen.insert(&text.lang), field, "each language once")?;
        let length = text.text.chars().count();
        ensure(
            (1..=max).contains(&length) && !text.text.chars().any(forbidden),
            field,
            "has text within its limit, without control characters",
        )?;
    }
    Ok(())
}

/// Control characters other than line breaks, and the marks that reorder text:
/// a reader must see what was signed.
pub(super) fn forbidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

pub(super) fn line(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.chars().count())
        && text.trim() == text
        && !text.contains('\n')
        && !text.chars().any(forbidden)
}

pub(super) fn language(tag: &str) -> bool {
    (2..=35).contains(&tag.len())
        && tag.split('-').all(|part| {
            (1..=8).contains(&part.len())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// `host[:port]` in lower case: what stands in origins, challenges and URLs.
pub(crate) fn host(origin: &str) -> bool {
    let (host, port) = match origin.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (origin, None),
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let port_fits = port.is_none_or(|port| {
        !port.starts_with('0') && port.parse::<u16>().is_ok_and(|p| p.to_string() == port)
    });
    // Two origins and their prefixes must fit one byte of length in a cosigned message.
    (1..=150).contains(&host.len()) && host.split('.').all(label) && port_fits
}

fn parse_vkeys(field: &'static str, vkeys: &[String]) -> Result<Vec<VerifierKey>> {
    let parsed: Vec<VerifierKey> = vkeys
        .iter()
        .map(|text| text.parse())
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| ManifestError::Field {
            field,
            rule: "each is a verifier key",
        })?;
    let distinct: BTreeSet<&String> = vkeys.iter().collect();
    ensure(distinct.len() == vkeys.len(), field, "each key once")?;
    Ok(parsed)
}

/// 1 to 8 Ed25519 note keys.
pub(super) fn organiser_vkeys(vkeys: &[String]) -> Result<Vec<VerifierKey>> {
    const FIELD: &str = "organiser.vkeys";
    let parsed = parse_vkeys(FIELD, vkeys)?;
    ensure((1..=8).contains(&parsed.len()), FIELD, "1 to 8 keys")?;
    for key in &parsed {
        ensure(
            key.key_type() == KeyType::Ed25519,
            FIELD,
            "each is an Ed25519 key (0x01)",
        )?;
    }
    Ok(parsed)
}

/// An Ed25519 note key, if there is one.
pub(super) fn auditor_vkey(vkey: Option<&str>) -> Result<Option<VerifierKey>> {
    const FIELD: &str = "audit.vkey";
    let Some(vkey) = vkey else { return Ok(None) };
    let parsed = parse_vkeys(FIELD, &[vkey.to_owned()])?.remove(0);
    ensure(
        parsed.key_type() == KeyType::Ed25519,
        FIELD,
        "each is an Ed25519 key (0x01)",
    )?;
    Ok(Some(parsed))
}

/// Ed25519, then ML-DSA-44, both named after the origin.
pub(super) fn journal_vkeys(origin: &str, vkeys: &[String]) -> Result<Vec<VerifierKey>> {
    const FIELD: &str = "vkeys";
    let parsed = parse_vkeys(FIELD, vkeys)?;
    let types: Vec<KeyType> = parsed.iter().map(VerifierKey::key_type).collect();
    ensure(
        types == [KeyType::Ed25519, KeyType::MlDsa44Cosignature],
        FIELD,
        "an Ed25519 key (0x01), then an ML-DSA-44 key (0x06)",
    )?;
    for key in &parsed {
        ensure(
            key.name().as_str() == origin,
            FIELD,
            "named after the origin",
        )?;
    }
    Ok(parsed)
}

/// The pinned keys of trees and strikes are points of large order.
pub(super) fn tree_key(terms: &Terms, tree: Tree) -> Result {
    let (field, key) = match tree {
        Tree::Roll => ("registrar.roll", &terms.registrar.roll),
        Tree::Strikes => {
            let strikes = public_key(&terms.registrar.strike_key).is_ok();
            ensure(
                strikes,
                "registrar.strike_key",
                "is an Ed25519 key of large order",
            )?;
            ("registrar.strikes", &terms.registrar.strikes)
        }
        Tree::Signatures => ("ledger.signatures", &terms.ledger.signatures),
        Tree::Withdrawals => ("ledger.withdrawals", &terms.ledger.withdrawals),
    };
    ensure(
        public_key(key).is_ok(),
        field,
        "is an Ed25519 key of large order",
    )
}
