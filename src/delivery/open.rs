//! A pack that came back: which attestation is in it.

use serde::Deserialize;

use super::{ATTESTATION_FILE, DeliveryError, PACK_FORMAT, unzip};
use crate::protocol::attestation::{ATTESTATION_MAX, Attestation};

/// How a zip file begins.
const ZIP: &[u8] = b"PK\x03\x04";

/// `pack.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    format: String,
    manifest: String,
    attestation: String,
}

/// Just enough to tell it from a receipt.
#[derive(Deserialize)]
struct Head {
    format: String,
}

/// Whether these bytes are a pack, zipped or as JSON; good or bad.
pub fn is_pack(bytes: &[u8]) -> bool {
    let is_json = || {
        let head = serde_json::from_slice::<Head>(bytes);
        head.is_ok_and(|head| head.format.starts_with("undersigned/pack/"))
    };
    bytes.starts_with(ZIP) || is_json()
}

/// The attestation in a pack, not yet checked.
pub fn attestation_in(pack: &[u8]) -> Result<Vec<u8>, DeliveryError> {
    if pack.starts_with(ZIP) {
        return unzip(pack, ATTESTATION_FILE, ATTESTATION_MAX as u64);
    }
    let refuse = |why: &str| Err(DeliveryError::Pack(why.to_owned()));
    let pack: Pack = match serde_json::from_slice(pack) {
        Ok(pack) => pack,
        Err(error) => return refuse(&error.to_string()),
    };
    if pack.format != PACK_FORMAT {
        return refuse("another version");
    }
    let attestation = Attestation::parse(pack.attestation.as_bytes())?;
    if attestation.manifest().text() != pack.manifest {
        return refuse("the petition's text is another than the one in the attestation");
    }
    Ok(pack.attestation.into_bytes())
}
