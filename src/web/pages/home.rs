//! `/`: the petitions published here.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::html;

use crate::http::App;
use crate::web::layout::Page;
use crate::web::reader::Reader;

pub(in crate::web) async fn page(State(app): State<Arc<App>>, Reader(lang): Reader) -> Response {
    let petitions = app.instance.petitions.page(None, 100);
    let title = lang.text("home-title");
    let tagline = lang.text("site-tagline");
    let main = html! {
        h1 { (title) }
        p.lead { (tagline) }
        @if petitions.is_empty() {
            p { (lang.text("home-none")) }
        }
        ul.petitions {
            @for petition in &petitions {
                @let terms = petition.manifest.terms();
                li {
                    a href=(format!("/{}", petition.manifest.id())) { (terms.title[0].text) }
                }
            }
        }
    };
    Page::new(lang, &title, main)
        .description(&tagline)
        .into_response()
}
