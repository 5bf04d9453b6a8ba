//! The crew of a hold: everybody in it, and the ways in.

use std::sync::Arc;

use leptos::prelude::*;

use super::{HoldFrame, PersonLink, for_those, hold_in_address, query};
use crate::api::hold::TierView;
use crate::api::hold::crew::{
    CrewPage as CrewPageData, CrewQuery, CrewRow, CrewSource, INVITE_DAYS, INVITE_USES, InviteRow,
};
use crate::components::form_token::FormToken;
use crate::components::listing::Listing;
use crate::components::loaded::loaded;
use crate::components::signal_flag::SignalFlag;
use crate::components::usage_bar::{PressureChip, UsageBar};
use crate::components::values::When;
use crate::{routes, text};

/// The page.
#[component]
pub(crate) fn CrewPage() -> impl IntoView {
    let did = hold_in_address();
    let query = CrewQuery {
        filter: query("filter"),
        after: Some(query("after")).filter(|after| !after.is_empty()),
    };
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn CrewSource>>();
    source.map(|source| {
        loaded(async move { source.crew(&did, query).await }, |page| {
            for_those(page, draw)
        })
    })
}

fn draw(page: CrewPageData) -> impl IntoView {
    let did = page.head.did.clone();
    let link = page
        .invite_link
        .clone()
        .map(|link| view! { <NewInvite link /> });
    let is_captain = page.head.viewer.is_captain();
    let handover = is_captain.then(|| {
        view! {
            <section aria-labelledby="captaincy">
                <h2 id="captaincy">"Captaincy"</h2>
                <p>
                    "A member of the crew can take this hold over from you, once they accept. "
                    <a href=routes::hold_page(&did, "captaincy")>"Transfer the captaincy"</a>
                </p>
            </section>
        }
    });
    view! {
        <HoldFrame head=page.head.clone() section="crew" title="Crew">
            <h1 class="sr-only">"Crew"</h1>
            {link}
            <AddForm did=did.clone() />
            <Members page=page.clone() />
            <Invites did=did.clone() invites=page.invites tiers=page.tiers />
            {handover}
        </HoldFrame>
    }
}

/// The way to somebody's preview: a form that only asks.
#[component]
pub(super) fn AddForm(did: String, #[prop(optional, into)] typed: String) -> impl IntoView {
    view! {
        <form
            class="filter-form"
            method="get"
            action=routes::hold_page(&did, "crew/add")
            aria-label="Add somebody"
        >
            <div class="field field-wide">
                <label for="who">"Add somebody by handle or DID"</label>
                <input
                    id="who"
                    name="who"
                    type="text"
                    value=typed
                    placeholder="bob.example.com"
                    maxlength="2048"
                    required
                    autocapitalize="none"
                    autocomplete="off"
                    spellcheck="false"
                />
            </div>
            <button class="button" type="submit">
                "Look them up"
            </button>
        </form>
    }
}

#[component]
fn Members(page: CrewPageData) -> impl IntoView {
    let did = page.head.did.clone();
    let is_filtered = !page.query.filter.is_empty();
    let address = routes::hold_page(&did, "crew");
    let count = if is_filtered {
        format!("{} of {}", page.matching, page.total)
    } else {
        text::counted(page.total as u64, "member", "members")
    };
    // A few members need no search.
    let filter = (is_filtered || page.total > 5).then(|| {
        view! {
            <form class="filter-form" method="get" action=address.clone() role="search" aria-label="Members">
                <div class="field">
                    <label for="filter">"Handle, DID, role or tier"</label>
                    <input
                        id="filter"
                        name="filter"
                        type="search"
                        value=page.query.filter.clone()
                        maxlength="200"
                        autocapitalize="none"
                        spellcheck="false"
                    />
                </div>
                <button class="button button-quiet" type="submit">
                    "Filter"
                </button>
            </form>
        }
    });
    let rows = if page.members.is_empty() {
        view! {
            <div class="empty">
                <p>"Nobody in the crew matches. Handles are found once this registry has met them; a DID always is."</p>
                <p>
                    <a class="button button-quiet" href=address.clone()>
                        "Show everybody"
                    </a>
                </p>
            </div>
        }
        .into_any()
    } else {
        let rows = page
            .members
            .into_iter()
            .map(|row| view! { <Row did=did.clone() row /> })
            .collect_view();
        view! { <ul class="crew-list">{rows}</ul> }.into_any()
    };
    let first = page.query.after.is_some().then(|| {
        let href = routes::with_query(&address, &[("filter", &page.query.filter)]);
        view! { <a class="button button-quiet" href=href>"From the start"</a> }
    });
    let next = page.next.map(|after| {
        let href = routes::with_query(
            &address,
            &[("filter", &page.query.filter), ("after", &after)],
        );
        view! { <a class="button button-quiet" href=href rel="next">"Next"</a> }
    });
    let has_more = first.is_some() || next.is_some();
    view! {
        <section aria-labelledby="members">
            <div class="section-head">
                <h2 id="members">"Members"</h2>
                <p class="note">{count}</p>
            </div>
            {filter}
            {rows}
            {has_more.then(|| view! { <nav class="paging" aria-label="Members">{first} {next}</nav> })}
        </section>
    }
}

