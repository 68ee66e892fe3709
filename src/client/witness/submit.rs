//! One checkpoint, one witness.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, Url};
use tokio::time::timeout;

use super::WitnessError;
use super::rest::Rest;
use crate::client::ClientError;
use crate::client::transport::connector;
use crate::clock::Clock;
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, NoteSignature, VerifierKey};
use crate::tlog::size::TreeSize;
use crate::tlog::witness::{AddCheckpoint, SIZE_CONTENT_TYPE, parse_size_body};

/// Most bytes of an answer: sixteen ML-DSA-44 cosignatures fit.
const ANSWER_MAX: usize = 64 * 1024;
/// Most characters kept of what a witness says with a refusal.
const SAID_MAX: usize = 200;
/// How far a witness's clock may be ahead of ours, in seconds.
const AHEAD_MAX: u64 = 300;

/// Makes the proof of consistency from a smaller size to the checkpoint that is offered.
/// May block.
pub trait ProofSource: Send + Sync + 'static {
    /// The proof from `old`, which is not above the checkpoint's size.
    fn proof(&self, old: TreeSize) -> Result<Vec<Hash>, Box<dyn std::error::Error + Send + Sync>>;
}

impl<F> ProofSource for F
where
    F: Fn(TreeSize) -> Result<Vec<Hash>, Box<dyn std::error::Error + Send + Sync>>
        + Send
        + Sync
        + 'static,
{
    fn proof(&self, old: TreeSize) -> Result<Vec<Hash>, Box<dyn std::error::Error + Send + Sync>> {
        self(old)
    }
}

/// A cosignature that verified, over the checkpoint that was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The key.
    pub key: VerifierKey,
    /// The time that it states, Unix seconds.
    pub time: u64,
    /// The signature line.
    pub line: NoteSignature,
}

/// One witness: an address and the keys that it is known by.
pub struct WitnessClient {
    http: reqwest::Client,
    url: Url,
    keys: Vec<VerifierKey>,
    clock: Arc<dyn Clock>,
    lately: Mutex<Lately>,
}

/// What is remembered of a witness between two requests.
#[derive(Default)]
struct Lately {
    /// The size that it cosigned last, as far as is known. If not, 0 finds out.
    known: u64,
    rest: Rest,
}

/// What an answer comes to.
enum Said {
    Lines(Vec<u8>),
    Knows(TreeSize),
}

