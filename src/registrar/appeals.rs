//! Telling somebody whose entry the operator struck, where an address is still known
//! (`spec/signing.md`, "Strikes").

use super::address::Address;
use super::mailer::{Class, Letter, MailId};
use super::{Registrar, RegistrarError};
use crate::instance::Petition;
use crate::protocol::leaf::StrikeReason;
use crate::store::Change;

/// Mails that were queued, and the domain that each goes to.
pub(super) type Letters = Vec<(MailId, String)>;

impl Registrar {
    /// Write to the struck mailbox if it is subscribed, in the change that strikes it: of
    /// no other is an address known. The operator's reasons only; the other two are the
    /// signer's own wishes.
    pub(super) fn write_of_strike(
        &self,
        change: &mut Change,
        petition: &Petition,
        identity: &str,
        reason: StrikeReason,
    ) -> Result<Letters, RegistrarError> {
        let duplicate = match reason {
            StrikeReason::Fraud => false,
            StrikeReason::DuplicatePerson => true,
            StrikeReason::SignersRequest | StrikeReason::Erasure => return Ok(Vec::new()),
        };
        let p = petition.manifest.id();
        let mut mails = Vec::new();
        for (_, who) in self.subscriptions_of(p, identity)? {
            let letter = Letter::Struck {
                token: who.token,
                duplicate,
            };
            let mail =
                self.queue_mail(change, Class::Bulk, petition, &who.email, &who.lang, letter)?;
            mails.push((mail, Address::parse(&who.email)?.domain().to_owned()));
        }
        Ok(mails)
    }
}
