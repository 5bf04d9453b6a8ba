//! Which browser it is, in a few words, for the list of a person's own sessions.

use std::fmt;

use axum::http::{HeaderMap, header};

/// Browsers by what they alone call themselves; those that also call themselves something else come first.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 6] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// What is kept of one that is not recognised.
const UNKNOWN: &str = "Unknown browser";
/// Between the browser and its system, where both are kept.
const ON: &str = " on ";

/// What is recognised of one. It is kept as a text such as "Firefox on Linux", and nothing else of what it says is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Browser<'a> {
    /// A browser, and the system that it runs on.
    On(&'a str, &'a str),
    /// One of the two.
    Named(&'a str),
    /// Neither.
    Unknown,
}

impl<'a> Browser<'a> {
    /// The one that sent a request.
    pub fn of(headers: &HeaderMap) -> Self {
        let agent = headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let find = |names: &[(&str, &'static str)]| {
            let found = names.iter().find(|(mark, _)| agent.contains(mark));
            found.map(|(_, name)| *name)
        };
        match (find(&BROWSERS), find(&SYSTEMS)) {
            (Some(browser), Some(system)) => Self::On(browser, system),
            (Some(name), None) | (None, Some(name)) => Self::Named(name),
            (None, None) => Self::Unknown,
        }
    }

    /// One that was kept.
    pub fn read(kept: &'a str) -> Self {
        match kept.split_once(ON) {
            Some((browser, system)) => Self::On(browser, system),
            None if kept == UNKNOWN => Self::Unknown,
            None => Self::Named(kept),
        }
    }
}

impl fmt::Display for Browser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(browser, system) => write!(f, "{browser}{ON}{system}"),
            Self::Named(name) => f.write_str(name),
            Self::Unknown => f.write_str(UNKNOWN),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn browsers_are_called_what_their_people_call_them() {
        for (agent, expected) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64)", "Linux"),
            ("curl/8.0", "Unknown browser"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
            let browser = Browser::of(&headers);
            assert_eq!(browser.to_string(), expected);
            assert_eq!(Browser::read(expected), browser);
        }
        assert_eq!(Browser::of(&HeaderMap::new()), Browser::Unknown);
    }
}
