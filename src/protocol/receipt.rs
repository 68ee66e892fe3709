//! Receipts: what a signer keeps (`spec/receipt.md`).

use serde::{Deserialize, Serialize};

use super::commitment::{Disclosure, DisclosureError, commit};
use super::encoding::from_json;
use super::ids::Tree;
use super::inclusion::{Included, InclusionError, InclusionProof};
use super::leaf::{LeafError, PetitionSignature};
use super::manifest::{Manifest, ManifestError};
use super::promise::{Promise, PromiseError};
use super::signer::{self, SignerSecret};
use super::token::TokenError;
use crate::tlog::hash::leaf_hash;
use crate::tlog::policy::Policy;

/// The value of `format`.
pub const FORMAT: &str = "undersigned/receipt/v1";
/// Most bytes of a receipt file.
pub const RECEIPT_MAX: usize = 512 * 1024;

/// Why a file is not a receipt, or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Longer than [`RECEIPT_MAX`] bytes.
    #[error("a receipt has at most {RECEIPT_MAX} bytes, got {0}")]
    TooLong(usize),
    /// Not JSON of this shape.
    #[error("not a receipt: {0}")]
    Json(String),
    /// `format` names another version.
    #[error("receipt format {0:?} is unknown")]
    Format(String),
    /// The manifest in it is refused.
    #[error("manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// There is no proof in it yet; only a promise or less.
    #[error("this receipt holds no proof yet: fetch it with `undersigned sign --resume`")]
    Unproven,
    /// The proof is of another tree than `signatures`.
    #[error("a receipt proves a signature, not a leaf of the {0} tree")]
    Tree(Tree),
    /// The leaf does not parse.
    #[error("leaf: {0}")]
    Leaf(#[from] LeafError),
    /// The leaf's token is not the registrar's.
    #[error("token: {0}")]
    Token(#[from] TokenError),
    /// The proof does not hold.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
    /// The promise does not hold.
    #[error("promise: {0}")]
    Promise(#[from] PromiseError),
    /// The promise or proof is about another leaf.
    #[error("promise, leaf and proof are not about the same leaf")]
    OtherLeaf,
    /// The private half does not open this leaf.
    #[error("the secret in this receipt does not belong to its leaf")]
    Secret,
    /// The disclosure does not parse.
    #[error("disclosure: {0}")]
    Disclosure(#[from] DisclosureError),
}

/// What only the signer has. Whoever gets it can take the signature back.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Private {
    /// 32 bytes, hexadecimal.
    #[serde(with = "hex::serde")]
    pub secret: [u8; 32],
    /// The exact text that the commitment covers.
    pub disclosure: String,
}

impl std::fmt::Debug for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Private(…)")
    }
}

/// A signing from its first byte to its proof, in one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// [`FORMAT`].
    pub format: String,
    /// The manifest's exact text.
    pub manifest: String,
    /// Where the service is reached; a convenience, never trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The signature leaf, standard base64, once the token is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf: Option<String>,
    /// The ledger's signed promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<String>,
    /// The proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<InclusionProof>,
    /// Absent in a shared receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<Private>,
}

/// A receipt whose proof holds. Comes from [`Receipt::verify`] only.
#[derive(Clone, Debug)]
pub struct VerifiedReceipt {
    /// The petition.
    pub manifest: Manifest,
    /// The leaf, its index and the tally.
    pub included: Included,
    /// Whether the private half opens the leaf.
    pub owned: bool,
    _checked: (),
}

impl Receipt {
    /// A signing that has just begun.
    pub fn begin(manifest: &Manifest, url: Option<String>, private: Private) -> Self {
        Self {
            format: FORMAT.to_owned(),
            manifest: manifest.text().to_owned(),
            url,
            leaf: None,
            promise: None,
            proof: None,
            private: Some(private),
        }
    }

    /// Parse a receipt file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > RECEIPT_MAX {
            return Err(ReceiptError::TooLong(bytes.len()));
        }
        let receipt: Self = from_json(bytes).map_err(ReceiptError::Json)?;
        if receipt.format != FORMAT {
            return Err(ReceiptError::Format(receipt.format));
        }
        Ok(receipt)
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a receipt always encodes");
        bytes.push(b'\n');
        bytes
    }

    /// The half that may be shared: it proves nothing about who signed.
    #[must_use]
    pub fn public(&self) -> Self {
        Self {
            private: None,
            ..self.clone()
        }
    }

    /// The petition.
    pub fn manifest(&self) -> Result<Manifest, ReceiptError> {
        Ok(Manifest::parse(self.manifest.as_bytes())?)
    }

    /// The signature leaf, if the token is there.
    pub fn signature(&self) -> Result<Option<PetitionSignature>, ReceiptError> {
        let Some(text) = &self.leaf else {
            return Ok(None);
        };
        let bytes = super::encoding::from_base64(text)
            .ok_or_else(|| ReceiptError::Json("leaf is not standard base64".to_owned()))?;
        Ok(Some(PetitionSignature::parse(&bytes)?))
    }

    /// Check everything that is in the file, offline: the token, the promise, both
    /// halves of the proof, and that the secret (if present) opens the leaf.
    pub fn verify(&self, policy: &Policy) -> Result<VerifiedReceipt, ReceiptError> {
        let manifest = self.manifest()?;
        let proof = self.proof.as_ref().ok_or(ReceiptError::Unproven)?;
        if proof.tree != Tree::Signatures {
            return Err(ReceiptError::Tree(proof.tree));
        }
        let leaf = PetitionSignature::parse(&proof.leaf)?;
        if self.signature()?.is_some_and(|own| own != leaf) {
            return Err(ReceiptError::OtherLeaf);
        }
        manifest.token().verify(&leaf)?;
        let included = proof.verify(&manifest, policy)?;
        if let Some(note) = &self.promise {
            let ledger = &manifest.journal_vkeys(Tree::Signatures)[0];
            let promise = Promise::open(note.as_bytes(), ledger)?;
            if promise.petition != manifest.id() || promise.leaf != leaf_hash(&proof.leaf) {
                return Err(ReceiptError::OtherLeaf);
            }
        }
        let owned = self
            .private
            .as_ref()
            .map_or(Ok(false), |p| p.opens(&manifest, &leaf))?;
        Ok(VerifiedReceipt {
            manifest,
            included,
            owned,
            _checked: (),
        })
    }
}

impl Private {
    /// Whether this half opens the leaf; an error if it does not.
    fn opens(&self, manifest: &Manifest, leaf: &PetitionSignature) -> Result<bool, ReceiptError> {
        let secret = SignerSecret(self.secret);
        let disclosure = Disclosure::parse(self.disclosure.as_bytes())?;
        let salt = signer::salt(&secret, manifest.id(), &disclosure);
        let opens = leaf.pk == signer::public_key(&secret, manifest.id())
            && leaf.commitment == commit(manifest.id(), &salt, &disclosure);
        if opens {
            Ok(true)
        } else {
            Err(ReceiptError::Secret)
        }
    }
}
