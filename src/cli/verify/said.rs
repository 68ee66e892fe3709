//! A verdict in words and as JSON.

use serde_json::{Value, json};

use super::evidence;
use super::trust::Trust;
use crate::cli::when;
use crate::tlog::note::{KeyType, VerifierKey};
use crate::tlog::policy::WitnessedCheckpoint;

/// What came of looking.
pub(super) enum Verdict {
    /// It holds.
    Valid {
        /// `receipt`, `attestation`, `pack`, `evidence` or `tlog-proof`.
        kind: &'static str,
        /// What is proven, by whom.
        line: String,
        /// The same for machines.
        facts: Value,
    },
    /// It does not.
    Invalid {
        /// As above.
        kind: &'static str,
        /// Why.
        reason: String,
        /// Nothing is wrong, but there is nothing to check yet.
        early: bool,
    },
}

impl Verdict {
    pub(super) fn invalid(kind: &'static str, reason: &impl ToString) -> Self {
        let reason = reason.to_string();
        Self::Invalid {
            kind,
            reason,
            early: false,
        }
    }

    pub(super) fn is_valid(&self) -> bool {
        matches!(self, Self::Valid { .. })
    }

    pub(super) fn line(&self, trust: &Trust) -> String {
        let words = |kind: &str| match kind {
            evidence::KIND => ["PROVEN", "NOT PROVEN"],
            _ => ["VALID", "INVALID"],
        };
        match self {
            Self::Valid { kind, line, .. } => {
                format!("{}  {}{line}", words(kind)[0], trust.caveat())
            }
            Self::Invalid {
                kind,
                reason,
                early,
            } => format!(
                "{}  {kind}: {reason}",
                if *early { "NOT YET" } else { words(kind)[1] }
            ),
        }
    }

    pub(super) fn json(&self, trust: &Trust) -> Value {
        match self {
            Self::Valid { kind, facts, .. } => {
                let mut value = json!({ "valid": true, "kind": kind, "trust": trust.name() });
                let members = value.as_object_mut().expect("an object was just made");
                members.extend(facts.as_object().cloned().unwrap_or_default());
                value
            }
            Self::Invalid { kind, reason, .. } => {
                json!({ "valid": false, "kind": kind, "trust": trust.name(), "reason": reason })
            }
        }
    }
}

/// A key's name and id, which are unique enough and, other than the key, readable.
pub(super) fn short(key: &VerifierKey) -> String {
    format!("{}+{}", key.name(), key.id())
}

fn algorithm(key: &VerifierKey) -> &'static str {
    match key.key_type() {
        KeyType::Ed25519 | KeyType::Ed25519Cosignature => "Ed25519",
        KeyType::MlDsa44Cosignature => "ML-DSA-44",
    }
}

/// `journal a.example (Ed25519 + ML-DSA-44), witnesses: none`.
pub(super) fn signers(keys: &[VerifierKey], checkpoint: &WitnessedCheckpoint) -> String {
    let keys: Vec<&str> = keys.iter().map(algorithm).collect();
    let mut names: Vec<String> = Vec::new();
    for witness in checkpoint.witnesses() {
        let time = witness
            .time
            .map(|time| format!(" at {}", when::rfc3339(time)));
        names.push(format!("{}{}", witness.name, time.unwrap_or_default()));
    }
    let witnesses = if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    };
    let origin = &checkpoint.checkpoint().origin;
    format!(
        "journal {origin} ({}), witnesses: {witnesses}",
        keys.join(" + ")
    )
}

/// The same for machines.
pub(super) fn signers_json(keys: &[VerifierKey], checkpoint: &WitnessedCheckpoint) -> Value {
    let witnesses: Vec<Value> = checkpoint
        .witnesses()
        .iter()
        .map(|w| json!({ "name": w.name, "key": short(&w.key), "time": w.time }))
        .collect();
    json!({
        "origin": checkpoint.checkpoint().origin,
        "size": checkpoint.checkpoint().size.0,
        "keys": keys.iter().map(short).collect::<Vec<_>>(),
        "witnesses": witnesses,
    })
}
