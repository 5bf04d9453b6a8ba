//! Handles in DNS: the TXT records at `_atproto.<handle>`. atproto.com/specs/handle#dns-txt-method

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use atproto::syntax::{Did, Handle};
use hickory_resolver::TokioResolver;
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::RData;

use super::outbound::dns_client;
use crate::identity::IdentityError;

const TIMEOUT: Duration = Duration::from_secs(3);
const PREFIX: &[u8] = b"did=";

/// What the TXT records of a handle say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TxtAnswer {
    /// There is none that is about atproto.
    Absent,
    /// They agree on one DID.
    Did(Did),
    /// They name different DIDs.
    Several,
    /// There is one, and it names no DID.
    Unusable,
}

/// Looks up handles in DNS.
pub struct HandleTxt {
    dns: TokioResolver,
}

impl HandleTxt {
    /// Asks `name_server`, or the machine's name servers.
    pub fn new(name_server: Option<SocketAddr>) -> Result<Self, NetError> {
        Ok(Self {
            dns: dns_client(name_server)?,
        })
    }

    /// What DNS says about a handle. [`IdentityError::Unreachable`] when DNS did not say anything.
    pub async fn look_up(&self, handle: &Handle) -> Result<TxtAnswer, IdentityError> {
        let unreachable = || IdentityError::Unreachable {
            what: format!("the DNS server of the handle {handle}"),
        };
        // The dot at the end keeps the search list of the machine's network out of it.
        let name = format!("_atproto.{handle}.");
        let Ok(lookup) = tokio::time::timeout(TIMEOUT, self.dns.txt_lookup(name)).await else {
            return Err(unreachable());
        };
        let lookup = match lookup {
            Ok(lookup) => lookup,
            Err(error) if error.is_no_records_found() => return Ok(TxtAnswer::Absent),
            Err(error) => {
                tracing::debug!(identity.handle = %handle, error = ?error, "a handle's DNS failed");
                return Err(unreachable());
            }
        };
        Ok(read_records(lookup.answers().iter().filter_map(
            |record| match &record.data {
                RData::TXT(txt) => Some(txt.txt_data.concat()),
                _ => None,
            },
        )))
    }
}

/// ID-08: only values that start with `did=` count, and all of them must be the same.
fn read_records(records: impl Iterator<Item = Vec<u8>>) -> TxtAnswer {
    let values: BTreeSet<Vec<u8>> = records
        .filter_map(|record| record.strip_prefix(PREFIX).map(<[u8]>::to_vec))
        .collect();
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (None, _) => TxtAnswer::Absent,
        (Some(_), Some(_)) => TxtAnswer::Several,
        (Some(value), None) => String::from_utf8(value)
            .ok()
            .and_then(|text| text.parse().ok())
            .map_or(TxtAnswer::Unusable, TxtAnswer::Did),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

    fn read(records: &[&str]) -> TxtAnswer {
        read_records(records.iter().map(|record| record.as_bytes().to_vec()))
    }

    #[test]
    fn id_08_only_did_values_count_and_they_must_agree() {
        let alice = format!("did={ALICE}");
        let did = TxtAnswer::Did(ALICE.parse().unwrap());
        assert_eq!(read(&[]), TxtAnswer::Absent);
        assert_eq!(
            read(&["v=spf1 -all", "DID=x", ALICE, " did=x"]),
            TxtAnswer::Absent
        );
        assert_eq!(read(&[&alice]), did);
        assert_eq!(read(&["v=spf1 -all", &alice, &alice]), did);
        assert_eq!(
            read(&[&alice, "did=did:web:example.com"]),
            TxtAnswer::Several
        );
        assert_eq!(read(&[&alice, "did="]), TxtAnswer::Several);
        assert_eq!(read(&["did="]), TxtAnswer::Unusable);
        assert_eq!(read(&["did= did:web:example.com"]), TxtAnswer::Unusable);
    }
}
