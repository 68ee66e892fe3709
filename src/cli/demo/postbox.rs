//! A small SMTP server on loopback: it keeps every mail for whoever it is addressed to.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use mailin::{Action, Handler, Response, SessionBuilder, response};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::cli::mail::link_in;

/// Most bytes of a line (RFC 5321 says 1000) and of a mail.
const LINE_MAX: u64 = 1000;
const MAIL_MAX: usize = 1 << 20;
/// How long a signer waits for a mail before the demo gives up.
const PATIENCE: Duration = Duration::from_mins(2);

/// Mails as they came, for one mailbox.
struct Tray {
    put: mpsc::UnboundedSender<Vec<u8>>,
    take: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Vec<u8>>>>,
}

#[derive(Default)]
struct Trays(Mutex<HashMap<String, Tray>>);

impl Trays {
    fn with<T>(&self, address: &str, use_it: impl FnOnce(&Tray) -> T) -> T {
        let mut trays = self.0.lock().expect("no holder panics");
        let tray = trays
            .entry(address.to_ascii_lowercase())
            .or_insert_with(|| {
                let (put, take) = mpsc::unbounded_channel();
                let take = Arc::new(tokio::sync::Mutex::new(take));
                Tray { put, take }
            });
        use_it(tray)
    }

    fn deliver(&self, address: &str, mail: Vec<u8>) {
        self.with(address, |tray| {
            tray.put.send(mail).expect("the tray holds its other end");
        });
    }
}

/// The postbox of everybody in the demo.
pub(super) struct Postbox {
    address: SocketAddr,
    trays: Arc<Trays>,
    /// Ends with the postbox.
    _server: JoinSet<()>,
}

impl Postbox {
    pub(super) async fn open() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let trays = Arc::new(Trays::default());
        let mut server = JoinSet::new();
        server.spawn(listen(listener, trays.clone()));
        Ok(Self {
            address,
            trays,
            _server: server,
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Wait for the next mail to `address`, and take the link that does `action` out of it.
    pub(super) async fn link(&self, address: &str, action: &str) -> anyhow::Result<String> {
        let tray = self.trays.with(address, |tray| tray.take.clone());
        let mail = tokio::time::timeout(PATIENCE, async { tray.lock().await.recv().await });
        let mail = mail.await.context("a mail did not come in time")?;
        link_in(&mail.context("the postbox is closed")?, action)
    }
}

async fn listen(listener: TcpListener, trays: Arc<Trays>) {
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(conversations.spawn(converse(stream, trays.clone()))),
                Err(error) => tracing::warn!(%error, "the postbox cannot accept a connection"),
            },
            Some(ended) = conversations.join_next() => match ended {
                Ok(Ok(())) => {}
                // The service sees a broken connection and sends the mail again.
                Ok(Err(error)) => tracing::debug!(%error, "an SMTP conversation broke"),
                Err(error) => tracing::warn!(%error, "an SMTP conversation panicked"),
            },
        }
    }
}

async fn converse(stream: TcpStream, trays: Arc<Trays>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let clerk = Clerk {
        trays,
        to: Vec::new(),
        mail: Vec::new(),
    };
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut session = SessionBuilder::new("postbox.localhost").build(here, clerk);
    write.write_all(&session.greeting().buffer()?).await?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read_bytes = (&mut read)
            .take(LINE_MAX)
            .read_until(b'\n', &mut line)
            .await?;
        if read_bytes == 0 {
            return Ok(());
        }
        let answer = session.process(&line);
        if answer.action != Action::NoReply {
            write.write_all(&answer.buffer()?).await?;
        }
        if answer.action == Action::Close {
            return Ok(());
        }
    }
}

/// Takes one mail after the other on one connection.
struct Clerk {
    trays: Arc<Trays>,
    to: Vec<String>,
    mail: Vec<u8>,
}

impl Handler for Clerk {
    fn mail(&mut self, _: IpAddr, _: &str, _: &str) -> Response {
        self.to.clear();
        self.mail.clear();
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        self.to.push(to.to_owned());
        response::OK
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.mail.len() + bytes.len() > MAIL_MAX {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a mail of more than 1 MiB",
            ));
        }
        self.mail.extend_from_slice(bytes);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mail = std::mem::take(&mut self.mail);
        for address in self.to.drain(..) {
            self.trays.deliver(&address, mail.clone());
        }
        response::OK
    }
}
