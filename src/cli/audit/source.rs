//! Where files come from, and where they are remembered.

use std::path::{Path, PathBuf};

use crate::cli::Clocks;
use crate::cli::stop::stop;
use crate::client::tiles::{FolderTiles, HttpTiles, TileSource};

/// A service by its address, or a folder.
pub(in crate::cli) fn open(
    name: &str,
    insecure_http: bool,
    clock: &Clocks,
) -> anyhow::Result<Box<dyn TileSource>> {
    if name.contains("://") {
        let source = HttpTiles::new(name, clock.clone())?;
        if source.is_open_to_others() && !insecure_http {
            return Err(stop(
                format!("{name} is not encrypted: others can change what is read on the way"),
                "use https://, or add --insecure-http if the journal's keys come from elsewhere",
            ));
        }
        return Ok(Box::new(source));
    }
    if Path::new(name).is_dir() {
        Ok(Box::new(FolderTiles::new(PathBuf::from(name))))
    } else {
        Err(stop(
            format!("{name:?} is neither an address nor a folder"),
            "give it as http(s)://host[:port], or name a folder with the public files",
        ))
    }
}

/// The user's cache folder for audits.
pub(super) fn cache_folder() -> anyhow::Result<PathBuf> {
    let absolute = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let cache = cache.ok_or_else(|| {
        stop(
            "this user has no cache folder (neither XDG_CACHE_HOME nor HOME is set)",
            "say where to remember what was verified, with --state FOLDER",
        )
    })?;
    Ok(cache.join("undersigned").join("audit"))
}
