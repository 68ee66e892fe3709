//! A signing, step by step, over the JSON API (`spec/signing.md`).
//!
//! The receipt is the only state. Each step takes it one stage further and checks
//! what came back against the petition's manifest; the caller makes the receipt
//! durable before the first step and after each. A step that was interrupted is
//! repeated with the same bytes, because all of them follow from the receipt.

use super::ClientError;
use super::api::Client;
use crate::api::problem::Kind;
use crate::clock::{Clock, random};
use crate::protocol::blind::BlindError;
use crate::protocol::commitment::{Disclosure, DisclosureError, DisclosureFields};
use crate::protocol::encoding::to_base64;
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::{Included, InclusionError};
use crate::protocol::leaf::PetitionSignature;
use crate::protocol::manifest::Manifest;
use crate::protocol::promise::{Promise, PromiseError};
use crate::protocol::receipt::{Private, Receipt, ReceiptError, VerifiedReceipt};
use crate::protocol::signer::{self, SignerSecret, Signing};
use crate::tlog::hash::{Hash, leaf_hash};

/// Why a signing cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The request came to nothing.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The receipt, or what it would become, does not hold.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// What the signer filled in is too long.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
    /// The registrar's answer is not a token over this signing.
    #[error("the registrar's answer is not a token for this signature: {0}")]
    Token(#[from] BlindError),
    /// The ledger's answer is not its promise.
    #[error("the ledger's answer is not its promise: {0}")]
    Promise(#[from] PromiseError),
    /// The promise is about something else.
    #[error("the ledger promises something else than what it was given")]
    OtherLeaf,
    /// The proof does not hold.
    #[error("the service's proof does not hold: {0}")]
    Proof(#[from] InclusionError),
    /// The step needs an earlier one.
    #[error("{0}")]
    Order(&'static str),
}

/// How far a signing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The secret is made; the mailbox is not confirmed.
    Begun,
    /// The token is there, the signature is not handed in.
    Confirmed,
    /// The ledger has accepted it.
    Promised,
    /// It is in the ledger.
    Proven,
}

/// How far a signing has come.
pub fn stage(receipt: &Receipt) -> Stage {
    if receipt.proof.is_some() {
        Stage::Proven
    } else if receipt.promise.is_some() {
        Stage::Promised
    } else if receipt.leaf.is_some() {
        Stage::Confirmed
    } else {
        Stage::Begun
    }
}

/// Draw a secret and begin. Sends nothing: make the result durable first.
pub fn begin(
    manifest: &Manifest,
    url: &str,
    fields: &DisclosureFields,
    clock: &dyn Clock,
) -> Result<Receipt, SigningError> {
    let disclosure = Disclosure::new(fields)?;
    let disclosure = String::from_utf8(disclosure.as_bytes().to_vec()).expect("JSON is UTF-8");
    let private = Private {
        secret: random(clock),
        disclosure,
    };
    Ok(Receipt::begin(manifest, Some(url.to_owned()), private))
}

fn private(receipt: &Receipt) -> Result<(SignerSecret, Disclosure), SigningError> {
    let private = receipt.private.as_ref().ok_or(SigningError::Order(
        "this is the public half of a receipt: the secret is in the original",
    ))?;
    let disclosure = Disclosure::parse(private.disclosure.as_bytes())?;
    Ok((SignerSecret(private.secret), disclosure))
}

fn signature(receipt: &Receipt) -> Result<PetitionSignature, SigningError> {
    receipt.signature()?.ok_or(SigningError::Order(
        "this signing is not confirmed yet: follow the link in the mail first",
    ))
}

/// What the registrar blind-signs, and how its answer becomes a leaf. CPU-bound
/// (2048-bit arithmetic), so it runs where blocking is allowed.
fn derive(receipt: &Receipt) -> Result<(Manifest, Signing), SigningError> {
    let manifest = receipt.manifest()?;
    let (secret, disclosure) = private(receipt)?;
    let signing = Signing::new(&secret, manifest.id(), manifest.token(), &disclosure)?;
    Ok((manifest, signing))
}

/// Follow the confirmation link with this token, and unblind the answer.
pub async fn confirm(
    client: &Client,
    receipt: &mut Receipt,
    token: &str,
) -> Result<(), SigningError> {
    let copy = receipt.clone();
    let (manifest, signing) = blocking(move || derive(&copy)).await?;
    let request = crate::api::ConfirmRequest {
        token: token.to_owned(),
        blinded_message: signing.blinded_message().to_vec(),
    };
    let answer = client.confirm(manifest.id(), &request).await?;
    let leaf = signing.finish(manifest.token(), &answer)?;
    receipt.leaf = Some(to_base64(leaf.to_bytes()));
    Ok(())
}

/// Hand the signature in, and check the promise.
pub async fn submit(client: &Client, receipt: &mut Receipt) -> Result<Promise, SigningError> {
    let manifest = receipt.manifest()?;
    let leaf = signature(receipt)?.to_bytes();
    let hash = leaf_hash(&leaf);
    let note = client.submit(manifest.id(), leaf).await?;
    let ledger = &manifest.journal_vkeys(Tree::Signatures)[0];
    let promise = Promise::open(note.as_bytes(), ledger)?;
    if promise.petition != manifest.id() || promise.leaf != hash {
        return Err(SigningError::OtherLeaf);
    }
    receipt.promise = Some(note);
    Ok(promise)
}

/// The promise in a receipt, checked.
pub fn promise(receipt: &Receipt) -> Result<Option<Promise>, SigningError> {
    let Some(note) = &receipt.promise else {
        return Ok(None);
    };
    let manifest = receipt.manifest()?;
    let ledger = &manifest.journal_vkeys(Tree::Signatures)[0];
    let promise = Promise::open(note.as_bytes(), ledger)?;
    let hash = leaf_hash(&signature(receipt)?.to_bytes());
    if promise.petition != manifest.id() || promise.leaf != hash {
        return Err(SigningError::OtherLeaf);
    }
    Ok(Some(promise))
}

/// Fetch the proof, if the signature has been published, and check the whole receipt
/// against the keys that its manifest pins. `None`: it still waits.
pub async fn prove(
    client: &Client,
    receipt: &mut Receipt,
) -> Result<Option<VerifiedReceipt>, SigningError> {
    let manifest = receipt.manifest()?;
    let leaf = signature(receipt)?.to_bytes();
    let hash = leaf_hash(&leaf);
    let proof = match client.proof(manifest.id(), Tree::Signatures, &hash).await {
        Ok(proof) => proof,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if proof.leaf != leaf {
        return Err(SigningError::OtherLeaf);
    }
    let mut proven = receipt.clone();
    proven.proof = Some(proof);
    let (proven, verified) = blocking(move || {
        let verified = proven.verify(&manifest.pinned_policy())?;
        Ok((proven, verified))
    })
    .await?;
    *receipt = proven;
    Ok(Some(verified))
}

/// Take the signature back. Returns the hash of the withdrawal leaf.
pub async fn withdraw(client: &Client, receipt: &Receipt) -> Result<Hash, SigningError> {
    let manifest = receipt.manifest()?;
    let (secret, _) = private(receipt)?;
    let leaf = signature(receipt)?;
    let proof = receipt.proof.as_ref().ok_or(SigningError::Order(
        "a signature can be taken back once it is published: its place is not known yet",
    ))?;
    let withdrawal = signer::withdraw(&secret, manifest.id(), &leaf, proof.index).to_bytes();
    let hash = leaf_hash(&withdrawal);
    match client.withdraw(manifest.id(), withdrawal).await {
        Ok(()) => Ok(hash),
        // An earlier attempt got through: the leaf is the same, byte for byte.
        Err(error) if error.kind() == Some(Kind::AlreadyWithdrawn) => Ok(hash),
        Err(error) => Err(error.into()),
    }
}

/// The proof that a withdrawal is published; `None`: it still waits.
pub async fn withdrawn(
    client: &Client,
    receipt: &Receipt,
    withdrawal: &Hash,
) -> Result<Option<Included>, SigningError> {
    let manifest = receipt.manifest()?;
    let proof = match client
        .proof(manifest.id(), Tree::Withdrawals, withdrawal)
        .await
    {
        Ok(proof) => proof,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if leaf_hash(&proof.leaf) != *withdrawal {
        return Err(SigningError::OtherLeaf);
    }
    Ok(Some(proof.verify(&manifest, &manifest.pinned_policy())?))
}

fn is_missing(error: &ClientError) -> bool {
    error.kind() == Some(Kind::NotFound)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SigningError> + Send + 'static,
) -> Result<T, SigningError> {
    tokio::task::spawn_blocking(work)
        .await
        .expect("does not panic and is not cancelled")
}
