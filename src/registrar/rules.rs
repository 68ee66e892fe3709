//! Which addresses are one mailbox, and which domains are doubtful
//! (`spec/mail.md`, "Canonical addresses", "Lists").

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::address::Address;

const VERSION_1: &str = include_str!("email-rules.toml");

/// Why rules or lists cannot be used. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The operator's file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file does not parse. Says where.
    #[error("{path}: {detail}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        detail: String,
    },
}

/// What dots in a local part mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Dots {
    /// They are letters like others.
    #[default]
    Count,
    /// They are dropped.
    Ignored,
    /// They are hyphens, written otherwise.
    Hyphens,
    /// They are dropped, and so are hyphens and underscores.
    Punctuation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    #[serde(rename = "name")]
    _name: String,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    each: Vec<String>,
    #[serde(default)]
    dots: Dots,
    #[serde(default)]
    separator: Option<char>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Domains {
    domains: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    version: u32,
    provider: Vec<Provider>,
    disposable: Domains,
}

/// The operator's file: it says whom to doubt, never who is whom.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ListsFile {
    block: Domains,
    allow: Domains,
    disposable: Domains,
}

#[derive(Clone)]
struct Habits {
    canonical_domain: String,
    dots: Dots,
    separator: Option<char>,
}

/// What the lists say of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Unknown,
    /// A large provider, or allowed by the operator: never held for its domain.
    Known,
    /// Mailboxes that anyone can open for minutes: held.
    Disposable,
    /// Gets no mail.
    Blocked,
}

/// The rules of version 1, and the operator's lists.
pub struct Rules {
    providers: HashMap<String, Habits>,
    lists: ListsFile,
}

impl Rules {
    /// The built-in rules, with the operator's lists if there are any.
    pub fn load(lists: Option<&Path>) -> Result<Self, RulesError> {
        let file: RulesFile = parse(Path::new("email-rules.toml"), VERSION_1)?;
        let mut lists: ListsFile = match lists {
            None => ListsFile::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|source| RulesError::Io {
                    path: path.to_owned(),
                    source,
                })?;
                parse(path, &text)?
            }
        };
        lists.disposable.domains.extend(file.disposable.domains);
        debug_assert_eq!(file.version, 1);
        let mut providers = HashMap::new();
        for provider in file.provider {
            let habits = |canonical: &String| Habits {
                canonical_domain: canonical.clone(),
                dots: provider.dots,
                separator: provider.separator,
            };
            for domain in &provider.domains {
                providers.insert(domain.clone(), habits(&provider.domains[0]));
            }
            for domain in &provider.each {
                providers.insert(domain.clone(), habits(domain));
            }
        }
        Ok(Self { providers, lists })
    }

    /// The mailbox that mail to `address` ends up in.
    pub fn canonical(&self, address: &Address) -> Address {
        let mut local = address.local().to_ascii_lowercase();
        let Some(habits) = self.providers.get(address.domain()) else {
            return Address::from_parts(local, address.domain().to_owned());
        };
        if let Some(separator) = habits.separator
            && let Some(at) = local.find(separator)
            // A tag without a name before it is a name.
            && at > 0
        {
            local.truncate(at);
            local.truncate(local.trim_end_matches('.').len());
        }
        let plain = match habits.dots {
            Dots::Count => local,
            Dots::Ignored => local.replace('.', ""),
            Dots::Hyphens => local.replace('.', "-"),
            Dots::Punctuation => match local.replace(['.', '-', '_'], "") {
                bare if bare.is_empty() => local,
                bare => bare,
            },
        };
        Address::from_parts(plain, habits.canonical_domain.clone())
    }

    /// `mailto:` and the canonical address: what tags are made from.
    pub fn identity(&self, address: &Address) -> String {
        format!("mailto:{}", self.canonical(address))
    }

    /// What the lists say of the address's domain. The operator's word is first.
    pub fn standing(&self, address: &Address) -> Standing {
        let domain = address.domain();
        if listed(&self.lists.allow, domain) {
            Standing::Known
        } else if listed(&self.lists.block, domain) {
            Standing::Blocked
        } else if listed(&self.lists.disposable, domain) {
            Standing::Disposable
        } else if self.providers.contains_key(domain) {
            Standing::Known
        } else {
            Standing::Unknown
        }
    }
}

