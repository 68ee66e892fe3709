//! Draws and reports of sample audits.

use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::sample::{Draw, DrawError, OPENING, Opening, Pinned, Record};
use undersigned::protocol::saying::Saying;
use undersigned::protocol::statement;
use undersigned::tlog::note::NoteSigner;

use super::receipt::with_policy;
use super::replaced;
use crate::file::Case;
use crate::world::beacon::{beacon, chain, value};
use crate::world::drawn::{SAMPLE, audited_terms, auditor, report_text, round};
use crate::world::journal::{Hashes, World};
use crate::world::petition::strike;
use crate::world::{PUBLISHED, Shape, journal_signer, organiser, seed};
use undersigned::protocol::ids::Tree;

fn accept(world: &World, name: &str, about: &str) -> Case {
    let (draw, drawn) = world.drawn();
    with_policy(Case::accept("draw", name, about), world)
        .field("petition", world.petition.manifest.id())
        .hex("seed", drawn.seed.0)
        .hex("randomness", drawn.randomness)
        .field("round-time", drawn.round_time)
        .fields("entry", drawn.entries)
        .body(draw.to_bytes())
}

fn draws(single: &World, split: &World) -> Vec<Case> {
    let reject = |world: &World, name, about, reason: &str, draw: &Draw| {
        with_policy(Case::reject("draw", name, about, reason), world).body(draw.to_bytes())
    };
    let whole = single.drawn().0;
    let changed = |name, about, reason: &str, change: &dyn Fn(&mut Draw)| {
        let mut draw = whole.clone();
        change(&mut draw);
        reject(single, name, about, reason, &draw)
    };
    let of_beacon =
        |draw: &mut Draw, change: &dyn Fn(&mut undersigned::protocol::sample::Beacon)| {
            change(draw.beacon.as_mut().expect("drawn"));
        };
    let entries = DrawError::Entries.to_string();
    let strikes = DrawError::Strikes.to_string();
    let text = String::from_utf8(whole.to_bytes()).expect("JSON");
    let raw = |name, about, reason: &str, text: &str| {
        with_policy(Case::reject("draw", name, about, reason), single).body(text)
    };
    let with = |change: &dyn Fn(&mut undersigned::protocol::manifest::Audit)| {
        let mut terms = audited_terms(Shape::Single);
        change(terms.audit.as_mut().expect("an auditor"));
        World::audited_as(Shape::Single, &terms)
    };
    let early = chain().round_after(PUBLISHED - 60).expect("a period");
    let too_early = with(&|audit| audit.round = early);
    let mut ground = too_early.framed();
    ground.beacon = Some(beacon(early));
    ground.entries = Some(vec![0, 1, 3]);
    let nist = with(&|audit| audit.beacon = "a coin that we throw".to_owned());
    let mut thrown = nist.framed();
    thrown.beacon = Some(beacon(round()));
    thrown.entries = Some(vec![0, 1, 3]);
    let other = with(&|audit| audit.beacon = Pinned([7; 32]).text());
    let mut other_chain = other.framed();
    other_chain.beacon = Some(beacon(round()));
    other_chain.entries = Some(vec![0, 1, 3]);
    let plain = World::new(Shape::Single);
    let mut half = split.drawn().0;
    half.registrar = None;
    let mut earlier = split.drawn().0;
    earlier.registrar = split.registrar.as_ref().map(|journal| journal.journaled(1));
    let petition = &single.petition;
    let second = strike(&petition.manifest, &petition.leaves(Tree::Roll)[4], 4).to_bytes();
    vec![
        accept(single, "single", "One instance keeps all four trees."),
        accept(split, "split", "Another instance keeps the roll."),
        reject(
            single,
            "not-drawn",
            "What is fixed before the round.",
            &DrawError::NotDrawn.to_string(),
            &single.framed(),
        ),
        changed(
            "entries-missing",
            "Beacon and entries, or neither.",
            &entries,
            &|d| {
                d.entries = None;
            },
        ),
        changed(
            "beacon-missing",
            "Beacon and entries, or neither.",
            &entries,
            &|d| {
                d.beacon = None;
            },
        ),
        changed("entry-changed", "Another entry.", &entries, &|d| {
            let entries = d.entries.as_mut().expect("drawn");
            let other = (0..6).find(|i| *i != 2 && !entries.contains(i));
            entries[0] = other.expect("six are on the roll");
        }),
        changed("entries-order", "In the order drawn.", &entries, &|d| {
            d.entries.as_mut().expect("drawn").reverse();
        }),
        changed(
            "entries-fewer",
            "As many as the manifest says.",
            &entries,
            &|d| {
                d.entries.as_mut().expect("drawn").truncate(2);
            },
        ),
        changed("entry-twice", "Without replacement.", &entries, &|d| {
            let entries = d.entries.as_mut().expect("drawn");
            entries[1] = entries[0];
        }),
        changed(
            "strikes-missing",
            "A struck entry is not drawn.",
            &strikes,
            &|d| d.strikes.clear(),
        ),
        changed(
            "strikes-more",
            "A strike that is not in the tally.",
            &strikes,
            &|d| {
                d.strikes.extend(&second);
            },
        ),
        changed("strikes-cut", "Whole leaves.", &strikes, &|d| {
            d.strikes.truncate(74);
        }),
        changed("strikes-changed", "Those of the tally.", &strikes, &|d| {
            d.strikes[20] ^= 1;
        }),
        changed(
            "other-round",
            "The round that was announced.",
            "this is round ",
            &|d| {
                of_beacon(d, &|b| b.value = value(round() + 1));
            },
        ),
        changed(
            "signature-of-other-round",
            "The signature is of this round.",
            "the beacon's signature does not verify",
            &|d| of_beacon(d, &|b| b.value.signature = value(round() + 1).signature),
        ),
        changed(
            "signature-changed",
            "A signature that the chain did not make.",
            "the beacon's signature does not verify",
            &|d| of_beacon(d, &|b| b.value.signature[9] ^= 1),
        ),
        changed(
            "previous-not-chained",
            "This scheme has no signature before.",
            "the beacon's previous signature is out of bounds",
            &|d| of_beacon(d, &|b| b.value.previous = b.value.signature.clone()),
        ),
        changed(
            "chain-key",
            "The chain's hash covers its key.",
            "the chain hashes to ",
            &|d| {
                of_beacon(d, &|b| b.chain.public_key[0] ^= 1);
            },
        ),
        changed(
            "chain-genesis",
            "The chain's hash covers its times.",
            "the chain hashes to ",
            &|d| {
                of_beacon(d, &|b| b.chain.genesis += 86_400);
            },
        ),
        changed(
            "chain-scheme",
            "A scheme without a rule.",
            "beacon scheme \"coins\" is unknown",
            &|d| {
                of_beacon(d, &|b| b.chain.scheme = "coins".to_owned());
            },
        ),
        reject(
            &other,
            "other-chain",
            "The chain that the manifest names.",
            "the chain hashes to ",
            &other_chain,
        ),
        reject(
            &nist,
            "beacon-unknown",
            "A source that this format cannot check.",
            "the manifest's beacon is not `drand:`",
            &thrown,
        ),
        reject(
            &too_early,
            "round-before-head",
            "The roll could have been chosen by the round.",
            "the round of ",
            &ground,
        ),
        changed(
            "no-auditor",
            "The manifest names an auditor.",
            "the manifest names no auditor",
            &|d| {
                d.manifest = plain.petition.manifest.text().to_owned();
            },
        ),
        changed(
            "other-petition",
            "Tallies of this petition.",
            "ledger: ",
            &|d| {
                d.manifest = split.petition.manifest.text().to_owned();
            },
        ),
        changed(
            "closed-is-a-tally",
            "The statement that closes.",
            "closed: this is not the statement",
            &|d| {
                d.closed = single.ledger.entry(2);
            },
        ),
        changed(
            "closed-of-other",
            "Of this petition.",
            "closed: this is not the statement",
            &|d| {
                d.closed = split.ledger.entry(3);
            },
        ),
        changed(
            "closed-unproven",
            "It stands in the journal.",
            "closed: the hashes do not lead",
            &|d| {
                d.closed.proof = single.ledger.entry(2).proof;
            },
        ),
        changed(
            "tally-before-closed",
            "The final tally, or a later one.",
            "the tally at 1 is earlier than the final one at 2",
            &|d| d.ledger = single.ledger.journaled(1),
        ),
        reject(
            split,
            "registrar-missing",
            "The roll's tally, too.",
            "the two tallies do not belong together",
            &half,
        ),
        reject(
            split,
            "registrar-earlier",
            "The tally that the ledger's names.",
            "the two tallies do not belong together",
            &earlier,
        ),
        raw(
            "format",
            "Another version.",
            "draw format ",
            &replaced(&text, "undersigned/draw/v1", "undersigned/draw/v2"),
        ),
        raw(
            "unknown-key",
            "No other keys.",
            "not a draw: ",
            &replaced(&text, "\"strikes\"", "\"more\": 1, \"strikes\""),
        ),
        raw(
            "null",
            "No null.",
            "not a draw: ",
            &replaced(&text, "\"strikes\"", "\"registrar\": null, \"strikes\""),
        ),
        with_policy(
            Case::reject(
                "draw",
                "other-journal",
                "A policy that trusts another journal.",
                "ledger: journal proof: policy: not signed by a known log",
            ),
            split,
        )
        .body(whole.to_bytes()),
    ]
}

