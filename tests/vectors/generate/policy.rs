//! Policies.

use undersigned::tlog::cosignature::Ed25519Cosigner;
use undersigned::tlog::note::NoteSigner;

use super::replaced;
use crate::file::Case;
use crate::world::{second_witness, seed};

pub(super) fn log() -> NoteSigner {
    NoteSigner::new("log.example", &seed(1)).expect("a name")
}

/// Witness 0 to 5: X1 X2 X3 Y1 Y2 Y3 of the example.
pub(super) fn witness(number: u8) -> Ed25519Cosigner {
    let name = format!("w{number}.example");
    Ed25519Cosigner::new(&name, &seed(30 + number)).expect("a name")
}

/// The example of tlog-policy, with keys.
pub(super) fn example() -> String {
    let key = |number| witness(number).vkey();
    format!(
        "log {}\n\nwitness X1 {}\nwitness X2 {}\nwitness X3 {}\ngroup X-witnesses 2 X1 X2 X3\n\n\
         witness Y1 {}\nwitness Y2 {}\nwitness Y3 {}\ngroup Y-witnesses any Y1 Y2 Y3\n\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log().vkey(),
        key(0),
        key(1),
        key(2),
        key(3),
        key(4),
        key(5)
    )
}

pub(super) fn cases() -> Vec<Case> {
    let (l, w) = (log().vkey(), witness(0).vkey());
    let w2 = witness(1).vkey();
    let same_key = Ed25519Cosigner::new("other.example", &seed(30))
        .expect("a name")
        .vkey();
    let same_log = NoteSigner::new("other.example", &seed(1))
        .expect("a name")
        .vkey();
    let accept = |name, about, body: &str| Case::accept("policy", name, about).body(body);
    let reject = |name, about, reason: &str, body: &str| {
        Case::reject("policy", name, about, &format!("policy line {reason}")).body(body)
    };
    let threshold = "a threshold is any, all, or from 1 to the number of members";
    let witnesses = ["X1", "X2", "X3", "Y1", "Y2", "Y3"];
    let quorum = "a policy has exactly one quorum line";
    let undefined = "this name is not defined on a line above";
    let two = format!("witness A {w}\nwitness B {w2}\n");
    vec![
        accept("c2sp-example", "The example of the specification, with keys.", &example())
            .field("log", "log.example").fields("witness", witnesses).field("quorum", "required"),
        accept("none", "Logs without witnesses.", &format!("log {l}\nquorum none\n")).field("log", "log.example").field("quorum", "none"),
        accept("no-logs", "Only the quorum is mandatory.", "quorum none\n").field("quorum", "none"),
        accept("whitespace-and-comments", "Tabs, spaces, blank lines, comments, and a log after the quorum.",
            &format!("# comment\n\t# another\n \t\n witness\tA   {w}  https://w.example/ \nquorum A\nlog {l} https://log.example/\n"))
            .field("log", "log.example").field("witness", "A").field("quorum", "required"),
        accept("ml-dsa-witness", "A witness with an ML-DSA-44 key.", &format!("witness A {}\nquorum A\n", second_witness().vkey()))
            .field("witness", "A").field("quorum", "required"),
        Case::accept("policy", "name-not-utf8", "Names are opaque octets: K is not the Kelvin sign, nor 0xff.")
            .field("witness", "K").field("witness", "\u{212a}").field("quorum", "required")
            .body([format!("witness K {w}\nwitness \u{212a} {w2}\ngroup ").as_bytes(), b"\xff any K \xe2\x84\xaa\nquorum \xff\n"].concat()),
        reject("empty", "A policy has a quorum line.", &format!("1: {quorum}"), ""),
        reject("no-quorum", "A policy has a quorum line.", &format!("2: {quorum}"), &format!("log {l}\n")),
        reject("two-quorums", "And only one.", &format!("2: {quorum}"), "quorum none\nquorum none\n"),
        reject("no-final-newline", "The file may have been cut short.", "2: the last line does not end in a newline", &format!("log {l}\nquorum none")),
        reject("cr", "Lines end in a newline alone.", "1: control character 0x0d", "quorum none\r\n"),
        reject("del", "The only control characters are tab and newline.", "1: control character 0x7f", "quorum none\u{7f}\n"),
        reject("keyword", "A word that is not known.", "1: a line begins with log, witness, group or quorum", "quorums none\n"),
        reject("keyword-case", "Words are lower case.", "1: a line begins with log, witness, group or quorum", "Quorum none\n"),
        reject("comment-at-end", "A comment is a line of its own.", "1: expected `quorum <name>`", "quorum none # comment\n"),
        reject("quorum-undefined", "The quorum names something above.", &format!("1: {undefined}"), &format!("quorum A\nwitness A {w}\n")),
        reject("log-without-key", "A log has a key.", "1: expected `log <vkey> [<url>]`", "log\nquorum none\n"),
        reject("log-two-urls", "And at most one URL.", "1: expected `log <vkey> [<url>]`", &format!("log {l} a b\nquorum none\n")),
        reject("log-bad-key", "The key does not parse.", "1: the key's id is", &replaced(&format!("log {l}\nquorum none\n"), &l.id().to_string(), "00000000")),
        reject("log-duplicate", "One public key under two names.", "2: this public key was listed before", &format!("log {l}\nlog {same_log}\nquorum none\n")),
        reject("witness-without-name", "A witness has a name.", "1: expected `witness <name> <vkey> [<url>]`", &format!("witness {w}\nquorum none\n")),
        reject("witness-note-key", "A note key does not cosign.", "1: a witness has a cosignature key (0x04 or 0x06)", &format!("witness A {l}\nquorum none\n")),
        reject("witness-duplicate-key", "One public key under two names.", "2: this public key was listed before", &format!("witness A {w}\nwitness B {same_key}\nquorum none\n")),
        reject("witness-duplicate-name", "A name is defined once.", "2: this name is taken", &format!("witness A {w}\nwitness A {w2}\nquorum none\n")),
        reject("witness-named-none", "The name none is predefined.", "1: this name is taken", &format!("witness none {w}\nquorum none\n")),
        reject("group-takes-witness-name", "Groups and witnesses share their names.", "3: this name is taken", &format!("{two}group A any B\nquorum none\n")),
        reject("group-empty", "A group has members.", "1: expected `group <name> any|all|<k> <name>...`", "group G any\nquorum none\n"),
        reject("group-none-member", "None is no member.", &format!("1: {undefined}"), "group G any none\nquorum none\n"),
        reject("group-undefined", "Members are defined above.", &format!("3: {undefined}"), &format!("{two}group G any A C\nquorum G\n")),
        reject("group-of-itself", "So no group holds itself.", &format!("3: {undefined}"), &format!("{two}group G any A G\nquorum G\n")),
        reject("group-member-twice", "A name is a member once.", "3: a name is a member of one group at most, and once", &format!("{two}group G 2 A A\nquorum G\n")),
        reject("member-of-two-groups", "And of one group.", "4: a name is a member of one group at most, and once", &format!("{two}group G any A\ngroup H any A\nquorum G\n")),
        reject("threshold-zero", "At least one.", &format!("3: {threshold}"), &format!("{two}group G 0 A B\nquorum G\n")),
        reject("threshold-above", "At most all.", &format!("3: {threshold}"), &format!("{two}group G 3 A B\nquorum G\n")),
        reject("threshold-leading-zero", "One spelling for each number.", &format!("3: {threshold}"), &format!("{two}group G 01 A B\nquorum G\n")),
        reject("threshold-word", "Neither a number nor any nor all.", &format!("3: {threshold}"), &format!("{two}group G most A B\nquorum G\n")),
    ]
}
