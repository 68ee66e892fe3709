//! `/{id}/feed.atom`: the organiser's updates and milestones of the count (RFC 4287).

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::html;

use super::badge::for_everybody;
use crate::http::{App, Caching, Known, Refusal, Resource, accepts_gzip, gzip};
use crate::instance::Petition;
use crate::lang::{Language, rfc3339};
use crate::protocol::ids::Tree;
use crate::registrar::PublishedUpdate;

use crate::web::here;
use crate::web::reader::Reader;
use crate::web::standing;

/// Updates in the feed.
const UPDATES: usize = 50;

/// One thing that happened.
struct Entry {
    /// Never changes, and names it everywhere.
    id: String,
    time: u64,
    lang: String,
    title: String,
    text: String,
}

pub(in crate::web) async fn atom(
    State(app): State<Arc<App>>,
    Reader(lang): Reader,
    Known(petition): Known,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let id = petition.manifest.id();
    let read = petition.clone();
    let (updates, milestones) = app
        .blocking(move |app| {
            let updates = app.registrar.published_updates(id, UPDATES)?;
            Ok((updates, milestones(app, &read)?))
        })
        .await?;
    let page = here::absolute(&format!("/{id}"));
    // What the organiser wrote may repeat what is not to be shown.
    let updates = if petition.withheld().is_some() {
        Vec::new()
    } else {
        updates
    };
    let mut entries: Vec<Entry> = updates
        .iter()
        .map(|update| of_update(&page, update))
        .collect();
    entries.extend(milestones.into_iter().map(|(number, time)| Entry {
        id: format!("{page}#signature-{number}"),
        time,
        lang: lang.tag.to_owned(),
        title: said(lang, "feed-milestone", number),
        text: said(lang, "feed-milestone-text", number),
    }));
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.time));
    let begun = petition.manifest.terms().opens.min(app.now());
    let body = print(&petition, &page, &entries, begun).into_bytes();
    let zipped = accepts_gzip(&headers);
    let resource = Resource {
        content_type: "application/atom+xml; charset=utf-8",
        caching: Caching::Seconds(240),
        body: if zipped { gzip(&body) } else { body },
        gzip: Some(zipped),
    };
    let mut response = resource.answer(&headers);
    for_everybody(&mut response);
    Ok(response)
}

fn said(lang: &Language, message: &str, number: u64) -> String {
    let number = lang.number(number).into();
    lang.format(message, &[("number", number)]).into_owned()
}

/// 10, 100, 1,000, and so on: when the signature of this number was published.
fn milestones(app: &App, petition: &Petition) -> Result<Vec<(u64, u64)>, Refusal> {
    let shown = app.instance.shown_tally(petition);
    let signatures = shown.map_or(0, |(_, tally)| tally.totals().signatures);
    let numbers = std::iter::successors(Some(10_u64), |number| number.checked_mul(10));
    let mut reached = Vec::new();
    for number in numbers.take_while(|number| *number <= signatures) {
        let tally = app
            .instance
            .tally_of(petition, Tree::Signatures, number - 1)?;
        reached.extend(tally.map(|tally| (number, tally.time)));
    }
    Ok(reached)
}

fn of_update(page: &str, update: &PublishedUpdate) -> Entry {
    let offered: Vec<&str> = update.texts.iter().map(|text| &*text.lang).collect();
    let best = here::best(&offered);
    let text = update.texts.iter().find(|text| text.lang == best);
    let text = text.unwrap_or(&update.texts[0]);
    Entry {
        id: format!("{page}#update-{}", hex::encode(update.id)),
        time: update.time,
        lang: text.lang.clone(),
        title: text.subject.clone(),
        text: text.text.clone(),
    }
}

fn print(petition: &Petition, page: &str, entries: &[Entry], begun: u64) -> String {
    let terms = petition.manifest.terms();
    let title = standing::title(here::language(), petition);
    let updated = entries.first().map_or(begun, |entry| entry.time);
    let page = text(page);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" \
         xml:lang=\"{}\">\n<id>{page}</id>\n<title>{}</title>\n<updated>{}</updated>\n\
         <author><name>{}</name></author>\n<link rel=\"alternate\" type=\"text/html\" \
         href=\"{page}\"/>\n<link rel=\"self\" type=\"application/atom+xml\" \
         href=\"{page}/feed.atom\"/>\n",
        text(&title.lang),
        text(&title.text),
        rfc3339(updated),
        text(&terms.organiser.name),
    );
    for entry in entries {
        write!(
            xml,
            "<entry xml:lang=\"{}\">\n<id>{}</id>\n<title>{}</title>\n<updated>{}</updated>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{page}\"/>\n\
             <content type=\"text\">{}</content>\n</entry>\n",
            text(&entry.lang),
            text(&entry.id),
            text(&entry.title),
            rfc3339(entry.time),
            text(&entry.text),
        )
        .expect("memory takes everything");
    }
    xml += "</feed>\n";
    xml
}

/// Escaped for an element or a quoted attribute, without what XML 1.0 cannot hold (section 2.2).
fn text(text: &str) -> String {
    let allowed = |c: &char| {
        matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    let held: String = text.chars().filter(allowed).collect();
    html! { (held) }.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_for_elements_and_attributes() {
        assert_eq!(
            text("a<b>&\"c\"\u{1}\u{ffff}\n"),
            "a&lt;b&gt;&amp;&quot;c&quot;\n"
        );
    }
}
