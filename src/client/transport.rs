//! One request: time limits, size caps, retries with back-off.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ClientError;
use crate::api::PREFIX;
use crate::api::problem::Problem;
use crate::clock::{Clock, random};

/// Most bytes of an answer. The service ends its pages well below.
pub(super) const ANSWER_MAX: usize = 8 << 20;
/// A connection has to stand after this long.
const CONNECT: Duration = Duration::from_secs(10);
/// A whole request has to be over after this long.
const REQUEST: Duration = Duration::from_secs(30);
/// How often a request is sent at most.
const ATTEMPTS: u32 = 4;
/// The first pause; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// No pause is longer, whatever `Retry-After` says.
const PAUSE_MAX: Duration = Duration::from_secs(20);

/// Whether sending the same bytes again is safe.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// The same request has the same effect and the same answer.
    Safe,
    /// A second time would be refused, or would do something else.
    Never,
}

/// Sends requests to one service.
#[derive(Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
    base: Url,
    bearer: Option<HeaderValue>,
    clock: Arc<dyn Clock>,
}

impl Transport {
    pub(super) fn new(url: &str, clock: Arc<dyn Clock>) -> Result<Self, ClientError> {
        let (base, http) = connector(url)?;
        Ok(Self {
            http,
            base,
            bearer: None,
            clock,
        })
    }

