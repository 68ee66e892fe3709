//! Who may do what. For owners.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::{frame, words};
use crate::http::App;
use crate::office::{AccountId, Action, Office, OfficeError, Role};

fn choice(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner: everything, and who may do what",
        Role::Moderator => "moderator: judges drafts and doubtful confirmations",
        Role::Viewer => "viewer: sees totals and drafts, changes nothing",
        Role::Organiser => "organiser: writes petitions",
    }
}

fn options(chosen: Role) -> Markup {
    html! {
        @for role in Role::ALL {
            option value=(role.name()) selected[role == chosen] { (choice(role)) }
        }
    }
}

pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let visitor = signed_in.to(Action::ManagePeople)?;
    let accounts = app.office_work(Office::accounts).await?;
    let main = html! {
        h1 { "People" }
        div.wide.scroll {
            table.stacked {
                thead { tr { th { "Address" } th { "Role" } th { "Since" } th { span.hidden { "Remove" } } } }
                tbody {
                    @for (id, account) in &accounts {
                        tr {
                            td { bdi { (account.email) } }
                            td {
                                form.inline method="post"
                                    action=(format!("/office/people/{id}/role")) {
                                    select name="role" aria-label="Role" { (options(account.role)) }
                                    button.quiet type="submit" { "Change" }
                                }
                            }
                            td { (words::moment(account.since)) }
                            td {
                                @if *id != visitor.account {
                                    form.inline method="post"
                                        action=(format!("/office/people/{id}/remove")) {
                                        button.danger type="submit" { "Remove" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        h2 { "Invite somebody" }
        form method="post" action="/office/people" {
            div.field {
                label for="email" { "E-mail address" }
                input #email name="email" type="email" required maxlength="254";
            }
            div.field {
                label for="role" { "Role" }
                select #role name="role" { (options(Role::Organiser)) }
            }
            button type="submit" { "Invite" }
        }
        p.hint { "They get a link that works once, within three days." }
    };
    Ok(frame::page("People", Some(&visitor), &main).into_response())
}

fn role(fields: &Fields) -> Result<Role, Failure> {
    let invalid = || OfficeError::Invalid("there is no such role".to_owned());
    Ok(Role::parse(&fields.get("role")).ok_or_else(invalid)?)
}

pub(super) async fn invite(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let visitor = signed_in.to(Action::ManagePeople)?;
    let role = role(&fields)?;
    app.office
        .invite(&fields.get("email"), role, Some(&visitor))
        .await?;
    Ok(Redirect::to("/office/people"))
}

pub(super) async fn set_role(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(account): Path<String>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let visitor = signed_in.to(Action::ManagePeople)?;
    let account: AccountId = account.parse()?;
    app.office
        .set_role(account, role(&fields)?, &visitor)
        .await?;
    Ok(Redirect::to("/office/people"))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(account): Path<String>,
) -> Result<Redirect, Failure> {
    let visitor = signed_in.to(Action::ManagePeople)?;
    app.office
        .remove_account(account.parse()?, &visitor)
        .await?;
    Ok(Redirect::to("/office/people"))
}
