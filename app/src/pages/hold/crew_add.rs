//! Somebody who may join a crew: who they are, before they are added.

use std::sync::Arc;

use leptos::prelude::*;

use super::crew::{AddForm, TierField};
use super::{HoldFrame, for_those, hold_in_address, query};
use crate::api::hold::crew::{AddPage, Candidate, CrewSource};
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::components::signal_flag::SignalFlag;
use crate::{routes, t, text};

/// The page.
#[component]
pub(crate) fn CrewAddPage() -> impl IntoView {
    let did = hold_in_address();
    let who = query("who");
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn CrewSource>>();
    source.map(|source| {
        loaded(async move { source.add(&did, &who).await }, |page| {
            for_those(page, draw)
        })
    })
}

fn draw(page: AddPage) -> impl IntoView {
    let did = page.head.did.clone();
    let is_captain = page.head.viewer.is_captain();
    let person = page.person.map(|candidate| {
        if candidate.is_member {
            view! { <Member did=did.clone() candidate /> }.into_any()
        } else {
            view! { <Confirm did=did.clone() candidate tiers=page.tiers is_captain /> }.into_any()
        }
    });
    view! {
        <HoldFrame head=page.head section="crew" title=t!("crew-add-title")>
            <h1 class="settings-title">{t!("crew-add-title")}</h1>
            <AddForm did=did.clone() typed=page.typed />
            {person}
            <p>
                <a href=routes::hold_page(&did, "crew")>{t!("crew-back")}</a>
            </p>
        </HoldFrame>
    }
}

/// Who somebody is, by their own server.
#[component]
fn Portrait(candidate: Candidate) -> impl IntoView {
    let title = candidate
        .display_name
        .as_deref()
        .map_or_else(|| candidate.who.name().to_owned(), text::visible);
    let handle = match &candidate.who.handle {
        Some(handle) => view! { <p>{format!("@{handle}")}</p> }.into_any(),
        None => view! { <p>{t!("crew-add-unverified")}</p> }.into_any(),
    };
    let picture = match candidate.avatar {
        Some(avatar) => {
            view! { <img class="portrait-picture" src=avatar alt="" width="64" height="64" /> }
                .into_any()
        }
        None => view! { <SignalFlag name=candidate.who.did.clone() /> }.into_any(),
    };
    let server = text::visible(&candidate.pds);
    view! {
        <div class="portrait">
            {picture}
            <div class="portrait-words">
                <h2>{title}</h2>
                {handle}
                <p class="note">
                    <code class="record-uri">{candidate.who.did.clone()}</code>
                </p>
                {candidate
                    .description
                    .as_deref()
                    .map(|description| {
                        view! { <p class="hold-description">{text::visible(description)}</p> }
                    })}
                <p class="note">{t!("person-hosted", server = server)}</p>
            </div>
        </div>
    }
}

#[component]
fn Member(did: String, candidate: Candidate) -> impl IntoView {
    let href = routes::hold_member(&did, &candidate.who.did);
    view! {
        <section class="sheet-card">
            <Portrait candidate />
            <p>{t!("crew-add-member")}</p>
            <p>
                <a class="button" href=href>
                    {t!("crew-add-member-look")}
                </a>
            </p>
        </section>
    }
}

#[component]
fn Confirm(
    did: String,
    candidate: Candidate,
    tiers: Vec<crate::api::hold::TierView>,
    is_captain: bool,
) -> impl IntoView {
    let name = candidate.who.name().to_owned();
    let member = candidate.who.did.clone();
    view! {
        <section class="sheet-card">
            <Portrait candidate />
            <form class="stack" method="post" action=routes::hold_page(&did, "crew/add")>
                <FormToken />
                <input type="hidden" name="member" value=member />
                <Permissions
                    granted=vec!["blob:read".to_owned(), "blob:write".to_owned()]
                    is_captain
                />
                <TierField id="tier" tiers chosen=None />
                <button class="button" type="submit">
                    {t!("crew-add-submit", name = name)}
                </button>
            </form>
        </section>
    }
}

/// What a member may do.
#[component]
pub(super) fn Permissions(granted: Vec<String>, is_captain: bool) -> impl IntoView {
    let choices = [
        ("blob:read", t!("crew-permission-read"), true),
        ("blob:write", t!("crew-permission-write"), true),
        ("crew:admin", t!("crew-permission-administer"), is_captain),
    ];
    let boxes = choices
        .into_iter()
        .filter(|(_, _, shown)| *shown)
        .map(|(word, label, _)| {
            let checked = granted.iter().any(|granted| granted == word);
            view! {
                <label class="check">
                    <input type="checkbox" name="permission" value=word checked=checked />
                    <span>{label} " " <code>{word}</code></span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="stack">
            <legend>{t!("crew-permissions")}</legend>
            {boxes}
        </fieldset>
    }
}
