//! The pages on which owners describe their repositories, decide about them and delete from them, and the forms that
//! these pages send. Strangers get no pages, and their forms are refused.

mod avatar;
mod delete;
mod edit;
mod settings;
mod star;

use std::sync::Arc;

use app::api::error::PageError;
use app::api::repository::owner::{
    DeletePage, DeletionPage, EditPage, Named, OwnerSource, SettingsPage,
};
use app::routes::{RepositoryAddress, RepositoryPage};
use app::t;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use leptos::prelude::provide_context;

use crate::accounts::oauth::{OAuthSessions, Permission};
use crate::clients::hold::HoldUser;
use crate::clients::pds::PdsError;
use crate::handlers::middleware::browser_session::{FreshlySignedIn, SignInNeeded, SignedIn};
use crate::handlers::web::render::RenderPage;
use crate::handlers::web::{person, views};
use crate::registry::RegistryError;
use crate::repositories::{OwnedRepository, OwnerError, Repositories};

/// A form with a picture may have so many bytes.
const MAX_FORM_BYTES: usize = 4 * 1024 * 1024;

/// What the pages and forms need.
#[derive(Clone)]
pub(in crate::handlers::web) struct OwnerState {
    /// What owners do.
    pub(in crate::handlers::web) repositories: Repositories,
    /// What they have allowed.
    pub(in crate::handlers::web) oauth: OAuthSessions,
}

/// The forms, each sent to the path of its page, and the pictures.
pub(in crate::handlers::web) fn routes(state: OwnerState, render: RenderPage) -> Router {
    Router::new()
        .route("/r/{*rest}", post(receive))
        .route("/avatars/r/{*name}", get(avatar::get))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(Extension(render))
        .with_state(state)
}

/// Whoever sent a form.
struct Sender {
    signed_in: SignedIn,
    render: RenderPage,
}

async fn receive(
    State(state): State<OwnerState>,
    Path(rest): Path<String>,
    signed_in: SignedIn,
    fresh: Result<FreshlySignedIn, SignInNeeded>,
    Extension(render): Extension<RenderPage>,
    request: Request,
) -> Response {
    let sender = Sender { signed_in, render };
    match RepositoryAddress::parse(&rest) {
        Some(RepositoryAddress { name, page }) => match page {
            RepositoryPage::Edit => edit::receive(&state, sender, &name, request).await,
            RepositoryPage::Settings => settings::receive(&state, sender, &name, request).await,
            RepositoryPage::Delete => delete::receive(&state, sender, fresh, &name, request).await,
            RepositoryPage::Deletion(id) => {
                delete::receive_continue(&state, sender, &name, &id, request).await
            }
            RepositoryPage::Star => star::receive(&state, sender, &name, request).await,
            _ => sender.show("/not-found", StatusCode::NOT_FOUND, ()).await,
        },
        None => sender.show("/not-found", StatusCode::NOT_FOUND, ()).await,
    }
}

impl Sender {
    /// The page at `address`, as the answer to the form.
    async fn show<T: Clone + Send + Sync + 'static>(
        &self,
        address: &str,
        status: StatusCode,
        outcome: T,
    ) -> Response {
        self.render
            .with_outcome(address, &self.signed_in, status, outcome)
            .await
    }
}

/// The pages of the person who looks.
pub(in crate::handlers::web) struct OwnerPages {
    state: OwnerState,
    signed_in: SignedIn,
    parts: Parts,
}

/// Gives the pages of this request their source.
pub(in crate::handlers::web) fn provide(state: &OwnerState, signed_in: &SignedIn, parts: &Parts) {
    let source: Arc<dyn OwnerSource> = Arc::new(OwnerPages {
        state: state.clone(),
        signed_in: signed_in.clone(),
        parts: parts.clone(),
    });
    provide_context(source);
}

#[async_trait::async_trait]
impl OwnerSource for OwnerPages {
    async fn edit(&self, name: &str) -> Result<EditPage, PageError> {
        edit::page(self, name).await.map_err(page_error)
    }

    async fn settings(&self, name: &str) -> Result<SettingsPage, PageError> {
        settings::page(self, name).await.map_err(page_error)
    }

    async fn delete(&self, name: &str) -> Result<DeletePage, PageError> {
        Box::pin(delete::page(self, name)).await.map_err(page_error)
    }

    async fn deletion(&self, name: &str, id: &str) -> Result<DeletionPage, PageError> {
        delete::deletion_page(self, name, id)
            .await
            .map_err(page_error)
    }
}