fn reports(world: &World) -> Vec<Case> {
    let (_, drawn) = world.drawn();
    let manifest = &world.petition.manifest;
    let id = manifest.id();
    let keeper = journal_signer(world.shape.ledger());
    let text = report_text(&drawn);
    let opened = Saying::Opened {
        on: PUBLISHED + 5 * 86_400,
        draw: drawn.seed.0,
        records: SAMPLE,
    };
    let opened = opened.text(id).expect("keeps the rules");
    let context = |case: Case| {
        case.field("keeper", keeper.vkey())
            .field("manifest", manifest.text())
    };
    let sign = |text: &str, signer: &NoteSigner| statement::sign(text, signer).expect("a note");
    let accept = |name, about, kind, text: &str, signer: &NoteSigner| {
        context(Case::accept("report", name, about))
            .field("kind", kind)
            .field("petition", id)
            .body(sign(text, signer))
    };
    let reject = |name, about, reason: &str, text: &str, signer: &NoteSigner| {
        context(Case::reject("report", name, about, reason)).body(sign(text, signer))
    };
    let unsigned = "note: not signed by any known key";
    let line = |key: &str| {
        let found = text
            .lines()
            .enumerate()
            .find(|(_, l)| l.starts_with(&format!("{key} ")));
        let (at, line) = found.unwrap_or_else(|| panic!("a line {key}"));
        (at + 1, line.to_owned())
    };
    let lies = |key: &'static str, about, value: &str| {
        let (at, old) = line(key);
        let reason = format!("line {at}: expected `{key}`");
        let text = replaced(&text, &format!("{old}\n"), &format!("{key} {value}\n"));
        reject(key, about, &reason, &text, &auditor())
    };
    let (_, randomness) = line("randomness");
    let other_randomness = replaced(
        &text,
        &randomness,
        &format!("randomness {}", "0".repeat(64)),
    );
    let stranger = NoteSigner::new("auditor.example.org", &seed(99)).expect("a name");
    vec![
        accept(
            "audited",
            "Signed by the auditor.",
            "audited",
            &text,
            &auditor(),
        ),
        accept(
            "opened",
            "Signed by the keeper of the journal.",
            "opened",
            &opened,
            &keeper,
        ),
        reject(
            "by-stranger",
            "A stranger's key of the same name.",
            unsigned,
            &text,
            &stranger,
        ),
        reject(
            "by-keeper",
            "The keeper does not speak for the auditor.",
            unsigned,
            &text,
            &keeper,
        ),
        reject(
            "by-organiser",
            "Nor does the organiser.",
            unsigned,
            &text,
            &organiser(),
        ),
        reject(
            "opened-by-auditor",
            "The keeper hands out.",
            unsigned,
            &opened,
            &auditor(),
        ),
        reject(
            "roll",
            "The seed binds R.",
            &format!("line {}: expected `draw`", line("draw").0),
            &replaced(
                &text,
                &line("roll").1,
                &line("roll").1.replace("roll 6", "roll 7"),
            ),
            &auditor(),
        ),
        lies(
            "strikes",
            "Something is left to draw from.",
            "6 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ),
        lies("signatures", "S is at most R.", "7"),
        lies("withdrawals", "W is at most S.", "6"),
        lies("draw", "Another seed.", &"0".repeat(64)),
        reject(
            "randomness",
            "The seed binds it.",
            &format!("line {}: expected `draw`", line("draw").0),
            &other_randomness,
            &auditor(),
        ),
        lies("sample", "No more than there are.", "6"),
        lies("bad", "The sample adds up.", "1"),
        lies("struck", "What is bad adds up.", "1"),
        lies("bound-95", "One fewer than follows.", "3 0"),
        lies("bound-90", "The bounds in the other order.", "1 4"),
        lies("bound-99", "Without its second number.", "4"),
        lies("at-least-90", "One more than follows.", "4 4"),
        lies("at-least-95", "One more than follows.", "1 4"),
        lies("at-least-99", "A leading zero.", "00 0"),
        reject(
            "more",
            "And nothing more.",
            &format!("line {}: expected `nothing more`", text.lines().count() + 1),
            &format!("{text}remark \"all is well\"\n"),
            &auditor(),
        ),
        reject(
            "opened-draw",
            "A draw has a name.",
            "line 4: expected `draw`",
            &replaced(&opened, &hex::encode(drawn.seed.0), "none"),
            &keeper,
        ),
    ]
}

