//! The pages of a repository, `/r/<owner>/<path>…`. Names have any number of components, so the address is taken
//! apart here and not by the router.

mod image;
mod overview;
mod tags;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::api::error::PageError;
use crate::api::repository::RepositorySource;
use crate::api::repository::tags::TagsQuery;
use crate::components::loaded::loaded;
use crate::pages::error::ErrorPage;
use crate::routes::{RepositoryAddress, RepositoryPage};

/// Any page of a repository.
#[component]
pub(crate) fn RepositoryPages() -> impl IntoView {
    let rest = use_params_map()
        .with_untracked(|params| params.get("rest"))
        .unwrap_or_default();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn RepositorySource>>()?;
    let Some(RepositoryAddress { name, page }) = RepositoryAddress::parse(&rest) else {
        let what = "page at this address".to_owned();
        return Some(view! { <ErrorPage error=PageError::NotFound { what } /> }.into_any());
    };
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
    })
}

fn tags_query() -> TagsQuery {
    use_query_map().with_untracked(|query| TagsQuery {
        filter: query.get("filter").unwrap_or_default(),
        order: query.get("order").unwrap_or_default(),
        after: query.get("after"),
    })
}
