//! The page of a person, from the catalogue.

use app::api::error::PageError;
use app::api::person::{Owner, Person, PersonSource, RepositoryCard};

use super::sources::CatalogPages;
use super::{search, views};
use crate::catalog;

#[async_trait::async_trait]
impl PersonSource for CatalogPages {
    async fn person(&self, name: &str) -> Result<Person, PageError> {
        let person = Box::pin(self.catalog.person(&self.reader, name)).await;
        let person = person.map_err(views::page_error)?;
        let now = self.catalog.now_millis();
        let owner = owner(&person.owner);
        let repositories = person
            .repositories
            .into_iter()
            .map(|repository| RepositoryCard {
                name: format!("{}/{}", owner.name, repository.path),
                path: repository.path,
                summary: repository.summary,
                pushed_at: views::moment(repository.pushed_at, now),
                tag_count: repository.tag_count,
                size: repository.size,
                kind: repository.kind.map(|kind| kind.as_str().to_owned()),
                platforms: repository.platforms,
                pulls: Some(repository.pulls),
                is_signed: repository.is_signed,
                stars: repository.stars,
            })
            .collect();
        let starred = person.starred.into_iter();
        let starred = starred.map(|found| search::card(found, now)).collect();
        Ok(Person {
            display_name: person.display_name,
            avatar: person
                .has_avatar
                .then(|| app::routes::avatar(person.owner.did.as_str())),
            owner,
            repositories,
            starred,
            is_stale: person.is_stale,
        })
    }
}

/// An owner as pages show them.
pub(super) fn owner(owner: &catalog::Owner) -> Owner {
    Owner {
        name: owner.component(),
        did: owner.did.to_string(),
        handle: owner.handle.as_ref().map(ToString::to_string),
        pds: owner.pds.as_str().trim_end_matches('/').to_owned(),
    }
}
