//! A repository at a glance: how to pull it, what its owner says of it, where it lies.

use leptos::prelude::*;

use crate::api::repository::overview::{Overview, RecordKind};
use crate::api::repository::tags::Tag;
use crate::api::viewer::Viewer;
use crate::components::facts::{Fact, Facts, OutsideLink, TextTable};
use crate::components::form_token::FormToken;
use crate::components::icon::{Icon, Symbol};
use crate::components::layout::page::Page;
use crate::components::pull_panel::PullPanel;
use crate::components::record_link::RecordLink;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab, StaleNotice};
use crate::components::values::{Platforms, Size, When, kind_name};
use crate::{routes, t, t_view, text};

pub(super) fn draw(overview: Overview) -> impl IntoView {
    let address = routes::repository(&overview.name);
    let description = overview.summary.clone().unwrap_or_else(|| {
        t!(
            "overview-description",
            repository = overview.path.clone(),
            owner = overview.owner.name.clone()
        )
    });
    let star = view! {
        <StarButton
            name=overview.name.clone()
            stars=overview.stars
            is_starred=overview.is_starred
            may_star=overview.may_star
        />
    }
    .into_any();
    let pull = overview.tag.clone().map(|tag| {
        view! {
            <PullPanel
                registry_host=overview.registry_host.clone()
                name=overview.name.clone()
                tag=Some(tag.tag)
                digest=tag.digest
                kind=tag.kind
                plain_http=overview.plain_http
            />
        }
    });
    let no_tags = overview.tag.is_none().then(|| {
        view! {
            <section class="empty">
                <h2>{t!("overview-no-tags")}</h2>
                <p>{t!("overview-no-tags-why")}</p>
            </section>
        }
    });
    view! {
        <Page
            title=overview.name.clone()
            description
            json=routes::json(&address)
            feed=routes::feed(&address)
            picture=routes::picture(&overview.name)
        >
            <RepositoryHeader
                owner=overview.owner.clone()
                name=overview.name.clone()
                path=overview.path.clone()
                tab=RepositoryTab::Overview
                avatar=overview.avatar.clone()
                action=star
            />
            <div class="frame page-body with-aside">
                <div class="page-main">
                    <StaleNotice is_stale=overview.is_stale />
                    {pull}
                    {no_tags}
                    <About name=overview.name.clone() did=overview.owner.did.clone() html=overview.readme_html.clone() />
                </div>
                <Aside overview />
            </div>
        </Page>
    }
}

/// What the owner says, with the way to say it.
#[component]
fn About(name: String, did: String, html: Option<String>) -> impl IntoView {
    let label = if html.is_some() {
        t!("overview-edit")
    } else {
        t!("overview-describe")
    };
    let edit = Viewer::is(&did).then(|| {
        view! {
            <a class="button button-quiet" href=routes::edit(&name)>
                {label}
            </a>
        }
    });
    let words = if let Some(html) = html {
        view! { <div class="prose" inner_html=html></div> }.into_any()
    } else {
        let record = view! { <code>"io.atcr.repo.page"</code> };
        view! { <p class="note">{t_view!("overview-about-none", record = record)}</p> }.into_any()
    };
    view! {
        <section class="readme" aria-labelledby="readme">
            <div class="section-head">
                <h2 id="readme">{t!("overview-about")}</h2>
                {edit}
            </div>
            {words}
        </section>
    }
}

