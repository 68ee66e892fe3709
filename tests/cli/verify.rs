//! What `undersigned verify` says about good, tampered and foreign files.

use std::fmt::Write as _;

use undersigned::delivery::Delivery;
use undersigned::protocol::attestation;
use undersigned::protocol::inclusion::InclusionProof;
use undersigned::protocol::receipt::Receipt;
use undersigned::tlog::note::NoteSigner;

use crate::support::{Home, Ran};
use crate::world::journal::{TALLY, World};
use crate::world::{Shape, journal_cosigner, organiser};

/// Whose receipt is looked at.
const PERSON: u8 = 2;

fn ml_dsa_key(world: &World) -> String {
    journal_cosigner(world.shape.ledger()).vkey().to_string()
}

fn attestation(world: &World) -> Vec<u8> {
    attestation::sign(&world.attestation_text(), &organiser()).expect("signs")
}

/// What was said, without the length of an ML-DSA key.
fn said(world: &World, ran: &Ran) -> String {
    ran.whole().replace(&ml_dsa_key(world), "<ML-DSA-44 vkey>")
}

/// Run each of these; all must succeed.
fn valid(world: &World, home: &Home, commands: &[&[&str]]) -> String {
    let mut all = String::new();
    for arguments in commands {
        let ran = home.done(&[&["verify"], *arguments].concat());
        let line = arguments
            .join(" ")
            .replace(&ml_dsa_key(world), "<ML-DSA-44 vkey>");
        writeln!(all, "$ undersigned verify {line}\n{}", said(world, &ran)).expect("a String");
    }
    all
}

fn files(world: &World) -> Home {
    let home = Home::new();
    let receipt = world.receipt(PERSON);
    home.write("receipt.json", receipt.to_bytes());
    home.write("public.json", receipt.public().to_bytes());
    home.write("count.attestation", attestation(world));
    home.write("policy", world.policy());
    let delivery = Delivery::new(&attestation(world), "https://petitions.example.org");
    let delivery = delivery.expect("it holds");
    home.write("pack.json", delivery.pack_json());
    home.write("pack.zip", delivery.pack().expect("a pack"));
    home
}

#[test]
fn good_files_are_valid() {
    let world = World::new(Shape::Single);
    let home = files(&world);
    let journaled = world.ledger.journaled(TALLY);
    home.write("tally", &journaled.tally);
    home.write("tally.proof", &journaled.proof);
    let commands: &[&[&str]] = &[
        &["receipt.json", "--policy", "policy"],
        &["public.json", "--vkey", &ml_dsa_key(&world)],
        &["receipt.json"],
        &["receipt.json", "--policy", "policy", "--json"],
        &["count.attestation", "--policy", "policy"],
        &["count.attestation", "--json"],
        &["pack.json", "--policy", "policy"],
        &["pack.zip"],
        &["tally.proof", "--leaf", "tally", "--policy", "policy"],
    ];
    insta::assert_snapshot!(valid(&world, &home, commands));
}

#[test]
fn files_of_two_instances_are_valid() {
    let world = World::new(Shape::Split);
    let home = files(&world);
    let commands: &[&[&str]] = &[
        &["receipt.json", "--policy", "policy"],
        &["count.attestation", "--policy", "policy"],
        &["count.attestation"],
    ];
    insta::assert_snapshot!(valid(&world, &home, commands));
}

fn proof(receipt: &mut Receipt) -> &mut InclusionProof {
    receipt.proof.as_mut().expect("proven")
}

