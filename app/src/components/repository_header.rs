//! What every page of a repository begins with: whose it is, its name, and its pages.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use leptos::prelude::*;

use super::signal_flag::SignalFlag;
use crate::api::person::Owner;
use crate::api::viewer::Viewer;
use crate::{routes, t};

/// Which page of the repository this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RepositoryTab {
    /// The first one.
    Overview,
    /// Its tags.
    Tags,
    /// Two of its images side by side.
    Compare,
    /// What its owner decides about it; for the owner.
    Settings,
    /// One of another kind.
    Other,
}

/// The head of a repository's pages. `detail` is what this page is about, where that is less than all of it; `avatar`
/// is the address of the repository's picture, `action` what can be done beside its name.
#[component]
pub(crate) fn RepositoryHeader(
    owner: Owner,
    name: String,
    path: String,
    tab: RepositoryTab,
    #[prop(optional, into)] detail: Option<String>,
    #[prop(default = None)] avatar: Option<String>,
    #[prop(optional)] action: Option<AnyView>,
) -> impl IntoView {
    let settings = Viewer::is(&owner.did).then(|| {
        (
            RepositoryTab::Settings,
            t!("repository-settings"),
            routes::repository_settings(&name),
        )
    });
    let tabs = [
        (
            RepositoryTab::Overview,
            t!("repository-overview"),
            routes::repository(&name),
        ),
        (
            RepositoryTab::Tags,
            t!("repository-tags"),
            routes::tags(&name),
        ),
        (
            RepositoryTab::Compare,
            t!("repository-compare"),
            routes::compare(&name),
        ),
    ]
    .into_iter()
    .chain(settings)
    .map(|(this, label, href)| {
        let current = (this == tab).then_some("page");
        view! {
            <li>
                <a class="tab" href=href aria-current=current>
                    {label}
                </a>
            </li>
        }
    })
    .collect_view();
    let href = routes::repository(&name);
    let picture = match avatar {
        Some(src) => {
            view! { <img class="repository-picture" src=src alt="" width="64" height="64" /> }
                .into_any()
        }
        None => view! { <SignalFlag name /> }.into_any(),
    };
    let heading = match detail {
        Some(detail) => {
            // As in image names: a tag behind a colon, a digest behind an at sign.
            let separator = if detail.contains(':') { "@" } else { ":" };
            view! {
            <h1 class="page-title">
                <a href=href>{path}</a>
                <span class="detail">{separator} {detail}</span>
            </h1>
            }
            .into_any()
        }
        None => view! { <h1 class="page-title">{path}</h1> }.into_any(),
    };
    view! {
        <header class="page-head frame">
            {picture}
            <div class="page-head-words">
                <p class="eyebrow">
                    <a href=routes::person(&owner.name)>{owner.name.clone()}</a>
                </p>
                {heading}
            </div>
            {action.map(|action| view! { <div class="page-head-action">{action}</div> })}
            <nav class="tabs" aria-label=t!("repository-landmark")>
                <ul>{tabs}</ul>
            </nav>
        </header>
    }
}

/// Says that what is shown may be old.
#[component]
pub(crate) fn StaleNotice(is_stale: bool) -> impl IntoView {
    is_stale.then(|| {
        view! {
            <p class="notice">{t!("repository-stale")}</p>
        }
    })
}
