//! What is held about a mailbox, for whoever opens it (`spec/own-data.md`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The format of [`OwnData`].
pub const OWN_DATA: &str = "undersigned/own-data/v1";

/// `POST /petitions/{id}/data-requests`: ask for a link to all that is held about this mailbox.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnDataRequest {
    /// The mailbox.
    pub email: String,
    /// Language of the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// All that is held about a mailbox, over all petitions of the service.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnData {
    /// `undersigned/own-data/v1`.
    pub format: String,
    /// The service's origin.
    pub service: String,
    /// When this was put together, Unix seconds.
    pub made: u64,
    /// The mailbox, whatever petition.
    pub mailbox: OwnMailbox,
    /// Petitions where something was found.
    pub petitions: Vec<OwnPetition>,
    /// Petitions whose roll could not be searched, and why.
    pub not_searched: Vec<NotSearched>,
    /// What may be held and names no mailbox, so that nobody can find it by one.
    pub not_linkable: Vec<NotLinkable>,
}

/// What is held about a mailbox whatever the petition.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnMailbox {
    /// As it was typed to get this.
    pub email: String,
    /// The form that is compared: other spellings of the address have the same one.
    pub identity: String,
    /// Mails today, counted under a keyed hash.
    pub mails_today: u32,
    /// Marks of mails sent during the last days, for delivery reports: when each is gone, Unix seconds.
    pub mails_sent: Vec<u64>,
    /// A server has said that there is no such mailbox; kept as a keyed hash.
    pub suppressed: bool,
    /// Wants no invitations; kept as a keyed hash.
    pub no_invitations: bool,
}

/// What is held about a mailbox and a petition.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnPetition {
    /// The petition's id.
    pub petition: String,
    /// Its entry on the roll, found with the tag keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<OwnEntry>,
    /// Wishes for a link, not looked at yet, and those that wait for review.
    pub requests: Vec<OwnRequest>,
    /// Links that were not used.
    pub links: Vec<OwnLink>,
    /// Subscriptions to updates.
    pub subscriptions: Vec<OwnSubscription>,
    /// Invitations that were not looked at yet.
    pub invitations: Vec<OwnInvitation>,
    /// Whether it had an invitation; kept as a keyed hash.
    pub invited: bool,
    /// Mails that wait in the queue.
    pub mails: Vec<OwnMail>,
    /// The auditor's record of the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<OwnEnvelope>,
}

/// A roll entry.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnEntry {
    /// Its place; none while it waits for publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// The leaf, 66 bytes in hexadecimal digits.
    pub leaf: String,
    /// Why it is, or is going to be, struck: a reason's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub struck: Option<u8>,
}

/// A wish for a link.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnRequest {
    /// `confirm`, `remove` or `data`.
    pub kind: String,
    /// As typed.
    pub email: String,
    /// Region for the roll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Whether updates are wanted.
    pub updates: bool,
    /// Language of mails.
    pub lang: String,
    /// The rule that holds it for review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Since when it waits for review, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
}

/// A link that was not used.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnLink {
    /// `confirm`, `remove` or `data`.
    pub kind: String,
    /// As typed.
    pub email: String,
    /// Region for the roll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Whether updates are wanted.
    pub updates: bool,
    /// Works until then, Unix seconds.
    pub expires: u64,
}

/// A subscription.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnSubscription {
    /// As typed.
    pub email: String,
    /// Language of mails.
    pub lang: String,
    /// The way out, as it stands in each update.
    pub token: String,
}

/// An invitation that was not looked at yet.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnInvitation {
    /// As the organiser gave it.
    pub email: String,
    /// Not any more after that, Unix seconds.
    pub expires: u64,
}

/// A mail in the queue. Its link is in the mail alone.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnMail {
    /// What it is: `confirm`, `remove`, `data`, `invite`, `subscribed`, `struck` or `update`.
    pub kind: String,
    /// Whom it goes to.
    pub to: String,
    /// Its language.
    pub lang: String,
    /// When it was queued, Unix seconds.
    pub since: u64,
    /// Given up then.
    pub until: u64,
    /// How often it was tried.
    pub attempts: u32,
}

/// What is sealed to the auditor, and cannot be opened by the service.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnEnvelope {
    /// The auditor, who alone can open it.
    pub auditor: String,
    /// Names of what is in it.
    pub fields: Vec<String>,
    /// HPKE: encapsulated key and ciphertext, base64.
    pub envelope: String,
}

/// A petition whose roll could not be searched.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotSearched {
    /// The petition's id.
    pub petition: String,
    /// Why.
    pub why: WhyNotSearched,
}

/// Why a roll could not be searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhyNotSearched {
    /// The tag keys were destroyed: nobody can any more.
    KeysDestroyed,
    /// Too many were looked for lately: later.
    Later,
}

/// What names no mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotLinkable {
    /// Leaves of signatures: made with blind-signed tokens.
    Signatures,
    /// Names and comments that signers show: kept with the leaf. The receipt finds them.
    Disclosures,
    /// Links that were used: a hash of a blinded message.
    UsedLinks,
    /// Counts of networks, in memory for minutes.
    Networks,
    /// Ways out of invitations: hashes of their tokens.
    WaysOutOfInvitations,
}

impl NotLinkable {
    /// All of it.
    pub const ALL: [Self; 5] = [
        Self::Signatures,
        Self::Disclosures,
        Self::UsedLinks,
        Self::Networks,
        Self::WaysOutOfInvitations,
    ];
}

/// What came of a wish to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Forgotten {
    /// The mailbox's entry is struck, now or when it is published: the auditor's record of
    /// it is gone.
    pub struck: bool,
}
