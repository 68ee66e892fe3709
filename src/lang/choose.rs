//! Which language a reader gets.

use super::{Language, all, known};

/// The best of our languages for a reader: what the link says, else what the browser says
/// (RFC 9110, section 12.5.4), else English.
pub fn choose(wanted: Option<&str>, accept_language: Option<&str>) -> &'static Language {
    if let Some(language) = wanted.and_then(known) {
        return language;
    }
    let mut ranked: Vec<(f32, &Language)> = accept_language
        .unwrap_or_default()
        .split(',')
        .filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            (weight > 0.0).then_some((weight, known(tag.trim())?))
        })
        .collect();
    // Stable: of equal weights, the first named.
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranked.first().map_or(&all()[0], |(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_then_the_browser_then_english() {
        for (wanted, accept, chosen) in [
            (None, None, "en"),
            (Some("ar"), Some("es"), "ar"),
            (Some("tlh"), Some("es-MX,es;q=0.9,en;q=0.5"), "es"),
            (None, Some("fr, ar;q=0.8, en;q=0.9"), "en"),
            (None, Some("es;q=0, ar;q=0.1"), "ar"),
            (None, Some("de, fr"), "en"),
            (None, Some(";;;q=x,"), "en"),
        ] {
            assert_eq!(choose(wanted, accept).tag, chosen, "{wanted:?} {accept:?}");
        }
    }
}
