//! The report: what the auditor found, in numbers that follow from counts and draw
//! (`spec/audit-sample.md`, "Report").

use super::bound::most_bad;
use super::draw::VerifiedDraw;
use super::pick::seed;
use crate::protocol::encoding::{LineError, Lines, parse_decimal};
use crate::protocol::ids::{PetitionId, parse_hex32};
use crate::protocol::manifest_rules::SAMPLE_MAX;
use crate::protocol::tally::{Totals, TreeHead};

/// What the auditor counted in the sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Opened, consistent, and with evidence that the registrar could not make up.
    pub proven: u64,
    /// Opened and consistent; that somebody confirmed rests on the registrar's word.
    pub word: u64,
    /// Bad: not opened.
    pub unopened: u64,
    /// Bad: does not fit its roll leaf.
    pub wrong: u64,
    /// Bad: a mailbox that another entry of the sample has.
    pub repeated: u64,
    /// Bad: struck after the draw.
    pub struck: u64,
}

impl Counts {
    /// How many are bad.
    pub fn bad(&self) -> u64 {
        self.unopened + self.wrong + self.repeated + self.struck
    }

    /// The sample's size.
    pub fn all(&self) -> u64 {
        self.proven + self.word + self.bad()
    }
}

/// A confidence level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// 90 %.
    Ninety,
    /// 95 %.
    NinetyFive,
    /// 99 %.
    NinetyNine,
}

impl Confidence {
    /// All, in the report's order.
    pub const ALL: [Self; 3] = [Self::Ninety, Self::NinetyFive, Self::NinetyNine];

    /// In per cent.
    pub fn percent(self) -> u64 {
        match self {
            Self::Ninety => 90,
            Self::NinetyFive => 95,
            Self::NinetyNine => 99,
        }
    }

    /// 1 − confidence.
    pub fn alpha(self) -> f64 {
        match self {
            Self::Ninety => 0.10,
            Self::NinetyFive => 0.05,
            Self::NinetyNine => 0.01,
        }
    }

    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Ninety => ("bound-90", "at-least-90"),
            Self::NinetyFive => ("bound-95", "at-least-95"),
            Self::NinetyNine => ("bound-99", "at-least-99"),
        }
    }
}

/// A report whose numbers follow from its counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// When, Unix seconds.
    pub on: u64,
    /// Journal index of the tally that lists the roll.
    pub tally: u64,
    /// The roll that was drawn from.
    pub roll: TreeHead,
    /// Its strikes.
    pub strikes: TreeHead,
    /// S.
    pub signatures: u64,
    /// W.
    pub withdrawals: u64,
    /// The beacon's round.
    pub round: u64,
    /// The beacon's randomness.
    pub randomness: [u8; 32],
    /// The seed, which names the draw.
    pub draw: [u8; 32],
    /// What was found.
    pub counts: Counts,
}

fn two(value: &str) -> Option<(u64, u64)> {
    let (left, right) = value.split_once(' ')?;
    Some((parse_decimal(left)?, parse_decimal(right)?))
}

fn head(value: &str) -> Option<TreeHead> {
    let (size, root) = value.split_once(' ')?;
    Some(TreeHead {
        size: parse_decimal(size)?,
        root: root.parse().ok()?,
    })
}

impl Report {
    /// The report on a draw.
    pub fn new(draw: &VerifiedDraw, on: u64, counts: Counts) -> Self {
        let frame = &draw.frame;
        Self {
            on,
            tally: frame.tally,
            roll: frame.roll,
            strikes: frame.strikes,
            signatures: frame.totals.signatures,
            withdrawals: frame.totals.withdrawals,
            round: frame.audit().round,
            randomness: draw.randomness,
            draw: draw.seed.0,
            counts,
        }
    }

    /// Whether it is about this draw.
    pub fn is_of(&self, draw: &VerifiedDraw) -> bool {
        *self == Self::new(draw, self.on, self.counts)
            && self.counts.all() == draw.entries.len() as u64
    }

    /// R, X, S, W.
    pub fn totals(&self) -> Totals {
        Totals {
            roll: self.roll.size,
            strikes: self.strikes.size,
            signatures: self.signatures,
            withdrawals: self.withdrawals,
        }
    }

    /// Upper confidence bounds on the number of bad entries among the R − X: counting as
    /// good only what is proven; and with the registrar's word believed.
    pub fn bounds(&self, confidence: Confidence) -> (u64, u64) {
        let (all, sample) = (self.remaining(), self.counts.all());
        let bound = |bad| most_bad(all, sample, bad, confidence.alpha());
        (bound(sample - self.counts.proven), bound(self.counts.bad()))
    }

