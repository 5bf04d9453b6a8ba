//! What an access token is good for: repositories, by patterns, and what may be done with them.
//!
//! A pattern is a repository's name as docker writes it, with `*` for any characters, slashes too:
//! `alice.example/app-*`, `*/*`. The owner is a DID, or `*` for anybody; so a token goes on working under a new
//! handle, and nobody gets it by taking over an old one. A scope only narrows: what its person may not do, no
//! token of theirs may.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use atproto::syntax::Did;
use oci::{Action, RepositoryPath};
use serde::{Deserialize, Serialize};

use crate::glob;

/// Longest path of a pattern; as long as that of a repository.
const MAX_PATH_BYTES: usize = 255;

/// Whose repositories a pattern is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PatternOwner {
    /// `*`
    Anybody,
    /// One account.
    Account(Did),
}

/// Some repositories: an owner, and a path with `*` in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepositoryPattern {
    owner: PatternOwner,
    path: String,
}

/// A pattern that matches nothing, or that nobody could have meant. The text is for whoever typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a repository pattern is a name such as alice.example/app, with * for any characters: alice.example/*"
)]
pub struct PatternParseError;

/// What may be done with the repositories of one pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessScope {
    /// Which ones.
    pub repositories: RepositoryPattern,
    /// What may be done.
    pub actions: BTreeSet<Action>,
}

/// Everything a token is good for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccessScopes(Vec<AccessScope>);

/// Scopes that a token cannot have. The text is for whoever asked for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopesError {
    /// A token for nothing.
    #[error("choose at least one repository and one thing to do with it")]
    Empty,
    /// A longer list than anybody reads.
    #[error("a token may have {} repository patterns at most", AccessScopes::MAX)]
    TooMany,
}

impl RepositoryPattern {
    /// Puts a pattern together.
    pub fn new(owner: PatternOwner, path: &str) -> Result<Self, PatternParseError> {
        // With a letter for each star it has to be a path: so no pattern has characters that no path has.
        let is_path = path.len() <= MAX_PATH_BYTES
            && !path.contains("**")
            && path.replace('*', "a").parse::<RepositoryPath>().is_ok();
        if !is_path {
            return Err(PatternParseError);
        }
        Ok(Self {
            owner,
            path: path.to_owned(),
        })
    }

    /// Every repository of an account.
    pub fn all_of(owner: &Did) -> Self {
        Self {
            owner: PatternOwner::Account(owner.clone()),
            path: "*".to_owned(),
        }
    }

    /// Every repository there is.
    pub fn all() -> Self {
        Self {
            owner: PatternOwner::Anybody,
            path: "*".to_owned(),
        }
    }

    /// Whose.
    pub const fn owner(&self) -> &PatternOwner {
        &self.owner
    }

    /// The path, with its stars.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether a repository is among them.
    pub fn matches(&self, owner: &Did, path: &RepositoryPath) -> bool {
        let is_owners = match &self.owner {
            PatternOwner::Anybody => true,
            PatternOwner::Account(account) => account == owner,
        };
        is_owners && glob::matches(&self.path, path.as_str())
    }
}

impl fmt::Display for RepositoryPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.owner {
            PatternOwner::Anybody => write!(formatter, "*/{}", self.path),
            PatternOwner::Account(did) => write!(formatter, "{did}/{}", self.path),
        }
    }
}

impl From<RepositoryPattern> for String {
    fn from(pattern: RepositoryPattern) -> Self {
        pattern.to_string()
    }
}

impl FromStr for RepositoryPattern {
    type Err = PatternParseError;

    /// Only DIDs; whoever types a handle has it resolved first.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (owner, path) = text.split_once('/').ok_or(PatternParseError)?;
        let owner = match owner {
            "*" => PatternOwner::Anybody,
            did => PatternOwner::Account(did.parse().map_err(|_| PatternParseError)?),
        };
        Self::new(owner, path)
    }
}

