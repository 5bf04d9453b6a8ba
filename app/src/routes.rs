//! Every page path, in one table, and how addresses of repositories are put together and taken apart.
//!
//! | Address | Page |
//! |---|---|
//! | `/u/<owner>` | a person: handle, DID, or DID as image names spell it |
//! | `/r/<owner>/<path>` | a repository |
//! | `/r/<owner>/<path>/-/tags` | its tags |
//! | `/r/<owner>/<path>/-/compare?from=…&to=…` | two of its images side by side |
//! | `/r/<owner>/<path>/-/edit` | what its owner says of it |
//! | `/r/<owner>/<path>/-/settings` | what its owner decides about it |
//! | `/r/<owner>/<path>/-/delete?…` | what a deletion would do, before it is done |
//! | `/r/<owner>/<path>/-/deletions/<id>` | a deletion under way or done |
//! | `/r/<owner>/<path>:<tag>`, `/r/<owner>/<path>@<digest>` | an image, as it is written in commands |
//! | the same and `/-/files` | its files |
//! | `/search` | search |
//! | `/holds`, `/hold/<did>` | holds, and one of them |
//! | `/hold/<did>/crew`, … | a page for those who run the hold |
//!
//! No component of a repository's name begins with `-`, so `/-/` ends the name. Behind `/api/v1` the same addresses
//! give JSON.

/// What this is, and how to log in, push and pull here.
pub const HOME: &str = "/";
/// Signing in; the form is sent to the same path.
pub const SIGN_IN: &str = "/sign-in";
/// Forgets the accounts that this device remembers.
pub const FORGET_ACCOUNTS: &str = "/sign-in/forget";
/// Signs out.
pub const SIGN_OUT: &str = "/sign-out";
/// A person's own settings; the form is sent to the same path.
pub const SETTINGS: &str = "/settings";
/// Where a person is signed in; the form is sent to the same path.
pub const SETTINGS_SESSIONS: &str = "/settings/sessions";
/// A person's access tokens; the form is sent to the same path.
pub const SETTINGS_TOKENS: &str = "/settings/tokens";
/// What a person uses of what they may, in every hold.
pub const SETTINGS_QUOTA: &str = "/settings/quota";
/// A person's data, to take along or to have removed; the forms are sent to the same path.
pub const SETTINGS_DATA: &str = "/settings/data";
/// How far the newest archive is, as JSON.
pub const SETTINGS_DATA_PROGRESS: &str = "/settings/data/progress";
/// How to log in with docker.
pub const INSTALL: &str = "/install";
/// Where a person types the code of a device; the decision is sent to the same path.
pub const DEVICE: &str = "/device";
/// Where a program on a person's computer sends their browser; the decision is sent to the same path.
pub const DEVICE_AUTHORIZE: &str = "/device/authorize";

/// Beginnings of paths that only somebody who is signed in may read.
pub const PRIVATE: &[&str] = &[SETTINGS, DEVICE];

/// What this registry is.
pub const ABOUT: &str = "/about";
/// What is kept about people.
pub const PRIVACY: &str = "/privacy";
/// What people may expect.
pub const TERMS: &str = "/terms";
/// Whether everything works.
pub const STATUS: &str = "/status";
/// The holds that somebody has to do with.
pub const HOLDS: &str = "/holds";
/// How to set a hold up.
pub const HOLDS_SET_UP: &str = "/holds/set-up";
/// Whether a hold came up.
pub const HOLDS_CHECK: &str = "/holds/set-up/check";

/// Whether somebody has pushed yet, as JSON, for the page that waits for it.
pub const FIRST_PUSH: &str = "/api/v1/first-push";

/// The picture that other sites show of pages that are about no repository.
pub const SITE_PICTURE: &str = "/og/site.png";

/// Finding repositories.
pub const SEARCH: &str = "/search";

/// A person.
pub fn person(name: &str) -> String {
    format!("/u/{name}")
}

/// The picture of a person, by their DID.
pub fn avatar(did: &str) -> String {
    format!("/avatars/{did}")
}

/// A hold.
pub fn hold(did: &str) -> String {
    format!("/hold/{}", escape(did))
}

/// A page of a hold, such as `crew`.
pub fn hold_page(did: &str, page: &str) -> String {
    format!("{}/{page}", hold(did))
}

