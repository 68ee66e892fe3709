//! The pack for a petition's recipients: download it, or have it mailed after a look at the
//! mail; what became of those that were sent.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{frame, petition, words};
use crate::api::PackRequest;
use crate::http::packs::{self, Pack};
use crate::http::{App, AttestationBrief, attestation_text, newest_attestations};
use crate::instance::Petition;
use crate::office::packs::{MAIL_MAX, PACK_DAYS};
use crate::office::{OfficeError, Shipment};
use crate::registrar::MailFate;

/// What the page is about.
struct Made {
    /// The newest attestation.
    newest: Option<AttestationBrief>,
    /// How many chose to be shown to the recipients.
    shown: u64,
    sent: Vec<(Shipment, MailFate)>,
}

async fn known(app: &Arc<App>, petition: &Petition) -> Result<Made, Failure> {
    let id = petition.manifest.id();
    let (newest, shown) = app
        .blocking(move |app| {
            let newest = newest_attestations(app, id, 1)?.into_iter().next();
            Ok((newest, app.registrar.disclosures(id)?.len() as u64))
        })
        .await?;
    let sent = app.office_work(move |office| office.shipments(id)).await?;
    Ok(Made {
        newest,
        shown,
        sent,
    })
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let petition = petition::acted(&app, &id, &visitor).await?;
    let made = known(&app, &petition).await?;
    let main = html! {
        (petition::head(&petition, "Delivery pack"))
        p.lead {
            "One file for the recipients: the letter to print, the count with its proof, and a page \
             that checks it by itself, without a network."
        }
        @if petition.withheld().is_some() {
            div.notice { p { "The letter is withheld, so no pack can be made here." } }
        } @else if let Some(newest) = &made.newest {
            (attested(&petition, newest))
            (form(&petition, newest, made.shown))
        } @else {
            div.notice {
                p { "A pack holds the count in your signed words. "
                    a href=(format!("/office/petitions/{id}/say/attest")) { "Attest the count" }
                    " first." }
            }
        }
        @if !made.sent.is_empty() { (sent(&id, &made.sent)) }
    };
    Ok(frame::page("Delivery pack", Some(&visitor), &main).into_response())
}

/// Which count goes into the pack, and whether a newer one is published.
fn attested(petition: &Petition, newest: &AttestationBrief) -> Markup {
    let id = petition.manifest.id();
    let now = petition.tally().map(|(_, tally)| tally);
    let now = now.filter(|tally| tally.time > newest.as_of);
    html! {
        dl.figures {
            div { dt { "Signatures in the pack" } dd { (words::number(newest.count)) } }
            @if let Some(now) = &now {
                div { dt { "Published now" } dd { (words::number(now.totals().count())) } }
            }
        }
        p { "You attested this count as of " (words::moment(newest.as_of)) "."
            @if now.is_some() {
                " " a href=(format!("/office/petitions/{id}/say/attest")) { "Attest the newer one" }
                " to deliver that."
            }
        }
    }
}

fn form(petition: &Petition, newest: &AttestationBrief, shown: u64) -> Markup {
    let titles = &petition.manifest.terms().title;
    html! {
        form method="post" {
            input type="hidden" name="attestation" value=(newest.id);
            @if titles.len() > 1 {
                div.field {
                    label for="lang" { "Language of the letter to print" }
                    select #lang name="lang" {
                        @for title in titles { option value=(title.lang) { (title.lang) " – " (title.text) } }
                    }
                }
            }
            @if shown > 0 {
                div.check {
                    input #signers name="signers" type="checkbox" value="yes";
                    label for="signers" {
                        "With a table of the " (words::number(shown)) " people who chose to be shown \
                         to the recipients"
                    }
                }
            }
            h2 { "Hand it over yourself" }
            button type="submit" name="then" value="download" { "Download the pack" }
            h2 { "Or have it mailed" }
            div.field {
                label for="to" { "The recipient's e-mail address" }
                span.hint { "Known to you and to those who look after the petition, for " (PACK_DAYS) " days." }
                input #to name="to" type="email" maxlength="254" autocomplete="off";
            }
            button.quiet type="submit" name="then" value="preview" { "Look at the mail first" }
        }
    }
}

