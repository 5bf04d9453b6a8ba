//! What a deletion would do, exactly, before it is done.

use leptos::prelude::*;

use crate::api::repository::owner::{DeletePage, DeleteWhat};
use crate::components::ask_for_repositories::AskForRepositories;
use crate::components::confirm_first::ConfirmFirst;
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::components::values::{ShortDigest, Size};
use crate::{routes, text};

/// Names listed before the rest is folded away.
const SHOWN: usize = 30;

pub(super) fn draw(page: DeletePage) -> impl IntoView {
    let repository = page.repository.clone();
    let is_everything = page.what == DeleteWhat::Everything;
    let heading = match &page.what {
        DeleteWhat::Everything => format!("Delete {}", repository.name),
        DeleteWhat::Rules => "What the retention rules remove now".to_owned(),
        DeleteWhat::Tags(_) | DeleteWhat::Matching(_) => "Delete these tags".to_owned(),
    };
    let problem = page.problem.clone().map(|problem| {
        view! {
            <p class="problem" role="alert">
                {problem}
            </p>
        }
    });
    let is_nothing = page.tags.is_empty() && page.manifests.is_empty() && !is_everything;
    let content = if is_nothing {
        view! { <Nothing page=page.clone() /> }.into_any()
    } else {
        view! {
            <Effect page=page.clone() />
            <Confirm page=page.clone() />
        }
        .into_any()
    };
    view! {
        <Page title=heading.clone() description="What would be deleted.">
            <RepositoryHeader
                owner=repository.owner
                name=repository.name
                path=repository.path
                tab=if is_everything { RepositoryTab::Settings } else { RepositoryTab::Tags }
            />
            <div class="frame page-body owner-page">
                <h2>{heading}</h2>
                {problem}
                <Immutable immutable=page.immutable />
                {content}
            </div>
        </Page>
    }
}

