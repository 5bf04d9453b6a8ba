//! What an application asks for and is granted. RFC 6749, section 3.3; atproto.com/specs/permission

use std::collections::BTreeSet;
use std::fmt;

/// The longest list of scopes that is read, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// The scope without which no session is one of atproto.
const ATPROTO: &str = "atproto";
/// The scope that older servers know instead of those by collection, type and method.
const GENERIC: &str = "transition:generic";

/// A set of scopes, compared letter by letter: servers drop what they do not know without a word.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<String>);

/// Not a list of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a list of OAuth scopes")]
pub struct InvalidScope;

impl Scopes {
    /// Reads scopes separated by single spaces.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        if text.is_empty() || text.len() > MAX_BYTES {
            return Err(InvalidScope);
        }
        text.split(' ')
            .map(|scope| {
                is_scope(scope)
                    .then(|| scope.to_owned())
                    .ok_or(InvalidScope)
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// A set of scopes that are written in the program.
    ///
    /// # Panics
    /// When one is no scope.
    pub fn of<Scope: Into<String>>(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let scopes: BTreeSet<String> = scopes.into_iter().map(Into::into).collect();
        assert!(
            scopes.iter().all(|scope| is_scope(scope)),
            "a scope is printable and has no space, quote or backslash: {scopes:?}"
        );
        Self(scopes)
    }

    /// `atproto` alone, which says who somebody is and no more.
    pub fn atproto() -> Self {
        Self::of([ATPROTO])
    }

    /// For servers that know no finer scopes.
    pub fn generic() -> Self {
        Self::of([ATPROTO, GENERIC])
    }

    /// Whether this exact scope is among them.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Whether a session with these is one of atproto.
    pub fn is_atproto(&self) -> bool {
        self.contains(ATPROTO)
    }

    /// Whether all of `others` are among these.
    pub fn includes(&self, others: &Self) -> bool {
        others.0.is_subset(&self.0)
    }

    /// Whether these allow what `wanted` names, by the same scopes or by the one that older servers have for all.
    pub fn allow(&self, wanted: &Self) -> bool {
        let is_generic = self.contains(GENERIC);
        wanted.0.iter().all(|scope| {
            self.contains(scope)
                || is_generic
                    && ["repo:", "blob:", "rpc:"]
                        .iter()
                        .any(|kind| scope.starts_with(kind))
        })
    }

    /// Both together.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        Self(self.0.union(&others.0).cloned().collect())
    }

    /// Those that are also in `others`.
    #[must_use]
    pub fn within(&self, others: &Self) -> Self {
        Self(self.0.intersection(&others.0).cloned().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(formatter, "{space}{scope}")?;
        }
        Ok(())
    }
}

fn is_scope(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_they_are_written() {
        let scopes = Scopes::parse("repo:io.atcr.tag atproto rpc:a.b.c?aud=*").unwrap();
        assert!(scopes.is_atproto());
        assert_eq!(
            scopes.to_string(),
            "atproto repo:io.atcr.tag rpc:a.b.c?aud=*"
        );
        for broken in ["", " ", "a  b", "a\"b", "a\\b", "\u{e4}", "a\nb"] {
            assert!(Scopes::parse(broken).is_err(), "{broken:?}");
        }
        assert!(Scopes::parse(&"a ".repeat(5000)).is_err());
    }

    #[test]
    fn oa_38_what_was_granted_is_compared_with_what_is_needed() {
        let wanted = Scopes::of(["atproto", "repo:io.atcr.tag", "blob:*/*"]);
        assert!(wanted.allow(&wanted));
        assert!(!Scopes::of(["atproto", "repo:io.atcr.tag"]).allow(&wanted));
        assert!(Scopes::generic().allow(&wanted));
        assert!(!Scopes::generic().allow(&Scopes::of(["identity:handle"])));
        assert!(!Scopes::generic().includes(&wanted));
    }
}
