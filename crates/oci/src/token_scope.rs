//! Scopes of registry tokens: what a client asks to be allowed to do.
//!
//! Grammar: Docker registry token authentication, "Token Scope".
//! `repository:alice.example/app:pull,push`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::string_form::serde_as_string;
use crate::{RepositoryName, RepositoryNameParseError};

/// How many scopes one request may ask for.
pub const MAX_SCOPES: usize = 64;

/// What can be allowed on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Read blobs, manifests, tags and referrers.
    Pull,
    /// Upload blobs, put manifests and move tags.
    Push,
    /// Delete blobs, manifests and tags. `push` does not include this.
    Delete,
}

impl Action {
    /// Every action, in the order scopes are written.
    pub const ALL: [Self; 3] = [Self::Pull, Self::Push, Self::Delete];

    /// The action as it stands in a scope and in a token's `access` claim.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a scope is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeResource {
    /// One repository.
    Repository(RepositoryName),
    /// The list of all repositories.
    Catalog,
}

impl ScopeResource {
    /// The `type` of the resource in a scope and in a token's `access` claim.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Repository(_) => "repository",
            Self::Catalog => "registry",
        }
    }

    /// The `name` of the resource in a scope and in a token's `access` claim.
    pub fn name(&self) -> &str {
        match self {
            Self::Repository(name) => name.as_str(),
            Self::Catalog => "catalog",
        }
    }
}

/// Why a text is not a list of scopes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeParseError {
    /// A scope does not have the three parts.
    #[error("a scope looks like repository:<handle>/<repository>:pull,push")]
    Malformed,
    /// A scope is about a kind of resource that does not exist here.
    #[error("this registry has no resources of the type {0:?}")]
    UnknownResource(String),
    /// A scope does not name a repository.
    #[error(transparent)]
    Name(#[from] RepositoryNameParseError),
    /// There are more than [`MAX_SCOPES`].
    #[error("more than {MAX_SCOPES} scopes were asked for at once")]
    TooMany,
}

/// Some actions on one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// What the scope is about.
    pub resource: ScopeResource,
    /// What is to be allowed. Actions that do not exist here are left out, so this may be empty.
    pub actions: BTreeSet<Action>,
}

impl Scope {
    /// A scope for one action on one repository.
    pub fn repository(name: RepositoryName, action: Action) -> Self {
        Self {
            resource: ScopeResource::Repository(name),
            actions: BTreeSet::from([action]),
        }
    }

    /// The scope for listing all repositories, `registry:catalog:*`.
    pub fn catalog() -> Self {
        Self {
            resource: ScopeResource::Catalog,
            actions: Action::ALL.into(),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}:{}:",
            self.resource.kind(),
            self.resource.name()
        )?;
        // The catalog knows no single actions: clients ask for all of them, by this sign.
        if self.resource == ScopeResource::Catalog && self.actions.len() == Action::ALL.len() {
            return formatter.write_str("*");
        }
        for (position, action) in self.actions.iter().enumerate() {
            let separator = if position == 0 { "" } else { "," };
            write!(formatter, "{separator}{action}")?;
        }
        Ok(())
    }
}

impl FromStr for Scope {
    type Err = ScopeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text.split_once(':').ok_or(ScopeParseError::Malformed)?;
        // From the right: the grammar lets a name begin with `host:port/`.
        let (name, actions) = rest.rsplit_once(':').ok_or(ScopeParseError::Malformed)?;
        let resource = match (without_class(kind)?, name) {
            ("repository", name) => ScopeResource::Repository(name.parse()?),
            ("registry", "catalog") => ScopeResource::Catalog,
            (kind, _) => return Err(ScopeParseError::UnknownResource(kind.to_owned())),
        };
        Ok(Self {
            resource,
            actions: parse_actions(actions),
        })
    }
}

serde_as_string!(Scope);

/// `repository(plugin)` is a repository: the class says what is in it, and is not used any more.
fn without_class(kind: &str) -> Result<&str, ScopeParseError> {
    match kind.split_once('(') {
        None => Ok(kind),
        Some((kind, class)) if class.ends_with(')') => Ok(kind),
        Some(_) => Err(ScopeParseError::Malformed),
    }
}

fn parse_actions(actions: &str) -> BTreeSet<Action> {
    let mut parsed = BTreeSet::new();
    for name in actions.split(',') {
        if name == "*" {
            parsed.extend(Action::ALL);
        }
        parsed.extend(
            Action::ALL
                .into_iter()
                .find(|action| action.as_str() == name),
        );
    }
    parsed
}

