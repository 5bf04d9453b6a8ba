//! `[identity]`: how handles and DIDs are looked up.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::settings::{DNS_SERVER, EXTRA_CA_FILE, HANDLE_RESOLVER_URL, PLC_DIRECTORY_URL};
use super::source::Reader;
use super::value::{self, Origin};

/// How handles and DIDs are looked up.
#[derive(Debug, Clone)]
pub struct IdentityConfig {
    /// The directory of did:plc.
    pub plc_directory_url: Origin,
    /// A service that resolves the handles of a development network.
    pub handle_resolver_url: Option<Origin>,
    /// DNS server instead of the system's.
    pub dns_server: Option<SocketAddr>,
    /// PEM file of further certificate authorities for outgoing connections.
    pub extra_ca_file: Option<PathBuf>,
}

pub(super) fn read(reader: &mut Reader, development: bool) -> Option<IdentityConfig> {
    let plc_directory_url = reader.value(&PLC_DIRECTORY_URL, Origin::parse);
    let handle_resolver_url = reader.optional(&HANDLE_RESOLVER_URL, Origin::parse);
    let dns_server = reader.optional(&DNS_SERVER, |text| text.parse().ok());
    let extra_ca_file = reader.optional(&EXTRA_CA_FILE, |text| {
        value::path(text).filter(|path| std::fs::File::open(path).is_ok_and(|file| is_file(&file)))
    });
    if !development {
        if let Some(origin) = plc_directory_url
            .as_ref()
            .filter(|origin| !origin.is_https())
        {
            let message = format!("found \"{origin}\"; expected {}", PLC_DIRECTORY_URL.expects);
            reader.refuse(&PLC_DIRECTORY_URL, message);
        }
        // Handles of the open network resolve by DNS and their own sites alone; leaving it unused in
        // silence would be worse than refusing.
        if let Some(origin) = &handle_resolver_url {
            let message = format!(
                "found \"{origin}\"; expected {}",
                HANDLE_RESOLVER_URL.expects
            );
            reader.refuse(&HANDLE_RESOLVER_URL, message);
        }
    }
    Some(IdentityConfig {
        plc_directory_url: plc_directory_url?,
        handle_resolver_url,
        dns_server,
        extra_ca_file,
    })
}

fn is_file(file: &std::fs::File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file())
}
