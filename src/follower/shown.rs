//! What the mirror serves: a checkpoint of the journal and those of the trees that go with
//! it. Replaced together, so that a reader never meets a tree without its journal for long.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::FollowError;
use super::book::{load, save};
use crate::auditor::TreeNotes;
use crate::protocol::ids::{PetitionId, Tree};
use crate::store::LogId;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::Note;

const FILE: &str = "shown.json";

/// A log's part.
#[derive(Clone, Debug)]
pub(super) struct ShownLog {
    pub(super) size: u64,
    pub(super) checkpoint: Vec<u8>,
}

/// What is served.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) head: Checkpoint,
    logs: BTreeMap<LogId, ShownLog>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedTree {
    petition: PetitionId,
    tree: Tree,
    checkpoint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedShown {
    checkpoint: String,
    trees: Vec<SavedTree>,
}

fn log(note: &Note) -> Option<(Checkpoint, ShownLog)> {
    let head = Checkpoint::parse(note.text()).ok()?;
    let shown = ShownLog {
        size: head.size.0,
        checkpoint: note.to_bytes(),
    };
    Some((head, shown))
}

impl Shown {
    /// The journal under `checkpoint`, and the trees. `None` if one of them is no checkpoint.
    pub(super) fn new(checkpoint: &Note, trees: &TreeNotes) -> Option<Self> {
        let (head, journal) = log(checkpoint)?;
        let mut logs = BTreeMap::from([(LogId::Journal, journal)]);
        for ((id, tree), (_, note)) in trees {
            let (_, shown) = log(note)?;
            logs.insert(LogId::Tree(*id, *tree), shown);
        }
        Some(Self { head, logs })
    }

    pub(super) fn log(&self, log: LogId) -> Option<&ShownLog> {
        self.logs.get(&log)
    }

    /// Make it what is shown after a start, too.
    pub(super) fn save(&self, folder: &Path) -> Result<(), FollowError> {
        let text = |shown: &ShownLog| String::from_utf8_lossy(&shown.checkpoint).into_owned();
        let mut saved = SavedShown {
            checkpoint: String::new(),
            trees: Vec::new(),
        };
        for (log, shown) in &self.logs {
            match log {
                LogId::Journal => saved.checkpoint = text(shown),
                LogId::Tree(petition, tree) => saved.trees.push(SavedTree {
                    petition: *petition,
                    tree: *tree,
                    checkpoint: text(shown),
                }),
            }
        }
        save(&folder.join(FILE), &saved)
    }

    /// What was shown before a start, and the trees' checkpoints as the next look knows them.
    pub(super) fn load(folder: &Path) -> Result<Option<(Self, TreeNotes)>, FollowError> {
        let path = folder.join(FILE);
        let Some(saved) = load::<SavedShown>(&path)? else {
            return Ok(None);
        };
        let damaged = || FollowError::Damaged {
            path: path.clone(),
            why: "a checkpoint in it is none".to_owned(),
        };
        let parse = |text: &str| Note::parse(text.as_bytes()).map_err(|_| damaged());
        let mut trees = TreeNotes::new();
        for tree in &saved.trees {
            let note = parse(&tree.checkpoint)?;
            let (head, _) = log(&note).ok_or_else(damaged)?;
            let head = crate::protocol::tally::TreeHead {
                size: head.size.0,
                root: head.root,
            };
            trees.insert((tree.petition, tree.tree), (head, note));
        }
        let shown = Self::new(&parse(&saved.checkpoint)?, &trees);
        Ok(Some((shown.ok_or_else(damaged)?, trees)))
    }
}
