//! What the server says of itself and of its accounts to whoever asks.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::Lies;

impl Lies {
    pub(super) fn describe(&self, path: &str) -> Response {
        let origin = &self.origin;
        let mut document = if path.ends_with("resource") {
            json!({ "resource": origin, "authorization_servers": [origin] })
        } else {
            json!({
                "issuer": origin,
                "authorization_endpoint": format!("{origin}/oauth/authorize"),
                "token_endpoint": format!("{origin}/oauth/token"),
                "pushed_authorization_request_endpoint": format!("{origin}/oauth/par"),
                "revocation_endpoint": format!("{origin}/oauth/revoke"),
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
                "scopes_supported": ["atproto"],
                "dpop_signing_alg_values_supported": ["ES256"],
                "authorization_response_iss_parameter_supported": true,
                "require_pushed_authorization_requests": true,
                "client_id_metadata_document_supported": true,
            })
        };
        if let Some(changes) = self.metadata.lock().unwrap().get(path) {
            change(&mut document, changes);
        }
        axum::Json(document).into_response()
    }

    pub(super) fn resolve_handle(&self, query: &str) -> Response {
        let handle = query.strip_prefix("handle=").unwrap_or_default();
        let accounts = self.accounts.lock().unwrap();
        match accounts.iter().find(|account| account.handle == handle) {
            Some(account) => axum::Json(json!({ "did": account.did })).into_response(),
            None => refuse(400, "HandleNotFound"),
        }
    }

    /// Of an account that has moved away, an old host says that it is deactivated.
    pub(super) fn repo_status(&self, query: &str) -> Response {
        let (_, did) = form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "did")
            .unwrap();
        let pds_of = self.pds_of.lock().unwrap();
        let has_left = pds_of
            .get(did.as_ref())
            .is_some_and(|pds| *pds != self.origin);
        let inactive = self.inactive.lock().unwrap();
        let status = inactive.get(did.as_ref()).copied();
        match status.or(has_left.then_some("deactivated")) {
            Some("gone") => refuse(400, "RepoNotFound"),
            Some(status) => {
                axum::Json(json!({ "did": did, "active": false, "status": status })).into_response()
            }
            None => axum::Json(json!({ "did": did, "active": true, "rev": "3l" })).into_response(),
        }
    }

    pub(super) fn document(&self, did: &str) -> Response {
        let accounts = self.accounts.lock().unwrap();
        let Some(account) = accounts.iter().find(|account| account.did == did) else {
            return refuse(404, "not_found");
        };
        let pds_of = self.pds_of.lock().unwrap();
        let pds = pds_of.get(did).unwrap_or(&self.origin);
        axum::Json(json!({
            "id": did,
            "alsoKnownAs": [format!("at://{}", account.handle)],
            "verificationMethod": [],
            "service": [{
                "id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": pds,
            }],
        }))
        .into_response()
    }
}

pub fn change(document: &mut Value, changes: &Map<String, Value>) {
    let fields = document.as_object_mut().unwrap();
    for (name, value) in changes {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
}

pub fn refuse(status: u16, error: &str) -> Response {
    let body =
        json!({ "error": error, "error_description": "<script>text of the server</script>" });
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}
