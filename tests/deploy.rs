//! The proxies of `spec/deploy/` in front of a running service: what they pass on, what they
//! keep, and what they write down. Needs nginx and Caddy; skips what is not installed, except
//! where every check is required.

#![allow(unreachable_pub)]

#[allow(dead_code)]
#[path = "http/site.rs"]
mod site;
#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use site::{Setup, Site};
use undersigned::protocol::encoding::to_base64;

const ADDRESS: &str = "needle-in-a-haystack@signers.example";
const AGENT: &str = "needle-agent/1.0";
const QUERY: &str = "needle-query=1";

fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("spec/deploy")
        .join(name)
}

/// Whether a program is there. Where it must be, its absence is an error.
fn has(program: &str, argument: &str) -> bool {
    let found = Command::new(program).arg(argument).output().is_ok();
    if !found {
        assert!(
            std::env::var_os("UNDERSIGNED_CI").is_none(),
            "{program} is missing"
        );
        eprintln!("skipped: {program} is not installed");
    }
    found
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Replace each of these, all of which must be there.
fn replaced(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the file has no {from:?} any more");
        text.replace(from, to)
    })
}

/// A proxy that runs, and the folder with all that it writes.
struct Proxy {
    child: Child,
    folder: tempfile::TempDir,
    url: String,
}

impl Proxy {
    fn start(mut command: Command, folder: tempfile::TempDir, url: String, port: u16) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Self { child, folder, url };
            }
            if child.try_wait().expect("a process").is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        child.kill().ok();
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut said).expect("text");
        panic!("it does not listen: {said}");
    }

    fn nginx(service: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        for name in ["log", "cache"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let made = rcgen::generate_simple_self_signed(vec!["petitions.example.org".to_owned()]);
        let made = made.expect("a certificate");
        fs::write(at("cert.pem"), made.cert.pem()).expect("written");
        fs::write(at("key.pem"), made.signing_key.serialize_pem()).expect("written");
        let (port, plain) = (free_port(), free_port());
        let text = fs::read_to_string(deploy("nginx.conf")).expect("the configuration");
        let own = format!(
            "http {{\nclient_body_temp_path {};\nproxy_temp_path {};\n",
            at("body"),
            at("proxy")
        );
        let text = replaced(
            &text,
            &[
                ("/run/nginx.pid", &at("pid")),
                (
                    "worker_processes auto;",
                    "user root root;\nworker_processes 1;",
                ),
                ("http {\n", &own),
                (
                    "listen 443 ssl http2;",
                    &format!("listen 127.0.0.1:{port} ssl http2;"),
                ),
                ("listen [::]:443 ssl http2;", ""),
                ("listen 80;", &format!("listen 127.0.0.1:{plain};")),
                ("listen [::]:80;", ""),
                ("/var/log/nginx/", &at("log/")),
                ("/var/cache/nginx/undersigned", &at("cache/undersigned")),
                (
                    "/etc/ssl/petitions.example.org/fullchain.pem",
                    &at("cert.pem"),
                ),
                ("/etc/ssl/petitions.example.org/privkey.pem", &at("key.pem")),
                ("server 127.0.0.1:8080;", &format!("server {service};")),
            ],
        );
        fs::write(at("nginx.conf"), text).expect("written");
        let mut command = Command::new("nginx");
        command.args(["-p", &at(""), "-c", &at("nginx.conf"), "-g", "daemon off;"]);
        Self::start(command, folder, format!("https://127.0.0.1:{port}"), port)
    }

    fn caddy(service: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let port = free_port();
        let text = fs::read_to_string(deploy("Caddyfile")).expect("the configuration");
        let text = replaced(
            &text,
            &[
                ("\tlog default {", "\tadmin off\n\tlog default {"),
                // Certificates are not what is tried here.
                ("petitions.example.org {", &format!("http://:{port} {{")),
                ("/var/log/caddy/", &at("log/")),
                (
                    "reverse_proxy 127.0.0.1:8080",
                    &format!("reverse_proxy {service}"),
                ),
            ],
        );
        fs::write(at("Caddyfile"), text).expect("written");
        let mut command = Command::new("caddy");
        command
            .args([
                "run",
                "--adapter",
                "caddyfile",
                "--config",
                &at("Caddyfile"),
            ])
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", at("data"))
            .env("XDG_CONFIG_HOME", at("config"));
        Self::start(command, folder, format!("http://127.0.0.1:{port}"), port)
    }

    /// Asks it to end, so that its workers end, too, and waits.
    fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let pid = self.child.id().to_string();
            let asked = Command::new("kill").args(["-TERM", &pid]).status();
            if asked.is_ok_and(|status| status.success()) {
                self.child.wait().ok();
            }
        }
    }

    /// Ends it, so that all is written; everything that it wrote, and what it said.
    fn stop(mut self) -> Vec<(PathBuf, Vec<u8>)> {
        self.end();
        let mut said = Vec::new();
        let mut stderr = self.child.stderr.take().expect("a pipe");
        stderr.read_to_end(&mut said).expect("it was written");
        let mut files = vec![(PathBuf::from("stderr"), said)];
        read_all(self.folder.path(), &mut files);
        files
    }
}

