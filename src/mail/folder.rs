//! Mails as files, for development: nothing leaves the machine.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;

use super::message::{Writer, Written};
use super::{Mail, MailError, Sending, Transport, Trouble, Undelivered};

/// A folder of `.eml` files, one a mail; a mail sent again replaces its file.
pub(super) struct Folder {
    path: PathBuf,
    writer: Writer,
}

impl Folder {
    pub(super) fn new(path: PathBuf, writer: Writer) -> Result<Self, MailError> {
        let prepare = || {
            fs::create_dir_all(&path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
        };
        prepare().map_err(|source| MailError::Io {
            path: path.clone(),
            source,
        })?;
        Ok(Self { path, writer })
    }
}

impl Transport for Folder {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        Box::pin(async move {
            let Written { bytes, .. } = self.writer.write(mail)?;
            let path = self.path.join(format!("{}.eml", mail.id));
            let written = tokio::task::spawn_blocking(move || {
                let temporary = path.with_extension("tmp");
                OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(0o600)
                    .open(&temporary)?
                    .write_all(&bytes)?;
                fs::rename(&temporary, &path)
            });
            match written.await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(Undelivered::Unreachable(Trouble::Folder)),
            }
        })
    }
}
