//! Mail, from the operator's side.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::protocol::encoding::base64_bytes;

/// `POST /operator/bounces`: a delivery report (RFC 3464).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BounceRequest {
    /// The whole message, base64.
    #[serde(with = "base64_bytes")]
    #[schema(value_type = String)]
    pub report: Vec<u8>,
}

/// What became of a delivery report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BounceOutcome {
    /// There is no such mailbox; it gets no more mail.
    Stopped,
    /// About a mail of this service, but the mailbox is there.
    NotPermanent,
    /// About no mail of the last days.
    Unknown,
    /// Not a delivery report.
    NotAReport,
}

/// The answer to a delivery report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BounceResponse {
    /// What became of it.
    pub outcome: BounceOutcome,
}

/// `POST /operator/bounces/removal`: write to a mailbox again.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteAgainRequest {
    /// The mailbox.
    pub email: String,
}
