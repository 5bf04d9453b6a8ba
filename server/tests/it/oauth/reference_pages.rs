//! The reference PDS's own sign-in and consent pages, driven by the calls that their scripts make.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};
use url::Url;

use crate::harness::{Account, http};

/// What somebody does at the pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Agree,
    Refuse,
}

/// Somebody's visit to the pages.
struct Visit {
    http: reqwest::Client,
    page: Url,
    jar: BTreeMap<String, String>,
}

/// Signs in and answers. Returns the address that the browser is sent to.
pub async fn visit(page: &Url, account: &Account, answer: Answer) -> String {
    let mut visit = Visit {
        http: http(),
        page: page.clone(),
        jar: BTreeMap::new(),
    };
    let navigation = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let opened = visit.send(Method::GET, page, &navigation, None).await;
    assert_eq!(opened.0, 200, "{}", opened.2);
    let credentials = json!({
        "username": account.handle, "password": account.password, "locale": "en",
    });
    let signed_in = visit.call("sign-in", &credentials, None).await;
    let bearer = signed_in["ephemeralToken"].as_str();
    let next = match answer {
        Answer::Agree => {
            visit
                .call("consent", &json!({ "did": account.did }), bearer)
                .await
        }
        Answer::Refuse => visit.call("reject", &json!({}), None).await,
    };
    let next: Url = next["url"].as_str().unwrap().parse().unwrap();
    let navigation = [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
        ("referer", page.as_str()),
    ];
    let (status, location, text) = visit.send(Method::GET, &next, &navigation, None).await;
    assert!((300..400).contains(&status), "{status} {text}");
    location.unwrap()
}

impl Visit {
    async fn call(&mut self, name: &str, input: &Value, bearer: Option<&str>) -> Value {
        let origin = self.page.origin().ascii_serialization();
        let url = format!("{origin}/@atproto/oauth-provider/~api/{name}");
        let token = self.jar.get("csrf-token").unwrap().clone();
        let page = self.page.to_string();
        let bearer = bearer.map(|bearer| format!("Bearer {bearer}"));
        let mut headers = vec![
            ("accept", "application/json"),
            ("origin", origin.as_str()),
            ("referer", page.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "same-origin"),
            ("sec-fetch-dest", "empty"),
            ("x-csrf-token", token.as_str()),
        ];
        if let Some(bearer) = &bearer {
            headers.push(("authorization", bearer));
        }
        let url = url.parse().unwrap();
        let (status, _, text) = self.send(Method::POST, &url, &headers, Some(input)).await;
        assert_eq!(status, 200, "{name}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn send(
        &mut self,
        method: Method,
        url: &Url,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> (u16, Option<String>, String) {
        let cookies: Vec<_> = self
            .jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = self
            .http
            .request(method, url.clone())
            .header("cookie", cookies.join("; "))
            .header("user-agent", "longshore-test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.jar.insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get("location");
        let location = location.map(|value| value.to_str().unwrap().to_owned());
        (
            response.status().as_u16(),
            location,
            response.text().await.unwrap(),
        )
    }
}
