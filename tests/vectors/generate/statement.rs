//! Statements and promises.

use undersigned::protocol::erased::ErasedKey;
use undersigned::protocol::ids::PetitionId;
use undersigned::protocol::saying::Saying;
use undersigned::protocol::statement::{self, DateChange, Dates};
use undersigned::tlog::note::{Note, NoteSigner};

use super::replaced;
use crate::file::Case;
use crate::world::journal::{TALLY, World};
use crate::world::{Shape, journal_signer, organiser, seed};

fn statements(world: &World) -> Vec<Case> {
    let manifest = &world.petition.manifest;
    let id = manifest.id();
    let keeper = journal_signer(world.shape.ledger());
    let (own, stranger) = (
        organiser(),
        NoteSigner::new("organiser.example.org", &seed(99)).expect("a name"),
    );
    let signed = |text: &str, signer: &NoteSigner| {
        Note::new(text, vec![signer.sign(text)])
            .expect("a note")
            .to_string()
    };
    let later = Dates {
        withdraw_until: manifest.terms().withdraw_until + 86_400,
        ..Dates::of(manifest)
    };
    let published = statement::published(manifest);
    let closed = statement::closed(id, Some(TALLY));
    let extended = statement::dated(id, DateChange::Later, &later);
    let closing = statement::dated(id, DateChange::Earlier, &later);
    let tally = String::from_utf8(world.ledger.entries[2].clone()).expect("text");
    let say = |saying: &Saying| saying.text(id).expect("keeps the rules");
    let delivered = say(&Saying::Delivered {
        on: 1_767_571_200,
        to: "The council".into(),
        tally: Some(TALLY),
        remark: "In the rain.".into(),
    });
    let answered = say(&Saying::Answered {
        on: 1_767_657_600,
        by: "The council".into(),
        lang: "en".into(),
        link: Some("https://council.example.org/answers/7".into()),
        answer: "No.\n\n\"Never\", said the chair.".into(),
    });
    let withheld = say(&Saying::Withheld {
        on: 1_767_657_600,
        authority: "The court".into(),
        law: "An act".into(),
        reason: "It names a person.".into(),
    });
    let erased = |key| {
        say(&Saying::Erased {
            on: 1_767_744_000,
            key,
        })
    };
    let terms = manifest.terms();
    let vault = erased(ErasedKey::Vault);
    let identity = erased(ErasedKey::Identity(terms.registrar.identity_key_commitment));
    let tag = erased(ErasedKey::Tag(terms.ledger.tag_key));
    let goal = say(&Saying::Goal {
        on: 1_767_571_200,
        goal: 5000,
    });
    let context = |case: Case| {
        case.field("keeper", keeper.vkey())
            .field("manifest", manifest.text())
    };
    let accept = |name, about, kind, body: &str| {
        let case = context(Case::accept("statement", name, about)).field("kind", kind);
        let case = if kind == "other" {
            case
        } else {
            case.field("petition", id)
        };
        case.body(body)
    };
    let reject = |name, about, reason: &str, body: &str| {
        context(Case::reject("statement", name, about, reason)).body(body)
    };
    let unsigned = "note: not signed by any known key";
    let other_id = PetitionId(seed(1)).to_string();
    vec![
        accept(
            "published",
            "Signed by the organiser.",
            "published",
            &signed(&published, &own),
        ),
        accept(
            "closed",
            "Signed by the keeper of the journal.",
            "closed",
            &signed(&closed, &keeper),
        ),
        accept(
            "closed-without-tally",
            "Closed without a signature.",
            "closed",
            &signed(&statement::closed(id, None), &keeper),
        ),
        accept(
            "extended",
            "Signed by the organiser.",
            "extended",
            &signed(&extended, &own),
        ),
        accept(
            "closing",
            "Signed by the organiser.",
            "closing",
            &signed(&closing, &own),
        ),
        accept(
            "tally",
            "Unsigned: the checkpoint covers it.",
            "tally",
            &tally,
        ),
        accept(
            "other",
            "A kind that is not known is passed over.",
            "other",
            "undersigned/praised/v1\nanything\n",
        ),
        accept(
            "delivered",
            "Signed by the organiser; names a tally.",
            "delivered",
            &signed(&delivered, &own),
        ),
        accept(
            "delivered-without-tally",
            "Handed over before the first tally, without a remark.",
            "delivered",
            &signed(
                &say(&Saying::Delivered {
                    on: 1_767_571_200,
                    to: "The council".into(),
                    tally: None,
                    remark: String::new(),
                }),
                &own,
            ),
        ),
        accept(
            "answered",
            "Signed by the organiser; an answer of several lines stands on one.",
            "answered",
            &signed(&answered, &own),
        ),
        accept(
            "withheld",
            "Signed by the keeper of the journal.",
            "withheld",
            &signed(&withheld, &keeper),
        ),
        accept(
            "erased-vault",
            "No key of it was public.",
            "erased",
            &signed(&vault, &keeper),
        ),
        accept(
            "erased-identity-key",
            "By the commitment that the manifest pins.",
            "erased",
            &signed(&identity, &keeper),
        ),
        accept(
            "erased-tag-key",
            "By the public key that the manifest pins.",
            "erased",
            &signed(&tag, &keeper),
        ),
        reject(
            "erased-by-organiser",
            "The organiser destroys no keys.",
            unsigned,
            &signed(&vault, &own),
        ),
        reject(
            "erased-other-key",
            "Another key than the manifest pins.",
            "the key is not the one that the manifest pins",
            &signed(&erased(ErasedKey::Tag([7; 32])), &keeper),
        ),
        reject(
            "erased-key-missing",
            "Its key is public.",
            "line 5: expected `key`",
            &signed(&replaced(&vault, "what vault", "what tag-key"), &keeper),
        ),
        reject(
            "erased-key-too-many",
            "Its key is not.",
            "line 5: expected `key`",
            &signed(&replaced(&tag, "what tag-key", "what vault"), &keeper),
        ),
        reject(
            "erased-unknown",
            "No such key.",
            "line 5: expected `key`",
            &signed(&replaced(&vault, "what vault", "what else"), &keeper),
        ),
        reject(
            "erased-more",
            "And nothing more.",
            "line 6: expected `nothing more`",
            &signed(&format!("{vault}more\n"), &keeper),
        ),
        accept(
            "goal",
            "Signed by the organiser.",
            "goal",
            &signed(&goal, &own),
        ),
        reject(
            "goal-by-keeper",
            "The keeper sets no goal.",
            unsigned,
            &signed(&goal, &keeper),
        ),
        reject(
            "goal-zero",
            "A goal is above zero.",
            "line 4: expected `goal`",
            &signed(&replaced(&goal, "goal 5000", "goal 0"), &own),
        ),
        reject(
            "goal-spelled-otherwise",
            "A number has one spelling.",
            "line 4: expected `goal`",
            &signed(&replaced(&goal, "goal 5000", "goal 05000"), &own),
        ),
        reject(
            "delivered-by-keeper",
            "The keeper delivers nothing.",
            unsigned,
            &signed(&delivered, &keeper),
        ),
        reject(
            "answered-by-stranger",
            "A stranger's key of the same name.",
            unsigned,
            &signed(&answered, &stranger),
        ),
        reject(
            "withheld-by-organiser",
            "The organiser does not speak for the keeper.",
            unsigned,
            &signed(&withheld, &own),
        ),
        reject(
            "delivered-order",
            "In this order.",
            "line 4: expected `to`",
            &signed(&replaced(&delivered, "to The council\n", ""), &own),
        ),
        reject(
            "delivered-tally",
            "A decimal, or none.",
            "line 5: expected `tally`",
            &signed(&replaced(&delivered, "tally 2", "tally 02"), &own),
        ),
        reject(
            "delivered-remark-unquoted",
            "Text is a JSON string.",
            "line 6: expected `remark`",
            &signed(
                &replaced(&delivered, "\"In the rain.\"", "In the rain."),
                &own,
            ),
        ),
        reject(
            "answered-spelling",
            "A JSON string in its one spelling.",
            "line 7: expected `answer`",
            &signed(&replaced(&answered, "No.\\n", "\\u004eo.\\n"), &own),
        ),
        reject(
            "answered-reordered-text",
            "Nothing that hides or reorders text.",
            "line 7: expected `answer`",
            &signed(&replaced(&answered, "No.\\n", "No.\u{202e}\\n"), &own),
        ),
        reject(
            "answered-link",
            "An address of the web, or none.",
            "line 6: expected `link`",
            &signed(&replaced(&answered, "https:", "ftp:"), &own),
        ),
        reject(
            "answered-lang",
            "A BCP 47 tag in lower case.",
            "line 5: expected `lang`",
            &signed(&replaced(&answered, "lang en", "lang EN"), &own),
        ),
        reject(
            "answered-empty",
            "An answer says something.",
            "line 7: expected `answer`",
            &signed(
                &{
                    let (head, _) = answered.split_once("answer ").expect("an answer");
                    format!("{head}answer \"\"\n")
                },
                &own,
            ),
        ),
        reject(
            "withheld-more",
            "And nothing more.",
            "line 7: expected `nothing more`",
            &signed(&format!("{withheld}more\n"), &keeper),
        ),
        reject(
            "withheld-law",
            "A law has a name.",
            "line 5: expected `law`",
            &signed(&replaced(&withheld, "law An act", "law "), &keeper),
        ),
        reject(
            "published-by-stranger",
            "A stranger's key of the same name.",
            unsigned,
            &signed(&published, &stranger),
        ),
        reject(
            "published-by-keeper",
            "The keeper does not speak for the organiser.",
            unsigned,
            &signed(&published, &keeper),
        ),
        reject(
            "closed-by-organiser",
            "The organiser does not speak for the keeper.",
            unsigned,
            &signed(&closed, &own),
        ),
        reject(
            "extended-by-keeper",
            "The keeper does not move dates.",
            unsigned,
            &signed(&extended, &keeper),
        ),
        reject(
            "published-unsigned",
            "A note without signatures.",
            "note: no blank line before the signatures",
            &published,
        ),
        reject(
            "published-other-id",
            "The id is that of the bytes.",
            "manifest: these bytes are petition",
            &signed(&replaced(&published, &id.to_string(), &other_id), &own),
        ),
        reject(
            "published-manifest-refused",
            "The manifest keeps all rules.",
            "manifest: not a manifest: ",
            &{
                let text = "{}";
                let id = PetitionId::of(text.as_bytes());
                signed(
                    &format!("undersigned/published/v1\npetition {id}\nmanifest {text}\n"),
                    &own,
                )
            },
        ),
        reject(
            "closed-changed",
            "The text is signed.",
            "note: the signature of ",
            &replaced(&signed(&closed, &keeper), "tally 2", "tally 1"),
        ),
        reject(
            "closed-line-missing",
            "Every line stands in its place.",
            "line 3: expected `tally`",
            &signed(&replaced(&closed, "tally 2\n", ""), &keeper),
        ),
        reject(
            "extended-order",
            "In this order.",
            "line 3: expected `confirm-until`",
            &signed(&extended.replace("confirm-until", "until-confirm"), &own),
        ),
        reject(
            "extended-more",
            "And nothing more.",
            "line 6: expected `nothing more`",
            &signed(&format!("{extended}more\n"), &own),
        ),
        reject(
            "tally-malformed",
            "A tally parses.",
            "tally: line 2: expected `petition`",
            &replaced(&tally, "petition ", "petitions "),
        ),
        reject(
            "one-line",
            "A kind is a line.",
            "a statement is text that begins with its kind",
            "undersigned/closed/v1",
        ),
        reject(
            "too-long",
            "At most 65,535 bytes.",
            "a statement has at most 65535 bytes, got 65536",
            &format!("other\n{}\n", "a".repeat(65_529)),
        ),
        context(Case::reject(
            "statement",
            "not-utf8",
            "UTF-8.",
            "a statement is text that begins with its kind",
        ))
        .body(b"other\n\xff\n"),
    ]
}

