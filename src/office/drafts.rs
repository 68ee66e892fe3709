//! Drafts: who writes them, how they are kept, and how a stale write is refused.

use serde::{Deserialize, Serialize};

use super::content::Content;
use super::organisers::OrganiserKey;
use super::records::{DRAFTS, DRAFTS_OF, Kept, QUEUE, VERSIONS, expect};
use super::{AccountId, Action, Office, OfficeError, Role, Visitor};
use crate::clock::random;
use crate::protocol::ids::PetitionId;
use crate::store::{Change, Expect};

/// Drafts of one account.
const DRAFTS_MAX: usize = 200;
/// Earlier versions that are kept.
const VERSIONS_MAX: u64 = 50;
/// Drafts of the queue on a page.
const QUEUE_PAGE: usize = 200;

/// Names a draft; random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DraftId(#[serde(with = "hex::serde")] pub [u8; 16]);

impl std::fmt::Display for DraftId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::str::FromStr for DraftId {
    type Err = OfficeError;

    fn from_str(text: &str) -> Result<Self, OfficeError> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id).map_err(|_| OfficeError::Unknown)?;
        Ok(Self(id))
    }
}

impl DraftId {
    pub(super) fn key_name(self) -> String {
        format!("draft-{self}")
    }

    fn version_key(self, version: u64) -> Vec<u8> {
        [&self.0[..], &version.to_be_bytes()].concat()
    }
}

/// Where a draft is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum State {
    /// Being written; staff may have sent it back with a reason.
    Writing {
        /// Why it came back.
        returned: Option<String>,
    },
    /// Waits for staff since then.
    Waiting {
        /// Unix seconds.
        since: u64,
    },
    /// Staff have approved exactly these words.
    Approved,
    /// Keys are in it: exact bytes that wait for the organiser's signature.
    Drawn {
        /// The manifest.
        manifest: String,
        /// Its id.
        petition: PetitionId,
    },
    /// In the journal. The draft stays until its sponsors are invited.
    Published {
        /// Its id.
        petition: PetitionId,
    },
}

impl State {
    /// In a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Writing { returned: None } => "being written",
            Self::Writing { .. } => "sent back",
            Self::Waiting { .. } => "waits for review",
            Self::Approved => "approved",
            Self::Drawn { .. } => "ready to sign",
            Self::Published { .. } => "published",
        }
    }
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Who writes it.
    pub organisers: Vec<AccountId>,
    /// Grows with each change of any kind.
    pub version: u64,
    /// When it last changed, Unix seconds.
    pub changed: u64,
    /// What it says.
    pub content: Content,
    /// Where it is on its way.
    pub state: State,
    /// Public keys that organisers have put beside it.
    #[serde(default)]
    pub keys: Vec<OrganiserKey>,
    /// Hash of the token in the link that sponsors get.
    #[serde(with = "hex::serde")]
    pub(super) share: [u8; 32],
    /// That token, for the organiser's page.
    pub share_token: String,
}

impl Draft {
    fn is_by(&self, visitor: &Visitor) -> bool {
        self.organisers.contains(&visitor.account)
    }
}

pub(super) fn of_key(account: AccountId, draft: DraftId) -> Vec<u8> {
    [account.0, draft.0].concat()
}

fn queue_key(since: u64, draft: DraftId) -> Vec<u8> {
    [&since.to_be_bytes()[..], &draft.0].concat()
}

impl Office {
    /// Begin a draft.
    pub async fn new_draft(&self, by: &Visitor) -> Result<DraftId, OfficeError> {
        by.must(Action::Organise)?;
        let by = by.clone();
        let work = move |office: &Self| {
            let own = office.scan_of(by.account, DRAFTS_MAX)?;
            if own.len() >= DRAFTS_MAX {
                let words = format!("one account has at most {DRAFTS_MAX} drafts: delete some");
                return Err(OfficeError::Invalid(words));
            }
            let id = DraftId(random(office.clock()));
            let (share_token, share) = super::links::token(office, "sponsor");
            let draft = Draft {
                organisers: vec![by.account],
                version: 1,
                changed: office.now(),
                content: Content::default(),
                state: State::Writing { returned: None },
                keys: Vec::new(),
                share,
                share_token,
            };
            let mut change = Change::default();
            change.expect.push((DRAFTS, id.0.to_vec(), Expect::Absent));
            office.put(&mut change, &id.key_name(), DRAFTS, &id.0, &draft)?;
            let index = of_key(by.account, id);
            change.put.push((DRAFTS_OF, index, vec![1]));
            Ok((change, id))
        };
        let (change, id) = self.blocking(work).await?;
        self.commit(change).await?;
        Ok(id)
    }

