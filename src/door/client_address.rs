//! Whose request it is, behind proxies (`spec/api.md`, "Behind a proxy").
//!
//! Only a connection from a trusted proxy may name another address, and of the hops
//! that it names only the last which is not itself a trusted proxy counts: what stands
//! before it, strangers wrote.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// A range of addresses: IPv6, with IPv4 mapped into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: u128,
    mask: u128,
}

/// Not `address/length` or `address`.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a network such as 10.0.0.0/8 or fd00::/8")]
pub struct NetworkError(String);

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let error = || NetworkError(text.to_owned());
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| error())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(bits), str::parse).map_err(|_| error())?;
        if length > bits {
            return Err(error());
        }
        let mask = u128::MAX.checked_shl(bits - length).unwrap_or(0);
        Ok(Self {
            address: number(address) & mask,
            mask,
        })
    }
}

/// The proxies that may speak for others.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Parse networks in CIDR notation.
    pub fn parse(networks: &[String]) -> Result<Self, NetworkError> {
        networks
            .iter()
            .map(|text| text.parse())
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn contains(&self, address: IpAddr) -> bool {
        let number = number(address);
        self.0
            .iter()
            .any(|network| number & network.mask == network.address)
    }

    /// The address of whoever sent a request with these headers over a connection from
    /// `peer`: the peer itself, unless it is a trusted proxy that names another.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return peer;
        }
        let named = |name: HeaderName, hop: fn(&str) -> Option<IpAddr>| {
            headers
                .contains_key(&name)
                .then(|| self.last(headers, &name, hop))
        };
        let x_forwarded_for = named(HeaderName::from_static("x-forwarded-for"), address);
        let forwarded = named(header::FORWARDED, forwarded_for);
        match (x_forwarded_for, forwarded) {
            (Some(client), None) | (None, Some(client)) => client.unwrap_or(peer),
            // A proxy writes one of the two; the other comes from a stranger.
            (Some(one), Some(other)) if one == other => one.unwrap_or(peer),
            _ => peer,
        }
    }

    /// The last hop that is not a trusted proxy, or the first one if all are; `None` where
    /// a hop before that is reached does not parse.
    fn last(
        &self,
        headers: &HeaderMap,
        name: &HeaderName,
        hop: fn(&str) -> Option<IpAddr>,
    ) -> Option<IpAddr> {
        let values: Vec<&HeaderValue> = headers.get_all(name).iter().collect();
        let mut nearest = None;
        for value in values.into_iter().rev() {
            // Commas inside quotes are for those who write nonsense into a header of ours.
            for element in value.as_bytes().rsplit(|byte| *byte == b',') {
                let address = hop(std::str::from_utf8(element).ok()?.trim())?;
                nearest = Some(address);
                if !self.contains(address) {
                    return nearest;
                }
            }
        }
        nearest
    }
}

/// An address, perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = text
        .parse()
        .ok()
        .or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))
        .or_else(|| bracketed().map(IpAddr::V6))?;
    Some(address.to_canonical())
}

