//! A petition small enough to read and whole enough to prove: six people on the roll,
//! five signatures, one taken back, one struck. Everything follows from fixed seeds.

pub(crate) mod beacon;
pub(crate) mod drawn;
pub(crate) mod journal;
pub(crate) mod petition;
pub(crate) mod rsa;

use undersigned::protocol::ids::Tree;
use undersigned::protocol::manifest::{
    Ask, Asks, FORMAT, LedgerKeys, Localized, Organiser, Publication, RegistrarKeys, Retention,
    Terms,
};
use undersigned::protocol::tag::{IdentityKey, TagKey};
use undersigned::tlog::cosignature::{Ed25519Cosigner, MlDsaCosigner};
use undersigned::tlog::note::NoteSigner;

/// 2026-01-01.
pub(crate) const OPENS: u64 = 1_767_225_600;
/// When everything was published: four days later.
pub(crate) const PUBLISHED: u64 = OPENS + 4 * 86_400;

/// Who keeps what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One instance keeps all four trees.
    Single,
    /// Registrar and ledger are two organisations.
    Split,
}

impl Shape {
    pub(crate) fn registrar(self) -> &'static str {
        match self {
            Self::Single => "petitions.example.org",
            Self::Split => "registrar.example.net",
        }
    }

    pub(crate) fn ledger(self) -> &'static str {
        match self {
            Self::Single => "petitions.example.org",
            Self::Split => "ledger.example.org:8443",
        }
    }
}

/// The seed with this number.
pub(crate) fn seed(number: u8) -> [u8; 32] {
    [number; 32]
}

pub(crate) fn organiser() -> NoteSigner {
    NoteSigner::new("organiser.example.org", &seed(1)).expect("a name")
}

/// The Ed25519 key of an instance's journal; each origin has one of its own.
pub(crate) fn journal_signer(origin: &str) -> NoteSigner {
    NoteSigner::new(origin, &seed(origin.as_bytes()[0])).expect("a name")
}

/// The ML-DSA-44 key of an instance's journal.
pub(crate) fn journal_cosigner(origin: &str) -> MlDsaCosigner {
    MlDsaCosigner::new(origin, &seed(origin.as_bytes()[0])).expect("a name")
}

pub(crate) fn first_witness() -> Ed25519Cosigner {
    Ed25519Cosigner::new("witness.example.com/w1", &seed(4)).expect("a name")
}

pub(crate) fn second_witness() -> MlDsaCosigner {
    MlDsaCosigner::new("witness.example.net/w2", &seed(5)).expect("a name")
}

/// Signs checkpoints of a tree.
pub(crate) fn tree_seed(tree: Tree) -> [u8; 32] {
    seed(10 + tree as u8)
}

pub(crate) fn strike_key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&seed(20))
}

pub(crate) fn identity_key() -> IdentityKey {
    IdentityKey(seed(21))
}

pub(crate) fn tag_key() -> TagKey {
    TagKey::from_seed(seed(22)).expect("a scalar")
}

fn public(seed: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(seed)
        .verifying_key()
        .to_bytes()
}

fn journal_vkeys(origin: &str) -> Vec<String> {
    let vkeys = [
        journal_signer(origin).vkey(),
        journal_cosigner(origin).vkey(),
    ];
    vkeys.iter().map(ToString::to_string).collect()
}

fn localized(texts: &[(&str, &str)]) -> Vec<Localized> {
    let localized = |(lang, text): &(&str, &str)| Localized {
        lang: (*lang).to_owned(),
        text: (*text).to_owned(),
    };
    texts.iter().map(localized).collect()
}

/// What the petition's manifest says.
pub(crate) fn terms(shape: Shape) -> Terms {
    let tree = |tree| public(&tree_seed(tree));
    Terms {
        format: FORMAT.to_owned(),
        title: localized(&[
            ("en", "Keep the night train"),
            ("de", "Der Nachtzug soll bleiben"),
        ]),
        letter: localized(&[
            (
                "en",
                "We ask you to keep the night train.\n\nIt is how we visit each other.",
            ),
            (
                "de",
                "Wir bitten Sie, den Nachtzug zu erhalten.\n\nMit ihm besuchen wir einander.",
            ),
        ]),
        recipients: vec!["Ministry of Transport".to_owned()],
        organiser: Organiser {
            name: "Friends of the night train".to_owned(),
            vkeys: vec![organiser().vkey().to_string()],
        },
        opens: OPENS,
        confirm_until: OPENS + 90 * 86_400,
        submit_until: OPENS + 97 * 86_400,
        withdraw_until: OPENS + 365 * 86_400,
        goal: Some(1000),
        asks: Asks {
            name: Ask::Optional,
            region: Ask::Required,
            comment: Ask::Optional,
            updates: true,
            roll_region: false,
            share: None,
        },
        registrar: RegistrarKeys {
            origin: shape.registrar().to_owned(),
            vkeys: journal_vkeys(shape.registrar()),
            roll: tree(Tree::Roll),
            strikes: tree(Tree::Strikes),
            strike_key: strike_key().verifying_key().to_bytes(),
            token_key: rsa::token_key().der().to_vec(),
            identity_key_commitment: identity_key().commitment(),
        },
        ledger: LedgerKeys {
            origin: shape.ledger().to_owned(),
            vkeys: journal_vkeys(shape.ledger()),
            signatures: tree(Tree::Signatures),
            withdrawals: tree(Tree::Withdrawals),
            tag_key: tag_key().public(),
        },
        email_rules: 1,
        publication: Publication::Batched,
        retention: Retention {
            pending_days: 7,
            network_hours: 24,
            vault_days: 90,
        },
        audit: None,
    }
}
