//! Routes: which path and method is which operation.

use super::query::{Query, parse_digest};
use super::{Operation, RouteError, path};
use crate::{RepositoryName, UploadId};

/// A path that the API has, not yet checked beyond its shape.
enum Route<'p> {
    Version,
    Catalog,
    Blob {
        name: &'p [String],
        digest: &'p str,
    },
    Uploads {
        name: &'p [String],
    },
    Upload {
        name: &'p [String],
        id: &'p str,
    },
    Manifest {
        name: &'p [String],
        reference: &'p str,
    },
    Tags {
        name: &'p [String],
    },
    Referrers {
        name: &'p [String],
        digest: &'p str,
    },
}

pub(super) fn parse(method: &str, path: &str, query: &str) -> Result<Operation, RouteError> {
    let segments = path::decode_segments(path)?;
    let Some(("v2", below)) = segments
        .split_first()
        .map(|(first, below)| (first.as_str(), below))
    else {
        return Err(RouteError::NotFound);
    };
    let route = find_route(below).ok_or(RouteError::NotFound)?;
    let query = Query::parse(query);
    match route {
        Route::Version => match method {
            "GET" | "HEAD" => Ok(Operation::CheckVersion),
            _ => not_allowed("GET, HEAD"),
        },
        Route::Catalog => match method {
            "GET" | "HEAD" => Ok(Operation::ListCatalog {
                page: query.page()?,
            }),
            _ => not_allowed("GET, HEAD"),
        },
        Route::Blob { name, digest } => blob(method, name, digest),
        Route::Uploads { name } => match method {
            "POST" => Ok(Operation::StartUpload {
                name: parse_name(name)?,
                digest: query.digest()?,
                mount: query.mount()?,
            }),
            _ => not_allowed("POST"),
        },
        Route::Upload { name, id } => upload(method, name, id, &query),
        Route::Manifest { name, reference } => manifest(method, name, reference, &query),
        Route::Tags { name } => match method {
            "GET" | "HEAD" => Ok(Operation::ListTags {
                name: parse_name(name)?,
                page: query.page()?,
            }),
            _ => not_allowed("GET, HEAD"),
        },
        Route::Referrers { name, digest } => match method {
            "GET" | "HEAD" => Ok(Operation::ListReferrers {
                name: parse_name(name)?,
                digest: parse_digest(digest)?,
                artifact_type: query.artifact_type()?,
                page: query.page()?,
            }),
            _ => not_allowed("GET, HEAD"),
        },
    }
}

/// Looks from the right, because a repository may be called `blobs`, `manifests` or `uploads`
/// itself.
fn find_route(below: &[String]) -> Option<Route<'_>> {
    let (last, before) = match below {
        [] => return Some(Route::Version),
        [only] if only.is_empty() => return Some(Route::Version),
        [only] if only == "_catalog" => return Some(Route::Catalog),
        [before @ .., last] => (last.as_str(), before),
    };
    let (collection, name) = before.split_last()?;
    match (collection.as_str(), last) {
        // With and without the slash at the end: the specification has it, some clients leave it
        // out.
        ("blobs", "uploads") => Some(Route::Uploads { name }),
        ("blobs", digest) => Some(Route::Blob { name, digest }),
        ("manifests", reference) => Some(Route::Manifest { name, reference }),
        ("referrers", digest) => Some(Route::Referrers { name, digest }),
        ("tags", "list") => Some(Route::Tags { name }),
        ("uploads", id) => match name.split_last() {
            Some((parent, name)) if parent == "blobs" && id.is_empty() => {
                Some(Route::Uploads { name })
            }
            Some((parent, name)) if parent == "blobs" => Some(Route::Upload { name, id }),
            _ => None,
        },
        _ => None,
    }
}

fn blob(method: &str, name: &[String], digest: &str) -> Result<Operation, RouteError> {
    let operation = match method {
        "GET" => |name, digest| Operation::ReadBlob { name, digest },
        "HEAD" => |name, digest| Operation::StatBlob { name, digest },
        "DELETE" => |name, digest| Operation::DeleteBlob { name, digest },
        _ => return not_allowed("GET, HEAD, DELETE"),
    };
    Ok(operation(parse_name(name)?, parse_digest(digest)?))
}

fn upload(method: &str, name: &[String], id: &str, query: &Query) -> Result<Operation, RouteError> {
    if !matches!(method, "GET" | "HEAD" | "PATCH" | "PUT" | "DELETE") {
        return not_allowed("GET, HEAD, PATCH, PUT, DELETE");
    }
    let name = parse_name(name)?;
    let id: UploadId = id.parse()?;
    Ok(match method {
        "PATCH" => Operation::AppendUpload { name, id },
        "PUT" => {
            let digest = query.digest()?.ok_or(RouteError::DigestMissing)?;
            Operation::CompleteUpload { name, id, digest }
        }
        "DELETE" => Operation::CancelUpload { name, id },
        _ => Operation::UploadStatus { name, id },
    })
}

fn manifest(
    method: &str,
    name: &[String],
    reference: &str,
    query: &Query,
) -> Result<Operation, RouteError> {
    if !matches!(method, "GET" | "HEAD" | "PUT" | "DELETE") {
        return not_allowed("GET, HEAD, PUT, DELETE");
    }
    let name = parse_name(name)?;
    let reference = reference
        .parse()
        .map_err(|error| RouteError::from_reference(error, reference))?;
    Ok(match method {
        "PUT" => Operation::PutManifest {
            name,
            reference,
            tags: query.tags()?,
        },
        "DELETE" => Operation::DeleteManifest { name, reference },
        "HEAD" => Operation::StatManifest { name, reference },
        _ => Operation::ReadManifest { name, reference },
    })
}

fn parse_name(segments: &[String]) -> Result<RepositoryName, RouteError> {
    Ok(segments.join("/").parse()?)
}

fn not_allowed(allow: &'static str) -> Result<Operation, RouteError> {
    Err(RouteError::MethodNotAllowed { allow })
}
