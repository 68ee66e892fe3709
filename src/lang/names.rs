//! Languages that petitions are written in: their own names, and which way they run.

/// Names of languages for themselves, by primary subtag.
const NAMES: &[(&str, &str)] = &[
    ("ar", "العربية"),
    ("bg", "Български"),
    ("bn", "বাংলা"),
    ("bs", "Bosanski"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("cy", "Cymraeg"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("eu", "Euskara"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("ga", "Gaeilge"),
    ("gl", "Galego"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hr", "Hrvatski"),
    ("hu", "Magyar"),
    ("hy", "Հայերեն"),
    ("id", "Bahasa Indonesia"),
    ("is", "Íslenska"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ka", "ქართული"),
    ("ko", "한국어"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("mk", "Македонски"),
    ("mt", "Malti"),
    ("nb", "Norsk bokmål"),
    ("nl", "Nederlands"),
    ("nn", "Norsk nynorsk"),
    ("no", "Norsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("rm", "Rumantsch"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sq", "Shqip"),
    ("sr", "Српски"),
    ("sv", "Svenska"),
    ("sw", "Kiswahili"),
    ("ta", "தமிழ்"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

/// Primary subtags of languages whose usual script runs from right to left.
const RIGHT_TO_LEFT: &[&str] = &["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

/// A language's name for itself; its tag where we do not know it.
pub fn own_name(tag: &str) -> &str {
    let found = NAMES.iter().find(|(known, _)| *known == primary(tag));
    found.map_or(tag, |(_, name)| name)
}

/// `ltr` or `rtl`.
pub fn direction(tag: &str) -> &'static str {
    let script = tag.split('-').skip(1).find(|subtag| subtag.len() == 4);
    let right_to_left = match script {
        Some(script) => ["arab", "hebr", "thaa", "syrc", "nkoo"].contains(&script),
        None => RIGHT_TO_LEFT.contains(&primary(tag)),
    };
    if right_to_left { "rtl" } else { "ltr" }
}

/// Which of `offered` a reader with this `Accept-Language` likes best, if any.
pub fn preferred<'a>(offered: &[&'a str], accept_language: &str) -> Option<&'a str> {
    let mut ranked: Vec<(f32, &str)> = accept_language
        .split(',')
        .filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            (weight > 0.0).then_some((weight, tag.trim()))
        })
        .collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranked.iter().find_map(|(_, tag)| offer(offered, tag))
}

/// The offered language that is `tag`, or else the same language of another place.
pub fn offer<'a>(offered: &[&'a str], tag: &str) -> Option<&'a str> {
    let whole = offered.iter().find(|own| own.eq_ignore_ascii_case(tag));
    let same = || {
        let wanted = primary(tag);
        let mut all = offered.iter();
        all.find(|own| primary(own).eq_ignore_ascii_case(wanted))
    };
    whole.or_else(same).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_each_once() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(own_name("pt-br"), "Português");
        assert_eq!(own_name("tlh"), "tlh");
    }

    #[test]
    fn scripts_decide_the_direction() {
        assert_eq!(direction("ar-eg"), "rtl");
        assert_eq!(direction("en"), "ltr");
        assert_eq!(direction("az-arab"), "rtl");
        assert_eq!(direction("ku-latn"), "ltr");
        assert_eq!(direction("ug-cyrl"), "ltr");
    }

    #[test]
    fn the_reader_gets_the_best_match() {
        let offered = ["de-ch", "fr", "it"];
        assert_eq!(
            preferred(&offered, "en, it;q=0.4, de-DE;q=0.7"),
            Some("de-ch")
        );
        assert_eq!(preferred(&offered, "fr;q=0, ro"), None);
        assert_eq!(offer(&offered, "fr-CA"), Some("fr"));
        assert_eq!(offer(&offered, "en"), None);
    }
}
