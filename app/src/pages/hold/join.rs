//! Where an invite leads.

use std::sync::Arc;

use leptos::prelude::*;

use super::{HoldFrame, PersonLink, hold_in_address, query};
use crate::api::hold::join::{InviteState, JoinPage as PageData, JoinSource};
use crate::api::viewer::Viewer;
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn JoinPage() -> impl IntoView {
    let did = hold_in_address();
    let invite = query("invite");
    let viewer = Viewer::current();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn JoinSource>>();
    source.map(|source| {
        loaded(
            async move { source.join(&did, &invite).await },
            move |page| draw(page, viewer),
        )
    })
}

fn draw(page: PageData, viewer: Option<Viewer>) -> impl IntoView {
    let did = page.head.did.clone();
    let captain = page.head.captain.clone();
    let content = match page.state {
        InviteState::Good { by, tier } => {
            let name = viewer.map(|viewer| viewer.name().to_owned()).unwrap_or_default();
            let tier = tier.map(|tier| {
                view! { <li>{t!("join-tier", tier = text::visible(&tier))}</li> }
            });
            view! {
                <p class="lead">{t_view!("join-invited", by = view! { <PersonLink person=by /> })}</p>
                <ul class="prose-list">
                    <li>{t!("join-access")}</li>
                    {tier}
                    <li>{t!("join-public")}</li>
                </ul>
                <form class="decision" method="post" action=routes::hold_page(&did, "join")>
                    <FormToken />
                    <input type="hidden" name="invite" value=page.invite />
                    <button class="button" type="submit">
                        {t!("join-submit", name = name)}
                    </button>
                </form>
            }
            .into_any()
        }
        InviteState::Member => view! {
            <p class="notice">{t!("join-member")}</p>
        }
        .into_any(),
        InviteState::Ended => view! {
            <div class="empty">
                <h2 class="minor">{t!("join-ended")}</h2>
                <p>{t_view!("join-ended-ask", captain = view! { <PersonLink person=captain /> })}</p>
            </div>
        }
        .into_any(),
    };
    view! {
        <HoldFrame head=page.head section="join" title=t!("join-title")>
            <h1 class="settings-title">{t!("join-title")}</h1>
            {content}
            <p>
                <a href=routes::hold(&did)>{t!("join-look")}</a>
            </p>
        </HoldFrame>
    }
}
