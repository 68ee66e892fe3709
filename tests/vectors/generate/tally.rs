//! Tallies.

use undersigned::protocol::ids::PetitionId;

use super::replaced;
use crate::file::Case;
use crate::world::journal::{TALLY, World};
use crate::world::{PUBLISHED, Shape};

fn tallies(single: &World, split: &World) -> Vec<Case> {
    let at = usize::try_from(TALLY).expect("small");
    let text =
        |entries: &[Vec<u8>], at: usize| String::from_utf8(entries[at].clone()).expect("text");
    let accept = |name, about, text: &str, petition: PetitionId, count: u64, ceiling: u64| {
        Case::accept("tally", name, about)
            .field("petition", petition)
            .field("count", count)
            .field("ceiling", ceiling)
            .body(text)
    };
    let tally = text(&single.ledger.entries, at);
    let covered = text(&split.ledger.entries, at);
    let registrar = text(&split.registrar.as_ref().expect("split").entries, at);
    let (id, split_id) = (single.petition.manifest.id(), split.petition.manifest.id());
    let reject =
        |name, about, reason, text: &str| Case::reject("tally", name, about, reason).body(text);
    let line = |start: &str| {
        tally
            .lines()
            .find(|line| line.starts_with(start))
            .expect("a line")
            .to_owned()
            + "\n"
    };
    let cover = covered.lines().last().expect("a line").to_owned() + "\n";
    let without = |start: &str| replaced(&tally, &line(start), "");
    let trees = "a tally lists roll and strikes, signatures and withdrawals, or all four";
    let covers = "a tally of signatures without a roll names the covering tally, and no other does";
    vec![
        accept("single", "All four trees.", &tally, id, 3, 4),
        accept(
            "first",
            "The first tally of a petition: before any strike.",
            &text(&single.ledger.entries, 1),
            id,
            3,
            3,
        ),
        accept(
            "registrar",
            "The registrar's two trees.",
            &registrar,
            split_id,
            0,
            0,
        ),
        accept(
            "ledger",
            "The ledger's two trees, and the registrar's tally that covers them. Strikes are counted there.",
            &covered,
            split_id,
            4,
            4,
        ),
        reject(
            "header",
            "Another version.",
            "line 1: expected `undersigned/tally/v1`",
            &replaced(&tally, "tally/v1", "tally/v2"),
        ),
        reject(
            "id-upper-case",
            "Ids are lower case.",
            "line 2: expected `petition`",
            &replaced(&tally, &id.to_string(), &id.to_string().to_uppercase()),
        ),
        reject(
            "time-leading-zero",
            "One spelling for each number.",
            "line 3: expected `time`",
            &replaced(&tally, "time ", "time 0"),
        ),
        reject(
            "time-2-63",
            "Numbers are below 2^63.",
            "line 3: expected `time`",
            &replaced(
                &tally,
                &format!("time {PUBLISHED}"),
                "time 9223372036854775808",
            ),
        ),
        reject(
            "previous-missing",
            "Every line stands in its place.",
            "line 4: expected `previous`",
            &without("previous"),
        ),
        reject(
            "previous-empty",
            "An index or none.",
            "line 4: expected `previous`",
            &replaced(&tally, "previous 1", "previous "),
        ),
        reject(
            "trees-out-of-order",
            "In this order.",
            "line 8: expected `nothing more`",
            &replaced(
                &without("roll "),
                &line("withdrawals"),
                &(line("withdrawals") + &line("roll ")),
            ),
        ),
        reject(
            "roll-twice",
            "Each tree once.",
            "line 6: expected `nothing more`",
            &replaced(&tally, &line("roll "), &line("roll ").repeat(2)),
        ),
        reject(
            "roll-without-strikes",
            "The registrar keeps two.",
            trees,
            &without("strikes"),
        ),
        reject(
            "no-trees",
            "At least two.",
            trees,
            &tally[..tally.find("roll").expect("a roll")],
        ),
        reject(
            "root-short",
            "A root is the base64 of 32 bytes.",
            "line 5: expected `roll`",
            &tally.replacen("=\nstrikes", "\nstrikes", 1),
        ),
        reject(
            "no-final-newline",
            "The last line ends in a newline.",
            "line 8: expected `withdrawals`",
            tally.trim_end(),
        ),
        reject(
            "trailing",
            "Nothing follows.",
            "line 9: expected `nothing more`",
            &format!("{tally}\n"),
        ),
        reject(
            "covered-beside-roll",
            "Who keeps the roll needs no cover.",
            covers,
            &format!("{tally}{cover}"),
        ),
        reject(
            "not-covered",
            "A ledger names what covers it.",
            covers,
            &replaced(&covered, &cover, ""),
        ),
        reject(
            "covered-origin",
            "An origin is host[:port], lower case.",
            "line 7: expected `covered`",
            &replaced(&covered, "registrar.example.net", "Registrar.example.net"),
        ),
        reject(
            "more-signatures-than-roll",
            "S is at most R.",
            "5 signatures exceed the 4 entries of the roll that covers them",
            &replaced(&tally, "roll 6", "roll 4"),
        ),
        reject(
            "uncovered",
            "S is at most R, at the registrar, too.",
            "5 signatures exceed the 4 entries of the roll that covers them",
            &{
                let cut = cover.replacen(" 6 ", " 4 ", 1);
                replaced(&covered, &cover, &cut)
            },
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    tallies(&World::new(Shape::Single), &World::new(Shape::Split))
}
