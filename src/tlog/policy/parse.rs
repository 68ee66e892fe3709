//! Parsing policy files (tlog-policy, "Policy file syntax and structure").

use std::collections::{HashMap, HashSet};

use super::{Group, ITEMS_MAX, Member, Policy, PolicyError, PolicyLog, PolicyWitness};
use crate::tlog::note::{KeyError, KeyType, VerifierKey};
use crate::tlog::text::parse_decimal;

/// Most bytes of a policy file: all keys of the largest one are ML-DSA-44 keys.
pub const POLICY_MAX: usize = 2_000_000;

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Longer than [`POLICY_MAX`] bytes.
    #[error("a policy has at most {POLICY_MAX} bytes")]
    TooLong,
    /// The last line does not end in a newline: the file may have been cut short.
    #[error("the last line does not end in a newline")]
    Unterminated,
    /// A control character other than tab and newline, or DEL.
    #[error("control character 0x{0:02x}")]
    Control(u8),
    /// The line begins with none of `log`, `witness`, `group`, `quorum`.
    #[error("a line begins with log, witness, group or quorum")]
    Keyword,
    /// Too few or too many items on the line.
    #[error("expected `{0}`")]
    Items(&'static str),
    /// A key does not parse.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A key of a type that does not suit.
    #[error("a witness has a cosignature key (0x04 or 0x06)")]
    KeyType,
    /// Two logs or two witnesses with one public key.
    #[error("this public key was listed before")]
    DuplicateKey,
    /// A name defined twice, or `none` defined.
    #[error("this name is taken")]
    DuplicateName,
    /// A name that is not defined on a line before.
    #[error("this name is not defined on a line above")]
    Undefined,
    /// A name that is a member twice.
    #[error("a name is a member of one group at most, and once")]
    DuplicateMember,
    /// A threshold that is not `any`, `all` or from 1 to the number of members.
    #[error("a threshold is any, all, or from 1 to the number of members")]
    Threshold,
    /// No quorum line, or a second one.
    #[error("a policy has exactly one quorum line")]
    Quorum,
    /// More than [`ITEMS_MAX`] logs, witnesses or groups.
    #[error("at most {ITEMS_MAX} logs, witnesses and groups")]
    TooMany,
}

/// What the quorum line names; `None` is `quorum none`.
struct Quorum(Option<Member>);

#[derive(Default)]
struct Builder {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Quorum>,
    /// Names are opaque octets.
    names: HashMap<Vec<u8>, Member>,
    log_keys: HashSet<Vec<u8>>,
    witness_keys: HashSet<Vec<u8>>,
    members: HashSet<Vec<u8>>,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
    let at = |line, fault| PolicyError::Syntax { line, fault };
    if bytes.len() > POLICY_MAX {
        return Err(at(1, PolicyFault::TooLong));
    }
    let mut builder = Builder::default();
    let mut number = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        number += 1;
        let line = line
            .strip_suffix(b"\n")
            .ok_or(at(number, PolicyFault::Unterminated))?;
        builder.line(line).map_err(|fault| at(number, fault))?;
    }
    let Quorum(quorum) = builder.quorum.ok_or(at(number + 1, PolicyFault::Quorum))?;
    let Builder {
        logs,
        witnesses,
        groups,
        ..
    } = builder;
    Ok(Policy {
        logs,
        witnesses,
        groups,
        quorum,
    })
}

fn verifier_key(item: &[u8]) -> Result<VerifierKey, PolicyFault> {
    let text = std::str::from_utf8(item).map_err(|_| KeyError::Shape)?;
    Ok(text.parse()?)
}

fn lossy(item: &[u8]) -> String {
    String::from_utf8_lossy(item).into_owned()
}

fn ensure_room<T>(items: &[T]) -> Result<(), PolicyFault> {
    if items.len() < ITEMS_MAX {
        Ok(())
    } else {
        Err(PolicyFault::TooMany)
    }
}

