//! Tallies: the upper half of every proof (`spec/journal.md`, "Tally").

use super::encoding::{LineError, Lines, parse_decimal};
use super::ids::{PetitionId, Tree};
use crate::tlog::hash::Hash;

/// The first line of a tally.
pub const HEADER: &str = "undersigned/tally/v1";

/// Size and root of one tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root hash.
    pub root: Hash,
}

/// The registrar's tally that covers a ledger's: S ≤ R holds against that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The registrar's origin.
    pub origin: String,
    /// Index of its tally in its journal.
    pub index: u64,
    /// The roll in that tally.
    pub roll: TreeHead,
}

/// What one instance states about one petition at one publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Which petition.
    pub petition: PetitionId,
    /// Publication time, Unix seconds.
    pub time: u64,
    /// Journal index of this petition's previous tally here.
    pub previous: Option<u64>,
    /// The trees that this instance keeps: the registrar's two, the ledger's two or all four.
    heads: [Option<TreeHead>; 4],
    /// In the tally of an instance that keeps signatures and no roll.
    pub cover: Option<Cover>,
}

/// The numbers that a petition's trees add up to (`spec/journal.md`, "Count").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Totals {
    /// R: confirmed mailboxes.
    pub roll: u64,
    /// X: roll entries struck.
    pub strikes: u64,
    /// S: signatures.
    pub signatures: u64,
    /// W: signatures taken back.
    pub withdrawals: u64,
}

impl Totals {
    /// S − W: more cannot stand.
    pub fn ceiling(&self) -> u64 {
        self.signatures.saturating_sub(self.withdrawals)
    }

    /// max(0, S − W − X): at least so many stand.
    pub fn count(&self) -> u64 {
        self.ceiling().saturating_sub(self.strikes)
    }
}

/// Why text is not a tally.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TallyError {
    /// A line is missing, misplaced or malformed.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The listed trees are not the registrar's, the ledger's, or all.
    #[error("a tally lists roll and strikes, signatures and withdrawals, or all four")]
    Trees,
    /// A ledger's tally names no cover, or another's names one.
    #[error("a tally of signatures without a roll names the covering tally, and no other does")]
    Cover,
    /// S > R: more signatures than confirmed mailboxes.
    #[error("{signatures} signatures exceed the {roll} entries of the roll that covers them")]
    Uncovered {
        /// S.
        signatures: u64,
        /// R.
        roll: u64,
    },
}

impl Tally {
    /// A tally of these trees.
    pub fn new(
        petition: PetitionId,
        time: u64,
        previous: Option<u64>,
        trees: &[(Tree, TreeHead)],
        cover: Option<Cover>,
    ) -> Result<Self, TallyError> {
        let mut heads = [None; 4];
        for (tree, head) in trees {
            heads[*tree as usize] = Some(*head);
        }
        let tally = Self {
            petition,
            time,
            previous,
            heads,
            cover,
        };
        tally.check()?;
        Ok(tally)
    }

    fn check(&self) -> Result<(), TallyError> {
        let [roll, strikes, signatures, withdrawals] = self.heads;
        let registrar = roll.is_some();
        let ledger = signatures.is_some();
        if strikes.is_some() != registrar
            || withdrawals.is_some() != ledger
            || !(registrar || ledger)
        {
            return Err(TallyError::Trees);
        }
        if self.cover.is_some() != (ledger && !registrar) {
            return Err(TallyError::Cover);
        }
        if let (Some(signatures), Some(covering)) = (signatures, self.covering_roll())
            && signatures.size > covering.size
        {
            return Err(TallyError::Uncovered {
                signatures: signatures.size,
                roll: covering.size,
            });
        }
        Ok(())
    }

    /// The head of a tree, if this instance keeps it.
    pub fn head(&self, tree: Tree) -> Option<&TreeHead> {
        self.heads[tree as usize].as_ref()
    }

    /// The trees listed, in order.
    pub fn trees(&self) -> impl Iterator<Item = (Tree, &TreeHead)> {
        Tree::ALL
            .into_iter()
            .zip(&self.heads)
            .filter_map(|(t, h)| Some((t, h.as_ref()?)))
    }

    /// The roll that must be at least as large as the signatures.
    pub fn covering_roll(&self) -> Option<&TreeHead> {
        self.head(Tree::Roll)
            .or(self.cover.as_ref().map(|c| &c.roll))
    }

    /// The sizes; trees kept elsewhere count as empty.
    pub fn totals(&self) -> Totals {
        let size = |tree| self.head(tree).map_or(0, |h| h.size);
        Totals {
            roll: size(Tree::Roll),
            strikes: size(Tree::Strikes),
            signatures: size(Tree::Signatures),
            withdrawals: size(Tree::Withdrawals),
        }
    }

    /// Parse the exact text of a journal entry.
    pub fn parse(text: &str) -> Result<Self, TallyError> {
        let mut lines = Lines::new(text);
        lines.exact(HEADER)?;
        let petition = lines.parse("petition", |v| v.parse().ok())?;
        let time = lines.parse("time", parse_decimal)?;
        let previous = lines.parse("previous", |v| match v {
            "none" => Some(None),
            index => parse_decimal(index).map(Some),
        })?;
        let mut heads = [None; 4];
        for tree in Tree::ALL {
            if lines.next_is(tree.name()) {
                heads[tree as usize] = Some(lines.parse(tree.name(), parse_head)?);
            }
        }
        let cover = if lines.next_is("covered") {
            Some(lines.parse("covered", parse_cover)?)
        } else {
            None
        };
        lines.end()?;
        let tally = Self {
            petition,
            time,
            previous,
            heads,
            cover,
        };
        tally.check()?;
        Ok(tally)
    }
}

fn parse_head(value: &str) -> Option<TreeHead> {
    let (size, root) = value.split_once(' ')?;
    Some(TreeHead {
        size: parse_decimal(size)?,
        root: root.parse().ok()?,
    })
}

fn parse_cover(value: &str) -> Option<Cover> {
    let (origin, rest) = value.split_once(' ')?;
    let (index, roll) = rest.split_once(' ')?;
    if !super::manifest_rules::host(origin) {
        return None;
    }
    Some(Cover {
        origin: origin.to_owned(),
        index: parse_decimal(index)?,
        roll: parse_head(roll)?,
    })
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{HEADER}\npetition {}\ntime {}",
            self.petition, self.time
        )?;
        match self.previous {
            Some(index) => writeln!(f, "previous {index}")?,
            None => f.write_str("previous none\n")?,
        }
        for (tree, head) in self.trees() {
            writeln!(f, "{tree} {} {}", head.size, head.root)?;
        }
        if let Some(c) = &self.cover {
            writeln!(
                f,
                "covered {} {} {} {}",
                c.origin, c.index, c.roll.size, c.roll.root
            )?;
        }
        Ok(())
    }
}
