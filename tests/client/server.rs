//! A server that gives the answers it was told to, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use undersigned::client::api::Client;
use undersigned::clock::SystemClock;

/// One answer.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(header::HeaderName, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn bytes(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self::bytes(200, body.to_string())
    }

    pub(crate) fn problem(status: u16, kind: &str) -> Self {
        let body = serde_json::json!({
            "type": format!("urn:undersigned:problem:{kind}"),
            "status": status,
            "title": "It is so.",
            "detail": "Do that.",
        });
        Self::bytes(status, body.to_string())
    }

    pub(crate) fn with(mut self, name: header::HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) bearer: Option<String>,
    pub(crate) body: Vec<u8>,
}

#[derive(Default)]
struct Script {
    answers: VecDeque<Answer>,
    asked: Vec<Asked>,
}

type Shared = Arc<Mutex<Script>>;

pub(crate) struct Server {
    script: Shared,
    pub(crate) url: String,
}

async fn answer(
    State(script): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok());
    let mut script = script.lock().expect("no holder panics");
    script.asked.push(Asked {
        method,
        path: uri.to_string(),
        bearer: bearer.map(str::to_owned),
        body: body.to_vec(),
    });
    // The last answer is given for ever.
    let next = match script.answers.len() {
        1 => script.answers[0].clone(),
        _ => script.answers.pop_front().expect("a script is not empty"),
    };
    let status = StatusCode::from_u16(next.status).expect("a status");
    let mut response = (status, next.body).into_response();
    for (name, value) in next.headers {
        response
            .headers_mut()
            .insert(name, value.parse().expect("a value"));
    }
    response
}

impl Server {
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let script = Arc::new(Mutex::new(Script {
            answers: answers.into_iter().collect(),
            asked: Vec::new(),
        }));
        let router = Router::new().fallback(answer).with_state(script.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { script, url }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url, Arc::new(SystemClock)).expect("an address")
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.lock().expect("no holder panics").asked.clone()
    }
}
