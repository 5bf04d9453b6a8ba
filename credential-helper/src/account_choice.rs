//! Which account answers: what the person says, what the image name says, else the active one.

use crate::accounts::{Account, Registry};
use crate::error::HelperError;
use crate::registry_address::RegistryAddress;

/// What is known about the request.
pub struct Hints<'a> {
    /// `LONGSHORE_ACCOUNT`.
    pub said: Option<&'a str>,
    /// The owner in the name that the caller asks for; podman and skopeo may give one.
    pub owner: Option<&'a str>,
    /// The words of the command that needs the credentials.
    pub command: &'a [String],
}

/// Chooses among the logins at `address`.
pub fn choose<'a>(
    address: &RegistryAddress,
    registry: &'a Registry,
    hints: &Hints<'_>,
) -> Result<&'a Account, HelperError> {
    if let Some(said) = hints.said {
        return registry
            .find(said)
            .ok_or_else(|| HelperError::NoSuchAccount {
                account: said.to_owned(),
                registry: address.to_string(),
            });
    }
    let of_owner = hints.owner.and_then(|owner| registry.find(owner));
    of_owner
        .or_else(|| of_command(address, registry, hints.command))
        .or_else(|| registry.active())
        .ok_or_else(|| HelperError::NotLoggedIn {
            registry: address.to_string(),
        })
}

/// The one account whose images the command names. Of two, neither: one of them would be wrong.
fn of_command<'a>(
    address: &RegistryAddress,
    registry: &'a Registry,
    command: &[String],
) -> Option<&'a Account> {
    let mut found: Option<&Account> = None;
    for word in command {
        for owner in owners(address, word) {
            let Some(account) = registry.find(owner) else {
                continue;
            };
            match found {
                Some(other) if other.name != account.name => return None,
                _ => found = Some(account),
            }
        }
    }
    found
}

/// The owners of all images of this registry in one word, such as `alice.example` in
/// `type=image,name=docker://registry.example/alice.example/app:v1`.
fn owners<'a>(address: &RegistryAddress, word: &'a str) -> impl Iterator<Item = &'a str> {
    let host = address.as_str();
    word.match_indices(host).filter_map(move |(at, _)| {
        // Not the end of a longer host.
        let before = word[..at].chars().next_back();
        if before.is_some_and(|before| before.is_alphanumeric() || "-._".contains(before)) {
            return None;
        }
        let (owner, _) = word[at + host.len()..].strip_prefix('/')?.split_once('/')?;
        Some(owner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{Origin, Secret};

    fn registry() -> Registry {
        let mut registry = Registry::default();
        for (name, did) in [("alice.example", "did:plc:a"), ("bob.example", "did:plc:b")] {
            registry.put(Account {
                name: name.to_owned(),
                did: Some(did.to_owned()),
                origin: Origin::Login,
                expires_at: None,
                secret: Secret::File(String::new()),
            });
        }
        registry
    }

    fn chosen(said: Option<&str>, owner: Option<&str>, command: &str) -> Option<String> {
        let command: Vec<String> = command.split(' ').map(str::to_owned).collect();
        let hints = Hints {
            said,
            owner,
            command: &command,
        };
        let address = "registry.example:5000".parse().unwrap();
        choose(&address, &registry(), &hints)
            .ok()
            .map(|account| account.name.clone())
    }

    #[test]
    fn the_image_name_in_the_command_chooses() {
        let table = [
            (
                "docker push registry.example:5000/alice.example/app:v1",
                "alice.example",
            ),
            (
                "docker push registry.example:5000/did-plc-a/app",
                "alice.example",
            ),
            (
                "skopeo copy oci:x docker://registry.example:5000/alice.example/app",
                "alice.example",
            ),
            (
                "docker buildx build -o type=image,name=registry.example:5000/alice.example/a,push=true .",
                "alice.example",
            ),
            (
                "podman pull registry.example:5000/carol.example/app",
                "bob.example",
            ),
            ("docker push other.example/alice.example/app", "bob.example"),
            (
                "docker push evil-registry.example:5000/alice.example/app",
                "bob.example",
            ),
            (
                "docker push registry.example:5000/alice.example",
                "bob.example",
            ),
            ("docker compose push", "bob.example"),
            (
                "skopeo copy docker://registry.example:5000/alice.example/a docker://registry.example:5000/bob.example/a",
                "bob.example",
            ),
        ];
        for (command, account) in table {
            assert_eq!(
                chosen(None, None, command).as_deref(),
                Some(account),
                "{command}"
            );
        }
    }

    #[test]
    fn what_the_person_says_comes_first_then_the_name_that_is_asked_for() {
        let command = "docker push registry.example:5000/bob.example/app";
        assert_eq!(
            chosen(Some("alice.example"), None, command).as_deref(),
            Some("alice.example")
        );
        assert_eq!(
            chosen(None, Some("alice.example"), command).as_deref(),
            Some("alice.example")
        );
        assert_eq!(chosen(Some("carol.example"), None, command), None);
    }
}
