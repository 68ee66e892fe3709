//! Signing in by a link in a mail. Opening the link does nothing; its button signs in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;

use super::failure::Failure;
use super::form::Fields;
use super::frame;
use super::gate::{Perhaps, set_cookie};
use crate::http::{App, LinkToken};

pub(super) async fn page(State(app): State<Arc<App>>, Perhaps(visitor): Perhaps) -> Response {
    if visitor.is_some() {
        return Redirect::to("/office").into_response();
    }
    let main = html! {
        h1 { "Sign in to the office" }
        p.lead { "For organisers and staff. We mail you a link; there is no password." }
        form method="post" action="/office/sign-in" {
            div.field {
                label for="email" { "Your e-mail address" }
                input #email name="email" type="email" autocomplete="email" required maxlength="254";
            }
            button type="submit" { "Mail me a link" }
        }
        @if !app.office.config().open {
            p.hint { "Organisers are invited by the staff of this site." }
        }
        p.hint { "Did you sign a petition? You need no account for that, and none exists." }
    };
    frame::page("Sign in", None, &main).into_response()
}

pub(super) async fn ask(State(app): State<Arc<App>>, fields: Fields) -> Result<Response, Failure> {
    app.office.ask_to_sign_in(&fields.get("email")).await?;
    let main = html! {
        h1 { "Check your inbox" }
        p.lead {
            "If this address may sign in here, a link is on its way. It works once, within 15 \
             minutes, in the browser in which you open it."
        }
        p { a href="/office/sign-in" { "Use another address" } }
    };
    Ok(frame::page("Check your inbox", None, &main).into_response())
}

pub(super) async fn link(
    State(app): State<Arc<App>>,
    LinkToken(token): LinkToken,
) -> Result<Response, Failure> {
    let email = app.office.whose_link(token).await?;
    let main = html! {
        h1 { "Sign in" }
        p.lead { "This link signs you in as " bdi { (email) } "." }
        // To this very address: the token stands nowhere in the page.
        form method="post" {
            button type="submit" { "Sign in" }
        }
        p.hint { "Is that not you? Then close this page." }
    };
    Ok(frame::page("Sign in", None, &main).into_response())
}

pub(super) async fn enter(
    State(app): State<Arc<App>>,
    LinkToken(token): LinkToken,
) -> Result<Response, Failure> {
    let cookie = app.office.sign_in(token).await?;
    let mut response = Redirect::to("/office").into_response();
    response
        .headers_mut()
        .insert(SET_COOKIE, set_cookie(&app, &cookie));
    Ok(response)
}
