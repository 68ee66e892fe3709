//! Tallies that a petition cannot have: S > R, and growth after `closed`.

use serde::{Deserialize, Serialize};

use super::logs::Trusted;
use super::{Fact, NotProven, Proven};
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::{InclusionError, JournaledEntry, JournaledTally};
use crate::protocol::replay::petition_of;
use crate::protocol::statement::Statement;
use crate::protocol::tally::{Tally, TallyError};

/// A journal entry that states more signatures than roll entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uncovered {
    /// The tally, which does not parse for that reason.
    pub tally: JournaledEntry,
}

impl Uncovered {
    pub(super) fn verify(&self, trusted: &Trusted<'_>) -> Result<Proven, NotProven> {
        let manifest = trusted.manifest()?;
        let (signatures, roll) = match Tally::parse(&self.tally.entry) {
            Ok(_) => return Err(NotProven::Covered),
            Err(TallyError::Uncovered { signatures, roll }) => (signatures, roll),
            Err(error) => return Err(error.into()),
        };
        match petition_of(self.tally.entry.as_bytes()) {
            Some(petition) if petition == manifest.id() => {}
            Some(other) => return Err(InclusionError::Petition(other).into()),
            None => return Err(NotProven::NoTally),
        }
        let verified = trusted.entry(&self.tally, Tree::Signatures)?;
        Ok(Proven {
            origin: manifest.keeper(Tree::Signatures).to_owned(),
            petition: Some(manifest.id()),
            keys: manifest.journal_vkeys(Tree::Signatures).to_vec(),
            fact: Fact::Uncovered {
                tally: verified.index(),
                signatures,
                roll,
            },
            _checked: (),
        })
    }
}

/// `closed`, the tally that it names as the last, and a later one that is larger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrowthAfterClosed {
    /// Roll or signatures.
    pub tree: Tree,
    /// The statement.
    pub closed: JournaledEntry,
    /// The tally that it names, unless it says that there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<JournaledTally>,
    /// A tally behind `closed`.
    pub later: JournaledTally,
}

impl GrowthAfterClosed {
    pub(super) fn verify(&self, trusted: &Trusted<'_>) -> Result<Proven, NotProven> {
        let manifest = trusted.manifest()?;
        let tree = self.tree;
        if !matches!(tree, Tree::Roll | Tree::Signatures) {
            return Err(NotProven::MayGrow(tree));
        }
        let keys = manifest.journal_vkeys(tree);
        let statement = Statement::parse(self.closed.entry.as_bytes())?;
        let Statement::Closed {
            petition,
            tally: named,
            ..
        } = &statement
        else {
            return Err(NotProven::NotClosed);
        };
        if *petition != manifest.id() {
            return Err(NotProven::NotClosed);
        }
        statement.verify(manifest, &keys[0])?;
        let closed = trusted.entry(&self.closed, tree)?.index();
        let from = match (named, &self.last) {
            (None, None) => 0,
            (Some(index), Some(last)) => {
                let last = trusted.tally(last, tree)?;
                if last.index() != *index {
                    return Err(NotProven::OtherTally);
                }
                last.head(tree)?.size
            }
            _ => return Err(NotProven::OtherTally),
        };
        let later = trusted.tally(&self.later, tree)?;
        if later.index() <= closed {
            return Err(NotProven::BeforeClosed);
        }
        let to = later.head(tree)?.size;
        if to <= from {
            return Err(NotProven::NoGrowth { tree, from, to });
        }
        Ok(Proven {
            origin: manifest.keeper(tree).to_owned(),
            petition: Some(manifest.id()),
            keys: keys.to_vec(),
            fact: Fact::GrowthAfterClosed {
                tree,
                closed,
                from,
                to,
            },
            _checked: (),
        })
    }
}
