//! The drand beacon: what it serves, read and fetched, and its signatures, verified
//! (`spec/audit-sample.md`, "Beacon").

use std::time::Duration;

use drand_verify::{G1Pubkey, G2PubkeyFastnet, G2PubkeyRfc, Pubkey};
use serde::Deserialize;

use crate::protocol::ids::parse_hex32;
use crate::protocol::sample::{BeaconCheck, Chain, RoundValue};

/// Where drand is reached unless told otherwise.
pub const DRAND: &str = "https://api.drand.sh";
/// Most bytes of an answer.
const ANSWER_MAX: usize = 16 * 1024;

/// Why there is no beacon.
#[derive(Debug, thiserror::Error)]
pub enum DrandError {
    /// Not what drand serves.
    #[error("this is not what a drand node serves: {0}")]
    Json(String),
    /// The node cannot be reached, or refuses.
    #[error("the drand node does not answer: {0}")]
    Http(#[from] reqwest::Error),
    /// The answer is too long.
    #[error("the drand node's answer is too long")]
    TooLong,
}

/// Verifies signatures of drand's schemes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drand;

fn signed<K: Pubkey>(chain: &Chain, value: &RoundValue) -> bool {
    K::from_variable(&chain.public_key).is_ok_and(|key| {
        let verified = key.verify(value.round, &value.previous, &value.signature);
        verified.unwrap_or(false)
    })
}

impl BeaconCheck for Drand {
    fn is_signed(&self, chain: &Chain, value: &RoundValue) -> bool {
        match chain.scheme.as_str() {
            "pedersen-bls-chained" | "pedersen-bls-unchained" => signed::<G1Pubkey>(chain, value),
            "bls-unchained-on-g1" => signed::<G2PubkeyFastnet>(chain, value),
            "bls-unchained-g1-rfc9380" => signed::<G2PubkeyRfc>(chain, value),
            _ => false,
        }
    }
}

/// `/<chain>/info`.
#[derive(Deserialize)]
struct Info {
    public_key: String,
    period: u32,
    genesis_time: u64,
    #[serde(rename = "groupHash")]
    group_hash: String,
    #[serde(rename = "schemeID")]
    scheme: String,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "beaconID")]
    id: String,
}

/// `/<chain>/public/<round>`.
#[derive(Deserialize)]
struct Public {
    round: u64,
    signature: String,
    previous_signature: Option<String>,
}

/// Read what a node serves as `/<chain>/info`.
pub fn read_chain(json: &[u8]) -> Result<Chain, DrandError> {
    let info: Info = serde_json::from_slice(json).map_err(|e| DrandError::Json(e.to_string()))?;
    let malformed = |field: &str| DrandError::Json(format!("{field} is not hexadecimal"));
    Ok(Chain {
        scheme: info.scheme,
        public_key: hex::decode(info.public_key).map_err(|_| malformed("public_key"))?,
        period: info.period,
        genesis: info.genesis_time,
        group: parse_hex32(&info.group_hash).ok_or_else(|| malformed("groupHash"))?,
        id: info.metadata.map_or("default".to_owned(), |m| m.id),
    })
}

/// Read what a node serves as `/<chain>/public/<round>`.
pub fn read_round(json: &[u8]) -> Result<RoundValue, DrandError> {
    let public: Public =
        serde_json::from_slice(json).map_err(|e| DrandError::Json(e.to_string()))?;
    let bytes = |field: &str, text: &str| {
        hex::decode(text).map_err(|_| DrandError::Json(format!("{field} is not hexadecimal")))
    };
    Ok(RoundValue {
        round: public.round,
        signature: bytes("signature", &public.signature)?,
        previous: bytes(
            "previous_signature",
            public.previous_signature.as_deref().unwrap_or_default(),
        )?,
    })
}

/// Ask a node for a chain, or for one of its rounds. What it says is not believed, but
/// checked against the hash and the key.
pub async fn fetch(node: &str, chain: &[u8; 32], path: &str) -> Result<Vec<u8>, DrandError> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .build()?;
    let url = format!(
        "{}/{}/{path}",
        node.trim_end_matches('/'),
        hex::encode(chain)
    );
    let mut answer = client.get(url).send().await?.error_for_status()?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_MAX {
            return Err(DrandError::TooLong);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::sample::{Beacon, Pinned};

    const INFO: &str = r#"{"public_key":"83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a","period":3,"genesis_time":1692803367,"hash":"52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971","groupHash":"f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e","schemeID":"bls-unchained-g1-rfc9380","metadata":{"beaconID":"quicknet"}}"#;
    const ROUND: &str = r#"{"round":123,"signature":"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"}"#;

    #[test]
    fn a_round_that_drand_signed_verifies_and_no_other() {
        let chain = read_chain(INFO.as_bytes()).expect("a chain");
        assert_eq!(chain, Chain::quicknet());
        let pinned = Pinned(chain.hash());
        let value = read_round(ROUND.as_bytes()).expect("a round");
        let beacon = Beacon { chain, value };
        let (time, _) = beacon.verify(pinned, 123, &Drand).expect("signed");
        assert_eq!(time, 1_692_803_733);
        assert!(beacon.verify(pinned, 124, &Drand).is_err());
        for change in [
            |b: &mut Beacon| b.value.signature[5] ^= 1,
            |b: &mut Beacon| b.value.previous = vec![1],
            |b: &mut Beacon| b.chain.scheme = "bls-unchained-on-g1".to_owned(),
            |b: &mut Beacon| b.chain.scheme = "pedersen-bls-unchained".to_owned(),
            |b: &mut Beacon| b.chain.period = 4,
        ] {
            let mut changed = beacon.clone();
            change(&mut changed);
            assert!(changed.verify(pinned, 123, &Drand).is_err());
        }
        let mut later = beacon;
        later.value.round = 124;
        assert!(later.verify(pinned, 124, &Drand).is_err());
    }
}
