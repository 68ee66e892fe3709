//! Telling somebody else's program: JSON, posted to an address.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use serde::Serialize;

use super::ClientError;

/// A connection has to stand, and a request to be answered, after so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// An address to post to. It may hold a secret, so it is never shown whole.
#[derive(Clone)]
pub struct Webhook {
    http: reqwest::Client,
    url: Url,
}

impl Webhook {
    /// An `http(s)://` address, perhaps with a query.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        let refuse = |rule| ClientError::Url {
            url: "the webhook".to_owned(),
            rule,
        };
        let url: Url = url.parse().map_err(|_| refuse("it does not parse"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("it begins with neither http:// nor https://"));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("undersigned/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ClientError::Setup)?;
        Ok(Self { http, url })
    }

    /// Scheme, host and port.
    pub fn server(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Post once. Any success will do; what it says is of no interest.
    pub async fn post(&self, body: &impl Serialize) -> Result<(), ClientError> {
        let body = serde_json::to_vec(body).expect("plain structures always encode");
        let request = self.http.post(self.url.clone()).body(body);
        let request = request.header(CONTENT_TYPE, "application/json");
        let answer = request.send().await;
        let status = answer
            .map_err(|error| ClientError::Unreachable {
                server: self.server(),
                source: error.without_url(),
            })?
            .status();
        if status.is_success() {
            Ok(())
        } else {
            Err(ClientError::Status {
                server: self.server(),
                status: status.as_u16(),
            })
        }
    }
}
