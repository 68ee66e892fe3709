//! Draws and reports of sample audits (`spec/audit-sample.md`).

use serde_json::json;

use super::said::{Verdict, signers, signers_json};
use super::trust::Trust;
use crate::cli::audit::sample::{bounds, words};
use crate::cli::output::{number, short};
use crate::cli::stop::stop;
use crate::cli::when::rfc3339;
use crate::client::beacon::Drand;
use crate::protocol::ids::Tree;
use crate::protocol::sample::{Confidence, DRAW, Draw, DrawError, VerifiedDraw};
use crate::protocol::saying::Saying;
use crate::protocol::statement::Statement;
use crate::tlog::note::KeyType;

/// Whether JSON says that it is a draw.
pub(super) fn is_draw(bytes: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Format {
        format: String,
    }
    serde_json::from_slice::<Format>(bytes).is_ok_and(|json| json.format == DRAW)
}

fn verified(bytes: &[u8], trust: &Trust) -> Result<VerifiedDraw, DrawError> {
    let draw = Draw::parse(bytes)?;
    draw.verify(&trust.policy(&draw.manifest()?), &Drand)
}

pub(super) fn draw(bytes: &[u8], trust: &Trust) -> Verdict {
    const KIND: &str = "draw";
    match verified(bytes, trust) {
        Ok(drawn) => {
            let frame = &drawn.frame;
            let keys = frame.manifest.journal_vkeys(Tree::Roll);
            let line = format!(
                "{} of {} entries were drawn for petition {} by round {} of {}; what they were drawn \
                 from was fixed by {}, {}",
                drawn.entries.len(),
                number(frame.remaining()),
                short(&frame.manifest.id()),
                frame.audit().round,
                rfc3339(drawn.round_time),
                rfc3339(frame.latest),
                signers(keys, &frame.checkpoint),
            );
            let facts = json!({
                "petition": frame.manifest.id(),
                "seed": hex::encode(drawn.seed.0),
                "entries": drawn.entries,
                "remaining": frame.remaining(),
                "round": frame.audit().round,
                "round_time": drawn.round_time,
                "fixed_by": frame.latest,
                "totals": frame.totals,
                "journal": signers_json(keys, &frame.checkpoint),
            });
            Verdict::Valid {
                kind: KIND,
                line,
                facts,
            }
        }
        Err(error @ DrawError::NotDrawn) => Verdict::Invalid {
            kind: KIND,
            reason: error.to_string(),
            early: true,
        },
        Err(error) => Verdict::invalid(KIND, &error),
    }
}

/// A report, against the draw that it is about.
pub(super) fn report(bytes: &[u8], draw: Option<&[u8]>, trust: &Trust) -> anyhow::Result<Verdict> {
    const KIND: &str = "audited";
    let draw = draw.ok_or_else(|| {
        stop(
            "a report names its draw and does not hold it",
            "give the draw with --draw",
        )
    })?;
    let drawn = match verified(draw, trust) {
        Ok(drawn) => drawn,
        Err(error) => return Ok(Verdict::invalid(KIND, &format!("draw: {error}"))),
    };
    let manifest = &drawn.frame.manifest;
    let keys = manifest.journal_vkeys(Tree::Roll);
    let keeper = keys.iter().find(|key| key.key_type() == KeyType::Ed25519);
    let keeper = keeper.expect("a manifest names two keys, Ed25519 first");
    let statement = Statement::parse(bytes).and_then(|s| s.verify(manifest, keeper).map(|()| s));
    let report = match statement {
        Ok(Statement::Said {
            petition,
            saying: Saying::Audited(report),
            ..
        }) if petition == manifest.id() && report.is_of(&drawn) => report,
        Ok(_) => return Ok(Verdict::invalid(KIND, &"this is about another draw")),
        Err(error) => return Ok(Verdict::invalid(KIND, &error)),
    };
    let audit = drawn.frame.audit();
    Ok(Verdict::Valid {
        kind: KIND,
        line: format!(
            "report by {} on petition {}, {}. {}",
            audit.auditor,
            short(&manifest.id()),
            rfc3339(report.on),
            words(&report),
        ),
        facts: json!({
            "petition": manifest.id(),
            "auditor": audit.auditor,
            "on": report.on,
            "draw": hex::encode(report.draw),
            "counts": report.counts,
            "totals": report.totals(),
            "bounds": Confidence::ALL.map(|c| bounds(&report, c)),
        }),
    })
}
