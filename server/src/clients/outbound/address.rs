//! Which addresses the outbound client may connect to: global unicast and nothing else.
//!
//! Pure rules over parsed addresses; spellings (octal, hex, short forms) never get this far.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses in CIDR form, such as `203.0.113.0/24` or `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressBlock {
    network: IpAddr,
    prefix: u8,
}

/// The text is not an address or a CIDR block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an address or a block such as 203.0.113.0/24")]
pub struct InvalidAddressBlock {
    text: String,
}

impl AddressBlock {
    /// Whether the address lies in the block. An IPv4-mapped IPv6 address counts as the IPv4 one.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix);
                let mask = u32::MAX.checked_shl(shift).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix);
                let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for AddressBlock {
    type Err = InvalidAddressBlock;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAddressBlock {
            text: text.to_owned(),
        };
        let (network, prefix) = match text.split_once('/') {
            Some((network, prefix)) => {
                (network, Some(prefix.parse::<u8>().map_err(|_| invalid())?))
            }
            None => (text, None),
        };
        let network: IpAddr = network.parse().map_err(|_| invalid())?;
        let longest = if network.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        if prefix > longest {
            return Err(invalid());
        }
        Ok(Self { network, prefix })
    }
}

/// What besides global unicast is let through or kept out.
#[derive(Debug, Clone, Default)]
pub struct AddressPolicy {
    /// Lets `127.0.0.0/8` and `::1` through. For development only.
    pub allow_loopback: bool,
    /// The operator's own list, our public addresses among them.
    pub extra_blocked: Vec<AddressBlock>,
}

/// Whether a connection to `address` is allowed.
///
/// Refuses everything that IANA's special-purpose registries do not call globally reachable, and the IPv6
/// forms that carry an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo, ISATAP), because
/// a gateway on the way could unpack them towards an address that is refused here.
pub fn is_allowed_address(address: IpAddr, policy: &AddressPolicy) -> bool {
    if policy
        .extra_blocked
        .iter()
        .any(|block| block.contains(address))
    {
        return false;
    }
    match address {
        IpAddr::V4(address) if address.is_loopback() => policy.allow_loopback,
        IpAddr::V6(address) if address.is_loopback() => policy.allow_loopback,
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

// IANA IPv4 Special-Purpose Address Registry, plus multicast and class E.
fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)         // shared address space (CGNAT)
            | (169, 254, _)              // link-local, cloud metadata
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)            // protocol assignments, documentation
            | (192, 31, 196)             // AS112
            | (192, 52, 193)             // AMT
            | (192, 88, 99)              // 6to4 relay anycast
            | (192, 168, _)
            | (192, 175, 48)             // AS112
            | (198, 18 | 19, _)          // benchmarking
            | (198, 51, 100)             // documentation
            | (203, 0, 113) // documentation
    )
}

// Only 2000::/3 is allocated as global unicast; that alone refuses ::/8 (unspecified, compatible, mapped,
// NAT64), fc00::/7, fe80::/10, fec0::/10 and ff00::/8.
fn is_global_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [first, second, third, ..] = segments;
    let carries_isatap = matches!(segments[4], 0 | 0x0200) && segments[5] == 0x5efe;
    first & 0xe000 == 0x2000
        && !(first == 0x2001 && second < 0x0200) // protocol assignments: Teredo, ORCHID, benchmarking
        && !(first == 0x2001 && second == 0x0db8) // documentation
        && first != 0x2002 // 6to4
        && !(first == 0x2620 && second == 0x004f && third == 0x8000) // AS112
        && !(first == 0x3fff && second < 0x1000) // documentation
        && !carries_isatap
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.1.2.3",
        "127.255.255.255",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.170",
        "192.0.2.1",
        "192.31.196.1",
        "192.52.193.1",
        "192.88.99.1",
        "192.168.0.1",
        "192.168.255.255",
        "192.175.48.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::2",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:8.8.8.8",
        "64:ff9b::127.0.0.1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:a00:1::",
        "2002:808:808::",
        "2620:4f:8000::1",
        "3fff::1",
        "3fff:fff::1",
        "2606:4700::5efe:7f00:1",
        "2606:4700::200:5efe:a00:1",
        "4000::1",
        "5f00::1",
        "8000::1",
        "e000::1",
        "fc00::1",
        "fd00:ec2::254",
        "fdff::1",
        "fe80::1",
        "fe80::5efe:7f00:1",
        "febf::1",
        "fec0::1",
        "ff00::1",
        "ff02::1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ];

    const ALLOWED: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.0.3.1",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "203.0.112.1",
        "203.0.114.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2400:cb00::1",
        "2606:4700:4700::1111",
        "2620:fe::fe",
        "2a00:1450::1",
        "3ffe::1",
        "3fff:1000::1",
    ];

    #[test]
    fn fe_03_only_global_unicast_addresses_are_allowed() {
        let policy = AddressPolicy::default();
        for text in REFUSED {
            assert!(
                !is_allowed_address(text.parse().unwrap(), &policy),
                "{text}"
            );
        }
        for text in ALLOWED {
            assert!(is_allowed_address(text.parse().unwrap(), &policy), "{text}");
        }
    }

    #[test]
    fn fe_03_development_adds_loopback_and_nothing_else() {
        let policy = AddressPolicy {
            allow_loopback: true,
            extra_blocked: Vec::new(),
        };
        for text in REFUSED {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(
                is_allowed_address(address, &policy),
                address.is_loopback(),
                "{text}"
            );
        }
    }

    #[test]
    fn fe_03_the_operators_own_blocks_are_refused() {
        let policy = AddressPolicy {
            allow_loopback: false,
            extra_blocked: vec![
                "8.8.8.0/24".parse().unwrap(),
                "2606:4700::/32".parse().unwrap(),
            ],
        };
        for refused in ["8.8.8.8", "2606:4700::1"] {
            assert!(
                !is_allowed_address(refused.parse().unwrap(), &policy),
                "{refused}"
            );
        }
        for allowed in ["8.8.9.8", "2606:4701::1"] {
            assert!(
                is_allowed_address(allowed.parse().unwrap(), &policy),
                "{allowed}"
            );
        }
    }

    #[test]
    fn blocks_parse_and_contain_what_they_say() {
        let all: AddressBlock = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("255.1.2.3".parse().unwrap()));
        assert!(all.contains("::ffff:1.2.3.4".parse().unwrap()));
        assert!(!all.contains("2600::1".parse().unwrap()));
        let one: AddressBlock = "2600::1".parse().unwrap();
        assert!(one.contains("2600::1".parse().unwrap()));
        assert!(!one.contains("2600::2".parse().unwrap()));
        for invalid in [
            "",
            "/8",
            "1.2.3.4/33",
            "1.2.3/8",
            "::/129",
            "host/8",
            "1.2.3.4/-1",
        ] {
            assert!(invalid.parse::<AddressBlock>().is_err(), "{invalid}");
        }
    }
}
