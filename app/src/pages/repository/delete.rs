//! What a deletion would do, exactly, before it is done.

use leptos::prelude::*;

use crate::api::repository::owner::{DeletePage, DeleteWhat, KeptBecause};
use crate::components::ask_at_server::{Allow, AskAtServer};
use crate::components::confirm_first::ConfirmFirst;
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::components::values::{ShortDigest, Size};
use crate::{routes, t, t_view, text};

/// Names listed before the rest is folded away.
const SHOWN: usize = 30;

pub(super) fn draw(page: DeletePage) -> impl IntoView {
    let repository = page.repository.clone();
    let is_everything = page.what == DeleteWhat::Everything;
    let heading = match &page.what {
        DeleteWhat::Everything => t!("delete-everything", repository = repository.name.clone()),
        DeleteWhat::Rules => t!("delete-by-rules").to_owned(),
        DeleteWhat::Tags(_) | DeleteWhat::Matching(_) => t!("delete-tags").to_owned(),
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
        <Page title=heading.clone() description=t!("delete-description")>
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
                let tag = view! { <code>{tag}</code> };
                let pattern = view! { <code>{pattern}</code> };
                view! { <li>{t_view!("delete-immutable-tag", tag = tag, pattern = pattern)}</li> }
            })
            .collect_view();
        view! {
            <section class="notice" aria-label=t!("delete-immutable-landmark")>
                <p>{t!("delete-immutable")}</p>
                <ul class="prose-list">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn Nothing(page: DeletePage) -> impl IntoView {
    let (words, href, label) = match page.what {
        DeleteWhat::Rules => (
            t!("delete-nothing-rules"),
            routes::repository_settings(&page.repository.name),
            t!("delete-back-settings"),
        ),
        _ => (
            t!("delete-nothing-tags"),
            routes::tags(&page.repository.name),
            t!("delete-back-tags"),
        ),
    };
    view! {
        <section class="empty">
            <h3>{t!("delete-nothing")}</h3>
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
                .then(|| view! { " " <span class="note">{t!("delete-tag-attached")}</span> });
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
            .map(|(digest, because)| view! { <li>{stays(digest, because)}</li> }.into_any())
            .collect();
        view! { <Listed title=t!("delete-manifests-stay", count = page.kept.len()) rows /> }
    });
    view! {
        <dl class="effect">
            <div>
                <dt>{t!("delete-sum-tags")}</dt>
                <dd>{text::grouped(page.tags.len() as u64)}</dd>
            </div>
            <div>
                <dt>{t!("delete-sum-manifests")}</dt>
                <dd>{text::grouped(page.manifests.len() as u64)}</dd>
            </div>
            <div>
                <dt>{t!("delete-sum-quota")}</dt>
                <dd>{amount(page.quota)}</dd>
            </div>
            <div>
                <dt>{t!("delete-sum-space")}</dt>
                <dd>{amount(page.space)}</dd>
            </div>
        </dl>
        <p class="note">
            {if page.quota.is_some() {
                t!("delete-sum-how")
            } else {
                t!("delete-sum-elsewhere")
            }}
        </p>
        {(!page.tags.is_empty())
            .then(|| {
                let title = t!("delete-tags-go", count = page.tags.len());
                view! { <Listed title rows=tags /> }
            })}
        {(!page.manifests.is_empty())
            .then(|| {
                let title = t!("delete-manifests-go", count = page.manifests.len());
                view! { <Listed title rows=manifests /> }
            })}
        {kept}
    }
}

/// Which manifest stays, and why.
fn stays(digest: &str, because: &KeptBecause) -> Vec<AnyView> {
    let manifest = view! { <ShortDigest digest=digest.to_owned() /> };
    match because {
        KeptBecause::Tagged { tags, more: 0 } => {
            t_view!("delete-kept-tagged", manifest = manifest; tags = tags.join(", "))
        }
        KeptBecause::Tagged { tags, more } => {
            t_view!(
                "delete-kept-tagged-more",
                manifest = manifest;
                tags = tags.join(", "),
                count = *more
            )
        }
        KeptBecause::PartOf(index) => {
            t_view!("delete-kept-part", manifest = manifest; index = index.clone())
        }
        KeptBecause::SpeaksAbout(subject) => {
            t_view!("delete-kept-about", manifest = manifest; subject = subject.clone())
        }
        KeptBecause::Unknown => t_view!("delete-kept-unread", manifest = manifest),
    }
}

fn amount(bytes: Option<u64>) -> AnyView {
    match bytes {
        Some(bytes) => view! { <Size bytes /> }.into_any(),
        None => view! { <span class="unknown">{t!("delete-sum-unknown")}</span> }.into_any(),
    }
}

/// A list of which the first are in sight.
#[component]
fn Listed(title: String, rows: Vec<AnyView>) -> impl IntoView {
    let mut rows = rows;
    let rest = rows.split_off(rows.len().min(SHOWN));
    let folded = (!rest.is_empty()).then(|| {
        let summary = t!("delete-more", count = rest.len());
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
        return view! { <AskAtServer allow=Allow::Repositories return_to /> }.into_any();
    }
    if is_everything && !page.immutable.is_empty() {
        return ().into_any();
    }
    if is_everything && !page.is_fresh {
        return view! {
            <ConfirmFirst why=t!("delete-fresh") return_to=all />
        }
        .into_any();
    }
    let typed = is_everything.then(|| {
        let path = view! { <code>{page.repository.path.clone()}</code> };
        view! {
            <label for="typed">{t_view!("delete-type", path = path)}</label>
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
                    {if is_everything { t!("delete-confirm-everything") } else { t!("delete-confirm") }}
                </button>
                <a class="button button-quiet" href=back>
                    {t!("delete-cancel")}
                </a>
            </p>
            <p class="note">{t!("delete-final")}</p>
        </form>
    }
    .into_any()
}
