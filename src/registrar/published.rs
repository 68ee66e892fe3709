//! Updates as the petition's page shows them, and how far each has got. Apart from what
//! the queue reads, which goes when the last mail has gone (`spec/mail.md`, "Updates").

use serde::{Deserialize, Serialize};

use super::records::{UPDATES_PUBLISHED, UPDATES_REACHED};
use super::updates::{Update, UpdateText, key};
use super::{Registrar, RegistrarError};
use crate::protocol::ids::PetitionId;
use crate::store::Change;

/// Records looked at in one go.
const PAGE: usize = 500;

const DAMAGED: RegistrarError = RegistrarError::Sealed("not an update");

/// An update that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedUpdate {
    /// Random; names it in addresses.
    pub id: [u8; 16],
    /// When it was sent, Unix seconds.
    pub time: u64,
    /// In each language once; the first is for readers of others.
    pub texts: Vec<UpdateText>,
}

/// How far an update has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateProgress {
    /// The update's.
    pub id: [u8; 16],
    /// When it was sent, Unix seconds.
    pub time: u64,
    /// In its first language.
    pub subject: String,
    /// How many were subscribed when it was sent.
    pub subscribers: u64,
    /// How many of them their mail was queued for, or who had left.
    pub queued: u64,
    /// Mails of it that wait in the queue.
    pub waiting: u64,
    /// All are queued, and none waits any more.
    pub done: bool,
}

impl UpdateProgress {
    /// How many mails left the queue: taken by a server, or given up.
    pub fn gone(&self) -> u64 {
        self.queued.saturating_sub(self.waiting)
    }
}

/// Counts no persons but mails.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reached {
    time: u64,
    subscribers: u64,
    queued: u64,
    walked: bool,
}

/// petition ‖ newest first ‖ id ‖ number of the text.
fn published_key(p: PetitionId, time: u64, id: &[u8; 16], number: u8) -> Vec<u8> {
    let newest_first = (u64::MAX - time).to_be_bytes();
    [p.as_bytes(), &newest_first[..], id, &[number]].concat()
}

fn parse_key(key: &[u8]) -> Option<(u64, [u8; 16])> {
    let (time, rest) = key.get(32..)?.split_first_chunk::<8>()?;
    let (id, number) = rest.split_first_chunk::<16>()?;
    (number.len() == 1).then_some((u64::MAX - u64::from_be_bytes(*time), *id))
}

impl Registrar {
    /// Put an update onto the petition's page in the change that sends it.
    pub(super) fn publish_update(
        &self,
        change: &mut Change,
        p: PetitionId,
        id: &[u8; 16],
        update: &Update,
        subscribers: u64,
    ) {
        let time = self.instance.clock.now();
        for (number, text) in (0_u8..).zip(update.texts()) {
            let record = serde_json::to_vec(text).expect("texts always encode");
            let key = published_key(p, time, id, number);
            change.put.push((UPDATES_PUBLISHED, key, record));
        }
        let reached = Reached {
            time,
            subscribers,
            queued: 0,
            walked: false,
        };
        put_reached(change, &key(p, id), &reached);
    }

    /// Count a page of subscribers in the change that queues their mails.
    pub(super) fn update_reached(
        &self,
        change: &mut Change,
        key: &[u8],
        more: u64,
        walked: bool,
    ) -> Result<(), RegistrarError> {
        if let Some(record) = self.instance.store.get(UPDATES_REACHED, key)? {
            let mut reached: Reached = serde_json::from_slice(&record).map_err(|_| DAMAGED)?;
            reached.queued += more;
            reached.walked = walked;
            put_reached(change, key, &reached);
        }
        Ok(())
    }

    /// The petition's updates, newest first, until its data are gone. Blocking.
    pub fn published_updates(
        &self,
        p: PetitionId,
        limit: usize,
    ) -> Result<Vec<PublishedUpdate>, RegistrarError> {
        self.petition(p)?;
        let mut updates: Vec<PublishedUpdate> = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let store = &self.instance.store;
            let page = store.scan(UPDATES_PUBLISHED, p.as_bytes(), after.as_deref(), PAGE)?;
            let Some((last, _)) = page.last() else {
                return Ok(updates);
            };
            after = Some(last.clone());
            for (key, record) in page {
                let (time, id) = parse_key(&key).ok_or(DAMAGED)?;
                let text = serde_json::from_slice(&record).map_err(|_| DAMAGED)?;
                let known = updates.len();
                match updates.last_mut() {
                    Some(update) if update.id == id => update.texts.push(text),
                    _ if known == limit => return Ok(updates),
                    _ => updates.push(PublishedUpdate {
                        id,
                        time,
                        texts: vec![text],
                    }),
                }
            }
        }
    }

    /// How far the petition's updates have got, newest first. Blocking.
    pub fn update_progress(&self, p: PetitionId) -> Result<Vec<UpdateProgress>, RegistrarError> {
        self.petition(p)?;
        let mut all = Vec::new();
        self.each(UPDATES_REACHED, p.as_bytes(), |key, record| {
            let reached: Reached = serde_json::from_slice(record).map_err(|_| DAMAGED)?;
            let id: [u8; 16] = key[32..].try_into().map_err(|_| DAMAGED)?;
            let first = published_key(p, reached.time, &id, 0);
            let Some(text) = self.instance.store.get(UPDATES_PUBLISHED, &first)? else {
                return Ok(());
            };
            let text: UpdateText = serde_json::from_slice(&text).map_err(|_| DAMAGED)?;
            let waiting = self.outbox.waiting_of(&id);
            all.push(UpdateProgress {
                id,
                time: reached.time,
                subject: text.subject,
                subscribers: reached.subscribers,
                queued: reached.queued,
                waiting,
                done: reached.walked && waiting == 0,
            });
            Ok(())
        })?;
        all.sort_by_key(|update| std::cmp::Reverse((update.time, update.id)));
        Ok(all)
    }
}

fn put_reached(change: &mut Change, key: &[u8], reached: &Reached) {
    let record = serde_json::to_vec(reached).expect("numbers always encode");
    change.put.push((UPDATES_REACHED, key.to_vec(), record));
}
