//! Who is signed in, for every request to a page.
//!
//! A layer reads the cookie once and asks the database; handlers ask for [`Viewer`], for [`SignedIn`] where nobody
//! else may come, or for [`FreshlySignedIn`] where a browser left open on a desk must not be enough.

use std::convert::Infallible;

use atproto::syntax::{AtIdentifier, Did, Handle};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use url::{Url, form_urlencoded};

use super::cookies::Cookies;
use crate::accounts::oauth::ReturnTo;
use crate::accounts::{ActiveAccounts, BrowserSession, BrowserSessions};
use crate::handlers::web::{Onward, lead_on};
use crate::identity::{Freshness, Identities};

/// Path of the sign-in page.
pub const SIGN_IN_PATH: &str = "/sign-in";

/// What the layer needs.
#[derive(Clone)]
pub struct BrowserSessionLayer {
    /// Knows who is signed in.
    pub browsers: BrowserSessions,
    /// Knows whether their accounts are still there.
    pub active_accounts: ActiveAccounts,
    /// Knows their handles.
    pub identities: Identities,
    /// Reads cookies.
    pub cookies: Cookies,
}

/// Somebody who is signed in with this browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who it is.
    pub did: Did,
    /// Their handle, when it is known and verified.
    pub handle: Option<Handle>,
    /// The browser's session, with what its forms must carry.
    pub browser_session: BrowserSession,
    /// They showed who they are a short while ago ([`BrowserSessions::is_fresh`]).
    pub is_fresh: bool,
}

/// Somebody who showed who they are a short while ago, for what is dangerous (checklist BF-10). Everybody else is sent
/// to sign in again, and from there back to the page they came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshlySignedIn(pub SignedIn);

/// Whoever looks at a page, signed in or not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Viewer(pub Option<SignedIn>);

/// The answer to somebody who has to sign in first.
#[derive(Debug)]
pub struct SignInNeeded(Response);

/// Finds out who is signed in, for [`axum::middleware::from_fn_with_state`].
pub async fn find_viewer(
    State(layer): State<BrowserSessionLayer>,
    mut request: Request,
    next: Next,
) -> Response {
    let viewer = match layer.cookies.session(request.headers()) {
        None => Viewer(None),
        Some(cookie) => match layer.browsers.find(&cookie).await {
            Ok(session) => Viewer(layer.describe(session).await),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "it is not known who is signed in"
                );
                return (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Longshore cannot look up who is signed in at the moment. Try again shortly.\n",
                )
                    .into_response();
            }
        },
    };
    let is_signed_in = viewer.0.is_some();
    request.extensions_mut().insert(viewer);
    let mut response = next.run(request).await;
    guard_from_caches(&mut response, is_signed_in);
    response
}

impl BrowserSessionLayer {
    async fn describe(&self, session: Option<BrowserSession>) -> Option<SignedIn> {
        let browser_session = session?;
        let did = browser_session.did.clone();
        if !self.active_accounts.is_active(&did).await {
            return None;
        }
        let account = AtIdentifier::Did(did.clone());
        let identity = self.identities.resolve(&account, Freshness::ForReading);
        let handle = identity.await.ok().and_then(|known| known.handle.clone());
        Some(SignedIn {
            is_fresh: self.browsers.is_fresh(&browser_session),
            did,
            handle,
            browser_session,
        })
    }
}

/// Pages of somebody who is signed in are kept nowhere; others differ by cookie. Files that are the same for everybody
/// say so themselves.
fn guard_from_caches(response: &mut Response, is_signed_in: bool) {
    let headers = response.headers_mut();
    let is_public = headers
        .get(header::CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("public"));
    if is_public {
        return;
    }
    headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    if is_signed_in {
        let nowhere = HeaderValue::from_static("private, no-store");
        headers.insert(header::CACHE_CONTROL, nowhere);
    }
}

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl Viewer {
    /// Whoever sent a request; nobody where the layer is not in use.
    pub fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_default()
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = SignInNeeded;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SignInNeeded> {
        Viewer::of(parts)
            .0
            .ok_or_else(|| SignInNeeded::new(&parts.method, &parts.uri, &parts.headers))
    }
}

impl<S: Sync> FromRequestParts<S> for FreshlySignedIn {
    type Rejection = SignInNeeded;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, SignInNeeded> {
        let signed_in = SignedIn::from_request_parts(parts, state).await?;
        if signed_in.is_fresh {
            Ok(Self(signed_in))
        } else {
            Err(SignInNeeded::again(parts))
        }
    }
}

impl SignInNeeded {
    /// Sends the browser to the sign-in page, and from there back to where it wanted to go.
    pub fn new(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let wanted = uri.path_and_query().map_or("/", |path| path.as_str());
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        // The cookie is not sent when another site leads here; the same address asked for by this site shows whether
        // there is one.
        if is_read && is_led_by_other_site(headers) {
            return Self(lead_on(wanted, Onward::ToPage));
        }
        let return_to = ReturnTo::new(if is_read { wanted } else { "/" });
        Self(Redirect::to(&sign_in_address(&return_to, false)).into_response())
    }

    /// Asks somebody who is signed in to show who they are once more. What a form said is not kept: they come back to
    /// the page that has it.
    fn again(parts: &Parts) -> Self {
        let wanted = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let is_read = matches!(parts.method, Method::GET | Method::HEAD);
        let form = (!is_read).then(|| page_of_form(&parts.headers)).flatten();
        let return_to = ReturnTo::new(form.as_deref().unwrap_or(wanted));
        Self(Redirect::to(&sign_in_address(&return_to, true)).into_response())
    }
}

/// Where somebody signs in and comes back from. `fresh` asks for the password although they are signed in.
pub fn sign_in_address(return_to: &ReturnTo, fresh: bool) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if fresh {
        query.append_pair("fresh", "1");
    }
    query.append_pair("return_to", return_to.as_str());
    format!("{SIGN_IN_PATH}?{}", query.finish())
}

/// The path of the page that a form was on. Forms of other sites do not get here, and another host's path would only
/// be one of ours that is not found.
fn page_of_form(headers: &HeaderMap) -> Option<String> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let page = Url::parse(referer).ok()?;
    Some(page[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
}

fn is_led_by_other_site(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_some_and(|site| site == "cross-site" || site == "same-site")
}

impl IntoResponse for SignInNeeded {
    fn into_response(self) -> Response {
        self.0
    }
}