/// A test that fails leaves no proxy behind.
impl Drop for Proxy {
    fn drop(&mut self) {
        self.end();
    }
}

fn read_all(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_all(&path, files);
        } else if !(path.ends_with("nginx.conf") || path.ends_with("Caddyfile")) {
            let bytes = fs::read(&path).expect("a file");
            files.push((path, bytes));
        }
    }
}

fn contains(bytes: &[u8], needle: &str) -> bool {
    bytes
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

/// A caller at this address.
fn caller(last: u8) -> reqwest::Client {
    reqwest::Client::builder()
        .local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)))
        .danger_accept_invalid_certs(true)
        .user_agent(AGENT)
        .no_proxy()
        .no_gzip()
        .build()
        .expect("a client")
}

async fn site(http_per_second: u32) -> Site {
    let setup = Setup {
        config: Box::new(move |config| {
            config.trusted_proxies = vec!["127.0.0.1".to_owned()];
            config.limits.http_per_second = http_per_second;
        }),
        ..Setup::default()
    };
    Site::with(setup).await
}

async fn status(client: &reqwest::Client, url: &str) -> StatusCode {
    client.get(url).send().await.expect("an answer").status()
}

/// Do what a signer does, through the proxy. Returns what nobody may find afterwards.
async fn sign_through(site: &Site, proxy: &Proxy) -> Vec<String> {
    let client = caller(2);
    let api = |rest: &str| format!("{}/api/v1/petitions/{}{rest}?{QUERY}", proxy.url, site.id);
    let page = format!("{}/{}?{QUERY}", proxy.url, site.id);
    assert!(status(&client, &page).await != StatusCode::BAD_GATEWAY);
    let asked = client
        .post(api("/confirmations"))
        .json(&json!({ "email": ADDRESS }));
    let asked = asked.send().await.expect("an answer");
    assert!(asked.status().is_success(), "{}", asked.status());
    let token = site.token_in(&site.mail_to(ADDRESS).await, "confirm");
    let link = format!("{}/{}/confirm/{token}?{QUERY}", proxy.url, site.id);
    let opened = client.get(link).send().await.expect("the page");
    assert!(opened.status().is_success(), "{}", opened.status());
    for kind in ["remove", "unsubscribe"] {
        status(
            &client,
            &format!("{}/{}/{kind}/{token}?{QUERY}", proxy.url, site.id),
        )
        .await;
    }
    site.confirm(1).await;
    let leaf = to_base64(site.signature(1).to_bytes());
    let sent = client
        .post(api("/signatures"))
        .json(&json!({ "leaf": leaf }));
    let sent = sent.send().await.expect("an answer");
    assert!(sent.status().is_success(), "{}", sent.status());
    for path in [
        "office",
        "office/needle-path",
        &format!("{}/nothing/needle-path", site.id),
    ] {
        status(&client, &format!("{}/{path}?{QUERY}", proxy.url)).await;
    }
    site.publish_all().await;
    vec![
        token,
        leaf,
        ADDRESS.to_owned(),
        "needle".to_owned(),
        "127.0.0.2".to_owned(),
    ]
}

/// Nothing of a person is in any of these.
fn assert_silent(files: &[(PathBuf, Vec<u8>)], needles: &[String]) {
    let log = |path: &Path| path.ends_with("log/undersigned.log");
    let written = files
        .iter()
        .find(|(path, _)| log(path))
        .expect("an access log");
    assert!(!written.1.is_empty(), "nothing was logged at all");
    for (path, bytes) in files {
        for needle in needles {
            let text = String::from_utf8_lossy(bytes);
            assert!(
                !contains(bytes, needle),
                "{needle} is in {}: {text}",
                path.display()
            );
        }
    }
}