    /// At least so many signatures stand for distinct confirmed mailboxes: S − W − X − F for
    /// the two bounds F.
    pub fn at_least(&self, confidence: Confidence) -> (u64, u64) {
        let (proven, word) = self.bounds(confidence);
        let count = self.totals().count();
        (count.saturating_sub(proven), count.saturating_sub(word))
    }

    fn remaining(&self) -> u64 {
        self.roll.size.saturating_sub(self.strikes.size)
    }

    /// The lines after `petition`.
    pub(in crate::protocol) fn lines(&self) -> String {
        use std::fmt::Write as _;
        let c = &self.counts;
        let mut text = format!(
            "on {}\ntally {}\nroll {} {}\nstrikes {} {}\nsignatures {}\nwithdrawals {}\nround {}\n\
             randomness {}\ndraw {}\nsample {}\nproven {}\nword {}\nbad {}\nunopened {}\nwrong {}\n\
             repeated {}\nstruck {}\n",
            self.on,
            self.tally,
            self.roll.size,
            self.roll.root,
            self.strikes.size,
            self.strikes.root,
            self.signatures,
            self.withdrawals,
            self.round,
            hex::encode(self.randomness),
            hex::encode(self.draw),
            c.all(),
            c.proven,
            c.word,
            c.bad(),
            c.unopened,
            c.wrong,
            c.repeated,
            c.struck,
        );
        for confidence in Confidence::ALL {
            let (bound, at_least) = confidence.keys();
            let (f, fw) = self.bounds(confidence);
            let (a, aw) = self.at_least(confidence);
            writeln!(text, "{bound} {f} {fw}\n{at_least} {a} {aw}").expect("a String takes any");
        }
        text
    }

    /// Parse the lines after `petition`, and check that every number follows.
    pub(in crate::protocol) fn parse(
        lines: &mut Lines,
        petition: PetitionId,
    ) -> Result<Self, LineError> {
        let on = lines.parse("on", parse_decimal)?;
        let tally = lines.parse("tally", parse_decimal)?;
        let roll = lines.parse("roll", head)?;
        // At least one entry is left.
        let strikes = lines.parse("strikes", |v| head(v).filter(|x| x.size < roll.size))?;
        let signatures = lines.parse("signatures", |v| {
            parse_decimal(v).filter(|s| *s <= roll.size)
        })?;
        let withdrawals = lines.parse("withdrawals", |v| {
            parse_decimal(v).filter(|w| *w <= signatures)
        })?;
        let round = lines.parse("round", parse_decimal)?;
        let randomness = lines.parse("randomness", parse_hex32)?;
        let named = seed(petition, &roll, &strikes, &randomness).0;
        let draw = lines.parse("draw", |v| parse_hex32(v).filter(|draw| *draw == named))?;
        let remaining = roll.size - strikes.size;
        // No sample is larger; and what follows from it is quickly computed.
        let count = |v: &str| parse_decimal(v).filter(|n| *n <= SAMPLE_MAX);
        let sample = lines.parse("sample", |v| {
            count(v).filter(|n| (1..=remaining).contains(n))
        })?;
        let proven = lines.parse("proven", count)?;
        let word = lines.parse("word", count)?;
        let bad = lines.parse("bad", |v| {
            count(v).filter(|bad| proven + word + bad == sample)
        })?;
        let unopened = lines.parse("unopened", count)?;
        let wrong = lines.parse("wrong", count)?;
        let repeated = lines.parse("repeated", count)?;
        let struck = lines.parse("struck", |v| {
            count(v).filter(|struck| unopened + wrong + repeated + struck == bad)
        })?;
        let report = Self {
            on,
            tally,
            roll,
            strikes,
            signatures,
            withdrawals,
            round,
            randomness,
            draw,
            counts: Counts {
                proven,
                word,
                unopened,
                wrong,
                repeated,
                struck,
            },
        };
        for confidence in Confidence::ALL {
            let (bound, at_least) = confidence.keys();
            let same =
                |follows: (u64, u64)| move |v: &str| two(v).filter(|stated| *stated == follows);
            lines.parse(bound, same(report.bounds(confidence)))?;
            lines.parse(at_least, same(report.at_least(confidence)))?;
        }
        Ok(report)
    }
}
