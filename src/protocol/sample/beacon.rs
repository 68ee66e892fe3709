//! Public randomness: drand rounds, bound by the hash of their chain
//! (`spec/audit-sample.md`, "Beacon").

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::protocol::ids::parse_hex32;

/// What stands before a chain hash in `audit.beacon`.
const DRAND: &str = "drand:";
/// Most bytes of a public key, a signature or an id.
const BYTES_MAX: usize = 96;

/// Why a beacon is not the one that the manifest names, or cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BeaconError {
    /// `audit.beacon` names no chain that this version can check.
    #[error(
        "the manifest's beacon is not `drand:` and the 64 hexadecimal digits of a chain's hash"
    )]
    Unknown,
    /// The chain is another one.
    #[error("the chain hashes to {0}, which is not the one in the manifest")]
    Chain(String),
    /// A scheme without a rule here.
    #[error("beacon scheme {0:?} is unknown")]
    Scheme(String),
    /// A value is out of bounds.
    #[error("the beacon's {0} is out of bounds")]
    Bounds(&'static str),
    /// Not the round that was announced.
    #[error("this is round {actual}, the manifest names round {expected}")]
    Round {
        /// In the manifest.
        expected: u64,
        /// In the file.
        actual: u64,
    },
    /// The signature is not the chain's.
    #[error("the beacon's signature does not verify")]
    Signature,
}

/// A chain's hash, as a manifest pins it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned(pub [u8; 32]);

impl Pinned {
    /// From `audit.beacon`.
    pub fn parse(beacon: &str) -> Result<Self, BeaconError> {
        let hash = beacon.strip_prefix(DRAND).and_then(parse_hex32);
        hash.map(Self).ok_or(BeaconError::Unknown)
    }

    /// What stands in `audit.beacon`.
    pub fn text(self) -> String {
        format!("{DRAND}{}", hex::encode(self.0))
    }
}

/// A drand chain. Its hash covers all but the scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// `schemeID` of the chain.
    pub scheme: String,
    /// Its public key, hexadecimal.
    #[serde(with = "hex::serde")]
    pub public_key: Vec<u8>,
    /// Seconds between rounds.
    pub period: u32,
    /// Time of round 1, Unix seconds.
    pub genesis: u64,
    /// `groupHash`, hexadecimal.
    #[serde(with = "hex::serde")]
    pub group: [u8; 32],
    /// `beaconID`.
    pub id: String,
}

impl Chain {
    /// drand's quicknet, which most will use: a round every three seconds since August 2023.
    pub fn quicknet() -> Self {
        let key = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c\
                   8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb\
                   5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
        let group = "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e";
        Self {
            scheme: "bls-unchained-g1-rfc9380".to_owned(),
            public_key: hex::decode(key).expect("a constant"),
            period: 3,
            genesis: 1_692_803_367,
            group: parse_hex32(group).expect("a constant"),
            id: "quicknet".to_owned(),
        }
    }

    /// The chain's hash, as drand computes it.
    pub fn hash(&self) -> [u8; 32] {
        let mut h = Sha256::new();
        h.update(self.period.to_be_bytes());
        h.update(self.genesis.to_be_bytes());
        h.update(&self.public_key);
        h.update(self.group);
        if self.id != "default" {
            h.update(self.id.as_bytes());
        }
        h.finalize().into()
    }

    /// When a round is due, Unix seconds.
    pub fn time_of(&self, round: u64) -> Result<u64, BeaconError> {
        let since = round
            .checked_sub(1)
            .and_then(|rounds| rounds.checked_mul(u64::from(self.period)));
        since
            .and_then(|since| since.checked_add(self.genesis))
            .filter(|time| *time < 1 << 62)
            .ok_or(BeaconError::Bounds("round"))
    }

    /// The first round that is due after `time`.
    pub fn round_after(&self, time: u64) -> Result<u64, BeaconError> {
        if self.period == 0 {
            return Err(BeaconError::Bounds("period"));
        }
        let since = time.saturating_sub(self.genesis);
        Ok(since / u64::from(self.period) + 2)
    }