impl WitnessClient {
    /// The witness whose submission prefix is `url`, with the keys under which a policy has it.
    pub fn new(
        url: &str,
        keys: Vec<VerifierKey>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ClientError> {
        let (mut url, http) = connector(url)?;
        let path = format!("{}/add-checkpoint", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self {
            http,
            url,
            keys,
            clock,
            lately: Mutex::default(),
        })
    }

    fn lately(&self) -> MutexGuard<'_, Lately> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Offer a checkpoint, signed by its log. After a 409 it is offered once more, with a
    /// proof from the size that the witness knows. Returns, for each key, the cosignature
    /// or what is wrong with it; an error is one for all keys. After `deadline` it is given up.
    pub async fn submit(
        &self,
        checkpoint: &Note,
        proofs: &Arc<dyn ProofSource>,
        deadline: Duration,
    ) -> Result<Vec<Result<Cosigned, WitnessError>>, WitnessError> {
        if let Some(until) = self.lately().rest.until(&*self.clock) {
            return Err(WitnessError::Resting { until });
        }
        let asked = timeout(deadline, self.ask(checkpoint, proofs)).await;
        let answer = asked.unwrap_or(Err(WitnessError::Deadline));
        let failure = match &answer {
            Ok(keys) => keys.iter().find_map(|key| key.as_ref().err()),
            Err(error) => Some(error).filter(|error| error.is_failure()),
        };
        let rest = &mut self.lately().rest;
        match failure {
            Some(WitnessError::Unavailable { wait, .. }) => rest.failed(*wait, &*self.clock),
            Some(_) => rest.failed(None, &*self.clock),
            None if answer.is_ok() => rest.succeeded(),
            None => {}
        }
        answer
    }

    async fn ask(
        &self,
        checkpoint: &Note,
        proofs: &Arc<dyn ProofSource>,
    ) -> Result<Vec<Result<Cosigned, WitnessError>>, WitnessError> {
        // Refuses what is no checkpoint, and gives its size.
        let bare = AddCheckpoint::new(TreeSize(0), Vec::new(), checkpoint.clone())?;
        let size = bare.checkpoint().size;
        let known = TreeSize(self.lately().known);
        // Whether it knows more than is offered, only it can tell.
        let first = if known > size { TreeSize(0) } else { known };
        let said = match self.send(checkpoint, proofs, first).await? {
            Said::Knows(known) if known > size => {
                self.lately().known = known.0;
                return Err(WitnessError::Ahead { size: known });
            }
            Said::Knows(known) if known == first => {
                return Err(WitnessError::Malformed(
                    "a conflict with the size it was asked for",
                ));
            }
            Said::Knows(known) => match self.send(checkpoint, proofs, known).await? {
                Said::Knows(second) if second > size => Err(WitnessError::Ahead { size: second }),
                Said::Knows(second) => Err(WitnessError::Unsteady {
                    first: known,
                    second,
                }),
                Said::Lines(lines) => Ok(lines),
            },
            Said::Lines(lines) => Ok(lines),
        };
        let lines = NoteSignature::parse_lines(&said?).map_err(WitnessError::Cosignature)?;
        let keys = self.keys.iter();
        let cosigned: Vec<_> = keys
            .map(|key| self.cosigned(checkpoint, &lines, key))
            .collect();
        if cosigned.iter().any(Result::is_ok) {
            self.lately().known = size.0;
        }
        Ok(cosigned)
    }

    async fn send(
        &self,
        checkpoint: &Note,
        proofs: &Arc<dyn ProofSource>,
        old: TreeSize,
    ) -> Result<Said, WitnessError> {
        let source = proofs.clone();
        let proof = tokio::task::spawn_blocking(move || source.proof(old)).await;
        let proof = proof.map_err(|panicked| WitnessError::Proof {
            old,
            source: panicked.into(),
        })?;
        let proof = proof.map_err(|source| WitnessError::Proof { old, source })?;
        let request = AddCheckpoint::new(old, proof, checkpoint.clone())?;
        let request = self.http.post(self.url.clone()).body(request.to_string());
        let response = request.send().await.map_err(broken)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = body(response).await?;
        match status {
            200 => Ok(Said::Lines(body)),
            409 if is_size(&headers) => parse_size_body(&body)
                .map(Said::Knows)
                .ok_or(WitnessError::Malformed("a conflict without a size")),
            409 => Err(WitnessError::Malformed(
                "a conflict of another content type",
            )),
            429 | 500.. => {
                let wait = retry_after(&headers);
                Err(WitnessError::Unavailable { status, wait })
            }
            _ => {
                let said = said(&body);
                Err(WitnessError::Refused { status, said })
            }
        }
    }

    /// The cosignature by one key. Signatures by unknown keys are ignored.
    fn cosigned(
        &self,
        checkpoint: &Note,
        lines: &[NoteSignature],
        key: &VerifierKey,
    ) -> Result<Cosigned, WitnessError> {
        let by_key = |line: &&NoteSignature| (line.name(), line.id()) == (key.name(), key.id());
        let line = lines.iter().find(by_key).ok_or(WitnessError::Uncosigned)?;
        let note = Note::new(checkpoint.text(), vec![line.clone()]);
        let verified = note.and_then(|note| note.verify(&[key]));
        let verified = verified.map_err(WitnessError::Cosignature)?;
        let time = verified.signatures().iter().find_map(|by| by.time);
        let latest = self.clock.now().saturating_add(AHEAD_MAX);
        match time {
            Some(time) if time <= latest => Ok(Cosigned {
                key: key.clone(),
                time,
                line: line.clone(),
            }),
            time => Err(WitnessError::Time(time)),
        }
    }
}

fn broken(error: reqwest::Error) -> WitnessError {
    if error.is_timeout() {
        WitnessError::Deadline
    } else {
        WitnessError::Unreachable(error.without_url())
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>, WitnessError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if bytes.len() + chunk.len() > ANSWER_MAX {
            return Err(WitnessError::Malformed("too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn is_size(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(SIZE_CONTENT_TYPE))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The beginning of a refusal's text, safe to print.
fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let shown = text.trim().chars().take(SAID_MAX);
    let plain = |c: char| if c.is_ascii_graphic() { c } else { ' ' };
    shown.map(plain).collect()
}
