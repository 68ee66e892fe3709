//! What an organiser says of a petition: other dates, another goal, its count, that it was
//! delivered, that somebody answered. Each is a text that the organiser's key signs.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::failure::Failure;
use super::form::Fields;
use super::gate::SignedIn;
use super::signing::Download;
use super::{frame, petition, signing, words};
use crate::http::{App, attestation_text, hand_in_attestation, newest_attestations};
use crate::instance::{Petition, ProofsError};
use crate::office::OfficeError;
use crate::protocol::attestation::{self, Attestation};
use crate::protocol::saying::Saying;
use crate::protocol::statement::{self, DateChange, Dates};

/// What can be said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Extend,
    Close,
    Goal,
    Attest,
    Deliver,
    Answer,
}

impl Kind {
    fn parse(name: &str) -> Result<Self, OfficeError> {
        Ok(match name {
            "extend" => Self::Extend,
            "close" => Self::Close,
            "goal" => Self::Goal,
            "attest" => Self::Attest,
            "deliver" => Self::Deliver,
            "answer" => Self::Answer,
            _ => return Err(OfficeError::Unknown),
        })
    }

    fn title(self) -> &'static str {
        match self {
            Self::Extend => "More time to sign",
            Self::Close => "Close it earlier",
            Self::Goal => "Another goal",
            Self::Attest => "Attest the count",
            Self::Deliver => "It was delivered",
            Self::Answer => "Somebody answered",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Extend => "No date moves forward. The old dates stay in the record.",
            Self::Close => {
                "Whoever has confirmed a mailbox by then keeps as much time to hand in the \
                 signature as before. The count becomes final when that time is over."
            }
            Self::Goal => "How many signatures you hope for. The old goal stays in the record.",
            Self::Attest => {
                "Your signed word on the published count. The file proves its own numbers, to \
                 anybody and offline."
            }
            Self::Deliver => "For the public record: when, to whom, and which count.",
            Self::Answer => "For the public record: what the recipients answered.",
        }
    }
}

/// Links to all of them, for the petition's page.
pub(super) fn links(petition: &Petition) -> Markup {
    let id = petition.manifest.id();
    let link = |name: &str| {
        let kind = Kind::parse(name).expect("one of ours");
        html! { li { a href=(format!("/office/petitions/{id}/say/{name}")) { (kind.title()) }
        div.hint { (kind.about()) } } }
    };
    html! { ul { @for name in ["attest", "extend", "close", "goal", "deliver", "answer"] { (link(name)) } } }
}

pub(super) async fn ask(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path((id, kind)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let kind = Kind::parse(&kind)?;
    let petition = petition::acted(&app, &id, &visitor).await?;
    let handed = if kind == Kind::Deliver {
        handed_over(&app, &petition).await?
    } else {
        Vec::new()
    };
    let main = html! {
        (head(&petition, kind))
        form method="post" {
            (fields(kind, &petition, &handed, app.now()))
            button type="submit" { "Go on" }
        }
    };
    Ok(frame::page(kind.title(), Some(&visitor), &main).into_response())
}

fn head(petition: &Petition, kind: Kind) -> Markup {
    html! {
        (petition::head(petition, kind.title()))
        p.lead { (kind.about()) }
    }
}

fn line(name: &str, label: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input #(name) name=(name) value=(value) maxlength="200" required;
        }
    }
}

fn moment(name: &str, label: &str, value: u64) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) " (UTC)" }
            input #(name) name=(name) type="datetime-local" value=(words::field(value)) required;
        }
    }
}

