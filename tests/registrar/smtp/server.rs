//! An SMTP server for tests: mailin's state machine on real sockets, with TLS if asked
//! for, and a plan for what goes wrong.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder, response};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What goes wrong with one mail, or one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Nothing.
    Fine,
    /// This code instead of a greeting.
    Greeting(u16),
    /// This code to MAIL.
    Mail(u16),
    /// This code to RCPT.
    Rcpt(u16),
    /// This code after the content.
    Content(u16),
    /// The connection ends instead of an answer to RCPT.
    DropAtRcpt,
    /// It ends in the middle of the content.
    DropInContent,
    /// It ends after the whole content, unanswered.
    DropAfterContent,
}

/// A mail that arrived whole.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) content: Vec<u8>,
    pub(crate) encrypted: bool,
    pub(crate) user: Option<String>,
}

/// How the server is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    Plain,
    Starttls,
    Implicit,
}

#[derive(Default)]
struct Shared {
    plans: Mutex<VecDeque<Plan>>,
    arrived: Mutex<Vec<Arrived>>,
    connections: Mutex<usize>,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) port: u16,
    /// The certificate that clients should trust, PEM.
    pub(crate) certificate: String,
    shared: Arc<Shared>,
}

pub(crate) const USER: &str = "petitions";
pub(crate) const PASSWORD: &str = "correct horse";

impl Server {
    pub(crate) fn start(security: Security, login: bool) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a key");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], PrivateKeyDer::from(key))
            .expect("a certificate");
        let tls = Arc::new(tls);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared::default());
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (shared, tls) = (accepting.clone(), tls.clone());
                *shared.connections.lock().expect("not poisoned") += 1;
                std::thread::spawn(move || {
                    // A client that goes away is part of the tests.
                    drop(stream.and_then(|stream| serve(stream, security, login, &shared, &tls)));
                });
            }
        });
        Self {
            port,
            certificate: made.cert.pem(),
            shared,
        }
    }

    /// What happens to the next mails, in their order.
    pub(crate) fn plan(&self, plans: impl IntoIterator<Item = Plan>) {
        self.shared
            .plans
            .lock()
            .expect("not poisoned")
            .extend(plans);
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.shared.arrived.lock().expect("not poisoned").clone()
    }

    pub(crate) fn connections(&self) -> usize {
        *self.shared.connections.lock().expect("not poisoned")
    }

    /// Write the certificate where a configuration can name it.
    pub(crate) fn write_certificate(&self, path: &Path) {
        std::fs::write(path, &self.certificate).expect("written");
    }
}

struct Conversation {
    shared: Arc<Shared>,
    plan: Plan,
    /// The connection ends now.
    hang_up: Arc<AtomicBool>,
    encrypted: Arc<AtomicBool>,
    user: Option<String>,
    from: String,
    to: String,
    content: Vec<u8>,
}

fn say(code: u16) -> Response {
    Response::custom(
        code,
        format!("planned, about <somebody@example.org> ({code})"),
    )
}

impl Handler for Conversation {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        let next = self.shared.plans.lock().expect("not poisoned").pop_front();
        self.plan = next.unwrap_or(Plan::Fine);
        from.clone_into(&mut self.from);
        match self.plan {
            Plan::Mail(code) => say(code),
            _ => response::OK,
        }
    }

    fn rcpt(&mut self, to: &str) -> Response {
        to.clone_into(&mut self.to);
        match self.plan {
            Plan::Rcpt(code) => say(code),
            Plan::DropAtRcpt => {
                self.hang_up.store(true, Ordering::SeqCst);
                response::OK
            }
            _ => response::OK,
        }
    }

    fn data_start(&mut self, _: &str, _: &str, _: bool, _: &[String]) -> Response {
        self.content.clear();
        response::OK
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.content.extend_from_slice(bytes);
        if self.plan == Plan::DropInContent && self.content.len() > 200 {
            self.hang_up.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        if let Plan::Content(code) = self.plan {
            return say(code);
        }
        if self.plan == Plan::DropAfterContent {
            self.hang_up.store(true, Ordering::SeqCst);
        }
        self.shared
            .arrived
            .lock()
            .expect("not poisoned")
            .push(Arrived {
                from: self.from.clone(),
                to: self.to.clone(),
                content: self.content.clone(),
                encrypted: self.encrypted.load(Ordering::SeqCst),
                user: self.user.clone(),
            });
        response::OK
    }

    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        if (user, password) == (USER, PASSWORD) {
            self.user = Some(user.to_owned());
            response::AUTH_OK
        } else {
            response::INVALID_CREDENTIALS
        }
    }
}

/// A socket with or without TLS on it.
trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

fn serve(
    stream: TcpStream,
    security: Security,
    login: bool,
    shared: &Arc<Shared>,
    tls: &Arc<ServerConfig>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let peer = stream.peer_addr()?.ip();
    let encrypt = |stream: TcpStream| -> io::Result<Box<dyn Wire>> {
        let connection = ServerConnection::new(tls.clone()).map_err(io::Error::other)?;
        Ok(Box::new(StreamOwned::new(connection, stream)))
    };
    let encrypted = Arc::new(AtomicBool::new(security == Security::Implicit));
    let hang_up = Arc::new(AtomicBool::new(false));
    let conversation = Conversation {
        shared: shared.clone(),
        plan: Plan::Fine,
        hang_up: hang_up.clone(),
        encrypted: encrypted.clone(),
        user: None,
        from: String::new(),
        to: String::new(),
        content: Vec::new(),
    };
    let mut builder = SessionBuilder::new("localhost");
    if security == Security::Starttls {
        builder.enable_start_tls();
    }
    if login {
        builder.enable_auth(AuthMechanism::Plain);
    }
    if security == Security::Implicit {
        // mailin knows of no other encryption than its own STARTTLS.
        builder.insecure_enable_plaintext_auth();
    }
    let mut session = builder.build(peer, conversation);
    let for_tls = stream.try_clone()?;
    let mut wire = BufReader::new(if security == Security::Implicit {
        encrypt(stream)?
    } else {
        Box::new(stream)
    });
    let greeting = {
        let mut plans = shared.plans.lock().expect("not poisoned");
        match plans.front() {
            Some(Plan::Greeting(code)) => {
                let code = *code;
                plans.pop_front();
                Some(code)
            }
            _ => None,
        }
    };
    if let Some(code) = greeting {
        say(code).write_to(wire.get_mut())?;
        return wire.get_mut().flush();
    }
    session.greeting().write_to(wire.get_mut())?;
    wire.get_mut().flush()?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if wire.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let response = session.process(&line);
        if hang_up.load(Ordering::SeqCst) {
            return Ok(());
        }
        response.write_to(wire.get_mut())?;
        wire.get_mut().flush()?;
        match response.action {
            Action::Close => return Ok(()),
            Action::UpgradeTls => {
                wire = BufReader::new(encrypt(for_tls.try_clone()?)?);
                session.tls_active();
                encrypted.store(true, Ordering::SeqCst);
            }
            Action::NoReply | Action::Reply => {}
        }
    }
}
