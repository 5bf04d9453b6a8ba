//! From the catalogue's words to those of pages.

use app::api::error::PageError;
use app::api::moment::{self, Moment};
use app::t;
use atproto::syntax::Did;
use chrono::{DateTime, SecondsFormat};
use oci::{Reference, RepositoryName};

use crate::catalog::CatalogError;

/// A time in unix milliseconds, seen from `now`.
pub(super) fn moment(millis: i64, now: i64) -> Moment {
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    Moment {
        exact: time.to_rfc3339_opts(SecondsFormat::Secs, true),
        relative: moment::relative(millis, now),
    }
}

/// The name in an address: an image name, or one whose owner is a raw DID.
pub(super) fn repository_name(text: &str) -> Result<RepositoryName, PageError> {
    let spelled = match text.split_once('/') {
        Some((owner, path)) if owner.starts_with("did:") => owner
            .parse::<Did>()
            .ok()
            .and_then(|did| did.to_oci_component())
            .map(|component| format!("{component}/{path}")),
        _ => Some(text.to_owned()),
    };
    spelled
        .and_then(|name| name.parse().ok())
        .ok_or_else(|| PageError::NotFound {
            what: t!("missing-repository-name").to_owned(),
        })
}

/// The tag or digest in an address.
pub(super) fn reference(text: &str) -> Result<Reference, PageError> {
    text.parse().map_err(|_| PageError::NotFound {
        what: t!("missing-reference").to_owned(),
    })
}

/// Why there is nothing to show, for whoever asked. What only operators should know goes to the log.
pub(super) fn page_error(error: CatalogError) -> PageError {
    match error {
        CatalogError::PersonUnknown { .. } => PageError::NotFound {
            what: t!("missing-account").to_owned(),
        },
        CatalogError::RepositoryUnknown => PageError::NotFound {
            what: t!("missing-repository").to_owned(),
        },
        CatalogError::ManifestUnknown { reference } => PageError::NotFound {
            what: t!("missing-manifest", reference = reference),
        },
        CatalogError::FileUnknown => PageError::NotFound {
            what: t!("missing-file").to_owned(),
        },
        CatalogError::Unreachable { what } => PageError::Unreachable { what },
        CatalogError::Database(_) | CatalogError::Registry(_) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a page could not be made"
            );
            PageError::Internal
        }
    }
}