/// The `for` parameter of one element of `Forwarded` (RFC 7239, section 4). Obfuscated
/// and unknown nodes name nobody.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in element.split(';') {
        let (name, value) = pair.trim().split_once('=')?;
        if name.eq_ignore_ascii_case("for") {
            let quoted = value
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'));
            let node = match quoted {
                Some(quoted) => quoted,
                // Colons and brackets are allowed inside quotes only.
                None if value.contains([':', '[', '"']) => return None,
                None => value,
            };
            // Twice would be two answers to one question.
            if found.replace(address(node)?).is_some() {
                return None;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn proxies() -> TrustedProxies {
        let networks = ["10.0.0.0/8", "fd00::/8", "192.0.2.1"].map(str::to_owned);
        TrustedProxies::parse(&networks).expect("networks")
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a header's value"));
        }
        headers
    }

    fn client(peer: &str, lines: &[(&'static str, &str)]) -> IpAddr {
        proxies().client(ip(peer), &headers(lines))
    }

    #[test]
    fn networks_that_are_none_are_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "fd00::/129",
            "10.0.0/8",
            "10.0.0.0/-1",
            "10.0.0.0/",
            "x",
        ] {
            TrustedProxies::parse(&[text.to_owned()]).expect_err(text);
        }
        let all = TrustedProxies::parse(&["0.0.0.0/0".to_owned()]).expect("a network");
        assert!(all.contains(ip("203.0.113.9")));
        assert!(
            !all.contains(ip("2001:db8::1")),
            "IPv4's whole range is not IPv6's"
        );
        let all = TrustedProxies::parse(&["::/0".to_owned()]).expect("a network");
        assert!(all.contains(ip("2001:db8::1")));
    }

    #[test]
    fn strangers_cannot_name_an_address() {
        let lines = [("x-forwarded-for", "198.51.100.7")];
        assert_eq!(client("203.0.113.9", &lines), ip("203.0.113.9"));
        assert_eq!(
            client("2001:db8::1", &[("forwarded", "for=198.51.100.7")]),
            ip("2001:db8::1")
        );
        assert_eq!(
            client("::ffff:203.0.113.9", &lines),
            ip("203.0.113.9"),
            "mapped"
        );
    }

    #[test]
    fn the_last_untrusted_hop_counts() {
        for (value, expected) in [
            ("198.51.100.7", "198.51.100.7"),
            ("6.6.6.6, 198.51.100.7", "198.51.100.7"),
            ("198.51.100.7, 10.1.2.3", "198.51.100.7"),
            ("nonsense, 198.51.100.7 , 10.1.2.3,fd00::1", "198.51.100.7"),
            ("198.51.100.7:4711", "198.51.100.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ] {
            let lines = [("x-forwarded-for", value)];
            assert_eq!(client("10.0.0.1", &lines), ip(expected), "{value}");
            assert_eq!(client("::ffff:10.0.0.1", &lines), ip(expected), "{value}");
        }
        let several = [
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-for", "198.51.100.7"),
        ];
        assert_eq!(
            client("10.0.0.1", &several),
            ip("198.51.100.7"),
            "lines keep their order"
        );
    }

    #[test]
    fn forwarded_is_read_as_its_rfc_says() {
        for (value, expected) in [
            ("for=198.51.100.7", "198.51.100.7"),
            ("FOR=\"198.51.100.7:4711\";proto=https", "198.51.100.7"),
            ("proto=https;for=\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("for=\"6.6.6.6, for=198.51.100.7", "198.51.100.7"),
            (
                "for=_hidden, for=198.51.100.7, for=10.0.0.2",
                "198.51.100.7",
            ),
        ] {
            assert_eq!(
                client("10.0.0.1", &[("forwarded", value)]),
                ip(expected),
                "{value}"
            );
        }
        for malformed in [
            "for=unknown",
            "for=_hidden",
            "proto=https",
            "for=198.51.100.7:4711",
            "for=[2001:db8::7]",
            "for=\"198.51.100.7",
            "for=198.51.100.7;for=6.6.6.6",
            "198.51.100.7",
            "for=198.51.100.7,",
            "",
        ] {
            assert_eq!(
                client("10.0.0.1", &[("forwarded", malformed)]),
                ip("10.0.0.1"),
                "{malformed}"
            );
        }
    }

    #[test]
    fn two_headers_that_disagree_name_nobody() {
        let both =
            |x: &str, rfc: &str| client("10.0.0.1", &[("x-forwarded-for", x), ("forwarded", rfc)]);
        assert_eq!(both("198.51.100.7", "for=6.6.6.6"), ip("10.0.0.1"));
        assert_eq!(both("198.51.100.7", "for=198.51.100.7"), ip("198.51.100.7"));
        assert_eq!(both("", "for=198.51.100.7"), ip("10.0.0.1"));
    }

    proptest! {
        #[test]
        fn whatever_strangers_write_before_the_proxys_hop_changes_nothing(junk in "[ -~]{0,60}") {
            let x = format!("{junk}, 198.51.100.7");
            prop_assert_eq!(client("10.0.0.1", &[("x-forwarded-for", &x)]), ip("198.51.100.7"));
            let rfc = format!("{junk}, for=198.51.100.7");
            prop_assert_eq!(client("10.0.0.1", &[("forwarded", &rfc)]), ip("198.51.100.7"));
        }

        #[test]
        fn no_bytes_panic(value in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let mut headers = HeaderMap::new();
                headers.append("x-forwarded-for", value.clone());
                proxies().client(ip("10.0.0.1"), &headers);
                headers.clear();
                headers.append("forwarded", value);
                proxies().client(ip("10.0.0.1"), &headers);
            }
        }

        #[test]
        fn any_address_comes_through(bits in any::<u128>(), v4 in any::<bool>()) {
            let address = if v4 {
                IpAddr::V4(u32::try_from(bits >> 96).expect("32 bits").into())
            } else {
                IpAddr::V6(bits.into())
            };
            let x = address.to_string();
            let got = client("10.0.0.1", &[("x-forwarded-for", &x)]);
            prop_assert_eq!(got, address.to_canonical());
        }
    }
}
