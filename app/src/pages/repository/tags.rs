//! The tags of a repository.

use leptos::prelude::*;

use crate::api::person::Owner;
use crate::api::repository::tags::{PlatformImage, Tag, TagsPage, TagsQuery};
use crate::api::viewer::Viewer;
use crate::components::layout::page::Page;
use crate::components::record_link::RecordLink;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab, StaleNotice};
use crate::components::values::{ShortDigest, Size, When, kind_name};
use crate::{routes, t, t_view, text};

pub(super) fn draw(page: TagsPage, query: TagsQuery) -> impl IntoView {
    let address = routes::tags(&page.name);
    let is_owner = Viewer::is(&page.owner.did);
    let shown = if page.tags.is_empty() {
        view! { <NoTags total=page.total filter=query.filter.clone() address=address.clone() /> }
            .into_any()
    } else {
        let rows = page
            .tags
            .iter()
            .map(|tag| {
                view! { <TagRow name=page.name.clone() owner=page.owner.clone() tag=tag.clone() is_owner /> }
            })
            .collect_view();
        let list = view! { <ol class="tag-list">{rows}</ol> };
        if is_owner {
            view! { <Choose page=page.clone() filter=query.filter.clone()>{list.into_any()}</Choose> }.into_any()
        } else {
            list.into_any()
        }
    };
    let count = summary(&page, &query);
    view! {
        <Page
            title=t!("tags-title", repository = page.name.clone())
            description=t!("tags-description", repository = page.name.clone(), count = page.total)
            json=routes::json(&address)
            feed=routes::feed(&routes::repository(&page.name))
            picture=routes::picture(&page.name)
        >
            <RepositoryHeader
                owner=page.owner.clone()
                name=page.name.clone()
                path=page.path.clone()
                tab=RepositoryTab::Tags
            />
            <div class="frame page-body">
                <StaleNotice is_stale=page.is_stale />
                <FilterForm address=address.clone() query=query.clone() />
                <p class="note" role="status">
                    {count}
                </p>
                {shown}
                <Paging address skipped=page.skipped next=page.next.clone() query=query.clone() />
            </div>
        </Page>
    }
}

/// Which tags these are, of how many.
fn summary(page: &TagsPage, query: &TagsQuery) -> String {
    let first = (page.skipped + 1).to_string();
    let last = (page.skipped + page.tags.len()).to_string();
    match (page.tags.is_empty(), query.filter.is_empty()) {
        (true, _) => t!("count-tags", count = page.total),
        (false, true) if page.tags.len() == page.total => t!("count-tags", count = page.total),
        (false, true) => t!("tags-part", first = first, last = last, count = page.total),
        (false, false) => t!(
            "tags-part-matching",
            first = first,
            last = last,
            matching = page.matching,
            count = page.total
        ),
    }
}

#[component]
fn FilterForm(address: String, query: TagsQuery) -> impl IntoView {
    let by_time = query.order == "newest";
    view! {
        <form class="filter-form" method="get" action=address role="search" aria-label=t!("tags-filter-landmark")>
            <div class="field">
                <label for="filter">{t!("tags-filter")}</label>
                <input
                    id="filter"
                    name="filter"
                    type="search"
                    value=query.filter
                    maxlength="128"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                />
            </div>
            <div class="field">
                <label for="order">{t!("tags-order")}</label>
                <select id="order" name="order">
                    <option value="version" selected=!by_time>
                        {t!("tags-order-version")}
                    </option>
                    <option value="newest" selected=by_time>
                        {t!("tags-order-pushed")}
                    </option>
                </select>
            </div>
            <button class="button" type="submit">
                {t!("tags-show")}
            </button>
        </form>
    }
}

