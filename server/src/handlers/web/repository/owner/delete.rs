//! Deleting: what it would do, doing it, and how it goes.

use app::api::repository::owner::{
    DeletePage, DeleteWhat, DeletionPage, DeletionStep, KeptBecause as ShownBecause, PlannedTag,
    StepKind as ShownKind,
};
use app::{routes, t};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::settings::card;
use super::{OwnerPages, OwnerState, Sender, problem};
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::{FreshlySignedIn, SignInNeeded, SignedIn};
use crate::repositories::{Deletion, KeptBecause, OwnerError, Progress, StepKind, StepState, What};

/// Tags that one form may choose.
const MAX_CHOSEN: usize = 1000;
/// Tags that are named where others lead to a manifest.
const NAMED_TAGS: usize = 3;

/// Why a form deleted nothing.
#[derive(Clone)]
struct Refused(String);

pub(super) async fn page(pages: &OwnerPages, name: &str) -> Result<DeletePage, OwnerError> {
    let state = &pages.state;
    let owned = state.open(&pages.signed_in, name).await?;
    let query = pages.parts.uri.query().unwrap_or_default();
    let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let asked = what(&fields);
    let plan = state
        .repositories
        .plan_deletion(&owned, &domain(&asked))
        .await?;
    let fingerprint = plan.fingerprint();
    Ok(DeletePage {
        repository: state.named(&pages.signed_in, &owned).await,
        what: asked,
        tags: plan
            .tags
            .into_iter()
            .map(|planned| PlannedTag {
                tag: planned.tag.to_string(),
                digest: planned.digest.to_string(),
                is_attached: planned.is_attached,
            })
            .collect(),
        manifests: plan.manifests.iter().map(ToString::to_string).collect(),
        kept: plan
            .kept
            .into_iter()
            .map(|kept| (kept.digest.to_string(), why(&kept.because)))
            .collect(),
        immutable: plan
            .immutable
            .into_iter()
            .map(|(tag, pattern)| (tag.to_string(), pattern))
            .collect(),
        quota: plan.freed.map(|freed| freed.quota),
        space: plan.freed.map(|freed| freed.space),
        fingerprint,
        is_fresh: pages.signed_in.is_fresh,
        problem: pages
            .parts
            .extensions
            .get::<Refused>()
            .map(|refused| refused.0.clone()),
    })
}

/// `POST /r/<name>/-/delete`: does what was shown.
pub(super) async fn receive(
    state: &OwnerState,
    sender: Sender,
    fresh: Result<FreshlySignedIn, SignInNeeded>,
    name: &str,
    request: Request,
) -> Response {
    let form = match Form::read_of(&sender.signed_in, request.into_body()).await {
        Ok(form) => form,
        Err(error) => return error.into_response(),
    };
    let fields: Vec<(String, String)> = ["tag", "matching", "rules", "everything"]
        .into_iter()
        .flat_map(|field| form.all(field).map(move |value| (field, value)))
        .map(|(field, value)| (field.to_owned(), value.to_owned()))
        .collect();
    let asked = what(&fields);
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&fields)
        .finish();
    let address = format!("{}?{query}", routes::delete(name));
    let owned = match state.open(&sender.signed_in, name).await {
        Ok(owned) => owned,
        Err(error) => return sender.show(&address, problem(&error).0, ()).await,
    };
    let refused = if asked == DeleteWhat::Everything {
        if let Err(sign_in_again) = fresh {
            return sign_in_again.into_response();
        }
        let path = owned.name().path().as_str();
        let is_typed = form.find("typed").map(str::trim) == Some(path);
        (!is_typed).then(|| OwnerError::Invalid {
            reason: t!("delete-not-typed", path = path.to_owned()),
        })
    } else {
        None
    };
    let fingerprint = form.find("fingerprint").unwrap_or_default();
    let begun = if let Some(refused) = refused {
        Err(refused)
    } else {
        let repositories = &state.repositories;
        Box::pin(repositories.delete(&owned, &domain(&asked), fingerprint)).await
    };
    match begun {
        Ok(id) => Redirect::to(&routes::deletion(name, &id)).into_response(),
        Err(error) => {
            let (status, words) = problem(&error);
            sender.show(&address, status, Refused(words)).await
        }
    }
}

