//! The office's pages (`spec/office.md`): for organisers and staff, in English, complete
//! without JavaScript. The only pages that set a cookie.

mod account;
mod dashboard;
mod drafts;
mod editor;
mod failure;
mod form;
mod frame;
mod gate;
mod guard;
mod invitations;
mod limits;
mod list;
mod log;
mod organisers;
mod packs;
mod people;
mod petition;
mod publish;
mod queue;
mod sign_in;
mod signing;
mod speak;
mod sponsor;
mod updates;
mod withhold;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::http::App;

/// Most bytes of a form: a petition in many languages, percent-encoded.
const FORM_MAX: usize = 1 << 20;

pub(crate) fn router(app: Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/office", get(dashboard::page))
        .route("/office/sign-in", get(sign_in::page).post(sign_in::ask))
        .route(
            "/office/sign-in/{token}",
            get(sign_in::link).post(sign_in::enter),
        )
        .route("/office/account", get(account::page))
        .route("/office/sign-out", post(account::sign_out))
        .route(
            "/office/sign-out-everywhere",
            post(account::sign_out_everywhere),
        )
        .route("/office/people", get(people::page).post(people::invite))
        .route("/office/people/{account}/role", post(people::set_role))
        .route("/office/people/{account}/remove", post(people::remove))
        .route("/office/log", get(log::page))
        .route("/office/limits", get(limits::page).post(limits::change))
        .route(
            "/office/join/{token}",
            get(organisers::link).post(organisers::join),
        )
        .merge(together())
        .merge(drafting())
        .merge(petitions())
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .layer(from_fn_with_state(app, gate::gate))
}

/// Organisers of a draft or petition: `{kind}` is `drafts` or `petitions`.
fn together() -> Router<Arc<App>> {
    let at = |path: &str| format!("/office/{{kind}}/{{id}}/organisers{path}");
    Router::new()
        .route(&at(""), get(organisers::page).post(organisers::invite))
        .route(&at("/remove"), post(organisers::remove))
        .route(&at("/revoke"), post(organisers::revoke))
}

fn drafting() -> Router<Arc<App>> {
    let at = |path: &str| format!("/office/drafts/{{id}}{path}");
    Router::new()
        .route("/office/drafts", post(drafts::begin))
        .route(&at(""), get(drafts::page))
        .route(&at("/edit"), get(drafts::edit).post(drafts::save))
        .route(&at("/preview"), get(drafts::preview))
        .route(&at("/versions"), get(drafts::versions))
        .route(&at("/submit"), post(drafts::submit))
        .route(&at("/delete"), post(drafts::delete))
        .route(&at("/verdict"), post(queue::judge))
        .route(&at("/key"), post(organisers::set_key))
        .route(&at("/draw"), post(publish::draw))
        .route(&at("/statement"), get(publish::statement))
        .route(&at("/manifest"), get(publish::manifest))
        .route(&at("/publish"), post(publish::publish))
        .route("/office/queue", get(queue::page))
        .route(
            "/office/sponsor/confirm/{token}",
            get(sponsor::link).post(sponsor::confirm),
        )
        .route(
            "/office/sponsor/{id}/{token}",
            get(sponsor::page).post(sponsor::ask),
        )
}

fn petitions() -> Router<Arc<App>> {
    let at = |path: &str| format!("/office/petitions/{{id}}{path}");
    Router::new()
        .route(&at(""), get(petition::page))
        .route(&at("/say/{kind}"), get(speak::ask).post(speak::draw))
        .route(&at("/text"), post(speak::download))
        .route(&at("/statements"), post(speak::say))
        .route(&at("/packs"), get(packs::page).post(packs::act))
        .route(&at("/updates"), get(updates::page).post(updates::send))
        .route(
            &at("/invitations"),
            get(invitations::page).post(invitations::invite),
        )
        .route(&at("/list"), get(list::page))
        .route(&at("/list/sealed"), get(list::sealed))
        .route(&at("/trends"), get(limits::trends))
        .route(&at("/held"), get(guard::held).post(guard::judge))
        .route(
            &at("/withhold"),
            get(withhold::page).post(withhold::withhold),
        )
        .route(&at("/strikes"), get(guard::strikes).post(guard::strike))
}
