//! Whether the sender's domain says that our mails are its own (`spec/mail.md`, "The
//! sender's domain"): SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489).
//!
//! Reads what the DNS publishes. Whether a mail then passes, only a mail shows.

use std::pin::Pin;

use hickory_resolver::TokioResolver;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RData;
use lettre::message::Mailbox;
use serde::Serialize;

use super::MailError;

/// An answer of the DNS on its way. `None`: no answer, which is not "no record".
pub type Records<'a> = Pin<Box<dyn Future<Output = Option<Vec<String>>> + Send + 'a>>;

/// Where TXT records come from.
pub trait Dns: Send + Sync {
    /// The TXT records of a name, each in one piece; empty if there are none.
    fn txt<'a>(&'a self, name: &'a str) -> Records<'a>;
}

/// The resolver that this machine is set up with.
pub struct SystemDns(TokioResolver);

impl SystemDns {
    /// Read the machine's setup. `None` if it has none.
    pub fn new() -> Option<Self> {
        let resolver = TokioResolver::builder_tokio().ok()?.build().ok()?;
        Some(Self(resolver))
    }
}

impl Dns for SystemDns {
    fn txt<'a>(&'a self, name: &'a str) -> Records<'a> {
        Box::pin(async move {
            // Fully qualified, so that no search domain is tried.
            match self.0.txt_lookup(format!("{name}.")).await {
                Ok(found) => {
                    let texts = found
                        .answers()
                        .iter()
                        .filter_map(|record| match &record.data {
                            RData::TXT(txt) => {
                                Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned())
                            }
                            _ => None,
                        });
                    Some(texts.collect())
                }
                // A server that fails or refuses has not said that there is nothing.
                Err(NetError::Dns(DnsError::NoRecordsFound(none)))
                    if matches!(
                        none.response_code,
                        ResponseCode::NoError | ResponseCode::NXDomain
                    ) =>
                {
                    Some(Vec::new())
                }
                Err(_) => None,
            }
        })
    }
}

/// How a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it should be.
    Good,
    /// There, but it asks receivers for nothing.
    Weak,
    /// Not there.
    Missing,
    /// There, and receivers cannot use it.
    Wrong,
    /// The DNS gave no answer.
    NoAnswer,
    /// Not looked for: nobody said under which name.
    Unnamed,
}

impl State {
    /// Mails are likely to be refused.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Missing | Self::Wrong)
    }
}

/// What was found of one kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `SPF`, `DKIM` or `DMARC`.
    pub kind: &'static str,
    /// Where it was looked for.
    pub name: String,
    /// How it is.
    pub state: State,
    /// What to do next; empty if nothing.
    pub next: String,
}

/// What the DNS says of a sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SenderCheck {
    /// The sender's domain.
    pub domain: String,
    /// By kind; none for a domain that only this machine knows.
    pub findings: Vec<Finding>,
}

/// Look at the records of a sender (`name <local@domain>`); DKIM's under `selector`.
pub async fn check_sender(
    dns: &dyn Dns,
    from: &str,
    selector: Option<&str>,
) -> Result<SenderCheck, MailError> {
    let from: Mailbox = from
        .parse()
        .map_err(|e: lettre::address::AddressError| MailError::From(e.to_string()))?;
    let domain = from.email.domain().to_lowercase();
    let mut findings = Vec::new();
    if domain.contains('.') {
        findings.push(spf(dns, &domain).await);
        findings.push(dkim(dns, &domain, selector).await);
        findings.push(dmarc(dns, &domain).await);
    }
    Ok(SenderCheck { domain, findings })
}

fn finding(kind: &'static str, name: &str, state: State, next: impl Into<String>) -> Finding {
    Finding {
        kind,
        name: name.to_owned(),
        state,
        next: next.into(),
    }
}

const ASK_AGAIN: &str = "the DNS gave no answer: look again later";

/// `tag=value; tag=value`.
fn tag(record: &str, wanted: &str) -> Option<String> {
    record.split(';').find_map(|part| {
        let (tag, value) = part.split_once('=')?;
        let same = tag.trim().eq_ignore_ascii_case(wanted);
        same.then(|| value.split_whitespace().collect())
    })
}

