//! The follower's two identities: the mirror says that it holds and serves all entries, the
//! replayer that it replayed them and every rule holds. Each is a witness with keys and a
//! memory of its own, and keeps all that `spec/witness.md` promises.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::FollowError;
use super::book::KnownJournal;
use crate::auditor::MirrorFiles;
use crate::clock::Clock;
use crate::keys::WitnessKeys;
use crate::tlog::note::{Note, NoteSignature, VerifierKey};
use crate::tlog::size::TreeSize;
use crate::witness::{LogList, Refusal, Witness, create};

/// What each of them is called, behind the follower's name.
const IDENTITIES: [&str; 2] = ["mirror", "replayer"];

fn key(folder: &Path, identity: &str) -> PathBuf {
    folder.join("keys").join(format!("{identity}.key"))
}

fn state(folder: &Path, identity: &str) -> PathBuf {
    folder.join("cosigners").join(identity)
}

/// The public keys, made now where there are none and a name is given. None: this follower
/// does not cosign.
pub(super) fn prepare(
    folder: &Path,
    name: Option<&str>,
    clock: &dyn Clock,
) -> Result<Vec<VerifierKey>, FollowError> {
    let mut vkeys = Vec::new();
    for identity in IDENTITIES {
        let path = key(folder, identity);
        let expected = name.map(|name| format!("{name}/{identity}"));
        if !path.exists() {
            let Some(name) = &expected else { continue };
            let keys = WitnessKeys::new(name, clock)?;
            let state = state(folder, identity);
            std::fs::create_dir_all(&state).map_err(FollowError::io(&state))?;
            // The key last: whoever has it has a memory for it.
            create(&state, &keys)?;
            keys.create(&path)?;
        }
        let own = WitnessKeys::read(&path)?.vkeys();
        if let Some(given) = expected.filter(|name| own[0].name().as_str() != name) {
            let found = own[0].name().to_string();
            return Err(FollowError::OtherName { found, given });
        }
        vkeys.extend(own);
    }
    Ok(vkeys)
}

/// Both, open.
pub(super) struct Cosigners {
    pub(super) mirror: Arc<Witness>,
    pub(super) replayer: Arc<Witness>,
}

impl Cosigners {
    /// Open both for this journal. Blocking.
    pub(super) fn open(
        folder: &Path,
        log: &KnownJournal,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, FollowError> {
        let open = |identity: &str| -> Result<Arc<Witness>, FollowError> {
            let keys = WitnessKeys::read(&key(folder, identity))?;
            let mut logs = LogList::default();
            for key in &log.keys {
                let added = logs.add(key.parse()?, Some(&log.origin));
                added.map_err(|error| FollowError::Damaged {
                    path: folder.join("follower.json"),
                    why: error.to_string(),
                })?;
            }
            let state = state(folder, identity);
            let witness = Witness::open(&state, keys, logs, clock.clone())?;
            Ok(Arc::new(witness))
        };
        let [mirror, replayer] = IDENTITIES;
        Ok(Self {
            mirror: open(mirror)?,
            replayer: open(replayer)?,
        })
    }

    /// Cosign with both what is held and was replayed; the lines are durable. The replayer
    /// gives none for a head below one that the log offered it.
    pub(super) fn cosign(
        &self,
        note: &Note,
        files: &MirrorFiles,
    ) -> Result<Vec<NoteSignature>, Refusal> {
        let size = crate::tlog::checkpoint::Checkpoint::parse(note.text());
        let size = size.map_err(crate::tlog::witness::RequestError::from)?.size;
        let mut lines = Vec::new();
        for (witness, identity) in [&self.mirror, &self.replayer].into_iter().zip(IDENTITIES) {
            let prove = |old: TreeSize| files.consistency(old, size);
            if let Some(signed) = witness.cosign(note.clone(), prove)? {
                let signed = Note::parse(&signed).map_err(|_| Refusal::Panicked)?;
                let own = signed.signatures().split_last_chunk::<2>();
                lines.extend(own.ok_or(Refusal::Panicked)?.1.iter().cloned());
                metrics::counter!("undersigned_follow_cosigned_total", "identity" => identity)
                    .increment(1);
            }
        }
        Ok(lines)
    }

    /// Whether a signature line is by one of the four keys.
    pub(super) fn is_ours(&self, line: &NoteSignature) -> bool {
        let keys = [self.mirror.vkeys(), self.replayer.vkeys()];
        keys.iter()
            .flatten()
            .any(|key| (key.name(), key.id()) == (line.name(), line.id()))
    }
}
