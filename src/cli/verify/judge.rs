//! What a file is, and whether it holds.

use serde_json::json;

use super::evidence;
use super::said::{Verdict, short as short_key, signers, signers_json};
use super::sample;
use super::trust::Trust;
use crate::cli::output::{number, short};
use crate::cli::stop::stop;
use crate::cli::when::rfc3339;
use crate::delivery;
use crate::protocol::attestation::{self, Attestation, VerifiedAttestation};
use crate::protocol::ids::Tree;
use crate::protocol::manifest::Manifest;
use crate::protocol::receipt::{Receipt, ReceiptError, VerifiedReceipt};
use crate::protocol::saying::AUDITED;
use crate::tlog::hash::leaf_hash;
use crate::tlog::tlog_proof::TlogProof;

/// A file that can be checked.
pub(super) enum Subject<'a> {
    /// A receipt's bytes.
    Receipt(&'a [u8]),
    /// An attestation's bytes.
    Attestation(&'a [u8]),
    /// What was delivered to the recipients, zipped or as JSON.
    Pack(&'a [u8]),
    /// Evidence of a broken rule or promise.
    Evidence(&'a [u8]),
    /// What a sample audit looks at.
    Draw(&'a [u8]),
    /// A sample audit's report, and the draw if it was given.
    Report(&'a [u8], Option<Vec<u8>>),
    /// A bare proof, and the entry that it is about if it was given.
    Proof(&'a [u8], Option<Vec<u8>>),
}

impl<'a> Subject<'a> {
    /// By its first characters.
    pub(super) fn detect(
        bytes: &'a [u8],
        leaf: Option<Vec<u8>>,
        draw: Option<Vec<u8>>,
    ) -> Option<Self> {
        let start = bytes.trim_ascii_start();
        if delivery::is_pack(bytes) {
            Some(Self::Pack(bytes))
        } else if start.starts_with(b"{") {
            Some(if evidence::is_evidence(bytes) {
                Self::Evidence(bytes)
            } else if sample::is_draw(bytes) {
                Self::Draw(bytes)
            } else {
                Self::Receipt(bytes)
            })
        } else if bytes.starts_with(attestation::HEADER.as_bytes()) {
            Some(Self::Attestation(bytes))
        } else if bytes.starts_with(AUDITED.as_bytes()) {
            Some(Self::Report(bytes, draw))
        } else if bytes.starts_with(b"c2sp.org/tlog-proof@") {
            Some(Self::Proof(bytes, leaf))
        } else {
            None
        }
    }
}

/// Look. An error means that it could not be looked at.
pub(super) fn judge(subject: &Subject, trust: &Trust) -> anyhow::Result<Verdict> {
    match subject {
        Subject::Receipt(bytes) => Ok(receipt(bytes, trust)),
        Subject::Draw(bytes) => Ok(sample::draw(bytes, trust)),
        Subject::Report(bytes, draw) => sample::report(bytes, draw.as_deref(), trust),
        Subject::Attestation(bytes) => Ok(attestation(bytes, trust)),
        Subject::Pack(bytes) => Ok(match delivery::attestation_in(bytes) {
            Ok(bytes) => attestation(&bytes, trust),
            Err(error) => Verdict::invalid("pack", &error),
        }),
        Subject::Evidence(bytes) => evidence::judge(bytes, trust),
        Subject::Proof(bytes, leaf) => proof(bytes, leaf.as_deref(), trust),
    }
}

fn receipt(bytes: &[u8], trust: &Trust) -> Verdict {
    const KIND: &str = "receipt";
    let verified = Receipt::parse(bytes).and_then(|receipt| {
        let manifest = receipt.manifest()?;
        receipt.verify(&trust.policy(&manifest))
    });
    match verified {
        Ok(verified) => valid_receipt(KIND, &verified),
        Err(error @ ReceiptError::Unproven) => Verdict::Invalid {
            kind: KIND,
            reason: error.to_string(),
            early: true,
        },
        Err(error) => Verdict::invalid(KIND, &error),
    }
}

pub(super) fn title(manifest: &Manifest) -> &str {
    &manifest.terms().title[0].text
}

fn valid_receipt(kind: &'static str, receipt: &VerifiedReceipt) -> Verdict {
    let manifest = &receipt.manifest;
    let included = &receipt.included;
    let checkpoint = included.tally.checkpoint();
    let as_of = included.tally.tally().time;
    let keys = manifest.journal_vkeys(Tree::Signatures);
    Verdict::Valid {
        kind,
        line: format!(
            "signature #{} is in the ledger of petition {} \"{}\" as of {}; {}{}",
            included.index,
            short(&manifest.id()),
            title(manifest),
            rfc3339(as_of),
            signers(keys, checkpoint),
            if receipt.owned {
                "; the secret in this file owns it"
            } else {
                ""
            },
        ),
        facts: json!({
            "petition": manifest.id(),
            "title": title(manifest),
            "index": included.index,
            "as_of": as_of,
            "as_of_text": rfc3339(as_of),
            "owned": receipt.owned,
            "totals": included.tally.tally().totals(),
            "journal": signers_json(keys, checkpoint),
        }),
    }
}

fn attestation(bytes: &[u8], trust: &Trust) -> Verdict {
    const KIND: &str = "attestation";
    let verified = Attestation::parse(bytes)
        .and_then(|attestation| attestation.verify(&trust.policy(attestation.manifest())));
    match verified {
        Ok(verified) => valid_attestation(KIND, &verified),
        Err(error) => Verdict::invalid(KIND, &error),
    }
}

fn valid_attestation(kind: &'static str, attestation: &VerifiedAttestation) -> Verdict {
    let manifest = &attestation.manifest;
    let totals = &attestation.totals;
    let checkpoint = attestation.ledger.checkpoint();
    let keys = manifest.journal_vkeys(Tree::Signatures);
    let organiser: Vec<String> = attestation
        .signed
        .signatures()
        .iter()
        .map(|s| short_key(&s.key))
        .collect();
    let count = if totals.strikes > 0 {
        format!(
            "at least {}, at most {}",
            number(totals.count()),
            number(totals.ceiling())
        )
    } else {
        number(totals.count())
    };
    Verdict::Valid {
        kind,
        line: format!(
            "petition {} \"{}\" has {count} signatures as of {} (R {}, S {}, W {}, X {}); attested \
             by {} ({}); {}",
            short(&manifest.id()),
            title(manifest),
            rfc3339(attestation.as_of),
            totals.roll,
            totals.signatures,
            totals.withdrawals,
            totals.strikes,
            manifest.terms().organiser.name,
            organiser.join(", "),
            signers(keys, checkpoint),
        ),
        facts: json!({
            "petition": manifest.id(),
            "title": title(manifest),
            "count": totals.count(),
            "ceiling": totals.ceiling(),
            "totals": totals,
            "as_of": attestation.as_of,
            "as_of_text": rfc3339(attestation.as_of),
            "organiser": manifest.terms().organiser.name,
            "organiser_keys": organiser,
            "journal": signers_json(keys, checkpoint),
        }),
    }
}

fn proof(bytes: &[u8], leaf: Option<&[u8]>, trust: &Trust) -> anyhow::Result<Verdict> {
    const KIND: &str = "tlog-proof";
    let leaf = leaf.ok_or_else(|| {
        stop(
            "a tlog-proof does not hold the entry that it is about",
            "give it with --leaf",
        )
    })?;
    let policy = trust.own().ok_or_else(|| {
        stop(
            "a tlog-proof names no keys",
            "say whom to trust, with --policy or --vkey",
        )
    })?;
    let text = String::from_utf8_lossy(bytes);
    let verified = text.parse::<TlogProof>().and_then(|proof| {
        let checkpoint = proof.verify(&leaf_hash(leaf), policy)?;
        Ok((proof.index().0, checkpoint))
    });
    Ok(match verified {
        Ok((index, checkpoint)) => Verdict::Valid {
            kind: KIND,
            line: format!(
                "entry #{index} is in a log of {} entries; {}",
                checkpoint.checkpoint().size.0,
                signers(checkpoint.log_keys(), &checkpoint)
            ),
            facts: json!({
                "index": index,
                "journal": signers_json(checkpoint.log_keys(), &checkpoint),
            }),
        },
        Err(error) => Verdict::invalid(KIND, &error),
    })
}