    fn scan_of(&self, account: AccountId, limit: usize) -> Result<Vec<DraftId>, OfficeError> {
        let store = &self.instance.store;
        let records = store.scan(DRAFTS_OF, &account.0, None, limit)?;
        let id = |(key, _): (Vec<u8>, Vec<u8>)| Some(DraftId(key.get(16..)?.try_into().ok()?));
        Ok(records.into_iter().filter_map(id).collect())
    }

    pub(super) fn kept_draft(&self, id: DraftId) -> Result<Kept<Draft>, OfficeError> {
        let kept = self.kept::<Draft>(&id.key_name(), DRAFTS, &id.0)?;
        kept.ok_or(OfficeError::Unknown)
    }

    /// Read a draft that this visitor may see. Blocking.
    pub fn draft(&self, id: DraftId, by: &Visitor) -> Result<Draft, OfficeError> {
        let draft = self.kept_draft(id)?.record;
        let staff = by.role.may(Action::SeeAll) && !matches!(draft.state, State::Writing { .. });
        if draft.is_by(by) || staff || by.role == Role::Owner {
            Ok(draft)
        } else {
            // As if it were not there: ids of others' drafts are nobody's business.
            Err(OfficeError::Unknown)
        }
    }

    /// A draft that this visitor may change.
    pub(super) fn own_draft(&self, id: DraftId, by: &Visitor) -> Result<Kept<Draft>, OfficeError> {
        by.must(Action::Organise)?;
        let kept = self.kept_draft(id)?;
        if kept.record.is_by(by) || by.role.may(Action::ActForOthers) {
            Ok(kept)
        } else {
            Err(OfficeError::Unknown)
        }
    }

    /// Read a draft that this visitor may change. Blocking.
    pub fn own(&self, id: DraftId, by: &Visitor) -> Result<Draft, OfficeError> {
        Ok(self.own_draft(id, by)?.record)
    }

    /// An account's drafts. Blocking.
    pub fn drafts_of(&self, account: AccountId) -> Result<Vec<(DraftId, Draft)>, OfficeError> {
        let mut drafts = Vec::new();
        for id in self.scan_of(account, DRAFTS_MAX)? {
            match self.kept_draft(id) {
                Ok(kept) => drafts.push((id, kept.record)),
                Err(OfficeError::Unknown) => {}
                Err(error) => return Err(error),
            }
        }
        drafts.sort_by_key(|(_, draft)| std::cmp::Reverse(draft.changed));
        Ok(drafts)
    }

