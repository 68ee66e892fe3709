//! Packs for a petition's recipients, on their way (`spec/delivery.md`, "Made by the
//! service"): mailed from the queue, or kept for a download where they are too large for a
//! mail.

use serde::{Deserialize, Serialize};

use super::links::{hash, token};
use super::records::{PACKS, SHIPMENTS};
use super::{Office, OfficeError, accounts};
use crate::clock::random;
use crate::protocol::ids::PetitionId;
use crate::registrar::MailFate;
use crate::registrar::enclosures::EnclosureId;
use crate::registrar::mailer::{Body, Enclosed, Ticket, Written};
use crate::registrar::sealed::DAY;
use crate::store::Change;

/// Most bytes that go by mail: servers take ten megabytes, and base64 needs a third more.
pub(crate) const MAIL_MAX: usize = 5 << 20;
/// Days that a pack can be downloaded, and that is known where one was sent.
pub(crate) const PACK_DAYS: u64 = 30;
/// Days in which a mail server has to take the mail.
const TRY_DAYS: u64 = 5;
/// Packs of one petition sent in a day: the service's name is on these mails.
const A_DAY: usize = 20;
/// Shipments that are listed.
const LISTED: usize = 200;

/// A pack that was made, and what it holds.
pub struct Outgoing {
    /// The archive.
    pub zip: Vec<u8>,
    /// The count in it.
    pub count: u64,
    /// When that was the count, Unix seconds.
    pub as_of: u64,
    /// Journal index of the tally that says so.
    pub tally: u64,
}

/// What the mail says.
pub struct MailWords {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

/// A pack that was sent. Seen by those who may act for the petition.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipment {
    /// To which mailbox.
    pub to: String,
    /// When, Unix seconds.
    pub sent: u64,
    /// Size of the archive.
    pub bytes: u64,
    /// The count in it.
    pub count: u64,
    /// When that was the count.
    pub as_of: u64,
    /// Journal index of the tally that says so.
    pub tally: u64,
    /// Too large for a mail: it carries a link.
    pub linked: bool,
    /// The link works, and this is remembered, until then.
    pub until: u64,
    ticket: Ticket,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Behind {
    petition: PetitionId,
    file: EnclosureId,
    bytes: u64,
    until: u64,
}

/// A pack behind a link.
pub struct PackLink {
    /// Size of the archive.
    pub bytes: u64,
    /// It works until then, Unix seconds.
    pub until: u64,
}

fn key(petition: PetitionId, sent: u64, random: [u8; 8]) -> Vec<u8> {
    // The newest first.
    [petition.as_bytes(), &(!sent).to_be_bytes()[..], &random].concat()
}

impl Office {
    /// Send a pack by mail; one that is too large for that is kept, and the mail carries a
    /// link to it. `words` writes the mail, with that link and its last day if there is one.
    /// Durable when it returns.
    pub async fn send_pack(
        &self,
        petition: PetitionId,
        to: &str,
        pack: Outgoing,
        words: impl FnOnce(Option<(&str, u64)>) -> MailWords + Send + 'static,
    ) -> Result<Shipment, OfficeError> {
        let to = accounts::address(to)?;
        let work = move |office: &Self| {
            let now = office.now();
            let recent = |shipment: &Shipment| shipment.sent + DAY > now;
            let all = office.shipment_records(petition, A_DAY)?;
            if all.iter().filter(|shipment| recent(shipment)).count() >= A_DAY {
                return Err(OfficeError::NotNow(
                    "20 packs of this petition were sent within a day: send more tomorrow",
                ));
            }
            let until = now + PACK_DAYS * DAY;
            let linked = pack.zip.len() > MAIL_MAX;
            let tried = now + TRY_DAYS * DAY;
            let file = office
                .registrar
                .enclose(&pack.zip, if linked { until } else { tried })?;
            let bytes = pack.zip.len() as u64;
            let mut change = Change::default();
            let link = if linked {
                let (text, key) = token(office, "pack");
                let behind = Behind {
                    petition,
                    file,
                    bytes,
                    until,
                };
                office.put_until(&mut change, PACKS, &key, until, &behind)?;
                Some(format!("{}/{petition}/pack/{text}", office.url))
            } else {
                None
            };
            let words = words(link.as_deref().map(|link| (link, until)));
            let shipment = Shipment {
                to: to.clone(),
                sent: now,
                bytes,
                count: pack.count,
                as_of: pack.as_of,
                tally: pack.tally,
                linked,
                until,
                ticket: office.registrar.ticket(until),
            };
            let key = key(petition, now, random(office.clock()));
            office.put_until(&mut change, SHIPMENTS, &key, until, &shipment)?;
            let enclosed = (!linked).then(|| Enclosed {
                id: file,
                name: "petition.zip".to_owned(),
            });
            let letter = Written {
                to,
                body: Body {
                    subject: words.subject,
                    text: words.text,
                    html: words.html,
                    enclosed,
                    ticket: Some(shipment.ticket),
                },
                until: tried,
            };
            let posted = office.registrar.post(&mut change, letter)?;
            Ok((change, posted, shipment))
        };
        let (change, posted, shipment) = self.blocking(work).await?;
        self.commit(change).await?;
        self.registrar.posted(posted);
        Ok(shipment)
    }

    fn shipment_records(
        &self,
        petition: PetitionId,
        limit: usize,
    ) -> Result<Vec<Shipment>, OfficeError> {
        let store = &self.instance.store;
        let mut all = Vec::new();
        for (key, _) in store.scan(SHIPMENTS, petition.as_bytes(), None, limit)? {
            let kept = self.kept_until::<Shipment>(SHIPMENTS, &key)?;
            all.extend(kept.map(|kept| kept.record));
        }
        Ok(all)
    }

    /// The packs of a petition that were sent lately, the newest first, and what became of
    /// their mails. Blocking.
    pub fn shipments(
        &self,
        petition: PetitionId,
    ) -> Result<Vec<(Shipment, MailFate)>, OfficeError> {
        let with_fate = |shipment: Shipment| {
            let fate = self.registrar.fate(shipment.ticket)?;
            Ok((shipment, fate))
        };
        let all = self.shipment_records(petition, LISTED)?;
        all.into_iter().map(with_fate).collect()
    }

    fn behind(&self, petition: PetitionId, token: &str) -> Result<Behind, OfficeError> {
        let key = hash("pack", token)?;
        let kept = self.kept_until::<Behind>(PACKS, &key)?;
        let kept = kept.map(|kept| kept.record);
        let good = |behind: &Behind| behind.petition == petition && behind.until >= self.now();
        kept.filter(good).ok_or(OfficeError::Link)
    }

    /// What a link to a pack leads to. Blocking.
    pub fn pack_link(&self, petition: PetitionId, token: &str) -> Result<PackLink, OfficeError> {
        let behind = self.behind(petition, token)?;
        Ok(PackLink {
            bytes: behind.bytes,
            until: behind.until,
        })
    }

    /// The archive that a link leads to. Blocking.
    pub fn linked_pack(&self, petition: PetitionId, token: &str) -> Result<Vec<u8>, OfficeError> {
        let behind = self.behind(petition, token)?;
        let bytes = self.registrar.enclosed(behind.file)?;
        bytes.ok_or(OfficeError::Link)
    }
}
