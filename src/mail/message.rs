//! From a mail to the bytes of RFC 5322.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::{Mail, MailError, Undelivered};
use crate::clock::Clock;

/// Writes mails from one sender.
pub(super) struct Writer {
    from: Mailbox,
    clock: Arc<dyn Clock>,
}

/// A mail, ready for the wire.
pub(super) struct Written {
    pub(super) from: Address,
    pub(super) to: Address,
    /// ASCII, lines ended by CRLF.
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn new(from: &str, clock: Arc<dyn Clock>) -> Result<Self, MailError> {
        let from = from
            .parse::<Mailbox>()
            .map_err(|e| MailError::From(e.to_string()))?;
        Ok(Self { from, clock })
    }

    pub(super) fn write(&self, mail: &Mail) -> Result<Written, Undelivered> {
        const MALFORMED: Undelivered = Undelivered::Malformed;
        let to: Address = mail.to.parse().map_err(|_| MALFORMED)?;
        let plain_id = !mail.id.is_empty() && mail.id.bytes().all(|b| b.is_ascii_alphanumeric());
        if !plain_id || mail.subject.chars().any(char::is_control) || !to.to_string().is_ascii() {
            return Err(MALFORMED);
        }
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(mail.subject.as_str())
            .message_id(Some(id))
            .date(UNIX_EPOCH + Duration::from_secs(self.clock.now()))
            .raw_header(raw("Auto-Submitted", "auto-generated")?);
        if let Some(url) = &mail.unsubscribe {
            builder = builder
                .raw_header(raw("List-Unsubscribe", &format!("<{url}>"))?)
                .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
        }
        let body = MultiPart::alternative()
            .boundary(format!("=_{}", mail.id))
            .singlepart(SinglePart::plain(mail.text.clone()))
            .singlepart(SinglePart::html(mail.html.clone()));
        let body = match &mail.attachment {
            None => body,
            Some(file) => {
                let content_type = ContentType::parse(file.content_type).map_err(|_| MALFORMED)?;
                let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
                if !file.name.chars().all(plain) {
                    return Err(MALFORMED);
                }
                let part = Attachment::new(file.name.clone());
                MultiPart::mixed()
                    .boundary(format!("=-{}", mail.id))
                    .multipart(body)
                    .singlepart(part.body(file.bytes.clone(), content_type))
            }
        };
        let message = builder.multipart(body).map_err(|_| MALFORMED)?;
        let bytes = message.formatted();
        if !bytes.is_ascii() {
            return Err(MALFORMED);
        }
        Ok(Written {
            from: self.from.email.clone(),
            to,
            bytes,
        })
    }
}

/// A header whose value must reach the reader letter by letter: RFC 2047 has no place
/// in it, so only visible ASCII and single spaces are let through.
fn raw(name: &'static str, value: &str) -> Result<HeaderValue, Undelivered> {
    if value.len() > 900 || !value.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Err(Undelivered::Malformed);
    }
    Ok(HeaderValue::dangerous_new_pre_encoded(
        HeaderName::new_from_ascii_str(name),
        value.to_owned(),
        value.to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn writer() -> Writer {
        let clock = Arc::new(ManualClock::new(1_800_000_000, 0));
        Writer::new("Petitions <noreply@petitions.example>", clock).expect("an address")
    }

    fn mail() -> Mail {
        Mail {
            id: "0a1b".to_owned(),
            to: "ada@example.org".to_owned(),
            subject: "Größe".to_owned(),
            text: "Öffnen:\n\nhttps://petitions.example/x\n".to_owned(),
            html: "<p>Öffnen</p>".to_owned(),
            unsubscribe: Some(format!("https://petitions.example/{}", "u".repeat(120))),
            attachment: None,
        }
    }

    #[test]
    fn a_file_goes_with_it_whole() {
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let mut mail = mail();
        mail.attachment = Some(super::super::Attachment {
            name: "petition.zip".to_owned(),
            content_type: "application/zip",
            bytes: bytes.clone(),
        });
        let written = writer().write(&mail).expect("a good mail");
        let parsed = mail_parser::MessageParser::default().parse(&written.bytes);
        let parsed = parsed.expect("a mail");
        let text = parsed.body_text(0).expect("text").replace("\r\n", "\n");
        assert_eq!(text.trim(), mail.text.trim());
        let file = parsed.attachment(0).expect("a file");
        assert_eq!(file.contents(), bytes);
        mail.attachment.as_mut().expect("it was set").name = "a\"\r\nBcc: eve".to_owned();
        assert_eq!(writer().write(&mail).err(), Some(Undelivered::Malformed));
    }

    #[test]
    fn headers_are_whole() {
        let written = writer().write(&mail()).expect("a good mail");
        let text = String::from_utf8(written.bytes).expect("ASCII");
        let (headers, _) = text.split_once("\r\n\r\n").expect("headers end");
        for line in [
            "Message-ID: <0a1b@petitions.example>",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            &format!(
                "List-Unsubscribe: <https://petitions.example/{}>",
                "u".repeat(120)
            ),
            "Date: Fri, 15 Jan 2027 08:00:00 +0000",
            "To: ada@example.org",
        ] {
            assert!(headers.lines().any(|l| l == line), "{line} in\n{headers}");
        }
        assert!(headers.is_ascii());
    }

    #[test]
    fn nothing_can_be_smuggled_into_a_header() {
        let writer = writer();
        for break_it in [
            |m: &mut Mail| m.to = "ada@example.org\r\nBcc: eve@example.org".to_owned(),
            |m: &mut Mail| m.to = "ada@example.org, eve@example.org".to_owned(),
            |m: &mut Mail| m.to = "Ada <ada@example.org>".to_owned(),
            |m: &mut Mail| m.subject = "Hello\r\nBcc: eve@example.org".to_owned(),
            |m: &mut Mail| m.subject = "Hello\nthere".to_owned(),
            |m: &mut Mail| m.id = "a>\r\nBcc: eve@example.org".to_owned(),
            |m: &mut Mail| m.id = String::new(),
            |m: &mut Mail| m.unsubscribe = Some("https://x/\r\nBcc: eve@example.org".to_owned()),
        ] {
            let mut mail = mail();
            break_it(&mut mail);
            assert_eq!(writer.write(&mail).err(), Some(Undelivered::Malformed));
        }
    }

    #[test]
    fn a_dot_alone_in_the_text_stays_text() {
        let mut mail = mail();
        mail.text = "first\n.\nlast\n".to_owned();
        let written = writer().write(&mail).expect("a good mail");
        let text = String::from_utf8(written.bytes).expect("ASCII");
        assert!(
            text.contains("first\r\n.\r\nlast"),
            "the transport doubles the dot, not the writer"
        );
    }
}
