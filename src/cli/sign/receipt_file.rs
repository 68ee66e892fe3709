//! The receipt on disk: the only state of a signing.

use std::path::{Path, PathBuf};

use crate::cli::files::{self, Access, Existing};
use crate::cli::stop::stop;
use crate::protocol::commitment::Disclosure;
use crate::protocol::receipt::{RECEIPT_MAX, Receipt};

/// A receipt and where it is kept.
pub(crate) struct ReceiptFile {
    path: PathBuf,
    receipt: Receipt,
}

impl ReceiptFile {
    /// Keep a new receipt; a file that is there is left alone.
    pub(crate) fn create(path: &Path, receipt: Receipt) -> anyhow::Result<Self> {
        files::write(path, &receipt.to_bytes(), Access::Secret, Existing::Keep)?;
        Ok(Self {
            path: path.to_owned(),
            receipt,
        })
    }

    /// Read a receipt.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let bytes = files::read(path, RECEIPT_MAX)?;
        let receipt = Receipt::parse(&bytes).map_err(|error| {
            stop(
                format!("{}: {error}", path.display()),
                "give the file that `undersigned sign` wrote",
            )
        })?;
        if receipt.private.is_some() && files::is_exposed(path)? {
            eprintln!(
                "warning: others can read {0}, and whoever does can take the signature back: \
                 run `chmod 600 {0}`",
                path.display()
            );
        }
        Ok(Self {
            path: path.to_owned(),
            receipt,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Where the service is.
    pub(crate) fn url(&self) -> anyhow::Result<&str> {
        self.receipt.url.as_deref().ok_or_else(|| {
            stop(
                "this receipt does not say where its service is",
                "add a member \"url\" with the service's address to the file",
            )
        })
    }

    /// The region that the signer filled in.
    pub(crate) fn region(&self) -> anyhow::Result<Option<String>> {
        let Some(private) = &self.receipt.private else {
            return Ok(None);
        };
        let disclosure = Disclosure::parse(private.disclosure.as_bytes())?;
        Ok(disclosure.fields().region)
    }

    /// Replace the receipt, durably.
    pub(crate) fn keep(&mut self, receipt: Receipt) -> anyhow::Result<()> {
        files::write(
            &self.path,
            &receipt.to_bytes(),
            Access::Secret,
            Existing::Replace,
        )?;
        self.receipt = receipt;
        Ok(())
    }
}
