//! A browser without scripts: cookies, forms, and pages that lead on.

use std::collections::BTreeMap;
use std::sync::Mutex;

use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::harness::http;

/// Somebody's browser.
pub struct Browser {
    base: String,
    http: reqwest::Client,
    jar: Mutex<BTreeMap<String, String>>,
}

/// What it shows.
#[derive(Debug)]
pub struct Shown {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Browser {
    pub fn at(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            http: http(),
            jar: Mutex::default(),
        }
    }

    /// Follows a link on one of our own pages.
    pub async fn get(&self, path: &str) -> Shown {
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
        ];
        self.send(Method::GET, path, &headers, String::new()).await
    }

    /// Sends a form of one of our own pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("origin", self.base.as_str()),
        ];
        self.send(Method::POST, path, &headers, form(fields)).await
    }

    /// Sends a form of a page of somebody who is signed in.
    pub async fn post_signed_in(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let token = self.get("/settings/sessions").await.form_token();
        let mut fields = fields.to_vec();
        fields.push(("form_token", &token));
        self.post(path, &fields).await
    }

    /// Sends any request with the cookies of our server, and keeps those of the answer.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Shown {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let mut request = self.http.request(method.clone(), &url).body(body);
        let has_type = headers.iter().any(|(name, _)| *name == "content-type");
        if method == Method::POST && !has_type {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        if url.starts_with(&self.base) {
            let jar = self.jar.lock().unwrap().clone();
            let pairs: Vec<_> = jar
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all("set-cookie") {
            self.keep(cookie.to_str().unwrap());
        }
        Shown {
            status,
            headers,
            text: response.text().await.unwrap(),
        }
    }

    fn keep(&self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let mut jar = self.jar.lock().unwrap();
        if attributes.contains("Max-Age=0") {
            jar.remove(name);
        } else {
            jar.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The value of a cookie whose name begins like this.
    pub fn cookie(&self, beginning: &str) -> Option<String> {
        let jar = self.jar.lock().unwrap();
        let found = jar.iter().find(|(name, _)| name.starts_with(beginning));
        found.map(|(_, value)| value.clone())
    }

    /// Puts cookies into the browser, as somebody may who gets at it for a moment.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut jar = self.jar.lock().unwrap();
        jar.insert(name.to_owned(), value.to_owned());
    }

    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.jar.lock().unwrap().clone()
    }

    /// Begins a sign-in, and returns the address of the page at the account's own server.
    pub async fn begin(&self, identifier: &str, more: &[(&str, &str)]) -> Url {
        let mut fields = vec![("identifier", identifier)];
        fields.extend(more);
        let page = self.post("/sign-in", &fields).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.problem());
        page.leads_to().parse().unwrap()
    }

    /// Comes back from the account's own server.
    pub async fn come_back(&self, address: &str) -> Shown {
        let from_elsewhere = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ];
        let page = self
            .send(Method::GET, address, &from_elsewhere, String::new())
            .await;
        match page.headers.get("location") {
            // From one name of this machine to the other.
            Some(location) if page.status == StatusCode::TEMPORARY_REDIRECT => {
                let location = location.to_str().unwrap().to_owned();
                self.send(Method::GET, &location, &from_elsewhere, String::new())
                    .await
            }
            _ => page,
        }
    }

    /// Whom the settings page is shown to, `None` when it leads to the sign-in page.
    pub async fn signed_in_as(&self) -> Option<String> {
        let page = self.get("/settings").await;
        if page.status == StatusCode::SEE_OTHER {
            assert!(
                page.location().starts_with("/sign-in?return_to="),
                "{page:?}"
            );
            return None;
        }
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let (_, rest) = page.text.split_once("class=\"account-name\"").unwrap();
        let (_, rest) = rest.split_once('>').unwrap();
        Some(rest.split('<').next().unwrap().to_owned())
    }
}

impl Shown {
    pub fn location(&self) -> String {
        self.headers["location"].to_str().unwrap().to_owned()
    }

    /// Where a page leads on to by itself.
    pub fn leads_to(&self) -> String {
        let (_, rest) = self
            .text
            .split_once("content=\"0; url=")
            .unwrap_or_else(|| panic!("leads nowhere: {}", self.text));
        rest.split('"').next().unwrap().replace("&amp;", "&")
    }

    pub fn form_token(&self) -> String {
        let (_, rest) = self
            .text
            .split_once("name=\"form_token\" value=\"")
            .unwrap_or_else(|| panic!("no form of somebody who is signed in: {}", self.text));
        rest.split('"').next().unwrap().to_owned()
    }

    /// What the sign-in page says went wrong.
    pub fn problem(&self) -> String {
        let Some((_, rest)) = self.text.split_once("id=\"sign-in-problem\"") else {
            return String::new();
        };
        let (_, rest) = rest.split_once('>').unwrap();
        let text = rest.split("</p>").next().unwrap();
        // Behind a text that depends on something, Leptos leaves a mark.
        text.replace("<!>", "")
    }
}

pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
