//! The keys that this instance contributes to a new petition.

use super::{Instance, InstanceError};
use crate::api::ContributedKeys;
use crate::keys::public_key;
use crate::protocol::manifest::{LedgerKeys, RegistrarKeys};

impl Instance {
    /// Keys for a new manifest, durable on return. Each call gives others. Blocking.
    pub fn contribute_keys(&self) -> Result<ContributedKeys, InstanceError> {
        let registrar = self.petition_keys.new_registrar()?;
        let ledger = self.petition_keys.new_ledger()?;
        let identity = registrar.identity.get().expect("just made");
        let tag = ledger.tag.get().expect("just made");
        let origin = self.keys.origin().to_owned();
        let vkeys: Vec<String> = self.keys.vkeys().iter().map(ToString::to_string).collect();
        Ok(ContributedKeys {
            registrar: RegistrarKeys {
                origin: origin.clone(),
                vkeys: vkeys.clone(),
                roll: public_key(&registrar.roll_seed),
                strikes: public_key(&registrar.strikes_seed),
                strike_key: registrar.strike.verifying_key().to_bytes(),
                token_key: registrar.token_public.der().to_vec(),
                identity_key_commitment: identity.commitment(),
            },
            ledger: LedgerKeys {
                origin,
                vkeys,
                signatures: public_key(&ledger.signatures_seed),
                withdrawals: public_key(&ledger.withdrawals_seed),
                tag_key: tag.public(),
            },
        })
    }
}
