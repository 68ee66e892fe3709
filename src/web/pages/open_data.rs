//! `/{id}/open-data.{json,csv}`: the published numbers over time, for tables and charts of
//! others. Nothing in it is on the service's word alone: each line is a tally of the journal.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;

use super::badge::for_everybody;
use crate::http::{App, Caching, Known, Refusal, Resource, accepts_gzip, gzip};
use crate::instance::Petition;
use crate::lang::rfc3339;
use crate::protocol::manifest::Localized;
use crate::protocol::tally::Tally;

use crate::web::here;

/// Most points in time; a longer history is thinned evenly.
const POINTS: usize = 1000;

#[derive(Serialize)]
struct OpenData<'a> {
    petition: String,
    title: &'a [Localized],
    recipients: &'a [String],
    organiser: &'a str,
    goal: Option<u64>,
    phase: &'static str,
    page: String,
    record: String,
    history: Vec<Point>,
}

/// The sizes of the trees at one publication, and what they add up to.
#[derive(Serialize)]
struct Point {
    time: String,
    roll: u64,
    strikes: u64,
    signatures: u64,
    withdrawals: u64,
    count: u64,
    ceiling: u64,
}

impl From<&Tally> for Point {
    fn from(tally: &Tally) -> Self {
        let totals = tally.totals();
        Self {
            time: rfc3339(tally.time),
            roll: totals.roll,
            strikes: totals.strikes,
            signatures: totals.signatures,
            withdrawals: totals.withdrawals,
            count: totals.count(),
            ceiling: totals.ceiling(),
        }
    }
}

async fn history(app: &Arc<App>, petition: &Arc<Petition>) -> Result<Vec<Point>, Refusal> {
    let petition = petition.clone();
    app.blocking(move |app| {
        let tallies = app.instance.some_tallies(&petition, POINTS)?;
        Ok(tallies.iter().map(Point::from).collect())
    })
    .await
}

pub(in crate::web) async fn json(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let terms = petition.manifest.terms();
    let id = petition.manifest.id();
    let data = OpenData {
        petition: id.to_string(),
        title: if petition.withheld().is_some() {
            &[]
        } else {
            &terms.title
        },
        recipients: &terms.recipients,
        organiser: &terms.organiser.name,
        goal: petition.goal(),
        phase: petition.phase(app.now()).name(),
        page: here::absolute(&format!("/{id}")),
        record: here::absolute(&format!("/{id}/record")),
        history: history(&app, &petition).await?,
    };
    let body = serde_json::to_vec(&data).expect("answers always encode");
    Ok(answer("application/json", body, &headers))
}

pub(in crate::web) async fn csv(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    // Numbers and times only: nothing needs quoting (RFC 4180).
    let mut body = "time,roll,strikes,signatures,withdrawals,count,ceiling\r\n".to_owned();
    for point in history(&app, &petition).await? {
        let Point {
            time,
            roll,
            strikes,
            signatures,
            withdrawals,
            count,
            ceiling,
        } = point;
        write!(
            body,
            "{time},{roll},{strikes},{signatures},{withdrawals},{count},{ceiling}\r\n"
        )
        .expect("memory takes everything");
    }
    let mut response = answer(
        "text/csv; charset=utf-8; header=present",
        body.into_bytes(),
        &headers,
    );
    let name = format!(
        "attachment; filename=\"{}.csv\"",
        &petition.manifest.id().to_string()[..16]
    );
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(name).expect("hexadecimal digits"),
    );
    Ok(response)
}

fn answer(content_type: &'static str, body: Vec<u8>, headers: &HeaderMap) -> Response {
    let zipped = accepts_gzip(headers);
    let resource = Resource {
        content_type,
        caching: Caching::Seconds(60),
        body: if zipped { gzip(&body) } else { body },
        gzip: Some(zipped),
    };
    let mut response = resource.answer(headers);
    for_everybody(&mut response);
    response
}
