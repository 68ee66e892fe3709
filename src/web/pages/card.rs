//! `/{id}/card.png`: the picture that other sites show beside a link.
//!
//! Drawing takes a moment of a processor, and anyone may ask. So a card is kept, one is
//! drawn at a time, and few may wait for theirs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use tokio::sync::Semaphore;

use crate::api::problem::Kind;
use crate::http::{App, Caching, Known, Refusal, Resource};
use crate::instance::Petition;
use crate::lang;
use crate::picture::{self, CardText, Direction};
use crate::protocol::ids::PetitionId;
use crate::protocol::manifest::Localized;

/// A card is as old as this before it is drawn again, seconds.
const FRESH: u64 = 120;
/// Cards kept.
const KEPT: usize = 256;
/// Requests that may wait for a drawing.
const WAITING: usize = 32;

/// Cards that were drawn.
pub(crate) struct Cards {
    drawn: Mutex<BTreeMap<Key, Drawn>>,
    places: Semaphore,
    pen: Semaphore,
}

/// A petition, and which of its languages.
type Key = (PetitionId, usize);
/// Count and goal.
type Numbers = (u64, Option<u64>);

#[derive(Clone)]
struct Drawn {
    at: u64,
    numbers: Numbers,
    png: Arc<Vec<u8>>,
}

impl Default for Cards {
    fn default() -> Self {
        Self {
            drawn: Mutex::default(),
            places: Semaphore::new(WAITING),
            pen: Semaphore::new(1),
        }
    }
}

impl Cards {
    fn find(&self, key: Key, numbers: Numbers, now: u64) -> Option<Drawn> {
        let drawn = self.drawn.lock().expect("no holder panics");
        let found = drawn.get(&key)?;
        // Up to date, or at least young: a petition that grows every second is not drawn
        // every second.
        let serves = found.numbers == numbers || now.saturating_sub(found.at) < FRESH;
        serves.then(|| found.clone())
    }

    fn keep(&self, key: Key, card: Drawn) {
        let mut drawn = self.drawn.lock().expect("no holder panics");
        if drawn.len() >= KEPT && !drawn.contains_key(&key) {
            let oldest = drawn.iter().min_by_key(|(_, card)| card.at);
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                drawn.remove(&oldest);
            }
        }
        drawn.insert(key, card);
    }
}

pub(in crate::web) async fn picture(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if petition.withheld().is_some() {
        return Err(Refusal::not_found());
    }
    let titles = &petition.manifest.terms().title;
    let key = (petition.manifest.id(), language(titles, query.as_deref()));
    let card = card(&app, &petition, key).await?;
    let resource = Resource {
        content_type: "image/png",
        caching: Caching::Seconds(240),
        body: card.png.to_vec(),
        gzip: None,
    };
    let mut response = resource.answer(&headers);
    let anywhere = HeaderValue::from_static("cross-origin");
    response
        .headers_mut()
        .insert("cross-origin-resource-policy", anywhere);
    Ok(response)
}

/// Which of a petition's languages `?lang=` means; else the first. What the client speaks
/// does not matter: it is often another site's program, which draws for everyone.
fn language(titles: &[Localized], query: Option<&str>) -> usize {
    let mut pairs = query.unwrap_or_default().split('&');
    let Some(wanted) = pairs.find_map(|pair| pair.strip_prefix("lang=")) else {
        return 0;
    };
    let primary = |tag: &str| tag.split('-').next().map(str::to_ascii_lowercase);
    let exact = titles
        .iter()
        .position(|title| title.lang.eq_ignore_ascii_case(wanted));
    let close = || {
        titles
            .iter()
            .position(|title| primary(&title.lang) == primary(wanted))
    };
    exact.or_else(close).unwrap_or(0)
}

async fn card(app: &Arc<App>, petition: &Arc<Petition>, key: Key) -> Result<Drawn, Refusal> {
    let tally = app.instance.shown_tally(petition);
    let count = tally.map_or(0, |(_, tally)| tally.totals().count());
    let numbers = (count, petition.goal());
    if let Some(card) = app.cards.find(key, numbers, app.now()) {
        return Ok(card);
    }
    let place = app.cards.places.try_acquire();
    let _place = place.map_err(|_| Refusal::new(Kind::Unavailable))?;
    let pen = app.cards.pen.acquire().await;
    let _pen = pen.map_err(Refusal::internal)?;
    // Somebody else may have waited for the same one.
    if let Some(card) = app.cards.find(key, numbers, app.now()) {
        return Ok(card);
    }
    let petition = petition.clone();
    let drawn = app
        .blocking(move |_| draw(&petition, key.1, numbers))
        .await?;
    let card = Drawn {
        at: app.now(),
        numbers,
        png: Arc::new(drawn),
    };
    app.cards.keep(key, card.clone());
    Ok(card)
}

fn draw(petition: &Petition, language: usize, (count, goal): Numbers) -> Result<Vec<u8>, Refusal> {
    let terms = petition.manifest.terms();
    let title: &Localized = &terms.title[language];
    let lang = lang::language(&title.lang);
    let text = CardText {
        title: &title.text,
        organiser: &terms.organiser.name,
        count: (count > 0).then(|| {
            let arguments = [("n", count.into()), ("count", lang.number(count).into())];
            lang.format("card-count", &arguments).into_owned()
        }),
        goal_line: goal.map(|goal| {
            let arguments = [("count", lang.number(goal).into())];
            lang.format("card-goal", &arguments).into_owned()
        }),
        direction: Direction::of_language(&title.lang),
    };
    match picture::card(&text) {
        Ok(png) => Ok(png),
        // There is no card in this script.
        Err(picture::PictureError::Letters(_)) => Err(Refusal::not_found()),
        Err(error) => Err(Refusal::internal(error)),
    }
}
