//! The one file that holds all others.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

use super::DeliveryError;

/// A file in a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFile {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A zip archive: the same bytes for the same files, whatever the clock and the machine.
pub(super) fn zip(files: &[PackFile]) -> Result<Vec<u8>, DeliveryError> {
    let failed = |error: zip::result::ZipError| DeliveryError::Zip(error.to_string());
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix)
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        writer.start_file(file.name, options).map_err(failed)?;
        writer
            .write_all(&file.bytes)
            .map_err(|error| DeliveryError::Zip(error.to_string()))?;
    }
    Ok(writer.finish().map_err(failed)?.into_inner())
}

/// One file of a pack, of at most `most` bytes.
pub fn unzip(pack: &[u8], name: &str, most: u64) -> Result<Vec<u8>, DeliveryError> {
    let failed = |error: zip::result::ZipError| DeliveryError::Zip(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(pack)).map_err(failed)?;
    let file = archive.by_name(name).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| DeliveryError::Zip(error.to_string()))?;
    if bytes.len() as u64 > most {
        return Err(DeliveryError::Zip(format!(
            "{name} has more than {most} bytes"
        )));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<PackFile> {
        ["b.txt", "a.txt"]
            .map(|name| PackFile {
                name,
                bytes: name.repeat(1000).into_bytes(),
            })
            .to_vec()
    }

    #[test]
    fn the_same_files_are_the_same_archive() {
        let archive = zip(&files()).expect("an archive");
        assert_eq!(archive, zip(&files()).expect("an archive"));
        assert!(archive.len() < 1000);
    }

    #[test]
    fn what_goes_in_comes_out() {
        let archive = zip(&files()).expect("an archive");
        for file in files() {
            let bytes = unzip(&archive, file.name, 5000).expect("the file");
            assert_eq!(bytes, file.bytes);
            assert!(unzip(&archive, file.name, 4999).is_err());
        }
        assert!(unzip(&archive, "c.txt", 5000).is_err());
        assert!(unzip(b"PK", "a.txt", 10).is_err());
    }
}
