//! What a scenario file calls its own things.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name: it takes up to 64 letters of a-z, digits and hyphens")]
pub struct NameError(String);

macro_rules! name {
    ($name:ident, $(#[$doc:meta])*) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                if is_name(text) { Ok(Self(text.into())) } else { Err(NameError(text.to_owned())) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

name!(
    OrganisationName,
    /// What the file calls an organisation (*brugerorganisation*).
);
name!(
    ProcessName,
    /// What the file calls a process that nodes of several clients run in.
);
name!(
    CertificateName,
    /// What the file calls a certificate; journals and reports know it by nothing else.
);
name!(
    ClientName,
    /// What the file calls a client: an external system (*fagsystem*) with one or more nodes.
);
name!(
    NodeName,
    /// What the file calls one running copy of a client.
);

fn is_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        assert_eq!("old-2".parse::<CertificateName>().unwrap().as_str(), "old-2");
        for text in ["", "Old", "../x", "a b", "æ", &"x".repeat(65)] {
            assert!(text.parse::<NodeName>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<ClientName>("\"../x\"").is_err());
    }
}
