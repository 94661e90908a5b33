//! Where another program is: its address, below which everything of its lies.

use std::{fmt, net::SocketAddr, str::FromStr};

use hyper::Uri;
use serde::{Deserialize, Deserializer, Serialize, de};

/// The address of another program, in plain HTTP and without a path: `http://localhost:8100`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaseUrl(String);

/// An address that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write it as `http://host:port`, with nothing behind the port")]
pub struct MalformedBaseUrl;

impl BaseUrl {
    /// The address of what listens there.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        Self(format!("http://{address}"))
    }

    /// Where something lies on it. `path` begins with a slash.
    ///
    /// # Panics
    ///
    /// If `path` cannot stand in an address.
    #[must_use]
    pub fn at(&self, path: &str) -> Uri {
        format!("{}{path}", self.0).parse().expect("a path of ours can stand in an address")
    }
}

impl FromStr for BaseUrl {
    type Err = MalformedBaseUrl;

    fn from_str(text: &str) -> Result<Self, MalformedBaseUrl> {
        let uri: Uri = text.parse().map_err(|_| MalformedBaseUrl)?;
        let is_plain =
            uri.scheme_str() == Some("http") && uri.host().is_some_and(|it| !it.is_empty());
        let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        if !is_plain || !is_bare || text.contains('@') {
            return Err(MalformedBaseUrl);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_nothing_behind_it() {
        for text in ["http://localhost:8100", "http://127.0.0.1:1/", "http://[::1]:1", "http://sts"]
        {
            let url: BaseUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), text.trim_end_matches('/'));
            let below = format!("{}/a?b", text.trim_end_matches('/'));
            assert_eq!(url.at("/a?b").to_string(), below);
        }
        for text in [
            "",
            "localhost:8100",
            "https://a",
            "http://",
            "http://a/b",
            "http://a?b",
            "http://u@a",
            "a b",
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(MalformedBaseUrl), "{text}");
        }
    }
}
