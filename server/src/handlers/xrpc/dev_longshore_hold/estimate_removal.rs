//! `dev.longshore.hold.estimateRemoval`: what removing manifests of a repository would free.

use atproto::syntax::Did;
use axum::response::Response;
use oci::{Digest, RepositoryPath};

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let owner: Did = call.required("owner")?;
    let repository: RepositoryPath = call.required("repository")?;
    let manifests: Vec<Digest> = call.several("manifest")?;
    let removal = call
        .hold()
        .removal_of(&caller, &owner, &repository, &manifests)
        .await?;
    Ok(answer::json(removal))
}
