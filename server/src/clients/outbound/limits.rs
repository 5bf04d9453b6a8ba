//! How long, how much and where to, per purpose.

use std::time::Duration;

/// Which ports a request may go to. In development every port is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ports {
    /// 443 only: identity documents have no other place.
    Https,
    /// 443 or an unprivileged port: services may run there, well-known protocols do not.
    Service,
}

/// The limits of one kind of request. Times run from the start of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchLimits {
    /// Until the head of the answer, sending the request included.
    pub first_byte: Duration,
    /// Until the last byte of the answer, waiting for a free slot included.
    pub total: Duration,
    /// Most bytes of the answer, counted as they come in.
    pub max_bytes: usize,
    /// Where to.
    pub ports: Ports,
}

const KIB: usize = 1024;

impl FetchLimits {
    /// `/.well-known/atproto-did`: one DID.
    pub const HANDLE: Self = Self::metadata(4 * KIB, Ports::Https);
    /// A DID document from the DID's own host.
    pub const DID_DOCUMENT: Self = Self::metadata(512 * KIB, Ports::Https);
    /// An answer of the configured PLC directory or handle resolver.
    pub const DIRECTORY: Self = Self::metadata(512 * KIB, Ports::Service);
    /// A PDS call that reads, or writes only a few bytes. A page of 100 records fits.
    pub const PDS_CALL: Self = Self::metadata(8 * KIB * KIB, Ports::Service);
    /// A PDS call that sends a body of some size.
    pub const PDS_WRITE: Self = Self {
        first_byte: Duration::from_secs(30),
        total: Duration::from_secs(30),
        max_bytes: 512 * KIB,
        ports: Ports::Service,
    };

    /// What a server says of its OAuth.
    pub const OAUTH_METADATA: Self = Self::metadata(512 * KIB, Ports::Service);
    /// A call to an authorization server.
    pub const OAUTH_CALL: Self = Self::metadata(64 * KIB, Ports::Service);

    /// A call to a hold that sends and gets a few kilobytes. Its captain's list of crew fits.
    pub const HOLD_CALL: Self = Self::metadata(4 * KIB * KIB, Ports::Service);
    /// One part of an upload to a hold, which the hold has stored when it answers; or the end of an upload, for
    /// which it may have to read all of it.
    pub const HOLD_WRITE: Self = Self {
        first_byte: Duration::from_mins(5),
        total: Duration::from_mins(5),
        max_bytes: 64 * KIB,
        ports: Ports::Service,
    };

    /// Everything that a hold knows about one person: a few hundred bytes for each of their layers.
    pub const HOLD_EXPORT: Self = Self {
        first_byte: Duration::from_mins(1),
        total: Duration::from_mins(2),
        max_bytes: 64 * KIB * KIB,
        ports: Ports::Service,
    };
    /// A whole repo, as an archive.
    pub const PDS_REPO: Self = Self {
        first_byte: Duration::from_secs(30),
        total: Duration::from_mins(2),
        max_bytes: 64 * KIB * KIB,
        ports: Ports::Service,
    };

    const fn metadata(max_bytes: usize, ports: Ports) -> Self {
        Self {
            first_byte: Duration::from_secs(5),
            total: Duration::from_secs(10),
            max_bytes,
            ports,
        }
    }

    /// Reading one blob of at most `max_bytes` from a PDS.
    pub const fn pds_blob(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            first_byte: Duration::from_secs(10),
            ..Self::PDS_WRITE
        }
    }
}
