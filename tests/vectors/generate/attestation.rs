//! Attestations.

use undersigned::protocol::attestation;
use undersigned::tlog::note::NoteSigner;

use super::receipt::with_policy;
use super::replaced;
use crate::file::Case;
use crate::world::journal::{TALLY, World};
use crate::world::{PUBLISHED, Shape, journal_signer, organiser, seed};

fn attestations(single: &World, split: &World) -> Vec<Case> {
    let sign = |text: &str| attestation::sign(text, &organiser()).expect("an attestation");
    let accept = |world: &World, name, about| {
        with_policy(Case::accept("attestation", name, about), world)
            .field("petition", world.petition.manifest.id())
            .field("count", 3)
            .field("ceiling", 4)
            .field("as-of", PUBLISHED)
            .body(sign(&world.attestation_text()))
    };
    let reject = |world: &World, name, about, reason: &str, body: &[u8]| {
        with_policy(Case::reject("attestation", name, about, reason), world).body(body)
    };
    let (text, split_text) = (single.attestation_text(), split.attestation_text());
    let lies = |name, about, reason: &str, from: &str, to: &str| {
        reject(
            single,
            name,
            about,
            reason,
            &sign(&replaced(&text, from, to)),
        )
    };
    let stranger = NoteSigner::new("organiser.example.org", &seed(99)).expect("a name");
    let line = |text: &str, start: &str| {
        text.lines()
            .find(|l| l.starts_with(start))
            .expect("a line")
            .to_owned()
            + "\n"
    };
    let whole = String::from_utf8(sign(&text)).expect("text");
    let old = attestation::text(
        &split.petition.manifest,
        &split.totals(),
        PUBLISHED,
        &split.ledger.journaled(TALLY),
        Some(&split.registrar.as_ref().expect("split").journaled(1)),
    );
    let without_registrar = attestation::text(
        &split.petition.manifest,
        &split.totals(),
        PUBLISHED,
        &split.ledger.journaled(TALLY),
        None,
    );
    let with_registrar = attestation::text(
        &single.petition.manifest,
        &single.totals(),
        PUBLISHED,
        &single.ledger.journaled(TALLY),
        Some(&single.ledger.journaled(TALLY)),
    );
    let unsigned = "note: not signed by any known key";
    vec![
        accept(single, "single", "One instance keeps all four trees."),
        accept(split, "split", "The two tallies that belong together."),
        lies(
            "count",
            "One more than the tallies say.",
            "count is 4, but the tallies say 3",
            "\ncount 3",
            "\ncount 4",
        ),
        lies(
            "ceiling",
            "One more than the tallies say.",
            "ceiling is 5, but the tallies say 4",
            "\nceiling 4",
            "\nceiling 5",
        ),
        lies(
            "roll",
            "Another size of the roll.",
            "roll is 7, but the tallies say 6",
            "\nroll 6",
            "\nroll 7",
        ),
        lies(
            "signatures",
            "Another size.",
            "signatures is 6, but the tallies say 5",
            "\nsignatures 5",
            "\nsignatures 6",
        ),
        lies(
            "withdrawals",
            "Another size.",
            "withdrawals is 0, but the tallies say 1",
            "\nwithdrawals 1",
            "\nwithdrawals 0",
        ),
        lies(
            "strikes",
            "Another size.",
            "strikes is 0, but the tallies say 1",
            "\nstrikes 1",
            "\nstrikes 0",
        ),
        lies(
            "as-of",
            "Another time.",
            "as-of is 1, but the tallies say ",
            &format!("\nas-of {PUBLISHED}"),
            "\nas-of 1",
        ),
        lies(
            "header",
            "Another version.",
            "line 1: expected `undersigned/attestation/v1`",
            "attestation/v1",
            "attestation/v2",
        ),
        lies(
            "other-petition",
            "The id is that of the manifest.",
            "manifest: these bytes are petition",
            &format!("petition {}", single.petition.manifest.id()),
            &format!("petition {}", split.petition.manifest.id()),
        ),
        lies(
            "leading-zero",
            "One spelling for each number.",
            "line 3: expected `count`",
            "\ncount 3",
            "\ncount 03",
        ),
        lies(
            "order",
            "In this order.",
            "line 3: expected `count`",
            "\ncount 3\nceiling 4",
            "\nceiling 4\ncount 3",
        ),
        lies(
            "proof-missing",
            "Both halves.",
            "line 12: expected `ledger-proof`",
            &line(&text, "ledger-proof"),
            "",
        ),
        reject(
            single,
            "changed",
            "The text is signed.",
            "note: the signature of ",
            replaced(&whole, "\ncount 3", "\ncount 4").as_bytes(),
        ),
        reject(
            single,
            "by-stranger",
            "A stranger's key of the same name.",
            unsigned,
            &attestation::sign(&text, &stranger).expect("a note"),
        ),
        reject(
            single,
            "by-keeper",
            "The keeper does not speak for the organiser.",
            unsigned,
            &attestation::sign(&text, &journal_signer(single.shape.ledger())).expect("a note"),
        ),
        reject(
            single,
            "unsigned",
            "A note is signed.",
            "note: no blank line before the signatures",
            text.as_bytes(),
        ),
        reject(
            single,
            "registrar-not-needed",
            "One tally covers all.",
            "the two tallies do not belong together",
            &sign(&with_registrar),
        ),
        reject(
            split,
            "registrar-missing",
            "The covering tally is missing.",
            "the two tallies do not belong together",
            &sign(&without_registrar),
        ),
        reject(
            split,
            "registrar-earlier",
            "Another tally of the registrar than the one that is named.",
            "the two tallies do not belong together",
            &sign(&old),
        ),
        reject(
            split,
            "registrar-half",
            "Tally and proof.",
            "line 14: expected `registrar-proof`",
            &sign(&replaced(
                &split_text,
                &line(&split_text, "registrar-proof"),
                "",
            )),
        ),
        reject(
            split,
            "split-strikes",
            "Strikes are proven by the registrar's tally.",
            "strikes is 0, but the tallies say 1",
            &sign(&replaced(&split_text, "\nstrikes 1", "\nstrikes 0")),
        ),
        with_policy(
            Case::reject(
                "attestation",
                "other-journal",
                "A policy that trusts another journal.",
                "ledger: journal proof: policy: not signed by a known log",
            ),
            split,
        )
        .body(sign(&text)),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    attestations(&World::new(Shape::Single), &World::new(Shape::Split))
}
