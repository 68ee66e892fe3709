//! Having an organiser's key sign a text: in the browser, or on the command line. The
//! key file never leaves the organiser's machine.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Signs in the browser.
pub(super) const SCRIPT: &str = "js/pages/office_sign.js";

/// What the script gets to know.
pub(super) fn data(text: &str, vkeys: &[String]) -> Value {
    json!({ "text": text, "vkeys": vkeys })
}

/// How a text can be had as a file.
pub(super) enum Download {
    /// It is served here.
    At(String),
    /// It is sent here, and comes back.
    Echo(String),
}

impl Download {
    fn markup(&self, text: &str, file: &str) -> Markup {
        html! {
            @match self {
                Self::At(path) => { p { a.button.quiet href=(path) download=(file) { "Download " (file) } } }
                Self::Echo(path) => {
                    form method="post" action=(path) {
                        textarea name="text" hidden aria-hidden="true" tabindex="-1" { "\n" (text) }
                        button.quiet type="submit" { "Download " (file) }
                    }
                }
            }
        }
    }
}

/// A text, ways to sign it, and where the signed note goes.
pub(super) fn panel(
    text: &str,
    download: &Download,
    file: &str,
    action: &str,
    button: &str,
) -> Markup {
    html! {
        div.signing data-sign {
            details {
                summary { "The exact text that is signed" }
                pre.exact tabindex="0" { (text) }
            }
            div.card data-script hidden {
                h3 { "Sign in this browser" }
                p.hint { "Your key file is read here and goes nowhere." }
                div.field {
                    label for="key-file" { "Your key file" }
                    input #key-file type="file" accept=".key,text/plain";
                }
                p.error role="alert" hidden {}
                button type="button" data-do-sign { (button) }
            }
            details {
                summary { "Sign on the command line, or with another program" }
                ol {
                    li { "Download the text." (download.markup(text, file)) }
                    li {
                        "Sign it: " code { "undersigned office sign " (file) " --key organiser.key" }
                    }
                    li { "Give the signed file back here." }
                }
                form method="post" action=(action) data-note {
                    div.field {
                        label for="note" { "The signed text" }
                        textarea.note #note name="note" required spellcheck="false" rows="6" {}
                    }
                    div.field data-script hidden {
                        label for="note-file" { "Or the signed file" }
                        input #note-file type="file";
                    }
                    button type="submit" { (button) }
                }
            }
        }
    }
}

/// A text as a file to keep.
pub(super) fn file(text: String, name: &str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, plain);
    let attachment = format!("attachment; filename=\"{name}\"");
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(attachment).expect("plain names"),
    );
    response
}

/// A signed note as it was pasted: line breaks as they were before a browser changed them.
pub(super) fn note(raw: &str) -> Vec<u8> {
    let mut note = raw.replace("\r\n", "\n");
    // Copying often loses the last line break.
    if !note.ends_with('\n') {
        note.push('\n');
    }
    note.into_bytes()
}
