//! `undersigned witness`, from the first key to the last signal.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::hash::empty_root;
use undersigned::tlog::note::{Note, NoteSigner, VerifierKey};
use undersigned::tlog::size::TreeSize;
use undersigned::tlog::witness::AddCheckpoint;

use crate::support::{Home, command};

const NAME: &str = "witness.example/w1";

fn log() -> NoteSigner {
    NoteSigner::new("log.example", &[1; 32]).expect("a key")
}

/// A request to cosign the empty tree.
fn request() -> AddCheckpoint {
    let checkpoint = Checkpoint {
        origin: "log.example".to_owned(),
        size: TreeSize(0),
        root: empty_root(),
    };
    let text = checkpoint.to_string();
    let note = Note::new(&text, vec![log().sign(&text)]).expect("a note");
    AddCheckpoint::new(TreeSize(0), Vec::new(), note).expect("a request")
}

fn keygen(home: &Home) -> Vec<VerifierKey> {
    let ran = home.done(&["witness", "keygen", "--name", NAME]);
    ran.out
        .lines()
        .map(|line| line.parse().expect("a vkey"))
        .collect()
}

struct Running {
    child: Child,
    url: String,
    said: String,
}

impl Running {
    fn start(home: &Home, more: &[&str]) -> Self {
        let mut child = command(home.folder())
            .args(["witness", "serve", "--listen", "127.0.0.1:0"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut out = BufReader::new(child.stdout.as_mut().expect("piped"));
        let mut said = String::new();
        while !said.contains("ML-DSA-44") {
            if out.read_line(&mut said).expect("text") == 0 {
                let output = child.wait_with_output().expect("ended");
                panic!("{said}{}", String::from_utf8_lossy(&output.stderr));
            }
        }
        let url = said
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        let url = url.expect("an address").to_owned();
        Self { child, url, said }
    }

    fn post(&self) -> (u16, String) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let client = reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client");
            let request = client.post(&self.url).body(request().to_string());
            let answer = request.send().await.expect("an answer");
            (answer.status().as_u16(), answer.text().await.expect("text"))
        })
    }

    /// Ends with this signal. Returns the exit code and what was said on standard error.
    fn stop(mut self, signal: &str) -> (i32, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.expect("kill runs").success());
        let code = self
            .child
            .wait()
            .expect("it ends")
            .code()
            .expect("not killed");
        let mut err = String::new();
        let mut from = self.child.stderr.take().expect("piped");
        from.read_to_string(&mut err).expect("text");
        (code, err)
    }
}

#[test]
fn from_the_first_key_to_the_last_signal() {
    let home = Home::new();
    let keys = keygen(&home);
    let types: Vec<u8> = keys.iter().map(|key| key.key_type().byte()).collect();
    assert_eq!(types, [0x04, 0x06]);
    assert!(keys.iter().all(|key| key.name().as_str() == NAME));
    let key = home.path("witness-data/keys/witness.key");
    let mode = std::fs::metadata(&key)
        .expect("the key")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    let vkey = log().vkey().to_string();
    let added = home.done(&["witness", "add-log", &vkey]);
    assert_eq!(added.out, "Added \"log.example\" to witness-data/logs\n");
    let again = home.done(&["witness", "add-log", &vkey]);
    assert_eq!(again.out, "\"log.example\" has this key already\n");
    home.done(&["witness", "add-log", &vkey, "--origin", "another"]);

    for signal in ["TERM", "INT"] {
        let running = Running::start(&home, &["--prefix", "/w"]);
        assert!(
            running
                .said
                .starts_with("witness.example/w1 witnesses 2 logs\n")
        );
        for key in &keys {
            assert!(running.said.contains(&key.to_string()), "vkeys are printed");
        }
        assert!(running.url.ends_with("/w/add-checkpoint"));
        let (status, lines) = running.post();
        assert_eq!(status, 200, "{lines}");
        let note: Note = request().note().clone();
        let lines = undersigned::tlog::note::NoteSignature::parse_lines(lines.as_bytes());
        let cosigned = note.with_signatures(lines.expect("lines")).expect("a note");
        let known: Vec<&VerifierKey> = keys.iter().collect();
        assert_eq!(
            cosigned
                .verify(&known)
                .expect("verifies")
                .signatures()
                .len(),
            2
        );

        // A second process is refused, and disturbs nothing.
        let second = home.run(&["witness", "serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(second.code, 2);
        assert_eq!(
            second.err,
            "error: another process uses witness-data/state\n  next: stop the other process first\n"
        );
        assert_eq!(running.post().0, 200);
        let (code, err) = running.stop(signal);
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("Stopping"), "{err}");
    }
}

#[test]
fn what_it_will_not_do() {
    let home = Home::new();
    let refused = |arguments: &[&str]| {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.whole());
        format!("$ undersigned {}\n{}", arguments.join(" "), ran.err)
    };
    let vkey = log().vkey().to_string();
    let mut said = vec![
        refused(&["witness", "serve"]),
        refused(&["witness", "add-log", &vkey]),
        refused(&["witness", "keygen", "--name", "two words"]),
    ];
    assert!(!home.path("witness-data/keys").exists(), "nothing was made");
    keygen(&home);
    said.push(refused(&["witness", "keygen", "--name", NAME]));
    said.push(refused(&["witness", "add-log", "log.example"]));
    said.push(refused(&["witness", "serve"]));
    home.done(&["witness", "add-log", &vkey]);
    for prefix in ["w", "/w/"] {
        said.push(refused(&["witness", "serve", "--prefix", prefix]));
    }
    home.write("list", "vkey\n");
    said.push(refused(&["witness", "serve", "--logs", "list"]));

    let running = Running::start(&home, &[]);
    assert_eq!(running.post().0, 200);
    assert_eq!(running.stop("TERM").0, 0);
    let checkpoints = home.path("witness-data/state/checkpoints");
    let entry = std::fs::read_dir(&checkpoints).expect("a folder").next();
    let checkpoint = entry.expect("one").expect("an entry").path();
    let good = std::fs::read(&checkpoint).expect("a file");
    std::fs::write(&checkpoint, &good[..good.len() / 2]).expect("written");
    said.push(refused(&["witness", "serve"]));
    std::fs::remove_file(&checkpoint).expect("removed");
    said.push(refused(&["witness", "serve"]));
    std::fs::rename(home.path("witness-data/state"), home.path("lost")).expect("moved");
    said.push(refused(&["witness", "serve"]));
    let said = said.join("\n").replace(&vkey, "<VKEY>");
    insta::assert_snapshot!(said);
}
