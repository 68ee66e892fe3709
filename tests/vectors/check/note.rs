//! Notes, keys, checkpoints, cosignatures, policies and proofs that stand on them.

use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::cosignature::{Ed25519Cosigner, MlDsaCosigner};
use undersigned::tlog::note::{Note, NoteSigner, VerifiedNote, VerifierKey};
use undersigned::tlog::policy::{Policy, WitnessedCheckpoint};
use undersigned::tlog::size::TreeSize;
use undersigned::tlog::tlog_proof::TlogProof;
use undersigned::tlog::witness::AddCheckpoint;

use super::{body, same, text};
use crate::file::{Facts, Vector};

/// Parses and verifies the body with the keys in `vkey` fields.
fn verified(vector: &Vector) -> Result<VerifiedNote, String> {
    let note = Note::parse(&vector.body).map_err(text)?;
    same(note.to_bytes(), vector)?;
    let keys: Vec<VerifierKey> = vector
        .all("vkey")
        .map(|key| key.parse().expect("a key"))
        .collect();
    note.verify(&keys.iter().collect::<Vec<_>>()).map_err(text)
}

pub(super) fn note(vector: &Vector) -> Result<Facts, String> {
    let verified = verified(vector)?;
    let keys = verified.signatures().iter().map(|signature| &signature.key);
    Ok(keys
        .map(|key| ("signed-by", format!("{} {}", key.name(), key.id())))
        .collect())
}

pub(super) fn cosignature(vector: &Vector) -> Result<Facts, String> {
    let verified = verified(vector)?;
    let checkpoint = Checkpoint::of(&verified).map_err(text)?;
    let mut facts = Facts::new();
    for signature in verified.signatures() {
        let (name, id) = (signature.key.name(), signature.key.id());
        let time = signature
            .time
            .map_or_else(|| "none".to_owned(), |time| time.to_string());
        facts.push(("cosigned", format!("{name} {id} {time}")));
    }
    // Both algorithms are deterministic here: the seed gives the same line again.
    let line = |signature: &dyn std::fmt::Display| {
        vector.body.ends_with(format!("{signature}\n").as_bytes())
    };
    let time = verified.signatures()[0].time.unwrap_or_default();
    let name = verified.signatures()[0].key.name().as_str();
    if vector.opt("ed25519-seed").is_some() {
        let cosigner = Ed25519Cosigner::new(name, &vector.array("ed25519-seed")).map_err(text)?;
        assert!(
            line(&cosigner.sign(&checkpoint, time)),
            "the seed gives this signature"
        );
    }
    if vector.opt("ml-dsa-44-seed").is_some() {
        let cosigner = MlDsaCosigner::new(name, &vector.array("ml-dsa-44-seed")).map_err(text)?;
        assert!(
            line(&cosigner.sign(&checkpoint, time)),
            "the seed gives this signature"
        );
    }
    Ok(facts)
}

pub(super) fn vkey(vector: &Vector) -> Result<Facts, String> {
    let key: VerifierKey = vector.get("vkey").parse().map_err(text)?;
    if key.to_string() != vector.get("vkey") {
        return Err("prints differently".to_owned());
    }
    let (name, id) = (key.name().to_string(), key.id().to_string());
    let kind = format!("0x{:02x}", key.key_type().byte());
    Ok(vec![("name", name), ("id", id), ("type", kind)])
}

pub(super) fn signer_key(vector: &Vector) -> Result<Facts, String> {
    let signer: NoteSigner = vector.get("key").parse().map_err(text)?;
    if *signer.to_secret_text() != vector.get("key") {
        return Err("prints differently".to_owned());
    }
    Ok(vec![("vkey", signer.vkey().to_string())])
}

pub(super) fn checkpoint(vector: &Vector) -> Result<Facts, String> {
    let checkpoint = Checkpoint::parse(body(vector)?).map_err(text)?;
    same(checkpoint.to_string(), vector)?;
    let Checkpoint { origin, size, root } = checkpoint;
    Ok(vec![
        ("origin", origin),
        ("size", size.to_string()),
        ("root", root.to_string()),
    ])
}

pub(super) fn policy(vector: &Vector) -> Result<Facts, String> {
    let policy = Policy::parse(&vector.body).map_err(text)?;
    let quorum = if policy.requires_witnesses() {
        "required"
    } else {
        "none"
    };
    let logs = policy
        .logs()
        .iter()
        .map(|log| ("log", log.key.name().to_string()));
    let witnesses = policy
        .witnesses()
        .iter()
        .map(|w| ("witness", w.name.clone()));
    Ok(logs
        .chain(witnesses)
        .chain([("quorum", quorum.to_owned())])
        .collect())
}

/// The policy whose lines stand in `policy` fields.
pub(super) fn policy_of(vector: &Vector) -> Policy {
    let lines: Vec<&str> = vector.all("policy").collect();
    let text = lines.join("\n") + "\n";
    text.parse().expect("a policy")
}

fn witnessed(found: &WitnessedCheckpoint) -> Facts {
    let checkpoint = found.checkpoint();
    let mut facts = vec![
        ("origin", checkpoint.origin.clone()),
        ("size", checkpoint.size.to_string()),
    ];
    for witness in found.witnesses() {
        let time = witness
            .time
            .map_or_else(|| "none".to_owned(), |time| time.to_string());
        facts.push(("witnessed", format!("{} {time}", witness.name)));
    }
    facts
}

pub(super) fn quorum(vector: &Vector) -> Result<Facts, String> {
    let note = Note::parse(&vector.body).map_err(text)?;
    Ok(witnessed(&policy_of(vector).verify(&note).map_err(text)?))
}

pub(super) fn tlog_proof(vector: &Vector) -> Result<Facts, String> {
    let proof: TlogProof = body(vector)?.parse().map_err(text)?;
    same(proof.to_string(), vector)?;
    let found = proof
        .verify(&vector.value("leaf"), &policy_of(vector))
        .map_err(text)?;
    let mut facts = witnessed(&found);
    facts.push(("index", proof.index().to_string()));
    facts.extend(proof.extra().map(|extra| ("extra", hex::encode(extra))));
    Ok(facts)
}

/// Without a `vkey` the request is parsed only.
pub(super) fn witness(vector: &Vector) -> Result<Facts, String> {
    let request = AddCheckpoint::parse(&vector.body).map_err(text)?;
    same(request.to_string(), vector)?;
    let checkpoint = request.checkpoint();
    let mut facts = vec![
        ("old", request.old().to_string()),
        ("origin", checkpoint.origin.clone()),
        ("size", checkpoint.size.to_string()),
    ];
    let keys = vector.all("vkey").map(|key| key.parse().expect("a key"));
    let keys: Vec<VerifierKey> = keys.collect();
    if keys.is_empty() {
        return Ok(facts);
    }
    let signed = request.verify(&keys.iter().collect::<Vec<_>>());
    for line in signed.map_err(text)? {
        facts.push(("signed-by", format!("{} {}", line.name(), line.id())));
    }
    let latest = vector.opt("latest-size").map(|size| Checkpoint {
        origin: checkpoint.origin.clone(),
        size: TreeSize(size.parse().expect("a size")),
        root: vector.value("latest-root"),
    });
    request.continues(latest.as_ref()).map_err(text)?;
    Ok(facts)
}