impl Builder {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        if let Some(byte) = line
            .iter()
            .find(|b| (**b < 0x20 && **b != b'\t') || **b == 0x7f)
        {
            return Err(PolicyFault::Control(*byte));
        }
        let items: Vec<&[u8]> = line
            .split(|b| matches!(b, b' ' | b'\t'))
            .filter(|item| !item.is_empty())
            .collect();
        let Some((keyword, items)) = items.split_first() else {
            return Ok(());
        };
        match *keyword {
            comment if comment.starts_with(b"#") => Ok(()),
            b"log" => self.log(items),
            b"witness" => self.witness(items),
            b"group" => self.group(items),
            b"quorum" => self.quorum(items),
            _ => Err(PolicyFault::Keyword),
        }
    }

    fn log(&mut self, items: &[&[u8]]) -> Result<(), PolicyFault> {
        let ([key], url) = items.split_first_chunk().ok_or(PolicyFault::Items(LOG))?;
        let url = optional_url(url, LOG)?;
        ensure_room(&self.logs)?;
        let key = verifier_key(key)?;
        if !self.log_keys.insert(key.public_key().to_vec()) {
            return Err(PolicyFault::DuplicateKey);
        }
        self.logs.push(PolicyLog { key, url });
        Ok(())
    }

    fn witness(&mut self, items: &[&[u8]]) -> Result<(), PolicyFault> {
        let ([name, key], url) = items
            .split_first_chunk()
            .ok_or(PolicyFault::Items(WITNESS))?;
        let url = optional_url(url, WITNESS)?;
        ensure_room(&self.witnesses)?;
        let key = verifier_key(key)?;
        if key.key_type() == KeyType::Ed25519 {
            return Err(PolicyFault::KeyType);
        }
        if !self.witness_keys.insert(key.public_key().to_vec()) {
            return Err(PolicyFault::DuplicateKey);
        }
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness {
            name: lossy(name),
            key,
            url,
        });
        Ok(())
    }

    fn group(&mut self, items: &[&[u8]]) -> Result<(), PolicyFault> {
        let ([name, threshold], names) =
            items.split_first_chunk().ok_or(PolicyFault::Items(GROUP))?;
        if names.is_empty() {
            return Err(PolicyFault::Items(GROUP));
        }
        ensure_room(&self.groups)?;
        let threshold = match *threshold {
            b"any" => 1,
            b"all" => names.len(),
            number => std::str::from_utf8(number)
                .ok()
                .and_then(parse_decimal)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=names.len()).contains(number))
                .ok_or(PolicyFault::Threshold)?,
        };
        let mut members = Vec::with_capacity(names.len());
        for member in names {
            members.push(*self.names.get(*member).ok_or(PolicyFault::Undefined)?);
            if !self.members.insert(member.to_vec()) {
                return Err(PolicyFault::DuplicateMember);
            }
        }
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { threshold, members });
        Ok(())
    }

    fn quorum(&mut self, items: &[&[u8]]) -> Result<(), PolicyFault> {
        let [name] = items else {
            return Err(PolicyFault::Items("quorum <name>"));
        };
        if self.quorum.is_some() {
            return Err(PolicyFault::Quorum);
        }
        let member = match *name {
            b"none" => None,
            name => Some(*self.names.get(name).ok_or(PolicyFault::Undefined)?),
        };
        self.quorum = Some(Quorum(member));
        Ok(())
    }

    fn define(&mut self, name: &[u8], member: Member) -> Result<(), PolicyFault> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(PolicyFault::DuplicateName);
        }
        self.names.insert(name.to_vec(), member);
        Ok(())
    }
}

const LOG: &str = "log <vkey> [<url>]";
const WITNESS: &str = "witness <name> <vkey> [<url>]";
const GROUP: &str = "group <name> any|all|<k> <name>...";

fn optional_url(items: &[&[u8]], expected: &'static str) -> Result<Option<String>, PolicyFault> {
    match items {
        [] => Ok(None),
        [url] => Ok(Some(lossy(url))),
        _ => Err(PolicyFault::Items(expected)),
    }
}