async fn spf(dns: &dyn Dns, domain: &str) -> Finding {
    let say = |state, next: &str| finding("SPF", domain, state, next);
    let Some(records) = dns.txt(domain).await else {
        return say(State::NoAnswer, ASK_AGAIN);
    };
    let is_spf = |record: &&String| {
        let first = record.split_whitespace().next().unwrap_or_default();
        first.eq_ignore_ascii_case("v=spf1")
    };
    let found: Vec<&String> = records.iter().filter(is_spf).collect();
    let [record] = found[..] else {
        return if found.is_empty() {
            let next = "publish a TXT record here that names your mail server: \
                        `v=spf1 include:<your mail provider> -all`, or `v=spf1 mx -all`";
            say(State::Missing, next)
        } else {
            let next = "keep one record: with several, receivers use none (RFC 7208, section 4.5)";
            say(State::Wrong, next)
        };
    };
    let terms: Vec<String> = record.split_whitespace().map(str::to_lowercase).collect();
    let has = |term: &str| terms.iter().any(|t| t == term);
    if has("-all") || has("~all") || terms.iter().any(|t| t.starts_with("redirect=")) {
        say(State::Good, "")
    } else {
        let next = "end it with `-all`, or `~all` while you try: now anybody may send in your name";
        say(State::Weak, next)
    }
}

async fn dkim(dns: &dyn Dns, domain: &str, selector: Option<&str>) -> Finding {
    let name = format!("{}._domainkey.{domain}", selector.unwrap_or("<selector>"));
    let say = |state, next: &str| finding("DKIM", &name, state, next);
    if selector.is_none() {
        let next = "put the selector under which your mail server signs into `mail.dkim_selector`";
        return say(State::Unnamed, next);
    }
    let Some(records) = dns.txt(&name).await else {
        return say(State::NoAnswer, ASK_AGAIN);
    };
    let is_dkim = |record: &&String| {
        tag(record, "v").is_none_or(|v| v == "DKIM1") && tag(record, "p").is_some()
    };
    match records.iter().find(is_dkim) {
        Some(record) if tag(record, "p").is_some_and(|key| !key.is_empty()) => say(State::Good, ""),
        Some(_) => say(
            State::Wrong,
            "the key is revoked (`p=` is empty): publish the one in use",
        ),
        None if records.is_empty() => say(
            State::Missing,
            "publish the public key that your mail server signs with: `v=DKIM1; k=rsa; p=…`",
        ),
        None => say(
            State::Wrong,
            "this is no DKIM key: it needs `p=` and, if any, `v=DKIM1`",
        ),
    }
}

