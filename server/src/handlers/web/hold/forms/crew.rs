//! The forms about members of a crew: adding, changing, removing.

use app::{routes, t};
use atproto::syntax::Did;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::super::{Outcome, read_did};
use super::{Refusal, Sent};
use crate::clients::hold::HoldError;
use crate::handlers::form::Form;
use crate::hold::{BLOB_READ, BLOB_WRITE, CREW_ADMIN, CrewChange, TierChange};

/// `POST /hold/<did>/crew/add`: adds somebody who was looked at before.
pub(super) async fn add(sent: Sent) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let crew = routes::hold_page(&sent.did, "crew");
    let again = routes::with_query(
        &routes::hold_page(&sent.did, "crew/add"),
        &[("who", sent.text("member"))],
    );
    let Ok(member) = sent.text("member").parse::<Did>() else {
        let problem = t!("crew-form-nobody").to_owned();
        return Ok(sent
            .refuse(&again, Refusal(StatusCode::UNPROCESSABLE_ENTITY, problem))
            .await);
    };
    if !opened.standing.may_administer() {
        // The page itself says whom it is for.
        let outcome = Outcome::default();
        return Ok(sent.show(&crew, StatusCode::FORBIDDEN, outcome).await);
    }
    let found = opened.admin.find_crew_member(&member).await;
    if found.is_ok_and(|found| found.is_some()) {
        // A second tab, or somebody else, was faster; what they decided stays.
        return Ok(Redirect::to(&routes::hold_member(&sent.did, member.as_str())).into_response());
    }
    let change = CrewChange {
        role: None,
        permissions: Some(permissions(&sent.form)),
        tier: sent.tier().map_or(TierChange::Keep, TierChange::Named),
    };
    let added = opened.admin.set_crew_member(&user, &member, change).await;
    Ok(sent.answer(added, &crew, "added", &again).await)
}

/// `POST /hold/<did>/crew/<member>`: changes what somebody may do, and their tier.
pub(super) async fn change(
    Path((_, member)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let page = routes::hold_member(&sent.did, &member);
    let Ok(member) = read_did(&member) else {
        return Ok(sent
            .show(&page, StatusCode::NOT_FOUND, Outcome::default())
            .await);
    };
    let page = routes::hold_member(&sent.did, member.as_str());
    let role = sent.text("role").to_owned();
    let known = opened.admin.find_crew_member(&member).await;
    let mut granted = permissions(&sent.form);
    if let Ok(Some(known)) = &known {
        // Words that this page does not know stay as they are.
        let foreign = known.permissions.iter().filter(|word| !is_ours(word));
        granted.extend(foreign.cloned());
    }
    let change = CrewChange {
        role: Some(role).filter(|role| !role.is_empty()),
        permissions: Some(granted),
        tier: sent.tier().map_or(TierChange::Default, TierChange::Named),
    };
    let changed = match known {
        Ok(Some(_)) => opened.admin.set_crew_member(&user, &member, change).await,
        Ok(None) => Err(HoldError::NotFound {
            what: t!("crew-form-not-member", member = member.to_string()),
        }
        .into()),
        Err(error) => Err(error),
    };
    Ok(sent.answer(changed, &page, "changed", &page).await)
}

/// `POST /hold/<did>/crew/<member>/remove`.
pub(super) async fn remove(
    Path((_, member)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let again = routes::hold_member_removal(&sent.did, &member);
    let Ok(member) = read_did(&member) else {
        return Ok(sent
            .show(&again, StatusCode::NOT_FOUND, Outcome::default())
            .await);
    };
    let again = routes::hold_member_removal(&sent.did, member.as_str());
    let crew = routes::hold_page(&sent.did, "crew");
    let removed = opened.admin.remove_crew_member(&user, &member).await;
    Ok(sent.answer(removed, &crew, "removed", &again).await)
}

/// The permissions that were ticked, of those that there are.
fn permissions(form: &Form) -> Vec<String> {
    [BLOB_READ, BLOB_WRITE, CREW_ADMIN]
        .into_iter()
        .filter(|word| form.all("permission").any(|ticked| ticked == *word))
        .map(str::to_owned)
        .collect()
}

fn is_ours(word: &str) -> bool {
    [BLOB_READ, BLOB_WRITE, CREW_ADMIN].contains(&word)
}
