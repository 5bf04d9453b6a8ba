//! The answer that the browser brings back. RFC 6749, section 4.1.2; RFC 9207
//!
//! Anybody can make an address, so nothing in it is believed before the state is found and the issuer compared.

use std::fmt;

use url::form_urlencoded;

use super::ErrorCode;

/// The longest value that is read, in bytes.
const MAX_VALUE_BYTES: usize = 4 * 1024;

/// A code, good once, for whoever has the verifier.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationCode(String);

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// Which request it claims to answer.
    pub state: String,
    /// Who it claims to be from.
    pub issuer: Option<String>,
    /// How it went.
    pub outcome: Outcome,
}

/// How an authorization went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The person agreed.
    Code(AuthorizationCode),
    /// The person or the server did not. The server's text is not kept.
    Error(ErrorCode),
}

/// Why an address is no answer. The texts are for the person whose browser it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCallback {
    /// A parameter stands twice: two readers could each take another one for it.
    #[error("the answer has a parameter twice")]
    Repeated,
    /// No state, no code and no error, or a value that is too long.
    #[error("the answer is incomplete")]
    Incomplete,
}

impl AuthorizationResponse {
    /// Reads the query of the address.
    pub fn parse(query: &str) -> Result<Self, InvalidCallback> {
        let [mut state, mut issuer, mut code, mut error] = [const { None }; 4];
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let slot = match name.as_ref() {
                "state" => &mut state,
                "iss" => &mut issuer,
                "code" => &mut code,
                "error" => &mut error,
                _ => continue,
            };
            if value.len() > MAX_VALUE_BYTES {
                return Err(InvalidCallback::Incomplete);
            }
            if slot.replace(value.into_owned()).is_some() {
                return Err(InvalidCallback::Repeated);
            }
        }
        let outcome = match (code, error) {
            (Some(code), None) if !code.is_empty() => Outcome::Code(AuthorizationCode(code)),
            (None, Some(error)) => Outcome::Error(ErrorCode::parse(&error)),
            _ => return Err(InvalidCallback::Incomplete),
        };
        Ok(Self {
            state: state
                .filter(|state| !state.is_empty())
                .ok_or(InvalidCallback::Incomplete)?,
            issuer,
            outcome,
        })
    }
}

impl AuthorizationCode {
    /// The code, for the token request.
    pub fn secret_text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AuthorizationCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oa_33_a_parameter_that_stands_twice_is_refused() {
        for query in [
            "state=a&state=b&code=c&iss=i",
            "state=a&code=b&code=c&iss=i",
            "state=a&code=c&iss=i&iss=j",
            "state=a&state=a&error=access_denied",
        ] {
            let answer = AuthorizationResponse::parse(query);
            assert_eq!(answer, Err(InvalidCallback::Repeated), "{query}");
        }
    }

    #[test]
    fn an_answer_is_a_code_or_an_error_and_never_both() {
        let answer = AuthorizationResponse::parse("iss=https%3A%2F%2Fa&state=s&code=c").unwrap();
        assert_eq!(answer.issuer.as_deref(), Some("https://a"));
        assert!(matches!(answer.outcome, Outcome::Code(_)));
        assert!(!format!("{answer:?}").contains("\"c\""));
        let answer = AuthorizationResponse::parse(
            "state=s&error=access_denied&error_description=%3Cscript%3E",
        );
        assert_eq!(
            answer.unwrap().outcome,
            Outcome::Error(ErrorCode::AccessDenied)
        );
        for query in [
            "",
            "state=s",
            "code=c",
            "state=&code=c",
            "state=s&code=c&error=e",
            "state=s&code=",
        ] {
            let answer = AuthorizationResponse::parse(query);
            assert_eq!(answer, Err(InvalidCallback::Incomplete), "{query}");
        }
        let long = format!("state={}&code=c", "s".repeat(5000));
        assert!(AuthorizationResponse::parse(&long).is_err());
    }
}
