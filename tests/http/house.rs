//! Witnesses beside a service: the keys of a journal before its service starts, and
//! witnesses that know it.
#![allow(dead_code, unreachable_pub)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use undersigned::clock::{Clock, ManualClock};
use undersigned::config::WitnessesConfig;
use undersigned::door::TrustedProxies;
use undersigned::keys::{InstanceKeys, WitnessKeys};
use undersigned::tlog::note::VerifierKey;
use undersigned::witness::{LogList, Witness, WitnessOptions, WitnessServer, create};

use crate::site::Setup;
use crate::support::{OPENS, ORIGIN, seed};

/// The keys of a journal before its service starts, and witnesses that know it.
pub struct House {
    pub folder: TempDir,
    pub keys: InstanceKeys,
    pub policy: String,
    pub clock: Arc<ManualClock>,
    pub servers: Vec<WitnessServer>,
    /// Logs that witnesses know besides the journal.
    others: Vec<(VerifierKey, String)>,
}

impl House {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(OPENS, seed()));
        let keys = InstanceKeys::open(folder.path(), ORIGIN, &*clock).expect("keys");
        let policy = format!("log {}\n", keys.vkeys()[0]);
        Self {
            folder,
            keys,
            policy,
            clock,
            servers: Vec::new(),
            others: Vec::new(),
        }
    }

    /// Witnesses that are started from here on know this log, too.
    pub fn knows(&mut self, key: VerifierKey, origin: &str) {
        self.others.push((key, origin.to_owned()));
    }

    /// An honest witness.
    pub async fn witness(&mut self, name: &str) {
        let (key, address) = self.start(name).await;
        self.know(name, &key, address);
    }

    /// An honest witness behind a gate.
    pub async fn gated(&mut self, name: &str) -> watch::Sender<bool> {
        let (key, address) = self.start(name).await;
        let (gate, holds) = gate(true, Some(address)).await;
        self.know(name, &key, gate);
        holds
    }

    pub fn know(&mut self, name: &str, key: &VerifierKey, address: SocketAddr) {
        let policy = &self.policy;
        self.policy = format!("{policy}witness {name} {key} http://{address}\n");
    }

    pub async fn start(&mut self, name: &str) -> (VerifierKey, SocketAddr) {
        let state = self.folder.path().join(name);
        let keys = WitnessKeys::new(&format!("{name}.example/w"), &*self.clock).expect("keys");
        create(&state, &keys).expect("a state");
        let [ed25519, _] = keys.vkeys();
        let mut logs = LogList::default();
        logs.add(self.keys.vkeys()[0].clone(), Some(ORIGIN))
            .expect("a log");
        for (key, origin) in &self.others {
            logs.add(key.clone(), Some(origin)).expect("a log");
        }
        let witness = Witness::open(&state, keys, logs, self.clock.clone()).expect("opens");
        let options = WitnessOptions {
            listen: ([127, 0, 0, 1], 0).into(),
            prefix: String::new(),
            proxies: TrustedProxies::parse(&[]).expect("none"),
            per_second: 0,
        };
        let clock: Arc<dyn Clock> = self.clock.clone();
        let server = WitnessServer::start(Arc::new(witness), options, clock).await;
        let server = server.expect("listens");
        let address = server.addr();
        self.servers.push(server);
        (ed25519, address)
    }

    /// A witness that nobody hears from: either nothing listens there, or nothing answers.
    pub fn absent(&mut self, name: &str, address: SocketAddr) {
        let keys = WitnessKeys::new(&format!("{name}.example/w"), &*self.clock).expect("keys");
        let [ed25519, _] = keys.vkeys();
        self.know(name, &ed25519, address);
    }

    pub fn policy_file(&self) -> PathBuf {
        let path = self.folder.path().join("policy");
        std::fs::write(&path, &self.policy).expect("written");
        path
    }

    pub fn setup(&self, deadline_ms: u64) -> Setup {
        let key = self.folder.path().join("instance.key");
        let witnesses = WitnessesConfig {
            policy: self.policy_file(),
            deadline_ms,
        };
        Setup {
            on_disk: true,
            config: Box::new(move |config| {
                let keys = config.data.join("keys");
                std::fs::create_dir_all(&keys).expect("a folder");
                std::fs::copy(key, keys.join("instance.key")).expect("copied");
                config.witnesses = Some(witnesses);
            }),
            ..Setup::default()
        }
    }
}

/// A listener that holds connections while told to; else it closes them, or passes them on.
pub async fn gate(holds: bool, behind: Option<SocketAddr>) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listens");
    let address = listener.local_addr().expect("bound");
    let (sender, told) = watch::channel(holds);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut told = told.clone();
            tokio::spawn(async move {
                drop(told.wait_for(|holds| !*holds).await);
                if let Some(behind) = behind {
                    let mut behind = TcpStream::connect(behind).await.expect("connects");
                    // Either side may go at any time.
                    drop(tokio::io::copy_bidirectional(&mut stream, &mut behind).await);
                }
            });
        }
    });
    (address, sender)
}
