//! Inviting people who agreed to be asked. The organiser learns how many addresses were
//! taken, and nothing about any mailbox.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{frame, petition, words};
use crate::http::{App, Refusal};
use crate::office::OfficeError;
use crate::registrar::{InvitationText, Invited};

pub(super) async fn page(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let petition = petition::acted(&app, &id, &visitor).await?;
    let p = petition.manifest.id();
    let waiting = app
        .blocking(move |app| Ok(app.registrar.invitations_waiting(p)?))
        .await?;
    let lang = &petition.manifest.terms().title[0].lang;
    let main = html! {
        (petition::head(&petition, "Invite supporters"))
        p.lead {
            "One mail to each address, once, with a link that signs. Only to people who agreed to \
             hear from you about this; whoever says stop is never invited by this site again."
        }
        @if waiting > 0 { p { (words::number(waiting)) " addresses are being worked on." } }
        form method="post" {
            div.field {
                label for="addresses" { "Addresses" }
                span.hint { "One a line, or as a table with one address in each line." }
                textarea.note #addresses name="addresses" required spellcheck="false" rows="8" {}
            }
            div.field data-script hidden {
                label for="file" { "Or a file with them" }
                input #file type="file" accept=".csv,.txt,text/csv,text/plain";
            }
            div.field {
                label for="lang" { "Language" }
                input #lang name="lang" required maxlength="35" value=(lang);
            }
            div.field {
                label for="text" { "Your words" }
                span.hint { "The mail says what the petition is and who writes; add why you ask them." }
                textarea #text name="text" required maxlength="2000" dir="auto" {}
            }
            div.check {
                input #consent name="consent" type="checkbox" value="yes" required;
                label for="consent" { "Each of these people agreed to be written to about this" }
            }
            button type="submit" { "Invite them" }
        }
    };
    Ok(frame::page("Invite supporters", Some(&visitor), &main)
        .script("js/pages/office_invite.js")
        .into_response())
}

/// What looks like an address in each cell of a list or table.
fn addresses(text: &str) -> Vec<String> {
    let cells = text.split(|c: char| matches!(c, ',' | ';' | '<' | '>' | '"') || c.is_whitespace());
    let found = cells.filter(|cell| cell.contains('@'));
    found.map(str::to_owned).collect()
}

pub(super) async fn invite(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let petition = petition::acted(&app, &id, &visitor).await?;
    let p = petition.manifest.id();
    if !fields.has("consent") {
        let words = "invite only people who agreed to be written to".to_owned();
        return Err(OfficeError::Invalid(words).into());
    }
    let list = addresses(fields.raw("addresses"));
    if list.is_empty() {
        return Err(OfficeError::Invalid("there is no address in this list".to_owned()).into());
    }
    let text = InvitationText {
        lang: fields.get("lang").to_ascii_lowercase(),
        text: fields.get("text"),
    };
    let invited = app
        .registrar
        .invite(p, list, &text)
        .await
        .map_err(Refusal::from)?;
    let what = format!("invited {} people to {p}", invited.taken);
    app.office.record(&visitor, what, String::new()).await?;
    let main = html! { (petition::head(&petition, "Invite supporters")) (totals(&invited)) };
    Ok(frame::page("Invite supporters", Some(&visitor), &main).into_response())
}

fn totals(invited: &Invited) -> Markup {
    html! {
        p.lead { (words::number(invited.taken)) " addresses were taken." }
        dl.facts {
            dt { "Not an address" } dd { (words::number(invited.malformed)) }
            dt { "On the list twice" } dd { (words::number(invited.twice)) }
            dt { "More than may be invited" } dd { (words::number(invited.too_many)) }
        }
        p.hint {
            "Mails follow as fast as limits allow. Who was invited before, has signed, or wants no \
             invitation is left out later; nobody is told which."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn addresses_are_found_in_lists_and_tables() {
        let table = "name,mail\r\n\"Ada L\",ada@example.org;yes\nBob <bob@example.org>\n\n";
        assert_eq!(addresses(table), ["ada@example.org", "bob@example.org"]);
        assert!(addresses("nobody here").is_empty());
    }
}
