//! RFC 9457 problem details: every refusal over HTTP (`spec/api.md`, "Problems").

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A refusal's stable name. The `type` member is `urn:undersigned:problem:<name>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The request does not parse.
    Malformed,
    /// The body is not of the media type that this resource takes.
    MediaType,
    /// The body or a header is too large.
    TooLarge,
    /// The request took too long to arrive or to answer.
    Timeout,
    /// No such resource.
    NotFound,
    /// The method is not for this resource.
    Method,
    /// Unknown petition.
    UnknownPetition,
    /// Signing is not open yet.
    NotOpen,
    /// Takes no more confirmations, signatures or withdrawals.
    Closed,
    /// Not an address that can be written to.
    Address,
    /// A region is missing or was not asked for.
    Region,
    /// The confirmation link is unknown, expired or replaced.
    UnknownLink,
    /// The link was used with another blinded message.
    LinkUsed,
    /// This mailbox has its token.
    AlreadyConfirmed,
    /// The blinded message is not a number below the modulus.
    BlindedMessage,
    /// The confirmation waits for review.
    Held,
    /// The leaf does not parse.
    Leaf,
    /// The token is not of this petition or does not verify.
    Token,
    /// The public key is not one, or of small order.
    PublicKey,
    /// Another leaf with the same key was accepted.
    KeyUsed,
    /// The withdrawal's signature does not verify.
    WithdrawalSignature,
    /// No published signature at this index.
    UnknownSignature,
    /// The signature was withdrawn.
    AlreadyWithdrawn,
    /// It does not open the signature's commitment.
    Opening,
    /// No such roll entry, or struck already.
    NotStrikable,
    /// The statement or attestation is not acceptable.
    Statement,
    /// A law demands that this is not shown here.
    Withheld,
    /// The operator's token is missing or wrong.
    Unauthorised,
    /// Too many requests; `Retry-After` says when.
    RateLimited,
    /// Storage is short; try later.
    StorageLow,
    /// Something is down; try later.
    Unavailable,
    /// Our fault; the log has the rest.
    Internal,
}

impl Kind {
    /// The name in `type`.
    pub fn name(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|v| v.as_str().map(str::to_owned))
            .expect("a kind is a string")
    }
}

/// `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:undersigned:problem:<name>`.
    #[serde(rename = "type")]
    pub type_: String,
    /// HTTP status.
    pub status: u16,
    /// What happened, for people; never carries anything about a person.
    pub title: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Problem {
    /// The kind, if this version knows it.
    pub fn kind(&self) -> Option<Kind> {
        let name = self.type_.strip_prefix("urn:undersigned:problem:")?;
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}
