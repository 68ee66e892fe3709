//! Shapes of what guards the roll while the service runs, and of invitations.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Domains blocked at run time, sorted. Those of the operator's file are not among them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Blocks {
    /// Each with all below it.
    pub domains: Vec<String>,
}

/// `POST /operator/blocks`: block a domain, or end that.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockRequest {
    /// The domain, and all below it.
    pub domain: String,
    /// Whether it is blocked from now on.
    pub blocked: bool,
}

/// Limits on requests that can change while the service runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests a minute from one network, before further ones are held.
    pub requests_per_minute: u32,
    /// The same in five minutes.
    pub requests_per_five_minutes: u32,
    /// Requests an hour from one domain that is no known provider.
    pub requests_per_domain_hour: u32,
    /// Pending links of one mailbox for one petition.
    pub mails_per_mailbox: u32,
    /// Mails to one mailbox a day, over all petitions.
    pub mails_per_mailbox_day: u32,
}

/// How often a mail domain asked within an hour.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trend {
    /// When the hour began, Unix seconds.
    pub hour: u64,
    /// The part after the `@`.
    pub domain: String,
    /// Requests, at least 20.
    pub requests: u64,
}

/// Mail domains that asked often, of the last 48 hours.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trends {
    /// The latest hour first.
    pub items: Vec<Trend>,
}

/// `POST /operator/petitions/{id}/invitations`: invite people who agreed to be asked.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationRequest {
    /// Their addresses, at most 1,000 in a request.
    pub addresses: Vec<String>,
    /// Language of the text, a BCP 47 tag in lower case.
    pub lang: String,
    /// Why they are asked: 1 to 2,000 bytes.
    pub text: String,
}

/// What came of a list of addresses. Says nothing about any mailbox.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationResponse {
    /// Addresses taken: each gets a mail, unless there is a reason against it.
    pub taken: u64,
    /// Not an address to write to.
    pub malformed: u64,
    /// Another name of a mailbox that is on this list before.
    pub twice: u64,
    /// Beyond what may be invited.
    pub too_many: u64,
}