fn fields(kind: Kind, petition: &Petition, handed: &[Handed], now: u64) -> Markup {
    let dates = petition.dates();
    match kind {
        Kind::Extend => html! {
            (moment("confirm_until", "Last moment to sign", dates.confirm_until))
            (moment("submit_until", "Late signatures until", dates.submit_until))
            (moment("withdraw_until", "Taking back until", dates.withdraw_until))
        },
        Kind::Close => moment("confirm_until", "Last moment to sign", now + 3600),
        Kind::Goal => html! {
            div.field {
                label for="goal" { "Goal" }
                input #goal name="goal" type="number" min="1" step="1" required
                    value=(petition.goal().map(|goal| goal.to_string()).unwrap_or_default());
            }
        },
        Kind::Attest => html! {
            @if let Some((_, tally)) = petition.tally() {
                dl.facts {
                    dt { "Count" } dd { (words::number(tally.totals().count())) }
                    dt { "As of" } dd { (words::moment(tally.time)) }
                }
            } @else { p { "Nothing has been published yet: attest after the first publication." } }
        },
        Kind::Deliver => html! {
            (moment("on", "When", now))
            (line("to", "To whom", &petition.manifest.terms().recipients[0]))
            fieldset {
                legend { "With which count" }
                @for (at, handed) in handed.iter().enumerate() {
                    div.check {
                        input #(format!("tally-{}", handed.tally)) name="tally" type="radio"
                            value=(handed.tally) checked[at == 0];
                        label for=(format!("tally-{}", handed.tally)) {
                            (words::number(handed.count)) " signatures, as of " (words::moment(handed.as_of))
                            " (" (handed.how) ")"
                        }
                    }
                }
                div.check {
                    input #tally-none name="tally" type="radio" value="none" checked[handed.is_empty()];
                    label for="tally-none" { "Without a count" }
                }
            }
            div.field {
                label for="remark" { "How it went" }
                span.hint { "May stay empty." }
                textarea #remark name="remark" maxlength="2000" {}
            }
        },
        Kind::Answer => html! {
            (moment("on", "When", now))
            (line("by", "Who answered", &petition.manifest.terms().recipients[0]))
            (line("lang", "Language of the answer", &petition.manifest.terms().title[0].lang))
            div.field {
                label for="link" { "Where it can be read" }
                span.hint { "May stay empty." }
                input #link name="link" type="url" maxlength="500";
            }
            div.field {
                label for="answer" { "The answer" }
                textarea #answer name="answer" required maxlength="20000" {}
            }
        },
    }
}

/// A count that may have been handed over.
struct Handed {
    tally: u64,
    count: u64,
    as_of: u64,
    how: &'static str,
}

/// What was in the packs that were sent, then what was attested, then what is published.
async fn handed_over(app: &Arc<App>, petition: &Petition) -> Result<Vec<Handed>, Failure> {
    let id = petition.manifest.id();
    let sent = app.office_work(move |office| office.shipments(id)).await?;
    let mut all: Vec<Handed> = sent
        .into_iter()
        .map(|(shipment, _)| Handed {
            tally: shipment.tally,
            count: shipment.count,
            as_of: shipment.as_of,
            how: "in a pack that was mailed",
        })
        .collect();
    let attested = app
        .blocking(move |app| {
            let newest = newest_attestations(app, id, 1)?.into_iter().next();
            let text = newest.map(|brief| attestation_text(app, id, &brief));
            let Some(text) = text.transpose()? else {
                return Ok(None);
            };
            let attestation = Attestation::parse(text.as_bytes())?;
            let policy = attestation.manifest().pinned_policy();
            Ok(Some(attestation.verify(&policy)?))
        })
        .await?;
    all.extend(attested.map(|verified| Handed {
        tally: verified.ledger.index(),
        count: verified.totals.count(),
        as_of: verified.as_of,
        how: "attested",
    }));
    all.extend(petition.tally().map(|(index, tally)| Handed {
        tally: index,
        count: tally.totals().count(),
        as_of: tally.time,
        how: "published now",
    }));
    let mut seen = std::collections::HashSet::new();
    all.retain(|handed| petition.has_tally(handed.tally) && seen.insert(handed.tally));
    Ok(all)
}

fn read_moment(fields: &Fields, name: &str) -> Result<u64, OfficeError> {
    words::parse(&fields.get(name))
        .ok_or_else(|| OfficeError::Invalid("write moments as 2027-01-31T18:00".to_owned()))
}

/// A field for a moment has no seconds: what was not touched stays as it is.
fn kept(fields: &Fields, name: &str, old: u64) -> Result<u64, OfficeError> {
    let given = fields.get(name);
    if given == words::field(old) {
        return Ok(old);
    }
    read_moment(fields, name)
}

