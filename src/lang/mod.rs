//! Floor 2: the languages of pages and mails (`spec/site.md`, "Languages").
//!
//! One folder a language, Fluent files in it, compiled in. A message that a language
//! lacks is taken from English, but a test sees to it that none is lacking.

mod choose;
mod dates;
mod names;

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

pub use choose::choose;
pub use dates::rfc3339;
pub use names::{direction, offer, own_name, preferred};

/// A language that the service speaks.
pub struct Language {
    /// BCP 47 tag, lower case.
    pub tag: &'static str,
    /// Its own name for itself.
    pub name: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    files: &'static [&'static str],
    bundle: FluentBundle<FluentResource>,
}

macro_rules! files {
    ($tag:literal) => {
        &[
            include_str!(concat!($tag, "/site.ftl")),
            include_str!(concat!($tag, "/sign.ftl")),
            include_str!(concat!($tag, "/mail.ftl")),
            include_str!(concat!($tag, "/delivery.ftl")),
        ]
    };
}

static LANGUAGES: LazyLock<[Language; 3]> = LazyLock::new(|| {
    [
        Language::new("en", "English", "ltr", files!("en")),
        Language::new("es", "Español", "ltr", files!("es")),
        Language::new("ar", "العربية", "rtl", files!("ar")),
    ]
});

/// All languages; the first is for readers of others.
pub fn all() -> &'static [Language] {
    &*LANGUAGES
}

/// The language with this tag, or with its primary subtag; English otherwise.
pub fn language(tag: &str) -> &'static Language {
    known(tag).unwrap_or(&all()[0])
}

/// The language with this tag, or with its primary subtag.
pub fn known(tag: &str) -> Option<&'static Language> {
    let primary = tag.split('-').next().unwrap_or_default();
    all()
        .iter()
        .find(|language| language.tag.eq_ignore_ascii_case(primary))
}

impl Language {
    fn new(
        tag: &'static str,
        name: &'static str,
        direction: &'static str,
        files: &'static [&'static str],
    ) -> Self {
        let id = tag.parse().expect("our tags are language identifiers");
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Isolation marks would stand in links and in plain-text mails; pages use <bdi>.
        bundle.set_use_isolating(false);
        for file in files {
            let resource = FluentResource::try_new((*file).to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{tag}: {errors:?}"));
            bundle
                .add_resource(resource)
                .unwrap_or_else(|errors| panic!("{tag}: {errors:?}"));
        }
        Self {
            tag,
            name,
            direction,
            files,
            bundle,
        }
    }

    /// A message without arguments.
    pub fn text(&self, id: &str) -> Cow<'_, str> {
        self.format(id, &[])
    }

    /// A message with arguments. A message that no language has is a bug of ours, shown by
    /// its name.
    pub fn format(&self, id: &str, arguments: &[(&str, FluentValue<'_>)]) -> Cow<'_, str> {
        let own = self.lookup(id, arguments);
        let found = own.or_else(|| all()[0].lookup(id, arguments));
        debug_assert!(found.is_some(), "no message {id}");
        found.unwrap_or_else(|| Cow::Owned(id.to_owned()))
    }

    fn lookup(&self, id: &str, arguments: &[(&str, FluentValue<'_>)]) -> Option<Cow<'_, str>> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut given = FluentArgs::new();
        for (name, value) in arguments {
            given.set(*name, value.clone());
        }
        let mut errors = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, Some(&given), &mut errors);
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        Some(Cow::Owned(text.into_owned()))
    }

    /// The ids of its messages, in the order of its files.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        let lines = self.files.iter().flat_map(|file| file.lines());
        lines.filter_map(|line| {
            let (id, _) = line.split_once(" =")?;
            let is_id = id.starts_with(|c: char| c.is_ascii_alphabetic())
                && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            is_id.then_some(id)
        })
    }

    /// A whole number as this language writes it.
    pub fn number(&self, number: u64) -> String {
        let separator = match self.tag {
            "es" => "\u{a0}",
            "ar" => "٬",
            _ => ",",
        };
        let digits = number.to_string();
        let first = digits.len() % 3;
        let mut groups: Vec<&str> = Vec::new();
        if first > 0 {
            groups.push(&digits[..first]);
        }
        groups.extend(
            (first..digits.len())
                .step_by(3)
                .map(|at| &digits[at..at + 3]),
        );
        self.digits(&groups.join(separator))
    }

    /// Text with the digits of this language.
    pub fn digits(&self, text: &str) -> String {
        match self.tag {
            "ar" => text.chars().map(arabic_digit).collect(),
            _ => text.to_owned(),
        }
    }
}

fn arabic_digit(c: char) -> char {
    const ZERO: u32 = '٠' as u32;
    c.to_digit(10)
        .and_then(|digit| char::from_u32(ZERO + digit))
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_language_has_every_message_and_no_other() {
        let ids = |language: &Language| language.ids().collect::<BTreeSet<_>>();
        let english = ids(&all()[0]);
        assert!(english.len() > 5, "the scan found the messages");
        for language in &all()[1..] {
            let own = ids(language);
            let lacking: Vec<_> = english.difference(&own).collect();
            let strange: Vec<_> = own.difference(&english).collect();
            assert!(lacking.is_empty(), "{} lacks {lacking:?}", language.tag);
            assert!(strange.is_empty(), "{} alone has {strange:?}", language.tag);
        }
    }

    #[test]
    fn every_message_names_the_same_arguments_everywhere() {
        fn arguments(language: &Language) -> Vec<(&str, BTreeSet<String>)> {
            let mut found: Vec<(&str, BTreeSet<String>)> = Vec::new();
            for line in language.files.iter().flat_map(|file| file.lines()) {
                if let Some((id, _)) = line
                    .split_once(" =")
                    .filter(|(id, _)| !id.starts_with([' ', '#']))
                {
                    found.push((id, BTreeSet::new()));
                }
                let names = line.split('$').skip(1).map(|rest| {
                    rest.chars()
                        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
                        .collect::<String>()
                });
                if let Some((_, arguments)) = found.last_mut() {
                    arguments.extend(names);
                }
            }
            found.sort();
            found
        }
        let english = arguments(&all()[0]);
        for language in &all()[1..] {
            assert_eq!(arguments(language), english, "{}", language.tag);
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(language("en").number(0), "0");
        assert_eq!(language("en").number(2_727), "2,727");
        assert_eq!(language("en").number(123_456_789), "123,456,789");
        assert_eq!(language("es").number(1_000), "1\u{a0}000");
        assert_eq!(language("ar").number(2_727), "٢٬٧٢٧");
    }
}