fn openings(world: &World) -> Vec<Case> {
    let (_, drawn) = world.drawn();
    let roll = world.petition.leaves(Tree::Roll);
    let record = |index: &u64| Record {
        index: *index,
        leaf: roll[usize::try_from(*index).expect("small")].clone(),
        path: Hashes::of(roll).path(*index),
        envelope: vec![0x0e; 80],
    };
    let mut opening = Opening {
        format: OPENING.to_owned(),
        petition: world.petition.manifest.id(),
        draw: drawn.seed.0,
        identity_key: vec![0x1d; 80],
        records: drawn.entries.iter().map(record).collect(),
    };
    let accept = |name, about, opening: &Opening| {
        Case::accept("opening", name, about)
            .field("petition", opening.petition)
            .hex("draw", opening.draw)
            .fields("record", opening.records.iter().map(|r| r.index))
            .body(opening.to_bytes())
    };
    let whole = accept("whole", "All records that were drawn.", &opening);
    let text = String::from_utf8(opening.to_bytes()).expect("JSON");
    let reject = |name, about, reason: &str, from: &str, to: &str| {
        Case::reject("opening", name, about, reason).body(replaced(&text, from, to))
    };
    let key = format!("\"identity_key\": \"{}\"", to_base64([0x1d; 80]));
    let refused = vec![
        reject(
            "format",
            "Another version.",
            "opening format ",
            "opening/v1",
            "opening/v2",
        ),
        reject(
            "unknown-key",
            "No other keys.",
            "not an opening: ",
            "\"records\"",
            "\"more\": 1, \"records\"",
        ),
        reject(
            "key-null",
            "No null.",
            "not an opening: ",
            &key,
            "\"identity_key\": null",
        ),
        reject(
            "key-twice",
            "Each once.",
            "not an opening: ",
            &key,
            &format!("{key}, {key}"),
        ),
        reject(
            "key-no-base64",
            "Standard base64.",
            "not an opening: ",
            &key,
            "\"identity_key\": \"=\"",
        ),
        reject("cut", "A whole file.", "not an opening: ", "]\n}\n", ""),
    ];
    opening.records.clear();
    let none = accept(
        "no-records",
        "Nothing is handed out: all entries count as bad.",
        &opening,
    );
    refused.into_iter().chain([whole, none]).collect()
}

pub(super) fn cases() -> Vec<Case> {
    let single = World::audited(Shape::Single);
    let mut cases = draws(&single, &World::audited(Shape::Split));
    cases.extend(reports(&single));
    cases.extend(openings(&single));
    cases
}
