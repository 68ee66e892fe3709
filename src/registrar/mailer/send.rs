//! Taking mails from the queue to the transport, many at a time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Body, Letter, MailId, Queued};
use crate::clock::random;
use crate::mail::{Attachment, Mail, Undelivered};
use crate::protocol::ids::PetitionId;
use crate::registrar::address::Address;
use crate::registrar::records::{Kept, Kind, LINKS, Link, LinkKey, MAILS};
use crate::registrar::{Registrar, RegistrarError, texts};
use crate::store::Change;

/// Mails under way at once.
const IN_FLIGHT: usize = 64;
/// How often the queue is looked at when nothing happens.
const TICK: Duration = Duration::from_millis(100);
/// For mails under way when the service stops.
const GRACE: Duration = Duration::from_secs(5);
/// First wait after a refusal for now, seconds; it doubles.
const BACKOFF: u64 = 30;
/// Longest wait, seconds.
const BACKOFF_MAX: u64 = 4 * 3600;
/// Wait before a record that could not be read or deleted is tried again, seconds.
const STORE_RETRY: u64 = 30;

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::registrar) enum Fate {
    /// A server took it.
    Sent,
    /// Refused for good, or for so long that its time was over.
    GivenUp,
    /// There is no such mailbox.
    Bounced,
    /// Its time was over, or its link was used up meanwhile.
    Moot,
    /// Later.
    Delayed,
}

