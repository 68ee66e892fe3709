//! The file's form.

use undersigned::protocol::evidence::{Claim, Evidence};

use super::{Worlds, promise};
use crate::file::Case;
use crate::generate::replaced;
use crate::world::PUBLISHED;

pub(super) fn cases(Worlds { single, .. }: &Worlds) -> Vec<Case> {
    let claim = Claim::BrokenPromise(promise::broken(single, PUBLISHED - 100));
    let evidence = Evidence::new(Some(&single.petition.manifest), claim);
    let text = String::from_utf8(evidence.to_file()).expect("JSON");
    let policy = single.policy();
    let reject = |name, about, reason: &str, body: &str| {
        Case::reject("evidence", name, about, reason)
            .fields("policy", policy.lines())
            .body(body)
    };
    let changed = |name, about, reason: &str, from: &str, to: &str| {
        reject(name, about, reason, &replaced(&text, from, to))
    };
    let first = "\"format\"";
    vec![
        reject("file-empty", "Nothing.", "not an evidence file: EOF", ""),
        reject(
            "file-list",
            "An object, not a list of its values.",
            "not an evidence file: ",
            "[\"undersigned/evidence/v1\",{}]",
        ),
        changed(
            "file-format",
            "Another version.",
            "evidence format \"undersigned/evidence/v2\" is unknown",
            "evidence/v1",
            "evidence/v2",
        ),
        changed(
            "file-kind",
            "A kind that nobody knows.",
            "not an evidence file: unknown variant `bad-promise`",
            "broken-promise",
            "bad-promise",
        ),
        changed(
            "file-unknown-key",
            "A key that nobody knows.",
            "not an evidence file: unknown field `note`",
            first,
            "\"note\":1,\"format\"",
        ),
        changed(
            "file-unknown-key-in-claim",
            "Inside neither.",
            "not an evidence file: unknown field `note`",
            "\"before\"",
            "\"note\":1,\"before\"",
        ),
        changed(
            "file-duplicate-key",
            "One value for each key.",
            "not an evidence file: duplicate field `format`",
            first,
            "\"format\":\"\",\"format\"",
        ),
        changed(
            "file-duplicate-key-in-claim",
            "Inside neither.",
            "not an evidence file: duplicate field `tally`",
            "\"tally\": 2",
            "\"tally\": 1, \"tally\": 2",
        ),
        changed(
            "file-duplicate-kind",
            "Two claims.",
            "not an evidence file: duplicate field `kind`",
            "\"kind\"",
            "\"kind\":\"uncovered\",\"kind\"",
        ),
        changed(
            "file-null",
            "A key without a value is left out.",
            "not an evidence file: a value is written another way",
            "\"before\"",
            "\"registrar\":null,\"before\"",
        ),
        changed(
            "file-no-head",
            "A key that is misspelt.",
            "not an evidence file: unknown field `heads`",
            "\"head\"",
            "\"heads\"",
        ),
        reject(
            "file-manifest",
            "A petition that is none.",
            "manifest: ",
            &text.replacen("keep the night train.", "keep the night train.\\u0000", 1),
        ),
    ]
}
