//! Files of the demo: a receipt, a tampered copy, a policy, an attestation.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::house::House;
use crate::cli::files::{self, Access, Existing};
use crate::cli::stop::refused;
use crate::cli::verify;
use crate::protocol::encoding::to_base64;
use crate::protocol::ids::Tree;
use crate::protocol::receipt::Receipt;

/// Files of the demo.
pub(super) struct Files {
    folder: PathBuf,
    /// A receipt.
    pub(super) receipt: PathBuf,
    /// The same with one bit of the leaf's authenticator flipped.
    pub(super) tampered: PathBuf,
    /// A policy that names the service's journal.
    pub(super) policy: PathBuf,
}

fn keep(path: &Path, bytes: &[u8], access: Access) -> anyhow::Result<()> {
    files::write(path, bytes, access, Existing::Keep)
}

/// Flip one bit, so that a signature that was never made seems to stand in the ledger.
fn tamper(receipt: &Receipt) -> anyhow::Result<Receipt> {
    let mut tampered = receipt.clone();
    let proof = tampered.proof.as_mut().context("a proven receipt")?;
    *proof.leaf.last_mut().context("a leaf has bytes")? ^= 1;
    tampered.leaf = Some(to_base64(&proof.leaf));
    Ok(tampered)
}

impl Files {
    pub(super) fn write(house: &House, receipt: &Receipt) -> anyhow::Result<Self> {
        let folder = house.folder.clone();
        let files = Self {
            receipt: folder.join("signer.receipt.json"),
            tampered: folder.join("tampered.receipt.json"),
            policy: folder.join("trusted.policy"),
            folder,
        };
        let log = &house.manifest.journal_vkeys(Tree::Signatures)[0];
        let policy = format!("# Whom this machine trusts.\nlog {log}\nquorum none\n");
        keep(&files.receipt, &receipt.to_bytes(), Access::Secret)?;
        keep(
            &files.tampered,
            &tamper(receipt)?.to_bytes(),
            Access::Secret,
        )?;
        keep(&files.policy, policy.as_bytes(), Access::Public)?;
        Ok(files)
    }

    pub(super) fn keep_attestation(&self, bytes: &[u8]) -> anyhow::Result<PathBuf> {
        let path = self.folder.join("count.attestation");
        keep(&path, bytes, Access::Public)?;
        Ok(path)
    }

    /// What `undersigned verify` says about a file; it must be valid, or must not.
    pub(super) fn verify(&self, file: &Path, must_be: bool) -> anyhow::Result<String> {
        let (valid, said) = verify::check(file, &self.policy)?;
        if valid == must_be {
            return Ok(said);
        }
        Err(refused(
            format!("{} is judged wrongly: {said}", file.display()),
            "this is a fault of the program: please report it with the output above",
        ))
    }
}
