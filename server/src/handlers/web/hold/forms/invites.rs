//! The forms about invites: making one, taking one back, following one.

use app::{routes, t};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use super::super::Outcome;
use super::{Refusal, Sent, ours, refusal};
use crate::accounts::hold_invites::{InviteError, NewInvite};
use crate::clients::hold::HoldError;
use crate::clients::hold_admin::HoldAdminError;
use crate::handlers::web::sentence;

/// `POST /hold/<did>/crew`: makes an invite, or takes one back.
pub(super) async fn invites(sent: Sent) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let page = routes::hold_page(&sent.did, "crew");
    if !opened.standing.may_administer() {
        // The page itself says whom it is for.
        return Ok(sent
            .show(&page, StatusCode::FORBIDDEN, Outcome::default())
            .await);
    }
    let hold = opened.admin.did();
    let invites = &sent.pages.state.invites;
    if let Some(id) = sent.form.find("revoke_invite") {
        return Ok(match invites.revoke(hold, id).await {
            // One that ended meanwhile is taken back all the same.
            Ok(_) => sent.done(&page, "revoked").await,
            Err(error) => sent.refuse(&page, invite_refusal(&error)).await,
        });
    }
    let number = |name| sent.text(name).parse::<u16>().unwrap_or_default();
    let new = NewInvite {
        note: sent.text("note").to_owned(),
        tier: sent.tier(),
        uses: number("uses"),
        lifetime: TimeDelta::days(number("days").into()),
    };
    Ok(match invites.create(hold, &user.did, new).await {
        Ok(secret) => {
            let outcome = Outcome {
                invite_link: Some(link(&sent, &secret)),
                ..Outcome::default()
            };
            sent.show(&page, StatusCode::CREATED, outcome).await
        }
        Err(error) => sent.refuse(&page, invite_refusal(&error)).await,
    })
}

fn link(sent: &Sent, secret: &SecretString) -> String {
    let path = routes::with_query(
        &routes::hold_page(&sent.did, "join"),
        &[("invite", secret.expose_secret())],
    );
    format!("{}{path}", sent.pages.state.public_url)
}

/// `POST /hold/<did>/join`: follows an invite.
pub(super) async fn join_by_invite(sent: Sent) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let secret: SecretString = sent.text("invite").to_owned().into();
    let page = routes::with_query(
        &routes::hold_page(&sent.did, "join"),
        &[("invite", secret.expose_secret())],
    );
    let invites = &sent.pages.state.invites;
    Ok(
        match invites.accept(opened.admin.did(), &secret, &user.did).await {
            Ok(()) => sent.done(&routes::hold(&sent.did), "joined").await,
            // Neither hold nor link is wrong, but whoever made it has no right or no session any more.
            Err(InviteError::Hold(HoldAdminError::Hold(
                HoldError::Denied { .. } | HoldError::NotVouched { .. },
            ))) => {
                let problem = t!("crew-form-invite-void");
                sent.refuse(&page, Refusal(StatusCode::FORBIDDEN, problem.to_owned()))
                    .await
            }
            Err(error) => sent.refuse(&page, invite_refusal(&error)).await,
        },
    )
}

fn invite_refusal(error: &InviteError) -> Refusal {
    match error {
        InviteError::Hold(error) => refusal(error),
        InviteError::Ended => Refusal(StatusCode::GONE, sentence(&error.to_string())),
        InviteError::OutOfBounds | InviteError::TooMany => Refusal(
            StatusCode::UNPROCESSABLE_ENTITY,
            sentence(&error.to_string()),
        ),
        InviteError::NoRandomness | InviteError::Database(_) => ours(error),
    }
}