fn sent(id: &str, all: &[(Shipment, MailFate)]) -> Markup {
    let gone = |(_, fate): &(Shipment, MailFate)| matches!(fate, MailFate::Sent(_));
    html! {
        h2 { "Sent so far" }
        ul.cards {
            @for (shipment, fate) in all {
                li.card {
                    h3 { bdi { (shipment.to) } }
                    p { (state(*fate)) "." }
                    p.hint {
                        (words::number(shipment.count)) " signatures as of " (words::moment(shipment.as_of))
                        ", sent " (words::moment(shipment.sent))
                        @if shipment.linked { ", as a link until " (words::moment(shipment.until)) }
                    }
                }
            }
        }
        @if all.iter().any(gone) {
            p { a.button.quiet href=(format!("/office/petitions/{id}/say/deliver")) {
                "Say that it was delivered"
            } }
        }
    }
}

fn state(fate: MailFate) -> Markup {
    html! {
        @match fate {
            MailFate::Queued => { "In the queue" }
            MailFate::Sent(at) => { "Taken by a mail server, " (words::moment(at)) }
            MailFate::GivenUp(at) => { "Given up: refused, " (words::moment(at)) }
            MailFate::NoMailbox(at) => { "There is no such mailbox, " (words::moment(at)) }
        }
    }
}

async fn make(app: &Arc<App>, petition: &Arc<Petition>, fields: &Fields) -> Result<Pack, Failure> {
    let id = petition.manifest.id();
    let wanted = fields.get("attestation");
    let text = app
        .blocking(move |app| {
            let all = newest_attestations(app, id, 200)?;
            let brief = all.into_iter().find(|brief| brief.id == wanted);
            brief
                .map(|brief| attestation_text(app, id, &brief))
                .transpose()
        })
        .await?;
    let attestation = text.ok_or(OfficeError::Unknown)?;
    let request = PackRequest {
        attestation,
        lang: Some(fields.get("lang")).filter(|lang| !lang.is_empty()),
        signers: fields.has("signers"),
    };
    Ok(packs::make(app, petition.clone(), request).await?)
}

pub(super) async fn act(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let petition = petition::acted(&app, &id, &visitor).await?;
    let p = petition.manifest.id();
    let pack = make(&app, &petition, &fields).await?;
    let then = fields.get("then");
    if then == "download" {
        if fields.has("signers") {
            let what = format!("downloaded the pack of {p} with those who are shown in it");
            app.office.record(&visitor, what, String::new()).await?;
        }
        return Ok(pack.download());
    }
    let to = fields.get("to");
    crate::registrar::Address::parse(&to).map_err(|_| OfficeError::Address)?;
    if then == "send" {
        if !fields.has("sure") {
            let words = "tick the box: a mail cannot be called back".to_owned();
            return Err(OfficeError::Invalid(words).into());
        }
        let what = format!("had a pack of {p} mailed");
        app.office.record(&visitor, what, String::new()).await?;
        packs::send(&app, p, pack, &to).await?;
        let back = format!("/office/petitions/{id}/packs");
        return Ok(Redirect::to(&back).into_response());
    }
    let main = preview(&petition, &pack, &to, &fields);
    Ok(frame::page("Delivery pack", Some(&visitor), &main).into_response())
}

fn preview(petition: &Petition, pack: &Pack, to: &str, fields: &Fields) -> Markup {
    let linked = pack.size() > MAIL_MAX as u64;
    let until = pack.delivery().verified.as_of + PACK_DAYS * 86_400;
    let link = linked.then_some(("https://…", until));
    let text = pack.delivery().mail_text(link);
    let megabytes = pack.size().div_ceil(100_000);
    html! {
        (petition::head(petition, "Delivery pack"))
        p.lead { "This mail would go out." }
        dl.facts {
            dt { "To" } dd { (to) }
            dt { "Subject" } dd dir="auto" { (pack.delivery().subject()) }
            dt { "With it" } dd {
                "petition.zip, " (megabytes / 10) "." (megabytes % 10) " MB"
                @if linked { ": too large for a mail, so it carries a link that works for " (PACK_DAYS) " days" }
            }
        }
        article.letter dir=(pack.delivery().words_direction()) {
            @for line in text.lines().filter(|line| !line.is_empty()) { p { (line) } }
        }
        h2 { "Send it" }
        form method="post" {
            @for name in ["attestation", "lang", "to"] {
                input type="hidden" name=(name) value=(fields.get(name));
            }
            @if fields.has("signers") { input type="hidden" name="signers" value="yes"; }
            div.check {
                input #sure name="sure" type="checkbox" value="yes" required;
                label for="sure" { "Send it to this address now" }
            }
            div.row {
                button type="submit" name="then" value="send" { "Send" }
                a.button.quiet href=(format!("/office/petitions/{}/packs", petition.manifest.id())) { "Change something" }
            }
        }
    }
}
