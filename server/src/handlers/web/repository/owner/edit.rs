//! What an owner says of a repository.

use app::api::repository::owner::EditPage;
use app::routes;
use atproto::data::Cid;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use bytes::Bytes;

use super::{OwnerPages, OwnerState, Sender, problem};
use crate::handlers::form::Form;
use crate::handlers::web::markdown;
use crate::repositories::{AvatarChange, OwnedRepository, OwnerError};

/// What became of a form that was not saved.
#[derive(Clone, Default)]
struct Outcome {
    /// What was typed.
    description: String,
    version: String,
    preview: bool,
    conflict: bool,
    problem: Option<String>,
}

pub(super) async fn page(pages: &OwnerPages, name: &str) -> Result<EditPage, OwnerError> {
    let state = &pages.state;
    let owned = state.open(&pages.signed_in, name).await?;
    let draft = state.repositories.load_page(&owned).await?;
    let repository = state.named(&pages.signed_in, &owned).await;
    let version = draft.version.map(|version| version.to_string());
    let avatar = draft
        .avatar
        .map(|blob| routes::repository_avatar(&repository.name, &blob.cid.to_string()));
    let mut page = EditPage {
        repository,
        description: draft.description,
        avatar,
        version: version.unwrap_or_default(),
        preview_html: None,
        conflict: None,
        problem: None,
    };
    if let Some(outcome) = pages.parts.extensions.get::<Outcome>() {
        let typed = outcome.description.clone();
        page.preview_html = outcome.preview.then(|| markdown::to_safe_html(&typed));
        let theirs = std::mem::replace(&mut page.description, typed);
        if outcome.conflict {
            // Saving again replaces what is there now, which they have seen.
            page.conflict = Some(theirs);
        } else {
            page.version.clone_from(&outcome.version);
        }
        page.problem.clone_from(&outcome.problem);
    }
    Ok(page)
}

/// `POST /r/<name>/-/edit`: shows a preview, or saves.
pub(super) async fn receive(
    state: &OwnerState,
    sender: Sender,
    name: &str,
    request: Request,
) -> Response {
    let read = Form::read_upload_of(&sender.signed_in, request, "avatar").await;
    let (form, picture) = match read {
        Ok(read) => read,
        Err(error) => return error.into_response(),
    };
    let typed = Outcome {
        // Browsers send lines as mail does.
        description: form
            .find("description")
            .unwrap_or_default()
            .replace("\r\n", "\n"),
        version: form.find("version").unwrap_or_default().to_owned(),
        preview: form.find("preview").is_some(),
        ..Outcome::default()
    };
    let address = routes::edit(name);
    let owned = match state.open(&sender.signed_in, name).await {
        Ok(owned) => owned,
        Err(error) => return sender.show(&address, problem(&error).0, ()).await,
    };
    if typed.preview {
        return sender.show(&address, StatusCode::OK, typed).await;
    }
    match save(state, &owned, &form, &typed, picture).await {
        Ok(()) => Redirect::to(&routes::repository(name)).into_response(),
        Err(error) => {
            let (status, words) = problem(&error);
            let is_conflict = matches!(error, OwnerError::Changed);
            let outcome = Outcome {
                conflict: is_conflict,
                problem: (!is_conflict).then_some(words),
                ..typed
            };
            sender.show(&address, status, outcome).await
        }
    }
}

async fn save(
    state: &OwnerState,
    owned: &OwnedRepository,
    form: &Form,
    typed: &Outcome,
    picture: Option<Bytes>,
) -> Result<(), OwnerError> {
    let version = parse_version(&typed.version)?;
    let avatar = match picture {
        Some(bytes) => AvatarChange::Replace(bytes),
        None if form.find("remove_avatar").is_some() => AvatarChange::Remove,
        None => AvatarChange::Keep,
    };
    state
        .repositories
        .save_page(owned, &typed.description, avatar, version)
        .await
}

/// The version of a record that a form was made from; nothing: there was none.
pub(super) fn parse_version(text: &str) -> Result<Option<Cid>, OwnerError> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| OwnerError::Changed),
    }
}
