//! The sign-in page: as it is asked for, and as it is shown again when something went wrong.

use app::api::sign_in::SignInPage;
use app::t;
use axum::http::request::Parts;
use url::form_urlencoded;

use super::{WebSettings, try_again};
use crate::accounts::oauth::ReturnTo;
use crate::handlers::middleware::browser_session::{SignedIn, Viewer};
use crate::handlers::middleware::cookies::Cookies;
use crate::handlers::oauth::{FailedSignIn, SignInProblem};

/// What the page shows. A failed attempt that came with the request wins over the query.
pub(super) fn page(parts: &Parts, cookies: Cookies, settings: &WebSettings) -> SignInPage {
    let mut page = SignInPage {
        remembered: cookies.accounts(&parts.headers),
        sign_up_url: settings.sign_up_url.to_string(),
        return_to: "/".to_owned(),
        ..SignInPage::default()
    };
    if let Some(failure) = parts.extensions.get::<FailedSignIn>() {
        page.identifier.clone_from(&failure.identifier);
        page.return_to.clone_from(&failure.return_to);
        page.problem = Some(match &failure.problem {
            SignInProblem::TooMany(too_often) => {
                format!("{} {}", t!("sign-in-too-many"), try_again(*too_often))
            }
            SignInProblem::Failed(text) => text.clone(),
        });
        return page;
    }
    let query = parts.uri.query().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "return_to" => ReturnTo::new(&value)
                .as_str()
                .clone_into(&mut page.return_to),
            "fresh" => page.fresh = true,
            _ => {}
        }
    }
    // Whoever shows who they are once more is hardly somebody else.
    if page.fresh
        && let Viewer(Some(signed_in)) = Viewer::of(parts)
    {
        let SignedIn { did, handle, .. } = signed_in;
        page.identifier = handle.map_or_else(|| did.to_string(), |handle| handle.to_string());
    }
    page
}
