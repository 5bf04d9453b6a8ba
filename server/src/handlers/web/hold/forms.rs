//! The forms of the pages of holds. Each is sent to the path of its page, and leads back to one.
//!
//! What is asked for is tried as whoever sent the form; the hold says whether they may.

use app::routes;
use atproto::syntax::{AtIdentifier, Did};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Router};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use super::{HoldPages, HoldState, Opened, Outcome, read_did, settings};
use crate::accounts::hold_invites::{InviteError, NewInvite};
use crate::clients::hold::{HoldError, HoldUser};
use crate::clients::hold_admin::HoldAdminError;
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::{FreshlySignedIn, SignInNeeded, SignedIn};
use crate::handlers::web::render::RenderPage;
use crate::handlers::web::sentence;
use crate::hold::{BLOB_READ, BLOB_WRITE, CREW_ADMIN, CrewChange, TierChange};
use crate::identity::Freshness;

/// The forms.
pub(in crate::handlers::web) fn routes(state: HoldState, render: RenderPage) -> Router {
    Router::new()
        .route("/hold/{did}", post(join_openly))
        .route("/hold/{did}/crew", post(invites))
        .route("/hold/{did}/crew/add", post(add))
        .route("/hold/{did}/crew/{member}", post(change))
        .route("/hold/{did}/crew/{member}/remove", post(remove))
        .route("/hold/{did}/settings", post(save_settings))
        .route("/hold/{did}/captaincy", post(captaincy))
        .route("/hold/{did}/join", post(join_by_invite))
        .layer(Extension(render))
        .with_state(state)
}

/// A form that somebody sent about a hold.
pub(super) struct Sent {
    pages: HoldPages,
    render: RenderPage,
    signed_in: SignedIn,
    pub(super) did: String,
    pub(super) form: Form,
}

/// Why a form did nothing: the status of the answer, and a sentence.
struct Refusal(StatusCode, String);

impl Sent {
    pub(super) async fn read(
        state: HoldState,
        render: RenderPage,
        signed_in: SignedIn,
        did: String,
        body: Body,
    ) -> Result<Self, Response> {
        let form = Form::read_of(&signed_in, body).await;
        let form = form.map_err(|error| error.into_response())?;
        // The spelling that links have, so that answers lead to it.
        let did = read_did(&did).map_or(did, |did| did.to_string());
        let pages = HoldPages {
            state,
            viewer: Some(signed_in.clone()),
            outcome: Outcome::default(),
            done: None,
        };
        Ok(Self {
            pages,
            render,
            signed_in,
            did,
            form,
        })
    }

    /// The hold and whoever asks it; or the answer where there is no such hold.
    pub(super) async fn open(&self) -> Result<(Opened, HoldUser), Response> {
        let Ok(opened) = self.pages.open(&self.did).await else {
            let page = routes::hold(&self.did);
            let status = StatusCode::NOT_FOUND;
            let outcome = Outcome::default();
            let shown = self
                .render
                .with_outcome(&page, &self.signed_in, status, outcome);
            return Err(shown.await);
        };
        let user = self.pages.user(&self.signed_in).await;
        Ok((opened, user))
    }

    fn text(&self, name: &str) -> &str {
        self.form.find(name).unwrap_or_default().trim()
    }

    fn tier(&self) -> Option<String> {
        Some(self.text("tier").to_owned()).filter(|tier| !tier.is_empty())
    }

    /// Leads to a page that says what was done.
    async fn done(&self, page: &str, word: &str) -> Response {
        if let Ok(did) = self.did.parse() {
            self.pages.state.facts.forget(&did).await;
        }
        Redirect::to(&format!("{page}?done={word}")).into_response()
    }

    /// Shows a page with why nothing was done.
    async fn refuse(&self, page: &str, refusal: Refusal) -> Response {
        let Refusal(status, problem) = refusal;
        let outcome = Outcome {
            problem: Some(problem),
            ..Outcome::default()
        };
        self.show(page, status, outcome).await
    }

    async fn show(&self, page: &str, status: StatusCode, outcome: Outcome) -> Response {
        let shown = self
            .render
            .with_outcome(page, &self.signed_in, status, outcome);
        shown.await
    }

    pub(super) async fn answer(
        &self,
        done: Result<(), HoldAdminError>,
        page: &str,
        word: &str,
        again: &str,
    ) -> Response {
        match done {
            Ok(()) => self.done(page, word).await,
            Err(error) => self.refuse(again, refusal(&error)).await,
        }
    }
}

/// `POST /hold/<did>`: joins the crew, where everybody may.
async fn join_openly(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Extension(render): Extension<RenderPage>,
    Path(did): Path<String>,
    body: Body,
) -> Result<Response, Response> {
    let sent = Sent::read(state, render, signed_in, did, body).await?;
    let (opened, user) = sent.open().await?;
    let page = routes::hold(&sent.did);
    let joined = opened.admin.request_crew(&user).await;
    Ok(sent.answer(joined, &page, "joined", &page).await)
}

