//! Plain HTML forms, as browsers send them.

use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use url::form_urlencoded;

use super::middleware::browser_session::SignedIn;

/// Forms larger than this are refused, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// As [`MAX_BYTES`], for forms with a long text in them, of which each byte may take three.
const MAX_TEXT_BYTES: usize = 512 * 1024;
/// Fields of a form with a file.
const MAX_FIELDS: usize = 100;
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
        Self::read_up_to(body, MAX_BYTES).await
    }

    async fn read_up_to(body: Body, max_bytes: usize) -> Result<Self, FormError> {
        let body = match Limited::new(body, max_bytes).collect().await {
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

    /// Reads a form with a file in the field `file`, as [`Self::read_of`]. A field in which no file was chosen is none.
    /// How large the whole may be is up to the route.
    pub async fn read_upload_of(
        viewer: &SignedIn,
        request: Request,
        file: &str,
    ) -> Result<(Self, Option<Bytes>), FormError> {
        let is_plain = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        let (form, content) = if is_plain {
            (
                Self::read_up_to(request.into_body(), MAX_TEXT_BYTES).await?,
                None,
            )
        } else {
            Self::read_multipart(request, file).await?
        };
        let token = form.find(TOKEN_FIELD).unwrap_or_default();
        if viewer.browser_session.accepts_form(token) {
            Ok((form, content))
        } else {
            Err(FormError::OtherSession)
        }
    }

    async fn read_multipart(
        request: Request,
        file: &str,
    ) -> Result<(Self, Option<Bytes>), FormError> {
        let of_field = |error: MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => FormError::TooLarge,
            _ => FormError::BrokenOff,
        };
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| FormError::BrokenOff)?;
        let (mut form, mut content) = (Self::default(), None);
        while let Some(part) = parts.next_field().await.map_err(of_field)? {
            let name = part.name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(of_field)?;
            if name == file {
                content = Some(bytes).filter(|bytes| !bytes.is_empty());
            } else if form.fields.len() < MAX_FIELDS {
                let value = String::from_utf8_lossy(&bytes).into_owned();
                form.fields.push((name, value));
            } else {
                return Err(FormError::TooLarge);
            }
        }
        Ok((form, content))
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
