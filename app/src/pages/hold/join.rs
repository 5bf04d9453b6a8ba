//! Where an invite leads.

use std::sync::Arc;

use leptos::prelude::*;

use super::{HoldFrame, PersonLink, hold_in_address, query};
use crate::api::hold::join::{InviteState, JoinPage as PageData, JoinSource};
use crate::api::viewer::Viewer;
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::{routes, text};

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
                view! { <li>"Your tier is " {text::visible(&tier)} "."</li> }
            });
            view! {
                <p class="lead">
                    <PersonLink person=by /> " invites you to the crew of this hold."
                </p>
                <ul class="prose-list">
                    <li>"You can pull from this hold and push to it, within your quota."</li>
                    {tier}
                    <li>
                        "Your membership is a public record in the hold's own repo. Its captain sees how much you store."
                    </li>
                </ul>
                <form class="decision" method="post" action=routes::hold_page(&did, "join")>
                    <FormToken />
                    <input type="hidden" name="invite" value=page.invite />
                    <button class="button" type="submit">
                        "Join as " {name}
                    </button>
                </form>
            }
            .into_any()
        }
        InviteState::Member => view! {
            <p class="notice">"You are in the crew already. The invite is still good for others."</p>
        }
        .into_any(),
        InviteState::Ended => view! {
            <div class="empty">
                <h2 class="minor">"This invite has ended"</h2>
                <p>
                    "It was used, taken back, or its time is over, or the link is not whole. Ask "
                    <PersonLink person=captain /> " for another."
                </p>
            </div>
        }
        .into_any(),
    };
    view! {
        <HoldFrame head=page.head section="join" title="Join the crew">
            <h1 class="settings-title">"Join the crew"</h1>
            {content}
            <p>
                <a href=routes::hold(&did)>"Look at the hold"</a>
            </p>
        </HoldFrame>
    }
}
