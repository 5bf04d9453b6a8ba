//! `GET /oauth/callback`: the browser is back from the account's own server.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use secrecy::ExposeSecret as _;

use super::{FailedSignIn, OAuthState, REMEMBERED_ACCOUNTS, SignInProblem};
use crate::accounts::SeenBrowser;
use crate::accounts::oauth::{FinishError, FinishedSignIn, SIGN_IN_COOKIE_PREFIX};
use crate::handlers::middleware::browser_session::Viewer;
use crate::handlers::middleware::client_address::ClientAddress;
use crate::handlers::user_agent::Browser;
use crate::handlers::web::{Onward, lead_on};

/// Ends a sign-in: the browser gets a session that it never had before, and goes where the person wanted to.
pub async fn get(
    State(state): State<OAuthState>,
    RawQuery(query): RawQuery,
    viewer: Viewer,
    client: ClientAddress,
    headers: HeaderMap,
) -> Response {
    let cookie = |name: &str| state.cookies.sign_in(&headers, name);
    let finished = state
        .oauth
        .finish_sign_in(query.as_deref().unwrap_or_default(), cookie)
        .await;
    let outcome = match finished {
        Ok(finished) => sign_in(&state, &finished, client, &headers).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(response) => response,
        Err(error) => {
            let mut response = state
                .show_failure(FailedSignIn {
                    status: status(&error),
                    identifier: String::new(),
                    return_to: "/".to_owned(),
                    problem: SignInProblem::Failed(capitalized(&error.to_string())),
                    viewer,
                    headers,
                })
                .await;
            // The address carries a code and a state; neither a cache nor another site gets to see it.
            let own = response.headers_mut();
            own.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            own.insert(
                header::REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            );
            response
        }
    }
}

async fn sign_in(
    state: &OAuthState,
    finished: &FinishedSignIn,
    client: ClientAddress,
    headers: &HeaderMap,
) -> Result<Response, FinishError> {
    let browser = SeenBrowser {
        name: Browser::of(headers).to_string(),
        network: client.place(),
    };
    let old = state.cookies.session(headers);
    let identity = &finished.identity;
    let cookie = state
        .browsers
        .sign_in(
            &identity.did,
            &finished.oauth_session_id,
            browser,
            old.as_deref(),
        )
        .await?;
    state.active_accounts.forget(&identity.did);
    // The new cookie stays at home on what another site began, so the browser begins anew.
    let mut response = lead_on(finished.return_to.as_str(), Onward::SignedIn);
    let own = response.headers_mut();
    for cleared in state.cookies.clear_sign_ins(headers, SIGN_IN_COOKIE_PREFIX) {
        own.append(header::SET_COOKIE, cleared);
    }
    own.append(
        header::SET_COOKIE,
        state.cookies.set_session(cookie.expose_secret()),
    );
    let handle = identity.handle.as_ref().map(ToString::to_string);
    let name = handle.unwrap_or_else(|| identity.did.to_string());
    let remembered = remember(state.cookies.accounts(headers), name);
    own.append(header::SET_COOKIE, state.cookies.set_accounts(&remembered));
    Ok(response)
}

/// The accounts of this device with `name` at the front.
fn remember(mut accounts: Vec<String>, name: String) -> Vec<String> {
    accounts.retain(|account| *account != name);
    accounts.insert(0, name);
    accounts.truncate(REMEMBERED_ACCOUNTS);
    accounts
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

fn status(error: &FinishError) -> StatusCode {
    match error {
        FinishError::Callback(_)
        | FinishError::UnknownState
        | FinishError::OtherBrowser
        | FinishError::OtherIssuer
        | FinishError::Denied
        | FinishError::Refused(_) => StatusCode::BAD_REQUEST,
        FinishError::Token(_)
        | FinishError::OtherAccount { .. }
        | FinishError::NotTheirServer(_) => StatusCode::FORBIDDEN,
        FinishError::Server(_) | FinishError::Identity(_) | FinishError::Discovery(_) => {
            tracing::info!(
                error = error as &dyn std::error::Error,
                "a sign-in was not finished"
            );
            StatusCode::BAD_GATEWAY
        }
        FinishError::Database(_)
        | FinishError::Seal(_)
        | FinishError::Unseal(_)
        | FinishError::Interrupted => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a sign-in was not finished"
            );
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_account_is_remembered_first_and_no_more_than_a_few() {
        let names = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(remember(names("a b c"), "b".to_owned()), names("b a c"));
        assert_eq!(
            remember(names("a b c d e"), "f".to_owned()),
            names("f a b c d")
        );
    }
}
