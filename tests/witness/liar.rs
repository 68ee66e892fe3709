//! Servers that misbehave: each answers requests one after another as it was told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What is done with a request.
#[derive(Clone)]
pub enum Act {
    /// Answer with status, header lines and body.
    Answer(u16, String, Vec<u8>),
    /// Send these bytes, whatever they are, and close.
    Raw(Vec<u8>),
    /// Say nothing, and keep the connection.
    Hang,
    /// A byte now and then, for ever.
    Drip,
    /// Close at once.
    Close,
}

/// An answer without header lines of its own.
pub fn answer(status: u16, body: impl Into<Vec<u8>>) -> Act {
    Act::Answer(status, String::new(), body.into())
}

/// A conflict as the specification has it.
pub fn knows(size: &str) -> Act {
    let header = "content-type: text/x.tlog.size\r\n".to_owned();
    Act::Answer(409, header, format!("{size}\n").into_bytes())
}

/// A server on a port of its own.
pub struct Liar {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Liar {
    /// The last act is repeated.
    pub async fn new(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listens");
        let address = listener.local_addr().expect("bound");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = heard.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("accepts");
                tokio::spawn(serve(stream, acts.clone(), hears.clone()));
            }
        });
        Self { address, heard }
    }

    pub fn url(&self) -> String {
        format!("http://{}/some/prefix/", self.address)
    }

    /// The bodies of all requests so far.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no panic").clone()
    }
}

async fn serve(mut stream: TcpStream, acts: Vec<Act>, heard: Arc<Mutex<Vec<String>>>) {
    while let Some(body) = request(&mut stream).await {
        let act = {
            let mut heard = heard.lock().expect("no panic");
            heard.push(body);
            acts[(heard.len() - 1).min(acts.len() - 1)].clone()
        };
        let bytes = match act {
            Act::Answer(status, headers, body) => {
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\n\r\n");
                [head.into_bytes(), body].concat()
            }
            Act::Raw(bytes) => {
                // The other side may have gone.
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Act::Hang => return std::future::pending().await,
            Act::Drip => return drip(stream).await,
            Act::Close => return,
        };
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

async fn drip(mut stream: TcpStream) {
    let head = b"HTTP/1.1 200 x\r\ncontent-length: 60000\r\n\r\n";
    let mut sent = stream.write_all(head).await;
    while sent.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        sent = stream.write_all(b"x").await;
    }
}

/// The body of the next request to `/some/prefix/add-checkpoint`.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&more[..count]),
            _ => return None,
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    assert!(
        head.starts_with("post /some/prefix/add-checkpoint http/1.1\r\n"),
        "{head}"
    );
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.expect("a length").trim().parse().expect("a number");
    let mut body = bytes.split_off(end);
    let have = body.len();
    body.resize(length, 0);
    stream.read_exact(&mut body[have..]).await.ok()?;
    Some(String::from_utf8(body).expect("text"))
}