/// A member, as lists show them.
#[component]
pub(super) fn Row(did: String, row: CrewRow) -> impl IntoView {
    let name = row.member.name().to_owned();
    let change = row.may_change.then(|| {
        let href = routes::hold_member(&did, &row.member.did);
        let label = format!("Change {name}");
        view! {
            <a class="crew-change" href=href aria-label=label>
                "Change"
            </a>
        }
    });
    let viewer = row.is_viewer.then(|| view! { <li class="chip">"You"</li> });
    let tier = row
        .usage
        .as_ref()
        .and_then(|usage| usage.tier.clone())
        .or_else(|| row.tier.clone());
    let tier = tier.map(|tier| view! { <li class="chip">{text::visible(&tier)}</li> });
    let permissions = if row.is_captain {
        view! { <li class="chip chip-kind">"Captain"</li> }.into_any()
    } else {
        let shown = row
            .permissions
            .iter()
            .map(|word| view! { <li class="chip">{text::visible(word)}</li> })
            .collect_view();
        view! {
            <li class="chip chip-kind">{text::visible(&row.role)}</li>
            {shown}
        }
        .into_any()
    };
    let pressure = row
        .usage
        .clone()
        .map(|usage| view! { <PressureChip usage /> });
    let usage = match row.usage {
        Some(usage) => view! { <UsageBar usage /> }.into_any(),
        None => view! { <p class="note">"Usage not known at the moment"</p> }.into_any(),
    };
    view! {
        <li class="crew-row">
            <SignalFlag name=row.member.did.clone() />
            <div class="crew-words">
                <p class="row-title"><PersonLink person=row.member.clone() /></p>
                <ul class="chips">{viewer} {permissions} {tier} {pressure}</ul>
                <p class="note">"Added " <When moment=row.added /></p>
            </div>
            {usage}
            {change}
        </li>
    }
}

/// The address of a new invite, this once.
#[component]
fn NewInvite(link: String) -> impl IntoView {
    view! {
        <section class="notice" role="status" aria-label="Your invite">
            <p>
                "Your invite link. Copy it now: only its hash is stored, and nobody can show it to you again. "
                "Whoever has it can join with it, so send it to those alone whom you mean."
            </p>
            <Listing label="Invite link" text=link />
        </section>
    }
}

#[component]
fn Invites(did: String, invites: Vec<InviteRow>, tiers: Vec<TierView>) -> impl IntoView {
    let list = (!invites.is_empty()).then(|| {
        let rows = invites
            .into_iter()
            .map(|invite| view! { <Invite did=did.clone() invite /> })
            .collect_view();
        view! { <ul class="rows">{rows}</ul> }
    });
    view! {
        <section aria-labelledby="invites">
            <h2 id="invites">"Invite links"</h2>
            <p class="note">
                "A link lets somebody join without your knowing their handle. It gives reading and writing, never administration, and works for as long as you may administer the crew."
            </p>
            {list}
            <InviteForm did tiers />
        </section>
    }
}

#[component]
fn Invite(did: String, invite: InviteRow) -> impl IntoView {
    let title = if invite.note.is_empty() {
        "Invite".to_owned()
    } else {
        text::visible(&invite.note)
    };
    let label = format!("Take back {title}");
    let tier = invite
        .tier
        .map(|tier| format!(", tier {}", text::visible(&tier)));
    view! {
        <li class="row">
            <div>
                <p class="row-title">{title}</p>
                <p class="note">
                    "By " <PersonLink person=invite.by /> ", good for "
                    {text::counted(invite.uses_left, "person", "people")} {tier} ", ends " {invite.expires}
                </p>
            </div>
            <form method="post" action=routes::hold_page(&did, "crew")>
                <FormToken />
                <button
                    class="link-button"
                    type="submit"
                    name="revoke_invite"
                    value=invite.id
                    aria-label=label
                >
                    "Take back"
                </button>
            </form>
        </li>
    }
}

#[component]
fn InviteForm(did: String, tiers: Vec<TierView>) -> impl IntoView {
    let days = INVITE_DAYS
        .map(|days| {
            let words = text::counted(days.into(), "day", "days");
            view! { <option value=days.to_string() selected=days == 7>{words}</option> }
        })
        .collect_view();
    let uses = INVITE_USES
        .map(|uses| {
            let words = text::counted(uses.into(), "person", "people");
            view! { <option value=uses.to_string()>{words}</option> }
        })
        .collect_view();
    view! {
        <form class="filter-form" method="post" action=routes::hold_page(&did, "crew") aria-label="New invite">
            <FormToken />
            <div class="field">
                <label for="invite-note">"What it is for"</label>
                <input id="invite-note" name="note" type="text" maxlength="64" placeholder="The team" />
            </div>
            <div class="field field-narrow">
                <label for="invite-uses">"Good for"</label>
                <select id="invite-uses" name="uses">
                    {uses}
                </select>
            </div>
            <div class="field field-narrow">
                <label for="invite-days">"Ends after"</label>
                <select id="invite-days" name="days">
                    {days}
                </select>
            </div>
            <TierField id="invite-tier" tiers chosen=None />
            <button class="button" type="submit" name="invite" value="1">
                "Make a link"
            </button>
        </form>
    }
}

/// The choice of a tier. Nothing where there are none.
#[component]
pub(super) fn TierField(
    id: &'static str,
    tiers: Vec<TierView>,
    chosen: Option<String>,
) -> impl IntoView {
    if tiers.is_empty() {
        return None;
    }
    let default = tiers.iter().find(|tier| tier.is_default).map_or_else(
        || "Default".to_owned(),
        |tier| format!("Default: {}, {}", tier.name, text::bytes(tier.bytes)),
    );
    let is_default = chosen.is_none();
    let options = tiers
        .into_iter()
        .map(|tier| {
            let selected = chosen.as_deref() == Some(&tier.name);
            let words = format!("{}, {}", tier.name, text::bytes(tier.bytes));
            view! {
                <option value=tier.name selected=selected>
                    {words}
                </option>
            }
        })
        .collect_view();
    Some(view! {
        <div class="field field-narrow">
            <label for=id>"Tier"</label>
            <select id=id name="tier">
                <option value="" selected=is_default>
                    {default}
                </option>
                {options}
            </select>
        </div>
    })
}
