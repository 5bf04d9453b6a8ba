//! The exact commands to log in, push and pull with each client. Plain functions; components draw.

use crate::api::home::HomePage;
use crate::t;

/// A program that people move images with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// Docker Engine and Docker Desktop.
    Docker,
    /// Podman, and Buildah, which takes the same options.
    Podman,
    /// Skopeo, which copies images without a daemon.
    Skopeo,
    /// Crane of go-containerregistry.
    Crane,
    /// ORAS, for artifacts that are not container images.
    Oras,
}

impl Client {
    /// Every client, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Docker,
        Self::Podman,
        Self::Skopeo,
        Self::Crane,
        Self::Oras,
    ];

    /// The name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Skopeo => "skopeo",
            Self::Crane => "crane",
            Self::Oras => "oras",
        }
    }
}

/// The three things everybody does with a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands {
    /// Presents the handle; the client then asks for the app password.
    pub log_in: String,
    /// Sends an image into the repository `hello`.
    pub push: String,
    /// Fetches it again.
    pub pull: String,
}

/// The part of an image name before the repository: `host/handle`.
pub fn namespace(page: &HomePage) -> String {
    format!("{}/{}", page.registry_host, handle(page))
}

/// The commands for `client` at the server that `page` describes.
pub fn commands(client: Client, page: &HomePage) -> Commands {
    let host = &page.registry_host;
    let handle = handle(page);
    let image = format!("{}/hello:latest", namespace(page));
    let http = |option: &'static str| if page.plain_http { option } else { "" };
    match client {
        Client::Docker => Commands {
            log_in: format!("docker login -u {handle} {host}"),
            push: format!(
                "docker pull hello-world\ndocker tag hello-world {image}\ndocker push {image}"
            ),
            pull: format!("docker pull {image}"),
        },
        Client::Podman => {
            let tls = http("--tls-verify=false ");
            Commands {
                log_in: format!("podman login {tls}-u {handle} {host}"),
                push: format!(
                    "podman pull docker.io/library/hello-world\n\
                     podman push {tls}hello-world {image}"
                ),
                pull: format!("podman pull {tls}{image}"),
            }
        }
        Client::Skopeo => {
            let login_tls = http("--tls-verify=false ");
            let destination_tls = http("--dest-tls-verify=false ");
            let source_tls = http("--src-tls-verify=false ");
            Commands {
                log_in: format!("skopeo login {login_tls}-u {handle} {host}"),
                push: format!(
                    "skopeo copy {destination_tls}docker://docker.io/library/hello-world docker://{image}"
                ),
                pull: format!("skopeo copy {source_tls}docker://{image} oci:hello:latest"),
            }
        }
        Client::Crane => {
            let insecure = http("--insecure ");
            Commands {
                log_in: format!("crane auth login {insecure}-u {handle} --password-stdin {host}"),
                push: format!("crane copy {insecure}docker.io/library/hello-world {image}"),
                pull: format!("crane pull {insecure}{image} hello.tar"),
            }
        }
        Client::Oras => {
            let plain = http("--plain-http ");
            Commands {
                log_in: format!("oras login {plain}-u {handle} {host}"),
                push: format!("echo ahoy > hello.txt\noras push {plain}{image} hello.txt"),
                pull: format!("oras pull {plain}{image}"),
            }
        }
    }
}

fn handle(page: &HomePage) -> &str {
    page.example_handle
        .as_deref()
        .unwrap_or_else(|| t!("home-commands-handle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(plain_http: bool, example_handle: Option<&str>) -> HomePage {
        HomePage {
            registry_host: "registry.example".to_owned(),
            public_url: "https://registry.example".to_owned(),
            example_handle: example_handle.map(str::to_owned),
            plain_http,
            hold: None,
            version: "0.0.0".to_owned(),
        }
    }

    #[test]
    fn every_command_names_the_registry() {
        for client in Client::ALL {
            let commands = commands(client, &page(false, Some("alice.test")));
            assert!(commands.log_in.contains("registry.example"), "{client:?}");
            for command in [commands.push, commands.pull] {
                assert!(
                    command.contains("registry.example/alice.test/hello:latest"),
                    "{command}"
                );
            }
        }
    }

    #[test]
    fn plain_http_is_said_only_where_it_is_needed() {
        let options = ["tls-verify=false", "--insecure", "--plain-http"];
        for client in Client::ALL {
            let text = |plain_http| {
                let commands = commands(client, &page(plain_http, None));
                [commands.log_in, commands.push, commands.pull]
            };
            let said = |command: &String| options.iter().any(|option| command.contains(option));
            assert!(!text(false).iter().any(said), "{client:?}");
            // Docker has no such option: it allows loopback, and the rest is in its configuration.
            assert_eq!(text(true).iter().all(said), client != Client::Docker);
        }
    }

    #[test]
    fn without_an_example_handle_the_reader_is_told_to_fill_in_theirs() {
        assert_eq!(
            commands(Client::Docker, &page(false, None)).log_in,
            "docker login -u <your-handle> registry.example"
        );
    }
}
