//! What mail servers say about a mailbox: at RCPT, and later in a delivery report
//! (RFC 3464). Only what the codes say is read; words may name people.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

/// Enhanced codes (RFC 3463) which say that there is no such mailbox, or that it is closed:
/// not that it is full, or that the mail is not liked.
const NO_MAILBOX: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];
/// The same from servers without enhanced codes (RFC 5321, section 4.2.3).
const NO_MAILBOX_PLAIN: [u16; 3] = [550, 551, 553];

/// Nested messages are looked into so deep.
const DEPTH: usize = 4;

/// A server's report about a mail of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The left half of the mail's Message-ID.
    pub mail: String,
    /// There is no such mailbox, for good.
    pub no_mailbox: bool,
}

/// The enhanced code that a text begins with.
fn enhanced(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    let mut parts = word.split('.');
    let number = |part: Option<&str>| {
        part.is_some_and(|p| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
    };
    let three = number(parts.next()) && number(parts.next()) && number(parts.next());
    (three && parts.next().is_none()).then_some(word)
}

/// Whether an answer to RCPT, its code and its text, says that there is no such mailbox.
pub(super) fn says_no_mailbox(code: u16, text: &str) -> bool {
    match enhanced(text) {
        Some(enhanced) => code >= 500 && NO_MAILBOX.contains(&enhanced),
        None => NO_MAILBOX_PLAIN.contains(&code),
    }
}

/// Read a delivery report. `None`: not one, or without the Message-ID of what it is about.
pub fn read_report(raw: &[u8]) -> Option<Report> {
    let message = MessageParser::new().parse(raw)?;
    let kind = message.content_type()?;
    let is_report = kind.ctype().eq_ignore_ascii_case("multipart")
        && kind.subtype()?.eq_ignore_ascii_case("report")
        && kind
            .attribute("report-type")
            .is_none_or(|of| of.eq_ignore_ascii_case("delivery-status"));
    if !is_report {
        return None;
    }
    let mut mail = None;
    let mut no_mailbox = None;
    for part in &message.parts {
        if is(part, "message", "delivery-status") {
            no_mailbox = Some(status_says_no_mailbox(part.contents()));
        } else if let Some(id) = returned_id(part, DEPTH) {
            mail = Some(id);
        }
    }
    Some(Report {
        mail: mail?,
        no_mailbox: no_mailbox?,
    })
}

fn is(part: &MessagePart<'_>, kind: &str, subtype: &str) -> bool {
    part.content_type().is_some_and(|found| {
        found.ctype().eq_ignore_ascii_case(kind)
            && found
                .subtype()
                .is_some_and(|s| s.eq_ignore_ascii_case(subtype))
    })
}

/// Groups of fields: one about the report, then one for each recipient.
fn status_says_no_mailbox(status: &[u8]) -> bool {
    let text = String::from_utf8_lossy(status).replace("\r\n", "\n");
    text.split("\n\n").any(|group| {
        let unfolded = group.replace("\n ", " ").replace("\n\t", " ");
        let field = |name: &str| {
            unfolded.lines().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                found
                    .trim()
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            })
        };
        let failed = field("Action").is_some_and(|action| action.eq_ignore_ascii_case("failed"));
        failed
            && match field("Status").as_deref().and_then(enhanced) {
                // Nothing but "permanent": what the other server said counts.
                Some("5.0.0") | None => field("Diagnostic-Code")
                    .as_deref()
                    .is_some_and(diagnostic_says_no_mailbox),
                Some(status) => NO_MAILBOX.contains(&status),
            }
    })
}

/// `smtp; 550 5.1.1 …`, with a hyphen after the code in longer answers.
fn diagnostic_says_no_mailbox(diagnostic: &str) -> bool {
    let said = diagnostic.split_once(';').and_then(|(kind, said)| {
        let said = said.trim_start();
        let code = said.get(..3)?.parse().ok()?;
        kind.trim()
            .eq_ignore_ascii_case("smtp")
            .then(|| (code, said[3..].trim_start_matches(['-', ' '])))
    });
    said.is_some_and(|(code, text)| says_no_mailbox(code, text))
}

