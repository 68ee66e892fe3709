//! Drafts that are refused, each with the words that say why.

use std::fmt::Write as _;

use crate::support::Home;

fn example() -> String {
    Home::new().done(&["petition", "new", "--example"]).out
}

/// Each case changes one thing in the example.
const CASES: &[(&str, &str, &str)] = &[
    ("an unknown setting", "goal = 5000", "gaol = 5000"),
    ("a goal of nothing", "goal = 5000", "goal = 0"),
    (
        "an unknown policy",
        "publication = \"batched\"",
        "publication = \"soon\"",
    ),
    (
        "no moment",
        "confirm_until = \"in 90 days\"",
        "confirm_until = \"when it is done\"",
    ),
    (
        "a moment without a zone",
        "opens = \"now\"",
        "opens = 2030-01-01T12:00:00",
    ),
    (
        "a stranded token",
        "submit_until = \"in 97 days\"",
        "submit_until = \"in 90 days\"",
    ),
    (
        "an end before the beginning",
        "opens = \"now\"",
        "opens = \"in 91 days\"",
    ),
    (
        "a region for the roll that nobody gives",
        "roll_region = false",
        "roll_region = true",
    ),
    ("an upper-case language", "lang = \"en\"", "lang = \"EN\""),
    (
        "an unseen mark in the title",
        "title = \"Please",
        "title = \"\\u202ePlease",
    ),
    (
        "no organiser",
        "name = \"Center for Media Justice\"",
        "name = \"\"",
    ),
    (
        "too long a wait for the mail",
        "pending_days = 7",
        "pending_days = 31",
    ),
];

#[test]
fn refused_drafts_say_why() {
    let example = example();
    let home = Home::new();
    let mut said = String::new();
    for (name, from, to) in CASES {
        assert_eq!(
            example.matches(from).count(),
            1,
            "{from:?} stands once in the example"
        );
        home.write("draft.toml", example.replace(from, to));
        let ran = home.run(&["petition", "new", "draft.toml"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{name}: {}", ran.err);
        writeln!(said, "## {name}\n{}", ran.err).expect("a String takes any text");
    }
    // Refused before anything was made or asked for.
    let left: Vec<_> = std::fs::read_dir(home.folder()).expect("listed").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    insta::assert_snapshot!(said);
}

#[test]
fn an_unreadable_draft_is_named() {
    let home = Home::new();
    let ran = home.run(&["petition", "new", "nowhere.toml"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.starts_with("error: cannot read nowhere.toml"),
        "{}",
        ran.err
    );
    home.write("draft.toml", [0xff, 0xfe]);
    let ran = home.run(&["petition", "new", "draft.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("is not UTF-8 text"), "{}", ran.err);
}

#[test]
fn without_the_operators_token_nothing_is_made() {
    let home = Home::new();
    home.write("draft.toml", example());
    let ran = home.run(&["petition", "new", "draft.toml"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("there is no operator's token"),
        "{}",
        ran.err
    );
    assert!(!home.path("organiser.key").exists());
}
