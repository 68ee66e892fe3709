//! How a command says that it stopped, and what to do next.

use std::io::ErrorKind;
use std::process::ExitCode;

use crate::api::problem::Kind;
use crate::client::ClientError;
use crate::client::signing::SigningError;

/// A reason to stop, with advice.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Stop {
    message: String,
    advice: String,
    code: u8,
}

/// Could not try: wrong usage, or a file that is not usable.
pub(crate) fn stop(message: impl Into<String>, advice: impl Into<String>) -> anyhow::Error {
    let (message, advice) = (message.into(), advice.into());
    Stop {
        message,
        advice,
        code: 2,
    }
    .into()
}

/// The rules say no.
pub(crate) fn refused(message: impl Into<String>, advice: impl Into<String>) -> anyhow::Error {
    let (message, advice) = (message.into(), advice.into());
    Stop {
        message,
        advice,
        code: 1,
    }
    .into()
}

fn client_error(error: &anyhow::Error) -> Option<&ClientError> {
    error.chain().find_map(|cause| {
        cause.downcast_ref().or_else(|| match cause.downcast_ref() {
            Some(SigningError::Client(error)) => Some(error),
            _ => None,
        })
    })
}

fn advice(error: &anyhow::Error) -> Option<String> {
    let own = error.chain().find_map(|cause| cause.downcast_ref::<Stop>());
    own.map(|stop| stop.advice.clone())
        .filter(|advice| !advice.is_empty())
        .or_else(|| {
            let error = client_error(error)?;
            error
                .advice()
                .or_else(|| of_kind(error.kind()?).map(str::to_owned))
        })
}

/// What to do next where the service only said what is so.
fn of_kind(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::UnknownPetition => Some("is the address whole? `undersigned petition list` has all"),
        Kind::NotOpen | Kind::Closed => Some("`undersigned petition status` has its dates"),
        Kind::Address => Some("give the whole address, as in me@example.org"),
        Kind::UnknownLink => Some("ask for a new mail"),
        Kind::LinkUsed => Some("go on with the receipt that you had when you first used the link"),
        Kind::AlreadyConfirmed => Some("a mailbox is counted once; nothing is left to do"),
        Kind::Held => Some("try again later with the same link: somebody looks at it"),
        Kind::UnknownSignature => Some("try again after the next publication"),
        Kind::NotStrikable => Some("`--preview` says what is there"),
        Kind::Unauthorised => Some("name the service's token with --operator-token-file"),
        Kind::Internal => Some("try again, and tell whoever runs the service"),
        _ => None,
    }
}

fn code(error: &anyhow::Error) -> u8 {
    if let Some(stop) = error.chain().find_map(|cause| cause.downcast_ref::<Stop>()) {
        return stop.code;
    }
    match client_error(error) {
        Some(error) if error.is_refusal() => 1,
        // Something came back that does not hold.
        None if error.chain().any(does_not_hold) => 1,
        _ => 2,
    }
}

fn does_not_hold(cause: &(dyn std::error::Error + 'static)) -> bool {
    let error = cause.downcast_ref::<SigningError>();
    error.is_some_and(|error| !matches!(error, SigningError::Order(_)))
}

/// Print the error with its causes and the advice; returns the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let closed = error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == ErrorKind::BrokenPipe)
    });
    if closed {
        // Whoever read our output has seen enough.
        return ExitCode::SUCCESS;
    }
    let mut said = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // Transparent errors repeat their cause.
        if !said.ends_with(&text) {
            if !said.is_empty() {
                said.push_str(": ");
            }
            said.push_str(&text);
        }
    }
    eprintln!("error: {said}");
    if let Some(advice) = advice(error) {
        eprintln!("  next: {advice}");
    }
    ExitCode::from(code(error))
}
