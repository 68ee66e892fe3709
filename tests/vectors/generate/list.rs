//! The organiser's list: what signers handed over, sealed to a key of the organiser.

use undersigned::clock::ManualClock;
use undersigned::keys::envelope;
use undersigned::protocol::list::{
    ADDRESS_INFO, FORMAT, ListEntry, ListPage, RECORD_INFO, SealedAddress, SharedRecord,
    pad_address, place,
};
use undersigned::protocol::signer::salt;
use undersigned::tlog::hash::leaf_hash;

use super::replaced;
use crate::file::Case;
use crate::world::Shape;
use crate::world::journal::World;
use crate::world::petition::{disclosure, secret};

/// The organiser's private list key.
const KEY: [u8; 32] = [41; 32];

struct Maker<'a> {
    world: &'a World,
    clock: ManualClock,
    public: [u8; 32],
}

impl Maker<'_> {
    fn record(&self, person: u8) -> SharedRecord {
        let disclosure = disclosure(person);
        let p = self.world.petition.manifest.id();
        SharedRecord {
            salt: salt(&secret(person), p, &disclosure),
            disclosure: String::from_utf8(disclosure.as_bytes().to_vec()).expect("JSON"),
            address: None,
        }
    }

    fn sealed(&self, info: &[u8], person: u8, plain: &[u8]) -> Vec<u8> {
        let leaf = self.world.petition.signed_by(person).0.to_bytes();
        let aad = place(self.world.petition.manifest.id(), &leaf_hash(&leaf));
        envelope::seal_aes(&self.public, info, &aad, plain, &self.clock).expect("sealed")
    }

    fn addressed(&self, person: u8, address: &str) -> SharedRecord {
        let padded = pad_address(address).expect("fits");
        SharedRecord {
            address: Some(SealedAddress(self.sealed(ADDRESS_INFO, person, &padded))),
            ..self.record(person)
        }
    }

    fn entry(&self, person: u8, record: &SharedRecord) -> ListEntry {
        let proof = self.world.inclusion(person);
        ListEntry {
            leaf: proof.leaf,
            index: proof.index,
            path: proof.path,
            envelope: self.sealed(RECORD_INFO, person, &record.to_bytes()),
        }
    }

    fn page(&self, entries: Vec<ListEntry>) -> ListPage {
        let journaled = self.world.inclusion(0).journaled;
        ListPage {
            format: FORMAT.to_owned(),
            manifest: self.world.petition.manifest.text().to_owned(),
            tally: journaled.tally,
            proof: journaled.proof,
            entries,
            next: None,
        }
    }
}

fn text(page: &ListPage) -> String {
    String::from_utf8(page.to_bytes()).expect("JSON")
}

fn accept(name: &str, about: &str, page: &ListPage, of: &[(u8, Option<&str>)]) -> Case {
    let mut case = Case::accept("list", name, about)
        .hex("list-key", KEY)
        .field(
            "petition",
            undersigned::protocol::ids::PetitionId::of(page.manifest.as_bytes()),
        );
    for (entry, (person, address)) in page.entries.iter().zip(of) {
        case = case.field("leaf-hash", leaf_hash(&entry.leaf));
        let fields = disclosure(*person).fields();
        for (key, value) in [
            ("name", fields.name),
            ("region", fields.region),
            ("comment", fields.comment),
            ("address", address.map(str::to_owned)),
        ] {
            case = case.fields(key, value);
        }
    }
    case.body(text(page))
}

