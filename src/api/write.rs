//! What signers send, and what they get.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::protocol::encoding::base64_bytes;
use crate::protocol::list::SealedAddress;

/// `POST /petitions/{id}/confirmations`: ask for a confirmation link.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationRequest {
    /// The mailbox.
    pub email: String,
    /// Whether the signer wants updates.
    #[serde(default)]
    pub updates: bool,
    /// The region, exactly when the manifest puts it onto the roll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Language of the mail (BCP 47); the service's or the manifest's if they have it, else the
    /// manifest's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// `POST /petitions/{id}/disclosures`: show what a signature committed to.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureRequest {
    /// The signature's leaf hash, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub leaf: Vec<u8>,
    /// The salt of its commitment, 32 bytes, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub salt: Vec<u8>,
    /// The exact bytes that the commitment covers, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub disclosure: Vec<u8>,
    /// To everybody, and not to the recipient alone.
    #[serde(default)]
    pub public: bool,
}

/// `POST /petitions/{id}/disclosures/removal`: show it no longer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HideRequest {
    /// The signature's leaf hash, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub leaf: Vec<u8>,
    /// The salt of its commitment, 32 bytes, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub salt: Vec<u8>,
    /// The exact bytes that the commitment covers, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub disclosure: Vec<u8>,
}

/// `POST /petitions/{id}/shares`: hand what a signature committed to to the organiser alone.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareRequest {
    /// The signature's leaf hash, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub leaf: Vec<u8>,
    /// The salt of its commitment, 32 bytes, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub salt: Vec<u8>,
    /// The exact bytes that the commitment covers, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub disclosure: Vec<u8>,
    /// An address that the signer sealed to the organiser, 304 bytes, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub address: Option<SealedAddress>,
}

/// `POST /petitions/{id}/removals`: ask for a link that strikes this mailbox's entry.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovalRequest {
    /// The mailbox.
    pub email: String,
    /// Language of the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// The one answer to a request for a link, whatever the state of that mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckYourInbox {
    /// Always the same words.
    pub message: String,
}

/// `POST /petitions/{id}/confirm`: follow a link and get the token blind-signed.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRequest {
    /// The last part of the link.
    pub token: String,
    /// 256 bytes, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub blinded_message: Vec<u8>,
}

/// The registrar's answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmResponse {
    /// 256 bytes, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub blind_signature: Vec<u8>,
}

/// `POST /petitions/{id}/removal`, `POST /petitions/{id}/unsubscribe`: follow a link.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// The last part of the link.
    pub token: String,
}

/// `POST /petitions/{id}/signatures` and `…/withdrawals`: hand in a leaf.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeafRequest {
    /// The leaf's exact bytes, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub leaf: Vec<u8>,
}

/// The ledger's promise for a signature.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureResponse {
    /// The signed note.
    pub promise: String,
}

/// `POST /statements`, `POST /petitions/{id}/attestations`: hand in a signed note.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteRequest {
    /// The signed note.
    pub note: String,
}

/// It is done, or had been done before. Nothing more to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Done {}