fn text(app: &App, petition: &Petition, kind: Kind, fields: &Fields) -> Result<String, Failure> {
    let id = petition.manifest.id();
    let old = petition.dates();
    let dated = |change: DateChange, dates: Dates, words: &str| {
        if change.allows(&dates, &old) {
            Ok(statement::dated(id, change, &dates))
        } else {
            Err(Failure::from(OfficeError::Invalid(words.to_owned())))
        }
    };
    let said = |saying: Saying| {
        let words = "a field has characters that cannot stand in a record, or is too long";
        let text = saying.text(id);
        text.ok_or_else(|| Failure::from(OfficeError::Invalid(words.to_owned())))
    };
    match kind {
        Kind::Extend => {
            let dates = Dates {
                confirm_until: kept(fields, "confirm_until", old.confirm_until)?,
                submit_until: kept(fields, "submit_until", old.submit_until)?,
                withdraw_until: kept(fields, "withdraw_until", old.withdraw_until)?,
            };
            let words = "no date may move forward, their order stays, and at least one moves";
            dated(DateChange::Later, dates, words)
        }
        Kind::Close => {
            let at = read_moment(fields, "confirm_until")?;
            let between = old.submit_until - old.confirm_until;
            let dates = Dates {
                confirm_until: at,
                submit_until: at.saturating_add(between),
                withdraw_until: old.withdraw_until,
            };
            let words = "this is not earlier than the dates in force";
            dated(DateChange::Earlier, dates, words)
        }
        Kind::Goal => {
            let goal = fields.get("goal").parse().ok().filter(|goal| *goal > 0);
            let words = || OfficeError::Invalid("a goal is a number above zero".to_owned());
            said(Saying::Goal {
                on: app.now(),
                goal: goal.ok_or_else(words)?,
            })
        }
        Kind::Attest => match app.instance.journaled_tally(petition) {
            Ok((tally, journaled)) => {
                let (manifest, totals) = (&petition.manifest, tally.totals());
                Ok(attestation::text(
                    manifest, &totals, tally.time, &journaled, None,
                ))
            }
            Err(ProofsError::NoTally) => {
                let words = "nothing of this petition has been published yet";
                Err(OfficeError::NotNow(words).into())
            }
            Err(error) => Err(crate::http::Refusal::from(error).into()),
        },
        Kind::Deliver => said(Saying::Delivered {
            on: read_moment(fields, "on")?,
            to: fields.get("to"),
            tally: match &*fields.get("tally") {
                "none" | "" => None,
                index => {
                    let index = index
                        .parse()
                        .ok()
                        .filter(|index| petition.has_tally(*index));
                    let words = "this is no tally of this petition".to_owned();
                    Some(index.ok_or(OfficeError::Invalid(words))?)
                }
            },
            remark: fields.get("remark"),
        }),
        Kind::Answer => said(Saying::Answered {
            on: read_moment(fields, "on")?,
            by: fields.get("by"),
            lang: fields.get("lang").to_ascii_lowercase(),
            link: Some(fields.get("link")).filter(|link| !link.is_empty()),
            answer: fields.get("answer"),
        }),
    }
}

pub(super) async fn draw(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path((id, kind)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let kind = Kind::parse(&kind)?;
    let petition = petition::acted(&app, &id, &visitor).await?;
    let (held, asked) = (app.clone(), petition.clone());
    let text = tokio::task::spawn_blocking(move || text(&held, &asked, kind, &fields))
        .await
        .map_err(|_| OfficeError::Busy)??;
    let main = html! {
        (head(&petition, kind))
        (signing::panel(
            &text,
            &Download::Echo(format!("/office/petitions/{id}/text")),
            if kind == Kind::Attest { "attestation.txt" } else { "statement.txt" },
            &format!("/office/petitions/{id}/statements"),
            if kind == Kind::Attest { "Sign and hand in" } else { "Sign and publish" },
        ))
    };
    let vkeys = &petition.manifest.terms().organiser.vkeys;
    Ok(frame::page(kind.title(), Some(&visitor), &main)
        .data(signing::data(&text, vkeys))
        .script(signing::SCRIPT)
        .into_response())
}

/// A text that this office just drew up, back as a file.
pub(super) async fn download(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    petition::acted(&app, &id, &visitor).await?;
    let text = fields.raw("text").replace("\r\n", "\n");
    let kind = text.lines().next().unwrap_or_default();
    let name = if kind == attestation::HEADER {
        "attestation.txt"
    } else if statement::by_organiser(kind) {
        "statement.txt"
    } else {
        return Err(OfficeError::Invalid("this is not a text to sign".to_owned()).into());
    };
    Ok(signing::file(text, name))
}

pub(super) async fn say(
    State(app): State<Arc<App>>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, Failure> {
    let petition = petition::acted(&app, &id, &visitor).await?;
    let p = petition.manifest.id();
    let note = signing::note(fields.raw("note"));
    if note.starts_with(attestation::HEADER.as_bytes()) {
        let note = String::from_utf8(note).map_err(|_| OfficeError::Unknown)?;
        hand_in_attestation(&app, p, note).await?;
        return Ok(Redirect::to(&format!("/office/petitions/{id}")));
    }
    let judged = note.clone();
    let about = app
        .office_work(move |office| office.would_say(p, &judged))
        .await;
    about?;
    app.publisher.state(note).await.map_err(OfficeError::from)?;
    Ok(Redirect::to(&format!("/office/petitions/{id}")))
}
