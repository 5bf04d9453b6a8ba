//! One member of a crew: what they may do, their tier, and removing them.

use std::sync::Arc;

use leptos::prelude::*;

use super::crew::{Row, TierField};
use super::crew_add::Permissions;
use super::{HoldFrame, for_those, hold_in_address, parameter};
use crate::api::hold::crew::{CrewSource, MemberPage};
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::{routes, text};

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
        view! {
            <form class="stack sheet-card" method="post" action=routes::hold_member(&did, &member.did)>
                <FormToken />
                <Permissions granted=row.permissions.clone() is_captain />
                <label for="role">"Role, a word for people"</label>
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
                    "Save"
                </button>
            </form>
            <section aria-labelledby="removal">
                <h2 id="removal">"Remove from the crew"</h2>
                <p>
                    <a href=routes::hold_member_removal(&did, &member.did)>"Remove " {name.clone()}</a>
                    ", after a look at what becomes of their images."
                </p>
            </section>
        }
    });
    let fixed = (!page.row.may_change).then(|| {
        let why = if page.row.is_captain {
            "The captain may do everything and has no limit. The captaincy is transferred, not changed here."
        } else if page.row.is_viewer {
            "Nobody changes their own membership. The captain can."
        } else {
            "This member administers the crew; only the captain changes that."
        };
        view! { <p class="notice">{why}</p> }
    });
    view! {
        <HoldFrame head=page.head section="crew" title=name.clone()>
            <h1 class="settings-title">{name.clone()}</h1>
            <ul class="crew-list">
                <Row did=did.clone() row=shown />
            </ul>
            {form}
            {fixed}
            <p class="note">"Record " <code class="record-uri">{page.record}</code></p>
            <p>
                <a href=routes::hold_page(&did, "crew")>"Back to the crew"</a>
            </p>
        </HoldFrame>
    }
}

fn draw_removal(page: MemberPage) -> impl IntoView {
    let did = page.head.did.clone();
    let member = page.row.member.clone();
    let name = member.name().to_owned();
    let here = match (&page.row.usage, page.blobs) {
        (Some(usage), Some(0)) if usage.used == 0 => {
            "Nothing of theirs lies in this hold.".to_owned()
        }
        (Some(usage), Some(blobs)) => format!(
            "{} of theirs lie in this hold, in {}.",
            text::bytes(usage.used),
            text::counted(blobs, "blob", "blobs")
        ),
        _ => "How much of theirs lies in this hold cannot be found out at the moment.".to_owned(),
    };
    let form = if page.row.may_change {
        view! {
            <form class="decision" method="post" action=routes::hold_member_removal(&did, &member.did)>
                <FormToken />
                <button class="button button-danger" type="submit">
                    "Remove " {name.clone()}
                </button>
                <a class="button button-quiet" href=routes::hold_page(&did, "crew")>
                    "Keep them"
                </a>
            </form>
        }
        .into_any()
    } else {
        view! {
            <p class="notice">
                "You cannot remove this member: the captain stays, nobody removes themselves, and only the captain removes administrators."
            </p>
        }
        .into_any()
    };
    view! {
        <HoldFrame head=page.head section="crew" title=format!("Remove {name}")>
            <h1 class="settings-title">"Remove " {name.clone()} "?"</h1>
            <ul class="prose-list">
                <li>{here}</li>
                <li>
                    "At once they can push nothing more to this hold, and, while it is not public, pull nothing from it."
                </li>
                <li>
                    "Their images stay where they are: the manifests in their own repo, the layers in this hold. Whoever may read here can still pull them."
                </li>
                <li>
                    "Their layers go on taking space until they delete the images, or ask this hold to delete their data. Garbage collection frees what nothing uses any more."
                </li>
                <li>"Added again later, they find everything as it was."</li>
            </ul>
            {form}
        </HoldFrame>
    }
}
