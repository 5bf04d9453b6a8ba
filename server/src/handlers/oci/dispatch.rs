//! From a request to the operation it means, with the right it needs.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, HeaderName};
use http::{HeaderValue, Method, StatusCode};
use oci::{ErrorCode, Operation, OperationKind};

use crate::handlers::middleware::access_log::OperationLabel;
use crate::handlers::token::TOKEN_PATH;
use crate::registry::permissions::Caller;

use super::authenticate::{authenticate, challenge};
use super::{OciError, OciState, blobs, catalog, manifests, referrers, tags, uploads};

/// What old clients look for to tell a registry from a web site.
const API_VERSION: (HeaderName, HeaderValue) = (
    HeaderName::from_static("docker-distribution-api-version"),
    HeaderValue::from_static("registry/2.0"),
);

/// Answers any request below `/v2`.
pub async fn dispatch(State(state): State<OciState>, request: Request) -> Response {
    let is_head = request.method() == Method::HEAD;
    let (label, mut response) = answer(&state, request).await;
    let (name, value) = API_VERSION;
    response.headers_mut().insert(name, value);
    if is_head && response.status().is_client_error() {
        // RFC 9110: no body, but the length it would have had is not known to be worth telling.
        *response.body_mut() = Body::empty();
    }
    response.extensions_mut().insert(OperationLabel(label));
    response
}

async fn answer(state: &OciState, request: Request) -> (&'static str, Response) {
    let uri = request.uri();
    let operation = match Operation::parse(request.method().as_str(), uri.path(), uri.query()) {
        Ok(operation) => operation,
        Err(error) => return ("unknown", OciError::from(error).into_response()),
    };
    let label = operation.label();
    let scopes = operation.scopes();
    let had_token = request.headers().contains_key(AUTHORIZATION);
    let response = match Box::pin(perform(state, operation, request)).await {
        Ok(response) => response,
        Err(error) if error.wants_challenge => error
            .with_page(public_url(state))
            .with_challenge(&challenge(state, &scopes, had_token))
            .into_response(),
        Err(error) => error.with_page(public_url(state)).into_response(),
    };
    (label, response)
}

/// Where people find this server: where clients find tokens, without the path of those.
fn public_url(state: &OciState) -> &str {
    let realm: &str = &state.token_realm;
    realm.strip_suffix(TOKEN_PATH).unwrap_or(realm)
}

async fn perform(
    state: &OciState,
    operation: Operation,
    request: Request,
) -> Result<Response, OciError> {
    let caller = authenticate(state, request.headers()).await?;
    match operation.kind() {
        OperationKind::CheckVersion => check_version(&caller),
        OperationKind::ListCatalog => catalog::list(state, caller, operation).await,
        OperationKind::ReadBlob
        | OperationKind::StatBlob
        | OperationKind::ReadManifest
        | OperationKind::StatManifest
        | OperationKind::ListTags
        | OperationKind::ListReferrers => Box::pin(pull(state, caller, operation, request)).await,
        OperationKind::StartUpload
        | OperationKind::UploadStatus
        | OperationKind::AppendUpload
        | OperationKind::CompleteUpload
        | OperationKind::CancelUpload
        | OperationKind::PutManifest => Box::pin(push(state, caller, operation, request)).await,
        OperationKind::DeleteBlob | OperationKind::DeleteManifest => {
            Box::pin(delete(state, caller, operation)).await
        }
    }
}

/// end-1. Whoever has no token is told where to get one: that is how clients find the token endpoint.
fn check_version(caller: &Caller) -> Result<Response, OciError> {
    if caller.grants.is_none() {
        return Err(OciError::unauthorized(
            "get a token to use this registry; public images need no account",
        ));
    }
    Ok((StatusCode::OK, axum::Json(serde_json::json!({}))).into_response())
}

async fn pull(
    state: &OciState,
    caller: Caller,
    operation: Operation,
    request: Request,
) -> Result<Response, OciError> {
    let registry = &state.registry;
    match operation {
        Operation::ReadBlob { name, digest } => {
            blobs::read(
                registry,
                &registry.pull_access(caller, name).await?,
                &digest,
                request.headers(),
            )
            .await
        }
        Operation::StatBlob { name, digest } => {
            blobs::stat(
                registry,
                &registry.pull_access(caller, name).await?,
                &digest,
            )
            .await
        }
        Operation::ReadManifest { name, reference }
        | Operation::StatManifest { name, reference } => {
            let access = registry.pull_access(caller, name).await?;
            manifests::read(
                registry,
                &access,
                &reference,
                request.headers(),
                request.method(),
            )
            .await
        }
        Operation::ListTags { name, page } => {
            tags::list(registry, &registry.pull_access(caller, name).await?, &page).await
        }
        Operation::ListReferrers {
            name,
            digest,
            artifact_type,
            page,
        } => {
            let access = registry.pull_access(caller, name).await?;
            referrers::list(registry, &access, &digest, artifact_type.as_deref(), &page).await
        }
        _ => Err(unexpected()),
    }
}

async fn push(
    state: &OciState,
    caller: Caller,
    operation: Operation,
    request: Request,
) -> Result<Response, OciError> {
    let registry = &state.registry;
    match operation {
        Operation::StartUpload {
            name,
            digest,
            mount,
        } => {
            let access = registry.push_access(caller, name).await?;
            uploads::start(registry, &access, digest, mount, request).await
        }
        Operation::UploadStatus { name, id } => {
            uploads::status(registry, &registry.push_access(caller, name).await?, &id).await
        }
        Operation::AppendUpload { name, id } => {
            uploads::append(
                registry,
                &registry.push_access(caller, name).await?,
                &id,
                request,
            )
            .await
        }
        Operation::CompleteUpload { name, id, digest } => {
            let access = registry.push_access(caller, name).await?;
            uploads::complete(registry, &access, &id, &digest, request).await
        }
        Operation::CancelUpload { name, id } => {
            uploads::cancel(registry, &registry.push_access(caller, name).await?, &id).await
        }
        Operation::PutManifest {
            name,
            reference,
            tags,
        } => {
            let access = registry.push_access(caller, name).await?;
            Box::pin(manifests::put(registry, &access, &reference, tags, request)).await
        }
        _ => Err(unexpected()),
    }
}

async fn delete(
    state: &OciState,
    caller: Caller,
    operation: Operation,
) -> Result<Response, OciError> {
    let registry = &state.registry;
    match operation {
        Operation::DeleteBlob { name, digest } => {
            registry
                .delete_blob(&registry.delete_access(caller, name).await?, &digest)
                .await?;
        }
        Operation::DeleteManifest { name, reference } => {
            let access = registry.delete_access(caller, name).await?;
            registry.delete_manifest(&access, &reference).await?;
        }
        _ => return Err(unexpected()),
    }
    Ok(StatusCode::ACCEPTED.into_response())
}

/// The groups in `perform` and the matches below it are the same; this is for the compiler.
fn unexpected() -> OciError {
    OciError::new(ErrorCode::Unsupported, "this operation is not supported")
}