fn log_of(files: &[(PathBuf, Vec<u8>)]) -> String {
    let log = files
        .iter()
        .find(|(path, _)| path.ends_with("log/undersigned.log"));
    String::from_utf8(log.expect("an access log").1.clone()).expect("text")
}

#[tokio::test]
async fn nginx_writes_down_nothing_of_a_signer() {
    if !has("nginx", "-v") {
        return;
    }
    let site = site(0).await;
    let proxy = Proxy::nginx(&site.server.addr().to_string());
    let needles = sign_through(&site, &proxy).await;
    let files = proxy.stop();
    assert_silent(&files, &needles);
    let log = log_of(&files);
    let line = |line: &str| {
        let parts: Vec<&str> = line.split(' ').collect();
        assert_eq!(parts.len(), 6, "{line}");
        assert_eq!(
            parts[0].len(),
            "2026-11-25T12:31".len(),
            "to the minute: {line}"
        );
        parts[1].to_owned()
    };
    let kinds: Vec<String> = log.lines().map(line).collect();
    assert_eq!(kinds, ["petition", "other"], "{log}");
    let cached = files
        .iter()
        .filter(|(path, _)| path.to_string_lossy().contains("/cache/"));
    assert_eq!(cached.count(), 0, "nothing of a signer is cached");
}

#[tokio::test]
async fn nginx_fetches_once_what_never_changes() {
    if !has("nginx", "-v") {
        return;
    }
    let site = site(0).await;
    site.sign(0..3).await;
    site.publish_all().await;
    let proxy = Proxy::nginx(&site.server.addr().to_string());
    let client = caller(2);
    let page = site.get_file("/").await.text();
    let (_, asset) = page.split_once("/assets/").expect("a style sheet");
    let asset = format!("/assets/{}", asset.split('"').next().unwrap_or_default());
    let paths = [
        "/tile/entries/000.p/2".to_owned(),
        format!("/{}/signatures/tile/0/000.p/3", site.id),
        asset,
        format!("/{}/card.png?lang=en", site.id),
    ];
    let mut bodies = Vec::new();
    for path in &paths {
        let first = client
            .get(format!("{}{path}", proxy.url))
            .send()
            .await
            .expect("an answer");
        assert_eq!(first.status(), 200, "{path}");
        bodies.push(first.bytes().await.expect("a body"));
    }
    let checkpoint = format!("{}/checkpoint", proxy.url);
    let missing = format!("{}/tile/entries/000.p/200", proxy.url);
    for _ in 0..2 {
        assert_eq!(status(&client, &checkpoint).await, 200);
        assert_eq!(status(&client, &missing).await, 404);
    }
    // The service is gone: what comes now comes from the cache.
    site.server.stop().await;
    for (path, body) in paths.iter().zip(bodies) {
        let again = client
            .get(format!("{}{path}", proxy.url))
            .send()
            .await
            .expect("an answer");
        assert_eq!(again.status(), 200, "{path}");
        assert_eq!(again.bytes().await.expect("a body"), body, "{path}");
    }
    assert_eq!(status(&client, &checkpoint).await, 502);
    assert_eq!(status(&client, &missing).await, 502);
    let files = proxy.stop();
    assert_silent(
        &files,
        &["127.0.0.2".to_owned(), AGENT.to_owned(), "lang=".to_owned()],
    );
    let log = log_of(&files);
    let hits = log.lines().filter(|line| line.ends_with(" HIT")).count();
    assert_eq!(hits, paths.len(), "{log}");
}

#[tokio::test]
async fn caddy_writes_down_nothing_of_a_signer() {
    if !has("caddy", "version") {
        return;
    }
    let site = site(0).await;
    let proxy = Proxy::caddy(&site.server.addr().to_string());
    let needles = sign_through(&site, &proxy).await;
    let url = format!("{}/checkpoint?{QUERY}", proxy.url);
    assert_eq!(status(&caller(2), &url).await, 200);
    site.server.stop().await;
    assert_eq!(status(&caller(2), &url).await, 502);
    let files = proxy.stop();
    assert_silent(&files, &needles);
    let log = log_of(&files);
    let kind = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let request = line["request"].as_object().expect("a request");
        let mut keys: Vec<&str> = request.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["method", "proto", "uri"], "{line}");
        assert_eq!(
            line["ts"].as_str().map(str::len),
            Some("2026-11-25T12:31".len()),
            "{line}"
        );
        request["uri"].as_str().expect("text").to_owned()
    };
    let kinds: Vec<String> = log.lines().map(kind).collect();
    assert_eq!(kinds, ["", "nothing", "checkpoint", "checkpoint"], "{log}");
}