    /// Whether the chain signs each round together with the signature before it.
    fn is_chained(&self) -> Result<bool, BeaconError> {
        match self.scheme.as_str() {
            "pedersen-bls-chained" => Ok(true),
            "pedersen-bls-unchained" | "bls-unchained-on-g1" | "bls-unchained-g1-rfc9380" => {
                Ok(false)
            }
            other => Err(BeaconError::Scheme(other.chars().take(50).collect())),
        }
    }
}

/// What a chain said in a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundValue {
    /// Which round.
    pub round: u64,
    /// The chain's signature, hexadecimal.
    #[serde(with = "hex::serde")]
    pub signature: Vec<u8>,
    /// That of the round before, in a chained scheme only; else empty.
    #[serde(with = "hex::serde")]
    pub previous: Vec<u8>,
}

impl RoundValue {
    /// SHA-256 of the signature, as drand derives it.
    pub fn randomness(&self) -> [u8; 32] {
        Sha256::digest(&self.signature).into()
    }
}

/// A chain and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beacon {
    /// The chain.
    pub chain: Chain,
    /// What it said.
    pub value: RoundValue,
}

/// Verifies the signature of a beacon.
pub trait BeaconCheck {
    /// Whether the chain's key signed this round.
    fn is_signed(&self, chain: &Chain, value: &RoundValue) -> bool;
}

impl Beacon {
    /// Check that it is the announced round of the pinned chain, and signed. Gives the time of
    /// the round and the randomness.
    pub fn verify(
        &self,
        pinned: Pinned,
        round: u64,
        check: &dyn BeaconCheck,
    ) -> Result<(u64, [u8; 32]), BeaconError> {
        let (chain, value) = (&self.chain, &self.value);
        let hash = chain.hash();
        if hash != pinned.0 {
            return Err(BeaconError::Chain(hex::encode(hash)));
        }
        let chained = chain.is_chained()?;
        if value.round != round {
            return Err(BeaconError::Round {
                expected: round,
                actual: value.round,
            });
        }
        for (field, length) in [
            ("public key", chain.public_key.len()),
            ("signature", value.signature.len()),
        ] {
            if !(1..=BYTES_MAX).contains(&length) {
                return Err(BeaconError::Bounds(field));
            }
        }
        if chain.id.len() > BYTES_MAX {
            return Err(BeaconError::Bounds("id"));
        }
        if value.previous.is_empty() == chained || value.previous.len() > BYTES_MAX {
            return Err(BeaconError::Bounds("previous signature"));
        }
        let time = chain.time_of(round)?;
        if !check.is_signed(chain, value) {
            return Err(BeaconError::Signature);
        }
        Ok((time, value.randomness()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quicknet_has_its_well_known_hash_and_times() {
        let chain = Chain::quicknet();
        assert_eq!(
            hex::encode(chain.hash()),
            "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
        );
        assert_eq!(
            Pinned::parse(&Pinned(chain.hash()).text()),
            Ok(Pinned(chain.hash()))
        );
        assert_eq!(chain.time_of(1), Ok(chain.genesis));
        assert_eq!(chain.time_of(123), Ok(chain.genesis + 366));
        assert!(chain.time_of(0).is_err() && chain.time_of(u64::MAX).is_err());
        for time in [chain.genesis, chain.genesis + 1, chain.genesis + 3] {
            let round = chain.round_after(time).expect("a period");
            assert!(chain.time_of(round).expect("in bounds") > time);
            assert!(chain.time_of(round - 1).expect("in bounds") <= time);
        }
    }

    #[test]
    fn other_beacons_are_unknown() {
        let upper = format!("drand:{}", "AB".repeat(32));
        for text in ["", "drand:", "drand:00", "nist", &upper] {
            assert_eq!(Pinned::parse(text), Err(BeaconError::Unknown), "{text}");
        }
    }
}