impl Registrar {
    /// Send what may be sent until told to stop; then let those under way finish, for a
    /// while.
    pub(in crate::registrar) async fn send_mails(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < IN_FLIGHT {
                let now = self.instance.clock.now();
                let Some(id) = self.outbox.schedule().next(now) else {
                    break;
                };
                let registrar = self.clone();
                under_way.spawn(async move { registrar.send_one(id).await });
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(finished) = under_way.join_next() => report_panic(finished),
                () = self.outbox.arrived.notified(), if under_way.len() < IN_FLIGHT => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
        // Who is cut off is sent once more after the next start, under the same id.
        let rest = async {
            while let Some(finished) = under_way.join_next().await {
                report_panic(finished);
            }
        };
        if tokio::time::timeout(GRACE, rest).await.is_err() {
            tracing::warn!("mails under way are cut off");
        }
    }

    /// Send one mail, and see to it that it is tried again if that is of use.
    async fn send_one(&self, id: MailId) {
        let fate = match self.try_to_send(id).await {
            Ok(fate) => fate,
            Err(error) => {
                tracing::error!(%error, "the mail queue cannot be read or written; tried again");
                let due = self.instance.clock.now() + STORE_RETRY;
                self.outbox.schedule().delay(id, due);
                return;
            }
        };
        let name = match fate {
            Fate::Sent => "sent",
            Fate::GivenUp => "given-up",
            Fate::Bounced => "bounced",
            Fate::Moot => "moot",
            Fate::Delayed => "delayed",
        };
        metrics::counter!("undersigned_mails_total", "fate" => name).increment(1);
        if fate != Fate::Delayed {
            self.outbox.forget(id);
        }
    }

    async fn try_to_send(&self, id: MailId) -> Result<Fate, RegistrarError> {
        let sent_before = self
            .outbox
            .sent
            .lock()
            .expect("no holder panics")
            .contains(&id);
        if sent_before {
            let load = move |r: &Self| r.kept::<Queued>(MAILS, &id.0);
            let queued = self.blocking(load).await?.map(|kept| kept.record);
            return self.conclude(id, Fate::Sent, queued).await;
        }
        let load = move |r: &Self| r.load_mail(id);
        let (kept, mail) = match self.blocking(load).await {
            Ok(Some(loaded)) => loaded,
            Ok(None) => return self.conclude(id, Fate::Moot, None).await,
            Err(error @ RegistrarError::Sealed(_)) => {
                tracing::error!(%error, "a mail is given up: its record is damaged");
                return self.conclude(id, Fate::GivenUp, None).await;
            }
            Err(error) => return Err(error),
        };
        let outcome = self.outbox.transport.send(&mail).await;
        let now = self.instance.clock.now();
        match outcome {
            Ok(()) => {
                self.outbox.schedule().reachable();
                self.outbox
                    .sent
                    .lock()
                    .expect("no holder panics")
                    .insert(id);
                self.conclude(id, Fate::Sent, Some(kept.record)).await
            }
            Err(Undelivered::NoMailbox(_)) => {
                self.outbox.schedule().reachable();
                self.conclude(id, Fate::Bounced, Some(kept.record)).await
            }
            Err(refusal @ (Undelivered::Refused(_) | Undelivered::Malformed)) => {
                self.outbox.schedule().reachable();
                tracing::warn!(%refusal, "a mail is given up");
                self.conclude(id, Fate::GivenUp, None).await
            }
            Err(Undelivered::Later(code)) => {
                self.outbox.schedule().reachable();
                tracing::info!(
                    code,
                    attempts = kept.record.attempts + 1,
                    "a mail is put off"
                );
                self.put_off(id, kept).await
            }
            Err(Undelivered::Unreachable(trouble)) => {
                // Nothing is written: when the server is back, all of them are due.
                let pause = self.outbox.schedule().unreachable(id, now);
                tracing::error!(%trouble, seconds = pause, "no mail leaves for now");
                Ok(Fate::Delayed)
            }
        }
    }

    /// The mail as it goes out; `None` if it is not wanted any more.
    fn load_mail(&self, id: MailId) -> Result<Option<(Kept<Queued>, Mail)>, RegistrarError> {
        let Some(kept) = self.kept::<Queued>(MAILS, &id.0)? else {
            return Ok(None);
        };
        let queued = &kept.record;
        if queued.until < self.instance.clock.now() {
            return Ok(None);
        }
        let identity = self.rules.identity(&Address::parse(&queued.to)?);
        if self.is_suppressed(&identity)? {
            return Ok(None);
        }
        if let Some(body) = queued.written() {
            let mail = self.written_mail(id, &queued.to, body)?;
            return Ok(mail.map(|mail| (kept, mail)));
        }
        let Some(p) = queued.petition else {
            return Ok(None);
        };
        let Some(petition) = self.instance.petitions.get(&p) else {
            return Ok(None);
        };
        if !self.link_works(p, &queued.letter)? {
            return Ok(None);
        }
        if matches!(queued.letter, Letter::Invite { .. }) && self.is_uninvited(&identity)? {
            return Ok(None);
        }
        let text = match &queued.letter {
            Letter::Update { id, .. } => {
                let Some(text) = self.update_text(p, id, &queued.lang)? else {
                    return Ok(None);
                };
                Some((text.subject, text.text))
            }
            Letter::Invite { batch, .. } => {
                let Some(text) = self.invitation_text(p, batch)? else {
                    return Ok(None);
                };
                Some((String::new(), text.text))
            }
            _ => None,
        };
        let letter = &queued.letter;
        let appeals = self.appeals.as_deref();
        let about = texts::About::new(&petition.manifest, &self.url, appeals);
        let words = texts::compose(
            &about,
            &queued.lang,
            letter,
            text.as_ref().map(|(subject, text)| (&**subject, &**text)),
        );
        let mail = Mail {
            id: hex::encode(&id.0[1..]),
            to: queued.to.clone(),
            subject: words.subject,
            text: words.text,
            html: words.html,
            unsubscribe: words.unsubscribe,
            attachment: None,
        };
        Ok(Some((kept, mail)))
    }

    /// A letter of the office, with the file that goes with it.
    fn written_mail(
        &self,
        id: MailId,
        to: &str,
        body: &Body,
    ) -> Result<Option<Mail>, RegistrarError> {
        let attachment = match &body.enclosed {
            None => None,
            Some(enclosed) => {
                let Some(bytes) = self.enclosed(enclosed.id)? else {
                    return Ok(None);
                };
                Some(Attachment {
                    name: enclosed.name.clone(),
                    content_type: "application/zip",
                    bytes,
                })
            }
        };
        Ok(Some(Mail {
            id: hex::encode(&id.0[1..]),
            to: to.to_owned(),
            subject: body.subject.clone(),
            text: body.text.clone(),
            html: body.html.clone(),
            unsubscribe: None,
            attachment,
        }))
    }

    /// Whether the link in a mail is still of use.
    fn link_works(&self, petition: PetitionId, letter: &Letter) -> Result<bool, RegistrarError> {
        let (kind, token) = match letter {
            Letter::Confirm { token, .. } | Letter::Invite { token, .. } => (Kind::Confirm, token),
            Letter::Remove { token, .. } => (Kind::Remove, token),
            Letter::Data { token, .. } => (Kind::Data, token),
            Letter::Subscribed { token }
            | Letter::Update { token, .. }
            | Letter::Struck { token, .. } => {
                return self.is_subscribed(petition, token);
            }
            Letter::Written(_) => return Ok(true),
        };
        let link = LinkKey::parse(petition, kind.name(), token)?;
        let kept = self.kept::<Link>(LINKS, &link.0)?;
        Ok(kept.is_some_and(|k| {
            matches!(
                k.record,
                Link::Open { .. } | Link::Removal { .. } | Link::Data { fetched: false, .. }
            )
        }))
    }

    /// Take a mail out of the queue, with what is kept of its fate.
    async fn conclude(
        &self,
        id: MailId,
        fate: Fate,
        queued: Option<Queued>,
    ) -> Result<Fate, RegistrarError> {
        let work = move |r: &Self| {
            let mut change = Change::default();
            change.delete.push((MAILS, id.0.to_vec()));
            match (fate, &queued) {
                (Fate::Sent, Some(queued)) => r.note_sent(&mut change, id, queued)?,
                (Fate::Bounced, Some(queued)) => r.stop_mail(&mut change, queued)?,
                _ => {}
            }
            let queued = match queued {
                Some(queued) => Some(queued),
                None => match r.kept::<Queued>(MAILS, &id.0) {
                    Ok(kept) => kept.map(|kept| kept.record),
                    // Damaged: that was said when it was to be sent.
                    Err(RegistrarError::Sealed(_)) => None,
                    Err(error) => return Err(error),
                },
            };
            let body = queued.as_ref().and_then(Queued::written);
            if let Some(ticket) = body.and_then(|body| body.ticket) {
                r.note_fate(&mut change, ticket, fate);
            }
            let enclosed = body.and_then(|body| body.enclosed.as_ref());
            Ok((change, enclosed.map(|enclosed| enclosed.id)))
        };
        let (change, enclosed) = self.blocking(work).await?;
        self.commit_expecting_nothing(change).await?;
        if let Some(enclosed) = enclosed {
            let discard = move |r: &Self| {
                r.discard(enclosed);
                Ok(())
            };
            self.blocking(discard).await?;
        }
        self.outbox
            .sent
            .lock()
            .expect("no holder panics")
            .remove(&id);
        Ok(fate)
    }

    async fn put_off(&self, id: MailId, kept: Kept<Queued>) -> Result<Fate, RegistrarError> {
        let now = self.instance.clock.now();
        let mut queued = kept.record;
        queued.due = now + backoff(queued.attempts, random(&*self.instance.clock));
        queued.attempts += 1;
        if queued.due > queued.until {
            tracing::warn!("a mail is given up: its time would be over");
            return self.conclude(id, Fate::GivenUp, None).await;
        }
        let due = queued.due;
        let mut change = Change::default();
        self.put_sealed(&mut change, MAILS, &id.0, queued.until, &queued)?;
        self.commit_expecting_nothing(change).await?;
        self.outbox.schedule().delay(id, due);
        Ok(Fate::Delayed)
    }

    /// Put what the store holds onto the schedule. Blocking; before anything is sent.
    pub(in crate::registrar) fn load_mails(&self) -> Result<(), RegistrarError> {
        let mut found = Vec::new();
        self.each(MAILS, &[], |key, _| {
            let Ok(id) = key.try_into().map(MailId) else {
                return Ok(());
            };
            let (since, due, domain, batch) = match self.kept::<Queued>(MAILS, key) {
                Ok(Some(Kept { record, .. })) => {
                    let domain = record.to.rsplit('@').next().unwrap_or_default();
                    let batch = record.letter.batch();
                    (record.since, record.due, domain.to_owned(), batch)
                }
                // Its day is over, or it is damaged: sending will say so.
                Ok(None) | Err(RegistrarError::Sealed(_)) => (0, 0, String::new(), None),
                Err(error) => return Err(error),
            };
            found.push((since, due, id, domain, batch));
            Ok(())
        })?;
        found.sort_unstable();
        self.outbox.open.fetch_add(found.len(), Ordering::SeqCst);
        let mut schedule = self.outbox.schedule();
        for (since, due, id, domain, batch) in found {
            if let Some(batch) = batch {
                self.outbox.batches().join(batch, id);
            }
            schedule.push(id, &domain, since, due);
        }
        Ok(())
    }
}

/// Seconds to wait after so many attempts: doubling, and up to half of it more by
/// chance, so that mails put off together come back apart.
fn backoff(attempts: u32, chance: [u8; 4]) -> u64 {
    let wait = (BACKOFF << attempts.min(10)).min(BACKOFF_MAX);
    wait + u64::from(u32::from_be_bytes(chance)) % (wait / 2)
}

fn report_panic(finished: Result<(), tokio::task::JoinError>) {
    if finished.is_err_and(|e| e.is_panic()) {
        tracing::error!("sending a mail panicked; it stays in the queue until the next start");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_hours_and_differ() {
        let least: Vec<u64> = (0..12).map(|n| backoff(n, [0; 4])).collect();
        assert_eq!(least[..4], [30, 60, 120, 240]);
        assert_eq!(least[11], BACKOFF_MAX);
        for attempts in [0, 5, 11, u32::MAX] {
            let most = backoff(attempts, [0xff; 4]);
            let least = backoff(attempts, [0; 4]);
            assert!(least <= most && most < least + least / 2 + 1);
        }
        assert_ne!(backoff(3, [0, 0, 0, 1]), backoff(3, [0, 0, 0, 2]));
    }
}