pub(super) fn cases() -> Vec<Case> {
    let world = World::new(Shape::Single);
    let make = Maker {
        world: &world,
        clock: ManualClock::new(0, 5),
        public: envelope::public(&KEY).expect("a key"),
    };
    let reject_with = |key: [u8; 32], name, about, reason: &str, body: String| {
        Case::reject("list", name, about, reason)
            .hex("list-key", key)
            .body(body)
    };
    let reject = |name, about, reason: &str, page: &ListPage| {
        reject_with(KEY, name, about, reason, text(page))
    };
    let record = |name, about, reason: &str, record: SharedRecord| {
        reject(
            name,
            about,
            reason,
            &make.page(vec![make.entry(0, &record)]),
        )
    };
    let closed = "the envelope does not open with this key in this place";
    let opening = "salt and disclosure do not open the commitment of the signature";
    let one = make.page(vec![make.entry(0, &make.record(0))]);
    let address = "ada@example.org";
    let both = make.page(vec![
        make.entry(0, &make.addressed(0, address)),
        make.entry(1, &make.record(1)),
    ]);
    let unreadable = SharedRecord {
        address: Some(SealedAddress(vec![7; 304])),
        ..make.record(0)
    };
    let other_salt = SharedRecord {
        salt: make.record(1).salt,
        ..make.record(0)
    };
    let other_words = SharedRecord {
        disclosure: make.record(1).disclosure,
        ..make.record(0)
    };
    let moved = {
        let mut page = one.clone();
        page.entries[0].envelope = make.entry(1, &make.record(1)).envelope;
        page
    };
    let not_there = {
        let mut page = one.clone();
        page.entries[0].index ^= 1;
        page
    };
    let other_tally = {
        let mut page = one.clone();
        page.tally = page.tally.replacen("time ", "time 1", 1);
        page
    };
    let other_petition = {
        let mut page = one.clone();
        page.manifest = World::new(Shape::Split).petition.manifest.text().to_owned();
        page
    };
    let twice = make.page(vec![
        make.entry(0, &make.record(0)),
        make.entry(0, &make.record(0)),
    ]);
    let damaged = {
        let mut page = one.clone();
        let last = page.entries[0].envelope.len() - 1;
        page.entries[0].envelope[last] ^= 1;
        page
    };
    let short = {
        let mut page = one.clone();
        page.entries[0].envelope.truncate(47);
        page
    };
    let not_a_record = {
        let mut page = one.clone();
        page.entries[0].envelope = make.sealed(RECORD_INFO, 0, b"{}");
        page
    };
    vec![
        accept(
            "one",
            "One who handed over what was filled in.",
            &one,
            &[(0, None)],
        ),
        accept(
            "two",
            "One of them with an address.",
            &both,
            &[(0, Some(address)), (1, None)],
        ),
        accept("empty", "Nobody yet.", &make.page(Vec::new()), &[]),
        accept(
            "address-unreadable",
            "An address is the signer's word: one that does not open is none.",
            &make.page(vec![make.entry(0, &unreadable)]),
            &[(0, None)],
        ),
        record(
            "wrong-salt",
            "The salt of somebody else.",
            opening,
            other_salt,
        ),
        record(
            "wrong-disclosure",
            "The words of somebody else.",
            opening,
            other_words,
        ),
        reject_with(
            [42; 32],
            "wrong-key",
            "Another organiser's key.",
            closed,
            text(&one),
        ),
        reject(
            "moved",
            "An envelope opens in its place only.",
            closed,
            &moved,
        ),
        reject("damaged", "One bit.", closed, &damaged),
        reject("short", "Shorter than any.", closed, &short),
        reject(
            "not-a-record",
            "Something else was sealed.",
            "the record is damaged: ",
            &not_a_record,
        ),
        reject(
            "not-included",
            "The leaf stands elsewhere in the tree.",
            "tree proof: ",
            &not_there,
        ),
        reject(
            "twice",
            "A signature is on the list once.",
            "it is on the list twice",
            &twice,
        ),
        reject(
            "other-petition",
            "The tally is of the petition.",
            "the tally is of petition",
            &other_petition,
        ),
        reject(
            "tally-changed",
            "The tally stands in the journal.",
            "journal proof: ",
            &other_tally,
        ),
        reject_with(
            KEY,
            "unknown-key",
            "No other keys.",
            "not a list: unknown field `note`",
            replaced(&text(&one), "{\"format\"", "{\"note\":1,\"format\""),
        ),
        reject_with(
            KEY,
            "format",
            "Another version.",
            "list format \"undersigned/list/v2\" is unknown",
            replaced(&text(&one), "undersigned/list/v1", "undersigned/list/v2"),
        ),
    ]
}
