//! A draft: its page, its editor, how it will look, its earlier versions.

use std::sync::Arc;

use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{editor, frame, publish, words};
use crate::http::App;
use crate::lang::{self, own_name};
use crate::office::{Action, Content, Draft, DraftId, Needs, OfficeError, State, Visitor};
use crate::web::here;
use crate::web::pages::petition::preview as whole_page;

pub(super) async fn begin(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
) -> Result<Redirect, Failure> {
    let id = app.office.new_draft(&visitor).await?;
    Ok(Redirect::to(&format!("/office/drafts/{id}/edit")))
}

/// A draft that the visitor may see.
pub(super) async fn seen(
    app: &App,
    id: &str,
    visitor: &Visitor,
) -> Result<(DraftId, Draft), OfficeError> {
    let id: DraftId = id.parse()?;
    let by = visitor.clone();
    let draft = app.office_work(move |office| office.draft(id, &by)).await?;
    Ok((id, draft))
}

/// A draft that the visitor may change.
async fn own(app: &App, id: &str, visitor: &Visitor) -> Result<(DraftId, Draft), OfficeError> {
    let id: DraftId = id.parse()?;
    let by = visitor.clone();
    let draft = app.office_work(move |office| office.own(id, &by)).await?;
    Ok((id, draft))
}

pub(super) fn title(draft: &Draft) -> String {
    match draft.content.title() {
        "" => "A draft without a title".to_owned(),
        title => title.to_owned(),
    }
}

pub(super) async fn page(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (id, draft) = seen(&app, &id, &visitor).await?;
    let (by, of) = (visitor.clone(), draft.clone());
    let (needs, sponsors) = app
        .office_work(move |office| Ok((office.needs(id, &of, &by)?, office.sponsors(id, &of)?)))
        .await?;
    let title = title(&draft);
    let writes = draft.organisers.contains(&visitor.account)
        || (visitor.role.may(Action::ActForOthers) && visitor.role.may(Action::Organise));
    let main = html! {
        p.eyebrow { "Draft" }
        h1 dir="auto" { (title) }
        p { span.tag { (draft.state.name()) } " Changed " (words::moment(draft.changed)) }
        @if let State::Writing { returned: Some(why) } = &draft.state {
            div.notice.warn { h2 { "Sent back" } p { (why) } }
        }
        @if let State::Published { petition } = &draft.state {
            div.notice.good {
                p { "It is public: " a href=(format!("/{petition}")) { "its page" } ", "
                    a href=(format!("/office/petitions/{petition}")) { "looking after it" } "." }
            }
        } @else {
            @if let Some(problem) = editor::problem(&draft, app.now()) { (problem) }
            div.row {
                @if writes {
                    a.button href=(format!("/office/drafts/{id}/edit")) { "Edit" }
                }
                a.button.quiet href=(format!("/office/drafts/{id}/preview")) { "Look at it" }
                a.button.quiet href=(format!("/office/drafts/{id}/versions")) { "Earlier versions" }
                @if writes {
                    a.button.quiet href=(format!("/office/drafts/{id}/organisers")) { "Organisers" }
                }
            }
            @if writes {
                (next_steps(&app, id, &draft, &visitor, needs, sponsors))
                h2 { "Delete" }
                form method="post" action=(format!("/office/drafts/{id}/delete")) {
                    div.check {
                        input #sure name="sure" type="checkbox" value="yes" required;
                        label for="sure" { "Delete this draft and all its versions, for good" }
                    }
                    button.danger type="submit" { "Delete" }
                }
            }
            @if visitor.role.may(Action::JudgeDrafts) && matches!(draft.state, State::Waiting { .. }) {
                (super::queue::verdict(id, &draft))
            }
        }
    };
    let mut page = frame::page(&title, Some(&visitor), &main);
    if let Some((data, script)) = publish::script(&draft) {
        page = page.data(data).script(script);
    }
    Ok(page.into_response())
}

