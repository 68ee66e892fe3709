//! OpenSSL's command line: our tokens and our note signatures are what it takes them for.

use std::path::{Path, PathBuf};
use std::process::Command;

use undersigned::protocol::leaf::PetitionSignature;
use undersigned::protocol::token::{TokenContext, TokenKey};
use undersigned::tlog::note::NoteSigner;

const MISSING: &str = "OpenSSL is not installed: its checks are skipped";

fn is_there() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        assert!(std::env::var_os("UNDERSIGNED_CI").is_none(), "{MISSING}");
        eprintln!("{MISSING}");
    }
    there
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }
}

/// Whether `openssl pkeyutl -verify` with these options says yes.
fn verifies(key: &Path, options: &[&str], message: &Path, signature: &Path) -> bool {
    let output = Command::new("openssl")
        .args(["pkeyutl", "-verify", "-pubin", "-inkey"])
        .arg(key)
        .args(options)
        .arg("-in")
        .arg(message)
        .arg("-sigfile")
        .arg(signature)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.success(),
        said.contains("Verified Successfully"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.status.success()
}

fn pem(der: &[u8]) -> String {
    let base64 = undersigned::protocol::encoding::to_base64(der);
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("base64"))
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn note_signatures_are_plain_ed25519() {
    if !is_there() {
        return;
    }
    let folder = Folder::new();
    let signer = NoteSigner::new("log.example", &[9; 32]).expect("a name");
    let text = "log.example\n3\nqvrsGU3+jGeEDEH3mO7zJZfMWzTVWVNHd8gNlUfSW2c=\n";
    let signature = signer.sign(text);
    // RFC 8410, section 4.
    let prefix = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    let key = [&prefix[..], signer.vkey().public_key()].concat();
    let key = folder.write("key.pem", pem(&key).as_bytes());
    let good = folder.write("text", text.as_bytes());
    let bad = folder.write("other", text.replace('3', "4").as_bytes());
    let signature = folder.write("signature", signature.signature());
    assert!(verifies(&key, &["-rawin"], &good, &signature));
    assert!(!verifies(&key, &["-rawin"], &bad, &signature));
}

/// The token of a vector: OpenSSL takes its signature over the very input that we compute.
#[test]
fn tokens_are_plain_rsassa_pss() {
    if !is_there() {
        return;
    }
    let folder = Folder::new();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors/token");
    let mut checked = 0;
    for entry in std::fs::read_dir(vectors).expect("vectors") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a vector");
        let field = |key: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
        };
        let field = |key: &str| field(key).unwrap_or_else(|| panic!("{key} in {}", path.display()));
        let bytes = |key: &str| hex::decode(field(key)).expect("hexadecimal");
        // Keys that are none are refused before there is anything to verify.
        let Ok(parsed) = TokenKey::parse(&bytes("token-key")) else {
            continue;
        };
        let leaf = PetitionSignature::parse(&bytes("leaf")).expect("a leaf");
        let petition = field("petition").parse().expect("a petition's id");
        let context = TokenContext::new(
            petition,
            field("registrar"),
            field("ledger"),
            parsed.clone(),
        );
        let context = context.expect("names");
        let input = context.input(&leaf.pk, &leaf.commitment);
        // As SubjectPublicKeyInfo of plain RSA: OpenSSL wants parameters of PSS elsewhere.
        let key = folder.write("key.pem", pem(&plain_rsa(parsed.modulus())).as_bytes());
        let input = folder.write("input", &input);
        let signature = folder.write("signature", &leaf.authenticator);
        let options = [
            "-rawin",
            "-digest",
            "sha384",
            "-pkeyopt",
            "rsa_padding_mode:pss",
            "-pkeyopt",
            "rsa_pss_saltlen:48",
        ];
        let accepted = text.starts_with("verdict: accept");
        assert_eq!(
            verifies(&key, &options, &input, &signature),
            accepted,
            "{}",
            path.display()
        );
        checked += 1;
    }
    assert!(checked >= 5, "vectors with a key: {checked}");
}

/// RFC 3279's encoding of an RSA key with exponent 65537.
fn plain_rsa(modulus: &[u8]) -> Vec<u8> {
    let prefix = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100";
    let prefix = hex::decode(prefix).expect("hexadecimal");
    [&prefix[..], modulus, &[0x02, 0x03, 0x01, 0x00, 0x01]].concat()
}
