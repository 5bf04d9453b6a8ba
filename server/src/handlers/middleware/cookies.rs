//! Our cookies: their names, and what browsers are told about them.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};

/// Browsers that are signed in.
const SESSION: &str = "longshore-session";
/// Accounts that signed in on this device, so that nobody has to type theirs again.
const ACCOUNTS: &str = "longshore-accounts";
const DAY_SECONDS: u32 = 24 * 60 * 60;
/// As long as a session lasts at most.
const SESSION_SECONDS: u32 = 180 * DAY_SECONDS;
const ACCOUNTS_SECONDS: u32 = 365 * DAY_SECONDS;
/// As long as a sign-in may take.
const SIGN_IN_SECONDS: u32 = 10 * 60;

/// How cookies are set and read.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Over https, cookies are bound to exactly this host by the prefix of their name (RFC 6265bis, section 4.1.3).
    /// A browser takes such names over plain http only for some spellings of this machine, so they have none there.
    is_https: bool,
}

/// When a browser sends a cookie along.
#[derive(Clone, Copy)]
enum SameSite {
    /// Only where the person was on this site before.
    Strict,
    /// Also where another site led the person here.
    Lax,
}

impl SameSite {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
        }
    }
}

impl Cookies {
    /// For a server whose public address is https, or is not.
    pub const fn new(is_https: bool) -> Self {
        Self { is_https }
    }

    /// The cookie of a browser that is signed in.
    pub fn session(self, headers: &HeaderMap) -> Option<String> {
        self.read(headers, SESSION)
    }

    /// Signs the browser in with this cookie. Other sites cannot make a browser send it (checklist BF-02).
    pub fn set_session(self, value: &str) -> HeaderValue {
        self.set(SESSION, value, SameSite::Strict, SESSION_SECONDS)
    }

    /// Takes the cookie away.
    pub fn clear_session(self) -> HeaderValue {
        self.set(SESSION, "", SameSite::Strict, 0)
    }

    /// The cookie of a sign-in in progress.
    pub fn sign_in(self, headers: &HeaderMap, name: &str) -> Option<String> {
        self.read(headers, name)
    }

    /// Begins a sign-in in this browser. The account's own server leads back here, so it is sent along then.
    pub fn set_sign_in(self, name: &str, value: &str) -> HeaderValue {
        self.set(name, value, SameSite::Lax, SIGN_IN_SECONDS)
    }

    /// The names of the sign-ins in progress in this browser.
    pub fn clear_sign_ins(self, headers: &HeaderMap, prefix: &str) -> Vec<HeaderValue> {
        let prefix = self.name(prefix);
        pairs(headers)
            .filter(|(name, _)| name.starts_with(&prefix))
            .take(20)
            .map(|(name, _)| {
                let bare = name.strip_prefix("__Host-").unwrap_or(name);
                self.set(bare, "", SameSite::Lax, 0)
            })
            .collect()
    }

    /// Accounts that signed in on this device, the last one first.
    pub fn accounts(self, headers: &HeaderMap) -> Vec<String> {
        let text = self.read(headers, ACCOUNTS).unwrap_or_default();
        text.split('|')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Remembers accounts on this device. Names are handles and DIDs, which a cookie can hold as they are.
    pub fn set_accounts(self, names: &[String]) -> HeaderValue {
        self.set(
            ACCOUNTS,
            &names.join("|"),
            SameSite::Strict,
            ACCOUNTS_SECONDS,
        )
    }

    /// Forgets them.
    pub fn clear_accounts(self) -> HeaderValue {
        self.set(ACCOUNTS, "", SameSite::Strict, 0)
    }

    /// The one cookie of a name. Of two, somebody else may have set either.
    fn read(self, headers: &HeaderMap, name: &str) -> Option<String> {
        let name = self.name(name);
        let mut values = pairs(headers)
            .filter(|(found, _)| *found == name)
            .map(|(_, value)| value);
        let value = values.next()?;
        values.next().is_none().then(|| value.to_owned())
    }

    fn name(self, name: &str) -> String {
        let prefix = if self.is_https { "__Host-" } else { "" };
        format!("{prefix}{name}")
    }

    fn set(self, name: &str, value: &str, same_site: SameSite, seconds: u32) -> HeaderValue {
        let mut text = format!(
            "{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={}",
            self.name(name),
            same_site.as_str()
        );
        if self.is_https {
            write!(text, "; Secure").expect("a text takes all that is written to it");
        }
        let mut header =
            HeaderValue::from_str(&text).expect("cookies are made of printable characters");
        header.set_sensitive(true);
        header
    }
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        headers
    }

    #[test]
    fn bf_01_cookies_are_bound_to_this_host_and_out_of_reach_of_scripts() {
        let cookies = Cookies::new(true);
        for header in [
            cookies.set_session("abc"),
            cookies.set_sign_in("longshore-sign-in-1", "abc"),
            cookies.set_accounts(&["alice.test".to_owned()]),
            cookies.clear_session(),
        ] {
            let text = header.to_str().unwrap();
            assert!(text.starts_with("__Host-longshore-"), "{text}");
            for attribute in ["; Path=/;", "; HttpOnly", "; Secure", "; SameSite="] {
                assert!(text.contains(attribute), "{text}");
            }
            assert!(!text.contains("Domain") && text.len() < 4096);
        }
        assert!(
            cookies
                .set_session("x")
                .to_str()
                .unwrap()
                .contains("SameSite=Strict")
        );
        let local = Cookies::new(false).set_session("abc");
        assert!(
            local
                .to_str()
                .unwrap()
                .starts_with("longshore-session=abc;")
        );
    }

    #[test]
    fn a_cookie_counts_when_it_is_the_only_one_of_its_name() {
        let cookies = Cookies::new(true);
        let found = |text: &str| cookies.session(&headers(text));
        assert_eq!(
            found("a=b; __Host-longshore-session=x=y; c=d").as_deref(),
            Some("x=y")
        );
        assert_eq!(found("longshore-session=x"), None);
        assert_eq!(
            found("__Host-longshore-session=x; __Host-longshore-session=y"),
            None
        );
    }

    #[test]
    fn accounts_on_this_device_are_remembered_in_order() {
        let cookies = Cookies::new(false);
        let names = ["alice.test".to_owned(), "did:web:b.example".to_owned()];
        let header = cookies.set_accounts(&names);
        let pair = header.to_str().unwrap().split(';').next().unwrap();
        assert_eq!(cookies.accounts(&headers(pair)), names);
        assert!(cookies.accounts(&HeaderMap::new()).is_empty());
    }

    #[test]
    fn sign_ins_that_were_begun_in_this_browser_are_cleared() {
        let cookies = Cookies::new(true);
        let cleared = cookies.clear_sign_ins(
            &headers("__Host-longshore-sign-in-1=a; other=b; __Host-longshore-sign-in-2=c"),
            "longshore-sign-in-",
        );
        assert_eq!(cleared.len(), 2);
        assert!(cleared[0].to_str().unwrap().contains("Max-Age=0"));
    }
}
