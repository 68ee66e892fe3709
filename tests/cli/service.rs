//! A running `undersigned serve`.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mail_parser::MessageParser;

use crate::support::{Home, command};

/// Far longer than anything here takes; ends a test that would otherwise hang.
const PATIENCE: Duration = Duration::from_mins(2);

/// Ask until the answer is there.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub(crate) struct Service {
    child: Child,
    pub(crate) url: String,
}

impl Service {
    /// Serve from `home`, with its data there and mails as files in its outbox.
    pub(crate) fn start(home: &Home, port: u16) -> Self {
        Self::start_with(home, port, &[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with(home: &Home, port: u16, more: &[&str]) -> Self {
        let listen = format!("127.0.0.1:{port}");
        let mut child = command(home.folder())
            .args(["serve", "--listen", &listen])
            .args(more)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let mut lines = out.lines().map(|line| line.expect("UTF-8"));
        let said = lines.find(|line| line.contains("listening on"));
        let service = Self {
            child,
            url: format!("http://localhost:{port}"),
        };
        // From here on nobody reads what it says.
        assert!(said.expect("it started").contains(&listen));
        service
    }

    /// A port that was free a moment ago.
    pub(crate) fn port() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("bound").port()
    }

    /// End it at once, as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("waited for");
    }

    /// Stop as an operator does; it ends by itself, and well.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill runs");
        assert!(told.success());
        let status = until("the end of the service", || {
            self.child.try_wait().expect("waited for")
        });
        assert_eq!(status.code(), Some(0));
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Not there any more after `stop`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Wait for a mail to `address` with a link that does `action`, remove it from the outbox, and
/// return the link. Others to the same address stay.
pub(crate) fn link(home: &Home, address: &str, action: &str) -> String {
    let outbox = home.path("undersigned-data/outbox");
    until(&format!("a mail to {address}"), || {
        for entry in std::fs::read_dir(&outbox).ok()? {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|e| e != "eml") {
                continue;
            }
            let bytes = std::fs::read(&path).expect("read");
            let mail = MessageParser::default().parse(&bytes).expect("a mail");
            let to = mail.to().and_then(|to| to.first()?.address());
            if to != Some(address) {
                continue;
            }
            let text = mail.body_text(0).expect("text");
            let part = format!("/{action}/");
            let found = text.split_whitespace().find(|word| word.contains(&part));
            let Some(found) = found else { continue };
            let link = found.trim_matches(['<', '>']).to_owned();
            std::fs::remove_file(&path).expect("removed");
            return Some(link);
        }
        None
    })
}
