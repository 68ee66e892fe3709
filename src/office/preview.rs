//! A look at a draft as the petition that it would be.

use super::drafts::{Draft, State};
use super::{Office, OfficeError};
use crate::instance::PublicPetition;
use crate::protocol::manifest::{ListKey, Manifest};
use crate::tlog::note::NoteSigner;

impl Office {
    /// The petition that a draft would be now. Where its text is not fixed, with keys of
    /// nobody. Refused with the rule that it breaks.
    pub fn preview(&self, draft: &Draft) -> Result<PublicPetition, OfficeError> {
        let invalid = |error: String| OfficeError::Invalid(error);
        if let State::Drawn { manifest, .. } = &draft.state {
            let manifest = Manifest::parse(manifest.as_bytes());
            let manifest = manifest.map_err(|error| invalid(error.to_string()))?;
            return Ok(PublicPetition::preview(manifest));
        }
        let now = self.now();
        if let Some(problem) = draft.content.problem(now) {
            return Err(invalid(problem.to_string()));
        }
        let organiser = NoteSigner::new("preview", &[1; 32]).expect("a name");
        let vkeys = vec![organiser.vkey().to_string()];
        let keys = self.instance.stand_in_keys();
        let list = draft.content.share.then_some(ListKey([1; 32]));
        let terms = draft.content.terms(now, vkeys, list, keys);
        let manifest = Manifest::new(&terms).map_err(|error| invalid(error.to_string()))?;
        Ok(PublicPetition::preview(manifest))
    }
}
