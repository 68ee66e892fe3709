//! From a draft to a petition: keys are contributed, the organiser signs the exact
//! bytes, the journal takes them.

use super::drafts::{Draft, DraftId, State, of_key};
use super::organisers::organiser_key;
use super::records::{DRAFTS_OF, DRAWN, ORGANISERS_OF, PETITIONS_OF};
use super::{AccountId, Action, Office, OfficeError, Visitor};
use crate::keys::envelope;
use crate::protocol::ids::PetitionId;
use crate::protocol::manifest::{ListKey, Manifest};
use crate::protocol::statement::{self, Statement};
use crate::store::{Change, Expect};

/// Petitions of one account on a page.
const PETITIONS_MAX: usize = 1000;

pub(super) fn petition_key(account: AccountId, petition: PetitionId) -> Vec<u8> {
    [&account.0[..], petition.as_bytes()].concat()
}

impl Office {
    /// Draw a draft up: contribute keys and fix its exact bytes. `vkeys` speak for the
    /// organiser, any of them; `list` is the key of the organiser's list, where the draft
    /// wants one.
    pub async fn draw_up(
        &self,
        id: DraftId,
        version: u64,
        vkeys: Vec<String>,
        list: Option<ListKey>,
        by: &Visitor,
    ) -> Result<(), OfficeError> {
        let by = by.clone();
        let work = move |office: &Self| {
            let kept = office.own_draft(id, &by)?;
            let draft = &kept.record;
            if draft.version != version {
                return Err(OfficeError::Stale);
            }
            if matches!(draft.state, State::Published { .. }) {
                return Err(OfficeError::NotNow("this draft is published"));
            }
            let needs = office.needs(id, draft, &by)?;
            if needs.approval {
                return Err(OfficeError::NotNow("staff have not approved this draft"));
            }
            if needs.sponsors > 0 {
                return Err(OfficeError::NotNow("this draft needs more sponsors first"));
            }
            let now = office.now();
            if let Some(problem) = draft.content.problem(now) {
                return Err(OfficeError::Invalid(problem.to_string()));
            }
            // Before keys are made for it.
            let vkey = |text: &String| text.parse::<crate::tlog::note::VerifierKey>().is_ok();
            if vkeys.is_empty() || !vkeys.iter().all(vkey) {
                let words = "give 1 to 8 public keys of the organiser, one a line";
                return Err(OfficeError::Invalid(words.to_owned()));
            }
            let sealable = |key: &ListKey| {
                let nothing = envelope::seal_aes(&key.0, b"", b"", b"", &*office.instance.clock);
                nothing.is_ok()
            };
            if draft.content.share != list.is_some() || !list.as_ref().is_none_or(sealable) {
                let words = "give the public key of the list: 64 hexadecimal digits";
                return Err(OfficeError::Invalid(words.to_owned()));
            }
            let keys = office.instance.contribute_keys()?;
            let roll = keys.registrar.roll;
            let terms = draft.content.terms(now, vkeys, list, keys);
            let manifest =
                Manifest::new(&terms).map_err(|error| OfficeError::Invalid(error.to_string()))?;
            let petition = manifest.id();
            let mut change = Change::default();
            let state = State::Drawn {
                manifest: manifest.text().to_owned(),
                petition,
            };
            office.put_draft(&mut change, id, &kept, draft.clone(), state)?;
            change.expect.push((DRAWN, roll.to_vec(), Expect::Absent));
            change.put.push((DRAWN, roll.to_vec(), petition.0.to_vec()));
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }

    /// Whether the journal may take this petition: keys that the office contributed to an
    /// approved text serve no other text. Blocking.
    pub fn may_publish(&self, manifest: &Manifest) -> Result<bool, OfficeError> {
        let roll = manifest.terms().registrar.roll;
        let drawn = self.instance.store.get(DRAWN, &roll)?;
        Ok(drawn.is_none_or(|petition| petition == manifest.id().0))
    }

    /// The text that the organiser signs to publish a drawn-up draft.
    pub fn statement_of(draft: &Draft) -> Result<(Manifest, String), OfficeError> {
        let State::Drawn { manifest, .. } = &draft.state else {
            return Err(OfficeError::NotNow("this draft is not drawn up"));
        };
        let manifest = Manifest::parse(manifest.as_bytes())
            .map_err(|error| OfficeError::Invalid(error.to_string()))?;
        let text = statement::published(&manifest);
        Ok((manifest, text))
    }

    /// Whether this signed note publishes the draft; its petition. Blocking.
    pub fn publishes(
        &self,
        id: DraftId,
        note: &[u8],
        by: &Visitor,
    ) -> Result<PetitionId, OfficeError> {
        let draft = self.own_draft(id, by)?.record;
        let (manifest, _) = Self::statement_of(&draft)?;
        let refuse = |words: String| Err(OfficeError::Invalid(words));
        let parsed = match Statement::parse(note) {
            Ok(parsed) => parsed,
            Err(error) => return refuse(format!("this is not the signed statement: {error}")),
        };
        let Statement::Published(given, _) = &parsed else {
            return refuse("this is a statement of another kind".to_owned());
        };
        if given.id() != manifest.id() {
            return refuse("this is another petition, or an earlier version of this".to_owned());
        }
        match parsed.verify(&manifest, &self.instance.keys.signer().vkey()) {
            Ok(()) => Ok(manifest.id()),
            Err(error) => refuse(format!("no key of the organiser has signed this: {error}")),
        }
    }

    /// Whether the journal would take this signed statement, and it is about this petition.
    /// Blocking.
    pub fn would_say(&self, petition: PetitionId, note: &[u8]) -> Result<(), OfficeError> {
        let refuse = |words: String| Err(OfficeError::Invalid(words));
        match Statement::parse(note) {
            Ok(said) if said.petition() == Some(petition) => {}
            Ok(_) => return refuse("this is about another petition".to_owned()),
            Err(error) => return refuse(format!("this is not a signed statement: {error}")),
        }
        match self.instance.would_take(note) {
            Err(crate::instance::InstanceError::Statement(error)) => {
                refuse(format!("no key of the organiser has signed this: {error}"))
            }
            other => Ok(other?),
        }
    }

    /// The journal has taken it: its organisers look after the petition from now on.
    pub async fn published(&self, id: DraftId, by: &Visitor) -> Result<(), OfficeError> {
        let by = by.clone();
        let work = move |office: &Self| {
            let kept = office.own_draft(id, &by)?;
            let draft = &kept.record;
            let petition = match draft.state {
                State::Drawn { petition, .. } => petition,
                State::Published { .. } => return Ok(Change::default()),
                _ => return Err(OfficeError::NotNow("this draft is not drawn up")),
            };
            let mut change = Change::default();
            let state = State::Published { petition };
            office.put_draft(&mut change, id, &kept, draft.clone(), state)?;
            let settling = super::settle::settling_key(petition, id);
            change
                .put
                .push((super::records::SETTLING, settling, vec![1]));
            for account in &draft.organisers {
                change.delete.push((DRAFTS_OF, of_key(*account, id)));
                let key = petition_key(*account, petition);
                change.put.push((PETITIONS_OF, key, vec![1]));
                let key = organiser_key(petition, *account);
                change.put.push((ORGANISERS_OF, key, vec![1]));
            }
            office.carry_invitations(&mut change, id, petition)?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }

    /// An account's petitions. Blocking.
    pub fn petitions_of(&self, account: AccountId) -> Result<Vec<PetitionId>, OfficeError> {
        let store = &self.instance.store;
        let records = store.scan(PETITIONS_OF, &account.0, None, PETITIONS_MAX)?;
        let id = |(key, _): (Vec<u8>, Vec<u8>)| Some(PetitionId(key.get(16..)?.try_into().ok()?));
        Ok(records.into_iter().filter_map(id).collect())
    }

    /// Whether this visitor may look at a petition's totals. Blocking.
    pub fn may_see(&self, petition: PetitionId, by: &Visitor) -> Result<(), OfficeError> {
        if by.role.may(Action::SeeAll) {
            return Ok(());
        }
        self.must_own(petition, by)
    }

    /// Whether this visitor may write and speak for a petition. Blocking.
    pub fn may_act(&self, petition: PetitionId, by: &Visitor) -> Result<(), OfficeError> {
        by.must(Action::Organise)?;
        if by.role.may(Action::ActForOthers) {
            return Ok(());
        }
        self.must_own(petition, by)
    }

    fn must_own(&self, petition: PetitionId, by: &Visitor) -> Result<(), OfficeError> {
        let key = petition_key(by.account, petition);
        let owns = self.instance.store.get(PETITIONS_OF, &key)?.is_some();
        if owns {
            Ok(())
        } else {
            Err(OfficeError::Unknown)
        }
    }
}
