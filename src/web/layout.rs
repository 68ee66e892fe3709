//! What all pages share: the head, the frame around the content, and the headers that
//! keep a page to itself.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::assets;
use super::here::{self, href};
use crate::lang::{self, Language};

/// A page. Public unless said otherwise: it may be indexed and kept for some seconds.
pub(super) struct Page<'a> {
    lang: &'static Language,
    title: &'a str,
    description: Option<&'a str>,
    /// Markup for the head: cards, feeds.
    head: Option<Markup>,
    main: Markup,
    scripts: Vec<&'static str>,
    styles: Vec<&'static str>,
    data: Option<Value>,
    messages: &'static [&'static str],
    private: bool,
    framed: bool,
    public_path: Option<String>,
}

impl<'a> Page<'a> {
    pub(super) fn new(lang: &'static Language, title: &'a str, main: Markup) -> Self {
        Self {
            lang,
            title,
            description: None,
            head: None,
            main,
            scripts: Vec::new(),
            styles: Vec::new(),
            data: None,
            messages: &["js-"],
            private: false,
            framed: false,
            public_path: None,
        }
    }

    /// Its address for everybody, whatever the query: search engines are told this one, and
    /// that it is there in each language.
    pub(super) fn at(mut self, path: impl Into<String>) -> Self {
        self.public_path = Some(path.into());
        self
    }

    /// One sentence for search engines and cards.
    pub(super) fn description(mut self, text: &'a str) -> Self {
        self.description = Some(text);
        self
    }

    /// More for the head.
    pub(super) fn head(mut self, head: Markup) -> Self {
        self.head = Some(head);
        self
    }

    /// A module below `assets/`, as in `js/pages/petition.js`.
    pub(super) fn script(mut self, path: &'static str) -> Self {
        self.scripts.push(path);
        self
    }

    /// A style sheet below `assets/` besides the common one.
    pub(super) fn style(mut self, path: &'static str) -> Self {
        self.styles.push(path);
        self
    }

    /// What scripts get to know: an object, as JSON in `<script id="page">`. The reader's
    /// language is added as `lang`, and all messages whose ids begin with `js-` as `messages`,
    /// unless [`Page::messages`] picks some.
    pub(super) fn data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// Which messages scripts get: those whose ids begin so.
    pub(super) fn messages(mut self, prefixes: &'static [&'static str]) -> Self {
        self.messages = prefixes;
        self
    }

    /// For this reader alone: kept nowhere, found by no search engine.
    pub(super) fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// For a frame on another site: without header and footer.
    pub(super) fn framed(mut self) -> Self {
        self.framed = true;
        self
    }

    fn json(&self) -> Option<PreEscaped<String>> {
        let mut data = self.data.clone()?;
        let messages = self
            .lang
            .ids()
            .filter(|id| self.messages.iter().any(|prefix| id.starts_with(prefix)))
            .map(|id| (id.to_owned(), Value::from(self.lang.text(id))))
            .collect();
        data["lang"] = Value::from(self.lang.tag);
        data["messages"] = Value::Object(messages);
        // `<` in a string could end the element early.
        Some(PreEscaped(data.to_string().replace('<', "\\u003c")))
    }

    fn markup(&self) -> Markup {
        let lang = self.lang;
        html! {
            (DOCTYPE)
            html lang=(lang.tag) dir=(lang.direction) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · " (lang.text("site-name")) }
                    @if let Some(description) = self.description {
                        meta name="description" content=(description);
                    }
                    @if let Some(path) = &self.public_path {
                        link rel="canonical" href=(here::absolute(path));
                        @for other in lang::all() {
                            link rel="alternate" hreflang=(other.tag)
                                href=(here::absolute(&here::with_language(path, other.tag)));
                        }
                        link rel="alternate" hreflang="x-default" href=(here::absolute(path));
                    }
                    meta name="theme-color" content="#17534d";
                    link rel="icon" href=(assets::url("icon.svg")) type="image/svg+xml";
                    link rel="stylesheet" href=(assets::url("css/site.css"));
                    @for style in &self.styles {
                        link rel="stylesheet" href=(assets::url(style));
                    }
                    @if let Some(head) = &self.head { (head) }
                    @if let Some(json) = self.json() {
                        script type="application/json" id="page" { (json) }
                    }
                    @for script in &self.scripts {
                        script type="module" src=(assets::url(script)) {}
                    }
                }
                body.framed[self.framed] {
                    @if self.framed {
                        main #content { (self.main) }
                    } @else {
                        a.skip href="#content" { (lang.text("skip-to-content")) }
                        (header(lang))
                        main #content tabindex="-1" { (self.main) }
                        (footer(lang))
                    }
                }
            }
        }
    }
}

fn header(lang: &Language) -> Markup {
    html! {
        header.top {
            a.brand href=(href("/")) {
                img src=(assets::url("icon.svg")) alt="" width="28" height="28";
                (lang.text("site-name"))
            }
            nav.places aria-label=(lang.text("header-places")) { (places(lang)) }
            nav.languages aria-label=(lang.text("footer-language")) {
                @for other in lang::all() {
                    a href=(here::here_in(other.tag)) lang=(other.tag) dir=(other.direction)
                        hreflang=(other.tag) rel="nofollow"
                        aria-current=[(other.tag == lang.tag).then_some("true")] {
                        (other.name)
                    }
                }
            }
        }
    }
}

fn places(lang: &Language) -> Markup {
    html! {
        a href=(href("/how")) { (lang.text("footer-how")) }
        a href=(href("/check")) { (lang.text("footer-check")) }
        a href=(href("/record")) { (lang.text("footer-record")) }
    }
}

fn footer(lang: &Language) -> Markup {
    html! {
        footer.bottom {
            div {
                p { (lang.text("footer-promise")) }
                nav aria-label=(lang.text("footer-places")) {
                    (places(lang))
                    a href="/api/v1/" { (lang.text("footer-api")) }
                }
            }
        }
    }
}

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors ";

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let mut response = Html(self.markup().into_string()).into_response();
        let headers = response.headers_mut();
        let ancestors = if self.framed { "*" } else { "'none'" };
        let policy = HeaderValue::try_from(format!("{POLICY}{ancestors}"));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            policy.expect("a policy is plain text"),
        );
        let mut set = |name: &'static str, value| {
            let name = HeaderName::from_static(name);
            headers.insert(name, HeaderValue::from_static(value));
        };
        set("referrer-policy", "no-referrer");
        set("vary", "accept-language, accept-encoding");
        set(
            "permissions-policy",
            "camera=(), geolocation=(), microphone=()",
        );
        set("cross-origin-opener-policy", "same-origin");
        if self.private {
            set("cache-control", "no-store");
            set("x-robots-tag", "noindex");
        } else {
            set("cache-control", "public, max-age=5");
        }
        response
    }
}