async fn dmarc(dns: &dyn Dns, domain: &str) -> Finding {
    // Its own record, else that of a domain above it.
    let own = format!("_dmarc.{domain}");
    let mut at = domain;
    loop {
        let name = format!("_dmarc.{at}");
        let say = |state, next: &str| finding("DMARC", &name, state, next);
        let Some(records) = dns.txt(&name).await else {
            return say(State::NoAnswer, ASK_AGAIN);
        };
        let is_dmarc = |record: &&String| tag(record, "v").is_some_and(|v| v == "DMARC1");
        let found: Vec<&String> = records.iter().filter(is_dmarc).collect();
        match found[..] {
            [record] => {
                let below = (at != domain).then(|| tag(record, "sp")).flatten();
                return match below.or_else(|| tag(record, "p")).as_deref() {
                    Some("reject" | "quarantine") => say(State::Good, ""),
                    Some("none") => say(
                        State::Weak,
                        "set `p=quarantine` or `p=reject` when SPF and DKIM hold",
                    ),
                    _ => say(
                        State::Wrong,
                        "it needs `p=none`, `p=quarantine` or `p=reject`",
                    ),
                };
            }
            [] => {}
            _ => {
                return say(
                    State::Wrong,
                    "keep one record: with several, receivers use none",
                );
            }
        }
        match at.split_once('.') {
            Some((_, above)) if above.contains('.') => at = above,
            _ => {
                let next = "publish a TXT record here: `v=DMARC1; p=none; rua=mailto:<you>`, \
                            and a stricter `p=` when SPF and DKIM hold";
                return finding("DMARC", &own, State::Missing, next);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Names with their records; `None` for a name whose servers do not answer.
    struct Zone(BTreeMap<&'static str, Option<Vec<&'static str>>>);

    impl Dns for Zone {
        fn txt<'a>(&'a self, name: &'a str) -> Records<'a> {
            let found = self.0.get(name).cloned().unwrap_or(Some(Vec::new()));
            let own = |records: Vec<&str>| records.into_iter().map(str::to_owned).collect();
            Box::pin(std::future::ready(found.map(own)))
        }
    }

    async fn states(
        zone: &[(&'static str, Option<&[&'static str]>)],
        from: &str,
        selector: Option<&str>,
    ) -> Vec<State> {
        let zone = zone
            .iter()
            .map(|(name, records)| (*name, records.map(<[_]>::to_vec)));
        let dns = Zone(zone.collect());
        let check = check_sender(&dns, from, selector)
            .await
            .expect("an address");
        for finding in &check.findings {
            assert_eq!(
                finding.state == State::Good,
                finding.next.is_empty(),
                "{finding:?}"
            );
        }
        check.findings.iter().map(|finding| finding.state).collect()
    }

    const FROM: &str = "Petitions <noreply@mail.petitions.example>";
    const DOMAIN: &str = "mail.petitions.example";
    const KEY: &str = "s1._domainkey.mail.petitions.example";
    const POLICY: &str = "_dmarc.mail.petitions.example";
    const ABOVE: &str = "_dmarc.petitions.example";

    #[tokio::test]
    async fn a_sender_that_is_set_up_is_good() {
        let zone = [
            (DOMAIN, Some(&["other=1", "v=spf1 mx -all"][..])),
            (KEY, Some(&["v=DKIM1; k=rsa; p=MIIB IjAN"][..])),
            (
                POLICY,
                Some(&["v=DMARC1; p=reject; rua=mailto:x@y.example"][..]),
            ),
        ];
        assert_eq!(states(&zone, FROM, Some("s1")).await, [State::Good; 3]);
        let unnamed = [State::Good, State::Unnamed, State::Good];
        assert_eq!(states(&zone, FROM, None).await, unnamed);
        let missing = [State::Good, State::Missing, State::Good];
        assert_eq!(states(&zone, FROM, Some("s2")).await, missing);
    }

    #[tokio::test]
    async fn what_is_lacking_is_said() {
        use State::{Good, Missing, NoAnswer, Weak, Wrong};
        assert_eq!(states(&[], FROM, Some("s1")).await, [Missing; 3]);
        let silent = [(DOMAIN, None), (KEY, None), (POLICY, None)];
        assert_eq!(states(&silent, FROM, Some("s1")).await, [NoAnswer; 3]);
        for (record, state) in [
            (&["v=spf1 mx"][..], Weak),
            (&["v=spf1 +all"], Weak),
            (&["v=spf10 -all"], Missing),
            (&["V=SPF1 redirect=x.example"], Good),
            (&["v=spf1 ~all"], Good),
            (&["v=spf1 -all", "v=spf1 mx -all"], Wrong),
        ] {
            let found = states(&[(DOMAIN, Some(record))], FROM, None).await;
            assert_eq!(found[0], state, "{record:?}");
        }
        for (record, state) in [
            (&["p=abc"][..], Good),
            (&["v=DKIM1; p="], Wrong),
            (&["v=DKIM2; p=abc"], Wrong),
            (&["v=spf1 -all"], Wrong),
        ] {
            let found = states(&[(KEY, Some(record))], FROM, Some("s1")).await;
            assert_eq!(found[1], state, "{record:?}");
        }
        for (name, record, state) in [
            (POLICY, &["v=DMARC1; p=none"][..], Weak),
            (POLICY, &["v=DMARC1"], Wrong),
            (POLICY, &["v=DMARC1; p=none", "v=DMARC1; p=reject"], Wrong),
            (ABOVE, &["v=DMARC1; p=quarantine"], Good),
            (ABOVE, &["v=DMARC1; p=reject; sp=none"], Weak),
            ("_dmarc.example", &["v=DMARC1; p=reject"], Missing),
        ] {
            let found = states(&[(name, Some(record))], FROM, None).await;
            assert_eq!(found[2], state, "{record:?}");
        }
    }

    #[tokio::test]
    async fn a_domain_of_this_machine_alone_has_no_records() {
        assert_eq!(states(&[], "x <noreply@localhost>", None).await, []);
        let wrong = check_sender(&Zone(BTreeMap::new()), "nobody", None).await;
        assert!(matches!(wrong, Err(MailError::From(_))));
    }
}
