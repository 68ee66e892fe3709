//! Checkpoints.

use undersigned::protocol::encoding::to_base64;
use undersigned::tlog::hash::{empty_root, leaf_hash};

use super::key::stray_bits;
use crate::file::Case;

pub(super) fn cases() -> Vec<Case> {
    let root = leaf_hash(b"").to_string();
    let accept = |name, about, origin: &str, size: u64, root: String| {
        let body = format!("{origin}\n{size}\n{root}\n");
        Case::accept("checkpoint", name, about)
            .field("origin", origin)
            .field("size", size)
            .field("root", root)
            .body(body)
    };
    let reject = |name, about, reason, body: String| {
        Case::reject("checkpoint", name, about, reason).body(body)
    };
    let lines = "a checkpoint is three lines, each ending in a newline";
    let size = "a tree size is a decimal below 2^63 without leading zeroes";
    let bad_root = "a root is 32 bytes in standard base64";
    let origin = "an origin has 1 to 255 bytes and no control characters";
    let with = |origin: &str, size: &str, root: &str| format!("{origin}\n{size}\n{root}\n");
    let short = to_base64([0; 31]);
    vec![
        accept(
            "empty-tree",
            "A tree without leaves.",
            "log.example",
            0,
            empty_root().to_string(),
        ),
        accept(
            "largest",
            "The largest size.",
            "log.example",
            (1 << 63) - 1,
            root.clone(),
        ),
        accept(
            "origin-with-spaces",
            "An origin may have spaces.",
            "go.sum database tree",
            1,
            root.clone(),
        ),
        accept(
            "origin-255",
            "The longest origin that can be cosigned.",
            &"o".repeat(255),
            1,
            root.clone(),
        ),
        reject(
            "two-lines",
            "The root is missing.",
            lines,
            "log.example\n1\n".to_owned(),
        ),
        reject(
            "no-final-newline",
            "The last line ends in a newline.",
            lines,
            with("log.example", "1", &root).trim_end().to_owned(),
        ),
        reject("empty", "Nothing.", lines, String::new()),
        reject(
            "extension",
            "Extension lines are not covered by ML-DSA-44 cosignatures.",
            "a checkpoint here has no extension lines",
            with("log.example", "1", &root) + "extension\n",
        ),
        reject(
            "blank-line",
            "A blank fourth line.",
            "a checkpoint here has no extension lines",
            with("log.example", "1", &root) + "\n",
        ),
        reject(
            "empty-origin",
            "An origin is not empty.",
            origin,
            with("", "1", &root),
        ),
        reject(
            "origin-256",
            "One byte too long.",
            origin,
            with(&"o".repeat(256), "1", &root),
        ),
        reject(
            "origin-cr",
            "No control characters.",
            origin,
            with("log.example\r", "1", &root),
        ),
        reject(
            "size-leading-zero",
            "One spelling for each size.",
            size,
            with("log.example", "01", &root),
        ),
        reject(
            "size-sign",
            "No sign.",
            size,
            with("log.example", "+1", &root),
        ),
        reject(
            "size-empty",
            "Not a number.",
            size,
            with("log.example", "", &root),
        ),
        reject(
            "size-hex",
            "Decimal.",
            size,
            with("log.example", "0x1", &root),
        ),
        reject(
            "size-2-63",
            "One too large.",
            size,
            with("log.example", "9223372036854775808", &root),
        ),
        reject(
            "size-2-64",
            "Wraps around in 64 bits.",
            size,
            with("log.example", "18446744073709551617", &root),
        ),
        reject(
            "size-space",
            "No spaces.",
            size,
            with("log.example", "1 ", &root),
        ),
        reject(
            "root-short",
            "31 bytes.",
            bad_root,
            with("log.example", "1", &short),
        ),
        reject(
            "root-unpadded",
            "Base64 is padded.",
            bad_root,
            with("log.example", "1", root.trim_end_matches('=')),
        ),
        reject(
            "root-stray-bits",
            "Unused bits are zero.",
            bad_root,
            with("log.example", "1", &stray_bits(&root)),
        ),
        reject(
            "root-hex",
            "Base64, not hexadecimal.",
            bad_root,
            with("log.example", "1", &hex::encode([0; 32])),
        ),
    ]
}
