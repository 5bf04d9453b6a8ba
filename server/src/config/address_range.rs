//! Ranges of addresses, as settings name them.

use std::net::IpAddr;

/// One address, or all that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    address: IpAddr,
    bits: u32,
}

impl AddressRange {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or one address.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(all), |bits| bits.parse().ok())?;
        (bits <= all).then_some(Self { address, bits })
    }

    /// Whether an address is in the range. One of IPv4 is never in a range of IPv6.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Ranges separated by commas; none where there is no text.
pub(super) fn address_ranges(text: &str) -> Option<Vec<AddressRange>> {
    let texts = text.split(',').filter(|text| !text.trim().is_empty());
    texts.map(AddressRange::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_what_begins_with_its_bits() {
        let has = |range: &str, address: &str| {
            let range = AddressRange::parse(range).unwrap();
            range.contains(address.parse().unwrap())
        };
        assert!(has("10.0.0.0/8", "10.255.1.2") && !has("10.0.0.0/8", "11.0.0.0"));
        assert!(has("192.0.2.1", "192.0.2.1") && !has("192.0.2.1", "192.0.2.2"));
        assert!(has("0.0.0.0/0", "203.0.113.7") && !has("0.0.0.0/0", "::1"));
        assert!(has("2001:db8::/32", "2001:db8:1::2") && !has("2001:db8::/32", "2001:db9::"));
        assert!(has("::/0", "2001:db9::") && has("::1", "::1"));
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "localhost",
            "10.0.0.0/-1",
        ] {
            assert_eq!(AddressRange::parse(text), None, "{text}");
        }
        assert_eq!(address_ranges("10.0.0.0/8, ::1").unwrap().len(), 2);
        assert_eq!(address_ranges(" ").unwrap(), []);
        assert_eq!(address_ranges("10.0.0.0/8,x"), None);
    }
}