/// The service counts each caller by its own address, and nobody can pass as another.
async fn counts_callers(site: &Site, proxy: &Proxy) {
    let url = format!("{}/checkpoint", proxy.url);
    let (one, other) = (caller(2), caller(3));
    let mut admitted = 0;
    while status(&one, &url).await != StatusCode::TOO_MANY_REQUESTS {
        admitted += 1;
        assert!(admitted < 100, "the service does not count this caller");
    }
    assert!(admitted > 0);
    assert_ne!(
        status(&other, &url).await,
        StatusCode::TOO_MANY_REQUESTS,
        "another caller"
    );
    for (name, value) in [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-for", "198.51.100.7, 127.0.0.1"),
        ("forwarded", "for=198.51.100.7"),
        ("x-real-ip", "198.51.100.7"),
    ] {
        let spoofed = one
            .get(&url)
            .header(name, value)
            .send()
            .await
            .expect("an answer");
        assert_eq!(
            spoofed.status(),
            StatusCode::TOO_MANY_REQUESTS,
            "{name}: {value}"
        );
    }
    // Both headers at once: the service would take the proxy's own address.
    let both = one.get(&url).header("x-forwarded-for", "198.51.100.7");
    let both = both
        .header("forwarded", "for=198.51.100.7")
        .send()
        .await
        .expect("an answer");
    assert_eq!(both.status(), StatusCode::TOO_MANY_REQUESTS);
    site.clock.advance(60);
    assert_ne!(
        status(&one, &url).await,
        StatusCode::TOO_MANY_REQUESTS,
        "later"
    );
}

#[tokio::test]
async fn nginx_says_who_calls() {
    if has("nginx", "-v") {
        let site = site(3).await;
        let proxy = Proxy::nginx(&site.server.addr().to_string());
        counts_callers(&site, &proxy).await;
        proxy.stop();
    }
}

#[tokio::test]
async fn caddy_says_who_calls() {
    if has("caddy", "version") {
        let site = site(3).await;
        let proxy = Proxy::caddy(&site.server.addr().to_string());
        counts_callers(&site, &proxy).await;
        proxy.stop();
    }
}

#[test]
fn systemd_takes_the_unit_and_finds_it_tight() {
    if !has("systemd-analyze", "--version") {
        return;
    }
    for name in ["undersigned.service", "undersigned-follow.service"] {
        judge_unit(name);
    }
}

fn judge_unit(name: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let unit = folder.path().join(name);
    let text = fs::read_to_string(deploy(name)).expect("the unit");
    let program = env!("CARGO_BIN_EXE_undersigned");
    fs::write(
        &unit,
        replaced(&text, &[("/usr/local/bin/undersigned", program)]),
    )
    .expect("written");
    let verified = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&unit)
        .output();
    let verified = verified.expect("it runs");
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && !said.contains(name), "{said}");
    let judged = Command::new("systemd-analyze")
        .args(["security", "--no-pager", "--offline=true", "--threshold=15"])
        .arg(&unit)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&judged.stdout);
    assert!(judged.status.success(), "{said}");
}

#[test]
fn the_image_runs_as_nobody() {
    let text = fs::read_to_string(deploy("Containerfile")).expect("the file");
    let last = text.rsplit("\nFROM ").next().expect("a stage");
    assert!(
        last.contains("\nUSER nonroot:nonroot\n") && !last.contains("\nRUN "),
        "{last}"
    );
    assert!(!text.contains("ADD ") && !text.contains("curl"));
    for line in text.lines().filter_map(|line| line.strip_prefix("COPY ")) {
        for source in line
            .split(' ')
            .filter(|word| !word.starts_with("--") && !word.starts_with('/'))
        {
            if source != "./" {
                assert!(
                    Path::new(env!("CARGO_MANIFEST_DIR")).join(source).exists(),
                    "{source}"
                );
            }
        }
    }
}
