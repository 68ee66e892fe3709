//! A petition with all its secrets.

use ed25519_dalek::{Signer as _, SigningKey};
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{PetitionSignature, RollEntry, Strike, StrikeReason, Withdrawal};
use undersigned::protocol::manifest::{
    Ask, Asks, LedgerKeys, Localized, Manifest, Organiser, Publication, RegistrarKeys, Retention,
    Terms,
};
use undersigned::protocol::statement::Dates;
use undersigned::protocol::tally::TreeHead;
use undersigned::protocol::{manifest, signer, withdrawal};
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::note::{Note, NoteSigner};
use undersigned::tlog::size::TreeSize;

use super::{journal_vkeys, keys};

/// A day in seconds.
pub(crate) const DAY: u64 = 86_400;
/// When petitions open.
pub(crate) const OPENS: u64 = 1_700_000_000;

/// A petition and the secrets behind it.
#[derive(Clone)]
pub(crate) struct Petition {
    pub(crate) manifest: Manifest,
    label: String,
}

fn public(label: &str) -> [u8; 32] {
    SigningKey::from_bytes(&keys::seed(label))
        .verifying_key()
        .to_bytes()
}

impl Petition {
    /// A petition whose keys follow from its label.
    pub(crate) fn new(label: &str, registrar: &str, ledger: &str) -> Self {
        Self::changed(label, registrar, ledger, |_| {})
    }

    /// The same with other terms.
    pub(crate) fn changed(
        label: &str,
        registrar: &str,
        ledger: &str,
        change: impl FnOnce(&mut Terms),
    ) -> Self {
        let text = |text: &str| {
            vec![Localized {
                lang: "en".to_owned(),
                text: text.to_owned(),
            }]
        };
        let vkeys = |origin| {
            journal_vkeys(origin)
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        let mut terms = Terms {
            format: manifest::FORMAT.to_owned(),
            title: text(label),
            letter: text("Dear recipients"),
            recipients: vec!["The council".to_owned()],
            organiser: Organiser {
                name: "Those who ask".to_owned(),
                vkeys: vec![organiser(label).vkey().to_string()],
            },
            opens: OPENS,
            confirm_until: OPENS + 30 * DAY,
            submit_until: OPENS + 31 * DAY,
            withdraw_until: OPENS + 60 * DAY,
            goal: None,
            asks: Asks {
                name: Ask::No,
                region: Ask::No,
                comment: Ask::Optional,
                updates: false,
                roll_region: false,
                share: None,
            },
            registrar: RegistrarKeys {
                origin: registrar.to_owned(),
                vkeys: vkeys(registrar),
                roll: public(&format!("{label} roll")),
                strikes: public(&format!("{label} strikes")),
                strike_key: public(&format!("{label} strike key")),
                token_key: keys::token_key(),
                identity_key_commitment: [7; 32],
            },
            ledger: LedgerKeys {
                origin: ledger.to_owned(),
                vkeys: vkeys(ledger),
                signatures: public(&format!("{label} signatures")),
                withdrawals: public(&format!("{label} withdrawals")),
                tag_key: [8; 32],
            },
            email_rules: 1,
            publication: Publication::Batched,
            retention: Retention {
                pending_days: 7,
                network_hours: 24,
                vault_days: 90,
            },
            audit: None,
        };
        change(&mut terms);
        Self {
            manifest: Manifest::new(&terms).expect("a manifest"),
            label: label.to_owned(),
        }
    }

    pub(crate) fn id(&self) -> PetitionId {
        self.manifest.id()
    }

    pub(crate) fn dates(&self) -> Dates {
        Dates::of(&self.manifest)
    }

    /// Signs for the organiser.
    pub(crate) fn organiser(&self) -> NoteSigner {
        organiser(&self.label)
    }

    /// The roll leaf of signer `n`.
    pub(crate) fn roll(&self, n: u32) -> Vec<u8> {
        let entry = RollEntry {
            tag: keys::seed(&format!("{} tag {n}", self.label)),
            commitment: keys::seed(&format!("{} roll {n}", self.label)),
        };
        entry.to_bytes()
    }

    /// The signature leaf of signer `n`.
    pub(crate) fn signature(&self, n: u32) -> Vec<u8> {
        keys::signature(&self.manifest, n).to_bytes()
    }

    /// A signature leaf with this key and any commitment, and a token over both.
    pub(crate) fn signature_with(&self, pk: [u8; 32], commitment: [u8; 32]) -> Vec<u8> {
        let authenticator = keys::token(&self.manifest, &pk, &commitment);
        let leaf = PetitionSignature {
            pk,
            commitment,
            authenticator,
        };
        leaf.to_bytes()
    }

    /// Signer `n` takes back the signature that stands at `index`.
    pub(crate) fn withdrawal(&self, n: u32, index: u64) -> Vec<u8> {
        let leaf = keys::signature(&self.manifest, n);
        signer::withdraw(&keys::secret(n), self.id(), &leaf, index).to_bytes()
    }

    /// Index of signer `n` among these signature leaves.
    pub(crate) fn position(&self, n: u32, leaves: &[Vec<u8>]) -> u64 {
        let own = self.signature(n);
        let index = leaves.iter().position(|leaf| *leaf == own);
        index.expect("the signer's leaf") as u64
    }

    /// A withdrawal by a key that is not the signature's.
    pub(crate) fn foreign_withdrawal(&self, leaf: &[u8], index: u64) -> Vec<u8> {
        let message = withdrawal::message(self.id(), &leaf_hash(leaf), index);
        let key = SigningKey::from_bytes(&keys::seed("somebody else"));
        let signature = key.sign(&message).to_bytes();
        Withdrawal { index, signature }.to_bytes()
    }

    /// The registrar strikes the roll entry with this hash at `index`.
    pub(crate) fn strike(&self, roll_leaf: &Hash, index: u64) -> Vec<u8> {
        self.strike_by(&format!("{} strike key", self.label), roll_leaf, index)
    }

    /// Whoever has the key of this label does.
    pub(crate) fn strike_by(&self, key: &str, roll_leaf: &Hash, index: u64) -> Vec<u8> {
        let reason = StrikeReason::Fraud;
        let message = withdrawal::strike_message(self.id(), roll_leaf, index, reason);
        let key = SigningKey::from_bytes(&keys::seed(key));
        let signature = key.sign(&message).to_bytes();
        let strike = Strike {
            index,
            reason,
            signature,
        };
        strike.to_bytes()
    }

    /// The signed checkpoint of a tree.
    pub(crate) fn tree_checkpoint(&self, tree: Tree, head: &TreeHead) -> Vec<u8> {
        let origin = self.manifest.tree_origin(tree);
        checkpoint_as(&format!("{} {tree}", self.label), &origin, head)
    }
}

fn organiser(label: &str) -> NoteSigner {
    NoteSigner::new("organiser", &keys::seed(&format!("{label} organiser"))).expect("a name")
}

/// A checkpoint of any origin by the key of any label, under the tree's name.
pub(crate) fn checkpoint_as(key: &str, origin: &str, head: &TreeHead) -> Vec<u8> {
    let signer = NoteSigner::new(origin, &keys::seed(key)).expect("a name");
    let checkpoint = Checkpoint {
        origin: origin.to_owned(),
        size: TreeSize(head.size),
        root: head.root,
    };
    let text = checkpoint.to_string();
    Note::new(&text, vec![signer.sign(&text)])
        .expect("a note")
        .to_bytes()
}
