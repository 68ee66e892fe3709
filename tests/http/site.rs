//! A running service with one petition, and what a caller does with it.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use mail_parser::MessageParser;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use undersigned::api::problem::{Kind, Problem};
use undersigned::clock::{Clock, ManualClock};
use undersigned::config::{Config, LimitsConfig};
use undersigned::http::Server;
use undersigned::instance::{Petition, Take};
use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{PetitionSignature, RollEntry};
use undersigned::protocol::manifest::{Manifest, Publication, Terms};
use undersigned::protocol::{domain, statement};
use undersigned::store::{Change, MemoryStore, Space, Store, Waiting};

use crate::support::{OPENS, ORIGIN, key, organiser, seed, signature, terms};

/// How a service is to be set up.
pub struct Setup {
    /// In the data folder, and not in memory.
    pub on_disk: bool,
    pub publication: Publication,
    pub config: Box<dyn FnOnce(&mut Config) + Send>,
    pub terms: Box<dyn FnOnce(&mut Terms) + Send>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            on_disk: false,
            publication: Publication::Batched,
            config: Box::new(|_| ()),
            terms: Box::new(|_| ()),
        }
    }
}

pub struct Site {
    pub server: Server,
    pub clock: Arc<ManualClock>,
    pub store: Arc<dyn Store>,
    pub config: Config,
    pub folder: tempfile::TempDir,
    pub http: reqwest::Client,
    pub id: PetitionId,
    /// Mails that [`Site::mail_to`] has given.
    pub read: Mutex<HashSet<PathBuf>>,
}

/// To whom a mail is, and its text.
fn read_mail(path: &Path) -> (String, String) {
    let bytes = std::fs::read(path).expect("a mail");
    let mail = MessageParser::default().parse(&bytes).expect("a mail");
    let to = mail
        .to()
        .and_then(|to| to.first())
        .and_then(|to| to.address());
    let to = to.expect("an address").to_owned();
    (to, mail.body_text(0).expect("text").into_owned())
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("visible characters"))
    }

    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_slice(&self.body).expect("the expected shape")
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// It is a refusal of this kind, told as RFC 9457 says.
    #[track_caller]
    pub fn refused(&self, status: u16, kind: Kind) -> Problem {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        let problem: Problem = serde_json::from_slice(&self.body).expect("a problem");
        assert_eq!(problem.status, status);
        assert_eq!(problem.kind(), Some(kind), "{}", self.text());
        assert!(!problem.title.is_empty());
        problem
    }
}

fn config(folder: &Path) -> Config {
    Config {
        origin: ORIGIN.to_owned(),
        url: format!("https://{ORIGIN}"),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        metrics: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        data: folder.to_owned(),
        limits: LimitsConfig {
            http_per_second: 0,
            ..LimitsConfig::default()
        },
        ..Config::default()
    }
}