/// `POST /r/<name>/-/deletions/<id>`: goes on with what is left.
pub(super) async fn receive_continue(
    state: &OwnerState,
    sender: Sender,
    name: &str,
    id: &str,
    request: Request,
) -> Response {
    if let Err(error) = Form::read_of(&sender.signed_in, request.into_body()).await {
        return error.into_response();
    }
    let address = routes::deletion(name, id);
    let continued = match state.open_emptied(&sender.signed_in, name).await {
        Ok(owned) => state.repositories.continue_deletion(&owned, id).await,
        Err(error) => Err(error),
    };
    match continued {
        Ok(()) => Redirect::to(&address).into_response(),
        Err(error) => sender.show(&address, problem(&error).0, ()).await,
    }
}

pub(super) async fn deletion_page(
    pages: &OwnerPages,
    name: &str,
    id: &str,
) -> Result<DeletionPage, OwnerError> {
    let state = &pages.state;
    let owned = state.open_emptied(&pages.signed_in, name).await?;
    let (deletion, steps) = state.repositories.find_deletion(&owned, id).await?;
    let now = state.repositories.now_millis();
    Ok(DeletionPage {
        repository: state.named(&pages.signed_in, &owned).await,
        state: progress(&deletion).to_string(),
        deletion: card(deletion, now),
        steps: steps
            .into_iter()
            .map(|step| DeletionStep {
                kind: match step.kind {
                    StepKind::Tag => ShownKind::Tag,
                    StepKind::Manifest => ShownKind::Manifest,
                    StepKind::Record => ShownKind::Record,
                },
                name: step.name,
                is_done: step.state == StepState::Done,
                failure: match step.state {
                    StepState::Failed { reason } => Some(reason),
                    StepState::Waiting | StepState::Done => None,
                },
            })
            .collect(),
    })
}

/// `GET /api/v1/r/<name>/-/deletions/<id>`: how far it is, for its owner.
pub(super) async fn load_progress(
    state: &OwnerState,
    signed_in: &SignedIn,
    name: &str,
    id: &str,
) -> Result<Value, OwnerError> {
    let owned = state.open_emptied(signed_in, name).await?;
    let (deletion, _) = state.repositories.find_deletion(&owned, id).await?;
    Ok(progress(&deletion))
}

/// What the page compares, and programs read.
fn progress(deletion: &Deletion) -> Value {
    let of = |(done, all): (u64, u64)| json!({ "done": done, "all": all });
    let (state, is_final) = match deletion.progress {
        Progress::Running => ("running", false),
        Progress::Done => ("done", true),
        Progress::Stopped => ("stopped", true),
    };
    json!({
        "cause": deletion.cause.as_str(),
        "state": state,
        "problem": deletion.problem,
        "steps": of(deletion.steps),
        "tags": of(deletion.tags),
        "manifests": of(deletion.manifests),
        "freed": deletion.freed,
        "isFinal": is_final,
    })
}

/// What an address or a form asks for.
fn what(fields: &[(String, String)]) -> DeleteWhat {
    let find = |name: &str| {
        fields
            .iter()
            .find(|(field, value)| field == name && !value.is_empty())
            .map(|(_, value)| value.clone())
    };
    if find("everything").is_some() {
        DeleteWhat::Everything
    } else if find("rules").is_some() {
        DeleteWhat::Rules
    } else if let Some(filter) = find("matching") {
        DeleteWhat::Matching(filter)
    } else {
        let tags = fields.iter().filter(|(field, _)| field == "tag");
        let tags = tags.map(|(_, value)| value.clone());
        DeleteWhat::Tags(tags.take(MAX_CHOSEN).collect())
    }
}

fn domain(what: &DeleteWhat) -> What {
    match what {
        DeleteWhat::Tags(tags) => {
            What::Tags(tags.iter().filter_map(|tag| tag.parse().ok()).collect())
        }
        DeleteWhat::Matching(filter) => What::Matching(filter.clone()),
        DeleteWhat::Rules => What::Rules,
        DeleteWhat::Everything => What::Everything,
    }
}

fn why(because: &KeptBecause) -> ShownBecause {
    match because {
        KeptBecause::Tagged(tags) => ShownBecause::Tagged {
            tags: tags
                .iter()
                .take(NAMED_TAGS)
                .map(ToString::to_string)
                .collect(),
            more: tags.len().saturating_sub(NAMED_TAGS),
        },
        KeptBecause::PartOf(index) => ShownBecause::PartOf(short(index)),
        KeptBecause::SpeaksAbout(subject) => ShownBecause::SpeaksAbout(short(subject)),
        KeptBecause::Unknown => ShownBecause::Unknown,
    }
}

fn short(digest: &oci::Digest) -> String {
    format!("{}:{}…", digest.algorithm().as_str(), &digest.hex()[..12])
}