fn next_steps(
    app: &App,
    id: DraftId,
    draft: &Draft,
    visitor: &Visitor,
    needs: Needs,
    sponsors: u64,
) -> Markup {
    let wanted = app.office.config().sponsors;
    let ready = draft.content.problem(app.now()).is_none();
    let waits = matches!(draft.state, State::Waiting { .. });
    let drawn = matches!(draft.state, State::Drawn { .. });
    let current = |at: bool| at.then_some("step");
    let share = format!(
        "{}/office/sponsor/{id}/{}",
        app.office.url(),
        draft.share_token
    );
    html! {
        h2 { "To publish it" }
        ol.steps {
            li.done[ready] aria-current=[current(!ready)] {
                h3 { "Write it" }
                p { @if ready { "It keeps all rules." } @else { "See what is missing above." } }
            }
            @if wanted > 0 {
                @let enough = needs.sponsors == 0;
                li.done[enough] aria-current=[current(ready && !enough)] {
                    h3 { "Find sponsors" }
                    p {
                        (words::number(sponsors)) " of " (wanted) " stand for these words. Give them \
                         this link; each confirms a mailbox. When the words change, they have to be \
                         asked again."
                    }
                    p { code { (share) } }
                }
            }
            @if needs.approval {
                li aria-current=[current(ready && needs.sponsors == 0)] {
                    h3 { "Have it approved" }
                    @if waits {
                        p { "It waits for the staff. Editing it takes it out of the queue." }
                    } @else if ready && needs.sponsors == 0 {
                        form method="post" action=(format!("/office/drafts/{id}/submit")) {
                            button type="submit" { "Ask for approval" }
                        }
                    } @else {
                        p { "The staff read it before it is published." }
                    }
                }
            }
            @let may = ready && needs.sponsors == 0 && !needs.approval;
            li.done[drawn] aria-current=[current(may && !drawn)] {
                h3 { "Fix the exact text" }
                @if may { (publish::draw_form(id, draft)) }
                @else if draft.organisers.len() > 1 { (publish::key_form(id, draft, visitor)) }
                @else { p { "Keys are put into it, and its bytes are fixed." } }
            }
            li aria-current=[current(drawn)] {
                h3 { "Sign it with your key" }
                @if drawn { (publish::sign_form(id, draft)) }
                @else { p { "Your key signs it, in this browser or on the command line." } }
            }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Version {
    version: Option<u64>,
}

pub(super) async fn edit(
    Shared(app): Shared<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(Version { version }): Query<Version>,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::Organise)?;
    let (id, draft) = own(&app, &id, &visitor).await?;
    let content = match version {
        Some(version) => app.office_work(move |o| o.earlier(id, version)).await?,
        None => draft.content.clone(),
    };
    let notice = html! {
        @if let Some(version) = version {
            div.notice { p { "This is version " (version) ". Saving makes it the newest one." } }
        } @else if matches!(draft.state, State::Approved | State::Waiting { .. } | State::Drawn { .. }) {
            div.notice.warn {
                p { "If you change anything, what was approved and what was fixed no longer counts." }
            }
        } @else if let Some(problem) = editor::problem(&draft, app.now()) {
            (problem)
        }
    };
    Ok(editor_page(&visitor, id, draft.version, &content, &notice).into_response())
}

fn editor_page(
    visitor: &Visitor,
    id: DraftId,
    version: u64,
    content: &Content,
    notice: &Markup,
) -> Response {
    let main = html! {
        p.eyebrow { a href=(format!("/office/drafts/{id}")) { "Draft" } }
        h1 { "Write a petition" }
        (notice)
        (editor::form(id, version, content))
    };
    frame::page("Write a petition", Some(visitor), &main)
        .script("js/pages/office_editor.js")
        .into_response()
}

pub(super) async fn save(
    Shared(app): Shared<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::Organise)?;
    let (id, draft) = own(&app, &id, &visitor).await?;
    let content = editor::read(&fields)?;
    let version = fields.get("version").parse().unwrap_or(0);
    match app
        .office
        .save_draft(id, version, content.clone(), &visitor)
        .await
    {
        Ok(_) => {
            let then = match &*fields.get("then") {
                "preview" => "/preview",
                "edit" => "/edit",
                _ => "",
            };
            Ok(Redirect::to(&format!("/office/drafts/{id}{then}")).into_response())
        }
        Err(OfficeError::Stale) => {
            // Read again: it was changed while this was on its way.
            let (_, newest) = own(&app, &id.to_string(), &visitor).await?;
            let notice = html! {
                div.notice.bad role="alert" {
                    h2 { "Somebody else has changed this draft" }
                    p {
                        "Your text is below and is not saved yet. Look at "
                        a href=(format!("/office/drafts/{id}/preview")) target="_blank" {
                            "the newer version"
                        }
                        " (" (words::moment(newest.changed)) ") first. If you save, yours becomes \
                         the newest one; the other stays among the earlier versions."
                    }
                }
            };
            let mut page = editor_page(&visitor, id, newest.version, &content, &notice);
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
        Err(error @ OfficeError::Invalid(_)) => {
            let notice = html! { div.notice.bad role="alert" { p { (error) "." } } };
            let mut page = editor_page(&visitor, id, draft.version, &content, &notice);
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Err(error) => Err(error.into()),
    }
}

/// The words as signers will read them.
pub(super) fn letter(content: &Content) -> Markup {
    html! {
        @for text in &content.texts {
            article.letter lang=(text.lang) dir="auto" {
                h2 { (text.title) }
                @for paragraph in text.letter.split("\n\n") { p { (paragraph) } }
            }
        }
        dl.facts {
            dt { "To" } dd { @for to in &content.recipients { div { (to) } } }
            dt { "From" } dd { (content.organiser) }
            @if let Some(opens) = content.opens { dt { "Opens" } dd { (words::moment(opens)) } }
            @if let Some(until) = content.confirm_until { dt { "Until" } dd { (words::moment(until)) } }
            @if let Some(goal) = content.goal { dt { "Goal" } dd { (words::number(goal)) } }
        }
    }
}

pub(super) async fn preview(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (id, draft) = seen(&app, &id, &visitor).await?;
    let shown = draft.clone();
    match app.office_work(move |office| office.preview(&shown)).await {
        Ok(petition) => {
            let about = about_preview(id, &draft);
            Ok(whole_page(here::language(), &petition, &about).into_response())
        }
        // It breaks a rule, so that no petition can be made of it: the words alone.
        Err(OfficeError::Invalid(rule)) => {
            let main = html! {
                p.eyebrow { a href=(format!("/office/drafts/{id}")) { "Draft" } ", as signers will read it" }
                h1 { "How it reads" }
                div.notice.warn { p { "The whole page can be shown when this is mended: " (rule) "." } }
                (letter(&draft.content))
            };
            Ok(frame::page(&title(&draft), Some(&visitor), &main).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// What stands above the page that a draft would be.
fn about_preview(id: DraftId, draft: &Draft) -> Markup {
    let texts = &draft.content.texts;
    html! {
        div.notice.warn lang="en" dir="ltr" {
            p { strong { "A preview." } " This draft is not public. It is shown as it will be on the \
                day on which it opens; forms and links to its other pages do nothing yet. "
                a href=(format!("/office/drafts/{id}")) { "Back to the draft" } }
            @if texts.len() > 1 {
                p.row {
                    "Letter:"
                    @for text in texts {
                        a href=(preview_in(&text.lang)) lang=(text.lang) { bdi { (own_name(&text.lang)) } }
                    }
                }
            }
        }
    }
}

/// This page with the letter in a language, and our own words, too, if we speak it.
fn preview_in(tag: &str) -> String {
    match lang::known(tag) {
        Some(words) => format!("?letter={tag}&lang={}", words.tag),
        None => format!("?letter={tag}"),
    }
}

pub(super) async fn versions(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (id, draft) = seen(&app, &id, &visitor).await?;
    let versions = app.office_work(move |office| office.versions(id)).await?;
    let main = html! {
        p.eyebrow { a href=(format!("/office/drafts/{id}")) { (title(&draft)) } }
        h1 { "Earlier versions" }
        @if versions.is_empty() { p { "There are none." } }
        ul {
            @for version in versions {
                li { a href=(format!("/office/drafts/{id}/edit?version={version}")) {
                    "Version " (version)
                } }
            }
        }
    };
    Ok(frame::page("Earlier versions", Some(&visitor), &main).into_response())
}

pub(super) async fn submit(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect, Failure> {
    let id: DraftId = id.parse()?;
    app.office.submit_draft(id, &visitor).await?;
    Ok(Redirect::to(&format!("/office/drafts/{id}")))
}

pub(super) async fn delete(
    Shared(app): Shared<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let (id, _) = own(&app, &id, &visitor).await?;
    if !fields.has("sure") {
        let words = "tick the box: a deleted draft cannot be brought back".to_owned();
        return Err(OfficeError::Invalid(words).into());
    }
    app.office.delete_draft(id, &visitor).await?;
    Ok(Redirect::to("/office"))
}
