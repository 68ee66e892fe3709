//! From an empty draft to a petition in the journal.

use undersigned::protocol::ids::PetitionId;
use undersigned::protocol::manifest::{Manifest, Publication};
use undersigned::protocol::statement;
use undersigned::tlog::note::NoteSigner;

use crate::browser::{Browser, House};
use crate::support::{OPENS, organiser, terms};

pub const TITLE: &str = "Keep the night bus";
pub const LETTER: &str = "We ask you to keep the night bus.\n\nIt is the last one.";

/// A draft that keeps all rules, as the editor sends it.
pub fn filled<'a>(version: &'a str, title: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("version", version),
        ("lang", "en"),
        ("title", title),
        ("letter", LETTER),
        ("lang", "es"),
        ("title", "Que siga el autobús"),
        ("letter", "Pedimos que siga."),
        ("lang", ""),
        ("title", ""),
        ("letter", ""),
        ("recipients", "The council\r\n\r\nThe mayor"),
        ("organiser", "Friends of the bus"),
        ("opens", ""),
        ("confirm_until", "2027-02-20T12:00"),
        ("submit_until", ""),
        ("withdraw_until", ""),
        ("goal", "500"),
        ("ask_name", "optional"),
        ("ask_region", "no"),
        ("ask_comment", "optional"),
        ("updates", "yes"),
        ("publication", "batched"),
        ("pending_days", "7"),
        ("network_hours", "24"),
        ("vault_days", "90"),
    ]
}

/// The number in a hidden field of the page.
pub fn version(page: &str) -> String {
    let (_, rest) = page
        .split_once("name=\"version\" value=\"")
        .expect("a version");
    rest.split('"').next().expect("a number").to_owned()
}

/// A new draft that keeps all rules; its path.
pub async fn written(browser: &Browser<'_>) -> String {
    let edit = browser.done("/office/drafts", &[]).await;
    let path = edit.strip_suffix("/edit").expect("the editor").to_owned();
    let version = version(&browser.page(&edit).await);
    let led = browser.done(&edit, &filled(&version, TITLE)).await;
    assert_eq!(led, path);
    path
}

/// Fix the text with the organiser's key; the statement to sign.
pub async fn drawn(browser: &Browser<'_>, path: &str) -> String {
    let version = version(&browser.page(path).await);
    let vkey = organiser().vkey().to_string();
    let fields = [("version", &*version), ("vkeys", &*vkey)];
    browser.done(&format!("{path}/draw"), &fields).await;
    let statement = browser.get(&format!("{path}/statement")).await;
    assert_eq!(statement.status, 200);
    assert!(
        statement
            .header("content-disposition")
            .contains("attachment")
    );
    statement.text()
}

pub fn signed(text: &str, by: &NoteSigner) -> String {
    String::from_utf8(statement::sign(text, by).expect("text")).expect("text")
}

/// A petition that went all the way; its id.
pub async fn published(browser: &Browser<'_>) -> PetitionId {
    let path = written(browser).await;
    let text = drawn(browser, &path).await;
    let note = signed(&text, &organiser());
    let led = browser
        .done(&format!("{path}/publish"), &[("note", &note)])
        .await;
    let id = led.strip_prefix("/office/petitions/").expect("a petition");
    id.parse().expect("an id")
}

