//! An attestation of a petition in three languages.

use undersigned::delivery::Delivery;
use undersigned::protocol::attestation;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::manifest::{Localized, Manifest, Terms};
use undersigned::protocol::tally::{Tally, Totals, TreeHead};
use undersigned::tlog::hash::Hash;

use crate::world::journal::Journal;
use crate::world::{PUBLISHED, Shape, organiser, terms};

pub const URL: &str = "https://petitions.example.org";

pub const TITLES: [(&str, &str); 3] = [
    ("en", "Keep the night train & its <sleeping> cars"),
    ("es", "Que siga el tren nocturno"),
    ("ar", "أبقوا على قطار الليل (line 7)!"),
];

fn localized(texts: [(&str, String); 3]) -> Vec<Localized> {
    texts
        .map(|(lang, text)| Localized {
            lang: lang.to_owned(),
            text,
        })
        .to_vec()
}

/// Paragraphs enough for several pages, each with a number of its own.
fn long(sentence: &str) -> String {
    let paragraph = |n: usize| format!("§{n}. {}", [sentence; 9].join(" "));
    (1..=14).map(paragraph).collect::<Vec<_>>().join("\n\n")
}

pub fn manifest(change: impl FnOnce(&mut Terms)) -> Manifest {
    let mut terms = terms(Shape::Single);
    terms.title = localized(TITLES.map(|(lang, text)| (lang, text.to_owned())));
    terms.letter = localized([
        (
            "en",
            "We ask you to keep the night train.\n\nIt is how we visit each other.".to_owned(),
        ),
        (
            "es",
            long("Les pedimos que mantengan el tren nocturno, con el que nos visitamos."),
        ),
        (
            "ar",
            "نطلب منكم الإبقاء على قطار الليل.\n\nبه يزور بعضنا بعضًا، مرتين في السنة.".to_owned(),
        ),
    ]);
    terms.recipients = vec!["Ministry of Transport".to_owned(), "وزارة النقل".to_owned()];
    change(&mut terms);
    Manifest::new(&terms).expect("a manifest")
}

/// Sizes of roll, strikes, signatures and withdrawals.
pub fn attestation(manifest: &Manifest, sizes: [u64; 4]) -> Vec<u8> {
    let head = |size| TreeHead {
        size,
        root: if size == 0 {
            undersigned::tlog::hash::empty_root()
        } else {
            Hash([7; 32])
        },
    };
    let [roll, strikes, signatures, withdrawals] = sizes;
    let trees = [
        (Tree::Roll, head(roll)),
        (Tree::Strikes, head(strikes)),
        (Tree::Signatures, head(signatures)),
        (Tree::Withdrawals, head(withdrawals)),
    ];
    let tally = Tally::new(manifest.id(), PUBLISHED, None, &trees, None).expect("a tally");
    let journal = Journal {
        origin: Shape::Single.registrar(),
        entries: vec![
            b"before".to_vec(),
            tally.to_string().into_bytes(),
            b"after".to_vec(),
        ],
    };
    let totals = Totals {
        roll,
        strikes,
        signatures,
        withdrawals,
    };
    let text = attestation::text(manifest, &totals, PUBLISHED, &journal.journaled(1), None);
    attestation::sign(&text, &organiser()).expect("an attestation")
}

pub fn delivery(lang: &str) -> Delivery {
    let manifest = manifest(|_| ());
    let attestation = attestation(&manifest, [3002, 12, 2741, 2]);
    Delivery::new(&attestation, URL)
        .expect("it holds")
        .language(lang)
}
