//! What a registry token may do: what was asked for, less what its person or their access token may not.

use std::collections::BTreeSet;

use oci::{Action, Scope, ScopeResource};

use super::TokenState;
use super::error::TokenError;
use super::login::Login;
use crate::registry::registry_token::Grant;

/// The grants of a registry token.
#[derive(Default)]
pub struct Grants {
    /// For the token.
    pub access: Vec<Grant>,
    /// The granted repositories as scopes, for the answer.
    pub scopes: Vec<String>,
}

/// Decides on every scope. What cannot be granted is left out, and the request that follows says why; but an access
/// token that lacks only a session to write with is told where to get one.
pub async fn decide(
    state: &TokenState,
    login: Option<&Login>,
    wanted: Vec<Scope>,
) -> Result<Grants, TokenError> {
    let user = login.map(Login::hold_user);
    let by_access_token = login.and_then(|login| login.access_token.as_ref());
    let mut grants = Grants::default();
    for scope in wanted {
        let name = match scope.resource {
            ScopeResource::Repository(name) => name,
            ScopeResource::Catalog => {
                if by_access_token.is_none_or(|token| token.scopes.allow_catalog()) {
                    grants.access.push(Grant::catalog());
                }
                continue;
            }
        };
        let grantable = match (&user, by_access_token) {
            (Some(user), Some(token)) => {
                let registry = &state.registry;
                registry
                    .grantable_by_access_token(user, &token.scopes, &name)
                    .await?
            }
            _ => state.registry.grantable(user.as_ref(), &name).await?,
        };
        let Some((owner, allowed)) = grantable else {
            continue;
        };
        let actions: BTreeSet<Action> = scope.actions.intersection(&allowed).copied().collect();
        if actions.is_empty() {
            continue;
        }
        let writes = actions.iter().any(|action| *action != Action::Pull);
        if writes && login.is_some_and(|login| login.session.is_none()) {
            return Err(TokenError::NoSession {
                public_url: state.public_url.clone(),
            });
        }
        let list: Vec<&str> = actions.iter().map(|action| action.as_str()).collect();
        grants
            .scopes
            .push(format!("repository:{name}:{}", list.join(",")));
        grants.access.push(Grant::Repository {
            name,
            owner,
            actions,
        });
    }
    Ok(grants)
}
