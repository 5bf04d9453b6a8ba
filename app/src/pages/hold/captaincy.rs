//! Handing a hold over: the captain offers, somebody accepts.

use std::sync::Arc;

use leptos::prelude::*;

use super::{HoldFrame, PersonLink, for_those, hold_in_address};
use crate::api::hold::Named;
use crate::api::hold::captaincy::{CaptaincyPage as PageData, CaptaincySource, CaptaincyStep};
use crate::components::confirm_first::ConfirmFirst;
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::routes;

/// The page.
#[component]
pub(crate) fn CaptaincyPage() -> impl IntoView {
    let did = hold_in_address();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn CaptaincySource>>();
    source.map(|source| {
        loaded(async move { source.captaincy(&did).await }, |page| {
            for_those(page, draw)
        })
    })
}

fn draw(page: PageData) -> impl IntoView {
    let did = page.head.did.clone();
    let names_owner = page.names_owner;
    let step = match (page.step, page.is_fresh) {
        (CaptaincyStep::Offered { to }, _) => {
            view! { <Offered did=did.clone() to names_owner /> }.into_any()
        }
        (_, false) => view! {
            <ConfirmFirst
                why="A hold changes hands here, so confirm first that it is you."
                return_to=routes::hold_page(&did, "captaincy")
            />
        }
        .into_any(),
        (CaptaincyStep::Offer { members }, true) => {
            view! { <Offer did=did.clone() members /> }.into_any()
        }
        (CaptaincyStep::Accept, true) => {
            view! { <Accept did=did.clone() from=page.head.captain.clone() names_owner /> }
                .into_any()
        }
    };
    view! {
        <HoldFrame head=page.head section="captaincy" title="Captaincy">
            <h1 class="settings-title">"Captaincy"</h1>
            {step}
            <p>
                <a href=routes::hold(&did)>"Back to the hold"</a>
            </p>
        </HoldFrame>
    }
}

#[component]
fn Offer(did: String, members: Vec<Named>) -> impl IntoView {
    if members.is_empty() {
        return view! {
            <div class="empty">
                <h2 class="minor">"Nobody to hand it to"</h2>
                <p>"The next captain has to be in the crew first, and you are alone in it."</p>
                <p>
                    <a class="button" href=routes::hold_page(&did, "crew/add")>
                        "Add somebody"
                    </a>
                </p>
            </div>
        }
        .into_any();
    }
    let members = members
        .into_iter()
        .map(|member| {
            let name = member.name().to_owned();
            view! { <option value=member.did>{name}</option> }
        })
        .collect_view();
    view! {
        <ul class="prose-list">
            <li>"Whoever you choose becomes captain once they accept, within seven days. Until then you can take the offer back."</li>
            <li>"The hold is theirs then, with everything in it: crew, settings, records. They need neither your disk nor your bucket to decide about it."</li>
            <li>"You stay in the crew, with every permission, until they change that."</li>
        </ul>
        <form class="stack sheet-card" method="post" action=routes::hold_page(&did, "captaincy")>
            <FormToken />
            <label for="member">"The next captain"</label>
            <select id="member" name="member" required>
                {members}
            </select>
            <label for="typed">"Type their handle (or DID) to confirm"</label>
            <input
                id="typed"
                name="typed"
                type="text"
                required
                maxlength="2048"
                autocapitalize="none"
                autocomplete="off"
                spellcheck="false"
            />
            <button class="button button-danger" type="submit" name="offer" value="1">
                "Offer the captaincy"
            </button>
        </form>
    }
    .into_any()
}

#[component]
fn Offered(did: String, to: Named, names_owner: bool) -> impl IntoView {
    let next_owner = to.name().to_owned();
    let note = names_owner.then(|| view! { <OwnerNote name=next_owner /> });
    view! {
        <p>
            "The captaincy is offered to " <PersonLink person=to />
            ". They find the offer on the page of this hold and below Holds, and have seven days to accept it. Until then nothing changes."
        </p>
        {note}
        <form method="post" action=routes::hold_page(&did, "captaincy")>
            <FormToken />
            <button class="button button-quiet" type="submit" name="withdraw" value="1">
                "Take the offer back"
            </button>
        </form>
    }
}

#[component]
fn Accept(did: String, from: Named, names_owner: bool) -> impl IntoView {
    let note = names_owner.then(|| view! { <OwnerNote name="you".to_owned() /> });
    view! {
        <p>
            <PersonLink person=from /> " offers you this hold."
        </p>
        <ul class="prose-list">
            <li>"You decide then who is in the crew, how much they store, and who may read."</li>
            <li>"What people have stored here is in your care: they rely on it being there."</li>
            <li>"The former captain stays in the crew, with every permission, until you change that."</li>
        </ul>
        {note}
        <form class="decision" method="post" action=routes::hold_page(&did, "captaincy")>
            <FormToken />
            <button class="button" type="submit" name="accept" value="1">
                "Accept the captaincy"
            </button>
        </form>
    }
}

/// What whoever runs the server has to do.
#[component]
fn OwnerNote(name: String) -> impl IntoView {
    view! {
        <p class="notice">
            <span>
                "The configuration of this server names the captain in " <code>"HOLD_OWNER"</code>
                ". Once it is accepted, whoever runs the server sets that to " {name}
                "; before, the hold does not start again."
            </span>
        </p>
    }
}
