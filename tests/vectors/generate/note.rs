//! Signed notes.

use undersigned::protocol::encoding::to_base64;
use undersigned::tlog::note::{Note, NoteSignature, NoteSigner};

use super::key::stray_bits;
use super::replaced;
use crate::file::Case;
use crate::world::seed;

const TEXT: &str = "We, the undersigned\n\nand nobody else\n";
const INVALID: &str = "the signature of a.example/log (";

pub(super) fn signer(name: &str, number: u8) -> NoteSigner {
    NoteSigner::new(name, &seed(number)).expect("a name")
}

pub(super) fn note(text: &str, signatures: Vec<NoteSignature>) -> String {
    Note::new(text, signatures).expect("a note").to_string()
}

pub(super) fn cases() -> Vec<Case> {
    let (a, b) = (signer("a.example/log", 1), signer("b.example", 2));
    let namesake = signer("a.example/log", 3);
    let signed_by = |case: Case, signer: &NoteSigner| {
        case.field(
            "signed-by",
            format!("{} {}", signer.vkey().name(), signer.vkey().id()),
        )
    };
    let accept = |name, about, keys: &[&NoteSigner], body: &str| {
        let keys = keys.iter().map(|key| key.vkey());
        Case::accept("note", name, about)
            .fields("vkey", keys)
            .body(body)
    };
    let one = note(TEXT, vec![a.sign(TEXT)]);
    let two = note(TEXT, vec![a.sign(TEXT), b.sign(TEXT)]);
    let many = note(TEXT, vec![a.sign(TEXT); 100]);
    let line = a.sign(TEXT).to_string();
    let base64 = line.rsplit(' ').next().expect("base64");
    let reject = |name, about, reason: &str, body: &[u8]| {
        Case::reject("note", name, about, reason)
            .field("vkey", a.vkey())
            .body(body)
    };
    let parse =
        |name, about, reason: &str, body: &str| reject(name, about, reason, body.as_bytes());
    let with_line = |new: &str| replaced(&one, &line, new);
    let malformed = "signature line 1 is malformed";
    let unverified_b = {
        let bad = b.sign("another text\n");
        note(TEXT, vec![a.sign(TEXT), bad])
    };
    let id = hex::encode(a.vkey().id().0);
    let mut cases = vec![
        signed_by(
            accept(
                "blank-line-in-text",
                "The last blank line separates text and signatures.",
                &[&a],
                &one,
            ),
            &a,
        ),
        signed_by(
            signed_by(accept("two-keys", "Two known keys.", &[&a, &b], &two), &a),
            &b,
        ),
        signed_by(
            accept(
                "unknown-key",
                "A signature by an unknown key is ignored.",
                &[&a],
                &two,
            ),
            &a,
        ),
        signed_by(
            accept(
                "unknown-invalid",
                "So is one that would not verify.",
                &[&a],
                &unverified_b,
            ),
            &a,
        ),
        signed_by(
            accept(
                "namesake",
                "Another key of the same name is another key.",
                &[&a],
                &note(TEXT, vec![namesake.sign(TEXT), a.sign(TEXT)]),
            ),
            &a,
        ),
        (0..100).fold(
            accept(
                "hundred-signatures",
                "As many as this implementation takes.",
                &[&a],
                &many,
            ),
            |case, _| signed_by(case, &a),
        ),
        signed_by(
            accept(
                "unicode",
                "Text and names are UTF-8.",
                &[&signer("bücher.example", 4)],
                &note("Größe\n", vec![signer("bücher.example", 4).sign("Größe\n")]),
            ),
            &signer("bücher.example", 4),
        ),
        parse(
            "hundred-and-one",
            "One signature too many.",
            "a note has 1 to 100 signatures, got 101",
            &many.replacen(&line, &format!("{line}\n{line}"), 1),
        ),
        parse(
            "text-changed",
            "The text is another.",
            &format!("{INVALID}{id}) does not verify"),
            &replaced(&one, "nobody", "somebody"),
        ),
        Case::reject(
            "note",
            "no-known-key",
            "Signed, but by nobody known.",
            "not signed by any known key",
        )
        .field("vkey", signer("c.example", 5).vkey())
        .body(&two),
        Case::reject(
            "note",
            "known-key-invalid",
            "One known key verifies, another does not: the note is refused.",
            &format!(
                "the signature of b.example ({}) does not verify",
                b.vkey().id()
            ),
        )
        .field("vkey", a.vkey())
        .field("vkey", b.vkey())
        .body(&unverified_b),
        parse(
            "same-id-other-name",
            "Name and id must both match.",
            "not signed by any known key",
            &with_line(&line.replace("a.example/log", "a.example/gol")),
        ),
        parse(
            "no-blank-line",
            "Text and signatures are not separated.",
            "no blank line before the signatures",
            &note("one line\n", vec![a.sign("one line\n")]).replace("\n\n", "\n"),
        ),
        parse(
            "no-signature",
            "A note has at least one.",
            "a note has 1 to 100 signatures, got 0",
            &with_line("").replace("\n\n\n", "\n\n"),
        ),
        parse(
            "no-final-newline",
            "The last line ends in a newline.",
            "signature line 2 is malformed",
            two.trim_end(),
        ),
        parse(
            "blank-line-at-end",
            "Nothing follows the signatures.",
            "a note has 1 to 100 signatures, got 0",
            &format!("{one}\n"),
        ),
        parse(
            "blank-line-between-signatures",
            "The last blank line separates: the first signature is text now.",
            "not signed by any known key",
            &two.replacen(&format!("{line}\n"), &format!("{line}\n\n"), 1),
        ),
        parse(
            "cr",
            "Lines end in a newline alone.",
            "control character 0x0d in a note",
            &one.replace('\n', "\r\n"),
        ),
        parse(
            "tab",
            "Control characters are refused.",
            "control character 0x09 in a note",
            &replaced(&one, "nobody else", "nobody\telse"),
        ),
        parse(
            "nul",
            "Control characters are refused.",
            "control character 0x00 in a note",
            &replaced(&one, "nobody else", "nobody\0else"),
        ),
        reject(
            "not-utf8",
            "Notes are UTF-8.",
            "a note is UTF-8 text",
            &[b"\xff\n\n", line.as_bytes(), b"\n"].concat(),
        ),
        parse(
            "hyphen",
            "A signature line begins with an em dash.",
            malformed,
            &with_line(&line.replace('—', "-")),
        ),
        parse(
            "two-spaces",
            "One space between name and signature.",
            malformed,
            &with_line(&line.replace("log ", "log  ")),
        ),
        parse(
            "trailing-space",
            "Nothing follows the signature.",
            malformed,
            &with_line(&format!("{line} ")),
        ),
        parse(
            "plus-in-name",
            "Names have no plus sign.",
            malformed,
            &with_line(&line.replace("/log", "+log")),
        ),
        parse(
            "no-break-space-in-name",
            "Names have no Unicode spaces.",
            malformed,
            &with_line(&line.replace("/log", "\u{a0}log")),
        ),
        parse(
            "empty-name",
            "Names are not empty.",
            malformed,
            &with_line(&format!("—  {base64}")),
        ),
        parse(
            "base64-unpadded",
            "Base64 is padded.",
            malformed,
            &with_line(line.trim_end_matches('=')),
        ),
        parse(
            "base64-four-bytes",
            "A key id and no signature.",
            malformed,
            &with_line(&format!("— a.example/log {}", to_base64(a.vkey().id().0))),
        ),
    ];
    let url_safe = base64.replace('+', "-").replace('/', "_");
    assert_ne!(url_safe, base64, "the signature holds + or /");
    cases.push(parse(
        "base64-url",
        "Base64 is the standard alphabet.",
        malformed,
        &with_line(&format!("— a.example/log {url_safe}")),
    ));
    // 68 bytes leave two bits in the last character, which are zero.
    let stray = stray_bits(base64);
    cases.push(parse(
        "base64-stray-bits",
        "Unused bits are zero.",
        malformed,
        &with_line(&format!("— a.example/log {stray}")),
    ));
    let truncated = to_base64([&a.vkey().id().0, &a.sign(TEXT).signature()[..63]].concat());
    cases.push(parse(
        "signature-short",
        "An Ed25519 signature has 64 bytes.",
        &format!("{INVALID}{id}) does not verify"),
        &with_line(&format!("— a.example/log {truncated}")),
    ));
    cases
}
