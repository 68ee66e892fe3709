//! From an approved draft to a petition in the journal.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::response::{Redirect, Response};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{drafts, editor, signing, words};
use crate::http::App;
use crate::office::{Draft, DraftId, Office, OfficeError, State, Visitor};
use crate::protocol::manifest::ListKey;

/// Asks for the organiser's public keys, and makes one.
pub(super) fn draw_form(id: DraftId, draft: &Draft) -> Markup {
    html! {
        p {
            "Name the public keys that speak for you, any one of them. Whoever has one of these \
             keys can extend the petition, close it, and attest its count. Keep the key file safe, \
             and a copy elsewhere: nobody can replace it."
        }
        div.card data-new-key data-name=(draft.content.organiser) hidden {
            h4 { "You have no key yet?" }
            p.hint { "It is made in this browser, and saved on your machine only." }
            button.quiet type="button" data-make-key { "Make a key and save it" }
            p role="status" {}
        }
        form method="post" action=(format!("/office/drafts/{id}/draw")) {
            input type="hidden" name="version" value=(draft.version);
            div.field {
                label for="vkeys" { "Public keys, one a line" }
                span.hint {
                    "On the command line, " code { "undersigned office key" } " makes a key and \
                     prints its public half."
                }
                textarea.note #vkeys name="vkeys" required spellcheck="false" rows="3" {
                    "\n" (beside(draft))
                }
            }
            @if draft.content.share { (list_key()) }
            button type="submit" {
                @if matches!(draft.state, State::Drawn { .. }) { "Fix it anew, with these keys" }
                @else { "Fix the text" }
            }
        }
    }
}

/// Asks for the key of the organiser's list, and makes one.
fn list_key() -> Markup {
    html! {
        div.card data-new-list-key hidden {
            h4 { "The key of your list" }
            p.hint {
                "What supporters hand you is sealed to it. It is made in this browser, and saved on \
                 your machine only; without it nobody can open the list."
            }
            button.quiet type="button" data-make-list-key { "Make the list's key and save it" }
            p role="status" {}
        }
        div.field {
            label for="list_key" { "Public key of your list" }
            span.hint {
                "On the command line, " code { "undersigned list key" } " makes a key and prints \
                 its public half."
            }
            input #list_key name="list_key" required spellcheck="false" autocapitalize="none"
                pattern="[0-9a-f]{64}" maxlength="64";
        }
    }
}

/// The keys that organisers have put beside a draft.
fn beside(draft: &Draft) -> String {
    let keys = draft.keys.iter().map(|key| key.vkey.as_str());
    keys.collect::<Vec<_>>().join("\n")
}

/// Asks an organiser for the own public key, ahead of the time when the text is fixed.
pub(super) fn key_form(id: DraftId, draft: &Draft, visitor: &Visitor) -> Markup {
    let own = draft.keys.iter().find(|key| key.account == visitor.account);
    html! {
        p { "Keys are put into it, and its bytes are fixed. "
            (words::number(draft.keys.len() as u64)) " of " (words::number(draft.organisers.len() as u64))
            " organisers have put a public key beside it." }
        form method="post" action=(format!("/office/drafts/{id}/key")) {
            div.field {
                label for="vkey" { "Your public key" }
                span.hint {
                    "One line. On the command line, " code { "undersigned office key" } " makes a \
                     key and prints its public half."
                }
                input #vkey name="vkey" spellcheck="false" autocomplete="off"
                    value=(own.map_or("", |key| &key.vkey));
            }
            button.quiet type="submit" { "Keep it" }
        }
    }
}

/// Asks for the organiser's signature.
pub(super) fn sign_form(id: DraftId, draft: &Draft) -> Markup {
    let Ok((manifest, text)) = Office::statement_of(draft) else {
        return html! { p { "The text that was fixed is damaged: fix it anew." } };
    };
    html! {
        p { "This will be petition " code.hash { (manifest.id()) } ". Read the letter once more: "
            a href=(format!("/office/drafts/{id}/preview")) { "look at it" } "." }
        (signing::panel(
            &text,
            &signing::Download::At(format!("/office/drafts/{id}/statement")),
            "statement.txt",
            &format!("/office/drafts/{id}/publish"),
            "Sign and publish",
        ))
        p.hint {
            "The manifest alone: " a href=(format!("/office/drafts/{id}/manifest")) { "download" }
            ". " code { "undersigned petition publish" } " takes it, too."
        }
    }
}

/// The script of a draft's page, and what it gets to know.
pub(super) fn script(draft: &Draft) -> Option<(Value, &'static str)> {
    match &draft.state {
        State::Drawn { .. } => {
            let (manifest, text) = Office::statement_of(draft).ok()?;
            let vkeys = &manifest.terms().organiser.vkeys;
            Some((signing::data(&text, vkeys), signing::SCRIPT))
        }
        _ => Some((json!({}), signing::SCRIPT)),
    }
}

pub(super) async fn draw(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let id: DraftId = id.parse()?;
    let version = fields.get("version").parse().unwrap_or(0);
    let vkeys = editor::lines(&fields.get("vkeys"));
    let mut list = [0; 32];
    let list = match fields.get("list_key") {
        text if text.is_empty() => None,
        text => {
            let words = "the list's key: 64 hexadecimal digits are expected";
            hex::decode_to_slice(text, &mut list)
                .map_err(|_| OfficeError::Invalid(words.to_owned()))?;
            Some(ListKey(list))
        }
    };
    app.office
        .draw_up(id, version, vkeys, list, &visitor)
        .await?;
    Ok(Redirect::to(&format!("/office/drafts/{id}")))
}

pub(super) async fn statement(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (_, draft) = drafts::seen(&app, &id, &visitor).await?;
    let (_, text) = Office::statement_of(&draft)?;
    Ok(signing::file(text, "statement.txt"))
}

pub(super) async fn manifest(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (_, draft) = drafts::seen(&app, &id, &visitor).await?;
    let (manifest, _) = Office::statement_of(&draft)?;
    Ok(signing::file(
        manifest.text().to_owned(),
        "petition.manifest.json",
    ))
}

pub(super) async fn publish(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let id: DraftId = id.parse()?;
    let note = signing::note(fields.raw("note"));
    let (by, judged) = (visitor.clone(), note.clone());
    let petition = app
        .office_work(move |office| office.publishes(id, &judged, &by))
        .await?;
    app.publisher.state(note).await.map_err(OfficeError::from)?;
    app.office.published(id, &visitor).await?;
    if let Err(error) = app.office.settle().await {
        tracing::error!(%error, "sponsors could not be invited; tried again");
    }
    Ok(Redirect::to(&format!("/office/petitions/{petition}")))
}
