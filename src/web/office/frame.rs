//! The frame of the office's pages.

use maud::{Markup, html};

use crate::lang;
use crate::office::{Action, Visitor};
use crate::web::layout::Page;

/// A page of the office, with its navigation if somebody is signed in.
pub(super) fn page<'a>(title: &'a str, visitor: Option<&Visitor>, main: &Markup) -> Page<'a> {
    let main = html! {
        @if let Some(visitor) = visitor { (navigation(visitor)) }
        (main)
    };
    let english = lang::language("en");
    Page::new(english, title, main)
        .style("css/office.css")
        .private()
}

fn navigation(visitor: &Visitor) -> Markup {
    let may = |action| visitor.role.may(action);
    html! {
        nav.office-nav aria-label="Office" {
            a href="/office" { "Office" }
            @if may(Action::SeeAll) {
                a href="/office/queue" { "Drafts that wait" }
                a href="/office/limits" { "Limits" }
            }
            @if may(Action::ManagePeople) {
                a href="/office/people" { "People" }
                a href="/office/log" { "Log" }
            }
            a href="/office/account" { "Your account" }
        }
    }
}
