//! Limits against abuse, blocked domains, and trends. Viewers see them; who guards the
//! roll changes them, with a reason.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{frame, petition, words};
use crate::http::{App, Refusal};
use crate::office::{Action, OfficeError, reason};
use crate::registrar::RequestLimits;

/// Hours that trends show.
const HOURS: u64 = 24;

/// Each limit: its field, its name, and where it stands.
type Limit = (
    &'static str,
    &'static str,
    fn(&mut RequestLimits) -> &mut u32,
);

const LIMITS: [Limit; 5] = [
    (
        "requests_per_minute",
        "Requests a minute from one network, before further ones are held",
        |limits| &mut limits.requests_per_minute,
    ),
    (
        "requests_per_five_minutes",
        "The same in five minutes",
        |limits| &mut limits.requests_per_five_minutes,
    ),
    (
        "requests_per_domain_hour",
        "Requests an hour from one mail domain that is no known provider",
        |limits| &mut limits.requests_per_domain_hour,
    ),
    (
        "mails_per_mailbox",
        "Links to one mailbox for one petition",
        |limits| &mut limits.mails_per_mailbox,
    ),
    (
        "mails_per_mailbox_day",
        "Mails to one mailbox a day",
        |limits| &mut limits.mails_per_mailbox_day,
    ),
];

pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::SeeAll)?;
    let guards = visitor.role.may(Action::Guard);
    let blocked = app.registrar.blocks();
    let mut limits = app.registrar.request_limits();
    let why = |id: &'static str| {
        html! {
            div.field {
                label for=(id) { "Reason" }
                input #(id) name="reason" required maxlength="2000";
            }
        }
    };
    let main = html! {
        h1 { "Limits and blocks" }
        h2 { "Blocked domains" }
        @if blocked.is_empty() { p { "None here; the operator's file may name more." } }
        @else { ul { @for domain in &blocked { li { (domain) } } } }
        @if guards {
            form method="post" {
                div.field {
                    label for="domain" { "Domain" }
                    span.hint { "And all below it." }
                    input #domain name="domain" required maxlength="253" autocapitalize="none";
                }
                (why("why-block"))
                div.row {
                    button.danger type="submit" name="then" value="block" { "Block" }
                    button.quiet type="submit" name="then" value="unblock" { "Unblock" }
                }
            }
        }
        h2 { "Limits" }
        @if guards {
            form method="post" {
                @for (name, label, of) in LIMITS {
                    div.field {
                        label for=(name) { (label) }
                        input #(name) name=(name) type="number" min="1" max="1000000" required
                            value=(of(&mut limits));
                    }
                }
                (why("why-limits"))
                button type="submit" name="then" value="limits" { "Set" }
            }
        } @else {
            dl.facts { @for (_, label, of) in LIMITS { dt { (label) } dd { (of(&mut limits)) } } }
        }
    };
    Ok(frame::page("Limits and blocks", Some(&visitor), &main).into_response())
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let visitor = signed_in.to(Action::Guard)?;
    let why = reason(&fields.get("reason"))?;
    let domain = fields.get("domain");
    let then = fields.get("then");
    let done = match &*then {
        "block" | "unblock" => {
            // A name, before it stands in the log.
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
            if domain.is_empty() || !domain.chars().all(plain) {
                return Err(OfficeError::Invalid("this is not a domain".to_owned()).into());
            }
            app.office
                .record(&visitor, format!("{then}ed {domain}"), why)
                .await?;
            if then == "block" {
                app.registrar.block(&domain).await
            } else {
                app.registrar.unblock(&domain).await
            }
        }
        "limits" => {
            let mut limits = app.registrar.request_limits();
            for (name, label, of) in LIMITS {
                let number = fields.get(name).parse::<u32>().ok().filter(|n| *n > 0);
                let words = || OfficeError::Invalid(format!("{label}: a number from 1"));
                *of(&mut limits) = number.ok_or_else(words)?;
            }
            app.office
                .record(&visitor, "set the limits".to_owned(), why)
                .await?;
            app.registrar.set_request_limits(limits).await
        }
        _ => return Err(OfficeError::Invalid("choose what to do".to_owned()).into()),
    };
    done.map_err(Refusal::from)?;
    Ok(Redirect::to("/office/limits"))
}

pub(super) async fn trends(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::SeeAll)?;
    let petition = petition::seen(&app, &id, &visitor).await?;
    let trends = app
        .registrar
        .trends(petition.manifest.id(), HOURS)
        .map_err(Refusal::from)?;
    let main = html! {
        (petition::head(&petition, "Trends"))
        p.lead {
            "Requests for links by mail domain, in the last day. A domain with fewer than 20 in an \
             hour is not shown: it could be somebody."
        }
        @if trends.is_empty() { p { "Nothing stands out." } } @else {
            div.scroll {
                table {
                    thead { tr { th { "Hour" } th { "Domain" } th.number { "Requests" } } }
                    tbody {
                        @for trend in &trends {
                            tr {
                                td { (words::moment(trend.hour)) }
                                td { (trend.domain) }
                                td.number { (words::number(trend.requests)) }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(frame::page("Trends", Some(&visitor), &main).into_response())
}
