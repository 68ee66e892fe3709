//! Petitions: leaves, manifests, statements, receipts, attestations.

use undersigned::protocol::attestation::Attestation;
use undersigned::protocol::commitment::{Disclosure, commit};
use undersigned::protocol::evidence::Evidence;
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{PetitionSignature, Strike, Withdrawal, unique_key};
use undersigned::protocol::manifest::Manifest;
use undersigned::protocol::promise::Promise;
use undersigned::protocol::receipt::Receipt;
use undersigned::protocol::saying::Saying;
use undersigned::protocol::statement::{DateChange, Statement};
use undersigned::protocol::tally::Tally;
use undersigned::protocol::withdrawal::{verify_strike, verify_withdrawal};
use undersigned::tlog::hash::leaf_hash;

use super::note::policy_of;
use super::{body, same, text};
use crate::file::{Facts, Vector};

pub(super) fn leaf(vector: &Vector) -> Result<Facts, String> {
    let tree: Tree = vector.get("tree").parse().map_err(text)?;
    let bytes = vector.hex("leaf");
    let unique = unique_key(tree, &bytes).map_err(text)?;
    let hash = leaf_hash(&bytes).to_string();
    Ok(vec![("unique", hex::encode(unique)), ("leaf-hash", hash)])
}

pub(super) fn commitment(vector: &Vector) -> Result<Facts, String> {
    let disclosure = Disclosure::parse(&vector.body).map_err(text)?;
    let commitment = commit(
        PetitionId(vector.array("petition")),
        &vector.array("salt"),
        &disclosure,
    );
    let fields = disclosure.fields();
    let given = [
        ("name", fields.name),
        ("region", fields.region),
        ("comment", fields.comment),
    ];
    let given = given
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    Ok([("commitment", hex::encode(commitment))]
        .into_iter()
        .chain(given)
        .collect())
}

pub(super) fn manifest(vector: &Vector) -> Result<Facts, String> {
    let manifest = Manifest::parse(&vector.body).map_err(text)?;
    same(manifest.bytes(), vector)?;
    let vkeys = Tree::ALL.map(|tree| ("tree-vkey", manifest.tree_vkey(tree).to_string()));
    Ok([("petition", manifest.id().to_string())]
        .into_iter()
        .chain(vkeys)
        .collect())
}

pub(super) fn tally(vector: &Vector) -> Result<Facts, String> {
    let tally = Tally::parse(body(vector)?).map_err(text)?;
    same(tally.to_string(), vector)?;
    let totals = tally.totals();
    let (count, ceiling) = (totals.count().to_string(), totals.ceiling().to_string());
    Ok(vec![
        ("petition", tally.petition.to_string()),
        ("count", count),
        ("ceiling", ceiling),
    ])
}

/// The manifest that a statement is about stands in the `manifest` field, unless the
/// statement holds it; `keeper` is the key of the journal.
pub(super) fn statement(vector: &Vector) -> Result<Facts, String> {
    let statement = Statement::parse(&vector.body).map_err(text)?;
    let outer = vector
        .opt("manifest")
        .map(|text| Manifest::parse(text.as_bytes()));
    let outer = outer.transpose().expect("a manifest");
    let manifest = match (&statement, &outer) {
        (Statement::Published(manifest, _), _) => Some(&**manifest),
        (_, outer) => outer.as_ref(),
    };
    if let Some(manifest) = manifest {
        statement
            .verify(manifest, &vector.value("keeper"))
            .map_err(text)?;
    }
    let kind = match &statement {
        Statement::Published(..) => "published",
        Statement::Tally(_) => "tally",
        Statement::Closed { .. } => "closed",
        Statement::Dated {
            change: DateChange::Later,
            ..
        } => "extended",
        Statement::Dated {
            change: DateChange::Earlier,
            ..
        } => "closing",
        Statement::Said { saying, .. } => match saying {
            Saying::Delivered { .. } => "delivered",
            Saying::Answered { .. } => "answered",
            Saying::Withheld { .. } => "withheld",
            Saying::Erased { .. } => "erased",
            Saying::Opened { .. } => "opened",
            Saying::Audited(_) => "audited",
            Saying::Goal { .. } => "goal",
        },
        Statement::Other(_) => "other",
    };
    let petition = statement.petition().map(|id| ("petition", id.to_string()));
    Ok([("kind", kind.to_owned())]
        .into_iter()
        .chain(petition)
        .collect())
}

pub(super) fn promise(vector: &Vector) -> Result<Facts, String> {
    let promise = Promise::open(&vector.body, &vector.value("vkey")).map_err(text)?;
    Ok(vec![
        ("petition", promise.petition.to_string()),
        ("leaf-hash", promise.leaf.to_string()),
        ("by", promise.by.to_string()),
    ])
}

pub(super) fn receipt(vector: &Vector) -> Result<Facts, String> {
    let receipt = Receipt::parse(&vector.body).map_err(text)?;
    let verified = receipt.verify(&policy_of(vector)).map_err(text)?;
    let tally = verified.included.tally.tally();
    Ok(vec![
        ("petition", verified.manifest.id().to_string()),
        ("index", verified.included.index.to_string()),
        ("as-of", tally.time.to_string()),
        ("owned", verified.owned.to_string()),
    ])
}

pub(super) fn attestation(vector: &Vector) -> Result<Facts, String> {
    let attestation = Attestation::parse(&vector.body).map_err(text)?;
    let verified = attestation.verify(&policy_of(vector)).map_err(text)?;
    Ok(vec![
        ("petition", verified.manifest.id().to_string()),
        ("count", verified.totals.count().to_string()),
        ("ceiling", verified.totals.ceiling().to_string()),
        ("as-of", verified.as_of.to_string()),
    ])
}

pub(super) fn evidence(vector: &Vector) -> Result<Facts, String> {
    let evidence = Evidence::parse(&vector.body).map_err(text)?;
    same(evidence.to_file(), vector)?;
    let proven = evidence.verify(&policy_of(vector)).map_err(text)?;
    assert!(!proven.keys.is_empty());
    Ok(vec![
        ("kind", evidence.claim().kind().to_owned()),
        ("against", proven.origin),
        ("proven", proven.fact.to_string()),
    ])
}

pub(super) fn withdrawal(vector: &Vector) -> Result<Facts, String> {
    let leaf = PetitionSignature::parse(&vector.hex("leaf")).map_err(text)?;
    let withdrawal = Withdrawal::parse(&vector.hex("withdrawal")).map_err(text)?;
    let petition = PetitionId(vector.array("petition"));
    verify_withdrawal(petition, &leaf, &withdrawal).map_err(text)?;
    Ok(vec![("index", withdrawal.index.to_string())])
}

pub(super) fn strike(vector: &Vector) -> Result<Facts, String> {
    let strike = Strike::parse(&vector.hex("strike")).map_err(text)?;
    let (petition, key) = (
        PetitionId(vector.array("petition")),
        vector.array("strike-key"),
    );
    let roll_leaf = leaf_hash(&vector.hex("leaf"));
    verify_strike(petition, &key, &roll_leaf, &strike).map_err(text)?;
    Ok(vec![
        ("index", strike.index.to_string()),
        ("reason-code", (strike.reason as u8).to_string()),
    ])
}
