//! Comparing with what others were shown: a log that keeps two journals is caught by two
//! followers, one of each, as soon as they speak with each other.

use std::io::{Error, ErrorKind};

use super::FollowError;
use super::alert::{AlertKind, Raised};
use super::look::{CHECKPOINT_MAX, Follower};
use crate::client::tiles::{LogFile, TileSource};
use crate::protocol::replay::{Deviation, Fault, LogIdentity, journal_checkpoint};
use crate::store::LogId;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::{HASH_LEN, Hash};
use crate::tlog::note::Note;
use crate::tlog::proof::root;
use crate::tlog::size::TreeSize;
use crate::tlog::tile::{TILE_WIDTH, Tile, TileHashes, TilePath, TileReader};

/// Somebody else who mirrors the journal.
pub(super) struct Peer {
    source: Box<dyn TileSource>,
    /// Comparisons in a row that failed, and looks in a row in which it had more.
    failures: u32,
    behind: u32,
}

/// What a comparison comes to.
enum Compared {
    /// One is the beginning of the other.
    Consistent { theirs: u64 },
    /// The log signed both, and neither is the beginning of the other.
    Contradiction {
        ours: Note,
        theirs: Note,
        size: Fork,
    },
}

/// Over how many entries the roots differ: ours, and theirs.
struct Fork {
    over: u64,
    roots: (Hash, Hash),
}

impl Peer {
    pub(super) fn new(source: Box<dyn TileSource>) -> Self {
        Self {
            source,
            failures: 0,
            behind: 0,
        }
    }
}

/// The journal's hashes as somebody else serves them.
struct PeerTiles<'a>(&'a dyn TileSource);

impl TileReader for PeerTiles<'_> {
    type Error = Error;

    fn read_tiles(&self, tiles: &[TilePath]) -> Result<Vec<Tile>, Error> {
        let limit = usize::from(TILE_WIDTH) * HASH_LEN;
        let one = |path: &TilePath| {
            let read = |path: TilePath| {
                let bytes = self.0.read(LogId::Journal, LogFile::Tile(path), limit);
                let bytes = bytes.map_err(|error| Error::other(error.to_string()))?;
                let tile = bytes.map(|bytes| Tile::parse(&bytes, path.width));
                tile.transpose()
                    .map_err(|error| Error::new(ErrorKind::InvalidData, error))
            };
            let full = TilePath {
                width: TILE_WIDTH,
                ..*path
            };
            let found = match read(*path)? {
                None if path.is_partial() => read(full)?,
                found => found,
            };
            found.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("{path} is not there")))
        };
        tiles.iter().map(one).collect()
    }
}

impl Follower {
    /// Compare with all others.
    pub(super) fn compare_all(&mut self) -> Result<(), FollowError> {
        let mut peers = std::mem::take(&mut self.peers);
        let compared = peers.iter_mut().try_for_each(|peer| self.compare(peer));
        self.peers = peers;
        compared
    }

    fn compare(&self, peer: &mut Peer) -> Result<(), FollowError> {
        let Some((log, ours)) = self.log().zip(self.last.clone()) else {
            // Nothing of our own yet.
            return Ok(());
        };
        let name = peer.source.name();
        match self.consistent(&*peer.source, &log, ours) {
            Err(why) => {
                peer.failures = peer.failures.saturating_add(1);
                tracing::warn!("cannot compare with {name}: {why}");
                if peer.failures >= self.options.patience {
                    let text = format!("cannot compare with {name}: {why}");
                    self.alerts.raise(Raised {
                        about: name.clone(),
                        ..Raised::new(AlertKind::PeerUnreachable, text)
                    })?;
                }
                Ok(())
            }
            Ok(Compared::Consistent { theirs }) => {
                peer.failures = 0;
                self.alerts
                    .settle_about(AlertKind::PeerUnreachable, &name)?;
                self.watch_ahead(peer, &name, theirs)
            }
            Ok(Compared::Contradiction { ours, theirs, size }) => {
                let (seen, served) = size.roots;
                let size = size.over;
                let fault = Fault::Forked { size, seen, served };
                let who = format!("{name} was shown");
                let proof = Some((&*peer.source, fault.journal()));
                self.contradiction(&ours, &theirs, size, &who, proof)
            }
        }
    }

