//! The pages of holds, and the forms that they send.
//!
//! Every page begins with [`HoldPages::open`], which finds the hold and says what whoever looks is to it. The pages
//! show what `hold/permissions.rs` lets them see; what a form asks for is decided by the hold itself, here or
//! elsewhere.

mod activity;
mod captaincy;
mod crew;
mod forms;
mod join;
mod list;
mod network;
mod public;
mod quotas;
mod rows;
mod set_up;
mod set_up_check;
mod settings;
mod space;
mod upkeep;
mod upkeep_forms;
mod usage;

use std::sync::Arc;

use app::api::error::PageError;
use app::api::hold::activity::ActivitySource;
use app::api::hold::captaincy::CaptaincySource;
use app::api::hold::crew::CrewSource;
use app::api::hold::join::JoinSource;
use app::api::hold::list::HoldListSource;
use app::api::hold::network::NetworkSource;
use app::api::hold::public::HoldSource;
use app::api::hold::quotas::QuotasSource;
use app::api::hold::set_up::SetUpSource;
use app::api::hold::settings::{HoldSettingsForm, HoldSettingsSource};
use app::api::hold::space::SpaceSource;
use app::api::hold::usage::UsageSource;
use app::api::hold::{ForThose, HoldHead, HoldViewer, Named, Whom};
use app::api::settings::quota::QuotaSource;
use app::t;
use atproto::syntax::{AtIdentifier, Did};
use axum::http::request::Parts;
use leptos::prelude::provide_context;

use crate::accounts::HoldInvites;
use crate::accounts::oauth::{OAuthSessions, Permission};
use crate::catalog::Catalog;
use crate::clients::hold::{HoldError, HoldUser};
use crate::clients::hold_admin::{HoldAbout, HoldAdmin, HoldAdminError};
use crate::clients::holds::Holds;
use crate::clients::pds::PdsClient;
use crate::clock::Clock;
use crate::handlers::middleware::browser_session::{SignedIn, Viewer};
use crate::hold::Standing;
use crate::identity::{Freshness, Identities};
use crate::registry::Registry;

pub(super) use forms::routes as forms;
pub(super) use public::routes as for_programs;
pub(super) use upkeep_forms::routes as upkeep_forms;

pub use public::PublicFacts;

/// What the pages and forms need.
#[derive(Clone)]
pub struct HoldState {
    /// The way to every hold.
    pub holds: Holds,
    /// Knows which holds there are.
    pub registry: Registry,
    /// Knows the tags of repositories.
    pub catalog: Option<Catalog>,
    /// Who is who.
    pub identities: Identities,
    /// Reads what people say of themselves.
    pub pds: PdsClient,
    /// What people have allowed.
    pub oauth: OAuthSessions,
    /// Invites to crews.
    pub invites: HoldInvites,
    /// Where browsers find this server, without a trailing slash.
    pub public_url: String,
    /// The time.
    pub clock: Clock,
    /// What holds elsewhere said of themselves a short while ago.
    pub facts: PublicFacts,
}

/// What became of a form, for the page that is its answer.
#[derive(Clone, Default)]
struct Outcome {
    problem: Option<String>,
    invite_link: Option<String>,
    settings: Option<HoldSettingsForm>,
}

/// The pages of holds as one request sees them.
#[derive(Clone)]
struct HoldPages {
    state: HoldState,
    viewer: Option<SignedIn>,
    outcome: Outcome,
    done: Option<&'static str>,
}

/// A hold that somebody looks at.
struct Opened {
    admin: Arc<dyn HoldAdmin>,
    about: HoldAbout,
    standing: Standing,
    /// Whoever looks, as the hold hears from them.
    user: Option<HoldUser>,
    head: HoldHead,
}

