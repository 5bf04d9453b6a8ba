//! The forms of the pages with which those who run a hold look after it, how far a collection is, and the log as a
//! file. The hold itself says who may.

use app::api::hold::activity::ActivityQuery;
use app::api::hold::upkeep::Said;
use app::{routes, t};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Json};
use futures::stream;
use serde::Deserialize;
use serde_json::json;

use super::forms::Sent;
use super::upkeep::said;
use super::{HoldPages, HoldState, Outcome};
use crate::clients::hold::HoldUser;
use crate::handlers::middleware::browser_session::SignedIn;
use crate::handlers::web::render::RenderPage;
use crate::hold::{ActivityFilter, NotedActivity};

/// Entries read at a time for a file.
const PAGE: u16 = 500;

/// The forms and files.
pub(in crate::handlers::web) fn routes(state: HoldState, render: RenderPage) -> Router {
    Router::new()
        .route("/hold/{did}/space", post(space))
        .route("/hold/{did}/space/progress", get(progress))
        .route("/hold/{did}/network", post(network))
        .route("/hold/{did}/activity/export.jsonl", get(export_lines))
        .route("/hold/{did}/activity/export.csv", get(export_table))
        .layer(Extension(render))
        .with_state(state)
}

/// `POST /hold/<did>/space`: starts a collection of garbage, or stops one.
async fn space(sent: Sent) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let page = routes::hold_page(&sent.did, "space");
    let done = match sent.form.find("action") {
        Some("stop") => {
            let id = sent.form.find("id").unwrap_or_default();
            let stopped = opened.admin.stop_collection(&user, id).await;
            stopped.map(drop)
        }
        _ => opened.admin.start_collection(&user).await.map(drop),
    };
    Ok(match done {
        Ok(()) => Redirect::to(&page).into_response(),
        Err(error) => sent.answer(Err(error), &page, "", &page).await,
    })
}

/// `POST /hold/<did>/network`: has the relays asked to follow the hold.
async fn network(sent: Sent) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let page = routes::hold_page(&sent.did, "network");
    let asked = opened.admin.request_crawl(&user).await.map(drop);
    Ok(sent.answer(asked, &page, "asked", &page).await)
}

/// `GET /hold/<did>/space/progress`: how far the latest collection is.
async fn progress(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Path(did): Path<String>,
) -> Response {
    let pages = pages(state, &signed_in);
    match pages.latest_collection(&did).await {
        Some(run) => {
            let is_over = !["running", "stopping"].contains(&run.state);
            let words = run.words();
            Json(json!({ "isOver": is_over, "words": words, "collection": run })).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct LogParameters {
    person: String,
    action: String,
    days: String,
}

/// `GET /hold/<did>/activity/export.jsonl`: the log, an entry in a line.
async fn export_lines(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Path(did): Path<String>,
    Query(parameters): Query<LogParameters>,
) -> Response {
    let line = |entry: &NotedActivity| {
        let line = serde_json::to_string(entry).expect("texts and numbers become JSON");
        line + "\n"
    };
    let kind = ("application/jsonl; charset=utf-8", "activity.jsonl");
    export(
        state,
        &signed_in,
        &did,
        parameters,
        kind,
        String::new(),
        line,
    )
    .await
}

/// `GET /hold/<did>/activity/export.csv`: the log as a table (RFC 4180).
async fn export_table(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Path(did): Path<String>,
    Query(parameters): Query<LogParameters>,
) -> Response {
    let header = "id,at,last_at,times,actor,action,subject,details\r\n".to_owned();
    let kind = ("text/csv; charset=utf-8; header=present", "activity.csv");
    export(state, &signed_in, &did, parameters, kind, header, table_row).await
}

async fn export(
    state: HoldState,
    signed_in: &SignedIn,
    did: &str,
    parameters: LogParameters,
    (media_type, file): (&'static str, &'static str),
    head: String,
    line: fn(&NotedActivity) -> String,
) -> Response {
    let pages = pages(state, signed_in);
    let Ok(Ok(opened)) = pages.open_for_administrators(did).await else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let Some(user) = opened.user.clone() else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let query = ActivityQuery {
        person: parameters.person,
        action: parameters.action,
        days: parameters.days.parse().unwrap_or_default(),
        after: None,
    };
    let filter = match pages.filter(&query).await {
        Ok(filter) => filter,
        Err(reason) => return (StatusCode::UNPROCESSABLE_ENTITY, reason).into_response(),
    };
    // The first page says whether there is anything to stream.
    let first = match said(opened.admin.activity(&user, &filter, PAGE).await) {
        Said::This(first) => first,
        Said::NotOffered { method } => {
            let reason = t!("upkeep-export-not-offered", method = method) + "\n";
            return (StatusCode::NOT_IMPLEMENTED, reason).into_response();
        }
        Said::Nothing { reason } => return (StatusCode::BAD_GATEWAY, reason).into_response(),
    };
    let text = head + &first.iter().map(line).collect::<String>();
    let rest = Rest {
        after: last_of(&first),
        opened,
        user,
        filter,
        line,
    };
    let pieces = stream::unfold((Some(text), rest), |(text, mut rest)| async move {
        if let Some(text) = text {
            Some((Ok(Bytes::from(text)), (None, rest)))
        } else {
            let piece = rest.next().await?;
            Some((piece.map(Bytes::from), (None, rest)))
        }
    });
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{file}\""))
        .expect("a name of ours is a header");
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        Body::from_stream(pieces),
    )
        .into_response()
}

/// The pages of the log behind the first.
struct Rest {
    opened: super::Opened,
    user: HoldUser,
    filter: ActivityFilter,
    after: Option<String>,
    line: fn(&NotedActivity) -> String,
}

impl Rest {
    async fn next(&mut self) -> Option<Result<String, std::io::Error>> {
        self.filter.before = Some(self.after.take()?);
        let entries = self
            .opened
            .admin
            .activity(&self.user, &self.filter, PAGE)
            .await;
        match entries {
            Ok(entries) => {
                self.after = last_of(&entries);
                Some(Ok(entries.iter().map(self.line).collect()))
            }
            // The file does not end cleanly, so nobody takes it for whole.
            Err(error) => Some(Err(std::io::Error::other(error.to_string()))),
        }
    }
}

fn last_of(entries: &[NotedActivity]) -> Option<String> {
    entries
        .last()
        .filter(|_| entries.len() == usize::from(PAGE))
        .map(|last| last.id.clone())
}

fn table_row(entry: &NotedActivity) -> String {
    let fields = [
        entry.id.clone(),
        time(entry.at),
        time(entry.last_at),
        entry.times.to_string(),
        entry.actor.as_str().to_owned(),
        entry.action.clone(),
        entry.subject.clone().unwrap_or_default(),
        entry.details.to_string(),
    ];
    fields.map(|field| quoted(&field)).join(",") + "\r\n"
}

fn time(millis: i64) -> String {
    chrono::DateTime::from_timestamp_millis(millis)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// A field of a table. One that a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

fn pages(state: HoldState, signed_in: &SignedIn) -> HoldPages {
    HoldPages {
        state,
        viewer: Some(signed_in.clone()),
        outcome: Outcome::default(),
        done: None,
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_field_is_no_formula_and_ends_at_its_quote() {
        assert_eq!(quoted("plain"), "\"plain\"");
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
    }
}