/// A member of a hold's crew.
pub fn hold_member(did: &str, member: &str) -> String {
    format!("{}/crew/{}", hold(did), escape(member))
}

/// Removing a member of a hold's crew.
pub fn hold_member_removal(did: &str, member: &str) -> String {
    format!("{}/remove", hold_member(did, member))
}

/// Whether only somebody who is signed in may read this path: what lies below [`PRIVATE`], the pages of a hold but its
/// first, and the pages of a repository that are for its owner.
pub fn is_private(path: &str) -> bool {
    let below = |beginning: &&str| {
        path.strip_prefix(*beginning)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    PRIVATE.iter().any(below)
        || path
            .strip_prefix("/hold/")
            .is_some_and(|rest| rest.trim_end_matches('/').contains('/'))
        || path
            .strip_prefix("/r/")
            .and_then(RepositoryAddress::parse)
            .is_some_and(|address| address.page.is_for_owner())
}

/// A repository; `name` is `<owner>/<path>`.
pub fn repository(name: &str) -> String {
    format!("/r/{name}")
}

/// The tags of a repository.
pub fn tags(name: &str) -> String {
    format!("/r/{name}/-/tags")
}

/// The image that a tag or digest stands for.
pub fn image(name: &str, reference: &str) -> String {
    // Every digest has a colon, and no tag does.
    let separator = if reference.contains(':') { '@' } else { ':' };
    format!("/r/{name}{separator}{reference}")
}

/// The files of the image that a tag or digest stands for.
pub fn files(name: &str, reference: &str) -> String {
    format!("{}/-/files", image(name, reference))
}

/// Where an owner describes a repository; the form is sent to the same path.
pub fn edit(name: &str) -> String {
    format!("/r/{name}/-/edit")
}

/// Where an owner decides about a repository; the forms are sent to the same path.
pub fn repository_settings(name: &str) -> String {
    format!("/r/{name}/-/settings")
}

/// What a deletion would do; confirming it is sent to the same path.
pub fn delete(name: &str) -> String {
    format!("/r/{name}/-/delete")
}

/// A deletion under way or done.
pub fn deletion(name: &str, id: &str) -> String {
    format!("/r/{name}/-/deletions/{id}")
}

/// How far a deletion is, as JSON for its owner.
pub fn deletion_progress(name: &str, id: &str) -> String {
    json(&deletion(name, id))
}

/// Where somebody gives or takes a star of a repository.
pub fn star(name: &str) -> String {
    format!("/r/{name}/-/star")
}

/// The picture of a repository; `version` is that of the picture.
pub fn repository_avatar(name: &str, version: &str) -> String {
    format!("/avatars/r/{name}?v={version}")
}

/// Two images of a repository side by side.
pub fn compare(name: &str) -> String {
    format!("/r/{name}/-/compare")
}

/// An archive of the data of the person who asks.
pub fn archive(id: &str) -> String {
    format!("{SETTINGS_DATA}/archives/{id}")
}

/// An address with these parameters, without those that are empty.
pub fn with_query(address: &str, parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    if pairs.is_empty() {
        address.to_owned()
    } else {
        format!("{address}?{}", pairs.join("&"))
    }
}

/// RFC 3986: everything but unreserved characters is escaped.
fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/' | b':') {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

/// The same page for programs.
pub fn json(page: &str) -> String {
    format!("/api/v1{page}")
}

/// The pushes of a person or repository as a feed; `page` is the address of theirs.
pub fn feed(page: &str) -> String {
    format!("/feeds{page}")
}

/// The picture that other sites show of a repository; `name` is `<owner>/<path>`.
pub fn picture(name: &str) -> String {
    format!("/og/r/{name}.png")
}

/// What follows `/r/`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryAddress {
    /// `<owner>/<path>`, as written.
    pub name: String,
    /// Which of its pages.
    pub page: RepositoryPage,
}

/// A page of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepositoryPage {
    /// The first one.
    Overview,
    /// Its tags.
    Tags,
    /// Two of its images side by side.
    Compare,
    /// What a tag or digest stands for.
    Image(String),
    /// The files of what a tag or digest stands for.
    Files(String),
    /// What its owner says of it.
    Edit,
    /// What its owner decides about it.
    Settings,
    /// What a deletion would do.
    Delete,
    /// A deletion, by its id.
    Deletion(String),
    /// Where a star is given; there is nothing to read.
    Star,
}

