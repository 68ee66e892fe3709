//! What a cosignature signs.

use crate::tlog::checkpoint::Checkpoint;

/// "Ed25519 signed message": a header line, a time line, the whole text of the note.
pub(super) fn ed25519(checkpoint: &Checkpoint, extension: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{checkpoint}{extension}")
}

/// `opaque<1..2^8-1>` of RFC 8446, section 3.4.
fn push_opaque(bytes: &mut Vec<u8>, text: &str) {
    let length = u8::try_from(text.len()).ok().filter(|length| *length > 0);
    bytes.push(length.expect("names and origins have 1 to 255 bytes"));
    bytes.extend_from_slice(text.as_bytes());
}

/// "ML-DSA-44 signed message": the structure `cosigned_message` for a whole tree.
pub(super) fn ml_dsa(cosigner: &str, checkpoint: &Checkpoint, time: u64) -> Vec<u8> {
    let mut bytes = b"subtree/v1\n\0".to_vec();
    push_opaque(&mut bytes, cosigner);
    bytes.extend_from_slice(&time.to_be_bytes());
    push_opaque(&mut bytes, &checkpoint.origin);
    bytes.extend_from_slice(&0u64.to_be_bytes());
    bytes.extend_from_slice(&checkpoint.size.0.to_be_bytes());
    bytes.extend_from_slice(&checkpoint.root.0);
    bytes
}
