//! After publication: when a petition opens, its sponsors are handed to the registrar, who
//! invites each mailbox once; then the draft, with their addresses, is gone.

use super::drafts::{DraftId, State};
use super::records::{SETTLING, SPONSORS};
use super::sponsors::{SPONSORS_MAX, Sponsor};
use super::{Office, OfficeError};
use crate::instance::Phase;
use crate::protocol::ids::PetitionId;
use crate::registrar::{InvitationText, RegistrarError};

/// Petitions looked at in one go.
const PAGE: usize = 200;

impl Office {
    /// Invite the sponsors of petitions that are open now.
    pub async fn settle(&self) -> Result<(), OfficeError> {
        let due = self
            .blocking(|office| Ok(office.instance.store.scan(SETTLING, &[], None, PAGE)?))
            .await?;
        for (key, _) in due {
            let Some((petition, draft)) = parse(&key) else {
                continue;
            };
            let now = self.now();
            let found = self.instance.petitions.get(&petition);
            match found.map(|petition| petition.phase(now)) {
                Some(Phase::Announced) => {}
                Some(Phase::Open) => {
                    self.invite_sponsors(petition, draft).await?;
                    self.forget_draft(key, draft).await?;
                }
                // Too late for them, or never public here.
                Some(Phase::Closing | Phase::Closed) | None => {
                    self.forget_draft(key, draft).await?;
                }
            }
        }
        Ok(())
    }

    async fn invite_sponsors(&self, petition: PetitionId, id: DraftId) -> Result<(), OfficeError> {
        let work = move |office: &Self| {
            let draft = match office.kept_draft(id) {
                Ok(kept) => kept.record,
                // Deleted, and its sponsors with it.
                Err(OfficeError::Unknown) => return Ok((Vec::new(), String::new())),
                Err(error) => return Err(error),
            };
            let text = draft.content.text_hash();
            let mut addresses = Vec::new();
            let store = &office.instance.store;
            for (key, sealed) in store.scan(SPONSORS, &id.0, None, SPONSORS_MAX)? {
                let kept = office.opened::<Sponsor>(&id.key_name(), SPONSORS, &key, sealed)?;
                let sponsor = kept.map(|kept| kept.record);
                addresses.extend(sponsor.filter(|s| s.text == text).map(|s| s.email));
            }
            let lang = draft.content.texts.first();
            Ok((
                addresses,
                lang.map_or_else(String::new, |text| text.lang.clone()),
            ))
        };
        let (addresses, lang) = self.blocking(work).await?;
        if addresses.is_empty() {
            return Ok(());
        }
        let text = InvitationText {
            lang,
            text: "You stood for this petition before it was public. It is open now.".to_owned(),
        };
        match self.registrar.invite(petition, addresses, &text).await {
            Ok(_) => Ok(()),
            Err(RegistrarError::Region) => {
                tracing::warn!("sponsors are not invited: the roll needs a region");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn forget_draft(&self, settling: Vec<u8>, id: DraftId) -> Result<(), OfficeError> {
        let work = move |office: &Self| {
            let mut change = match office.kept_draft(id) {
                Ok(kept) if matches!(kept.record.state, State::Published { .. }) => {
                    office.deletion(id, &kept)?
                }
                Ok(_) | Err(OfficeError::Unknown) => crate::store::Change::default(),
                Err(error) => return Err(error),
            };
            change.delete.push((SETTLING, settling));
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await?;
        self.blocking(move |office| Ok(office.keys.destroy(&id.key_name())?))
            .await
            .map(|_| ())
    }
}

pub(super) fn settling_key(petition: PetitionId, draft: DraftId) -> Vec<u8> {
    [petition.as_bytes(), &draft.0[..]].concat()
}

fn parse(key: &[u8]) -> Option<(PetitionId, DraftId)> {
    let (petition, draft) = key.split_first_chunk::<32>()?;
    Some((PetitionId(*petition), DraftId(draft.try_into().ok()?)))
}
