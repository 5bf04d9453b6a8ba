//! The forms that go to the token and revocation endpoints. RFC 6749, sections 4.1.3 and 6; RFC 7009

use url::form_urlencoded;

use super::authorization_request::ASSERTION_TYPE;
use super::{AuthorizationCode, CodeVerifier};

/// What is redeemed for tokens.
#[derive(Debug, Clone, Copy)]
pub enum TokenForm<'a> {
    /// A code that the browser brought.
    Code {
        /// The code.
        code: &'a AuthorizationCode,
        /// What shows that the same client asked for it.
        verifier: &'a CodeVerifier,
        /// Where the code came to.
        redirect_uri: &'a str,
    },
    /// The refresh token of a session.
    Refresh {
        /// The token, good once.
        refresh_token: &'a str,
    },
}

impl TokenForm<'_> {
    /// The form, with the client's assertion where it has keys.
    pub fn form(&self, client_id: &str, assertion: Option<&str>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        match self {
            Self::Code {
                code,
                verifier,
                redirect_uri,
            } => form
                .append_pair("grant_type", "authorization_code")
                .append_pair("code", code.secret_text())
                .append_pair("code_verifier", verifier.secret_text())
                .append_pair("redirect_uri", redirect_uri),
            Self::Refresh { refresh_token } => form
                .append_pair("grant_type", "refresh_token")
                .append_pair("refresh_token", refresh_token),
        };
        append_client(&mut form, client_id, assertion);
        form.finish()
    }
}

/// The form that gives a token back.
pub fn revocation_form(token: &str, client_id: &str, assertion: Option<&str>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("token", token);
    append_client(&mut form, client_id, assertion);
    form.finish()
}

fn append_client(
    form: &mut form_urlencoded::Serializer<'_, String>,
    client_id: &str,
    assertion: Option<&str>,
) {
    form.append_pair("client_id", client_id);
    if let Some(assertion) = assertion {
        form.append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", assertion);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_carry_what_is_redeemed_and_who_redeems_it() {
        let refresh = TokenForm::Refresh {
            refresh_token: "ref-1 &",
        };
        assert_eq!(
            refresh.form("https://c.example/c", None),
            "grant_type=refresh_token&refresh_token=ref-1+%26&client_id=https%3A%2F%2Fc.example%2Fc"
        );
        let form = revocation_form("t", "c", Some("a"));
        assert!(form.starts_with("token=t&client_id=c&client_assertion_type=urn"));
        assert!(form.ends_with("&client_assertion=a"));
    }
}
