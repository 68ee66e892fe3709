//! Parsing notes (signed-note, "Format"). Every note has exactly one spelling.

use super::{NOTE_MAX, NoteError, NoteSignature, SIGNATURES_MAX};

/// What text and signature lines have in common: no control characters but newline.
fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.bytes().find(|byte| *byte < 0x20 && *byte != b'\n') {
        Some(byte) => Err(NoteError::Control(byte)),
        None => Ok(()),
    }
}

pub(super) fn check_text(text: &str) -> Result<(), NoteError> {
    check_characters(text)?;
    if text.ends_with('\n') {
        Ok(())
    } else {
        Err(NoteError::Text)
    }
}

/// Text and signatures of a note.
pub(super) fn note(bytes: &[u8]) -> Result<(&str, Vec<NoteSignature>), NoteError> {
    if bytes.len() > NOTE_MAX {
        return Err(NoteError::TooLong(bytes.len()));
    }
    let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Utf8)?;
    check_characters(whole)?;
    // The last blank line separates: a text may hold others.
    let split = whole.rfind("\n\n").ok_or(NoteError::Separator)?;
    let (text, rest) = whole.split_at(split + 1);
    Ok((text, signatures(&rest[1..])?))
}

/// 1 to [`SIGNATURES_MAX`] signature lines, each with its newline.
pub(super) fn signatures(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    let count = lines.bytes().filter(|byte| *byte == b'\n').count();
    if !(1..=SIGNATURES_MAX).contains(&count) {
        return Err(NoteError::Count(count));
    }
    let lines = lines
        .strip_suffix('\n')
        .ok_or(NoteError::Signature(count + 1))?;
    lines
        .split('\n')
        .zip(1..)
        .map(|(line, number)| line.parse().map_err(|_| NoteError::Signature(number)))
        .collect()
}