impl TryFrom<String> for RepositoryPattern {
    type Error = PatternParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl AccessScopes {
    /// How many scopes one token may have.
    pub const MAX: usize = 20;

    /// A token has one scope at least, and each of them allows something.
    pub fn new(scopes: Vec<AccessScope>) -> Result<Self, ScopesError> {
        if scopes.len() > Self::MAX {
            return Err(ScopesError::TooMany);
        }
        if scopes.is_empty() || scopes.iter().any(|scope| scope.actions.is_empty()) {
            return Err(ScopesError::Empty);
        }
        Ok(Self(scopes))
    }

    /// What a person's own device gets: their repositories to pull and push, everybody's to pull. Deleting is not
    /// in it.
    pub fn of_device(owner: &Did) -> Self {
        Self(vec![
            AccessScope {
                repositories: RepositoryPattern::all_of(owner),
                actions: [Action::Pull, Action::Push].into(),
            },
            AccessScope {
                repositories: RepositoryPattern::all(),
                actions: [Action::Pull].into(),
            },
        ])
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &AccessScope> {
        self.0.iter()
    }

    /// What they allow on one repository.
    pub fn allowed_actions(&self, owner: &Did, path: &RepositoryPath) -> BTreeSet<Action> {
        self.0
            .iter()
            .filter(|scope| scope.repositories.matches(owner, path))
            .flat_map(|scope| scope.actions.iter().copied())
            .collect()
    }

    /// Whether they allow pulling whatever their person may pull, and so listing it.
    pub fn allow_catalog(&self) -> bool {
        self.0.iter().any(|scope| {
            scope.repositories == RepositoryPattern::all() && scope.actions.contains(&Action::Pull)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn did(name: &str) -> Did {
        format!("did:web:{name}.example").parse().unwrap()
    }

    fn scope(pattern: &str, actions: &[Action]) -> AccessScope {
        AccessScope {
            repositories: pattern.parse().unwrap(),
            actions: actions.iter().copied().collect(),
        }
    }

    #[test]
    fn stars_stand_for_any_characters_and_everything_else_for_itself() {
        let table = [
            ("*", "app", true),
            ("*", "tools/app", true),
            ("app", "app", true),
            ("app", "app2", false),
            ("app", "my-app", false),
            ("app-*", "app-web", true),
            ("app-*", "app", false),
            ("app*", "app", true),
            ("tools/*", "tools/a/b", true),
            ("tools/*", "tools2/a", false),
            ("*/web", "a/web", true),
            ("*/web", "a/b/web", true),
            ("*/web", "web", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1b2b3", false),
            ("a*ab", "aaab", true),
        ];
        for (pattern, path, expected) in table {
            let parsed = RepositoryPattern::new(PatternOwner::Anybody, pattern).unwrap();
            let path = path.parse().unwrap();
            assert_eq!(
                parsed.matches(&did("a"), &path),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn a_pattern_is_for_its_owner_and_keeps_its_text() {
        for text in [
            "did:web:alice.example/app-*",
            "*/*",
            "did:plc:ewvi7nxzyoun6zhxrhs64oiz/*",
        ] {
            let pattern: RepositoryPattern = text.parse().unwrap();
            assert_eq!(pattern.to_string(), text);
        }
        let pattern = RepositoryPattern::all_of(&did("alice"));
        let path = "app".parse().unwrap();
        assert!(pattern.matches(&did("alice"), &path));
        assert!(!pattern.matches(&did("bob"), &path));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let long = format!("*/{}", "a".repeat(256));
        for text in [
            "",
            "*",
            "app",
            "/app",
            "*/",
            "alice.example/app",
            "*/App",
            "*/a//b",
            "*/../a",
            "*/a b",
            "*/**",
            "*/a:tag",
            "did:x/a",
            "*/[a-z]",
            "*/a?",
            "*/é",
            &long,
        ] {
            assert!(text.parse::<RepositoryPattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn tk_21_scopes_add_up_and_give_nothing_else() {
        let (alice, bob) = (did("alice"), did("bob"));
        let scopes = AccessScopes::new(vec![
            scope("did:web:alice.example/app-*", &[Action::Pull, Action::Push]),
            scope("did:web:alice.example/app-old", &[Action::Delete]),
            scope("*/*", &[Action::Pull]),
        ])
        .unwrap();
        let allowed = |owner: &Did, path: &str| {
            let actions = scopes.allowed_actions(owner, &path.parse().unwrap());
            actions
                .into_iter()
                .map(Action::as_str)
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(allowed(&alice, "app-web"), "pull,push");
        assert_eq!(allowed(&alice, "app-old"), "pull,push,delete");
        assert_eq!(allowed(&alice, "other"), "pull");
        assert_eq!(allowed(&bob, "app-web"), "pull");
        assert!(scopes.allow_catalog());
        let json = serde_json::to_string(&scopes).unwrap();
        assert_eq!(serde_json::from_str::<AccessScopes>(&json).unwrap(), scopes);
        let narrow = AccessScopes::new(vec![scope("did:web:alice.example/*", &[Action::Pull])]);
        assert!(!narrow.unwrap().allow_catalog());
    }

    #[test]
    fn a_token_for_nothing_or_for_too_much_to_read_is_refused() {
        assert_eq!(AccessScopes::new(vec![]), Err(ScopesError::Empty));
        assert_eq!(
            AccessScopes::new(vec![scope("*/*", &[])]),
            Err(ScopesError::Empty)
        );
        let many = vec![scope("*/*", &[Action::Pull]); AccessScopes::MAX + 1];
        assert_eq!(AccessScopes::new(many), Err(ScopesError::TooMany));
    }

    proptest! {
        #[test]
        fn matching_agrees_with_trying_every_split(pattern in "[ab*]{0,6}", text in "[ab]{0,8}") {
            fn slow(pattern: &[u8], text: &[u8]) -> bool {
                match pattern.split_first() {
                    None => text.is_empty(),
                    Some((b'*', rest)) => (0..=text.len()).any(|from| slow(rest, &text[from..])),
                    Some((byte, rest)) => text.first() == Some(byte) && slow(rest, &text[1..]),
                }
            }
            prop_assert_eq!(
                glob::matches(&pattern, &text),
                slow(pattern.as_bytes(), text.as_bytes())
            );
        }
    }
}
