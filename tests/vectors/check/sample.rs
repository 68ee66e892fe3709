//! Sample audits.

use undersigned::protocol::sample::{Draw, Opening};

use super::note::policy_of;
use super::text;
use crate::file::{Facts, Vector};
use crate::world::beacon::Bls;

pub(super) fn draw(vector: &Vector) -> Result<Facts, String> {
    let draw = Draw::parse(&vector.body).map_err(text)?;
    super::same(draw.to_bytes(), vector)?;
    let drawn = draw.verify(&policy_of(vector), &Bls).map_err(text)?;
    let mut facts = vec![
        ("petition", drawn.frame.manifest.id().to_string()),
        ("seed", hex::encode(drawn.seed.0)),
        ("randomness", hex::encode(drawn.randomness)),
        ("round-time", drawn.round_time.to_string()),
    ];
    facts.extend(
        drawn
            .entries
            .iter()
            .map(|index| ("entry", index.to_string())),
    );
    Ok(facts)
}

pub(super) fn opening(vector: &Vector) -> Result<Facts, String> {
    let opening = Opening::parse(&vector.body).map_err(text)?;
    super::same(opening.to_bytes(), vector)?;
    let mut facts = vec![
        ("petition", opening.petition.to_string()),
        ("draw", hex::encode(opening.draw)),
    ];
    let indices = opening.records.iter();
    facts.extend(indices.map(|record| ("record", record.index.to_string())));
    Ok(facts)
}
