//! Telling somebody whose entry the operator struck, where an address is still known
//! (`spec/signing.md`, "Strikes").

use super::address::Address;
use super::mailer::{Class, Letter, MailId};
use super::records::SUBSCRIPTIONS;
use super::{Registrar, RegistrarError};
use crate::instance::Petition;
use crate::protocol::leaf::StrikeReason;
use crate::store::Change;

/// Mails that were queued, and the domain that each goes to.
pub(super) type Letters = Vec<(MailId, String)>;

/// Records looked at in one go.
const PAGE: usize = 500;

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
        let mut after: Option<Vec<u8>> = None;
        loop {
            let store = &self.instance.store;
            let page = store.scan(SUBSCRIPTIONS, p.as_bytes(), after.as_deref(), PAGE)?;
            let Some((last, _)) = page.last() else {
                return Ok(mails);
            };
            after = Some(last.clone());
            for (key, sealed) in &page {
                let who = match self.subscription(p, key, sealed) {
                    Ok(Some(who)) => who,
                    Ok(None) | Err(RegistrarError::Sealed(_)) => continue,
                    Err(error) => return Err(error),
                };
                let address = Address::parse(&who.email)?;
                if self.rules.identity(&address) != identity {
                    continue;
                }
                let letter = Letter::Struck {
                    token: who.token,
                    duplicate,
                };
                let class = Class::Bulk;
                let mail =
                    self.queue_mail(change, class, petition, &who.email, &who.lang, letter)?;
                mails.push((mail, address.domain().to_owned()));
            }
        }
    }
}
