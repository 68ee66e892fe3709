//! The link in the mail. Opening it does nothing: mail scanners follow links. The browser
//! makes the signature; without JavaScript the service makes it, and says what that costs.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::words;
use crate::api::problem::Kind;
use crate::clock::random;
use crate::http::{App, Client, LinkToken, Refusal};
use crate::instance::Phase;
use crate::protocol::commitment::{Disclosure, DisclosureFields};
use crate::protocol::encoding::to_base64;
use crate::protocol::manifest::{Ask, Manifest};
use crate::protocol::receipt::{Private, Receipt};
use crate::protocol::signer::{SignerSecret, Signing};
use crate::registrar::Opening;
use crate::tlog::hash::leaf_hash;
use crate::web::here;
use crate::web::layout::Page;
use crate::web::visit::{Filled, Visit, asks_for};

pub(in crate::web) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    LinkToken(_): LinkToken,
    uri: Uri,
) -> Response {
    match visit.petition.phase(app.now()) {
        Phase::Announced => closed(&visit, "confirm-not-open"),
        Phase::Closed => closed(&visit, "confirm-closed"),
        phase @ (Phase::Open | Phase::Closing) => form(&app, &visit, &uri, phase),
    }
}

fn closed(visit: &Visit, message: &str) -> Response {
    let lang = visit.lang;
    let title = lang.text("confirm-title");
    let main = words::notice(&title, &[&lang.text(message)], &words::about(visit));
    let page = Page::new(lang, &title, main).style("css/sign.css");
    page.private().into_response()
}

fn form(app: &App, visit: &Visit, uri: &Uri, phase: Phase) -> Response {
    let lang = visit.lang;
    let id = visit.manifest().id();
    let title = lang.text("confirm-title");
    let plain = asks_for(uri, "plain");
    let main = html! {
        (words::about(visit))
        h1 { (title) }
        @if phase == Phase::Closing { p.notice.warn { (lang.text("confirm-closing")) } }
        @if plain {
            (plain_form(app, visit))
        } @else {
            (live(visit))
            noscript { (plain_form(app, visit)) }
        }
        p.hint { (lang.text("confirm-not-you")) }
    };
    let mut page = Page::new(lang, &title, main)
        .style("css/sign.css")
        .private();
    if !plain {
        let (receipt, lost) = (visit.path("/receipt"), visit.path("/lost"));
        page = page
            .script("js/pages/confirm.js")
            .data(json!({ "petition": id, "receipt": receipt, "lost": lost }))
            .messages(&["js-problem-", "js-resume", "js-confirming", "js-handing-in"]);
    }
    page.into_response()
}

/// Where the script works. The way out is there for browsers in which it does not.
fn live(visit: &Visit) -> Markup {
    let lang = visit.lang;
    let asks = &visit.manifest().terms().asks;
    html! {
        div.needs-script {
            form #confirm hidden {
                p.lead { (lang.text("confirm-lead")) }
                (words::statement(lang, asks, &lang.text("confirm-button"), ""))
                @if asks.share.is_some() {
                    (words::share(lang, &visit.manifest().terms().organiser.name))
                }
            }
            p #resume hidden {
                span {} " "
                button.quiet type="button" #anew { (lang.text("confirm-anew")) }
            }
            p #progress role="status" hidden {}
            div #problem.notice.bad role="alert" hidden {
                p {}
                button type="button" #retry { (lang.text("confirm-retry")) }
                " "
                a #lost href=(visit.path("/lost")) hidden { (lang.text("lost-title")) }
                a.button #plain-way href=(here::href("?plain")) hidden { (lang.text("confirm-plain-link")) }
            }
            p.hint #preparing {
                (lang.text("confirm-preparing")) " "
                a href=(here::href("?plain")) { (lang.text("confirm-plain-link")) }
            }
        }
    }
}

