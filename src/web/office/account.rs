//! One's own account.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;

use super::failure::Failure;
use super::frame;
use super::gate::{SignedIn, unset_cookie};
use crate::http::App;

pub(super) async fn page(SignedIn(visitor): SignedIn) -> Response {
    let main = html! {
        h1 { "Your account" }
        dl.facts {
            dt { "Address" }
            dd { bdi { (visitor.email) } }
            dt { "Role" }
            dd { (visitor.role.name()) }
        }
        div.row {
            form method="post" action="/office/sign-out" {
                button type="submit" { "Sign out" }
            }
            form method="post" action="/office/sign-out-everywhere" {
                button.quiet type="submit" { "Sign out in all browsers" }
            }
        }
    };
    frame::page("Your account", Some(&visitor), &main).into_response()
}

fn out(app: &App) -> Response {
    let mut response = Redirect::to("/office/sign-in").into_response();
    response.headers_mut().insert(SET_COOKIE, unset_cookie(app));
    response
}

pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
) -> Result<Response, Failure> {
    app.office.sign_out(&visitor).await?;
    Ok(out(&app))
}

pub(super) async fn sign_out_everywhere(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
) -> Result<Response, Failure> {
    app.office.sign_out_everywhere(&visitor).await?;
    Ok(out(&app))
}
