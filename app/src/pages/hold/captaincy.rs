//! Handing a hold over: the captain offers, somebody accepts.

use std::sync::Arc;

use leptos::prelude::*;

use super::{HoldFrame, PersonLink, for_those, hold_in_address};
use crate::api::hold::Named;
use crate::api::hold::captaincy::{CaptaincyPage as PageData, CaptaincySource, CaptaincyStep};
use crate::components::confirm_first::ConfirmFirst;
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::{routes, t, t_view};

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
                why=t!("captaincy-confirm-first")
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
        <HoldFrame head=page.head section="captaincy" title=t!("captaincy-title")>
            <h1 class="settings-title">{t!("captaincy-title")}</h1>
            {step}
            <p>
                <a href=routes::hold(&did)>{t!("captaincy-back")}</a>
            </p>
        </HoldFrame>
    }
}

#[component]
fn Offer(did: String, members: Vec<Named>) -> impl IntoView {
    if members.is_empty() {
        return view! {
            <div class="empty">
                <h2 class="minor">{t!("captaincy-nobody")}</h2>
                <p>{t!("captaincy-nobody-why")}</p>
                <p>
                    <a class="button" href=routes::hold_page(&did, "crew/add")>
                        {t!("captaincy-nobody-add")}
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
            <li>{t!("captaincy-offer-accept")}</li>
            <li>{t!("captaincy-offer-theirs")}</li>
            <li>{t!("captaincy-offer-stay")}</li>
        </ul>
        <form class="stack sheet-card" method="post" action=routes::hold_page(&did, "captaincy")>
            <FormToken />
            <label for="member">{t!("captaincy-offer-member")}</label>
            <select id="member" name="member" required>
                {members}
            </select>
            <label for="typed">{t!("captaincy-offer-typed")}</label>
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
                {t!("captaincy-offer-submit")}
            </button>
        </form>
    }
    .into_any()
}

#[component]
fn Offered(did: String, to: Named, names_owner: bool) -> impl IntoView {
    let next_owner = to.name().to_owned();
    let note = names_owner.then(|| view! { <OwnerNote next=Some(next_owner) /> });
    view! {
        <p>{t_view!("captaincy-offered", to = view! { <PersonLink person=to /> })}</p>
        {note}
        <form method="post" action=routes::hold_page(&did, "captaincy")>
            <FormToken />
            <button class="button button-quiet" type="submit" name="withdraw" value="1">
                {t!("captaincy-withdraw")}
            </button>
        </form>
    }
}

#[component]
fn Accept(did: String, from: Named, names_owner: bool) -> impl IntoView {
    let note = names_owner.then(|| view! { <OwnerNote next=None /> });
    view! {
        <p>{t_view!("captaincy-accept-from", from = view! { <PersonLink person=from /> })}</p>
        <ul class="prose-list">
            <li>{t!("captaincy-accept-decide")}</li>
            <li>{t!("captaincy-accept-care")}</li>
            <li>{t!("captaincy-accept-stay")}</li>
        </ul>
        {note}
        <form class="decision" method="post" action=routes::hold_page(&did, "captaincy")>
            <FormToken />
            <button class="button" type="submit" name="accept" value="1">
                {t!("captaincy-accept-submit")}
            </button>
        </form>
    }
}

/// What whoever runs the server has to do. `next` is the next captain, where that is not whoever looks.
#[component]
fn OwnerNote(next: Option<String>) -> impl IntoView {
    let variable = view! { <code>"HOLD_OWNER"</code> };
    let words = match next {
        Some(name) => t_view!("captaincy-owner", variable = variable; name = name),
        None => t_view!("captaincy-owner-you", variable = variable),
    };
    view! {
        <p class="notice">
            <span>{words}</span>
        </p>
    }
}