/// The whole signing in one request. The secret is made now, so that the same form sent
/// again sends the same bytes.
fn plain_form(app: &App, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let secret: [u8; 32] = random(&*app.instance.clock);
    let asks = &visit.manifest().terms().asks;
    html! {
        form #plain method="post" {
            div.notice.warn {
                p { strong { (lang.text("plain-title")) } }
                p { (lang.text("plain-cost")) }
                p { (lang.text("plain-instead")) }
            }
            input type="hidden" name="secret" value=(hex::encode(secret)) autocomplete="off";
            (words::statement(lang, asks, &lang.text("plain-button"), "plain-"))
        }
    }
}

#[derive(Deserialize)]
pub(in crate::web) struct Plain {
    #[serde(with = "hex::serde")]
    secret: [u8; 32],
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    show_name: Option<String>,
}

impl Plain {
    /// What the petition asks for, and nothing else.
    fn disclosure(&self, manifest: &Manifest) -> Result<Disclosure, Refusal> {
        let asks = &manifest.terms().asks;
        let pick = |ask: Ask, typed: &Option<String>| match (ask, words::given(typed.clone())) {
            (Ask::No, _) => Ok(None),
            (Ask::Required, None) => Err(Refusal::malformed("A field is empty.")),
            (_, given) => Ok(given),
        };
        let fields = DisclosureFields {
            name: pick(asks.name, &self.name)?,
            region: pick(asks.region, &self.region)?,
            comment: pick(asks.comment, &self.comment)?,
        };
        Disclosure::new(&fields)
            .map_err(|error| Refusal::new(Kind::TooLarge).detail(error.to_string()))
    }
}

/// The signer's part, done by the service (`spec/signing.md`, "Without JavaScript").
pub(in crate::web) async fn sign(
    State(app): State<Arc<App>>,
    visit: Visit,
    Client(client): Client,
    LinkToken(token): LinkToken,
    Filled(form): Filled<Plain>,
) -> Result<Response, Refusal> {
    let manifest = visit.manifest();
    let id = manifest.id();
    let disclosure = form.disclosure(manifest)?;
    let (secret, petition) = (SignerSecret(form.secret), visit.petition.clone());
    let stated = disclosure.clone();
    let signing = app.blocking(move |_| {
        let context = petition.manifest.token();
        Signing::new(&secret, id, context, &stated).map_err(Refusal::internal)
    });
    let signing = signing.await?;
    let answer = app
        .registrar
        .confirm(id, &token, signing.blinded_message(), client);
    let leaf = signing.finish(manifest.token(), &answer.await?);
    let leaf = leaf.map_err(Refusal::internal)?;
    let promise = app.ledger.submit(id, &leaf.to_bytes()).await?;
    if form.show_name.is_some() && disclosure.fields() != DisclosureFields::default() {
        let opening = Opening {
            leaf: leaf_hash(&leaf.to_bytes()),
            salt: *signing.salt(),
            disclosure: disclosure.clone(),
        };
        app.registrar.disclose(id, opening, false).await?;
    }
    let private = Private {
        secret: form.secret,
        disclosure: String::from_utf8_lossy(disclosure.as_bytes()).into_owned(),
    };
    let mut receipt = Receipt::begin(manifest, Some(app.url.clone()), private);
    receipt.leaf = Some(to_base64(leaf.to_bytes()));
    receipt.promise = Some(promise);
    Ok(signed(&visit, &receipt))
}

fn signed(visit: &Visit, receipt: &Receipt) -> Response {
    let lang = visit.lang;
    let title = lang.text("signed-title");
    let text = receipt.to_bytes();
    let file = format!("data:application/json;base64,{}", to_base64(&text));
    let name = format!("{}.receipt.json", &visit.manifest().id().to_string()[..8]);
    let main = html! {
        (words::about(visit))
        h1 { (title) }
        p.lead { (lang.text("signed-plain")) }
        p { a.button href=(file) download=(name) { (lang.text("receipt-download")) } }
        p { (lang.text("signed-keep")) }
        p { (lang.text("signed-later")) " " a href=(visit.path("/receipt")) { (lang.text("receipt-title")) } }
        details {
            summary { (lang.text("signed-text")) }
            textarea.text readonly aria-label=(lang.text("signed-text")) rows="12" dir="ltr" { (String::from_utf8_lossy(&text)) }
        }
    };
    let page = Page::new(lang, &title, main).style("css/sign.css");
    page.private().into_response()
}