/// Gives the pages their sources, which speak to whoever looks.
pub(super) fn provide(state: &HoldState, viewer: &Viewer, parts: &Parts) {
    let pages = Arc::new(HoldPages {
        state: state.clone(),
        viewer: viewer.0.clone(),
        outcome: parts.extensions.get().cloned().unwrap_or_default(),
        done: parts.uri.query().and_then(done),
    });
    provide_context::<Arc<dyn HoldSource>>(pages.clone());
    provide_context::<Arc<dyn HoldListSource>>(pages.clone());
    provide_context::<Arc<dyn CrewSource>>(pages.clone());
    provide_context::<Arc<dyn QuotasSource>>(pages.clone());
    provide_context::<Arc<dyn UsageSource>>(pages.clone());
    provide_context::<Arc<dyn SpaceSource>>(pages.clone());
    provide_context::<Arc<dyn NetworkSource>>(pages.clone());
    provide_context::<Arc<dyn ActivitySource>>(pages.clone());
    provide_context::<Arc<dyn QuotaSource>>(pages.clone());
    provide_context::<Arc<dyn SetUpSource>>(Arc::new(set_up::Guide::new(&pages, parts)));
    provide_context::<Arc<dyn HoldSettingsSource>>(pages.clone());
    provide_context::<Arc<dyn CaptaincySource>>(pages.clone());
    provide_context::<Arc<dyn JoinSource>>(pages);
}

/// What a form has done, by the word in the address that it leads back to.
fn done(query: &str) -> Option<&'static str> {
    let word = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("done="))?;
    Some(match word {
        "joined" => t!("hold-done-joined"),
        "added" => t!("hold-done-added"),
        "changed" => t!("hold-done-changed"),
        "removed" => t!("hold-done-removed"),
        "saved" => t!("hold-done-saved"),
        "revoked" => t!("hold-done-revoked"),
        "offered" => t!("hold-done-offered"),
        "withdrawn" => t!("hold-done-withdrawn"),
        "accepted" => t!("hold-done-accepted"),
        "asked" => t!("hold-done-asked"),
        _ => return None,
    })
}

impl HoldPages {
    /// Finds a hold by the DID in an address.
    async fn open(&self, did: &str) -> Result<Opened, PageError> {
        let did = read_did(did)?;
        let admin = self.state.holds.administer(&did).await;
        let admin = admin.map_err(|error| page_error(&error.into()))?;
        let user = match &self.viewer {
            Some(viewer) => Some(self.user(viewer).await),
            None => None,
        };
        let person = user.as_ref().map(|user| &user.did);
        let (about, standing) = tokio::join!(admin.about(), admin.standing(person));
        let about = about.map_err(|error| page_error(&error))?;
        let standing = standing.map_err(|error| page_error(&error))?;
        let is_here = admin.configured().is_some();
        let viewer = viewer_of(standing);
        let head = HoldHead {
            did: did.to_string(),
            name: Self::name_of_hold(admin.as_ref(), &about),
            captain: self.named(&about.captain).await,
            is_here,
            viewer,
            needs_permission: !is_here
                && viewer.may_administer()
                && self.lacks_permission(user.as_ref()).await,
            done: self.done.map(str::to_owned),
            problem: self.outcome.problem.clone(),
        };
        Ok(Opened {
            admin,
            about,
            standing,
            user,
            head,
        })
    }

    /// As [`Self::open`], for those alone who administer the crew. For others, the head alone.
    async fn open_for_administrators(
        &self,
        did: &str,
    ) -> Result<Result<Opened, HoldHead>, PageError> {
        let opened = self.open(did).await?;
        Ok(if opened.standing.may_administer() {
            Ok(opened)
        } else {
            Err(opened.head)
        })
    }

    /// Whoever looks, with the session in which holds elsewhere hear from them.
    async fn user(&self, viewer: &SignedIn) -> HoldUser {
        let found = self
            .state
            .oauth
            .find_session_for(&viewer.did, Permission::Holds)
            .await;
        let session = found.ok().flatten();
        HoldUser {
            did: viewer.did.clone(),
            session: session.or_else(|| Some(viewer.browser_session.oauth_session_id.clone())),
        }
    }