/// Whether the domain or one above it is on the list.
fn listed(list: &Domains, domain: &str) -> bool {
    let mut rest = Some(domain);
    while let Some(name) = rest {
        if list.domains.contains(name) {
            return true;
        }
        rest = name.split_once('.').map(|(_, above)| above);
    }
    false
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, RulesError> {
    toml::from_str(text).map_err(|e| RulesError::Malformed {
        path: path.to_owned(),
        detail: e.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules() -> Rules {
        Rules::load(None).expect("the built-in rules parse")
    }

    fn canonical(typed: &str) -> String {
        rules()
            .canonical(&Address::parse(typed).expect(typed))
            .to_string()
    }

    #[test]
    fn names_of_one_mailbox_meet() {
        for (typed, mailbox) in [
            (
                "Ada.Love.Lace+petition@GoogleMail.com",
                "adalovelace@gmail.com",
            ),
            ("ada+x+y@gmail.com", "ada@gmail.com"),
            ("ADA@me.com", "ada@icloud.com"),
            ("ada.l+x@hotmail.com", "ada.l@hotmail.com"),
            ("ada-shop@yahoo.com", "ada@yahoo.com"),
            ("a.d-_a@pm.me", "ada@proton.me"),
            ("a.+x@outlook.com", "a@outlook.com"),
            ("ada.love@ya.ru", "ada-love@yandex.ru"),
            ("Ada.L+x@example.org", "ada.l+x@example.org"),
            ("ada.l+x@gmx.de", "ada.l+x@gmx.de"),
            ("+tag@gmail.com", "+tag@gmail.com"),
        ] {
            assert_eq!(canonical(typed), mailbox, "{typed}");
        }
    }

    #[test]
    fn mailboxes_of_their_own_stay_apart() {
        assert_ne!(canonical("ada@outlook.com"), canonical("ada@hotmail.com"));
        assert_ne!(canonical("a.da@outlook.com"), canonical("ada@outlook.com"));
        assert_ne!(
            canonical("ada@gmail.com"),
            canonical("ada@gmail.com.example.org")
        );
    }

    #[test]
    fn the_data_is_consistent() {
        let file: RulesFile = toml::from_str(VERSION_1).expect("parses");
        assert_eq!(file.version, 1);
        let all = || {
            file.provider
                .iter()
                .flat_map(|p| p.domains.iter().chain(&p.each))
                .chain(&file.disposable.domains)
        };
        let distinct: BTreeSet<&String> = all().collect();
        assert_eq!(distinct.len(), all().count(), "each domain once");
        for domain in all() {
            let address = Address::parse(&format!("a@{domain}")).expect(domain);
            assert_eq!(address.domain(), domain, "written as it is compared");
        }
    }

    #[test]
    fn lists_cover_what_is_below_a_domain_and_the_operator_comes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lists.toml");
        let text = "[block]\ndomains = [\"bad.example\"]\n[allow]\ndomains = [\"yopmail.com\"]\n\
                    [disposable]\ndomains = [\"brief.example\"]\n";
        std::fs::write(&path, text).expect("written");
        let rules = Rules::load(Some(&path)).expect("parses");
        for (domain, standing) in [
            ("bad.example", Standing::Blocked),
            ("very.bad.example", Standing::Blocked),
            ("notbad.example", Standing::Unknown),
            ("yopmail.com", Standing::Known),
            ("brief.example", Standing::Disposable),
            ("x.mailinator.com", Standing::Disposable),
            ("gmail.com", Standing::Known),
            ("example.org", Standing::Unknown),
        ] {
            let address = Address::parse(&format!("a@{domain}")).expect(domain);
            assert_eq!(rules.standing(&address), standing, "{domain}");
        }
        std::fs::write(&path, "[provider]\n").expect("written");
        assert!(
            Rules::load(Some(&path)).is_err(),
            "lists cannot say who is whom"
        );
    }

    proptest! {
        #[test]
        fn canonical_is_canonical(
            local in "[a-zA-Z0-9!#$%&'*+=?^_`{|}~/-]{1,12}(\\.[a-zA-Z0-9+_-]{1,12}){0,3}",
            domain in prop_oneof![
                Just("gmail.com"), Just("googlemail.com"), Just("me.com"), Just("yahoo.com"), Just("pm.me"),
                Just("ya.ru"), Just("outlook.com"), Just("gmx.de"), Just("example.org"), Just("bücher.example"),
            ],
        ) {
            let rules = rules();
            let address = Address::parse(&format!("{local}@{domain}")).expect("of the shape");
            let once = rules.canonical(&address);
            // An address again, and its own canonical form.
            let again = Address::parse(&once.to_string()).expect("canonical addresses are addresses");
            prop_assert_eq!(&rules.canonical(&again), &once);
            // Case does not matter.
            let upper = Address::parse(&address.to_string().to_uppercase()).expect("upper case");
            prop_assert_eq!(&rules.canonical(&upper), &once);
        }

        #[test]
        fn parsing_never_panics_and_print_parses(typed in "\\PC{0,40}@\\PC{0,40}") {
            if let Ok(address) = Address::parse(&typed) {
                prop_assert_eq!(Address::parse(&address.to_string()).expect("again"), address);
            }
        }
    }
}
