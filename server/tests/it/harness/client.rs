//! A registry client that shows everything it gets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use super::Account;

/// An HTTP client for loopback: nothing else is asked in tests.
#[expect(
    clippy::disallowed_methods,
    reason = "tests play the part of clients, not of the server"
)]
pub fn http() -> reqwest::Client {
    static PROVIDER: std::sync::Once = std::sync::Once::new();
    PROVIDER.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// Somebody who talks to a server.
#[derive(Clone)]
pub struct Client {
    pub base: String,
    pub service: String,
    http: reqwest::Client,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Client {
    pub fn new(base: &str, service: &str) -> Self {
        Self {
            base: base.to_owned(),
            service: service.to_owned(),
            http: http(),
            token: None,
        }
    }

    /// The same client with this registry token.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// Asks the token endpoint, with an app password or as nobody.
    pub async fn ask_token(&self, account: Option<&Account>, scopes: &[&str]) -> Answer {
        let mut request = self
            .http
            .get(format!("{}/auth/token", self.base))
            .query(&[("service", &self.service)]);
        for scope in scopes {
            request = request.query(&[("scope", scope)]);
        }
        if let Some(account) = account {
            let credentials =
                STANDARD.encode(format!("{}:{}", account.handle, account.app_password));
            request = request.header("authorization", format!("Basic {credentials}"));
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// The same client, signed in with exactly these scopes.
    pub async fn signed_in(&self, account: Option<&Account>, scopes: &[&str]) -> Self {
        let answer = self.ask_token(account, scopes).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        self.with_token(answer.json()["token"].as_str().unwrap())
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let mut request = self.http.request(method, url).body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    pub async fn head(&self, path: &str) -> Answer {
        self.send(Method::HEAD, path, &[], "").await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], "").await
    }

    /// Pushes a blob by POST and PUT.
    pub async fn push_blob(&self, name: &str, content: &[u8]) -> oci::Digest {
        let digest = oci::Digest::sha256_of(content);
        let started = self
            .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
            .await;
        started.expect(StatusCode::ACCEPTED);
        let location = started.header("location");
        let done = self
            .send(
                Method::PUT,
                &with_digest(&location, &digest),
                &[],
                content.to_vec(),
            )
            .await;
        done.expect(StatusCode::CREATED);
        digest
    }

    /// Pushes a manifest under a tag or digest.
    pub async fn put_manifest(
        &self,
        name: &str,
        reference: &str,
        media_type: &str,
        content: &[u8],
    ) -> Answer {
        self.send(
            Method::PUT,
            &format!("/v2/{name}/manifests/{reference}"),
            &[("content-type", media_type)],
            content.to_vec(),
        )
        .await
    }

    /// Pushes config, layers and manifest of an image.
    pub async fn push_image(&self, name: &str, tag: &str, image: &super::Image) {
        for content in image.blobs() {
            self.push_blob(name, content).await;
        }
        self.put_manifest(name, tag, image.media_type, &image.manifest)
            .await
            .expect(StatusCode::CREATED);
    }
}

/// The URL that completes an upload.
pub fn with_digest(location: &str, digest: &oci::Digest) -> String {
    let separator = if location.contains('?') { '&' } else { '?' };
    format!("{location}{separator}digest={digest}")
}

impl Answer {
    async fn of(response: reqwest::Response) -> Self {
        let status = response.status();
        let headers = response.headers().clone();
        Self {
            status,
            headers,
            body: response.bytes().await.unwrap(),
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> String {
        self.find_header(name)
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
    }

    pub fn find_header(&self, name: &str) -> Option<String> {
        Some(self.headers.get(name)?.to_str().unwrap().to_owned())
    }

    #[track_caller]
    pub fn expect(&self, status: StatusCode) -> &Self {
        assert_eq!(self.status, status, "{} {:?}", self.text(), self.headers);
        self
    }

    /// The answer is this error of the distribution API, in its form.
    #[track_caller]
    pub fn expect_error(&self, status: StatusCode, code: &str) -> &Self {
        self.expect(status);
        assert_eq!(self.header("content-type"), "application/json");
        let body = self.json();
        assert_eq!(body["errors"][0]["code"], code, "{body}");
        assert!(
            body["errors"][0]["message"]
                .as_str()
                .is_some_and(|message| message.len() > 10),
            "{body}"
        );
        self
    }
}
