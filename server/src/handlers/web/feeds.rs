//! What was pushed last, as Atom (RFC 4287): `/feeds` and the address of a person or repository.

use std::fmt::Write as _;

use app::{routes, t};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, SecondsFormat};

use super::sources::CatalogPages;
use super::views;
use crate::catalog::{CatalogError, Pushes};

/// The routes below `/feeds`.
pub(super) fn routes(pages: CatalogPages) -> Router {
    Router::new()
        .route("/feeds/u/{name}", get(person))
        .route("/feeds/r/{*name}", get(repository))
        .with_state(pages)
}

async fn person(
    State(pages): State<CatalogPages>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let pages = pages.for_request(request.extensions());
    let pushes = pages.catalog.pushes_of_person(&pages.reader, &name).await;
    answer(&pages, pushes, None)
}

async fn repository(
    State(pages): State<CatalogPages>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let pages = pages.for_request(request.extensions());
    let Ok(name) = views::repository_name(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let pushes = pages
        .catalog
        .pushes_to_repository(&pages.reader, &name)
        .await;
    answer(&pages, pushes, Some(name.path().as_str()))
}

fn answer(
    pages: &CatalogPages,
    pushes: Result<Pushes, CatalogError>,
    path: Option<&str>,
) -> Response {
    match pushes.map_err(views::page_error) {
        Ok(pushes) => {
            let content_type = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
            let feed = feed(&pages.registry.public_url, &pushes, path);
            (content_type, feed).into_response()
        }
        Err(error) => StatusCode::from_u16(error.status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response(),
    }
}

fn feed(public_url: &str, pushes: &Pushes, path: Option<&str>) -> String {
    let owner = pushes.owner.component();
    let (subject, page) = match path {
        Some(path) => {
            let name = format!("{owner}/{path}");
            let page = routes::repository(&name);
            (name, page)
        }
        None => (owner.clone(), routes::person(&owner)),
    };
    let newest = pushes.pushes.first().map_or(0, |push| push.at);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    let address = format!("{public_url}{page}");
    let own = format!("{public_url}{}", routes::feed(&page));
    let title = t!("feed-title", subject = subject);
    let _ = write!(
        xml,
        "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>{}</title>\n<id>{}</id>\n<updated>{}</updated>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<link rel=\"self\" href=\"{}\"/>\n\
         <author><name>{}</name></author>\n",
        escape(&title),
        escape(&own),
        time(newest),
        escape(&address),
        escape(&own),
        escape(&owner),
    );
    for push in &pushes.pushes {
        let name = format!("{owner}/{}", push.path);
        let page = format!("{public_url}{}", routes::image(&name, &push.tag));
        // A tag that moves makes a new entry, so the digest is part of what it is.
        let id = format!("{page}#{}", push.digest);
        let _ = write!(
            xml,
            "<entry>\n<title>{}</title>\n<id>{}</id>\n<updated>{}</updated>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<summary>{}</summary>\n</entry>\n",
            escape(&format!("{name}:{}", push.tag)),
            escape(&id),
            time(push.at),
            escape(&page),
            escape(&t!(
                "feed-push",
                tag = push.tag.clone(),
                digest = push.digest.to_string()
            )),
        );
    }
    xml.push_str("</feed>\n");
    xml
}

fn time(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Text in XML, in content and in attributes. What XML 1.0 has no place for is left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(' '),
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}