#[component]
fn NoTags(total: usize, filter: String, address: String) -> impl IntoView {
    if total == 0 {
        return view! {
            <section class="empty">
                <h2>{t!("tags-none")}</h2>
                <p>{t!("tags-none-why")}</p>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="empty">
            <h2>{t!("tags-no-match")}</h2>
            <p>{t!("tags-no-match-why", filter = text::visible(&filter))}</p>
            <p>
                <a class="button" href=address>
                    {t!("tags-show-all")}
                </a>
            </p>
        </section>
    }
    .into_any()
}

/// The list as a form in which its owner chooses tags, to see what deleting them would do.
#[component]
fn Choose(page: TagsPage, filter: String, children: Children) -> impl IntoView {
    let matching = (!filter.is_empty() && page.matching > page.tags.len()).then(|| {
        let label = t!("tags-delete-matching", count = page.matching);
        view! {
            <a class="button button-quiet" href=routes::with_query(&routes::delete(&page.name), &[("matching", &filter)])>
                {label}
            </a>
        }
    });
    view! {
        <form class="choose" method="get" action=routes::delete(&page.name)>
            <div class="choose-bar">
                <button class="button button-quiet" type="submit">
                    {t!("tags-delete-chosen")}
                </button>
                {matching}
                <span class="note">{t!("tags-delete-hint")}</span>
            </div>
            {children()}
        </form>
    }
}

#[component]
fn TagRow(name: String, owner: Owner, tag: Tag, is_owner: bool) -> impl IntoView {
    let choose = is_owner.then(|| {
        let label = t!("tags-choose", tag = tag.tag.clone());
        view! {
            <input class="choose-tag" type="checkbox" name="tag" value=tag.tag.clone() aria-label=label />
        }
    });
    let record = tag.record.clone().map(|uri| {
        view! {
            <details class="tag-record">
                <summary>{t!("tags-record")}</summary>
                <RecordLink uri pds=owner.pds.clone() />
            </details>
        }
    });
    let is_image = matches!(tag.kind.as_deref(), Some("image" | "index"));
    let kind = tag
        .kind
        .as_deref()
        .filter(|_| !is_image)
        .map(|kind| view! { <span class="chip chip-kind">{kind_name(kind)}</span> });
    let attached = (tag.attached > 0).then(|| {
        let words = t!("tags-attached", count = tag.attached);
        view! { <span class="chip chip-signed">{words}</span> }
    });
    let platforms = (!tag.platforms.is_empty()).then(|| {
        let caption = t!("tags-images", tag = tag.tag.clone());
        let rows = tag
            .platforms
            .iter()
            .map(|image| view! { <PlatformRow name=name.clone() image=image.clone() /> })
            .collect_view();
        view! {
            <table class="platform-table">
                <caption class="sr-only">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!("image-platform")}</th>
                        <th scope="col">{t!("image-digest")}</th>
                        <th scope="col" class="number">{t!("image-compressed")}</th>
                        <th scope="col" class="number">{t!("image-unpacked")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    let when = view! { <When moment=tag.pushed_at /> };
    view! {
        <li class="tag-row">
            <div class="tag-head">
                {choose}
                <h2>
                    <a href=routes::image(&name, &tag.tag)>{tag.tag.clone()}</a>
                </h2>
                {kind}
                {attached}
                <span class="note">{t_view!("tags-pushed", when = when, who = owner.name)}</span>
                <span class="note tag-digest">
                    <ShortDigest digest=tag.digest.clone() />
                    {tag.size.map(|bytes| view! { " · " <Size bytes /> })}
                </span>
            </div>
            {platforms}
            {record}
        </li>
    }
}

#[component]
fn PlatformRow(name: String, image: PlatformImage) -> impl IntoView {
    let platform = image
        .platform
        .as_deref()
        .map_or_else(|| t!("image-platform-any").to_owned(), text::visible);
    let unpacked = match image.unpacked_size {
        Some(bytes) => view! { <Size bytes /> }.into_any(),
        None => {
            view! { <span class="unknown" title=t!("tags-unpacked-unknown")>"–"</span> }.into_any()
        }
    };
    view! {
        <tr>
            <th scope="row">{platform}</th>
            <td>
                <a href=routes::image(&name, &image.digest)>
                    <ShortDigest digest=image.digest.clone() />
                </a>
            </td>
            <td class="number">
                <Size bytes=image.size />
            </td>
            <td class="number">{unpacked}</td>
        </tr>
    }
}

#[component]
fn Paging(
    address: String,
    skipped: usize,
    next: Option<String>,
    query: TagsQuery,
) -> impl IntoView {
    let link = |after: Option<&str>| {
        routes::with_query(
            &address,
            &[
                ("filter", &query.filter),
                ("order", &query.order),
                ("after", after.unwrap_or_default()),
            ],
        )
    };
    let first = (skipped > 0).then(|| {
        view! { <a class="button button-quiet" href=link(None)>{t!("tags-first-page")}</a> }
    });
    let next = next.map(|after| {
        view! { <a class="button" rel="next" href=link(Some(&after))>{t!("tags-next-page")}</a> }
    });
    (first.is_some() || next.is_some()).then(|| {
        view! { <nav class="paging" aria-label=t!("tags-pages")>{first} {next}</nav> }
    })
}
