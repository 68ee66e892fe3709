//! A running witness in a folder of its own.

use std::path::PathBuf;
use std::sync::Arc;

use reqwest::{Client, Response};
use tempfile::TempDir;
use undersigned::clock::ManualClock;
use undersigned::door::TrustedProxies;
use undersigned::keys::WitnessKeys;
use undersigned::tlog::note::{Note, NoteSignature, VerifierKey};
use undersigned::tlog::witness::origin_hash;
use undersigned::witness::{LogList, StateError, Witness, WitnessOptions, WitnessServer, create};

use crate::log::Log;

pub const NAME: &str = "witness.example/w1";
pub const NOW: u64 = 1_800_000_000;

/// Folder, keys and clock of a witness.
pub struct Place {
    pub folder: TempDir,
    pub clock: Arc<ManualClock>,
}

pub fn logs(logs: &[&Log]) -> LogList {
    let mut list = LogList::default();
    for log in logs {
        list.add(log.vkey(), Some(&log.origin)).expect("a log");
    }
    list
}

impl Place {
    /// With a key, and a state that remembers nothing.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(ManualClock::new(NOW, 7));
        let place = Self { folder, clock };
        let keys = WitnessKeys::new(NAME, &*place.clock).expect("keys");
        create(&place.state(), &keys).expect("a state");
        keys.create(&place.key()).expect("a key file");
        place
    }

    pub fn key(&self) -> PathBuf {
        self.folder.path().join("keys/witness.key")
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub fn checkpoint(&self, log: &Log) -> PathBuf {
        self.state()
            .join("checkpoints")
            .join(origin_hash(&log.origin))
    }

    pub fn keys(&self) -> WitnessKeys {
        WitnessKeys::read(&self.key()).expect("the key file")
    }

    pub fn open(&self, list: LogList) -> Result<Arc<Witness>, StateError> {
        let witness = Witness::open(&self.state(), self.keys(), list, self.clock.clone());
        witness.map(Arc::new)
    }
}

/// A witness that serves.
pub struct House {
    pub place: Place,
    pub server: WitnessServer,
    pub http: Client,
    prefix: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let content_type = response.headers().get("content-type");
        let content_type = content_type.map_or("", |value| value.to_str().expect("text"));
        Self {
            status: response.status().as_u16(),
            content_type: content_type.to_owned(),
            body: response.bytes().await.expect("a body").to_vec(),
        }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The checkpoint with the cosignatures of this answer below it.
    pub fn cosigned(&self, note: &Note) -> Note {
        assert_eq!(self.status, 200, "{}", self.text());
        let lines = NoteSignature::parse_lines(&self.body).expect("signature lines");
        assert_eq!(lines.len(), 2, "one for each key");
        note.with_signatures(lines).expect("a note")
    }

    /// That the witness knows this size, as the specification has it said.
    pub fn conflicts(&self, size: u64) {
        assert_eq!(self.status, 409, "{}", self.text());
        assert_eq!(self.content_type, "text/x.tlog.size");
        assert_eq!(self.text(), format!("{size}\n"));
    }
}

pub async fn serve(place: &Place, list: LogList, prefix: &str, per_second: u32) -> WitnessServer {
    let witness = place.open(list).expect("opens");
    let options = WitnessOptions {
        listen: ([127, 0, 0, 1], 0).into(),
        prefix: prefix.to_owned(),
        proxies: TrustedProxies::parse(&["127.0.0.2".to_owned()]).expect("a network"),
        per_second,
    };
    let server = WitnessServer::start(witness, options, place.clock.clone()).await;
    server.expect("listens")
}

impl House {
    pub async fn new(known: &[&Log]) -> Self {
        Self::with(Place::new(), logs(known), "", 0).await
    }

    pub async fn with(place: Place, list: LogList, prefix: &str, per_second: u32) -> Self {
        let server = serve(&place, list, prefix, per_second).await;
        let http = Client::builder().no_proxy().build().expect("a client");
        Self {
            place,
            server,
            http,
            prefix: prefix.to_owned(),
        }
    }

    /// Stop, and start again over the same folder.
    pub async fn restarted(self, list: LogList) -> Self {
        self.server.stop().await;
        Self::with(self.place, list, &self.prefix, 0).await
    }

    pub fn vkeys(&self) -> [VerifierKey; 2] {
        self.server.witness().vkeys()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{}{path}", self.server.addr(), self.prefix)
    }

    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.http.post(self.url("/add-checkpoint")).body(body);
        Answer::of(request.send().await.expect("an answer")).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        let answer = self.http.get(self.url(path)).send().await;
        Answer::of(answer.expect("an answer")).await
    }

    /// What monitors get.
    pub async fn latest(&self, log: &Log) -> Answer {
        self.get(&format!("/{}/checkpoint", origin_hash(&log.origin)))
            .await
    }
}
