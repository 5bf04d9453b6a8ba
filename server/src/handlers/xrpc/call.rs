//! One call of a method: its parameters, its input, and who makes it.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use atproto::syntax::{AtIdentifier, Did};
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use lexicon::schema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use super::methods::MethodEntry;
use super::{XrpcError, XrpcState};
use crate::accounts::ServiceTokens;
use crate::hold::Hold;

/// The longest JSON input, in bytes.
const MAX_INPUT_BYTES: usize = 1024 * 1024;
/// The most parameters of a query.
const MAX_PARAMETERS: usize = 128;

/// A call of a method.
pub(super) struct Call {
    state: XrpcState,
    entry: &'static MethodEntry,
    parts: Parts,
    /// Locked by nobody: a body may not be shared among threads, and a call is.
    body: Mutex<Body>,
    parameters: Vec<(String, String)>,
}

impl Call {
    pub(super) fn new(state: XrpcState, entry: &'static MethodEntry, request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default();
        let parameters = form_urlencoded::parse(query.as_bytes())
            .take(MAX_PARAMETERS)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Self {
            state,
            entry,
            parts,
            body: Mutex::new(body),
            parameters,
        }
    }

    pub(super) fn hold(&self) -> &Hold {
        &self.state.inner.hold
    }

    pub(super) fn state(&self) -> &super::Inner {
        &self.state.inner
    }

    fn tokens(&self) -> &ServiceTokens {
        &self.state.inner.tokens
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub(super) fn is_head(&self) -> bool {
        self.parts.method == http::Method::HEAD
    }

    pub(super) fn parts_mut(&mut self) -> &mut Parts {
        &mut self.parts
    }

    /// A parameter as text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that need not be there, in its type.
    pub(super) fn optional<T: FromStr>(&self, name: &str) -> Result<Option<T>, XrpcError> {
        self.text(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| XrpcError::invalid(format!("the parameter `{name}` is not valid")))
            })
            .transpose()
    }

    /// A parameter that must be there, in its type.
    pub(super) fn required<T: FromStr>(&self, name: &str) -> Result<T, XrpcError> {
        self.optional(name)?
            .ok_or_else(|| XrpcError::invalid(format!("the parameter `{name}` is missing")))
    }

    /// A parameter that may be there several times, at least once.
    pub(super) fn several<T: FromStr>(&self, name: &str) -> Result<Vec<T>, XrpcError> {
        let values: Vec<T> = self
            .parameters
            .iter()
            .filter(|(given, _)| given == name || given.strip_suffix("[]") == Some(name))
            .map(|(_, value)| value.parse())
            .collect::<Result<_, _>>()
            .map_err(|_| XrpcError::invalid(format!("the parameter `{name}` is not valid")))?;
        if values.is_empty() {
            return Err(XrpcError::invalid(format!(
                "the parameter `{name}` is missing"
            )));
        }
        Ok(values)
    }

    /// `limit`, between 1 and `most`.
    pub(super) fn limit(&self, default: u16, most: u16) -> Result<u16, XrpcError> {
        let limit = self.optional("limit")?.unwrap_or(default);
        if (1..=most).contains(&limit) {
            Ok(limit)
        } else {
            Err(XrpcError::invalid(format!(
                "`limit` is between 1 and {most}"
            )))
        }
    }

    /// Checks that a parameter means this hold, by DID or handle.
    pub(super) fn check_repo(&self, name: &str) -> Result<(), XrpcError> {
        let repo: AtIdentifier = self.required(name)?;
        self.check_is_hold(&repo)
    }

    /// Checks that somebody named is this hold.
    pub(super) fn check_is_hold(&self, repo: &AtIdentifier) -> Result<(), XrpcError> {
        let is_ours = match repo {
            AtIdentifier::Did(did) => did == self.hold().did(),
            AtIdentifier::Handle(handle) => handle.as_str() == self.hold().handle(),
        };
        if is_ours {
            Ok(())
        } else {
            Err(XrpcError::named(
                "RepoNotFound",
                format!("this hold has the repo of {} alone", self.hold().did()),
            ))
        }
    }

    /// The input, in its type.
    pub(super) async fn input<T: DeserializeOwned>(&mut self) -> Result<T, XrpcError> {
        let is_json = self
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(XrpcError::invalid(
                "the input is JSON; send it with Content-Type: application/json",
            ));
        }
        let body = self.bytes(MAX_INPUT_BYTES).await?;
        let value: Value = serde_json::from_slice(&body)
            .map_err(|error| XrpcError::invalid(format!("the input is not JSON: {error}")))?;
        schema::validate_input(self.entry.nsid, &value)
            .map_err(|error| XrpcError::invalid(error.to_string()))?;
        T::deserialize(value)
            .map_err(|error| XrpcError::invalid(format!("the input is not valid: {error}")))
    }

    /// The input as bytes, at most `most` of them.
    pub(super) async fn bytes(&mut self, most: usize) -> Result<Bytes, XrpcError> {
        match Limited::new(self.body(), most).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(XrpcError::new(
                http::StatusCode::PAYLOAD_TOO_LARGE,
                "PayloadTooLarge",
                format!("the input may have {most} bytes at most"),
            )),
            Err(_) => Err(XrpcError::invalid("the input broke off")),
        }
    }

    /// The input as it comes. It can be taken once.
    pub(super) fn body(&mut self) -> Body {
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(body)
    }

    /// Who calls. Their token is used up.
    pub(super) async fn caller(&self) -> Result<Did, XrpcError> {
        match self.optional_caller().await? {
            Some(caller) => Ok(caller),
            None => Err(XrpcError::auth_required(format!(
                "this needs a service token: ask your PDS for com.atproto.server.getServiceAuth with aud={} and lxm={}",
                self.hold().did(),
                self.entry.nsid
            ))),
        }
    }

    /// Who calls, for methods that change something: the account must be active.
    pub(super) async fn writer(&self) -> Result<Did, XrpcError> {
        let caller = self.caller().await?;
        self.tokens().check_active(&caller).await?;
        Ok(caller)
    }

    /// Who calls, or nobody in particular when there is no token. A token that is not good is refused, not ignored.
    pub(super) async fn optional_caller(&self) -> Result<Option<Did>, XrpcError> {
        let mut given = self.headers().get_all(AUTHORIZATION).iter();
        let Some(value) = given.next() else {
            return Ok(None);
        };
        let token = value
            .to_str()
            .ok()
            .filter(|_| given.next().is_none())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
            .map(|(_, token)| token.trim());
        match token {
            Some(token) => Ok(Some(self.tokens().verify(token, self.entry.nsid).await?)),
            None => Err(XrpcError::auth_required(
                "a hold takes service tokens as Authorization: Bearer, and no other credentials",
            )),
        }
    }
}
