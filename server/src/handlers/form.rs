//! Plain HTML forms, as browsers send them.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use url::form_urlencoded;

use super::middleware::browser_session::SignedIn;

/// Forms larger than this are refused, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// The field in which forms of somebody who is signed in carry what shows that they come from a page of theirs.
pub const TOKEN_FIELD: &str = "form_token";

/// The fields of a form, in their order.
#[derive(Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
}

/// Why a form is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// More than any honest form has.
    #[error("This form is too large.")]
    TooLarge,
    /// It did not arrive whole.
    #[error("The form broke off. Send it again.")]
    BrokenOff,
    /// It was made for another session: somebody signed in or out since, or as somebody else.
    #[error(
        "You have signed in or out since this page was opened, so nothing was changed. Go back, reload the page, and \
         try again."
    )]
    OtherSession,
}

impl Form {
    /// Reads a form.
    pub async fn read(body: Body) -> Result<Self, FormError> {
        let body = match Limited::new(body, MAX_BYTES).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return Err(FormError::TooLarge),
            Err(_) => return Err(FormError::BrokenOff),
        };
        let fields = form_urlencoded::parse(&body)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Ok(Self { fields })
    }

    /// Reads a form of somebody who is signed in. It must come from a page of the same session: a page of another
    /// account, still open in another tab, would act for the wrong one.
    pub async fn read_of(viewer: &SignedIn, body: Body) -> Result<Self, FormError> {
        let form = Self::read(body).await?;
        let token = form.find(TOKEN_FIELD).unwrap_or_default();
        if viewer.browser_session.accepts_form(token) {
            Ok(form)
        } else {
            Err(FormError::OtherSession)
        }
    }

    /// The first field of a name.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every field of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

impl IntoResponse for FormError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BrokenOff => StatusCode::BAD_REQUEST,
            Self::OtherSession => StatusCode::CONFLICT,
        };
        (status, format!("{self}\n")).into_response()
    }
}