/// `POST /hold/<did>/crew`: makes an invite, or takes one back.
async fn invites(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Extension(render): Extension<RenderPage>,
    Path(did): Path<String>,
    body: Body,
) -> Result<Response, Response> {
    let sent = Sent::read(state, render, signed_in, did, body).await?;
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

/// `POST /hold/<did>/crew/add`: adds somebody who was looked at before.
async fn add(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Extension(render): Extension<RenderPage>,
    Path(did): Path<String>,
    body: Body,
) -> Result<Response, Response> {
    let sent = Sent::read(state, render, signed_in, did, body).await?;
    let (opened, user) = sent.open().await?;
    let crew = routes::hold_page(&sent.did, "crew");
    let again = routes::with_query(
        &routes::hold_page(&sent.did, "crew/add"),
        &[("who", sent.text("member"))],
    );
    let Ok(member) = sent.text("member").parse::<Did>() else {
        let problem = "The form names nobody. Look them up again.".to_owned();
        return Ok(sent
            .refuse(&again, Refusal(StatusCode::UNPROCESSABLE_ENTITY, problem))
            .await);
    };
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
async fn change(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Extension(render): Extension<RenderPage>,
    Path((did, member)): Path<(String, String)>,
    body: Body,
) -> Result<Response, Response> {
    let sent = Sent::read(state, render, signed_in, did, body).await?;
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
            what: format!("{member} is not in the crew"),
        }
        .into()),
        Err(error) => Err(error),
    };
    Ok(sent.answer(changed, &page, "changed", &page).await)
}

/// `POST /hold/<did>/crew/<member>/remove`.
async fn remove(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Extension(render): Extension<RenderPage>,
    Path((did, member)): Path<(String, String)>,
    body: Body,
) -> Result<Response, Response> {
    let sent = Sent::read(state, render, signed_in, did, body).await?;
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

/// `POST /hold/<did>/settings`.
async fn save_settings(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Extension(render): Extension<RenderPage>,
    Path(did): Path<String>,
    body: Body,
) -> Result<Response, Response> {
    let sent = Sent::read(state, render, signed_in, did, body).await?;
    let (opened, user) = sent.open().await?;
    let page = routes::hold_page(&sent.did, "settings");
    let typed = settings::read(&sent.form);
    let changed = opened
        .admin
        .change_settings(&user, settings::change(&typed))
        .await;
    Ok(match changed {
        Ok(()) => sent.done(&page, "saved").await,
        Err(error) => {
            let Refusal(status, problem) = refusal(&error);
            let outcome = Outcome {
                problem: Some(problem),
                settings: Some(typed),
                ..Outcome::default()
            };
            sent.show(&page, status, outcome).await
        }
    })
}

/// `POST /hold/<did>/captaincy`: offers it, takes the offer back, or accepts it.
async fn captaincy(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    fresh: Result<FreshlySignedIn, SignInNeeded>,
    Extension(render): Extension<RenderPage>,
    Path(did): Path<String>,
    body: Body,
) -> Result<Response, Response> {
    let sent = Sent::read(state, render, signed_in, did, body).await?;
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
        .map_err(|_| wrong("Choose a member of the crew."))?;
    let typed = sent.text("typed").trim_start_matches('@').to_lowercase();
    let mismatch = || {
        wrong(
            "What you typed is not the name of the member you chose. Nothing was offered; choose and type again.",
        )
    };
    let typed: AtIdentifier = typed.parse().map_err(|_| mismatch())?;
    let identities = &sent.pages.state.identities;
    let found = identities.resolve(&typed, Freshness::ForAuth).await;
    match found {
        Ok(found) if found.did == chosen => Ok(chosen),
        _ => Err(mismatch()),
    }
}

/// `POST /hold/<did>/join`: follows an invite.
async fn join_by_invite(
    State(state): State<HoldState>,
    signed_in: SignedIn,
    Extension(render): Extension<RenderPage>,
    Path(did): Path<String>,
    body: Body,
) -> Result<Response, Response> {
    let sent = Sent::read(state, render, signed_in, did, body).await?;
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
                let problem = "Whoever made this invite cannot let anybody in at the moment. Ask for another.";
                sent.refuse(&page, Refusal(StatusCode::FORBIDDEN, problem.to_owned()))
                    .await
            }
            Err(error) => sent.refuse(&page, invite_refusal(&error)).await,
        },
    )
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

/// The status and the words for whoever sent the form.
fn refusal(error: &HoldAdminError) -> Refusal {
    let status = match error {
        HoldAdminError::NotOffered { .. } => {
            let problem = "The software of this hold cannot do this from here. Its captain does it where it runs.";
            return Refusal(StatusCode::UNPROCESSABLE_ENTITY, problem.to_owned());
        }
        HoldAdminError::Hold(error) => match error {
            HoldError::Denied { .. } | HoldError::RegistrationDisabled { .. } => {
                StatusCode::FORBIDDEN
            }
            HoldError::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            HoldError::NotFound { .. } | HoldError::NotSetUp => StatusCode::NOT_FOUND,
            HoldError::Unreachable { did } => {
                let problem = format!(
                    "The hold {did} does not answer at the moment, so nothing was changed. Try again in a while."
                );
                return Refusal(StatusCode::BAD_GATEWAY, problem);
            }
            HoldError::NotVouched { .. } => {
                let problem = "Your server gave no token for this hold. Allow Longshore to speak to holds for you, or sign in again, and repeat.";
                return Refusal(StatusCode::FORBIDDEN, problem.to_owned());
            }
            HoldError::QuotaExceeded { .. }
            | HoldError::UploadUnknown
            | HoldError::UploadBusy
            | HoldError::OutOfOrder { .. }
            | HoldError::Parts { .. }
            | HoldError::DigestMismatch { .. }
            | HoldError::DigestRefused { .. }
            | HoldError::TooLarge { .. }
            | HoldError::Interrupted { .. }
            | HoldError::Repo(_)
            | HoldError::Storage(_)
            | HoldError::Database(_) => return ours(error),
        },
    };
    let text = error.to_string();
    let text = text.strip_prefix("Access denied: ").unwrap_or(&text);
    Refusal(status, sentence(text))
}

fn ours(error: &(dyn std::error::Error + 'static)) -> Refusal {
    tracing::error!(error, "a form about a hold failed");
    let text = "That did not work, and it is not your fault. Try again in a while.";
    Refusal(StatusCode::SERVICE_UNAVAILABLE, text.to_owned())
}
