//! Parts of forms and notices that the signer's pages share.

use maud::{Markup, html};

use crate::lang::Language;
use crate::protocol::manifest::{Ask, Asks};
use crate::web::visit::Visit;

/// Characters that a field takes; the statement's own limit is in bytes.
const NAME_MAX: usize = 200;
const REGION_MAX: usize = 100;
const COMMENT_MAX: usize = 2000;

/// Which petition a page is about, with the way back to it.
pub(super) fn about(visit: &Visit) -> Markup {
    let title = visit.title();
    html! {
        p.eyebrow { a href=(visit.path("")) { bdi lang=(title.lang) { (title.text) } } }
    }
}

pub(super) fn email(lang: &Language) -> Markup {
    html! {
        div.field {
            label for="email" { (lang.text("sign-email")) }
            input #email type="email" name="email" required maxlength="254" autocomplete="email"
                dir="ltr";
        }
    }
}

pub(super) fn region(lang: &Language, required: bool, prefix: &str) -> Markup {
    let id = format!("{prefix}region");
    html! {
        div.field {
            label for=(id) { (lang.text("sign-region")) (optional(lang, required)) }
            input #(id) type="text" name="region" required[required] maxlength=(REGION_MAX)
                dir="auto" autocomplete="address-level1";
        }
    }
}

pub(super) fn updates(lang: &Language) -> Markup {
    html! {
        div.check {
            input #updates type="checkbox" name="updates" value="yes";
            label for="updates" { (lang.text("sign-updates")) }
        }
    }
}

fn optional(lang: &Language, required: bool) -> Markup {
    html! {
        @if !required { " " span.hint { (lang.text("sign-optional")) } }
    }
}

/// The fields of a statement that are asked for in this way.
fn fields(lang: &Language, asks: &Asks, which: Ask, prefix: &str) -> Markup {
    let (name, comment) = (format!("{prefix}name"), format!("{prefix}comment"));
    let required = which == Ask::Required;
    html! {
        @if asks.name == which {
            div.field {
                label for=(name) { (lang.text("sign-name")) (optional(lang, required)) }
                input #(name) type="text" name="name" required[required] maxlength=(NAME_MAX)
                    dir="auto" autocomplete="name";
            }
        }
        @if asks.region == which { (region(lang, required, prefix)) }
        @if asks.comment == which {
            div.field {
                label for=(comment) { (lang.text("sign-comment")) (optional(lang, required)) }
                textarea #(comment) name="comment" required[required] maxlength=(COMMENT_MAX)
                    rows="4" dir="auto" {}
            }
        }
    }
}

/// What must be filled in, the button, and what may be.
/// `prefix` tells the fields of two such forms on one page apart.
pub(super) fn statement(lang: &Language, asks: &Asks, button: &str, prefix: &str) -> Markup {
    let any = [asks.name, asks.region, asks.comment].contains(&Ask::Optional);
    html! {
        (fields(lang, asks, Ask::Required, prefix))
        p { button.full type="submit" { (button) } }
        @if any {
            fieldset {
                legend { (lang.text("sign-more")) }
                (fields(lang, asks, Ask::Optional, prefix))
            }
        }
        @if [asks.name, asks.region, asks.comment] != [Ask::No; 3] { (show(lang, prefix)) }
        p.hint { (lang.text("sign-not-published")) }
    }
}

/// The wish to hand it to the organiser, who keeps a list. A script keeps it until the
/// signature is published.
pub(super) fn share(lang: &Language, organiser: &str) -> Markup {
    let organiser = [("organiser", organiser.into())];
    html! {
        div.check {
            input #share type="checkbox" name="share" value="yes" aria-describedby="share-hint";
            div {
                label for="share" { (lang.format("form-share", &organiser)) }
                br;
                span.hint #share-hint { (lang.format("form-share-hint", &organiser)) }
            }
        }
    }
}

/// The wish to be named to the recipients.
fn show(lang: &Language, prefix: &str) -> Markup {
    let id = format!("{prefix}show-name");
    html! {
        div.check {
            input #(id) type="checkbox" name="show_name" value="yes";
            label for=(id) { (lang.text("sign-show")) }
        }
    }
}

/// What somebody typed into one line, without spaces around it.
pub(super) fn line(typed: &str) -> String {
    typed.trim().to_owned()
}

/// What somebody typed into a field: line breaks as everywhere else, nothing if empty.
pub(super) fn given(typed: Option<String>) -> Option<String> {
    let text = typed?.replace("\r\n", "\n").trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}

/// A page that has nothing but words to say.
pub(super) fn notice(title: &str, paragraphs: &[&str], more: &Markup) -> Markup {
    html! {
        section {
            h1 { (title) }
            @for text in paragraphs { p { (text) } }
            (more)
        }
    }
}

/// For the head of a page that is the same for everyone, and of no use to search engines.
pub(super) fn unlisted() -> Markup {
    html! { meta name="robots" content="noindex"; }
}
