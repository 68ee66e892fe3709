//! Staff look after the roll: held confirmations, strikes. No page says who somebody is,
//! or whether a certain person has signed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{frame, petition, words};
use crate::api::{StrikeRequest, StrikeResponse, StrikeTarget};
use crate::http::{App, Refusal};
use crate::instance::Petition;
use crate::office::{Action, OfficeError, reason};
use crate::protocol::leaf::StrikeReason;
use crate::registrar::RegistrarError;

/// Held confirmations on a page.
const HELD: usize = 100;
/// Roll entries struck in one go.
const ENTRIES_MAX: usize = 1000;

pub(super) async fn held(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::Guard)?;
    let petition = petition::seen(&app, &id, &visitor).await?;
    let p = petition.manifest.id();
    let held = app
        .blocking(move |app| Ok(app.registrar.held(p, None, HELD)?))
        .await?;
    let main = html! {
        (petition::head(&petition, "Held confirmations"))
        p.lead { "A rule against abuse holds these. Whose they are, nobody here can see." }
        @if held.is_empty() { p { "None." } } @else {
            form method="post" {
                fieldset {
                    legend { "The oldest " (held.len()) }
                    @for one in &held {
                        div.check {
                            input #(one.id) name="held" value=(one.id) type="checkbox";
                            label for=(one.id) { (words::moment(one.since)) ": " (one.rule) }
                        }
                    }
                }
                div.field {
                    label for="reason" { "Reason" }
                    textarea #reason name="reason" required maxlength="2000" {}
                }
                div.row {
                    button type="submit" name="verdict" value="release" { "Release" }
                    button.danger type="submit" name="verdict" value="refuse" { "Refuse" }
                }
            }
        }
    };
    Ok(frame::page("Held confirmations", Some(&visitor), &main).into_response())
}

pub(super) async fn judge(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let visitor = signed_in.to(Action::Guard)?;
    let petition = petition::seen(&app, &id, &visitor).await?;
    let p = petition.manifest.id();
    let release = match &*fields.get("verdict") {
        "release" => true,
        "refuse" => false,
        _ => return Err(OfficeError::Invalid("choose one".to_owned()).into()),
    };
    let chosen = fields.all("held");
    if chosen.is_empty() || chosen.len() > HELD {
        return Err(OfficeError::Invalid("tick at least one".to_owned()).into());
    }
    let why = reason(&fields.get("reason"))?;
    let does = if release { "released" } else { "refused" };
    let what = format!("{does} {} held confirmations of {p}", chosen.len());
    app.office.record(&visitor, what, why).await?;
    for held in chosen {
        match app.registrar.judge_held(p, &held, release).await {
            // Judged by somebody else, or over, meanwhile.
            Ok(()) | Err(RegistrarError::UnknownHeld) => {}
            Err(error) => return Err(Refusal::from(error).into()),
        }
    }
    Ok(Redirect::to(&format!("/office/petitions/{id}/held")))
}

fn reasons() -> Markup {
    let words = |reason: StrikeReason| match reason {
        StrikeReason::Fraud => "the confirmation was obtained by fraud",
        StrikeReason::DuplicatePerson => "the same person holds another entry",
        StrikeReason::SignersRequest => "the signer asked",
        StrikeReason::Erasure => "the signer's data is to be erased before the audit",
    };
    html! {
        div.field {
            label for="code" { "Kind of reason" }
            span.hint { "Stands in the public record." }
            select #code name="code" {
                @for reason in StrikeReason::ALL {
                    option value=(reason as u8) { (words(reason)) }
                }
            }
        }
        div.field {
            label for="reason" { "Reason" }
            span.hint { "For the staff's log. Nothing about the person." }
            textarea #reason name="reason" required maxlength="2000" {}
        }
    }
}

pub(super) async fn strikes(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::Guard)?;
    let petition = petition::seen(&app, &id, &visitor).await?;
    let main = html! {
        (petition::head(&petition, "Strike roll entries"))
        p.lead {
            "A strike lowers the count at once, never the ceiling, and cannot be undone. It is \
             public, with the kind of reason."
        }
        h2 { "By number" }
        form method="post" {
            div.field {
                label for="entries" { "Numbers of roll entries" }
                span.hint { "With spaces or commas between them." }
                input #entries name="entries" required inputmode="numeric";
            }
            (reasons())
            button type="submit" name="then" value="preview" { "Look at what it does" }
        }
        h2 { "By mailbox" }
        form method="post" {
            p.hint {
                "For somebody who wrote to you and cannot use the link on the petition's page. The \
                 answer is the same whether or not the mailbox is on the roll."
            }
            div.field {
                label for="mailbox" { "E-mail address" }
                input #mailbox name="mailbox" type="email" required maxlength="254" autocomplete="off";
            }
            input type="hidden" name="code" value=(StrikeReason::SignersRequest as u8);
            div.field {
                label for="why" { "Reason" }
                span.hint { "For the staff's log. Not the address, and nothing about the person." }
                textarea #why name="reason" required maxlength="2000" {}
            }
            div.check {
                input #sure name="sure" type="checkbox" value="yes" required;
                label for="sure" { "Strike its entry, if there is one" }
            }
            button.danger type="submit" name="then" value="mailbox" { "Strike" }
        }
    };
    Ok(frame::page("Strike roll entries", Some(&visitor), &main).into_response())
}