/// Tags that stay whatever was chosen.
#[component]
fn Immutable(immutable: Vec<(String, String)>) -> impl IntoView {
    (!immutable.is_empty()).then(|| {
        let rows = immutable
            .into_iter()
            .map(|(tag, pattern)| {
                view! { <li><code>{tag}</code> " is immutable by the pattern " <code>{pattern}</code></li> }
            })
            .collect_view();
        view! {
            <section class="notice" aria-label="Tags that stay">
                <p>"These stay. Take their patterns out of the settings first, if you mean them too."</p>
                <ul class="prose-list">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn Nothing(page: DeletePage) -> impl IntoView {
    let (words, href, label) = match page.what {
        DeleteWhat::Rules => (
            "As everything is now, the rules remove nothing.",
            routes::repository_settings(&page.repository.name),
            "Back to the settings",
        ),
        _ => (
            "No tag was chosen that can be deleted.",
            routes::tags(&page.repository.name),
            "Back to the tags",
        ),
    };
    view! {
        <section class="empty">
            <h3>"Nothing to delete"</h3>
            <p>{words}</p>
            <p>
                <a class="button" href=href>
                    {label}
                </a>
            </p>
        </section>
    }
}

/// What goes, what stays and why, and what comes back.
#[component]
fn Effect(page: DeletePage) -> impl IntoView {
    let tags = page
        .tags
        .iter()
        .map(|planned| {
            let attached = planned
                .is_attached
                .then(|| view! { <span class="note">" attaches something to what goes"</span> });
            view! { <li><code>{planned.tag.clone()}</code> " " <ShortDigest digest=planned.digest.clone() /> {attached}</li> }
                .into_any()
        })
        .collect();
    let manifests = page
        .manifests
        .iter()
        .map(|digest| view! { <li><ShortDigest digest=digest.clone() /></li> }.into_any())
        .collect();
    let kept = (!page.kept.is_empty()).then(|| {
        let rows = page
            .kept
            .iter()
            .map(|(digest, reason)| {
                view! { <li><ShortDigest digest=digest.clone() /> " " {reason.clone()}</li> }
                    .into_any()
            })
            .collect();
        let title = text::counted(page.kept.len() as u64, "manifest stays", "manifests stay");
        view! { <Listed title rows /> }
    });
    let manifests_title = format!(
        "{}, since nothing else leads there",
        text::counted(page.manifests.len() as u64, "manifest goes", "manifests go")
    );
    view! {
        <dl class="effect">
            <div>
                <dt>"Tags"</dt>
                <dd>{text::grouped(page.tags.len() as u64)}</dd>
            </div>
            <div>
                <dt>"Manifests"</dt>
                <dd>{text::grouped(page.manifests.len() as u64)}</dd>
            </div>
            <div>
                <dt>"Your quota gets back"</dt>
                <dd>{amount(page.quota)}</dd>
            </div>
            <div>
                <dt>"The hold can free"</dt>
                <dd>{amount(page.space)}</dd>
            </div>
        </dl>
        <p class="note">
            {if page.quota.is_some() {
                "Reckoned from the hold's own layer records: layers that other manifests use are not in it. Your quota
                falls at once; the hold frees the bytes when it next collects what nothing uses."
            } else {
                "The hold of these images is elsewhere and does not tell in advance how much comes back. Layers that
                other manifests use stay in any case."
            }}
        </p>
        {(!page.tags.is_empty())
            .then(|| {
                let title = text::counted(page.tags.len() as u64, "tag goes", "tags go");
                view! { <Listed title rows=tags /> }
            })}
        {(!page.manifests.is_empty()).then(|| view! { <Listed title=manifests_title rows=manifests /> })}
        {kept}
    }
}

fn amount(bytes: Option<u64>) -> AnyView {
    match bytes {
        Some(bytes) => view! { <Size bytes /> }.into_any(),
        None => view! { <span class="unknown">"not told"</span> }.into_any(),
    }
}

/// A list of which the first are in sight.
#[component]
fn Listed(title: String, rows: Vec<AnyView>) -> impl IntoView {
    let mut rows = rows;
    let rest = rows.split_off(rows.len().min(SHOWN));
    let folded = (!rest.is_empty()).then(|| {
        let summary = format!("and {} more", text::grouped(rest.len() as u64));
        view! {
            <details>
                <summary>{summary}</summary>
                <ul class="effect-list">{rest}</ul>
            </details>
        }
    });
    view! {
        <section class="owner-section">
            <h3>{title}</h3>
            <ul class="effect-list">{rows}</ul>
            {folded}
        </section>
    }
}

#[component]
fn Confirm(page: DeletePage) -> impl IntoView {
    let name = page.repository.name.clone();
    let address = routes::delete(&name);
    let (back, fields) = match &page.what {
        DeleteWhat::Tags(tags) => (
            routes::tags(&name),
            tags.iter().map(|tag| ("tag", tag.clone())).collect(),
        ),
        DeleteWhat::Matching(filter) => (routes::tags(&name), vec![("matching", filter.clone())]),
        DeleteWhat::Rules => (
            routes::repository_settings(&name),
            vec![("rules", "yes".to_owned())],
        ),
        DeleteWhat::Everything => (
            routes::repository_settings(&name),
            vec![("everything", "yes".to_owned())],
        ),
    };
    let hidden: Vec<_> = fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect();
    let is_everything = page.what == DeleteWhat::Everything;
    let all = routes::with_query(&address, &[("everything", "yes")]);
    let may_write = page.repository.may_write;
    if !may_write {
        let return_to = if is_everything { all } else { back };
        return view! { <AskForRepositories return_to /> }.into_any();
    }
    if is_everything && !page.immutable.is_empty() {
        return ().into_any();
    }
    if is_everything && !page.is_fresh {
        return view! {
            <ConfirmFirst why="Deleting a repository asks you to sign in once more." return_to=all />
        }
        .into_any();
    }
    let typed = is_everything.then(|| {
        view! {
            <label for="typed">"Type " <code>{page.repository.path.clone()}</code> " to delete all of it"</label>
            <input
                id="typed"
                name="typed"
                type="text"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                required
            />
        }
    });
    view! {
        <form class="stack owner-form" method="post" action=address>
            <FormToken />
            {hidden}
            <input type="hidden" name="fingerprint" value=page.fingerprint />
            {typed}
            <p class="decision">
                <button class="button button-danger" type="submit">
                    {if is_everything { "Delete the repository" } else { "Delete them" }}
                </button>
                <a class="button button-quiet" href=back>
                    "Cancel"
                </a>
            </p>
            <p class="note">"This cannot be undone here; pushing an image again brings it back."</p>
        </form>
    }
    .into_any()
}
