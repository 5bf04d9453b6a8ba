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
use crate::{routes, t, t_view, text};

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
                <h2 id="captaincy">{t!("captaincy-title")}</h2>
                <p>
                    {t!("crew-captaincy")} " "
                    <a href=routes::hold_page(&did, "captaincy")>{t!("crew-captaincy-link")}</a>
                </p>
            </section>
        }
    });
    view! {
        <HoldFrame head=page.head.clone() section="crew" title=t!("crew-title")>
            <h1 class="sr-only">{t!("crew-title")}</h1>
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
            aria-label=t!("crew-add-form")
        >
            <div class="field field-wide">
                <label for="who">{t!("crew-add-who")}</label>
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
                {t!("crew-add-look-up")}
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
        t!(
            "crew-members-matching",
            matching = page.matching,
            total = page.total
        )
    } else {
        t!("count-members", count = page.total)
    };
    // A few members need no search.
    let filter = (is_filtered || page.total > 5).then(|| {
        let (address, typed) = (address.clone(), page.query.filter.clone());
        view! { <MemberFilter address typed /> }
    });
    let rows = if page.members.is_empty() {
        view! {
            <div class="empty">
                <p>{t!("crew-members-none")}</p>
                <p>
                    <a class="button button-quiet" href=address.clone()>
                        {t!("crew-members-all")}
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
        view! { <a class="button button-quiet" href=href>{t!("crew-first")}</a> }
    });
    let next = page.next.map(|after| {
        let href = routes::with_query(
            &address,
            &[("filter", &page.query.filter), ("after", &after)],
        );
        view! { <a class="button button-quiet" href=href rel="next">{t!("crew-next")}</a> }
    });
    let has_more = first.is_some() || next.is_some();
    view! {
        <section aria-labelledby="members">
            <div class="section-head">
                <h2 id="members">{t!("crew-members")}</h2>
                <p class="note">{count}</p>
            </div>
            {filter}
            {rows}
            {has_more.then(|| view! { <nav class="paging" aria-label=t!("crew-members")>{first} {next}</nav> })}
        </section>
    }
}

#[component]
fn MemberFilter(address: String, typed: String) -> impl IntoView {
    view! {
        <form
            class="filter-form"
            method="get"
            action=address
            role="search"
            aria-label=t!("crew-members")
        >
            <div class="field">
                <label for="filter">{t!("crew-filter")}</label>
                <input
                    id="filter"
                    name="filter"
                    type="search"
                    value=typed
                    maxlength="200"
                    autocapitalize="none"
                    spellcheck="false"
                />
            </div>
            <button class="button button-quiet" type="submit">
                {t!("crew-filter-submit")}
            </button>
        </form>
    }
}

/// A member, as lists show them.
#[component]
pub(super) fn Row(did: String, row: CrewRow) -> impl IntoView {
    let name = row.member.name().to_owned();
    let change = row.may_change.then(|| {
        let href = routes::hold_member(&did, &row.member.did);
        let label = t!("crew-change-label", name = name);
        view! {
            <a class="crew-change" href=href aria-label=label>
                {t!("crew-change")}
            </a>
        }
    });
    let viewer = row
        .is_viewer
        .then(|| view! { <li class="chip">{t!("crew-you")}</li> });
    let tier = row
        .usage
        .as_ref()
        .and_then(|usage| usage.tier.clone())
        .or_else(|| row.tier.clone());
    let tier = tier.map(|tier| view! { <li class="chip">{text::visible(&tier)}</li> });
    let permissions = if row.is_captain {
        view! { <li class="chip chip-kind">{t!("crew-captain")}</li> }.into_any()
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
        None => view! { <p class="note">{t!("crew-usage-unknown")}</p> }.into_any(),
    };
    view! {
        <li class="crew-row">
            <SignalFlag name=row.member.did.clone() />
            <div class="crew-words">
                <p class="row-title"><PersonLink person=row.member.clone() /></p>
                <ul class="chips">{viewer} {permissions} {tier} {pressure}</ul>
                <p class="note">{t_view!("crew-added", when = view! { <When moment=row.added /> })}</p>
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
        <section class="notice" role="status" aria-label=t!("crew-invite-made")>
            <p>{t!("crew-invite-once")}</p>
            <Listing label=t!("crew-invite-link") text=link />
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
            <h2 id="invites">{t!("crew-invites")}</h2>
            <p class="note">{t!("crew-invites-how")}</p>
            {list}
            <InviteForm did tiers />
        </section>
    }
}

