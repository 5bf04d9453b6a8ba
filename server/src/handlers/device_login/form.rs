//! Forms of OAuth requests (RFC 6749, appendix B): small, and no field twice.

use std::collections::HashMap;

use axum::body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use secrecy::SecretString;
use url::form_urlencoded;

use super::error::RequestError;

/// No honest form comes near.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// A form that was read.
pub struct Form(HashMap<String, String>);

impl Form {
    /// Reads a body.
    pub async fn read(body: Body) -> Result<Self, RequestError> {
        let bytes = match Limited::new(body, MAX_FORM_BYTES).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(RequestError::TooLarge {
                    limit: MAX_FORM_BYTES,
                });
            }
            Err(_) => return Err(RequestError::Invalid("the form broke off".to_owned())),
        };
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(&bytes) {
            let name = name.into_owned();
            if fields.contains_key(&name) {
                // RFC 6749, section 3.2
                return Err(RequestError::Invalid(
                    "a field is given more than once".to_owned(),
                ));
            }
            fields.insert(name, value.into_owned());
        }
        Ok(Self(fields))
    }

    /// A field, or the answer that it is missing.
    pub fn take(&mut self, name: &str) -> Result<String, RequestError> {
        self.0
            .remove(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| RequestError::Invalid(format!("the form has no {name}")))
    }

    /// As [`Form::take`], for what must not be printed.
    pub fn take_secret(&mut self, name: &str) -> Result<SecretString, RequestError> {
        self.take(name).map(Into::into)
    }

    /// Checks that the program is the one that logs in like this.
    pub fn check_client(&mut self, expected: &str) -> Result<(), RequestError> {
        if self.take("client_id")? == expected {
            Ok(())
        } else {
            Err(RequestError::UnknownClient)
        }
    }
}
