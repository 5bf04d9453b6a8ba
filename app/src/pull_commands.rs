//! The exact commands that fetch one image with each client. Plain functions; components draw.

/// A program that fetches images or artifacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullClient {
    /// Docker Engine and Docker Desktop.
    Docker,
    /// Podman.
    Podman,
    /// Skopeo, which copies images without a daemon.
    Skopeo,
    /// Crane of go-containerregistry.
    Crane,
    /// nerdctl for containerd.
    Nerdctl,
    /// Helm, for charts.
    Helm,
    /// ORAS, for artifacts that are not container images.
    Oras,
}

/// An image somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullTarget {
    /// Host and port of the registry.
    pub registry_host: String,
    /// `<owner>/<path>`.
    pub name: String,
    /// A tag or digest.
    pub reference: String,
    /// The registry speaks plain HTTP, which most clients must be told.
    pub plain_http: bool,
}

impl PullClient {
    /// The programs that can do something with a kind of artifact.
    pub fn for_kind(kind: Option<&str>) -> &'static [Self] {
        match kind {
            None | Some("image" | "index") => &[
                Self::Docker,
                Self::Podman,
                Self::Skopeo,
                Self::Crane,
                Self::Nerdctl,
            ],
            Some("helm") => &[Self::Helm, Self::Oras, Self::Skopeo, Self::Crane],
            Some(_) => &[Self::Oras, Self::Skopeo, Self::Crane],
        }
    }

    /// The name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Skopeo => "skopeo",
            Self::Crane => "crane",
            Self::Nerdctl => "nerdctl",
            Self::Helm => "helm",
            Self::Oras => "oras",
        }
    }

    /// The command that fetches `target`.
    pub fn pull(self, target: &PullTarget) -> String {
        let http = |option: &'static str| if target.plain_http { option } else { "" };
        let PullTarget {
            registry_host,
            name,
            reference,
            ..
        } = target;
        let is_digest = reference.contains(':');
        let separator = if is_digest { '@' } else { ':' };
        let image = format!("{registry_host}/{name}{separator}{reference}");
        let file = name.rsplit('/').next().unwrap_or("image");
        match self {
            Self::Docker => format!("docker pull {image}"),
            Self::Podman => format!("podman pull {}{image}", http("--tls-verify=false ")),
            Self::Skopeo => {
                let tag = if is_digest { "pinned" } else { reference };
                let tls = http("--src-tls-verify=false ");
                format!("skopeo copy {tls}docker://{image} oci:{file}:{tag}")
            }
            Self::Crane => format!("crane pull {}{image} {file}.tar", http("--insecure ")),
            Self::Nerdctl => format!("nerdctl {}pull {image}", http("--insecure-registry ")),
            Self::Helm if is_digest => {
                format!("helm pull {}oci://{image}", http("--plain-http "))
            }
            Self::Helm => format!(
                "helm pull {}oci://{registry_host}/{name} --version {reference}",
                http("--plain-http ")
            ),
            Self::Oras => format!("oras pull {}{image}", http("--plain-http ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_one_line_that_names_the_image() {
        for plain_http in [false, true] {
            for reference in ["v1.0", "sha256:abc"] {
                let target = PullTarget {
                    registry_host: "registry.example".to_owned(),
                    name: "alice.example/tools/app".to_owned(),
                    reference: reference.to_owned(),
                    plain_http,
                };
                for kind in [None, Some("helm"), Some("wasm")] {
                    for client in PullClient::for_kind(kind) {
                        let command = client.pull(&target);
                        assert!(command.starts_with(client.name()), "{command}");
                        assert!(command.contains("registry.example/alice.example/tools/app"));
                        assert!(command.contains(reference) && !command.contains('\n'));
                        assert!(!command.contains("  "), "{command}");
                    }
                }
            }
        }
    }
}
