//! Floor 3: what a petition's recipients get: one zip file with a letter to read, the
//! proof, and a page that checks it without a network (`spec/delivery.md`).
//!
//! Pure: the same attestation, address, language and signers give the same bytes.

mod archive;
mod bundle;
mod check;
mod letter;
mod moment;
mod open;
mod readme;
mod signers;

use sha2::{Digest as _, Sha256};

pub use archive::{PackFile, unzip};
pub use bundle::{BundleError, bundle};
pub use letter::letter_pdf;
pub use moment::moment;
pub use open::{attestation_in, is_pack};
pub use signers::Signer;
pub(crate) use signers::plain as plain_cell;

use crate::lang::{self, Language};
use crate::picture::{Direction, PictureError, QrError};
use crate::protocol::attestation::{Attestation, AttestationError, VerifiedAttestation};

/// The value of `format` in `pack.json`.
pub const PACK_FORMAT: &str = "undersigned/pack/v1";
/// The attestation's name in a pack.
pub const ATTESTATION_FILE: &str = "attestation.txt";

/// Why there is no pack.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The attestation does not hold.
    #[error("attestation: {0}")]
    Attestation(#[from] AttestationError),
    /// The letter is in a script that our fonts lack, or cannot be drawn.
    #[error("letter: {0}")]
    Picture(#[from] PictureError),
    /// The address is too long for a QR code.
    #[error("address: {0}")]
    Qr(#[from] QrError),
    /// The PDF was refused by its own rules: a bug of ours.
    #[error("letter.pdf: {0}")]
    Pdf(String),
    /// The page's script cannot be put together: a bug of ours.
    #[error("check.html: {0}")]
    Bundle(#[from] BundleError),
    /// The table cannot be written.
    #[error("signers.csv: {0}")]
    Csv(String),
    /// A pack that was opened is not one.
    #[error("pack: {0}")]
    Pack(String),
    /// The archive cannot be written or read.
    #[error("zip: {0}")]
    Zip(String),
}

/// What is to be delivered. The attestation in it holds.
pub struct Delivery {
    /// The attestation, checked against what its own manifest says.
    pub verified: VerifiedAttestation,
    /// Its exact text.
    pub attestation: String,
    /// Where the service is reached, without a slash at its end.
    pub url: String,
    /// Which of the petition's languages.
    language: usize,
    signers: Option<Vec<Signer>>,
}

impl Delivery {
    /// From the bytes of an attestation, in the petition's first language.
    pub fn new(attestation: &[u8], url: &str) -> Result<Self, DeliveryError> {
        let parsed = Attestation::parse(attestation)?;
        let verified = parsed.verify(&parsed.manifest().pinned_policy())?;
        Ok(Self {
            verified,
            attestation: String::from_utf8_lossy(attestation).into_owned(),
            url: url.trim_end_matches('/').to_owned(),
            language: 0,
            signers: None,
        })
    }

    /// In this language, if the petition has it: the exact tag, else its primary subtag.
    #[must_use]
    pub fn language(mut self, tag: &str) -> Self {
        let titles = &self.verified.manifest.terms().title;
        let primary = |tag: &str| tag.split('-').next().map(str::to_ascii_lowercase);
        let exact = titles
            .iter()
            .position(|title| title.lang.eq_ignore_ascii_case(tag));
        let close = || {
            titles
                .iter()
                .position(|title| primary(&title.lang) == primary(tag))
        };
        self.language = exact.or_else(close).unwrap_or(self.language);
        self
    }

    /// With those who chose to be shown to the recipients.
    #[must_use]
    pub fn signers(mut self, signers: Vec<Signer>) -> Self {
        self.signers = Some(signers);
        self
    }

    /// The petition's title.
    pub fn title(&self) -> &str {
        &self.verified.manifest.terms().title[self.language].text
    }

    /// The petition's letter in the same language.
    fn letter(&self) -> &str {
        let terms = self.verified.manifest.terms();
        let lang = &terms.title[self.language].lang;
        let letter = terms.letter.iter().find(|letter| letter.lang == *lang);
        // Title and letter are in the same languages: a rule of manifests.
        letter.map_or("", |letter| &letter.text)
    }

    /// The tag of the petition's language.
    fn tag(&self) -> &str {
        &self.verified.manifest.terms().title[self.language].lang
    }

    /// The language of our own words.
    fn words(&self) -> &'static Language {
        lang::language(self.tag())
    }

    /// `ltr` or `rtl`, for our own words.
    pub fn words_direction(&self) -> &'static str {
        self.words().direction
    }

    fn direction(&self) -> Direction {
        Direction::of_language(self.tag())
    }

    /// The attestation's digest, by which the service lists it.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.attestation.as_bytes()))
    }

    /// Where the public record of the petition is, at this attestation.
    pub fn record_url(&self) -> String {
        let id = self.verified.manifest.id();
        format!("{}/{id}/record#{}", self.url, self.digest())
    }

    /// `pack.json`.
    pub fn pack_json(&self) -> String {
        let pack = serde_json::json!({
            "format": PACK_FORMAT,
            "manifest": self.verified.manifest.text(),
            "attestation": self.attestation,
        });
        serde_json::to_string_pretty(&pack).expect("text always encodes") + "\n"
    }

    /// The subject of the mail that carries it.
    pub fn subject(&self) -> String {
        readme::subject(self)
    }

    /// The text of the mail that carries it; or that carries a link to it, which works until
    /// then (Unix seconds).
    pub fn mail_text(&self, link: Option<(&str, u64)>) -> String {
        readme::mail_text(self, link)
    }

    /// Every file of the pack, in the order of the archive.
    pub fn files(&self) -> Result<Vec<PackFile>, DeliveryError> {
        let file = |name, bytes| PackFile { name, bytes };
        let mut files = vec![
            file("README.txt", readme::readme(self).into_bytes()),
            file("letter.pdf", letter_pdf(self)?),
            file("letter.txt", readme::letter_text(self).into_bytes()),
            file("check.html", check::html(self)?.into_bytes()),
            file(ATTESTATION_FILE, self.attestation.clone().into_bytes()),
            file("pack.json", self.pack_json().into_bytes()),
        ];
        if let Some(signers) = &self.signers {
            files.push(file("signers.csv", signers::csv(signers, self.words())?));
        }
        Ok(files)
    }

    /// The pack: a zip archive.
    pub fn pack(&self) -> Result<Vec<u8>, DeliveryError> {
        archive::zip(&self.files()?)
    }
}
