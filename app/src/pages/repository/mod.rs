//! The pages of a repository, `/r/<owner>/<path>…`. Names have any number of components, so the address is taken
//! apart here and not by the router.

mod compare;
mod delete;
mod deletion;
mod edit;
mod files;
mod image;
mod overview;
mod settings;
mod tags;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::api::error::PageError;
use crate::api::repository::RepositorySource;
use crate::api::repository::compare::CompareQuery;
use crate::api::repository::files::FilesQuery;
use crate::api::repository::owner::OwnerSource;
use crate::api::repository::tags::TagsQuery;
use crate::components::loaded::loaded;
use crate::pages::error::ErrorPage;
use crate::routes::{RepositoryAddress, RepositoryPage};
use crate::t;

/// Any page of a repository.
#[component]
pub(crate) fn RepositoryPages() -> impl IntoView {
    let rest = use_params_map()
        .with_untracked(|params| params.get("rest"))
        .unwrap_or_default();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn RepositorySource>>()?;
    let Some(RepositoryAddress { name, page }) = RepositoryAddress::parse(&rest) else {
        return Some(not_found());
    };
    if page.is_for_owner() {
        return Some(owner_page(name, page));
    }
    Some(match page {
        RepositoryPage::Overview => {
            loaded(async move { source.overview(&name).await }, overview::draw)
        }
        RepositoryPage::Tags => {
            let query = tags_query();
            let asked = query.clone();
            loaded(
                async move { source.tags(&name, &asked).await },
                move |page| tags::draw(page, query),
            )
        }
        RepositoryPage::Image(reference) => loaded(
            async move { source.image(&name, &reference).await },
            image::draw,
        ),
        RepositoryPage::Files(reference) => {
            let query = files_query();
            loaded(
                async move { source.files(&name, &reference, &query).await },
                files::draw,
            )
        }
        RepositoryPage::Star
        | RepositoryPage::Edit
        | RepositoryPage::Settings
        | RepositoryPage::Delete
        | RepositoryPage::Deletion(_) => not_found(),
        RepositoryPage::Compare => {
            let query = compare_query();
            let asked = query.clone();
            loaded(
                async move { source.compare(&name, &asked).await },
                move |page| compare::draw(page, query),
            )
        }
    })
}

/// A page for the owner alone. Nobody else has a source of them.
fn owner_page(name: String, page: RepositoryPage) -> AnyView {
    let Some(source) = use_context::<Arc<dyn OwnerSource>>() else {
        return not_found();
    };
    match page {
        RepositoryPage::Edit => loaded(async move { source.edit(&name).await }, edit::draw),
        RepositoryPage::Settings => {
            loaded(async move { source.settings(&name).await }, settings::draw)
        }
        RepositoryPage::Delete => loaded(async move { source.delete(&name).await }, delete::draw),
        RepositoryPage::Deletion(id) => loaded(
            async move { source.deletion(&name, &id).await },
            deletion::draw,
        ),
        _ => not_found(),
    }
}

fn not_found() -> AnyView {
    let what = t!("missing-page").to_owned();
    view! { <ErrorPage error=PageError::NotFound { what } /> }.into_any()
}

fn tags_query() -> TagsQuery {
    use_query_map().with_untracked(|query| TagsQuery {
        filter: query.get("filter").unwrap_or_default(),
        order: query.get("order").unwrap_or_default(),
        after: query.get("after"),
    })
}

fn files_query() -> FilesQuery {
    use_query_map().with_untracked(|query| FilesQuery {
        platform: query.get("platform").filter(|text| !text.is_empty()),
        layer: query
            .get("layer")
            .filter(|text| !text.is_empty())
            // What is no number is no layer either.
            .map(|text| text.parse().unwrap_or(0)),
        path: query.get("path").unwrap_or_default(),
        search: query.get("search").unwrap_or_default(),
    })
}

fn compare_query() -> CompareQuery {
    use_query_map().with_untracked(|query| CompareQuery {
        from: query.get("from").unwrap_or_default(),
        to: query.get("to").unwrap_or_default(),
        platform: query.get("platform").filter(|text| !text.is_empty()),
    })
}
