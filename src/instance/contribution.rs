//! The keys that this instance contributes to a new petition.

use super::{Instance, InstanceError};
use crate::api::ContributedKeys;
use crate::keys::public_key;
use crate::protocol::manifest::{LedgerKeys, RegistrarKeys};
use crate::protocol::token::{NK, TokenKey};

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

    /// Keys of nobody, in the form of contributed ones: for a look at a draft before its text
    /// is fixed.
    pub fn stand_in_keys(&self) -> ContributedKeys {
        let origin = self.keys.origin().to_owned();
        let vkeys: Vec<String> = self.keys.vkeys().iter().map(ToString::to_string).collect();
        let mut modulus = [0; NK];
        let mut bytes = blake3::Hasher::new_derive_key("undersigned preview token key v1");
        bytes.update(origin.as_bytes());
        bytes.finalize_xof().fill(&mut modulus);
        modulus[0] |= 0xc0;
        modulus[NK - 1] |= 1;
        let token = TokenKey::from_modulus(&modulus).expect("an odd number of 2048 bits");
        let key = |n: u8| public_key(&[n; 32]);
        ContributedKeys {
            registrar: RegistrarKeys {
                origin: origin.clone(),
                vkeys: vkeys.clone(),
                roll: key(1),
                strikes: key(2),
                strike_key: key(3),
                token_key: token.der().to_vec(),
                identity_key_commitment: [4; 32],
            },
            ledger: LedgerKeys {
                origin,
                vkeys,
                signatures: key(5),
                withdrawals: key(6),
                tag_key: key(7),
            },
        }
    }
}
