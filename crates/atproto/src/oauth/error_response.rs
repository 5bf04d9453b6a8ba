//! How authorization servers refuse. RFC 6749, sections 4.1.2.1 and 5.2

use serde::Deserialize;

/// Why a server refuses, as far as it makes a difference. Its own words are kept out of logs and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The person said no.
    AccessDenied,
    /// A code or refresh token is spent, expired, revoked, or somebody else's.
    InvalidGrant,
    /// The server does not accept who we say we are.
    InvalidClient,
    /// A scope is unknown or may not be asked for.
    InvalidScope,
    /// The request is malformed in the server's eyes.
    InvalidRequest,
    /// The proof lacks the nonce that the server wants.
    UseDpopNonce,
    /// The proof itself is not accepted.
    InvalidDpopProof,
    /// The person would have had to sign in or agree, and could not be asked.
    InteractionRequired,
    /// The server has trouble and says so.
    Unavailable,
    /// Anything else.
    Other,
}

/// The body of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorResponse {
    /// Why.
    pub code: ErrorCode,
}

impl ErrorCode {
    /// Reads the `error` of a body or an address.
    pub fn parse(text: &str) -> Self {
        match text {
            "access_denied" => Self::AccessDenied,
            "invalid_grant" => Self::InvalidGrant,
            "invalid_client" | "unauthorized_client" => Self::InvalidClient,
            "invalid_scope" => Self::InvalidScope,
            "invalid_request" | "invalid_client_metadata" | "invalid_redirect_uri" => {
                Self::InvalidRequest
            }
            "use_dpop_nonce" => Self::UseDpopNonce,
            "invalid_dpop_proof" => Self::InvalidDpopProof,
            "login_required"
            | "consent_required"
            | "interaction_required"
            | "account_selection_required" => Self::InteractionRequired,
            "server_error" | "temporarily_unavailable" => Self::Unavailable,
            _ => Self::Other,
        }
    }
}

impl ErrorResponse {
    /// Reads a body. `None` when it is not one of OAuth's.
    pub fn parse(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Body {
            error: String,
        }
        let body: Body = serde_json::from_slice(body).ok()?;
        Some(Self {
            code: ErrorCode::parse(&body.error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_one_of_a_few_words() {
        let parse = |body: &str| ErrorResponse::parse(body.as_bytes()).map(|error| error.code);
        assert_eq!(
            parse(r#"{"error":"use_dpop_nonce","error_description":"x"}"#),
            Some(ErrorCode::UseDpopNonce)
        );
        assert_eq!(parse(r#"{"error":"<script>"}"#), Some(ErrorCode::Other));
        for body in ["", "<html>", "[]", r#"{"error":1}"#] {
            assert_eq!(parse(body), None);
        }
    }
}