    /// Compare heads. An error says that the other side cannot be compared with.
    fn consistent(
        &self,
        source: &dyn TileSource,
        log: &LogIdentity,
        ours: Note,
    ) -> Result<Compared, String> {
        let bytes = source.read(LogId::Journal, LogFile::Checkpoint, CHECKPOINT_MAX);
        let bytes = bytes.map_err(|error| error.to_string())?;
        let bytes = bytes.ok_or("it has no checkpoint")?;
        let note = Note::parse(&bytes).map_err(|error| error.to_string())?;
        let theirs = journal_checkpoint(log, &note).map_err(|fault| fault.to_string())?;
        let own = Checkpoint::parse(ours.text()).map_err(|error| error.to_string())?;
        let (over, roots) = if theirs.size <= own.size {
            let files = self.board.files().ok_or("nothing was mirrored yet")?;
            let root = files.root(theirs.size.0);
            let root = root.map_err(|error| error.to_string())?;
            (theirs.size.0, (root, theirs.root))
        } else {
            // Their own tiles tell whether their journal begins with ours.
            let hashes = TileHashes::new(theirs.size, PeerTiles(source));
            let root_at = |size: TreeSize| root(size, &hashes).map_err(|error| error.to_string());
            if root_at(theirs.size)? != theirs.root {
                return Err("its tiles are not those of its checkpoint".to_owned());
            }
            (own.size.0, (own.root, root_at(own.size)?))
        };
        if roots.0 == roots.1 {
            let theirs = theirs.size.0;
            return Ok(Compared::Consistent { theirs });
        }
        Ok(Compared::Contradiction {
            ours,
            theirs: note,
            size: Fork { over, roots },
        })
    }

    /// Another journal, signed by the same log.
    pub(super) fn contradiction(
        &self,
        ours: &Note,
        theirs: &Note,
        size: u64,
        who: &str,
        proof: Option<(&dyn TileSource, Deviation)>,
    ) -> Result<(), FollowError> {
        let mut evidence = self.keep_pair(ours, theirs)?;
        if let Some((source, deviation)) = proof
            && evidence.len() == 1
        {
            evidence.extend(self.prove(source, &deviation)?);
        }
        let text = format!(
            "{who} another journal, signed by the same log: over the first {size} entries its root \
             is not the one that was replayed here"
        );
        self.alerts.raise(Raised {
            evidence,
            ..Raised::new(AlertKind::Contradiction, text)
        })
    }

    /// Somebody else has more: we should have it soon.
    fn watch_ahead(&self, peer: &mut Peer, name: &str, theirs: u64) -> Result<(), FollowError> {
        let ours = self.replayed.unwrap_or(0);
        let ahead = self.board.book.read(|saved| saved.ahead.get(name).copied());
        if theirs <= ours && ahead.is_none_or(|size| size <= ours) {
            peer.behind = 0;
            if ahead.is_some() {
                self.board.book.write(|saved| saved.ahead.remove(name))?;
                self.alerts.settle_about(AlertKind::Behind, name)?;
            }
            return Ok(());
        }
        if ahead.is_none_or(|size| size < theirs) {
            let name = name.to_owned();
            self.board
                .book
                .write(|saved| saved.ahead.insert(name, theirs))?;
        }
        peer.behind = peer.behind.saturating_add(1);
        if peer.behind >= self.options.patience.max(2) {
            let text = format!(
                "{name} was shown more of the journal than this follower is shown: {ours} entries here"
            );
            self.alerts.raise(Raised {
                about: name.to_owned(),
                ..Raised::new(AlertKind::Behind, text)
            })?;
        }
        Ok(())
    }
}
