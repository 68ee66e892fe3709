//! What `undersigned verify` says about good, tampered and foreign files.

use undersigned::tlog::note::NoteSigner;

use crate::support::{Home, Ran};
use crate::world::World;

/// What was said, with the petition's id, which follows from a random-looking key, made plain.
fn said(world: &World, ran: &Ran) -> String {
    let id = world.manifest.id().to_string();
    let mut text = ran.whole().replace(&id, "<id>").replace(&id[..12], "<id>");
    for (key, name) in world
        .vkeys
        .iter()
        .zip(["<ed25519 vkey>", "<ml-dsa-44 vkey>"])
    {
        text = text.replace(key.as_str(), name);
    }
    text
}

fn other_key() -> String {
    NoteSigner::new("petitions.example.org", &[1; 32])
        .expect("a key")
        .vkey()
        .to_string()
}

#[test]
fn good_files_are_valid() {
    let (world, home) = (World::new(), Home::new());
    home.write("receipt.json", world.receipt.to_bytes());
    home.write("public.json", world.receipt.public().to_bytes());
    home.write("count.attestation", &world.attestation);
    home.write("tally.proof", &world.proof);
    home.write("tally", &world.tally);
    home.write("policy", format!("log {}\nquorum none\n", world.vkeys[0]));
    let mut all = String::new();
    for arguments in [
        &["receipt.json", "--policy", "policy"][..],
        &["public.json", "--vkey", &world.vkeys[1]],
        &["receipt.json"],
        &["receipt.json", "--json"],
        &["count.attestation", "--policy", "policy"],
        &["count.attestation", "--policy", "policy", "--json"],
        &["tally.proof", "--leaf", "tally", "--policy", "policy"],
    ] {
        let ran = home.done(&[&["verify"], arguments].concat());
        let line = arguments
            .join(" ")
            .replace(&world.vkeys[1], "<ml-dsa-44 vkey>");
        all += &format!("$ undersigned verify {line}\n{}\n", said(&world, &ran));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn anything_tampered_with_is_not() {
    let (world, home) = (World::new(), Home::new());
    let receipt = |change: &dyn Fn(&mut undersigned::protocol::receipt::Receipt)| {
        let mut receipt = world.receipt.clone();
        change(&mut receipt);
        receipt.to_bytes()
    };
    let attestation = String::from_utf8(world.attestation.clone()).expect("text");
    let flip = |bytes: &mut Vec<u8>| *bytes.last_mut().expect("not empty") ^= 1;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (
            "another leaf",
            receipt(&|r| flip(&mut r.proof.as_mut().expect("proven").leaf)),
        ),
        (
            "another place",
            receipt(&|r| r.proof.as_mut().expect("proven").index = 0),
        ),
        (
            "another path",
            receipt(&|r| r.proof.as_mut().expect("proven").path[0].0[0] ^= 1),
        ),
        (
            "another tally",
            receipt(&|r| {
                let tally = &mut r.proof.as_mut().expect("proven").journaled.tally;
                *tally = tally.replace("signatures 2", "signatures 3");
            }),
        ),
        (
            "another title",
            receipt(&|r| r.manifest = r.manifest.replace("Plant", "Fell")),
        ),
        (
            "another secret",
            receipt(&|r| r.private.as_mut().expect("private").secret[0] ^= 1),
        ),
        (
            "a name that was not given",
            receipt(&|r| {
                let private = r.private.as_mut().expect("private");
                private.disclosure = private.disclosure.replace("Signer", "Sinner");
            }),
        ),
        ("no proof yet", receipt(&|r| r.proof = None)),
        ("half a receipt", world.receipt.to_bytes()[..1000].to_vec()),
        (
            "a higher count",
            attestation.replace("count 1", "count 2").into_bytes(),
        ),
        ("half an attestation", world.attestation[..500].to_vec()),
    ];
    let mut all = String::new();
    for (name, bytes) in cases {
        home.write("file", bytes);
        let ran = home.run(&["verify", "file"]);
        assert_eq!(ran.code, 1, "{name}: {}", ran.whole());
        all += &format!("## {name}\n{}\n", said(&world, &ran));
        let json = home.run(&["verify", "file", "--json"]);
        assert_eq!(
            (json.code, &json.json()["valid"]),
            (1, &serde_json::Value::Bool(false))
        );
    }
    insta::assert_snapshot!(all);
}

#[test]
fn every_changed_byte_of_a_shared_receipt_is_seen_or_without_meaning() {
    let (world, home) = (World::new(), Home::new());
    let bytes = world.receipt.public().to_bytes();
    let mut refused = 0;
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        home.write("file", changed);
        let ran = home.run(&["verify", "file", "--vkey", &world.vkeys[0]]);
        // White space, or a file that is no longer JSON at its first byte.
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
fn a_foreign_key_proves_nothing() {
    let (world, home) = (World::new(), Home::new());
    home.write("receipt.json", world.receipt.to_bytes());
    home.write("count.attestation", &world.attestation);
    let mut all = String::new();
    for file in ["receipt.json", "count.attestation"] {
        let ran = home.run(&["verify", file, "--vkey", &other_key()]);
        assert_eq!(ran.code, 1, "{}", ran.whole());
        all += &format!(
            "$ undersigned verify {file} --vkey <foreign>\n{}\n",
            said(&world, &ran)
        );
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_cannot_be_looked_at_ends_with_2() {
    let (world, home) = (World::new(), Home::new());
    home.write("receipt.json", world.receipt.to_bytes());
    home.write("tally.proof", &world.proof);
    home.write("tally", &world.tally);
    home.write("text", "hello\n");
    home.write("policy", "log nonsense\nquorum none\n");
    let mut all = String::new();
    for arguments in [
        &["nowhere"][..],
        &["text"],
        &["tally.proof", "--policy", "policy"],
        &["tally.proof", "--leaf", "tally"],
        &["receipt.json", "--policy", "policy"],
        &["receipt.json", "--vkey", "nonsense"],
    ] {
        let ran = home.run(&[&["verify"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.whole());
        all += &format!(
            "$ undersigned verify {}\n{}\n",
            arguments.join(" "),
            said(&world, &ran)
        );
    }
    insta::assert_snapshot!(all);
}
