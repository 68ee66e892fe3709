//! How each topic's vectors are judged.

#[cfg(feature = "service")]
mod list;
mod log;
mod note;
mod petition;
mod sample;
mod token;

use crate::file::{Facts, Vector};

/// Judges one vector: the facts it finds, or the error's text.
pub(crate) type Check = fn(&Vector) -> Result<Facts, String>;

/// Every topic. A folder that is not listed, or a topic without vectors, fails the run.
pub(crate) const TOPICS: &[(&str, Check)] = &[
    ("attestation", petition::attestation),
    ("blind-rsa", token::blind_rsa),
    ("bundle", log::bundle),
    ("challenge", token::challenge),
    ("checkpoint", note::checkpoint),
    ("commitment", petition::commitment),
    ("consistency", log::consistency),
    ("cosignature", note::cosignature),
    ("draw", sample::draw),
    ("evidence", petition::evidence),
    ("inclusion", log::inclusion),
    ("layout", log::layout),
    ("leaf", petition::leaf),
    #[cfg(feature = "service")]
    ("list", list::list),
    ("manifest", petition::manifest),
    ("note", note::note),
    ("opening", sample::opening),
    ("policy", note::policy),
    ("promise", petition::promise),
    ("quorum", note::quorum),
    ("receipt", petition::receipt),
    ("report", petition::statement),
    ("signer", token::signer),
    ("signer-key", note::signer_key),
    ("statement", petition::statement),
    ("strike", petition::strike),
    ("tag", token::tag),
    ("tally", petition::tally),
    ("tile", log::tile),
    ("tlog-proof", note::tlog_proof),
    ("token", token::token),
    ("token-issuance", token::issuance),
    ("vkey", note::vkey),
    ("vrf", token::vrf),
    ("withdrawal", petition::withdrawal),
    ("witness", note::witness),
];

/// How a topic's vectors are judged.
pub(crate) fn topic(name: &str) -> Option<Check> {
    TOPICS
        .iter()
        .find(|(topic, _)| *topic == name)
        .map(|(_, check)| *check)
}

/// An error as the text that a vector's reason is compared with.
fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The body as text, for parsers that take text.
fn body(vector: &Vector) -> Result<&str, String> {
    std::str::from_utf8(&vector.body).map_err(text)
}

/// That printing gives back what was parsed.
fn same(printed: impl AsRef<[u8]>, vector: &Vector) -> Result<(), String> {
    if printed.as_ref() == vector.body {
        Ok(())
    } else {
        Err("prints differently".to_owned())
    }
}