#[tokio::test]
async fn a_draft_becomes_the_petition_that_was_signed() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let path = written(&owner).await;
    let text = drawn(&owner, &path).await;
    let stranger = NoteSigner::new("organiser.example.org", &[9; 32]).expect("a name");
    for wrong in [
        "nonsense".to_owned(),
        signed(&text, &stranger),
        text.clone(),
        signed(&text.replace("night bus", "day bus"), &organiser()),
    ] {
        let answer = owner
            .post(&format!("{path}/publish"), &[("note", &wrong)])
            .await;
        assert_eq!(answer.status, 422, "{}", answer.text());
    }
    // As a browser sends it, with other line breaks and the last one lost.
    let note = signed(&text, &organiser()).replace('\n', "\r\n");
    let led = owner
        .done(&format!("{path}/publish"), &[("note", note.trim_end())])
        .await;
    let id: PetitionId = led
        .strip_prefix("/office/petitions/")
        .expect("a petition")
        .parse()
        .expect("an id");
    let page = owner.page(&led).await;
    assert!(page.contains(TITLE));
    assert!(owner.page("/office").await.contains(&led));
    // What the world sees is what was signed.
    let bytes = house
        .site
        .get(&format!("/petitions/{id}/manifest"))
        .await
        .body;
    let manifest = Manifest::parse_as(&bytes, id).expect("a manifest");
    assert_eq!(statement::published(&manifest), text);
    let said = manifest.terms();
    assert_eq!(said.letter[0].text, LETTER);
    assert_eq!(said.recipients, ["The council", "The mayor"]);
    assert_eq!(said.opens, OPENS);
    assert_eq!(said.confirm_until, 1_803_124_800);
    // The draft is settled, and gone.
    assert_eq!(owner.get(&path).await.status, 404);
}

#[tokio::test]
async fn two_tabs_do_not_overwrite_each_other() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let edit = owner.done("/office/drafts", &[]).await;
    let first = version(&owner.page(&edit).await);
    owner
        .done(&edit, &filled(&first, "From the first tab"))
        .await;
    let stale = owner
        .post(&edit, &filled(&first, "From the second tab"))
        .await;
    assert_eq!(stale.status, 409);
    let page = stale.text();
    assert!(
        page.contains("From the second tab"),
        "what was written is still there"
    );
    assert!(page.contains("changed this draft"));
    assert!(
        owner.page(&edit).await.contains("From the first tab"),
        "and nothing was saved"
    );
    // Knowing that, it can be saved; the other version is not lost.
    owner
        .done(&edit, &filled(&version(&page), "From the second tab"))
        .await;
    let path = edit.strip_suffix("/edit").expect("the editor");
    let versions = owner.page(&format!("{path}/versions")).await;
    assert!(versions.contains("Version 2"));
    let earlier = owner.page(&format!("{edit}?version=2")).await;
    assert!(earlier.contains("From the first tab"));
    // Both at once: one is saved.
    let newest = version(&owner.page(&edit).await);
    let (one, two) = (filled(&newest, "One"), filled(&newest, "Two"));
    let (a, b) = tokio::join!(owner.post(&edit, &one), owner.post(&edit, &two));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
}

#[tokio::test]
async fn a_draft_that_breaks_a_rule_is_kept_and_not_published() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let edit = owner.done("/office/drafts", &[]).await;
    let path = edit.strip_suffix("/edit").expect("the editor").to_owned();
    let number = version(&owner.page(&edit).await);
    let mut fields = filled(&number, TITLE);
    fields.retain(|(name, _)| *name != "recipients");
    owner.done(&edit, &fields).await;
    let page = owner.page(&path).await;
    assert!(page.contains("Not ready yet") && page.contains("recipients"));
    let version = version(&owner.page(&edit).await);
    let vkey = organiser().vkey().to_string();
    let draw = format!("{path}/draw");
    let refused = owner
        .post(&draw, &[("version", &version), ("vkeys", &vkey)])
        .await;
    assert_eq!(refused.status, 422);
    for (name, value) in [
        ("confirm_until", "soon"),
        ("goal", "many"),
        ("ask_name", "perhaps"),
        ("publication", "now"),
        ("vault_days", "-1"),
    ] {
        let mut fields = filled(&version, TITLE);
        for field in &mut fields {
            if field.0 == name {
                field.1 = value;
            }
        }
        let answer = owner.post(&edit, &fields).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
    }
    let long = "x".repeat(200_000);
    let mut fields = filled(&version, TITLE);
    fields[3].1 = &long;
    assert_eq!(owner.post(&edit, &fields).await.status, 422);
    let endless = "x".repeat(2 << 20);
    fields[3].1 = &endless;
    assert_eq!(owner.post(&edit, &fields).await.status, 413);
}