/// Reads the scopes of a request: any number of parameters, each with any number of scopes between
/// spaces.
///
/// Scopes about unknown kinds of resources, or without any known action, are left out: nothing is
/// granted for them. Scopes about the same resource become one. The order is that of first mention.
pub fn parse_scopes<'a>(
    parameters: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Scope>, ScopeParseError> {
    let mut scopes: Vec<Scope> = Vec::new();
    let texts = parameters
        .into_iter()
        .flat_map(|parameter| parameter.split(' ').filter(|text| !text.is_empty()));
    for (position, text) in texts.enumerate() {
        if position >= MAX_SCOPES {
            return Err(ScopeParseError::TooMany);
        }
        let scope: Scope = match text.parse() {
            Err(ScopeParseError::UnknownResource(_)) => continue,
            parsed => parsed?,
        };
        if scope.actions.is_empty() {
            continue;
        }
        match scopes
            .iter_mut()
            .find(|known| known.resource == scope.resource)
        {
            Some(known) => known.actions.extend(scope.actions),
            None => scopes.push(scope),
        }
    }
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(parameters: &[&str]) -> Result<Vec<String>, ScopeParseError> {
        let scopes = parse_scopes(parameters.iter().copied())?;
        Ok(scopes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn scopes_come_in_one_parameter_or_in_several() {
        let expected = Ok(vec![
            "repository:a/b:pull,push".to_owned(),
            "repository:c/d:pull".to_owned(),
        ]);
        assert_eq!(
            texts(&["repository:a/b:push,pull repository:c/d:pull"]),
            expected
        );
        assert_eq!(
            texts(&["repository:a/b:push,pull", "repository:c/d:pull"]),
            expected
        );
        assert_eq!(
            texts(&[
                "  repository:a/b:pull repository:c/d:pull  ",
                "repository:a/b:push"
            ]),
            expected
        );
        assert_eq!(texts(&["", " "]), Ok(vec![]));
    }

    #[test]
    fn a_star_means_every_action() {
        assert_eq!(
            texts(&["repository:a/b:*"]),
            Ok(vec!["repository:a/b:pull,push,delete".to_owned()])
        );
        assert_eq!(
            texts(&["registry:catalog:*"]),
            Ok(vec!["registry:catalog:*".to_owned()])
        );
        assert_eq!(
            parse_scopes(["registry:catalog:*"]),
            Ok(vec![Scope::catalog()])
        );
    }

    #[test]
    fn what_is_unknown_grants_nothing() {
        assert_eq!(
            texts(&[
                "repository:a/b:paint",
                "repository:a/b:",
                "registry:other:*",
                "moon:x:pull"
            ]),
            Ok(vec![])
        );
        assert_eq!(
            texts(&["repository:a/b:pull,paint"]),
            Ok(vec!["repository:a/b:pull".to_owned()])
        );
        assert_eq!(texts(&["repository:a/b:PULL"]), Ok(vec![]));
    }

    #[test]
    fn a_resource_class_is_tolerated() {
        assert_eq!(
            texts(&["repository(plugin):a/b:pull"]),
            Ok(vec!["repository:a/b:pull".to_owned()])
        );
        assert_eq!(
            texts(&["repository(plugin:a/b:pull"]),
            Err(ScopeParseError::Malformed)
        );
    }

    #[test]
    fn scopes_that_are_not_scopes_are_refused() {
        assert_eq!(texts(&["repository"]), Err(ScopeParseError::Malformed));
        assert_eq!(texts(&["repository:a/b"]), Err(ScopeParseError::Malformed));
        assert_eq!(
            texts(&["repository:a:pull"]),
            Err(RepositoryNameParseError::NoRepository.into())
        );
        assert_eq!(
            texts(&["repository:A/b:pull"]),
            Err(RepositoryNameParseError::Malformed.into())
        );
        assert_eq!(
            texts(&["repository:host:5000/a/b:pull"]),
            Err(RepositoryNameParseError::Malformed.into())
        );
    }

    #[test]
    fn the_number_of_scopes_is_limited() {
        let scopes = |count| vec!["repository:a/b:pull"; count].join(" ");
        assert!(texts(&[&scopes(MAX_SCOPES)]).is_ok());
        assert_eq!(
            texts(&[&scopes(MAX_SCOPES), "moon:x:pull"]),
            Err(ScopeParseError::TooMany)
        );
    }

    proptest! {
        #[test]
        fn what_parses_is_written_so_that_it_parses_again(text in prop_oneof![
            "\\PC*",
            "(repository|registry|registry:catalog)(\\([a-z]*\\))?:[a-z/]{1,9}:(pull|push|delete|\\*|,){0,4}",
        ]) {
            if let Ok(scope) = text.parse::<Scope>() {
                prop_assert_eq!(scope.to_string().parse(), Ok(scope));
            }
        }
    }
}
