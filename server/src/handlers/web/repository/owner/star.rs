//! Giving and taking a star.

use app::routes;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::{OwnerState, Sender, problem, user};
use crate::handlers::form::Form;
use crate::handlers::web::views;
use crate::repositories::OwnerError;

/// `POST /r/<name>/-/star`.
pub(super) async fn receive(
    state: &OwnerState,
    sender: Sender,
    name: &str,
    request: Request,
) -> Response {
    let form = match Form::read_of(&sender.signed_in, request.into_body()).await {
        Ok(form) => form,
        Err(error) => return error.into_response(),
    };
    let starred = form.find("starred") == Some("yes");
    let set = match views::repository_name(name) {
        Ok(parsed) => {
            let repositories = &state.repositories;
            repositories
                .set_star(&user(&sender.signed_in), &parsed, starred)
                .await
        }
        Err(_) => Err(OwnerError::RepositoryUnknown),
    };
    let address = routes::repository(name);
    match set {
        Ok(()) => Redirect::to(&address).into_response(),
        Err(error) => {
            let (status, words) = problem(&error);
            tracing::info!(reason = words, "a star was not set");
            sender.show(&address, status, ()).await
        }
    }
}