#[component]
fn Invite(did: String, invite: InviteRow) -> impl IntoView {
    let title = if invite.note.is_empty() {
        t!("crew-invite-untitled").to_owned()
    } else {
        text::visible(&invite.note)
    };
    let label = t!("crew-invite-revoke-label", invite = title.clone());
    let by = view! { <PersonLink person=invite.by /> };
    let (count, day) = (invite.uses_left, invite.expires);
    let terms = match invite.tier {
        Some(tier) => {
            let tier = text::visible(&tier);
            t_view!("crew-invite-terms-tier", by = by; count = count, tier = tier, day = day)
        }
        None => t_view!("crew-invite-terms", by = by; count = count, day = day),
    };
    view! {
        <li class="row">
            <div>
                <p class="row-title">{title}</p>
                <p class="note">{terms}</p>
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
                    {t!("crew-invite-revoke")}
                </button>
            </form>
        </li>
    }
}

#[component]
fn InviteForm(did: String, tiers: Vec<TierView>) -> impl IntoView {
    let days = INVITE_DAYS
        .map(|days| {
            let words = t!("count-days", count = days);
            view! { <option value=days.to_string() selected=days == 7>{words}</option> }
        })
        .collect_view();
    let uses = INVITE_USES
        .map(|uses| {
            let words = t!("count-people", count = uses);
            view! { <option value=uses.to_string()>{words}</option> }
        })
        .collect_view();
    view! {
        <form
            class="filter-form"
            method="post"
            action=routes::hold_page(&did, "crew")
            aria-label=t!("crew-invite-new")
        >
            <FormToken />
            <div class="field">
                <label for="invite-note">{t!("crew-invite-note")}</label>
                <input
                    id="invite-note"
                    name="note"
                    type="text"
                    maxlength="64"
                    placeholder=t!("crew-invite-note-example")
                />
            </div>
            <div class="field field-narrow">
                <label for="invite-uses">{t!("crew-invite-uses")}</label>
                <select id="invite-uses" name="uses">
                    {uses}
                </select>
            </div>
            <div class="field field-narrow">
                <label for="invite-days">{t!("crew-invite-days")}</label>
                <select id="invite-days" name="days">
                    {days}
                </select>
            </div>
            <TierField id="invite-tier" tiers chosen=None />
            <button class="button" type="submit" name="invite" value="1">
                {t!("crew-invite-submit")}
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
        || t!("crew-tier-default-none").to_owned(),
        |tier| {
            let bytes = text::bytes(tier.bytes);
            t!("crew-tier-default", tier = tier.name.clone(), bytes = bytes)
        },
    );
    let is_default = chosen.is_none();
    let options = tiers
        .into_iter()
        .map(|tier| {
            let selected = chosen.as_deref() == Some(&tier.name);
            let bytes = text::bytes(tier.bytes);
            let words = t!("crew-tier-choice", tier = tier.name.clone(), bytes = bytes);
            view! {
                <option value=tier.name selected=selected>
                    {words}
                </option>
            }
        })
        .collect_view();
    Some(view! {
        <div class="field field-narrow">
            <label for=id>{t!("crew-tier")}</label>
            <select id=id name="tier">
                <option value="" selected=is_default>
                    {default}
                </option>
                {options}
            </select>
        </div>
    })
}
