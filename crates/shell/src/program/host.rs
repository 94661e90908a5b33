//! The name of this machine, as its clients write it.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, de};

/// The name by which clients reach this machine: a host, or an address. Shown as it stands in a
/// URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Host(String);

/// A name that no client can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write a host alone, as `sim-sts` or `sts.example.org`, or an address, as `192.0.2.1` or `::1`"
)]
pub struct MalformedHost;

/// The longest name (RFC 1123, section 2.1).
const LENGTH_MAX: usize = 255;

impl Host {
    /// As certificates name it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl Default for Host {
    fn default() -> Self {
        Self("localhost".to_owned())
    }
}

impl FromStr for Host {
    type Err = MalformedHost;

    fn from_str(text: &str) -> Result<Self, MalformedHost> {
        let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(text).parse::<IpAddr>() {
            return Ok(Self(address.to_string()));
        }
        // An underscore is none of a host's, and container networks have it all the same.
        let is_part = |it: &str| {
            !it.is_empty()
                && it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
        };
        if text.len() <= LENGTH_MAX && text.split('.').all(is_part) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedHost)
        }
    }
}

impl fmt::Display for Host {
    /// RFC 3986, section 3.2.2: an address of IPv6 stands in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.parse::<Ipv6Addr>() {
            Ok(address) => write!(f, "[{address}]"),
            Err(_) => f.write_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_and_nothing_else() {
        for (text, in_url) in [
            ("localhost", "localhost"),
            ("sim-sts", "sim-sts"),
            ("sim_sts", "sim_sts"),
            ("sts.example.org", "sts.example.org"),
            ("192.0.2.1", "192.0.2.1"),
            ("::1", "[::1]"),
            ("[2001:db8::1]", "[2001:db8::1]"),
        ] {
            let host: Host = text.parse().unwrap();
            assert_eq!(host.to_string(), in_url);
            assert!(!host.name().contains('['), "{host:?}");
        }
        let long = "a".repeat(256);
        for text in ["", "a b", "a/b", "http://a", "a:1", "a..b", "a.", "[a]", "bl\u{e5}", &long] {
            assert_eq!(text.parse::<Host>(), Err(MalformedHost), "{text}");
        }
    }
}
