//! Tile paths, which tiles a log has, and entry bundles.

use crate::file::Case;

fn tiles() -> Vec<Case> {
    let accept = |name, path, level, index, width| {
        Case::accept("tile", name, "A path and what it names.")
            .field("path", path)
            .field("level", level)
            .field("index", index)
            .field("width", width)
    };
    let shape = "a tile path is tile/<level>/<index> or tile/<level>/<index>.p/<width>";
    let level = "a level is `entries` or a number from 0 to 63 without leading zeroes";
    let index = "an index is written in three-digit groups, as x001/x234/067";
    let width = "a partial tile has a width from 1 to 255 without leading zeroes";
    let reject =
        |name, path, about, reason| Case::reject("tile", name, about, reason).field("path", path);
    vec![
        accept("full", "tile/0/000", "0", "0", 256),
        accept("partial", "tile/2/001.p/7", "2", "1", 7),
        accept("entries", "tile/entries/x001/000", "entries", "1000", 256),
        accept(
            "entries-partial",
            "tile/entries/999.p/255",
            "entries",
            "999",
            255,
        ),
        accept("highest-level", "tile/63/000.p/1", "63", "0", 1),
        accept(
            "largest-index",
            "tile/0/x018/x446/x744/x073/x709/x551/615",
            "0",
            "18446744073709551615",
            256,
        ),
        reject("leading-slash", "/tile/0/000", "Paths are relative.", shape),
        reject("no-index", "tile/0", "An index is missing.", shape),
        reject(
            "height",
            "tile/8/0/000",
            "Go's paths name the height; tlog-tiles' do not.",
            index,
        ),
        reject("level-64", "tile/64/000", "Levels end at 63.", level),
        reject(
            "level-leading-zero",
            "tile/00/000",
            "One spelling for each level.",
            level,
        ),
        reject(
            "level-data",
            "tile/data/000",
            "Go's name for entries.",
            level,
        ),
        reject(
            "index-short",
            "tile/0/67",
            "Groups have three digits.",
            index,
        ),
        reject(
            "index-long",
            "tile/0/1067",
            "Groups have three digits.",
            index,
        ),
        reject(
            "index-no-x",
            "tile/0/001/067",
            "All groups but the last have an x.",
            index,
        ),
        reject(
            "index-last-x",
            "tile/0/x001/x067",
            "The last group has no x.",
            index,
        ),
        reject(
            "index-zero-group",
            "tile/0/x000/067",
            "One spelling for each index.",
            index,
        ),
        reject(
            "index-overflow",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "2^64.",
            index,
        ),
        reject(
            "index-eight-groups",
            "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
            "Above 2^64.",
            index,
        ),
        reject(
            "width-zero",
            "tile/0/000.p/0",
            "Empty tiles do not exist.",
            width,
        ),
        reject(
            "width-256",
            "tile/0/000.p/256",
            "A full tile has no width in its path.",
            width,
        ),
        reject(
            "width-leading-zero",
            "tile/0/000.p/07",
            "One spelling for each width.",
            width,
        ),
        reject(
            "width-missing",
            "tile/0/000.p/",
            "A width is missing.",
            width,
        ),
        reject("trailing-slash", "tile/0/000/", "Nothing follows.", index),
    ]
}

fn layouts() -> Vec<Case> {
    let accept = |name, about, old, new, tiles: &[&str]| {
        Case::accept("layout", name, about)
            .field("old", old)
            .field("new", new)
            .fields("tile", tiles)
    };
    vec![
        accept("empty", "An empty log has no tiles.", 0, 0, &[]),
        accept(
            "one",
            "One leaf.",
            0,
            1,
            &["tile/entries/000.p/1", "tile/0/000.p/1"],
        ),
        accept(
            "full-tile",
            "A full tile has a hash in the tile above.",
            0,
            256,
            &["tile/entries/000", "tile/0/000", "tile/1/000.p/1"],
        ),
        accept(
            "next-tile",
            "What one leaf after a full tile adds.",
            256,
            257,
            &["tile/entries/001.p/1", "tile/0/001.p/1"],
        ),
        accept(
            "wider",
            "A partial tile grows.",
            300,
            301,
            &["tile/entries/001.p/45", "tile/0/001.p/45"],
        ),
        accept(
            "specification",
            "The right edge of the example of tlog-tiles: 70,000 leaves.",
            69_887,
            70_000,
            &[
                "tile/entries/272",
                "tile/entries/273.p/112",
                "tile/0/272",
                "tile/0/273.p/112",
                "tile/1/001.p/17",
            ],
        ),
    ]
}

fn bundles() -> Vec<Case> {
    let case =
        |case: Case, bundle: &str, width: u16| case.field("width", width).field("bundle", bundle);
    let reject = |name, about, reason, bundle: &str, width| {
        case(Case::reject("bundle", name, about, reason), bundle, width)
    };
    let full = "0001ff".repeat(256);
    vec![
        case(
            Case::accept("bundle", "two", "Two entries."),
            "000301020300020405",
            2,
        )
        .field("entry", "010203")
        .field("entry", "0405"),
        case(
            Case::accept("bundle", "full", "A full bundle has 256."),
            &full,
            256,
        )
        .fields("entry", ["ff"; 256]),
        reject(
            "length-cut",
            "The bytes end inside a length.",
            "the bundle ends inside entry 1",
            "000301020300",
            2,
        ),
        reject(
            "entry-cut",
            "The bytes end inside an entry.",
            "the bundle ends inside entry 1",
            "0003010203000204",
            2,
        ),
        reject(
            "too-few",
            "Fewer entries than the width.",
            "the bundle ends inside entry 2",
            "000301020300020405",
            3,
        ),
        reject(
            "too-many",
            "More entries than the width.",
            "4 bytes follow the last entry",
            "000301020300020405",
            1,
        ),
        reject(
            "trailing",
            "A byte follows.",
            "1 bytes follow the last entry",
            "00030102030002040500",
            2,
        ),
        reject(
            "empty",
            "Empty bundles do not exist.",
            "a bundle has 1 to 256 entries, got 0",
            "00",
            0,
        ),
        reject(
            "wide",
            "A bundle has 256 at most.",
            "a bundle has 1 to 256 entries, got 257",
            &(full.clone() + "0001ff"),
            257,
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    [tiles(), layouts(), bundles()]
        .into_iter()
        .flatten()
        .collect()
}
