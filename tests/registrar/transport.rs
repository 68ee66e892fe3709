//! A transport that keeps mails, and refuses as it is told.

use std::collections::VecDeque;
use std::sync::Mutex;

use undersigned::mail::{Mail, Sending, Transport, Undelivered};

/// Mails that arrived, and refusals to come.
#[derive(Default)]
pub(crate) struct Postbox {
    arrived: Mutex<Vec<Mail>>,
    refusals: Mutex<VecDeque<Undelivered>>,
    attempts: Mutex<Vec<String>>,
}

impl Postbox {
    /// Refuse the next mail so.
    pub(crate) fn refuse_next(&self, refusal: Undelivered) {
        self.refusals
            .lock()
            .expect("not poisoned")
            .push_back(refusal);
    }

    /// All mails so far.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.arrived.lock().expect("not poisoned").clone()
    }

    /// Mails to an address.
    pub(crate) fn to(&self, address: &str) -> Vec<Mail> {
        self.mails()
            .into_iter()
            .filter(|mail| mail.to == address)
            .collect()
    }

    /// Ids of mails that were handed over, taken or not.
    pub(crate) fn attempts(&self) -> Vec<String> {
        self.attempts.lock().expect("not poisoned").clone()
    }
}

impl Transport for Postbox {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        Box::pin(async move {
            self.attempts
                .lock()
                .expect("not poisoned")
                .push(mail.id.clone());
            if let Some(refusal) = self.refusals.lock().expect("not poisoned").pop_front() {
                return Err(refusal);
            }
            self.arrived
                .lock()
                .expect("not poisoned")
                .push(mail.clone());
            Ok(())
        })
    }
}

/// The link of this kind in a mail: its token.
pub(crate) fn token(mail: &Mail, kind: &str) -> String {
    let marker = format!("/{kind}/");
    let lines: Vec<&str> = mail
        .text
        .lines()
        .filter(|line| line.contains(&marker))
        .collect();
    let [line] = lines[..] else {
        panic!("one {kind} link in:\n{}", mail.text)
    };
    let (_, token) = line.split_once(&marker).expect("just found");
    token.to_owned()
}
