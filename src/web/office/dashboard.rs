//! `/office`: where one begins.

use axum::response::{IntoResponse as _, Response};
use maud::html;

use super::frame;
use super::gate::SignedIn;

pub(super) async fn page(SignedIn(visitor): SignedIn) -> Response {
    let main = html! {
        h1 { "Office" }
        p.lead { "Signed in as " bdi { (visitor.email) } ", " (visitor.role.name()) "." }
    };
    frame::page("Office", Some(&visitor), main).into_response()
}