impl RepositoryPage {
    /// Only for the owner.
    pub const fn is_for_owner(&self) -> bool {
        matches!(
            self,
            Self::Edit | Self::Settings | Self::Delete | Self::Deletion(_)
        )
    }
}

impl RepositoryAddress {
    /// Takes an address apart; `None` where it is none. The name is not checked.
    pub fn parse(rest: &str) -> Option<Self> {
        let rest = rest.trim_matches('/');
        let (named, page) = match rest.split_once("/-/") {
            Some((named, page)) => (named, Some(page)),
            None => (rest, None),
        };
        // A raw DID has colons of its own.
        let (owner, path) = named.split_once('/')?;
        let (path, reference) = match path.split_once('@').or_else(|| path.split_once(':')) {
            Some((path, reference)) => (path, Some(reference.to_owned())),
            None => (path, None),
        };
        let page = match (page, reference) {
            (None, None) => RepositoryPage::Overview,
            (None, Some(reference)) => RepositoryPage::Image(reference),
            (Some("tags"), None) => RepositoryPage::Tags,
            (Some("compare"), None) => RepositoryPage::Compare,
            (Some("edit"), None) => RepositoryPage::Edit,
            (Some("settings"), None) => RepositoryPage::Settings,
            (Some("delete"), None) => RepositoryPage::Delete,
            (Some("star"), None) => RepositoryPage::Star,
            (Some(page), None) if page.starts_with("deletions/") => {
                RepositoryPage::Deletion(page["deletions/".len()..].to_owned())
            }
            (Some("files"), Some(reference)) => RepositoryPage::Files(reference),
            (Some(_), _) => return None,
        };
        Some(Self {
            name: format!("{owner}/{path}"),
            page,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart_as_they_were_put_together() {
        let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for name in [
            "alice.test/app",
            "alice.test/tools/web.server",
            "did:plc:abc/app",
        ] {
            for (address, page) in [
                (repository(name), RepositoryPage::Overview),
                (tags(name), RepositoryPage::Tags),
                (compare(name), RepositoryPage::Compare),
                (files(name, "v1"), RepositoryPage::Files("v1".to_owned())),
                (edit(name), RepositoryPage::Edit),
                (repository_settings(name), RepositoryPage::Settings),
                (delete(name), RepositoryPage::Delete),
                (star(name), RepositoryPage::Star),
                (
                    deletion(name, "abc"),
                    RepositoryPage::Deletion("abc".to_owned()),
                ),
                (
                    image(name, "v1.0_x"),
                    RepositoryPage::Image("v1.0_x".to_owned()),
                ),
                (
                    image(name, digest),
                    RepositoryPage::Image(digest.to_owned()),
                ),
            ] {
                let rest = address.strip_prefix("/r/").unwrap();
                let expected = RepositoryAddress {
                    name: name.to_owned(),
                    page,
                };
                assert_eq!(RepositoryAddress::parse(rest), Some(expected), "{address}");
            }
        }
    }

    #[test]
    fn parameters_are_escaped_and_empty_ones_left_out() {
        let address = with_query(
            "/search",
            &[("q", "a&b=ü"), ("kind", ""), ("after", "1 a/b")],
        );
        assert_eq!(address, "/search?q=a%26b%3D%C3%BC&after=1%20a/b");
        assert_eq!(with_query("/search", &[("q", "")]), "/search");
    }

    #[test]
    fn only_the_first_page_of_a_hold_is_for_everybody() {
        let did = "did:web:localhost%3A5000";
        assert_eq!(hold(did), "/hold/did:web:localhost%253A5000");
        for (path, private) in [
            (hold(did), false),
            (format!("{}/", hold(did)), false),
            (hold_page(did, "crew"), true),
            (hold_member_removal(did, "did:plc:abc"), true),
            (HOLDS.to_owned(), false),
            (SETTINGS.to_owned(), true),
            ("/settings-x".to_owned(), false),
        ] {
            assert_eq!(is_private(&path), private, "{path}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for rest in [
            "",
            "alice.test",
            "alice.test/app/-/nothing",
            "alice.test/app:v1/-/tags",
        ] {
            assert_eq!(RepositoryAddress::parse(rest), None, "{rest}");
        }
    }
}
