//! What somebody typed into the one field of the sign-in page.

use atproto::syntax::{AtIdentifier, Did};
use url::{Host, Url};

/// The longest text that is looked at, in bytes.
const MAX_BYTES: usize = 2048;

/// Whom or what somebody named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// An account.
    Account(AtIdentifier),
    /// A server, where they will say who they are.
    Server(Url),
    /// A text that can be a handle as well as the name of a server, such as `bsky.social`. The handle goes first.
    Either(AtIdentifier, Url),
}

/// Reads a handle (with or without `@`), a DID (also in its OCI spelling), or a server: its host, or its address.
/// `None` when it is none of these. Invisible characters that copying brings along do not count.
pub(super) fn read(text: &str, development: bool) -> Option<Named> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let text: String = text
        .chars()
        .filter(|character| !is_invisible(*character))
        .collect();
    let text = text.trim();
    let text = text.strip_prefix("at://").unwrap_or(text);
    let text = text.strip_prefix('@').unwrap_or(text);
    if text.contains("://") {
        return server(text, development).map(Named::Server);
    }
    if let Some(did) = Did::from_oci_component(text) {
        return Some(Named::Account(AtIdentifier::Did(did)));
    }
    let host = || {
        let with = |scheme| server(&format!("{scheme}://{text}"), development);
        with("https").or_else(|| with("http"))
    };
    match text.to_ascii_lowercase().parse::<AtIdentifier>() {
        Ok(account @ AtIdentifier::Handle(_)) => Some(match host() {
            Some(host) => Named::Either(account, host),
            None => Named::Account(account),
        }),
        // A DID is compared letter by letter, so it keeps its case.
        Ok(AtIdentifier::Did(_)) => text.parse().ok().map(Named::Account),
        Err(_) => match text.parse() {
            Ok(did) => Some(Named::Account(did)),
            Err(_) => host().map(Named::Server),
        },
    }
}

/// An origin. A path behind it is not an error: people copy addresses out of their browser.
fn server(text: &str, development: bool) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    let (is_local, is_public) = match url.host()? {
        Host::Domain(name) => (name == "localhost", name.contains('.')),
        Host::Ipv4(address) => (address.is_loopback(), false),
        Host::Ipv6(_) => (false, false),
    };
    let scheme_is_right = match url.scheme() {
        "https" => is_public,
        "http" => development && is_local && url.port().is_some(),
        _ => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    if !scheme_is_right || !is_plain {
        return None;
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

/// Marks of writing direction and width, which are in handles that were copied from some pages.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(text: &str) -> Named {
        Named::Account(text.parse().unwrap())
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn one_field_takes_handles_dids_and_servers() {
        let did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
        let alice = Named::Either(
            "alice.example.com".parse().unwrap(),
            url("https://alice.example.com/"),
        );
        for text in [
            "alice.example.com",
            "@alice.example.com",
            " Alice.Example.com ",
            "at://alice.example.com",
            "\u{2068}@alice.example.com\u{2069}",
        ] {
            assert_eq!(read(text, false), Some(alice.clone()), "{text}");
        }
        assert_eq!(read(did, false), Some(account(did)));
        assert_eq!(
            read("did-plc-ewvi7nxzyoun6zhxrhs64oiz", false),
            Some(account(did))
        );
        assert_eq!(
            read("https://bsky.social/somewhere", false),
            Some(Named::Server(url("https://bsky.social/")))
        );
        assert_eq!(
            read("pds.example.com:8443", false),
            Some(Named::Server(url("https://pds.example.com:8443/")))
        );
    }

    #[test]
    fn plain_http_is_for_development_and_this_machine() {
        let local = Some(Named::Server(url("http://localhost:2583/")));
        assert_eq!(read("http://localhost:2583", true), local);
        assert_eq!(read("localhost:2583", true), local);
        for text in [
            "http://localhost:2583",
            "localhost:2583",
            "http://pds.example.com",
        ] {
            assert_eq!(read(text, false), None, "{text}");
        }
        assert_eq!(read("http://pds.example.com", true), None);
    }

    #[test]
    fn nonsense_is_nobody() {
        for text in [
            "",
            "alice",
            "alice example.com",
            "https://u:p@evil.example",
            "file:///etc/passwd",
            "ftp://x.example",
            "did:",
        ] {
            assert_eq!(read(text, true), None, "{text}");
        }
        assert_eq!(read(&"a".repeat(5000), true), None);
    }
}
