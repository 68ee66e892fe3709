//! Taking a text down because a law demands it. Its hash and the count stay.

use super::{Action, Office, OfficeError, Visitor};
use crate::protocol::ids::PetitionId;
use crate::protocol::saying::Saying;
use crate::protocol::statement;

impl Office {
    /// The signed statement that a petition's text is withheld, written into the staff's
    /// log; the journal has to take it.
    pub async fn withhold(
        &self,
        petition: PetitionId,
        authority: String,
        law: String,
        reason: String,
        by: &Visitor,
    ) -> Result<Vec<u8>, OfficeError> {
        by.must(Action::Withhold)?;
        let saying = Saying::Withheld {
            on: self.now(),
            authority,
            law,
            reason: reason.clone(),
        };
        let words = "authority and law are one line each, and the reason has some words";
        let text = saying
            .text(petition)
            .ok_or_else(|| OfficeError::Invalid(words.to_owned()))?;
        let note = statement::sign(&text, self.instance.keys.signer())
            .map_err(crate::instance::InstanceError::from)?;
        self.record(by, format!("withheld the text of {petition}"), reason)
            .await?;
        Ok(note)
    }
}