fn read_entries(text: &str) -> Result<Vec<u64>, OfficeError> {
    let parts = text.split(|c: char| c == ',' || c.is_whitespace());
    let numbers = parts.filter(|part| !part.is_empty()).map(str::parse);
    let numbers: Result<Vec<u64>, _> = numbers.collect();
    match numbers {
        Ok(numbers) if (1..=ENTRIES_MAX).contains(&numbers.len()) => Ok(numbers),
        _ => Err(OfficeError::Invalid(format!(
            "give 1 to {ENTRIES_MAX} numbers of roll entries"
        ))),
    }
}

pub(super) async fn strike(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::Guard)?;
    let petition = petition::seen(&app, &id, &visitor).await?;
    let p = petition.manifest.id();
    let why = reason(&fields.get("reason"))?;
    let code: Option<u8> = fields.get("code").parse().ok();
    let code = StrikeReason::ALL
        .into_iter()
        .find(|r| Some(*r as u8) == code);
    let code = code.ok_or_else(|| OfficeError::Invalid("choose a kind of reason".to_owned()))?;
    let then = fields.get("then");
    if !matches!(&*then, "preview" | "mailbox" | "strike") {
        return Err(OfficeError::Invalid("choose what to do".to_owned()).into());
    }
    if then != "preview" && !fields.has("sure") {
        let words = "tick the box: a strike cannot be undone".to_owned();
        return Err(OfficeError::Invalid(words).into());
    }
    let target = if then == "mailbox" {
        StrikeTarget::Mailbox(fields.get("mailbox"))
    } else {
        StrikeTarget::Entries(read_entries(&fields.get("entries"))?)
    };
    let request = StrikeRequest {
        target,
        reason: code,
        preview: then == "preview",
    };
    if !request.preview {
        let how = if then == "mailbox" {
            "one roll entry by its mailbox, if there is one,".to_owned()
        } else {
            format!("roll entries {}", fields.get("entries"))
        };
        let what = format!("struck {how} of {p}");
        app.office.record(&visitor, what, why.clone()).await?;
    }
    let done = app.registrar.strike(p, &request).await;
    if then == "mailbox" {
        return match done {
            // One answer, or this form would tell who has signed.
            Ok(_) | Err(RegistrarError::NotOnRoll | RegistrarError::NotStrikable(_)) => {
                let main = html! {
                    (petition::head(&petition, "It is done"))
                    p.lead { "If this mailbox was on the roll, its entry is struck." }
                };
                Ok(frame::page("It is done", Some(&visitor), &main).into_response())
            }
            Err(error) => Err(Refusal::from(error).into()),
        };
    }
    let response = done.map_err(Refusal::from)?;
    if request.preview {
        let main = preview(&petition, &fields, &response);
        return Ok(frame::page("Strike", Some(&visitor), &main).into_response());
    }
    Ok(Redirect::to(&format!("/office/petitions/{id}")).into_response())
}

fn preview(petition: &Petition, fields: &Fields, response: &StrikeResponse) -> Markup {
    html! {
        (petition::head(petition, "This is what it does"))
        dl.facts {
            dt { "Entries" } dd { (response.entries.len()) }
            dt { "Count now" } dd { (words::number(response.count_now)) }
            dt { "Count then" } dd { (words::number(response.count_then)) }
            dt { "Ceiling" } dd { (words::number(response.ceiling)) }
        }
        form method="post" {
            @for name in ["entries", "code", "reason"] {
                input type="hidden" name=(name) value=(fields.get(name));
            }
            div.check {
                input #sure name="sure" type="checkbox" value="yes" required;
                label for="sure" { "Strike " (response.entries.len()) " entries, for good" }
            }
            button.danger type="submit" name="then" value="strike" { "Strike" }
        }
    }
}