/// The facts beside the description.
#[component]
fn Aside(overview: Overview) -> impl IntoView {
    let name = overview.name.clone();
    let recent = (!overview.recent.is_empty()).then(|| {
        let rows = overview
            .recent
            .iter()
            .map(|tag| view! { <RecentTag name=name.clone() tag=tag.clone() /> })
            .collect_view();
        view! {
            <section aria-labelledby="recent">
                <h2 id="recent">{t!("overview-recent")}</h2>
                <ul class="recent-tags">{rows}</ul>
                <p>
                    <a href=routes::tags(&name)>
                        {t!("overview-all-tags", count = overview.tag_count)}
                    </a>
                </p>
            </section>
        }
    });
    let platforms: Vec<String> = overview
        .tag
        .iter()
        .flat_map(|tag| tag.platforms.iter())
        .filter_map(|image| image.platform.clone())
        .collect();
    let kind = overview.tag.as_ref().and_then(|tag| tag.kind.clone());
    let immutable = (!overview.immutable_tags.is_empty()).then(|| {
        let patterns = overview
            .immutable_tags
            .iter()
            .map(|pattern| view! { <li class="chip">{pattern.clone()}</li> })
            .collect_view();
        view! { <Fact name=t!("overview-immutable")><ul class="chips">{patterns}</ul></Fact> }
    });
    let annotations = (!overview.annotations.is_empty()).then(|| {
        view! {
            <section aria-labelledby="annotations">
                <h2 id="annotations">{t!("overview-annotations")}</h2>
                <TextTable label=t!("overview-annotations") rows=overview.annotations.clone() />
            </section>
        }
    });
    let records = overview
        .records
        .iter()
        .map(|(kind, uri)| {
            let what = match kind {
                RecordKind::Tag => t!("overview-record-tag"),
                RecordKind::Manifest => t!("overview-record-manifest"),
                RecordKind::Description => t!("overview-record-description"),
            };
            view! {
                <li>
                    {what}
                    <RecordLink uri=uri.clone() pds=overview.owner.pds.clone() />
                </li>
            }
        })
        .collect_view();
    view! {
        <aside class="page-aside" aria-label=t!("overview-aside")>
            <section aria-labelledby="facts">
                <h2 id="facts">{t!("overview-facts")}</h2>
                <Facts>
                    {kind.map(|kind| view! { <Fact name=t!("overview-kind")>{kind_name(&kind)}</Fact> })}
                    {(!platforms.is_empty())
                        .then(|| view! { <Fact name=t!("overview-platforms")><Platforms platforms /></Fact> })}
                    {overview
                        .size
                        .map(|bytes| view! { <Fact name=t!("overview-stored")><Size bytes /></Fact> })}
                    <Fact name=t!("overview-stars")>{text::grouped(overview.stars)}</Fact>
                    {immutable}
                    <Fact name=t!("overview-pulls")>{text::grouped(overview.pulls)}</Fact>
                    {overview
                        .licence
                        .map(|licence| {
                            view! { <Fact name=t!("overview-licence")>{text::visible(&licence)}</Fact> }
                        })}
                    {overview
                        .source
                        .map(|href| view! { <Fact name=t!("overview-source")><OutsideLink href /></Fact> })}
                    {overview
                        .hold
                        .map(|hold| view! { <Fact name=t!("overview-hold")><code>{hold}</code></Fact> })}
                </Facts>
            </section>
            {recent}
            {annotations}
            <section aria-labelledby="records">
                <h2 id="records">{t!("overview-records")}</h2>
                <p class="note">{t!("overview-records-signed")}</p>
                <ul class="records">{records}</ul>
            </section>
        </aside>
    }
}

/// Gives or takes the reader's star; for nobody in particular, and for those who have not allowed it yet, the way
/// there.
#[component]
fn StarButton(name: String, stars: u64, is_starred: bool, may_star: bool) -> impl IntoView {
    let count = t!("count-stars", count = stars);
    let back = routes::repository(&name);
    let Some(viewer) = Viewer::current() else {
        let href = routes::with_query(routes::SIGN_IN, &[("return_to", &back)]);
        return view! {
            <a class="star-button" href=href title=t!("star-sign-in")>
                <Icon symbol=Symbol::Star />
                {count}
            </a>
        }
        .into_any();
    };
    let (label, for_readers) = if is_starred {
        (t!("star-take"), t!("star-take-reader"))
    } else {
        (t!("star-give"), t!("star-give-reader"))
    };
    let symbol = if is_starred {
        Symbol::StarGiven
    } else {
        Symbol::Star
    };
    let button = view! {
        <button class="star-button" type="submit" title=label aria-pressed=is_starred.to_string()>
            <Icon symbol=symbol />
            <span class="sr-only">{for_readers} " "</span>
            {count}
        </button>
    };
    if may_star {
        let value = if is_starred { "no" } else { "yes" };
        view! {
            <form method="post" action=routes::star(&name)>
                <FormToken />
                <input type="hidden" name="starred" value=value />
                {button}
            </form>
        }
        .into_any()
    } else {
        view! {
            <form method="post" action=routes::SIGN_IN>
                <FormToken />
                <input type="hidden" name="identifier" value=viewer.did />
                <input type="hidden" name="allow" value="star" />
                <input type="hidden" name="return_to" value=back />
                {button}
            </form>
        }
        .into_any()
    }
}

#[component]
fn RecentTag(name: String, tag: Tag) -> impl IntoView {
    view! {
        <li>
            <a href=routes::image(&name, &tag.tag)>{tag.tag.clone()}</a>
            <span class="note">
                <When moment=tag.pushed_at />
            </span>
        </li>
    }
}
