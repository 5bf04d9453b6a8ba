//! A browser in which somebody is signed in: sends its cookie, says where its requests come from, and fills forms in.

use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;

use crate::harness::{Account, Answer, TestServer};

/// A browser, signed in or not.
pub struct Browser<'a> {
    server: &'a TestServer,
    cookie: Option<String>,
}

impl<'a> Browser<'a> {
    /// In which nobody is signed in.
    pub fn of_nobody(server: &'a TestServer) -> Self {
        Self {
            server,
            cookie: None,
        }
    }

    /// In which somebody has just signed in.
    pub async fn of(server: &'a TestServer, account: &Account) -> Self {
        Self::with_session(server, account, "none").await
    }

    /// In which somebody has just signed in, with a session at their server.
    pub async fn with_session(server: &'a TestServer, account: &Account, session: &str) -> Self {
        let did = account.did.parse().unwrap();
        let browsers = &server.state.browsers;
        let cookie = browsers
            .sign_in(&did, session, "Test browser", None)
            .await
            .unwrap();
        Self {
            server,
            cookie: Some(format!("longshore-session={}", cookie.expose_secret())),
        }
    }

    /// The same browser, at another replica.
    pub fn at<'b>(&self, replica: &'b TestServer) -> Browser<'b> {
        Browser {
            server: replica,
            cookie: self.cookie.clone(),
        }
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "none", String::new()).await
    }

    /// Opens a page, and says more about what is wanted.
    pub async fn open_with(&self, path: &str, more: &[(&str, &str)]) -> Answer {
        let mut headers = vec![("sec-fetch-site", "same-origin")];
        headers.extend(more);
        if let Some(cookie) = &self.cookie {
            headers.push(("cookie", cookie));
        }
        let client = self.server.nobody();
        client.send(Method::GET, path, &headers, "").await
    }

    /// Opens a page that must be there, and sends a form of its hidden fields and these.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.open(path).await;
        let mut form = hidden_fields(&page.expect(StatusCode::OK).text());
        form.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        self.post(path, &form).await
    }

    /// Sends a form from a page of this site.
    pub async fn post(&self, path: &str, form: &[(String, String)]) -> Answer {
        self.send(Method::POST, path, "same-origin", encode(form))
            .await
    }

    /// Sends a form from a page of another site.
    pub async fn post_from_elsewhere(&self, path: &str, form: &[(String, String)]) -> Answer {
        self.post_from("cross-site", path, form).await
    }

    /// Sends a form from wherever the browser says (`Sec-Fetch-Site`).
    pub async fn post_from(&self, site: &str, path: &str, form: &[(String, String)]) -> Answer {
        self.send(Method::POST, path, site, encode(form)).await
    }

    /// Sends a form as an older browser, which says what is in `headers` and nothing else of where it comes from.
    pub async fn post_with(
        &self,
        headers: &[(&str, &str)],
        path: &str,
        form: &[(String, String)],
    ) -> Answer {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        if let Some(cookie) = &self.cookie {
            headers.push(("cookie", cookie));
        }
        let client = self.server.nobody();
        client
            .send(Method::POST, path, &headers, encode(form))
            .await
    }

    /// Sends what no browser would, from a page of this site.
    pub async fn post_raw(&self, path: &str, body: String) -> Answer {
        self.send(Method::POST, path, "same-origin", body).await
    }

    async fn send(&self, method: Method, path: &str, site: &str, body: String) -> Answer {
        let mut headers = vec![
            ("sec-fetch-site", site),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        if let Some(cookie) = &self.cookie {
            headers.push(("cookie", cookie));
        }
        self.server
            .nobody()
            .send(method, path, &headers, body)
            .await
    }
}

fn encode(form: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}

/// The hidden fields of all forms of a page.
pub fn hidden_fields(html: &str) -> Vec<(String, String)> {
    html.split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once('"').unwrap();
            let value = rest
                .strip_prefix(" value=\"")
                .map_or("", |rest| rest.split_once('"').unwrap().0);
            (name.to_owned(), unescape(value))
        })
        .collect()
}

/// Text as it stands in HTML.
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
