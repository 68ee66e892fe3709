//! Standard output is data; everything else goes to standard error.

use std::io::Write as _;

use serde::Serialize;

/// A line, or several, of output.
pub(crate) fn line(text: impl AsRef<str>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.as_ref())?;
    Ok(out.flush()?)
}

/// A JSON document.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?)
}

/// The first characters of an id, enough to tell petitions apart at a glance.
pub(crate) fn short(id: &impl ToString) -> String {
    let id = id.to_string();
    format!("{}…", &id[..id.len().min(12)])
}

/// A number with separators, as people read it.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A name for files: lower-case ASCII letters and digits, hyphens between.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 48 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "petition".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{number, slug};

    #[test]
    fn numbers_have_separators() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1000), "1,000");
        assert_eq!(number(1_234_567), "1,234,567");
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("  Cancel *all* of it!  "), "cancel-all-of-it");
        assert_eq!(slug("…"), "petition");
        assert_eq!(slug(&"a".repeat(100)).len(), 48);
    }
}
