//! How a command says that it stopped, and what to do next.

use std::io::ErrorKind;
use std::process::ExitCode;

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
        .or_else(|| client_error(error)?.advice())
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
