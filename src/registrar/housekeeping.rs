//! Forgetting on time (`spec/retention.md`): keys first, which erases at once, then the
//! records, which gives the space back.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;

use super::mailer::Class;
use super::records::{BY_DAY_IN_KEY, BY_DAY_IN_VALUE, PUBLIC_BY_PETITION};
use super::sealed::{DAY, PeriodKeys};
use super::{Registrar, RegistrarError};
use crate::protocol::ids::PetitionId;
use crate::store::{Change, Space};

/// How often strikes and counters are looked after.
const TICK: Duration = Duration::from_secs(1);
/// Records looked at, and deleted, in one go.
const PAGE: usize = 1000;

impl Registrar {
    /// Look after everything that has its time, until told to stop.
    pub(super) async fn keep_house(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut swept = None;
        let mut counted = None;
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(TICK) => {}
            }
            let now = self.instance.clock.now();
            self.limits.expire();
            self.show(now);
            worked("make queued strikes", self.strike_what_is_due().await);
            worked("go on with updates", self.go_on_with_updates().await);
            worked(
                "go on with invitations",
                self.go_on_with_invitations().await,
            );
            let hour = Some(now / 3600);
            if counted != hour
                && worked("count what is held", self.blocking(Self::count_held).await)
                && worked(
                    "drop what withdrawn signers showed",
                    self.drop_withdrawn().await,
                )
            {
                counted = hour;
            }
            worked("go on with erasing", self.go_on_with_erasures().await);
            // At each start, and whenever a day is over.
            let today = Some(now / DAY);
            if swept != today && worked("delete what is over", self.sweep().await) {
                swept = today;
            }
        }
    }

    fn show(&self, now: u64) {
        let held = self.held_open.load(Ordering::SeqCst);
        metrics::gauge!("undersigned_held").set(gauge(held as u64));
        metrics::gauge!("undersigned_mail_queue").set(gauge(self.outbox.open() as u64));
        for class in Class::ALL {
            metrics::gauge!("undersigned_mail_queue_oldest_seconds", "class" => class.name())
                .set(gauge(self.outbox.oldest(class, now)));
        }
        metrics::gauge!("undersigned_link_requests_open").set(gauge(self.desk.open() as u64));
    }

    /// Destroy the keys of days that are over and of petitions whose time is over, then
    /// delete the records that they sealed. Returns how many records.
    pub(super) async fn sweep(&self) -> Result<u64, RegistrarError> {
        let keys = self
            .blocking(|r| Ok(r.periods.destroy_expired()? + r.suppressions.destroy_expired()?))
            .await?;
        metrics::counter!("undersigned_period_keys_destroyed_total").increment(keys as u64);
        self.blocking(Self::intend_to_erase).await?;
        let mut deleted = self.go_on_with_erasures().await?;
        let today = self.instance.clock.now() / DAY;
        for space in BY_DAY_IN_KEY {
            let over = move |key: &[u8], _: &[u8]| over(key, today);
            deleted += self.delete_where(space, Vec::new(), over).await?;
        }
        for space in BY_DAY_IN_VALUE {
            let over = move |_: &[u8], value: &[u8]| over(value, today);
            deleted += self.delete_where(space, Vec::new(), over).await?;
        }
        deleted += self.forget_updates().await?;
        deleted += self.blocking(Self::sweep_enclosures).await?;
        for p in self.over() {
            for space in PUBLIC_BY_PETITION {
                let prefix = p.as_bytes().to_vec();
                deleted += self.delete_where(space, prefix, |_, _| true).await?;
            }
        }
        if deleted > 0 {
            tracing::info!(records = deleted, keys, "what was over is deleted");
        }
        Ok(deleted)
    }

    /// Petitions whose records are to be gone: vault-days after close.
    fn over(&self) -> Vec<PetitionId> {
        let is_over = |petition: &Arc<crate::instance::Petition>| self.data_are_gone(petition);
        let petitions = self.instance.petitions.all();
        let over = petitions.into_iter().filter(is_over);
        over.map(|petition| petition.manifest.id()).collect()
    }

    pub(super) async fn delete_where(
        &self,
        space: Space,
        prefix: Vec<u8>,
        over: impl Fn(&[u8], &[u8]) -> bool + Clone + Send + 'static,
    ) -> Result<u64, RegistrarError> {
        let mut after: Option<Vec<u8>> = None;
        let mut deleted = 0;
        loop {
            let (prefix, from) = (prefix.clone(), after.take());
            let page = self
                .blocking(move |r| {
                    let store = &r.instance.store;
                    Ok(store.scan(space, &prefix, from.as_deref(), PAGE)?)
                })
                .await?;
            let Some((last, _)) = page.last() else {
                return Ok(deleted);
            };
            after = Some(last.clone());
            let mut change = Change::default();
            for (key, value) in page {
                if over(&key, &value) {
                    change.delete.push((space, key));
                }
            }
            if !change.delete.is_empty() {
                deleted += change.delete.len() as u64;
                self.commit_expecting_nothing(change).await?;
            }
        }
    }
}

/// Whether it worked; says so if not. All of it is tried again.
fn worked<T>(what: &'static str, outcome: Result<T, RegistrarError>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(error) => {
            tracing::error!(%error, "could not {what}; it is tried again");
            false
        }
    }
}

/// Whether the day that `bytes` begin with is over. What has no day is none of ours.
fn over(bytes: &[u8], today: u64) -> bool {
    PeriodKeys::day_of(bytes).is_some_and(|day| day < today)
}

#[allow(clippy::cast_precision_loss)] // a gauge: nobody counts to 2^53
fn gauge(value: u64) -> f64 {
    value as f64
}