impl OwnerState {
    /// How far a deletion is, for whoever owns the repository. For others there is none.
    pub(in crate::handlers::web) async fn deletion_progress(
        &self,
        signed_in: Option<&SignedIn>,
        name: &str,
        id: &str,
    ) -> Result<serde_json::Value, PageError> {
        let signed_in = signed_in.ok_or_else(|| page_error(OwnerError::DeletionUnknown))?;
        delete::load_progress(self, signed_in, name, id)
            .await
            .map_err(page_error)
    }

    /// The repository, for its owner.
    async fn open(&self, signed_in: &SignedIn, name: &str) -> Result<OwnedRepository, OwnerError> {
        let name = views::repository_name(name).map_err(|_| OwnerError::RepositoryUnknown)?;
        self.repositories.open_filled(&user(signed_in), &name).await
    }

    /// As [`Self::open`], also where nothing is left of it.
    async fn open_emptied(
        &self,
        signed_in: &SignedIn,
        name: &str,
    ) -> Result<OwnedRepository, OwnerError> {
        let name = views::repository_name(name).map_err(|_| OwnerError::RepositoryUnknown)?;
        self.repositories.open(&user(signed_in), &name).await
    }

    /// What every page says of the repository.
    async fn named(&self, signed_in: &SignedIn, owned: &OwnedRepository) -> Named {
        let whose = person::owner(&owned.owner());
        let session = &signed_in.browser_session.oauth_session_id;
        let granted = self.oauth.granted_to(session).await.unwrap_or_default();
        Named {
            name: format!("{}/{}", whose.name, owned.name().path()),
            path: owned.name().path().to_string(),
            owner: whose,
            may_write: granted.contains(&Permission::Repositories),
        }
    }
}

fn user(signed_in: &SignedIn) -> HoldUser {
    HoldUser {
        did: signed_in.did.clone(),
        session: Some(signed_in.browser_session.oauth_session_id.clone()),
    }
}

/// Why there is no page. What only operators should know goes to the log.
fn page_error(error: OwnerError) -> PageError {
    match error {
        OwnerError::NotOwner => PageError::Forbidden,
        OwnerError::RepositoryUnknown => PageError::NotFound {
            what: t!("missing-repository").to_owned(),
        },
        OwnerError::DeletionUnknown => PageError::NotFound {
            what: t!("missing-deletion").to_owned(),
        },
        OwnerError::Invalid { reason } => PageError::BadRequest { reason },
        OwnerError::Pds(_) | OwnerError::Session(_) | OwnerError::SessionEnded => {
            PageError::Unreachable {
                what: t!("unreachable-own-server").to_owned(),
            }
        }
        OwnerError::Registry(RegistryError::Hold(_)) => PageError::Unreachable {
            what: t!("unreachable-hold-of-repository").to_owned(),
        },
        OwnerError::Changed | OwnerError::Registry(_) | OwnerError::Database(_) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a page for an owner could not be made"
            );
            PageError::Internal
        }
    }
}

/// What a form that changed nothing says, and with which status.
fn problem(error: &OwnerError) -> (StatusCode, String) {
    let (status, words) = match error {
        OwnerError::NotOwner => (StatusCode::FORBIDDEN, t!("owner-not-theirs")),
        OwnerError::RepositoryUnknown | OwnerError::DeletionUnknown => {
            (StatusCode::NOT_FOUND, t!("owner-not-there"))
        }
        OwnerError::Invalid { reason } => {
            return (StatusCode::UNPROCESSABLE_ENTITY, reason.clone());
        }
        OwnerError::Changed => (StatusCode::CONFLICT, t!("owner-changed")),
        OwnerError::SessionEnded => (StatusCode::FORBIDDEN, t!("owner-allowance-ended")),
        OwnerError::Pds(PdsError::RateLimited { .. }) => {
            (StatusCode::SERVICE_UNAVAILABLE, t!("owner-server-busy"))
        }
        OwnerError::Pds(_) | OwnerError::Session(_) => {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "an owner's server did not take what they saved"
            );
            (StatusCode::BAD_GATEWAY, t!("owner-server-refused"))
        }
        OwnerError::Registry(RegistryError::Hold(_)) => {
            (StatusCode::BAD_GATEWAY, t!("owner-hold-silent"))
        }
        OwnerError::Registry(_) | OwnerError::Database(_) => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a form of an owner failed"
            );
            (StatusCode::INTERNAL_SERVER_ERROR, t!("owner-failed"))
        }
    };
    (status, words.to_owned())
}
