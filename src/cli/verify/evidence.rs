//! Whether evidence of a broken rule or promise holds, and against whom.

use serde::Deserialize;
use serde_json::json;

use super::judge::title;
use super::said::{Verdict, short as short_key};
use super::trust::Trust;
use crate::cli::output::short;
use crate::cli::stop::stop;
use crate::cli::when::rfc3339;
use crate::protocol::evidence::{Evidence, FORMAT, Fact, Proven};
use crate::protocol::manifest::Manifest;

/// What the file is.
pub(super) const KIND: &str = "evidence";

/// Whether a JSON document says that it is evidence, of any version.
pub(super) fn is_evidence(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Any {
        format: String,
    }
    let family = FORMAT.trim_end_matches("v1");
    serde_json::from_slice(bytes).is_ok_and(|any: Any| any.format.starts_with(family))
}

/// Look. An error means that it could not be looked at.
pub(super) fn judge(bytes: &[u8], trust: &Trust) -> anyhow::Result<Verdict> {
    let evidence = match Evidence::parse(bytes) {
        Ok(evidence) => evidence,
        Err(error) => return Ok(Verdict::invalid(KIND, &error)),
    };
    let manifest = match evidence.manifest() {
        Ok(manifest) => manifest,
        Err(error) => return Ok(Verdict::invalid(KIND, &error)),
    };
    let policy = match (&manifest, trust.own()) {
        (_, Some(policy)) => policy.clone(),
        (Some(manifest), None) => trust.policy(manifest),
        (None, None) => {
            return Err(stop(
                "this evidence is about a journal and names no keys",
                "say whom to trust, with --policy or --vkey",
            ));
        }
    };
    Ok(match evidence.verify(&policy) {
        Ok(proven) => valid(&evidence, manifest.as_ref(), &proven),
        Err(error) => Verdict::invalid(KIND, &error),
    })
}

fn valid(evidence: &Evidence, manifest: Option<&Manifest>, proven: &Proven) -> Verdict {
    let about = manifest.filter(|_| proven.petition.is_some());
    let keys: Vec<String> = proven.keys.iter().map(short_key).collect();
    let mut line = proven.to_string();
    if let Fact::BrokenPromise { by, .. } = &proven.fact {
        line.extend([" (due ", &rfc3339(*by), ")"]);
    }
    if let Some(manifest) = about {
        let (id, title) = (short(&manifest.id()), title(manifest));
        line.extend(["; petition ", &id, " \"", title, "\""]);
    }
    line.extend(["; signed by ", &keys.join(", ")]);
    let mut facts = json!({
        "claim": evidence.claim().kind(),
        "against": proven.origin,
        "keys": keys,
        "proven": proven.fact,
        "text": proven.to_string(),
    });
    let members = facts.as_object_mut().expect("an object was just made");
    if let Some(manifest) = about {
        members.insert("petition".to_owned(), json!(manifest.id()));
        members.insert("title".to_owned(), json!(title(manifest)));
    }
    Verdict::Valid {
        kind: KIND,
        line,
        facts,
    }
}
