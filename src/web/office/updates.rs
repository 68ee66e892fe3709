//! Writing to those who asked for updates. Nobody sees who they are: numbers only.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{frame, petition, words};
use crate::http::{App, Refusal};
use crate::lang::own_name;
use crate::office::OfficeError;
use crate::registrar::{Update, UpdateProgress, UpdateText};

pub(super) async fn page(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let petition = petition::acted(&app, &id, &visitor).await?;
    let p = petition.manifest.id();
    let (subscribers, progress) = app
        .blocking(move |app| {
            Ok((
                app.registrar.subscribers(p)?,
                app.registrar.update_progress(p)?,
            ))
        })
        .await?;
    let empty: Vec<UpdateText> = petition
        .manifest
        .terms()
        .title
        .iter()
        .map(|title| UpdateText {
            lang: title.lang.clone(),
            subject: String::new(),
            text: String::new(),
        })
        .collect();
    let main = html! {
        (petition::head(&petition, "Updates"))
        p.lead { (words::number(subscribers)) " people asked for updates." }
        @if !progress.is_empty() { (sent(&progress)) }
        h2 { "Write to them" }
        (form(&id, &empty, &html! {
            button type="submit" name="then" value="preview" { "Look at it first" }
        }))
    };
    Ok(frame::page("Updates", Some(&visitor), &main).into_response())
}

fn sent(progress: &[UpdateProgress]) -> Markup {
    html! {
        h2 { "Sent so far" }
        div.scroll {
            table.stacked {
                thead { tr { th { "Update" } th { "Sent" } th { "How far" } } }
                tbody {
                    @for update in progress {
                        tr {
                            td dir="auto" { (update.subject) }
                            td { (words::moment(update.time)) }
                            td {
                                @if update.done { "Through: " }
                                (words::number(update.gone())) " of " (words::number(update.subscribers))
                                @if !update.done { " so far" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn form(id: &str, texts: &[UpdateText], buttons: &Markup) -> Markup {
    html! {
        form method="post" action=(format!("/office/petitions/{id}/updates")) {
            p.hint {
                "Each gets the text in the language they chose, or else the first. Leave a language \
                 empty to do without it. The mail says who writes and how to end the updates."
            }
            @for (at, text) in texts.iter().enumerate() {
                fieldset {
                    legend { bdi lang=(text.lang) { (own_name(&text.lang)) } }
                    input type="hidden" name="lang" value=(text.lang);
                    div.field {
                        label for=(format!("subject-{at}")) { "Subject" }
                        input #(format!("subject-{at}")) name="subject" maxlength="150" dir="auto"
                            lang=(text.lang) value=(text.subject);
                    }
                    div.field {
                        label for=(format!("text-{at}")) { "Text" }
                        textarea #(format!("text-{at}")) name="text" maxlength="4000" dir="auto"
                            lang=(text.lang) { "\n" (text.text) }
                    }
                }
            }
            (buttons)
        }
    }
}

fn read(fields: &Fields) -> Result<(Vec<UpdateText>, Update), OfficeError> {
    let [langs, subjects, texts] = ["lang", "subject", "text"].map(|name| fields.all(name));
    let all = langs.into_iter().zip(subjects).zip(texts);
    let all: Vec<UpdateText> = all
        .map(|((lang, subject), text)| UpdateText {
            lang,
            subject,
            text,
        })
        .collect();
    let written = all
        .iter()
        .filter(|t| !(t.subject.is_empty() && t.text.is_empty()));
    let written = written.map(|t| UpdateText {
        text: format!("{}\n", t.text),
        ..t.clone()
    });
    let update = Update::new(written.collect());
    let update = update.map_err(|error| OfficeError::Invalid(error.to_string()))?;
    Ok((all, update))
}

pub(super) async fn send(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let petition = petition::acted(&app, &id, &visitor).await?;
    let p = petition.manifest.id();
    let (texts, update) = read(&fields)?;
    if fields.get("then") == "send" {
        if !fields.has("sure") {
            let words = "tick the box: a mail cannot be called back".to_owned();
            return Err(OfficeError::Invalid(words).into());
        }
        app.office
            .record(&visitor, format!("sent an update on {p}"), String::new())
            .await?;
        app.registrar
            .send_update(p, &update)
            .await
            .map_err(Refusal::from)?;
        let back = format!("/office/petitions/{id}/updates");
        return Ok(Redirect::to(&back).into_response());
    }
    let subscribers = app
        .blocking(move |app| Ok(app.registrar.subscribers(p)?))
        .await?;
    let main = html! {
        (petition::head(&petition, "Updates"))
        p.lead { "This would go to " (words::number(subscribers)) " people." }
        @for text in update.texts() {
            article.card lang=(text.lang) dir="auto" {
                h2 { (text.subject) }
                @for paragraph in text.text.split("\n\n") { p { (paragraph) } }
            }
        }
        h2 { "Change it, or send it" }
        (form(&id, &texts, &html! {
            div.check {
                input #sure name="sure" type="checkbox" value="yes";
                label for="sure" { "Send it to " (words::number(subscribers)) " people now" }
            }
            div.row {
                button type="submit" name="then" value="send" { "Send" }
                button.quiet type="submit" name="then" value="preview" { "Look at it again" }
            }
        }))
    };
    Ok(frame::page("Updates", Some(&visitor), &main).into_response())
}