    /// Send this operator's token with every request.
    pub(super) fn authorise(&mut self, token: &str) -> Result<(), ClientError> {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| {
            ClientError::Malformed("the operator's token has characters no token has".to_owned())
        })?;
        value.set_sensitive(true);
        self.bearer = Some(value);
        Ok(())
    }

    /// The service's address, without a slash at the end.
    pub(super) fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    fn server(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// GET JSON.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &impl Serialize,
    ) -> Result<T, ClientError> {
        let mut url = self.url(path);
        let encoded = serde_json::to_value(query).expect("queries are plain structures");
        if let Some(members) = encoded.as_object() {
            let mut pairs = url.query_pairs_mut();
            for (key, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                pairs.append_pair(key, &text);
            }
        }
        if url.query() == Some("") {
            url.set_query(None);
        }
        let bytes = self.send(Method::GET, url, None, Repeat::Safe).await?;
        parse(&bytes)
    }

    /// GET a public file of at most `limit` bytes, outside the API. `None` where the
    /// service says that it has no such file.
    pub(super) async fn get_file(
        &self,
        path: &str,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, ClientError> {
        let text = format!("{}/{path}", self.base());
        let url = text.parse().expect("a service's address and a plain path");
        let answer = self
            .send_limited(Method::GET, url, None, Repeat::Safe, limit)
            .await;
        match answer {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.status(), Some(404 | 410)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether what is sent and received can be changed on the way.
    pub(super) fn is_open_to_others(&self) -> bool {
        self.base.scheme() == "http" && !is_loopback(&self.base)
    }

    /// GET exact bytes.
    pub(super) async fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        self.send(Method::GET, self.url(path), None, Repeat::Safe)
            .await
    }

    /// POST JSON, and read JSON.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        repeat: Repeat,
    ) -> Result<T, ClientError> {
        parse(&self.post_bytes(path, body, repeat).await?)
    }

    /// POST JSON; whatever the answer says beyond its status is of no interest.
    pub(super) async fn post_bytes(
        &self,
        path: &str,
        body: &impl Serialize,
        repeat: Repeat,
    ) -> Result<Vec<u8>, ClientError> {
        // Encoded once: every attempt sends the same bytes.
        let body = serde_json::to_vec(body).expect("requests are plain structures");
        self.send(Method::POST, self.url(path), Some(body), repeat)
            .await
    }

    fn url(&self, path: &str) -> Url {
        let text = format!("{}{PREFIX}{path}", self.base());
        text.parse()
            .expect("a service's address followed by a path of ours")
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<Vec<u8>>,
        repeat: Repeat,
    ) -> Result<Vec<u8>, ClientError> {
        self.send_limited(method, url, body, repeat, ANSWER_MAX)
            .await
    }

    async fn send_limited(
        &self,
        method: Method,
        url: Url,
        body: Option<Vec<u8>>,
        repeat: Repeat,
        limit: usize,
    ) -> Result<Vec<u8>, ClientError> {
        let mut attempt = 1;
        loop {
            let answer = self.attempt(&method, &url, body.as_ref(), limit).await;
            let (error, wait) = match answer {
                Ok(bytes) => return Ok(bytes),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing { error, wait }) => (error, wait),
            };
            if repeat == Repeat::Never || attempt == ATTEMPTS {
                return Err(error);
            }
            let pause = wait.unwrap_or_else(|| self.pause(attempt)).min(PAUSE_MAX);
            tracing::debug!(%error, attempt, ?pause, "trying again");
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// Twice as long each time, between half and all of it, so that a crowd which was
    /// refused at once does not come back at once.
    fn pause(&self, attempt: u32) -> Duration {
        let whole = PAUSE * 2_u32.pow(attempt - 1);
        let [byte] = random::<1>(&*self.clock);
        whole.mul_f64(0.5 + f64::from(byte) / 512.0)
    }

    async fn attempt(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&Vec<u8>>,
        limit: usize,
    ) -> Result<Vec<u8>, Failure> {
        let mut request = self.http.request(method.clone(), url.clone());
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        if let Some(body) = body {
            request = request
                .header(reqwest::header::CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let response = request.send().await.map_err(|e| self.broken(e))?;
        let status = response.status();
        if status.is_redirection() {
            let location = response.headers().get(LOCATION);
            let location = location.and_then(|l| l.to_str().ok()).unwrap_or("nowhere");
            return Err(Failure::Final(ClientError::Redirect {
                server: self.server(),
                location: location.to_owned(),
            }));
        }
        let wait = retry_after(&response);
        let limit = if status.is_success() {
            limit
        } else {
            ANSWER_MAX
        };
        let bytes = self.body(response, limit).await?;
        if status.is_success() {
            return Ok(bytes);
        }
        let error = match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => ClientError::Problem(problem),
            Err(_) => ClientError::Status {
                server: self.server(),
                status: status.as_u16(),
            },
        };
        let passing = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        Err(if passing {
            Failure::Passing { error, wait }
        } else {
            Failure::Final(error)
        })
    }

    async fn body(&self, mut response: Response, limit: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.broken(e))? {
            if bytes.len() + chunk.len() > limit {
                return Err(Failure::Final(ClientError::TooLarge { limit }));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn broken(&self, error: reqwest::Error) -> Failure {
        let server = self.server();
        let error = if error.is_timeout() {
            ClientError::Timeout { server }
        } else {
            // The address in the cause may be that of a leaf; the server's is enough.
            let source = error.without_url();
            ClientError::Unreachable { server, source }
        };
        Failure::Passing { error, wait: None }
    }
}

enum Failure {
    /// Asking again changes nothing.
    Final(ClientError),
    /// Asking again may help, after so long if the service says so.
    Passing {
        error: ClientError,
        wait: Option<Duration>,
    },
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ClientError> {
    serde_json::from_slice(bytes).map_err(|e| ClientError::Malformed(e.to_string()))
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

/// The address of a service, and a client for it: with time limits, and bytes go where
/// they were sent.
pub(super) fn connector(url: &str) -> Result<(Url, reqwest::Client), ClientError> {
    let base = service_url(url)?;
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(REQUEST)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("undersigned/", env!("CARGO_PKG_VERSION")));
    if is_loopback(&base) {
        // A proxy cannot reach our own machine.
        builder = builder.no_proxy();
    }
    let http = builder.build().map_err(ClientError::Setup)?;
    Ok((base, http))
}

/// `http(s)://host[:port][/path]`, nothing more.
fn service_url(text: &str) -> Result<Url, ClientError> {
    let refuse = |rule| ClientError::Url {
        url: text.to_owned(),
        rule,
    };
    let url: Url = text.parse().map_err(|_| refuse("it does not parse"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("it begins with neither http:// nor https://"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(refuse("it has a query, a fragment or a user name"));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let address = bare.parse::<std::net::IpAddr>();
        host == "localhost"
            || host.ends_with(".localhost")
            || address.is_ok_and(|a| a.is_loopback())
    })
}