    /// Whether somebody has to allow us at their own server to speak for them at holds. Where that cannot be found
    /// out, nobody is sent there.
    async fn lacks_permission(&self, user: Option<&HoldUser>) -> bool {
        let Some(session) = user.and_then(|user| user.session.as_deref()) else {
            return false;
        };
        if !OAuthSessions::has_id(session) {
            return false;
        }
        let granted = self.state.oauth.granted_to(session).await;
        granted.is_ok_and(|granted| !granted.contains(&Permission::Holds))
    }

    /// What a hold is called: its own name, else the host it answers at.
    fn name_of_hold(admin: &dyn HoldAdmin, about: &HoldAbout) -> String {
        let given = about.display_name.as_deref().map(str::trim);
        match given.filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None => admin.endpoint().authority().to_owned(),
        }
    }

    /// Somebody by the names that are known.
    async fn named(&self, did: &Did) -> Named {
        let account = AtIdentifier::Did(did.clone());
        let known = self
            .state
            .identities
            .resolve(&account, Freshness::ForReading);
        let handle = known.await.ok().and_then(|known| known.handle.clone());
        Named {
            did: did.to_string(),
            handle: handle.map(|handle| handle.to_string()),
        }
    }
}

fn refused<T>(head: HoldHead, whom: Whom) -> ForThose<T> {
    ForThose::Refused {
        head: Box::new(head),
        whom,
    }
}

/// A DID as an address has it. Of a port in a did:web, browsers and people may have taken the escape away.
fn read_did(text: &str) -> Result<Did, PageError> {
    let unescaped = text.replace("%25", "%");
    let spelled = match unescaped.strip_prefix("did:web:") {
        Some(rest) => match rest.split_once(':') {
            Some((host, port))
                if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                format!("did:web:{host}%3A{port}")
            }
            _ => unescaped,
        },
        None => unescaped,
    };
    spelled.parse().map_err(|_| PageError::NotFound {
        what: t!("missing-hold-at-address").to_owned(),
    })
}

const fn viewer_of(standing: Standing) -> HoldViewer {
    match standing {
        Standing::Captain => HoldViewer::Captain,
        Standing::Crew(permissions) if permissions.admin => HoldViewer::Admin,
        Standing::Crew(_) => HoldViewer::Member,
        Standing::Stranger => HoldViewer::Stranger,
        Standing::Nobody => HoldViewer::Nobody,
    }
}

/// Why a page of a hold cannot be shown.
fn page_error(error: &HoldAdminError) -> PageError {
    match error {
        HoldAdminError::Hold(HoldError::NotFound { .. } | HoldError::NotSetUp) => {
            PageError::NotFound {
                what: t!("missing-hold").to_owned(),
            }
        }
        HoldAdminError::Hold(HoldError::Unreachable { did })
        | HoldAdminError::NotOffered { did, .. } => PageError::Unreachable {
            what: t!("unreachable-hold", did = did.to_string()),
        },
        HoldAdminError::Hold(error) => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a page of a hold could not be made"
            );
            PageError::Internal
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_did_is_read_as_browsers_spell_it() {
        for text in [
            "did:web:localhost%3A5000",
            "did:web:localhost%253A5000",
            "did:web:localhost:5000",
        ] {
            assert_eq!(read_did(text).unwrap().as_str(), "did:web:localhost%3A5000");
        }
        let plc = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
        assert_eq!(read_did(plc).unwrap().as_str(), plc);
        assert!(read_did("alice.test").is_err());
    }

    #[test]
    fn only_words_of_ours_are_shown() {
        assert!(done("done=added").is_some());
        assert!(done("after=x&done=saved").is_some());
        assert_eq!(done("done=%3Cb%3E"), None);
    }
}