#[tokio::test]
async fn editing_voids_what_was_fixed() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let path = written(&owner).await;
    let text = drawn(&owner, &path).await;
    let edit = format!("{path}/edit");
    let version = version(&owner.page(&edit).await);
    owner
        .done(&edit, &filled(&version, "Keep all night buses"))
        .await;
    let note = signed(&text, &organiser());
    let answer = owner
        .post(&format!("{path}/publish"), &[("note", &note)])
        .await;
    assert_eq!(answer.status, 409);
    assert_eq!(owner.get(&format!("{path}/statement")).await.status, 409);
}

#[tokio::test]
async fn keys_for_an_approved_text_serve_no_other() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let path = written(&owner).await;
    drawn(&owner, &path).await;
    let manifest = owner.get(&format!("{path}/manifest")).await.body;
    let mut said = Manifest::parse(&manifest)
        .expect("a manifest")
        .terms()
        .clone();
    said.letter[0].text = "We ask for something else.".to_owned();
    let other = Manifest::new(&said).expect("a manifest");
    let note = signed(&statement::published(&other), &organiser());
    let body = serde_json::json!({ "note": note });
    let answer = house.site.post("/statements", &body).await;
    answer.refused(422, undersigned::api::problem::Kind::Statement);
    // Keys that the operator handed out are the operator's business.
    let instance = house.site.server.instance();
    let free = terms(
        &instance.keys,
        &instance.petition_keys,
        Publication::Batched,
    );
    let free = Manifest::new(&free).expect("a manifest");
    let note = signed(&statement::published(&free), &organiser());
    let body = serde_json::json!({ "note": note });
    house
        .site
        .post("/statements", &body)
        .await
        .json::<serde_json::Value>();
}

#[tokio::test]
async fn a_deleted_draft_is_gone_with_its_key() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let path = written(&owner).await;
    let keys = house.site.folder.path().join("keys/office/records");
    let drafts = || {
        let files = std::fs::read_dir(&keys).expect("the folder");
        let names = files.map(|file| file.expect("a file").file_name());
        names
            .filter(|name| name.to_string_lossy().starts_with("draft-"))
            .count()
    };
    assert_eq!(drafts(), 1);
    assert_eq!(owner.post(&format!("{path}/delete"), &[]).await.status, 422);
    owner
        .done(&format!("{path}/delete"), &[("sure", "yes")])
        .await;
    assert_eq!(drafts(), 0);
    assert_eq!(owner.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_preview_is_the_whole_page_and_does_nothing() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let other = house.signed_in("other@friends.example", "organiser").await;
    let path = written(&owner).await;
    let at = format!("{path}/preview");
    for fixed in [false, true] {
        if fixed {
            drawn(&owner, &path).await;
        }
        let answer = owner.get(&at).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("x-robots-tag"), "noindex");
        assert_eq!(answer.header("cache-control"), "no-store");
        let page = answer.text();
        for words in [
            "A preview.",
            TITLE,
            "It is the last one.",
            "The mayor",
            "max=\"500\"",
            "id=\"email\"",
            "<aside inert",
        ] {
            assert!(page.contains(words), "{words}");
        }
        assert!(!page.contains("<script"), "nothing makes it live");
        let spanish = owner.page(&format!("{at}?letter=es&lang=es")).await;
        for words in ["Que siga el autobús", "Pedimos que siga.", "lang=\"es\""] {
            assert!(spanish.contains(words), "{words}");
        }
    }
    assert_eq!(other.get(&at).await.status, 404);
    assert_eq!(house.stranger().get(&at).await.status, 303);

    // What breaks a rule is no petition; its words can be read all the same.
    let edit = format!("{path}/edit");
    let version = version(&owner.page(&edit).await);
    let mut fields = filled(&version, TITLE);
    for field in &mut fields {
        if field.0 == "recipients" {
            field.1 = "";
        }
    }
    owner.done(&edit, &fields).await;
    let page = owner.page(&at).await;
    assert!(page.contains("recipients") && page.contains("It is the last one."));
}
