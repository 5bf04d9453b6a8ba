//! The pages of holds: the frame that those of one hold share, and one file per page.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

pub(crate) mod activity;
pub(crate) mod captaincy;
pub(crate) mod crew;
pub(crate) mod crew_add;
pub(crate) mod crew_member;
pub(crate) mod join;
pub(crate) mod list;
pub(crate) mod network;
pub(crate) mod public;
pub(crate) mod quotas;
pub(crate) mod set_up;
pub(crate) mod settings;
pub(crate) mod space;
pub(crate) mod upkeep;
pub(crate) mod usage;

use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::Link;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::api::hold::{ForThose, HoldHead, HoldViewer, Named, Whom};
use crate::components::ask_at_server::{Allow, AskAtServer};
use crate::components::layout::page::Page;
use crate::components::signal_flag::SignalFlag;
use crate::{routes, t, t_view, text};

/// Who sees a page of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audience {
    Everybody,
    Administrators,
    Captain,
}

/// Every page of a hold, as its tabs show them: the last part of the address, the name, and for whom it is.
fn sections() -> [(&'static str, &'static str, Audience); 8] {
    use Audience::{Administrators, Captain, Everybody};
    [
        ("", t!("hold-tab-overview"), Everybody),
        ("crew", t!("hold-tab-crew"), Administrators),
        ("quotas", t!("hold-tab-quotas"), Administrators),
        ("usage", t!("hold-tab-usage"), Administrators),
        ("space", t!("hold-tab-space"), Administrators),
        ("network", t!("hold-tab-network"), Administrators),
        ("activity", t!("hold-tab-activity"), Administrators),
        ("settings", t!("hold-tab-settings"), Captain),
    ]
}

impl Audience {
    fn has(self, viewer: HoldViewer) -> bool {
        match self {
            Self::Everybody => true,
            Self::Administrators => viewer.may_administer(),
            Self::Captain => viewer.is_captain(),
        }
    }
}

/// The DID in the address of the page.
pub(crate) fn hold_in_address() -> String {
    parameter("did")
}

/// A part of the address of the page.
pub(crate) fn parameter(name: &str) -> String {
    use_params_map()
        .with_untracked(|params| params.get(name))
        .unwrap_or_default()
}

/// What follows the question mark in the address of the page, by name.
pub(crate) fn query(name: &str) -> String {
    use_query_map()
        .with_untracked(|query| query.get(name))
        .unwrap_or_default()
}

/// Draws a page for those whom it is for, and says to others whom to ask.
pub(crate) fn for_those<T, View: IntoView + 'static>(
    answer: ForThose<T>,
    draw: impl FnOnce(T) -> View,
) -> AnyView {
    match answer {
        ForThose::Allowed(page) => draw(page).into_any(),
        ForThose::Refused { head, whom } => view! { <Refused head=*head whom /> }.into_any(),
    }
}

/// A page of a hold. `section` is the last part of its address.
#[component]
pub(crate) fn HoldFrame(
    head: HoldHead,
    section: &'static str,
    #[prop(into)] title: String,
    #[prop(optional, into)] json: Option<String>,
    children: Children,
) -> impl IntoView {
    let name = text::visible(&head.name);
    let shown: Vec<_> = sections()
        .into_iter()
        .filter(|(_, _, audience)| audience.has(head.viewer))
        .collect();
    let tabs = (shown.len() > 1).then(|| {
        let tabs = shown
            .into_iter()
            .map(|(path, label, _)| {
                let current = (path == section).then_some("page");
                let href = match path {
                    "" => routes::hold(&head.did),
                    path => routes::hold_page(&head.did, path),
                };
                view! {
                    <li>
                        <a class="tab" href=href aria-current=current>
                            {label}
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <nav class="tabs" aria-label=t!("hold-landmark")>
                <ul>{tabs}</ul>
            </nav>
        }
    });
    let whole_title = if title.is_empty() {
        name.clone()
    } else {
        t!("hold-window-title", page = title, hold = name.clone())
    };
    let captain = head.captain.name().to_owned();
    let description = t!("hold-summary", hold = name.clone(), captain = captain);
    let outcome = view! { <Outcome done=head.done.clone() problem=head.problem.clone() /> };
    let ask = head
        .needs_permission
        .then(|| view! { <AskAtServer allow=Allow::Holds return_to=routes::hold_page(&head.did, section) /> });
    let heading = if section.is_empty() {
        view! { <h1 class="page-title">{name}</h1> }.into_any()
    } else {
        view! {
            <p class="page-title">
                <a href=routes::hold(&head.did)>{name}</a>
            </p>
        }
        .into_any()
    };
    view! {
        <Page title=whole_title description>
            {json.map(|href| view! { <Link rel="alternate" type_="application/json" href /> })}
            <header class="page-head frame">
                <SignalFlag name=head.did.clone() />
                <div class="page-head-words">
                    <p class="eyebrow">
                        <a href=routes::HOLDS>{t!("hold-eyebrow")}</a>
                    </p>
                    {heading}
                </div>
                {tabs}
            </header>
            <div class="frame page-body hold-body">{outcome} {ask} {children()}</div>
        </Page>
    }
}

/// What became of a form.
#[component]
fn Outcome(done: Option<String>, problem: Option<String>) -> impl IntoView {
    let done = done.map(|text| {
        view! {
            <p class="done" role="status">
                {text}
            </p>
        }
    });
    let problem = problem.map(|text| {
        view! {
            <p class="problem" role="alert">
                {text}
            </p>
        }
    });
    view! {
        {done}
        {problem}
    }
}

/// Says whom the page is for, with status 403.
#[component]
fn Refused(head: HoldHead, whom: Whom) -> impl IntoView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::FORBIDDEN);
    }
    let captain = head.captain.clone();
    let back = routes::hold(&head.did);
    let title = match whom {
        Whom::Captain => t!("hold-refused-captain"),
        Whom::Administrators => t!("hold-refused-administrators"),
    };
    let ask = t_view!(
        "hold-refused-ask",
        captain = view! { <PersonLink person=captain /> },
        permission = view! { <code>"crew:admin"</code> }
    );
    view! {
        <HoldFrame head section="refused" title=t!("hold-refused")>
            <section class="empty">
                <h1 class="minor">{title}</h1>
                <p>{ask}</p>
                <p>
                    <a class="button" href=back>
                        {t!("hold-refused-back")}
                    </a>
                </p>
            </section>
        </HoldFrame>
    }
}

/// Somebody by name, leading to their page.
#[component]
pub(crate) fn PersonLink(person: Named) -> impl IntoView {
    let shown = match &person.handle {
        Some(handle) => format!("@{handle}"),
        None => person.did.clone(),
    };
    view! { <a href=routes::person(person.name())>{shown}</a> }
}
