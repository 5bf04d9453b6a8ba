//! `GET /settings/data/archives/<id>`: an archive, whole or from where a download broke off (RFC 9110, section 14).

use app::t;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::DateTime;

use super::SettingsState;
use crate::accounts::PersonalData;
use crate::accounts::personal_data::{DataExport, ExportState, PersonalDataError};
use crate::handlers::middleware::browser_session::SignedIn;

/// Only for its owner: in the browser that asked for it, or in one where they have just signed in.
pub(super) async fn get(
    State(state): State<SettingsState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    // Whether there ever was one of this name is nobody's business but its owner's, and after its day not theirs.
    let missing = || plain(StatusCode::GONE, t!("data-archive-gone"));
    let Some(data) = state.personal_data.clone() else {
        return missing();
    };
    let exports = match data.exports(&signed_in.did).await {
        Ok(exports) => exports,
        Err(error) => return failed(&error),
    };
    let Some(export) = exports.into_iter().find(|export| export.id == id) else {
        return missing();
    };
    let ExportState::Ready { size, digest, .. } = &export.state else {
        return missing();
    };
    let session = &signed_in.browser_session;
    if session.id.as_str() != export.browser_session && !signed_in.is_fresh {
        let page = app::routes::SETTINGS_DATA;
        let again = format!("{}?fresh=1&return_to={page}", app::routes::SIGN_IN);
        return Redirect::to(&again).into_response();
    }
    let etag = format!("\"{digest}\"");
    let Ok(range) = wanted(&headers, &etag, *size) else {
        let whole = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
        return (StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response();
    };
    let (start, end) = range.unwrap_or((0, *size));
    let mut response = Response::new(Body::from_stream(bytes(data, id, start, end)));
    let set = response.headers_mut();
    let mut header = |name, value: String| {
        let value = value
            .parse()
            .expect("numbers, hex, and names that are checked");
        set.insert(name, value);
    };
    header(header::CONTENT_TYPE, "application/zip".to_owned());
    header(header::CONTENT_LENGTH, (end - start).to_string());
    header(header::ACCEPT_RANGES, "bytes".to_owned());
    header(header::ETAG, etag);
    let name = file_name(&signed_in, &export);
    header(
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{name}\""),
    );
    if range.is_some() {
        header(
            header::CONTENT_RANGE,
            format!("bytes {start}-{}/{size}", end - 1),
        );
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

/// The first and the byte behind the last one that are wanted; `None` for all. Several ranges at once, and a range of
/// another archive, are answered with everything.
fn wanted(headers: &HeaderMap, etag: &str, size: u64) -> Result<Option<(u64, u64)>, ()> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_RANGE).is_some_and(|known| known != etag) {
        return Ok(None);
    }
    let range = text(header::RANGE).and_then(|range| range.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, size.min(last.saturating_add(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, size),
        (Err(_), Ok(count)) if first.is_empty() => (size.saturating_sub(count), size),
        _ => return Ok(None),
    };
    if range.0 < range.1 {
        Ok(Some(range))
    } else {
        Err(())
    }
}

/// Bytes `start..end` of an archive, a part at a time.
fn bytes(
    data: PersonalData,
    id: String,
    start: u64,
    end: u64,
) -> impl futures::Stream<Item = Result<Bytes, std::io::Error>> {
    futures::stream::unfold(start, move |at| {
        let (data, id) = (data.clone(), id.clone());
        async move {
            if at >= end {
                return None;
            }
            let part = match data.read_export(&id, at).await {
                Ok(mut part) if !part.is_empty() => {
                    let left = usize::try_from(end - at).unwrap_or(usize::MAX);
                    part.truncate(left);
                    Ok(Bytes::from(part))
                }
                // The headers are gone: breaking off is all that can be said.
                Ok(_) => Err(std::io::Error::other("the archive is gone")),
                Err(error) => Err(std::io::Error::other(error)),
            };
            let next = match &part {
                Ok(part) => at + part.len() as u64,
                Err(_) => end,
            };
            Some((part, next))
        }
    })
}

/// `longshore-alice.example-2026-11-21.zip`
fn file_name(signed_in: &SignedIn, export: &DataExport) -> String {
    let owner = match &signed_in.handle {
        Some(handle) => handle.to_string(),
        None => signed_in.did.to_string().replace(':', "-"),
    };
    let day = DateTime::from_timestamp_millis(export.requested_at).unwrap_or_default();
    format!("longshore-{owner}-{}.zip", day.format("%Y-%m-%d"))
}

fn failed(error: &PersonalDataError) -> Response {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "an archive cannot be read"
    );
    plain(
        StatusCode::SERVICE_UNAVAILABLE,
        t!("data-archive-unreadable"),
    )
}

/// Words in place of the archive.
fn plain(status: StatusCode, words: &str) -> Response {
    (status, format!("{words}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_goes_on_where_it_broke_off() {
        let range = |range: &str, known: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, range.parse().unwrap());
            if let Some(known) = known {
                headers.insert(header::IF_RANGE, known.parse().unwrap());
            }
            wanted(&headers, "\"a\"", 100)
        };
        assert_eq!(range("bytes=0-", None), Ok(Some((0, 100))));
        assert_eq!(range("bytes=40-", Some("\"a\"")), Ok(Some((40, 100))));
        assert_eq!(range("bytes=40-", Some("\"b\"")), Ok(None));
        assert_eq!(range("bytes=0-0", None), Ok(Some((0, 1))));
        assert_eq!(range("bytes=90-900", None), Ok(Some((90, 100))));
        assert_eq!(range("bytes=-10", None), Ok(Some((90, 100))));
        assert_eq!(range("bytes=100-", None), Err(()));
        assert_eq!(range("bytes=-0", None), Err(()));
        for odd in ["bytes=5-1", "bytes=a-b", "bytes=0-1,4-5", "lines=1-2"] {
            assert_eq!(range(odd, None), Ok(None), "{odd}");
        }
    }
}
