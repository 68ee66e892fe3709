//! Keys whose destruction is stated (`spec/journal.md`, "Erased").

use std::fmt;

use super::manifest::Manifest;

/// What was opened, or could be tested, with a key that is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasedKey {
    /// Records for the auditor.
    Vault,
    /// Addresses of those who wanted updates.
    Subscriptions,
    /// What signers showed of themselves.
    Disclosures,
    /// Hashes of mailboxes that were invited.
    Invitations,
    /// kI, by the commitment that the manifest pins.
    Identity([u8; 32]),
    /// kL, by the public key that the manifest pins.
    Tag([u8; 32]),
}

impl ErasedKey {
    /// All that a petition may have, with its manifest's commitments.
    pub fn of(manifest: &Manifest) -> [Self; 6] {
        let terms = manifest.terms();
        [
            Self::Vault,
            Self::Subscriptions,
            Self::Disclosures,
            Self::Invitations,
            Self::Identity(terms.registrar.identity_key_commitment),
            Self::Tag(terms.ledger.tag_key),
        ]
    }

    /// The name in a statement.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::Subscriptions => "subscriptions",
            Self::Disclosures => "disclosures",
            Self::Invitations => "invitations",
            Self::Identity(_) => "identity-key",
            Self::Tag(_) => "tag-key",
        }
    }

    /// What the key was known by in public: its commitment or its public half.
    pub fn public(self) -> Option<[u8; 32]> {
        match self {
            Self::Identity(key) | Self::Tag(key) => Some(key),
            Self::Vault | Self::Subscriptions | Self::Disclosures | Self::Invitations => None,
        }
    }

    pub(super) fn parse(name: &str, key: &str) -> Option<Self> {
        let pinned = || {
            let mut bytes = [0; 32];
            hex::decode_to_slice(key, &mut bytes).ok()?;
            Some(bytes)
        };
        let parsed = match name {
            "vault" => Self::Vault,
            "subscriptions" => Self::Subscriptions,
            "disclosures" => Self::Disclosures,
            "invitations" => Self::Invitations,
            "identity-key" => Self::Identity(pinned()?),
            "tag-key" => Self::Tag(pinned()?),
            _ => return None,
        };
        // One spelling: upper-case digits, or a key where there is none, are refused.
        (parsed.key_line() == key).then_some(parsed)
    }

    fn key_line(self) -> String {
        self.public().map_or_else(|| "none".to_owned(), hex::encode)
    }
}

/// The last two lines of a statement.
impl fmt::Display for ErasedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "what {}\nkey {}\n", self.name(), self.key_line())
    }
}
