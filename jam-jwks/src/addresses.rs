//! The addresses that a client may connect to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses of the network that a client may connect to.
///
/// The names of hosts come from the configuration and from the discovery document, and their addresses from
/// DNS. Without a limit, whoever controls one of them could make the application read from its own network (server
/// side request forgery, OWASP SSRF).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Addresses {
    /// Addresses of the public internet.
    #[default]
    Public,
    /// Also private addresses (RFC 1918, RFC 4193) and shared ones (RFC 6598), for an issuer in the same network. Never
    /// loopback, link-local and metadata addresses.
    Private,
    /// Loopback addresses alone, also by plain http: for development and tests.
    Loopback,
}

impl Addresses {
    /// Returns `true` if a client may connect to the address.
    pub(crate) fn allow(self, address: IpAddr) -> bool {
        let kind = kind(address);
        match self {
            Self::Public => kind == Kind::Public,
            Self::Private => matches!(kind, Kind::Public | Kind::Private),
            Self::Loopback => kind == Kind::Loopback,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Public,
    Private,
    Loopback,
    /// Link-local, multicast, unspecified and reserved addresses, and those of metadata services.
    Special,
}

fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => kind_of_v6(address),
    }
}

/// The special-purpose addresses of RFC 6890 and its registry.
fn kind_of_v4(address: Ipv4Addr) -> Kind {
    match address.octets() {
        [127, ..] => Kind::Loopback,
        // Metadata services: Oracle Cloud, Alibaba Cloud.
        [192, 0, 0, 192] | [100, 100, 100, 200] => Kind::Special,
        [10, ..] | [192, 168, ..] => Kind::Private,
        [172, second, ..] if (16..32).contains(&second) => Kind::Private,
        [100, second, ..] if (64..128).contains(&second) => Kind::Private,
        // This network, link-local with most metadata services, protocols, documentation, 6to4 relays, benchmarks.
        [0, ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Kind::Special,
        // Multicast and reserved.
        [first, ..] if first >= 224 => Kind::Special,
        _ => Kind::Public,
    }
}

fn kind_of_v6(address: Ipv6Addr) -> Kind {
    // An address that stands for one of IPv4 has the kind of that one: mapped (RFC 4291), NAT64 (RFC 6052).
    if let Some(mapped) = address.to_ipv4_mapped() {
        return kind_of_v4(mapped);
    }
    let segments = address.segments();
    let last = |segments: [u16; 8]| {
        let [a, b] = segments[6].to_be_bytes();
        let [c, d] = segments[7].to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Loopback,
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => kind_of_v4(last(segments)),
        // The metadata service of AWS.
        [0xfd00, 0x0ec2, ..] => Kind::Special,
        [first, ..] if first & 0xfe00 == 0xfc00 => Kind::Private,
        // 6to4 and Teredo contain an address of IPv4, documentation.
        [0x2002, ..] | [0x2001, 0 | 0x0db8, ..] | [0x3fff, ..] => Kind::Special,
        // Global unicast.
        [first, ..] if first & 0xe000 == 0x2000 => Kind::Public,
        _ => Kind::Special,
    }
}

#[cfg(test)]
mod tests {
    use super::{Addresses, Kind, kind};

    #[test]
    fn addresses_have_their_kind() {
        for (address, expected) in [
            ("8.8.8.8", Kind::Public),
            ("172.15.0.1", Kind::Public),
            ("172.32.0.1", Kind::Public),
            ("100.63.0.1", Kind::Public),
            ("100.128.0.1", Kind::Public),
            ("192.0.1.1", Kind::Public),
            ("198.17.0.1", Kind::Public),
            ("223.255.255.255", Kind::Public),
            ("2606:4700::1", Kind::Public),
            ("10.1.2.3", Kind::Private),
            ("172.16.0.1", Kind::Private),
            ("172.31.255.255", Kind::Private),
            ("192.168.0.1", Kind::Private),
            ("100.64.0.1", Kind::Private),
            ("fd12::1", Kind::Private),
            ("fc00::1", Kind::Private),
            ("127.0.0.1", Kind::Loopback),
            ("127.255.255.255", Kind::Loopback),
            ("::1", Kind::Loopback),
            ("::ffff:127.0.0.1", Kind::Loopback),
            ("::ffff:10.0.0.1", Kind::Private),
            ("::ffff:8.8.8.8", Kind::Public),
            ("64:ff9b::10.0.0.1", Kind::Private),
            ("64:ff9b::169.254.169.254", Kind::Special),
            ("169.254.169.254", Kind::Special),
            ("100.100.100.200", Kind::Special),
            ("192.0.0.192", Kind::Special),
            ("fd00:ec2::254", Kind::Special),
            ("fe80::1", Kind::Special),
            ("fec0::1", Kind::Special),
            ("0.0.0.0", Kind::Special),
            ("::", Kind::Special),
            ("::7f00:1", Kind::Special),
            ("192.0.2.1", Kind::Special),
            ("198.18.0.1", Kind::Special),
            ("198.51.100.1", Kind::Special),
            ("203.0.113.9", Kind::Special),
            ("224.0.0.1", Kind::Special),
            ("255.255.255.255", Kind::Special),
            ("240.0.0.1", Kind::Special),
            ("ff02::1", Kind::Special),
            ("2002:7f00:1::", Kind::Special),
            ("2001::1", Kind::Special),
            ("2001:db8::1", Kind::Special),
        ] {
            let address = address.parse().expect(address);
            assert_eq!(kind(address), expected, "{address}");
            let allowed = |addresses: Addresses| addresses.allow(address);
            assert_eq!(allowed(Addresses::Public), expected == Kind::Public);
            let private = matches!(expected, Kind::Public | Kind::Private);
            assert_eq!(allowed(Addresses::Private), private, "{address}");
            assert_eq!(allowed(Addresses::Loopback), expected == Kind::Loopback);
        }
    }
}
