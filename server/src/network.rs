//! The way out to the network, as the settings want it: for the server and for `doctor` alike.

use std::io;
use std::path::PathBuf;

use crate::clients::outbound::{OutboundClient, OutboundPolicy, OutboundSetupError};
use crate::config::Config;
use crate::identity::{NetworkDirectory, NetworkDirectorySetup};

/// The way out cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The extra certificate authorities cannot be read.
    #[error("the file of LONGSHORE_EXTRA_CA_FILE, {}, cannot be read", path.display())]
    ExtraCa {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Certificates, name servers or TLS cannot be used.
    #[error("outgoing connections cannot be set up")]
    Outbound(#[from] OutboundSetupError),
}

/// The guarded client. Opens no connection.
pub fn outbound_client(config: &Config) -> Result<OutboundClient, NetworkError> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).map_err(|source| NetworkError::ExtraCa {
            path: path.clone(),
            source,
        })
    };
    Ok(OutboundClient::new(&OutboundPolicy {
        allow_loopback_http: config.server.development,
        extra_blocked: Vec::new(),
        user_agent: format!(
            "Longshore/{} (+{})",
            env!("CARGO_PKG_VERSION"),
            config.http.public_url
        ),
        extra_root_ca: config
            .identity
            .extra_ca_file
            .as_ref()
            .map(read)
            .transpose()?,
        name_server: config.identity.dns_server,
    })?)
}

/// The directory of handles and DIDs. Opens no connection.
pub fn network_directory(
    config: &Config,
    outbound: OutboundClient,
) -> Result<NetworkDirectory, NetworkError> {
    let identity = &config.identity;
    let setup = NetworkDirectorySetup {
        plc_url: identity.plc_directory_url.url().clone(),
        handle_resolver_urls: identity
            .handle_resolver_url
            .iter()
            .map(|origin| origin.url().clone())
            .collect(),
        name_server: identity.dns_server,
    };
    Ok(NetworkDirectory::new(outbound, &setup)?)
}
