//! The forms about the captaincy: offering it, taking the offer back, accepting it.

use app::{routes, t};
use atproto::syntax::{AtIdentifier, Did};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::{Refusal, Sent};
use crate::handlers::middleware::browser_session::{FreshlySignedIn, SignInNeeded};
use crate::identity::Freshness;

/// `POST /hold/<did>/captaincy`: offers it, takes the offer back, or accepts it.
pub(super) async fn captaincy(
    fresh: Result<FreshlySignedIn, SignInNeeded>,
    sent: Sent,
) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let page = routes::hold_page(&sent.did, "captaincy");
    if sent.form.find("withdraw").is_some() {
        let withdrawn = opened.admin.withdraw_captaincy(&user).await;
        return Ok(sent.answer(withdrawn, &page, "withdrawn", &page).await);
    }
    if let Err(again) = fresh {
        return Ok(again.into_response());
    }
    if sent.form.find("accept").is_some() {
        let accepted = opened.admin.accept_captaincy(&user).await;
        let hold = routes::hold(&sent.did);
        return Ok(sent.answer(accepted, &hold, "accepted", &page).await);
    }
    let member = match confirmed(&sent).await {
        Ok(member) => member,
        Err(refusal) => return Ok(sent.refuse(&page, refusal).await),
    };
    let offered = opened.admin.offer_captaincy(&user, &member).await;
    Ok(sent.answer(offered, &page, "offered", &page).await)
}

/// The member who was chosen, when their name was typed as well.
async fn confirmed(sent: &Sent) -> Result<Did, Refusal> {
    let wrong = |text: &str| Refusal(StatusCode::UNPROCESSABLE_ENTITY, text.to_owned());
    let chosen: Did = sent
        .text("member")
        .parse()
        .map_err(|_| wrong(t!("captaincy-offer-unchosen")))?;
    let typed = sent.text("typed").trim_start_matches('@').to_lowercase();
    let mismatch = || wrong(t!("captaincy-offer-mismatch"));
    let typed: AtIdentifier = typed.parse().map_err(|_| mismatch())?;
    let identities = &sent.pages.state.identities;
    let found = identities.resolve(&typed, Freshness::ForAuth).await;
    match found {
        Ok(found) if found.did == chosen => Ok(chosen),
        _ => Err(mismatch()),
    }
}