fn promises(world: &World) -> Vec<Case> {
    let keeper = journal_signer(world.shape.ledger());
    let promise = world.promise(0);
    let text = promise.to_string();
    let signed = |text: &str, signer: &NoteSigner| {
        Note::new(text, vec![signer.sign(text)])
            .expect("a note")
            .to_string()
    };
    let body = signed(&text, &keeper);
    let reject = |name, about, reason: &str, body: &str| {
        Case::reject("promise", name, about, reason)
            .field("vkey", keeper.vkey())
            .body(body)
    };
    let again = |from: &str, to: &str| signed(&replaced(&text, from, to), &keeper);
    vec![
        Case::accept("promise", "signed", "By the ledger's Ed25519 key.")
            .field("vkey", keeper.vkey())
            .field("petition", promise.petition)
            .field("leaf-hash", promise.leaf)
            .field("by", promise.by)
            .body(&body),
        reject(
            "other-origin",
            "A ledger promises for itself.",
            "the promise names origin \"other.example.org\"",
            &again(world.shape.ledger(), "other.example.org"),
        ),
        reject(
            "header",
            "Another version.",
            "line 1: expected `undersigned/promise/v1`",
            &again("promise/v1", "promise/v2"),
        ),
        reject(
            "leaf-missing",
            "Every line stands in its place.",
            "line 4: expected `leaf`",
            &again(&format!("leaf {}\n", promise.leaf), ""),
        ),
        reject(
            "by-leading-zero",
            "One spelling for each number.",
            "line 5: expected `by`",
            &again("by ", "by 0"),
        ),
        reject(
            "more",
            "And nothing more.",
            "line 6: expected `nothing more`",
            &signed(&format!("{text}more\n"), &keeper),
        ),
        reject(
            "later",
            "The time is signed.",
            "note: the signature of ",
            &replaced(&body, &format!("by {}", promise.by), "by 1767225600"),
        ),
        reject(
            "by-organiser",
            "Others do not promise.",
            "note: not signed by any known key",
            &signed(&text, &organiser()),
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let world = World::new(Shape::Single);
    [statements(&world), promises(&world)]
        .into_iter()
        .flatten()
        .collect()
}