    /// Drafts that wait for staff, oldest first. Blocking.
    pub fn queue(&self) -> Result<Vec<(DraftId, Draft)>, OfficeError> {
        let store = &self.instance.store;
        let mut drafts = Vec::new();
        for (key, _) in store.scan(QUEUE, &[], None, QUEUE_PAGE)? {
            let Some(id) = key.get(8..).and_then(|id| id.try_into().ok()).map(DraftId) else {
                continue;
            };
            match self.kept_draft(id) {
                Ok(kept) => drafts.push((id, kept.record)),
                Err(OfficeError::Unknown) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(drafts)
    }

    /// What a draft said in an earlier version. Blocking.
    pub fn earlier(&self, id: DraftId, version: u64) -> Result<Content, OfficeError> {
        let key = id.version_key(version);
        let kept = self.kept::<Content>(&id.key_name(), VERSIONS, &key)?;
        Ok(kept.ok_or(OfficeError::Unknown)?.record)
    }

    /// The earlier versions that are kept, newest first. Blocking.
    pub fn versions(&self, id: DraftId) -> Result<Vec<u64>, OfficeError> {
        let store = &self.instance.store;
        let records = store.scan(VERSIONS, &id.0, None, 1000)?;
        let version = |(key, _): (Vec<u8>, Vec<u8>)| {
            Some(u64::from_be_bytes(key.get(16..)?.try_into().ok()?))
        };
        let mut versions: Vec<u64> = records.into_iter().filter_map(version).collect();
        versions.reverse();
        Ok(versions)
    }

    /// Save what somebody wrote on top of `version`. Refused as stale if that is not the
    /// newest any more. What staff approved, and keys, are of no use for other words.
    pub async fn save_draft(
        &self,
        id: DraftId,
        version: u64,
        content: Content,
        by: &Visitor,
    ) -> Result<u64, OfficeError> {
        content.fits()?;
        let by = by.clone();
        let work = move |office: &Self| {
            let kept = office.own_draft(id, &by)?;
            let old = &kept.record;
            if matches!(old.state, State::Published { .. }) {
                return Err(OfficeError::NotNow("this draft is published"));
            }
            if old.version != version {
                return Err(OfficeError::Stale);
            }
            if old.content == content {
                return Ok((Change::default(), version));
            }
            let mut change = Change::default();
            let key = id.version_key(version);
            office.put(&mut change, &id.key_name(), VERSIONS, &key, &old.content)?;
            if let Some(forgotten) = version.checked_sub(VERSIONS_MAX) {
                change.delete.push((VERSIONS, id.version_key(forgotten)));
            }
            let returned = match &old.state {
                State::Writing { returned } => returned.clone(),
                _ => None,
            };
            let mut new = old.clone();
            new.content = content;
            office.put_draft(&mut change, id, &kept, new, State::Writing { returned })?;
            Ok((change, version + 1))
        };
        let (change, version) = self.blocking(work).await?;
        match self.commit(change).await {
            Ok(()) => Ok(version),
            Err(OfficeError::Busy) => Err(OfficeError::Stale),
            Err(error) => Err(error),
        }
    }

    /// Write a draft in a new state, a version on; the queue follows.
    pub(super) fn put_draft(
        &self,
        change: &mut Change,
        id: DraftId,
        kept: &Kept<Draft>,
        mut draft: Draft,
        state: State,
    ) -> Result<(), OfficeError> {
        draft.version = kept.record.version + 1;
        draft.changed = self.now();
        draft.state = state;
        expect(change, DRAFTS, &id.0, kept);
        self.put(change, &id.key_name(), DRAFTS, &id.0, &draft)?;
        if let State::Waiting { since } = kept.record.state {
            change.delete.push((QUEUE, queue_key(since, id)));
        }
        if let State::Waiting { since } = draft.state {
            change.put.push((QUEUE, queue_key(since, id), vec![1]));
        }
        Ok(())
    }

    /// Delete a draft with all its versions; the key that sealed them is destroyed.
    pub async fn delete_draft(&self, id: DraftId, by: &Visitor) -> Result<(), OfficeError> {
        let by = by.clone();
        let work = move |office: &Self| {
            let kept = office.own_draft(id, &by)?;
            office.deletion(id, &kept)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await?;
        self.blocking(move |office| Ok(office.keys.destroy(&id.key_name())?))
            .await
            .map(|_| ())
    }

    pub(super) fn deletion(&self, id: DraftId, kept: &Kept<Draft>) -> Result<Change, OfficeError> {
        let mut change = Change::default();
        expect(&mut change, DRAFTS, &id.0, kept);
        change.delete.push((DRAFTS, id.0.to_vec()));
        for account in &kept.record.organisers {
            change.delete.push((DRAFTS_OF, of_key(*account, id)));
        }
        if let State::Waiting { since } = kept.record.state {
            change.delete.push((QUEUE, queue_key(since, id)));
        }
        for space in [VERSIONS, super::records::SPONSORS] {
            let store = &self.instance.store;
            for (key, _) in store.scan(space, &id.0, None, 100_000)? {
                change.delete.push((space, key));
            }
        }
        Ok(change)
    }
}
