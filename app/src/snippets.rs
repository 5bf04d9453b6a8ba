//! What to put where, so that a machine logs in with an access token. Plain functions; components draw.
//!
//! The token is never in them: each takes it from a variable or secret of the place it runs in.

use crate::t;

/// A place in which images are pulled or pushed by a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// What the place is called.
    pub place: &'static str,
    /// Where the text goes.
    pub note: String,
    /// The text.
    pub text: String,
    /// The text is typed into a terminal, and not part of a file.
    pub is_command: bool,
}

/// The name under which places keep the token.
const VARIABLE: &str = "LONGSHORE_TOKEN";

/// For every place, in the order in which they are offered. `host` is the registry's, `username` a handle or DID;
/// `plain_http`: the registry has no TLS, which podman must be told.
pub fn snippets(host: &str, username: &str, plain_http: bool) -> Vec<Snippet> {
    let log_in = |program: &str| {
        format!("echo \"${VARIABLE}\" | {program} -u {username} --password-stdin {host}")
    };
    let podman = if plain_http {
        "podman login --tls-verify=false"
    } else {
        "podman login"
    };
    vec![
        Snippet {
            place: "docker",
            note: t!("tokens-use-docker", variable = VARIABLE),
            text: log_in("docker login"),
            is_command: true,
        },
        Snippet {
            place: "podman",
            note: t!("tokens-use-podman").to_owned(),
            text: log_in(podman),
            is_command: true,
        },
        Snippet {
            place: "GitHub Actions",
            note: t!("tokens-use-github", variable = VARIABLE),
            text: format!(
                "- uses: docker/login-action@v3\n  with:\n    registry: {host}\n    username: {username}\n    \
                 password: ${{{{ secrets.{VARIABLE} }}}}"
            ),
            is_command: false,
        },
        Snippet {
            place: "GitLab CI",
            note: t!("tokens-use-gitlab", variable = VARIABLE),
            text: format!("before_script:\n  - {}", log_in("docker login")),
            is_command: false,
        },
        Snippet {
            place: "Kubernetes",
            note: t!("tokens-use-kubernetes").to_owned(),
            text: format!(
                "kubectl create secret docker-registry longshore --docker-server={host} \
                 --docker-username={username} --docker-password=\"${VARIABLE}\""
            ),
            is_command: true,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_names_the_registry_the_account_and_where_the_token_is() {
        for snippet in snippets("registry.example:5000", "alice.example", true) {
            for part in ["registry.example:5000", "alice.example", "LONGSHORE_TOKEN"] {
                assert!(
                    snippet.text.contains(part),
                    "{}: {}",
                    snippet.place,
                    snippet.text
                );
            }
        }
    }

    #[test]
    fn podman_is_told_where_there_is_no_tls() {
        for plain_http in [false, true] {
            let podman = &snippets("registry.example", "alice.example", plain_http)[1];
            assert_eq!(podman.text.contains("--tls-verify=false"), plain_http);
        }
    }

    #[test]
    fn wb_14_a_command_is_one_line_and_a_file_keeps_its_indentation() {
        for snippet in snippets("registry.example", "alice.example", false) {
            assert_eq!(
                snippet.text.lines().count() == 1,
                snippet.is_command,
                "{}",
                snippet.place
            );
        }
        let actions = &snippets("registry.example", "alice.example", false)[2].text;
        assert_eq!(
            actions,
            "- uses: docker/login-action@v3\n  with:\n    registry: registry.example\n    username: alice.example\n    \
             password: ${{ secrets.LONGSHORE_TOKEN }}"
        );
    }
}
