//! What the auditor gets of a draw: sealed records, and kI sealed to the auditor
//! (`spec/audit-sample.md`, "Opening").

use super::{Registrar, RegistrarError};
use crate::instance::{ProofsError, TagsError};
use crate::keys::envelope;
use crate::protocol::ids::Tree;
use crate::protocol::sample::{OPENING, Opening, Record, VerifiedDraw};
use crate::protocol::saying::Saying;
use crate::protocol::statement;

/// HPKE `info` of the sealed identity key; `aad` is petition id ‖ seed.
pub const IDENTITY_KEY_INFO: &[u8] = b"undersigned/identity-key/v1";

impl Registrar {
    /// The opening of a draw, and the signed statement that it was handed out. A draw from
    /// another tally than the last one before the round, or a second one, is refused. Blocking.
    pub fn open_draw(&self, draw: &VerifiedDraw) -> Result<(Opening, Vec<u8>), RegistrarError> {
        let p = draw.frame.manifest.id();
        let petition = self.petition(p)?;
        let proofs = |error: ProofsError| match error {
            ProofsError::Store(error) => RegistrarError::Store(error),
            other => RegistrarError::Draw(other.to_string()),
        };
        let refuse = |why: &str| Err(RegistrarError::Draw(why.to_owned()));
        let Some(audit) = petition.manifest.terms().audit.as_ref() else {
            return refuse("the petition names no auditor");
        };
        if !petition.is_closed() {
            return refuse("the petition is not closed");
        }
        let tallies = self.instance.tallies(&petition, None, usize::MAX);
        let mut before = tallies.map_err(proofs)?;
        before.retain(|(_, tally)| tally.time < draw.round_time);
        if before.last().map(|(index, _)| *index) != Some(draw.frame.tally) {
            return refuse("this is not the petition's last tally before the round");
        }
        if petition.opened().is_some_and(|other| other != draw.seed.0) {
            return refuse("the records of another draw were handed out");
        }
        let envelopes = self.vault(p, &draw.entries)?;
        let mut records = Vec::with_capacity(draw.entries.len());
        for (index, envelope) in draw.entries.iter().zip(envelopes) {
            let proof = self.instance.inclusion(&petition, Tree::Roll, *index);
            let proof = proof.map_err(proofs)?;
            records.push(Record {
                index: *index,
                leaf: proof.leaf,
                path: proof.path,
                envelope: envelope.unwrap_or_default(),
            });
        }
        let key = petition.registrar.identity.get().ok_or(TagsError::Erased)?;
        let aad = [p.as_bytes(), &draw.seed.0[..]].concat();
        let clock = &*self.instance.clock;
        let identity_key = envelope::seal(&audit.hpke_key, IDENTITY_KEY_INFO, &aad, &key.0, clock)
            .map_err(|_| RegistrarError::Sealed("the auditor's key takes no record"))?;
        let held = records.iter().filter(|r| !r.envelope.is_empty()).count();
        let saying = Saying::Opened {
            on: clock.now(),
            draw: draw.seed.0,
            records: held as u64,
        };
        let text = saying.text(p).expect("numbers keep the rules");
        let said = statement::sign(&text, self.instance.keys.signer())
            .map_err(crate::instance::InstanceError::from)?;
        let opening = Opening {
            format: OPENING.to_owned(),
            petition: p,
            draw: draw.seed.0,
            identity_key,
            records,
        };
        Ok((opening, said))
    }
}
