//! One member of a crew: what they may do, their tier, and removing them.

use std::sync::Arc;

use leptos::prelude::*;

use super::crew::{Row, TierField};
use super::crew_add::Permissions;
use super::{HoldFrame, for_those, hold_in_address, parameter};
use crate::api::hold::crew::{CrewSource, MemberPage};
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::{routes, t, t_view, text};

/// The page on which a member is changed.
#[component]
pub(crate) fn CrewMemberPage() -> impl IntoView {
    load(draw)
}

/// The page on which their removal is confirmed.
#[component]
pub(crate) fn CrewRemovePage() -> impl IntoView {
    load(draw_removal)
}

fn load<View: IntoView + 'static>(draw: fn(MemberPage) -> View) -> impl IntoView {
    let (did, member) = (hold_in_address(), parameter("member"));
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn CrewSource>>();
    source.map(|source| {
        loaded(
            async move { source.member(&did, &member).await },
            move |page| for_those(page, draw),
        )
    })
}

fn draw(page: MemberPage) -> impl IntoView {
    let did = page.head.did.clone();
    let member = page.row.member.clone();
    let name = member.name().to_owned();
    let is_captain = page.head.viewer.is_captain();
    let mut shown = page.row.clone();
    shown.may_change = false;
    let row = page.row.clone();
    let form = row.may_change.then(|| {
        let removal = routes::hold_member_removal(&did, &member.did);
        let words = t!("crew-member-remove-link", name = name.clone());
        let link = view! { <a href=removal>{words}</a> };
        view! {
            <form class="stack sheet-card" method="post" action=routes::hold_member(&did, &member.did)>
                <FormToken />
                <Permissions granted=row.permissions.clone() is_captain />
                <label for="role">{t!("crew-member-role")}</label>
                <input
                    id="role"
                    name="role"
                    type="text"
                    value=text::visible(&row.role)
                    maxlength="32"
                    required
                    list="roles"
                    autocapitalize="none"
                />
                <datalist id="roles">
                    <option value="member"></option>
                    <option value="write"></option>
                    <option value="read"></option>
                    <option value="admin"></option>
                </datalist>
                <TierField id="tier" tiers=page.tiers.clone() chosen=row.tier.clone() />
                <button class="button" type="submit">
                    {t!("crew-member-save")}
                </button>
            </form>
            <section aria-labelledby="removal">
                <h2 id="removal">{t!("crew-member-remove")}</h2>
                <p>{t_view!("crew-member-remove-how", link = link)}</p>
            </section>
        }
    });
    let fixed = (!page.row.may_change).then(|| {
        let why = if page.row.is_captain {
            t!("crew-member-captain")
        } else if page.row.is_viewer {
            t!("crew-member-self")
        } else {
            t!("crew-member-admin")
        };
        view! { <p class="notice">{why}</p> }
    });
    let record = view! { <code class="record-uri">{page.record}</code> };
    view! {
        <HoldFrame head=page.head section="crew" title=name.clone()>
            <h1 class="settings-title">{name.clone()}</h1>
            <ul class="crew-list">
                <Row did=did.clone() row=shown />
            </ul>
            {form}
            {fixed}
            <p class="note">{t_view!("crew-member-record", uri = record)}</p>
            <p>
                <a href=routes::hold_page(&did, "crew")>{t!("crew-back")}</a>
            </p>
        </HoldFrame>
    }
}

fn draw_removal(page: MemberPage) -> impl IntoView {
    let did = page.head.did.clone();
    let member = page.row.member.clone();
    let name = member.name().to_owned();
    let here = match (&page.row.usage, page.blobs) {
        (Some(usage), Some(0)) if usage.used == 0 => t!("crew-remove-stored-none").to_owned(),
        (Some(usage), Some(blobs)) => {
            let bytes = text::bytes(usage.used);
            t!("crew-remove-stored", bytes = bytes, count = blobs)
        }
        _ => t!("crew-remove-stored-unknown").to_owned(),
    };
    let form = if page.row.may_change {
        view! {
            <form class="decision" method="post" action=routes::hold_member_removal(&did, &member.did)>
                <FormToken />
                <button class="button button-danger" type="submit">
                    {t!("crew-remove-submit", name = name.clone())}
                </button>
                <a class="button button-quiet" href=routes::hold_page(&did, "crew")>
                    {t!("crew-remove-keep")}
                </a>
            </form>
        }
        .into_any()
    } else {
        view! {
            <p class="notice">{t!("crew-remove-refused")}</p>
        }
        .into_any()
    };
    view! {
        <HoldFrame head=page.head section="crew" title=t!("crew-remove-title", name = name.clone())>
            <h1 class="settings-title">{t!("crew-remove-question", name = name)}</h1>
            <ul class="prose-list">
                <li>{here}</li>
                <li>{t!("crew-remove-access")}</li>
                <li>{t!("crew-remove-images")}</li>
                <li>{t!("crew-remove-layers")}</li>
                <li>{t!("crew-remove-again")}</li>
            </ul>
            {form}
        </HoldFrame>
    }
}
