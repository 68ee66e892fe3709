//! What a follower raises the alarm over, and that it does so once.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Notify, watch};

use super::FollowError;
use super::book::{Book, Saved};
use crate::clock::Clock;
use crate::protocol::replay::Rule;

/// Most alerts that wait for whoever is told; the oldest go first.
const WAITING: usize = 1000;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// A rule is broken.
    Deviation,
    /// The log signed two journals.
    Fork,
    /// The log shows less than it has signed.
    Rollback,
    /// Somebody else was shown another journal, signed by the same log.
    Contradiction,
    /// Somebody else was shown more of the journal for some time.
    Behind,
    /// Nothing new for longer than was expected.
    Stale,
    /// A checkpoint is shown with fewer cosignatures than the policy asks for.
    Quorum,
    /// The instance cannot be looked at, or not everywhere.
    Unreachable,
    /// Another follower or mirror cannot be compared with.
    PeerUnreachable,
    /// The follower itself cannot do its work.
    Trouble,
}

impl AlertKind {
    /// Whether it says that the log broke its rules. Ends only when somebody says so.
    pub fn accuses(self) -> bool {
        matches!(
            self,
            Self::Deviation | Self::Fork | Self::Rollback | Self::Contradiction
        )
    }

    /// Its name in JSON and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deviation => "deviation",
            Self::Fork => "fork",
            Self::Rollback => "rollback",
            Self::Contradiction => "contradiction",
            Self::Behind => "behind",
            Self::Stale => "stale",
            Self::Quorum => "quorum",
            Self::Unreachable => "unreachable",
            Self::PeerUnreachable => "peer-unreachable",
            Self::Trouble => "trouble",
        }
    }
}

/// An alert as it is posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Counts up within a folder: who is told twice can tell.
    pub id: u64,
    /// About what.
    pub alert: AlertKind,
    /// Whether it is over: what is said again is that which was wrong.
    pub over: bool,
    /// Where the files came from.
    pub source: String,
    /// Whose journal it is, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Unix seconds.
    pub time: u64,
    /// The rule that is broken, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// In plain words.
    pub text: String,
    /// Files and folders with what proves it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<PathBuf>,
}

/// What is wrong now. What accuses is told apart by what is said; of anything else there is
/// one at a time about one address, whatever it says.
pub(super) fn key(kind: AlertKind, about: &str, text: &str) -> String {
    let said = if kind.accuses() { text } else { about };
    let digest = Sha256::digest(said);
    format!("{} {}", kind.name(), hex::encode(&digest[..16]))
}

/// Something to raise.
pub(super) struct Raised {
    pub(super) kind: AlertKind,
    /// Another address than the instance's, if it is about that.
    pub(super) about: String,
    pub(super) rule: Option<Rule>,
    pub(super) text: String,
    pub(super) evidence: Vec<PathBuf>,
}

impl Raised {
    pub(super) fn new(kind: AlertKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            about: String::new(),
            rule: None,
            text: text.into(),
            evidence: Vec::new(),
        }
    }
}

/// Raises alerts, each once.
pub(super) struct Alerts {
    book: Arc<Book>,
    clock: Arc<dyn Clock>,
    source: String,
    /// Whether anybody is told.
    pub(super) told: bool,
    /// Tells those who post that there is something.
    pub(super) waiting: Arc<Notify>,
    /// The last one raised by this process.
    pub(super) last: watch::Sender<Option<AlertKind>>,
}

impl Alerts {
    pub(super) fn new(book: Arc<Book>, clock: Arc<dyn Clock>, source: String) -> Self {
        Self {
            book,
            clock,
            source,
            told: false,
            waiting: Arc::new(Notify::new()),
            last: watch::Sender::new(None),
        }
    }

    fn alert(&self, saved: &mut Saved, raised: Raised, over: bool) -> Alert {
        saved.alerts += 1;
        Alert {
            id: saved.alerts,
            alert: raised.kind,
            over,
            source: self.source.clone(),
            origin: saved.journal.as_ref().map(|log| log.origin.clone()),
            time: self.clock.now(),
            rule: raised.rule,
            text: raised.text,
            evidence: raised.evidence,
        }
    }

    fn post(&self, saved: &mut Saved, alert: Alert) {
        if self.told {
            saved.outbox.push_back(alert);
            while saved.outbox.len() > WAITING {
                saved.outbox.pop_front();
            }
        }
    }

    /// Raise an alert, unless it is raised already. One that accuses halts cosigning, durably.
    pub(super) fn raise(&self, raised: Raised) -> Result<(), FollowError> {
        let (kind, text) = (raised.kind, raised.text.clone());
        let key = key(kind, &raised.about, &text);
        if self.book.read(|saved| saved.open.contains_key(&key)) {
            return Ok(());
        }
        self.book.write(|saved| {
            saved.open.insert(key, kind);
            if kind.accuses() && saved.halted.is_none() {
                saved.halted = Some(text.clone());
            }
            let alert = self.alert(saved, raised, false);
            self.post(saved, alert);
        })?;
        if kind.accuses() {
            tracing::error!(alert = kind.name(), "{text}");
        } else {
            tracing::warn!(alert = kind.name(), "{text}");
        }
        metrics::counter!("undersigned_follow_alerts_total", "kind" => kind.name()).increment(1);
        self.waiting.notify_one();
        self.last.send_replace(Some(kind));
        Ok(())
    }

    /// What was wrong of this kind with the instance is over.
    pub(super) fn settle(&self, kind: AlertKind) -> Result<(), FollowError> {
        self.settle_about(kind, "")
    }

    /// The same about another address.
    pub(super) fn settle_about(&self, kind: AlertKind, about: &str) -> Result<(), FollowError> {
        let key = key(kind, about, "");
        if !self.book.read(|saved| saved.open.contains_key(&key)) {
            return Ok(());
        }
        let text = match about {
            "" => format!("{} is over", kind.name()),
            about => format!("{} is over: {about}", kind.name()),
        };
        tracing::info!(alert = kind.name(), "{text}");
        self.book.write(|saved| {
            saved.open.remove(&key);
            let alert = self.alert(saved, Raised::new(kind, text), true);
            self.post(saved, alert);
        })?;
        self.waiting.notify_one();
        Ok(())
    }
}
