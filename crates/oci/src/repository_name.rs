//! Repository names: `<owner>/<repository>[/<more>]`.
//!
//! The grammar is that of the OCI distribution-spec, "Pulling manifests". This registry gives the
//! first component to an owner, so a name needs at least two.

use std::fmt;
use std::str::FromStr;

use crate::string_form::serde_as_string;

/// The longest name, in bytes. Clients refuse longer ones because host and name together must fit
/// in 255.
const MAX_NAME_BYTES: usize = 255;

/// Why a text is not the name of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RepositoryNameParseError {
    /// The text does not follow the name grammar.
    #[error(
        "a repository name has lower-case letters and digits, with `.`, `_`, `__`, `-` or `/` between"
    )]
    Malformed,
    /// The text is longer than 255 bytes.
    #[error("a repository name has at most 255 characters")]
    TooLong,
    /// The text is a name by the grammar, but has one component only and so no owner.
    #[error("a repository name has an owner and a repository: <handle>/<repository>")]
    NoRepository,
}

/// The full name of a repository, with its owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName {
    text: String,
    owner_length: usize,
    path: RepositoryPath,
}

impl RepositoryName {
    /// Puts a name together from its owner and path. Fails where the owner is not one component of
    /// the grammar, or the whole is too long.
    pub fn new(owner: &str, path: &RepositoryPath) -> Result<Self, RepositoryNameParseError> {
        if !is_component(owner) {
            return Err(RepositoryNameParseError::Malformed);
        }
        format!("{owner}/{path}").parse()
    }

    /// The first component: whose repository this is.
    pub fn owner(&self) -> &str {
        &self.text[..self.owner_length]
    }

    /// The name without its owner.
    pub const fn path(&self) -> &RepositoryPath {
        &self.path
    }

    /// The full name.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for RepositoryName {
    type Err = RepositoryNameParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check_name(text)?;
        let (owner, path) = text
            .split_once('/')
            .ok_or(RepositoryNameParseError::NoRepository)?;
        Ok(Self {
            text: text.to_owned(),
            owner_length: owner.len(),
            path: RepositoryPath(path.to_owned()),
        })
    }
}

serde_as_string!(RepositoryName);

/// The name of a repository among those of its owner: one or more components.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryPath(String);

impl RepositoryPath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepositoryPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for RepositoryPath {
    type Err = RepositoryNameParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check_name(text)?;
        Ok(Self(text.to_owned()))
    }
}

serde_as_string!(RepositoryPath);

fn check_name(text: &str) -> Result<(), RepositoryNameParseError> {
    if text.len() > MAX_NAME_BYTES {
        return Err(RepositoryNameParseError::TooLong);
    }
    if text.split('/').all(is_component) {
        Ok(())
    } else {
        Err(RepositoryNameParseError::Malformed)
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn is_component(component: &str) -> bool {
    let is_alphanumeric =
        |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    component.starts_with(is_alphanumeric)
        && component.ends_with(is_alphanumeric)
        // What lies between runs of letters and digits: empty between two neighbours.
        && component.split(is_alphanumeric).all(|separator| {
            matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_splits_into_owner_and_path() {
        let name: RepositoryName = "alice.example/tools/web-server".parse().expect("a name");
        assert_eq!(name.owner(), "alice.example");
        assert_eq!(name.path().as_str(), "tools/web-server");
        assert_eq!(name.as_str(), "alice.example/tools/web-server");
        assert_eq!(RepositoryName::new(name.owner(), name.path()), Ok(name));
    }

    #[test]
    fn every_separator_of_the_grammar_is_accepted() {
        for text in [
            "a/b",
            "0/1",
            "a.b/c_d",
            "a__b/c",
            "a-b/c--d---e",
            "did-plc-abc/x",
            "a/blobs/manifests",
        ] {
            assert!(text.parse::<RepositoryName>().is_ok(), "{text:?}");
        }
    }

    #[test]
    fn names_outside_the_grammar_are_refused() {
        for text in [
            "",
            "/",
            "a/",
            "/a",
            "a//b",
            "A/b",
            "a/B",
            "a/.b",
            "a/b.",
            "a/b..c",
            "a/b___c",
            "a/b_-c",
            "a/b.-c",
            "a/-b",
            "a/b-",
            "a/b c",
            "a/é",
            "a/b:c",
            "a/..",
            "did:plc:x/y",
            "a/b\0",
            "a/b\n",
        ] {
            assert_eq!(
                text.parse::<RepositoryName>(),
                Err(RepositoryNameParseError::Malformed),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_single_component_has_no_repository() {
        assert_eq!(
            "alice".parse::<RepositoryName>(),
            Err(RepositoryNameParseError::NoRepository)
        );
        assert!("alice".parse::<RepositoryPath>().is_ok());
    }

    #[test]
    fn a_name_of_255_characters_fits_and_one_more_does_not() {
        let longest = format!("a/{}", "b".repeat(253));
        assert!(longest.parse::<RepositoryName>().is_ok());
        assert_eq!(
            format!("{longest}b").parse::<RepositoryName>(),
            Err(RepositoryNameParseError::TooLong)
        );
        let path: RepositoryPath = "b".repeat(255).parse().expect("a path");
        assert_eq!(
            RepositoryName::new("a", &path),
            Err(RepositoryNameParseError::TooLong)
        );
    }

    #[test]
    fn an_owner_with_a_slash_cannot_be_smuggled_in() {
        let path: RepositoryPath = "x".parse().expect("a path");
        assert_eq!(
            RepositoryName::new("a/b", &path),
            Err(RepositoryNameParseError::Malformed)
        );
        assert_eq!(
            RepositoryName::new("", &path),
            Err(RepositoryNameParseError::Malformed)
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_keeps_the_text(text in "\\PC*") {
            if let Ok(name) = text.parse::<RepositoryName>() {
                prop_assert_eq!(name.to_string(), text);
            }
        }

        #[test]
        fn names_made_by_the_grammar_parse(
            text in "[a-z0-9]{1,8}((\\.|_|__|-{1,3})[a-z0-9]{1,5}){0,3}(/[a-z0-9]{1,8}((\\.|_|__|-{1,3})[a-z0-9]{1,5}){0,3}){1,3}"
        ) {
            let name: RepositoryName = text.parse().expect("the grammar made it");
            prop_assert_eq!(format!("{}/{}", name.owner(), name.path()), text);
        }
    }
}
