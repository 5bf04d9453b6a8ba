//! A page that leads on at once, without a script.
//!
//! A redirect continues what the browser was doing: a form that is only allowed to go to this site, or a request that
//! another site began, on which cookies stay at home. A page that leads on begins anew.

use app::{locale, t, text};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// What happens, for the moment it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onward<'a> {
    /// Somebody signs in at this host.
    ToServer(&'a str),
    /// Somebody is signed in.
    SignedIn,
    /// Another site led to a page of ours.
    ToPage,
    /// The program that asked for it is told what was decided.
    ToProgram,
}

impl Onward<'_> {
    fn words(self) -> String {
        match self {
            Self::ToServer(host) => t!("onward-server", host = host.to_owned()),
            Self::SignedIn => t!("onward-signed-in").to_owned(),
            Self::ToPage => t!("onward-page").to_owned(),
            Self::ToProgram => t!("onward-program").to_owned(),
        }
    }
}

/// A page that opens `address`.
pub fn lead_on(address: &str, onward: Onward) -> Response {
    // A semicolon ends the address of a refresh in some browsers.
    let address = text::escaped(&address.replace(';', "%3B"));
    let words = text::escaped(&onward.words());
    let (language, link) = (locale::language(), text::escaped(t!("onward-link")));
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={address}\">\n<title>{words}</title>\n</head>\n\
         <body><p>{words}… <a href=\"{address}\">{link}</a></p></body>\n</html>\n"
    );
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // The address that led here may carry a code.
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (StatusCode::OK, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn oa_42_the_page_leads_on_and_tells_nobody_where_it_came_from() {
        let response = lead_on("/settings?a=1&b=2;c", Onward::ToServer("<host>"));
        assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            body.contains("content=\"0; url=/settings?a=1&amp;b=2%3Bc\""),
            "{body}"
        );
        assert!(
            body.contains("Taking you to &lt;host&gt;… <a href"),
            "{body}"
        );
    }
}
