//! The link that ends updates, or invitations, depending on the mail that it stood in.
//! Opening it does nothing; mail programs end them with one click (RFC 8058), people with a
//! button that sends the same.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use maud::html;

use super::words;
use crate::api::problem::Kind;
use crate::http::{App, Body, LinkToken, Refusal, is_of_type};
use crate::web::layout::Page;
use crate::web::visit::Visit;

pub(in crate::web) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    LinkToken(token): LinkToken,
) -> Result<Response, Refusal> {
    let lang = visit.lang;
    let from = From::of(&app, &visit, &token).await?;
    let title = lang.text(from.message("unsubscribe-title", "uninvite-title"));
    let main = html! {
        (words::about(&visit))
        h1 { (title) }
        p.lead { (lang.text(from.message("unsubscribe-lead", "uninvite-lead"))) }
        form method="post" {
            input type="hidden" name="List-Unsubscribe" value="One-Click";
            button type="submit" {
                (lang.text(from.message("unsubscribe-button", "uninvite-button")))
            }
        }
    };
    let page = Page::new(lang, &title, main).style("css/sign.css");
    Ok(page.private().into_response())
}

/// What a way out leads out of.
#[derive(Clone, Copy)]
enum From {
    Updates,
    Invitations,
}

impl From {
    async fn of(app: &Arc<App>, visit: &Visit, token: &str) -> Result<Self, Refusal> {
        let (id, token) = (visit.manifest().id(), token.to_owned());
        let invitations =
            app.blocking(move |app| Ok(app.registrar.ends_invitations(id, &token)?));
        Ok(if invitations.await? {
            Self::Invitations
        } else {
            Self::Updates
        })
    }

    fn message(self, updates: &'static str, invitations: &'static str) -> &'static str {
        match self {
            Self::Updates => updates,
            Self::Invitations => invitations,
        }
    }
}

pub(in crate::web) async fn unsubscribe(
    State(app): State<Arc<App>>,
    visit: Visit,
    LinkToken(token): LinkToken,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response, Refusal> {
    if !is_one_click(&headers, &body)? {
        let detail = "The body is List-Unsubscribe=One-Click (RFC 8058).";
        return Err(Refusal::malformed(detail));
    }
    let from = From::of(&app, &visit, &token).await?;
    app.registrar
        .unsubscribe(visit.manifest().id(), &token)
        .await?;
    let lang = visit.lang;
    let title = lang.text(from.message("unsubscribed-title", "uninvited-title"));
    let text = lang.text(from.message("unsubscribed-text", "uninvited-text"));
    let main = words::notice(&title, &[&text], &words::about(&visit));
    Ok(Page::new(lang, &title, main).private().into_response())
}

fn is_one_click(headers: &HeaderMap, body: &[u8]) -> Result<bool, Refusal> {
    let body = String::from_utf8_lossy(body);
    if is_of_type(headers, "application/x-www-form-urlencoded") {
        Ok(body
            .split('&')
            .any(|pair| pair.trim() == "List-Unsubscribe=One-Click"))
    } else if is_of_type(headers, "multipart/form-data") {
        // RFC 8058, section 3.1 allows both; with one field, its name and its value decide.
        let mut lines = body.lines().map(str::trim);
        let named = lines.any(|line| {
            let line = line.to_ascii_lowercase();
            line.starts_with("content-disposition:") && line.contains("name=\"list-unsubscribe\"")
        });
        Ok(named && lines.any(|line| line == "One-Click"))
    } else {
        let detail = "Send application/x-www-form-urlencoded (RFC 8058).";
        Err(Refusal::new(Kind::MediaType).detail(detail))
    }
}
