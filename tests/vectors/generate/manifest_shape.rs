//! Manifests that are not JSON of their shape.

use super::manifest::{breaks, json, reject};
use super::replaced;
use crate::file::Case;
use crate::world::{Shape, terms};

/// What is not JSON of this shape.
pub(super) fn cases() -> Vec<Case> {
    let text = json(&terms(Shape::Single));
    let with = |from: &str, to: &str| replaced(&text, from, to);
    let utf8 = text
        .replace("night train", "night \u{e9}")
        .replace('\u{e9}', "X");
    let not_utf8: Vec<u8> = utf8
        .bytes()
        .map(|b| if b == b'X' { 0xff } else { b })
        .collect();
    let long = text.replace("Ministry", &"M".repeat(60_000));
    let another_way = "not a manifest: a value is written another way";
    let tag_key = hex::encode(terms(Shape::Single).ledger.tag_key);
    vec![
        reject("empty", "Nothing.", "not a manifest: EOF", ""),
        reject(
            "too-long",
            "At most 60,000 bytes.",
            "a manifest has at most 60000 bytes, got ",
            long,
        ),
        reject(
            "cut",
            "The last byte is missing.",
            "not a manifest: EOF",
            &text[..text.len() - 1],
        ),
        reject(
            "trailing",
            "Bytes follow.",
            "not a manifest: trailing characters",
            format!("{text}{{}}"),
        ),
        reject(
            "trailing-newline",
            "No byte below 0x20: it stands on one line of a note.",
            "control character 0x0a in a manifest",
            format!("{text}\n"),
        ),
        reject(
            "tab",
            "No byte below 0x20.",
            "control character 0x09 in a manifest",
            with("{\"format\"", "{\t\"format\""),
        ),
        reject(
            "bom",
            "No byte order mark.",
            "not a manifest: expected value",
            format!("\u{feff}{text}"),
        ),
        reject(
            "not-utf8",
            "UTF-8.",
            "not a manifest: invalid unicode",
            not_utf8,
        ),
        reject(
            "duplicate-key",
            "Each key once.",
            "not a manifest: duplicate field `goal`",
            with("\"goal\":1000", "\"goal\":1000,\"goal\":1001"),
        ),
        reject(
            "unknown-key",
            "No other keys.",
            "not a manifest: unknown field `gaol`",
            with("\"goal\":1000", "\"gaol\":1000"),
        ),
        reject(
            "unknown-key-inside",
            "Inside neither.",
            "not a manifest: unknown field `email`",
            with("\"updates\":true", "\"updates\":true,\"email\":true"),
        ),
        reject(
            "missing-key",
            "All keys but the optional ones.",
            "not a manifest: missing field `email_rules`",
            with("\"email_rules\":1,", ""),
        ),
        reject(
            "float",
            "Integers are integers.",
            "not a manifest: invalid type: floating point `1000.0`",
            with("\"goal\":1000", "\"goal\":1000.0"),
        ),
        reject(
            "exponent",
            "Exponents make floats.",
            "not a manifest: invalid type: floating point",
            with("\"goal\":1000", "\"goal\":1e3"),
        ),
        reject(
            "negative",
            "Not below zero.",
            "not a manifest: invalid value: integer `-1`",
            with("\"goal\":1000", "\"goal\":-1"),
        ),
        reject(
            "leading-zero",
            "As JSON has it.",
            "not a manifest: ",
            with("\"goal\":1000", "\"goal\":01000"),
        ),
        reject(
            "string-for-number",
            "Types are what they are.",
            "not a manifest: invalid type: string",
            with("\"goal\":1000", "\"goal\":\"1000\""),
        ),
        reject(
            "array",
            "An object, not a list of its values.",
            "not a manifest: ",
            "[]",
        ),
        reject(
            "list-for-object",
            "Inside neither.",
            another_way,
            with(
                "{\"lang\":\"en\",\"text\":\"Keep the night train\"}",
                "[\"en\",\"Keep the night train\"]",
            ),
        ),
        reject(
            "null",
            "An optional key without a value is left out.",
            another_way,
            with("\"goal\":1000", "\"goal\":null"),
        ),
        reject(
            "hex-upper-case",
            "Hexadecimal is lower case.",
            another_way,
            with(&tag_key, &tag_key.to_uppercase()),
        ),
        reject(
            "variant",
            "A word that is not one of three.",
            "not a manifest: unknown variant `maybe`",
            with("\"region\":\"required\"", "\"region\":\"maybe\""),
        ),
        reject(
            "hex-short",
            "A key has 32 bytes.",
            "not a manifest: ",
            with(&tag_key, "00"),
        ),
        reject(
            "base64",
            "Base64 is standard and padded.",
            "not a manifest: not standard base64",
            with("AQAB\"", "AQA\""),
        ),
        breaks(
            "format",
            "Another version.",
            "manifest format \"undersigned/manifest/v2\" is unknown",
            |t| t.format = t.format.replace("v1", "v2"),
        ),
    ]
}
