//! Whose word counts.

use std::path::Path;

use crate::cli::files;
use crate::cli::stop::stop;
use crate::protocol::manifest::Manifest;
use crate::tlog::note::VerifierKey;
use crate::tlog::policy::{POLICY_MAX, Policy};

/// Whose word counts.
pub(super) enum Trust {
    /// A policy file's.
    Policy(Policy),
    /// That of these keys.
    Keys(Policy),
    /// That of the keys which the file's own manifest pins.
    Itself,
}

/// The policy in a file.
pub(in crate::cli) fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    let bytes = files::read(path, POLICY_MAX)?;
    Policy::parse(&bytes).map_err(|error| {
        stop(
            format!("{}: {error}", path.display()),
            "a policy is written as c2sp.org/tlog-policy says: `log <vkey>` lines, perhaps \
             witnesses, and a `quorum` line",
        )
    })
}

/// The keys given on the command line.
pub(in crate::cli) fn read_keys(vkeys: &[String]) -> anyhow::Result<Vec<VerifierKey>> {
    let keys: Result<Vec<VerifierKey>, _> = vkeys.iter().map(|key| key.parse()).collect();
    keys.map_err(|error| {
        stop(
            format!("--vkey: {error}"),
            "take it from somebody you trust, whole",
        )
    })
}

impl Trust {
    pub(super) fn read(policy: Option<&Path>, vkeys: &[String]) -> anyhow::Result<Self> {
        if let Some(path) = policy {
            return Ok(Self::Policy(read_policy(path)?));
        }
        if vkeys.is_empty() {
            return Ok(Self::Itself);
        }
        Ok(Self::Keys(Policy::of_logs(read_keys(vkeys)?)))
    }

    /// The policy for a file that carries this manifest.
    pub(super) fn policy(&self, manifest: &Manifest) -> Policy {
        match self {
            Self::Policy(policy) | Self::Keys(policy) => policy.clone(),
            Self::Itself => manifest.pinned_policy(),
        }
    }

    /// The policy for a file that names no keys.
    pub(super) fn own(&self) -> Option<&Policy> {
        match self {
            Self::Policy(policy) | Self::Keys(policy) => Some(policy),
            Self::Itself => None,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Policy(_) => "policy",
            Self::Keys(_) => "vkey",
            Self::Itself => "file-itself",
        }
    }

    /// What stands before a verdict that rests on the file alone.
    pub(super) fn caveat(&self) -> &'static str {
        match self {
            Self::Policy(_) | Self::Keys(_) => "",
            Self::Itself => "(against the keys named in the FILE ITSELF)  ",
        }
    }

    /// What a verdict is worth that rests on the file alone.
    pub(super) fn warning(&self) -> Option<&'static str> {
        matches!(self, Self::Itself).then_some(
            "NOTE: whoever made this file chose the keys that it was checked against. Compare the \
             petition's id\n      with one that you have from elsewhere, or give --policy or --vkey.",
        )
    }
}