impl Site {
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(OPENS, seed()));
        let mut config = config(folder.path());
        (setup.config)(&mut config);
        let mut server = Server::builder(config.clone(), clock.clone()).quiet();
        if !setup.on_disk {
            server = server.store(Arc::new(MemoryStore::new()));
        }
        let server = server.start().await.expect("it starts");
        let store = server.instance().store.clone();
        let http = reqwest::Client::builder()
            .no_gzip()
            .no_proxy()
            .build()
            .expect("a client");
        let instance = server.instance();
        let mut terms = terms(&instance.keys, &instance.petition_keys, setup.publication);
        (setup.terms)(&mut terms);
        let manifest = Manifest::new(&terms).expect("a manifest");
        let site = Self {
            server,
            clock,
            store,
            config,
            folder,
            http,
            id: manifest.id(),
            read: Mutex::default(),
        };
        let note = statement::sign(&statement::published(&manifest), &organiser());
        let note = String::from_utf8(note.expect("text")).expect("text");
        site.post("/statements", &json!({ "note": note }))
            .await
            .json::<Value>();
        site
    }

    /// Stop, and start again on the same data folder.
    pub async fn restart(self) -> Self {
        let Self {
            server,
            clock,
            store,
            config,
            folder,
            http,
            id,
            read,
        } = self;
        // Whoever holds the store keeps its folder locked.
        drop(store);
        server.stop().await;
        let server = Server::builder(config.clone(), clock.clone()).quiet();
        let server = server.start().await.expect("it starts again");
        let store = server.instance().store.clone();
        Self {
            server,
            clock,
            store,
            config,
            folder,
            http,
            id,
            read,
        }
    }

    pub fn petition(&self) -> Arc<Petition> {
        self.server
            .instance()
            .petitions
            .get(&self.id)
            .expect("published")
    }

    /// The address of a path outside the JSON API.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.addr())
    }

    pub fn api(&self, path: &str) -> String {
        self.url(&format!("/api/v1{path}"))
    }

    /// A path below the petition's, in the JSON API.
    pub fn of(&self, rest: &str) -> String {
        format!("/petitions/{}{rest}", self.id)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("the whole answer").to_vec();
        Answer {
            status,
            headers,
            body,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.api(path))).await
    }

    pub async fn get_file(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path))).await
    }

    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send(self.http.post(self.api(path)).json(body)).await
    }

    pub async fn post_raw(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        self.send(
            self.http
                .post(self.api(path))
                .header(CONTENT_TYPE, content_type)
                .body(body),
        )
        .await
    }

    pub async fn method(&self, method: Method, path: &str) -> Answer {
        self.send(self.http.request(method, self.api(path))).await
    }

    /// The operator's token.
    pub fn operator_token(&self) -> String {
        let path = self.folder.path().join("keys/operator.token");
        std::fs::read_to_string(path)
            .expect("the token")
            .trim()
            .to_owned()
    }

    pub async fn operate(&self, path: &str, body: &impl Serialize) -> Answer {
        let request = self
            .http
            .post(self.api(path))
            .bearer_auth(self.operator_token());
        self.send(request.json(body)).await
    }

    pub async fn operator_reads(&self, path: &str) -> Answer {
        let request = self.http.get(self.api(path));
        self.send(request.bearer_auth(self.operator_token())).await
    }

    /// Wait until the queues of the office and of mails are empty.
    #[allow(dead_code)] // the office waits for it
    pub async fn all_mails_are_out(&self) {
        let empty = |space| {
            let waiting = self.store.scan(Space(space), &[], None, 1);
            waiting.expect("the store works").is_empty()
        };
        for _ in 0..1000 {
            if empty("office/wanted") && empty("registrar/requests") && empty("registrar/mails") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("mails do not leave");
    }

    /// The journal's first entry: the petition's `published` statement.
    pub fn first_statement(&self) -> Vec<u8> {
        let entries = self.store.leaves(undersigned::store::LogId::Journal, 0, 1);
        entries.expect("the store works").remove(0)
    }

    pub async fn publish_due(&self) -> u64 {
        self.server
            .publisher()
            .publish(Take::Due)
            .await
            .expect("a publication")
            .leaves
    }

    pub async fn publish_all(&self) -> u64 {
        self.server
            .publisher()
            .publish(Take::All)
            .await
            .expect("a publication")
            .leaves
    }

    /// Put the `n`th mailbox onto the roll, without mail.
    pub async fn confirm(&self, n: u64) {
        let entry = RollEntry {
            tag: domain::hash("test/tag", &[&n.to_be_bytes()]),
            commitment: domain::hash("test/commitment", &[&n.to_be_bytes()]),
        };
        let waiting = Waiting::new(entry.to_bytes(), self.clock.now());
        let change = Change {
            accept: vec![(self.id, Tree::Roll, waiting)],
            ..Change::default()
        };
        let committed = self.server.instance().committer.commit(change).await;
        committed.expect("the store works").expect("a fresh tag");
    }

    pub fn signature(&self, n: u64) -> PetitionSignature {
        signature(&self.petition(), key(n).verifying_key().to_bytes(), [7; 32])
    }

    pub async fn submit(&self, leaf: &[u8]) -> Answer {
        self.post(&self.of("/signatures"), &json!({ "leaf": to_base64(leaf) }))
            .await
    }

    /// Confirm and submit the signers of `range`. Returns the leaves.
    pub async fn sign(&self, range: std::ops::Range<u64>) -> Vec<Vec<u8>> {
        let mut leaves = Vec::new();
        for n in range {
            self.confirm(n).await;
            let leaf = self.signature(n).to_bytes();
            self.submit(&leaf).await.json::<Value>();
            leaves.push(leaf);
        }
        leaves
    }

    /// The next mail to an address that this has not given yet, as text.
    pub async fn mail_to(&self, address: &str) -> String {
        self.letter_to(address, "").await
    }

    /// The same, of those that say `words`.
    pub async fn letter_to(&self, address: &str, words: &str) -> String {
        // The mail is written after the answer; the answer tells nobody whether.
        for _ in 0..1000 {
            for path in self.mail_files() {
                let (to, text) = read_mail(&path);
                let new = || !self.read.lock().expect("no holder panics").contains(&path);
                if to == address && text.contains(words) && new() {
                    self.read.lock().expect("no holder panics").insert(path);
                    return text;
                }
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no mail came");
    }

    /// Mails that came out so far: to whom, and the text.
    pub fn mails(&self) -> Vec<(String, String)> {
        let files = self.mail_files();
        files.iter().map(|path| read_mail(path)).collect()
    }

    /// The files of the mails that came out so far, in the order in which they were written.
    /// A mail's file is there whole or not at all.
    pub fn mail_files(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.folder.path().join("outbox")).expect("the outbox");
        let eml = files
            .map(|file| file.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|e| e == "eml"));
        let written = |path: &PathBuf| {
            let when = path.metadata().and_then(|data| data.modified());
            when.expect("a time")
        };
        let mut eml: Vec<(SystemTime, PathBuf)> = eml.map(|path| (written(&path), path)).collect();
        eml.sort();
        eml.into_iter().map(|(_, path)| path).collect()
    }

    /// The token of the link of this kind in a mail.
    pub fn token_in(&self, mail: &str, kind: &str) -> String {
        let prefix = format!("https://{ORIGIN}/{}/{kind}/", self.id);
        let (_, rest) = mail.split_once(&prefix).expect("a link");
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)));
        rest[..end.unwrap_or(rest.len())].to_owned()
    }
}