/// The left half of the Message-ID of the mail that came back, whole or as its headers.
fn returned_id(part: &MessagePart<'_>, depth: usize) -> Option<String> {
    let id = |message: &Message<'_>| {
        let (left, _) = message.message_id()?.split_once('@')?;
        Some(left.to_owned())
    };
    match &part.body {
        PartType::Message(message) if depth > 0 => id(message).or_else(|| {
            let parts = &mut message.parts.iter();
            parts.find_map(|part| returned_id(part, depth - 1))
        }),
        _ if is(part, "text", "rfc822-headers") => {
            id(&MessageParser::new().parse_headers(part.contents())?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00112233445566778899aabbccddeeff";

    fn report(status: &str, returned: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: noreply@petitions.example\r\n\
             Message-ID: <other@mx.example>\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example\r\n\r\n\
             Final-Recipient: rfc822; ada@example.org\r\n{status}\r\n\
             --b\r\n{returned}\r\n--b--\r\n"
        )
    }

    fn headers() -> String {
        format!(
            "Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n\
             Message-ID: <{ID}@petitions.example>\r\n"
        )
    }

    fn whole() -> String {
        format!(
            "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\
             Message-ID: <{ID}@petitions.example>\r\n\r\nThe text.\r\n"
        )
    }

    #[test]
    fn reports_are_read_by_their_codes() {
        for (status, no_mailbox) in [
            ("Action: failed\r\nStatus: 5.1.1\r\n", true),
            ("action:  FAILED\r\nstatus: 5.1.10 (null MX)\r\n", true),
            ("Action: failed\r\nStatus: 5.2.1\r\n", true),
            (
                "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 nobody\r\n",
                true,
            ),
            (
                "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp;\r\n 550-5.1.1 nobody\r\n",
                true,
            ),
            (
                "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 no such user\r\n",
                true,
            ),
            (
                "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.7.1 spam\r\n",
                false,
            ),
            (
                "Action: failed\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; 550 5.1.1 x\r\n",
                false,
            ),
            ("Action: failed\r\nStatus: 5.0.0\r\n", false),
            ("Action: failed\r\nStatus: 5.2.2\r\n", false),
            ("Action: delayed\r\nStatus: 5.1.1\r\n", false),
            ("Action: failed\r\nStatus: 4.1.1\r\n", false),
            ("Status: 5.1.1\r\n", false),
        ] {
            for returned in [headers(), whole()] {
                let found = read_report(report(status, &returned).as_bytes());
                let mail = ID.to_owned();
                assert_eq!(found, Some(Report { mail, no_mailbox }), "{status}");
            }
        }
    }

    #[test]
    fn what_is_no_report_about_a_mail_of_ours_is_none() {
        let good = report("Action: failed\r\nStatus: 5.1.1\r\n", &whole());
        for (what, text) in [
            ("empty", String::new()),
            (
                "a mail",
                format!("Message-ID: <{ID}@x>\r\n\r\nStatus: 5.1.1\r\n"),
            ),
            (
                "another report",
                good.replace("=delivery-status", "=disposition-notification"),
            ),
            (
                "no status",
                good.replace("message/delivery-status", "text/plain"),
            ),
            (
                "nothing returned",
                good.replace("message/rfc822", "text/plain"),
            ),
            (
                "no id",
                good.replace(&format!("<{ID}@petitions.example>"), "none"),
            ),
        ] {
            assert_eq!(read_report(text.as_bytes()), None, "{what}");
        }
        for end in 0..good.len() {
            // Nothing that arrives cut off may bring the reader down.
            let _ = read_report(&good.as_bytes()[..end]);
        }
    }

    #[test]
    fn an_answer_to_rcpt_is_about_the_mailbox_or_not() {
        for (code, text, about) in [
            (550, "5.1.1 no such user", true),
            (550, "5.7.1 blocked", false),
            (554, "5.1.2 no such host", true),
            (550, "no such user", true),
            (553, "", true),
            (552, "mailbox full", false),
            (554, "no", false),
            (550, "5.1.1.1 odd", true),
            (450, "5.1.1 odd", false),
        ] {
            assert_eq!(says_no_mailbox(code, text), about, "{code} {text}");
        }
    }
}
