//! Who organises a draft or petition together: inviting, joining, leaving.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::form::Fields;
use super::gate::{SignedIn, set_cookie};
use super::{frame, words};
use crate::http::{App, LinkToken};
use crate::office::{
    AccountId, DraftId, OfficeError, OpenInvitation, Organisers, Subject, Visitor,
};

/// Which of the two an address names: `drafts` or `petitions`.
fn subject(kind: &str, id: &str) -> Result<Subject, OfficeError> {
    match kind {
        "drafts" => Ok(Subject::Draft(id.parse::<DraftId>()?)),
        "petitions" => Ok(Subject::Petition(
            id.parse().map_err(|_| OfficeError::Unknown)?,
        )),
        _ => Err(OfficeError::Unknown),
    }
}

fn path(subject: Subject) -> String {
    match subject {
        Subject::Draft(id) => format!("/office/drafts/{id}"),
        Subject::Petition(id) => format!("/office/petitions/{id}"),
    }
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let subject = subject(&kind, &id)?;
    let by = visitor.clone();
    let organisers = app
        .office_work(move |office| office.organisers(subject, &by))
        .await?;
    let at = path(subject);
    let back = match subject {
        Subject::Draft(_) => "Draft",
        Subject::Petition(_) => "Petition",
    };
    let main = html! {
        p.eyebrow { a href=(at) { (back) } }
        h1 { "Organisers" }
        p.lead { (about(subject)) }
        (here(&at, &organisers, &visitor))
        @if !organisers.invited.is_empty() { (invited(&at, &organisers.invited)) }
        h2 { "Invite somebody" }
        form method="post" {
            div.field {
                label for="email" { "E-mail address" }
                input #email name="email" type="email" required maxlength="254";
            }
            button type="submit" { "Invite" }
        }
        p.hint {
            "They get a link that works once, within three days. It names your address, and lets \
             them in where they have no account yet."
        }
    };
    Ok(frame::page("Organisers", Some(&visitor), &main).into_response())
}

fn about(subject: Subject) -> &'static str {
    match subject {
        Subject::Draft(_) => {
            "Each of them may edit the draft, put a key of their own beside it, publish it, and look \
             after the petition then."
        }
        Subject::Petition(_) => {
            "Each of them may write to supporters and deliver the petition. What is said in the \
             organiser's name needs one of the keys that stand in the petition's text: nobody can \
             add one to it now, or take one out."
        }
    }
}

fn here(at: &str, organisers: &Organisers, visitor: &Visitor) -> Markup {
    let alone = organisers.here.len() == 1;
    html! {
        ul.cards {
            @for (account, email) in &organisers.here {
                li.card {
                    p {
                        @match email {
                            Some(email) => { bdi { (email) } }
                            None => { "An account that is gone" }
                        }
                        @if *account == visitor.account { " " span.tag { "you" } }
                    }
                    @if !alone {
                        form method="post" action=(format!("{at}/organisers/remove")) {
                            input type="hidden" name="account" value=(account);
                            button.quiet type="submit" {
                                @if *account == visitor.account { "Leave" } @else { "Take off" }
                                span.hidden { " " (email.as_deref().unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
        @if organisers.here.is_empty() {
            p { "Nobody yet: it was published without the office." }
        }
    }
}

fn invited(at: &str, open: &[OpenInvitation]) -> Markup {
    html! {
        h2 { "Invited" }
        ul.cards {
            @for one in open {
                li.card {
                    p { bdi { (one.email) } }
                    p.hint { "Until " (words::moment(one.expires)) }
                    form method="post" action=(format!("{at}/organisers/revoke")) {
                        input type="hidden" name="invitation" value=(one.id);
                        button.quiet type="submit" {
                            "Take it back" span.hidden { " from " (one.email) }
                        }
                    }
                }
            }
        }
    }
}

pub(super) async fn invite(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path((kind, id)): Path<(String, String)>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let subject = subject(&kind, &id)?;
    app.office
        .invite_organiser(subject, &fields.get("email"), &visitor)
        .await?;
    Ok(Redirect::to(&format!("{}/organisers", path(subject))))
}

pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path((kind, id)): Path<(String, String)>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let subject = subject(&kind, &id)?;
    app.office
        .revoke_organiser(subject, &fields.get("invitation"), &visitor)
        .await?;
    Ok(Redirect::to(&format!("{}/organisers", path(subject))))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path((kind, id)): Path<(String, String)>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let subject = subject(&kind, &id)?;
    let account: AccountId = fields.get("account").parse()?;
    app.office
        .remove_organiser(subject, account, &visitor)
        .await?;
    let left = account == visitor.account;
    let to = if left {
        "/office".to_owned()
    } else {
        format!("{}/organisers", path(subject))
    };
    Ok(Redirect::to(&to))
}

/// One's own public key, beside a draft.
pub(super) async fn set_key(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let draft: DraftId = id.parse()?;
    app.office
        .set_key(draft, &fields.get("vkey"), &visitor)
        .await?;
    Ok(Redirect::to(&format!("/office/drafts/{draft}")))
}

pub(super) async fn link(
    State(app): State<Arc<App>>,
    LinkToken(token): LinkToken,
) -> Result<Response, Failure> {
    let joining = app.office.joining(token).await?;
    let main = html! {
        h1 { "Organise a petition together" }
        p.lead { span dir="auto" { "\u{201c}" (joining.title) "\u{201d}" } }
        p { "You will be signed in as " bdi { (joining.email) } "." }
        // To this very address: the token stands nowhere in the page.
        form method="post" { button type="submit" { "Join" } }
        p.hint { "Is that not you, or do you not want that? Then close this page." }
    };
    Ok(frame::page("Organise a petition together", None, &main).into_response())
}

pub(super) async fn join(
    State(app): State<Arc<App>>,
    LinkToken(token): LinkToken,
) -> Result<Response, Failure> {
    let (subject, cookie) = app.office.join(token).await?;
    let mut response = Redirect::to(&path(subject)).into_response();
    response
        .headers_mut()
        .insert(SET_COOKIE, set_cookie(&app, &cookie));
    Ok(response)
}