#[test]
fn anything_tampered_with_is_not() {
    let world = World::new(Shape::Single);
    let home = Home::new();
    let whole = world.receipt(PERSON);
    let receipt = |change: &dyn Fn(&mut Receipt)| {
        let mut receipt = whole.clone();
        change(&mut receipt);
        receipt.to_bytes()
    };
    let attested = String::from_utf8(attestation(&world)).expect("text");
    let others = world.receipt(PERSON + 1);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (
            "another token",
            receipt(&|r| {
                proof(r).leaf[321] ^= 1;
                r.leaf = None;
            }),
        ),
        (
            "another leaf than its own",
            receipt(&|r| r.leaf.clone_from(&others.leaf)),
        ),
        ("another place", receipt(&|r| proof(r).index ^= 1)),
        ("another path", receipt(&|r| proof(r).path[0].0[0] ^= 1)),
        (
            "another size",
            receipt(&|r| {
                let tally = &mut proof(r).journaled.tally;
                *tally = tally.replace("signatures 5", "signatures 6");
            }),
        ),
        (
            "another title",
            receipt(&|r| r.manifest = r.manifest.replace("Keep", "Stop")),
        ),
        (
            "another promise",
            receipt(&|r| r.promise.clone_from(&others.promise)),
        ),
        (
            "another secret",
            receipt(&|r| r.private.as_mut().expect("private").secret[0] ^= 1),
        ),
        (
            "a name that was not given",
            receipt(&|r| {
                let private = r.private.as_mut().expect("private");
                private.disclosure = private.disclosure.replace("Person 2", "Person 3");
            }),
        ),
        ("no proof yet", receipt(&|r| r.proof = None)),
        ("half a receipt", whole.to_bytes()[..1000].to_vec()),
        (
            "a higher count",
            attested.replace("count 3", "count 4").into_bytes(),
        ),
        ("half an attestation", attested.as_bytes()[..500].to_vec()),
    ];
    let mut all = String::new();
    for (name, bytes) in cases {
        home.write("file", bytes);
        let ran = home.run(&["verify", "file"]);
        assert_eq!(ran.code, 1, "{name}: {}", ran.whole());
        writeln!(all, "## {name}\n{}", said(&world, &ran)).expect("a String");
        let json = home.run(&["verify", "file", "--json"]);
        assert_eq!(json.code, 1, "{name}");
        assert_eq!(json.json()["valid"], false, "{name}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_changed_byte_of_a_shared_receipt_is_seen() {
    let world = World::new(Shape::Single);
    let home = files(&world);
    let bytes = home.read("public.json");
    let mut refused = 0;
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        home.write("file", changed);
        let ran = home.run(&["verify", "file", "--policy", "policy"]);
        // White space may become other white space; anything else means something.
        assert!(
            ran.code != 0 || bytes[at].is_ascii_whitespace(),
            "byte {at}: {}",
            ran.out
        );
        refused += u32::from(ran.code != 0);
    }
    assert!(refused > 30, "{refused}");
}

#[test]
fn who_is_not_trusted_proves_nothing() {
    let world = World::new(Shape::Single);
    let home = files(&world);
    let foreign = NoteSigner::new("petitions.example.org", &[1; 32]).expect("a key");
    let foreign = foreign.vkey().to_string();
    let more = format!(
        "witness w3 {}\ngroup all3 all w1 w2 w3\nquorum all3\n",
        third_witness()
    );
    let strict = world
        .policy()
        .replace("group both all w1 w2\nquorum both\n", &more);
    home.write("strict", strict);
    let mut all = String::new();
    for (name, trust) in [
        ("a foreign key", ["--vkey", &foreign]),
        ("a witness who did not sign", ["--policy", "strict"]),
    ] {
        for file in ["receipt.json", "count.attestation"] {
            let ran = home.run(&[&["verify", file], &trust[..]].concat());
            assert_eq!(ran.code, 1, "{}", ran.whole());
            writeln!(all, "## {name}, {file}\n{}", said(&world, &ran)).expect("a String");
        }
    }
    insta::assert_snapshot!(all);
}

fn third_witness() -> String {
    let witness = undersigned::tlog::cosignature::Ed25519Cosigner::new("w3.example", &[9; 32]);
    witness.expect("a name").vkey().to_string()
}

#[test]
fn what_cannot_be_looked_at_ends_with_2() {
    let world = World::new(Shape::Single);
    let home = files(&world);
    let journaled = world.ledger.journaled(TALLY);
    home.write("tally", &journaled.tally);
    home.write("tally.proof", &journaled.proof);
    home.write("text", "hello\n");
    home.write("broken", "log nonsense\nquorum none\n");
    let mut all = String::new();
    for arguments in [
        &["nowhere"][..],
        &["text"],
        &["tally.proof", "--policy", "policy"],
        &["tally.proof", "--leaf", "tally"],
        &["receipt.json", "--policy", "broken"],
        &["receipt.json", "--vkey", "nonsense"],
    ] {
        let ran = home.run(&[&["verify"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.whole());
        let line = arguments.join(" ");
        writeln!(all, "$ undersigned verify {line}\n{}", said(&world, &ran)).expect("a String");
    }
    insta::assert_snapshot!(all);
}
