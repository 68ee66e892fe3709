//! Somebody with a browser: a cookie, and forms that say whence they come.

use std::sync::Mutex;

use reqwest::header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use undersigned::config::Config;

use crate::site::{Answer, Setup, Site};
use crate::support;

pub const NAME: &str = "__Host-session";

/// A service whose office somebody looks at.
pub struct House {
    pub site: Site,
    http: reqwest::Client,
}

impl House {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(config: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        Self::set_up(false, config).await
    }

    /// In a data folder, and not in memory.
    pub async fn on_disk(config: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        Self::set_up(true, config).await
    }

    async fn set_up(on_disk: bool, config: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        let setup = Setup {
            on_disk,
            config: Box::new(config),
            ..Setup::default()
        };
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .expect("a client");
        Self {
            site: Site::with(setup).await,
            http,
        }
    }

    /// Somebody without a session.
    pub fn stranger(&self) -> Browser<'_> {
        Browser {
            house: self,
            cookie: Mutex::default(),
        }
    }

    /// The operator lets somebody in; the path of the link that signs in.
    pub async fn invitation(&self, email: &str, role: &str) -> String {
        let body = json!({ "email": email, "role": role });
        let answer: Value = self.site.operate("/operator/office", &body).await.json();
        let link = answer["link"].as_str().expect("a link");
        let path = link.strip_prefix(&format!("https://{}", support::ORIGIN));
        path.expect("a link of this service").to_owned()
    }

    /// Somebody who is signed in with this role.
    pub async fn signed_in(&self, email: &str, role: &str) -> Browser<'_> {
        let link = self.invitation(email, role).await;
        let browser = self.stranger();
        let entered = browser.post(&link, &[]).await;
        assert_eq!(entered.status, 303, "{}", entered.text());
        browser
    }
}

pub struct Browser<'a> {
    house: &'a House,
    cookie: Mutex<Option<String>>,
}

impl Browser<'_> {
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().expect("no holder panics").clone()
    }

    pub fn set_cookie(&self, value: Option<String>) {
        *self.cookie.lock().expect("no holder panics") = value;
    }

    fn with_cookie(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match self.cookie() {
            Some(value) => request.header(COOKIE, format!("other=1; {NAME}={value}")),
            None => request,
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = self.house.site.send(self.with_cookie(request)).await;
        if let Some(set) = answer.headers.get(SET_COOKIE) {
            let set = set.to_str().expect("visible characters");
            let (pair, _) = set.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a value");
            assert_eq!(name, NAME);
            self.set_cookie(Some(value.to_owned()).filter(|value| !value.is_empty()));
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        let url = self.house.site.url(path);
        self.send(self.house.http.get(url)).await
    }

    /// The page at this path, which must be there.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    fn form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        self.house
            .http
            .post(self.house.site.url(path))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encoded(fields))
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = format!("https://{}", support::ORIGIN);
        self.send(self.form(path, fields).header(ORIGIN, origin))
            .await
    }

    /// A form with these headers instead of those that a page of ours sends.
    pub async fn post_from(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.form(path, fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// A form that must be taken; where it leads.
    pub async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        answer.header("location").to_owned()
    }
}

/// `application/x-www-form-urlencoded`.
fn encoded(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            b' ' => "+".to_owned(),
            other => format!("%{other:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pair = |(name, value): &(&str, &str)| format!("{}={}", escape(name), escape(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}
