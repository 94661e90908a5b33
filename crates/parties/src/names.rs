//! What organisations, systems and services are called.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The longest handle, in characters.
const HANDLE_MAX: usize = 64;
/// The longest URI, in octets.
const URI_MAX: usize = 1024;

/// Why a text is not a name. None repeats the text: it may be what went into the wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A CVR number has eight digits.
    #[error("a CVR number takes eight digits")]
    Cvr,
    /// An entity id is a URI.
    #[error("an entity id takes a URI of at most 1024 characters, such as https://wsc.example")]
    EntityId,
    /// A privilege is named by a URI.
    #[error("a privilege takes a URI of at most 1024 characters, such as urn:example:privilege")]
    PrivilegeUri,
    /// A system user's name has letters, digits and hyphens.
    #[error("the handle of a system user takes 1 to 64 letters, digits and hyphens")]
    SystemUserId,
    /// So has an IT system's.
    #[error("the handle of an IT system takes 1 to 64 letters, digits and hyphens")]
    ItSystemId,
}

impl NameError {
    /// Every kind of it.
    pub const ALL: [Self; 5] =
        [Self::Cvr, Self::EntityId, Self::PrivilegeUri, Self::SystemUserId, Self::ItSystemId];

    /// The same in Danish.
    #[must_use]
    pub const fn in_danish(self) -> &'static str {
        match self {
            Self::Cvr => "et CVR-nummer har otte cifre",
            Self::EntityId => {
                "et entity id er en URI på højst 1024 tegn, for eksempel https://wsc.example"
            }
            Self::PrivilegeUri => {
                "et privilegium er en URI på højst 1024 tegn, for eksempel urn:example:privilege"
            }
            Self::SystemUserId => {
                "navnet på en systembruger har 1 til 64 bogstaver, cifre og bindestreger"
            }
            Self::ItSystemId => {
                "navnet på et it-system har 1 til 64 bogstaver, cifre og bindestreger"
            }
        }
    }
}

macro_rules! name {
    ($name:ident, $error:ident, $valid:expr, $(#[$doc:meta])*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err(NameError::$error) }
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// A CVR number: eight digits that name an organisation (*CVR-nummer*).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cvr([u8; 8]);

impl Cvr {
    /// The number as it is written.
    ///
    /// # Panics
    ///
    /// Never: digits are ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("digits are ASCII")
    }
}

impl FromStr for Cvr {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let digits: [u8; 8] = text.as_bytes().try_into().map_err(|_| NameError::Cvr)?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits)).ok_or(NameError::Cvr)
    }
}

impl TryFrom<String> for Cvr {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<Cvr> for String {
    fn from(cvr: Cvr) -> Self {
        cvr.as_str().to_owned()
    }
}

impl fmt::Debug for Cvr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cvr").field(&self.as_str()).finish()
    }
}

impl fmt::Display for Cvr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

name!(
    EntityId,
    EntityId,
    is_uri,
    /// The entity id of a service or a system user: a URI, compared as a string
    /// (`RULES` 2.3.1.4: a trailing slash makes another one).
);

name!(
    SystemUserId,
    SystemUserId,
    is_handle,
    /// The handle of a system user (*systembruger*) in NemLog-in Administration.
);

name!(
    ItSystemId,
    ItSystemId,
    is_handle,
    /// The handle of an IT system (*it-system*) in NemLog-in Administration.
);

/// Whether the text can stand as a URI in XML and in a log: a scheme, and nothing but the printable
/// ASCII that a URI may have (RFC 3986, section 2), at most 1024 octets.
#[must_use]
pub fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let in_scheme = |it: u8| it.is_ascii_alphanumeric() || b"+-.".contains(&it);
    let in_uri = |it: u8| it.is_ascii_graphic() && !br#"<>"{}|\^`"#.contains(&it);
    text.len() <= URI_MAX
        && scheme.starts_with(|it: char| it.is_ascii_alphabetic())
        && scheme.bytes().all(in_scheme)
        && !rest.is_empty()
        && rest.bytes().all(in_uri)
}

fn is_handle(text: &str) -> bool {
    (1..=HANDLE_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cvr_number_has_eight_digits() {
        assert_eq!("90000001".parse::<Cvr>().unwrap().as_str(), "90000001");
        for text in ["", "9000000", "900000011", "9000000a", "９００００００１"] {
            assert_eq!(text.parse::<Cvr>(), Err(NameError::Cvr));
        }
    }

    #[test]
    fn an_entity_id_keeps_its_trailing_slash() {
        let with: EntityId = "https://saml.smdb.sim.invalid/".parse().unwrap();
        let without: EntityId = "https://saml.smdb.sim.invalid".parse().unwrap();
        assert_ne!(with, without);
        assert!("not a uri".parse::<EntityId>().is_err());
    }

    #[test]
    fn a_uri_is_printable_ascii_with_a_scheme() {
        for good in ["urn:x", "https://a.invalid/", "a+b-c.1:%20?#[]@!$&'()*,;=~_"] {
            assert!(is_uri(good), "{good}");
        }
        assert!(is_uri(&format!("urn:{}", "x".repeat(1020))));
        assert!(!is_uri(&format!("urn:{}", "x".repeat(1021))));
        for bad in ["", ":", "urn:", ":x", "x", "1:x", "u n:x", "u_n:x", "/a:b"] {
            assert!(!is_uri(bad), "{bad}");
        }
        for bad in " <>\"{}|\\^`\n\0\u{7f}\u{a0}æ\u{fffe}\u{ffff}".chars() {
            assert!(!is_uri(&format!("urn:x{bad}")), "{bad:?}");
            assert_eq!(format!("urn:x{bad}").parse::<EntityId>(), Err(NameError::EntityId));
        }
    }

    #[test]
    fn a_handle_has_at_most_64_characters() {
        assert!("a".repeat(64).parse::<SystemUserId>().is_ok());
        assert_eq!("a".repeat(65).parse::<SystemUserId>(), Err(NameError::SystemUserId));
        assert_eq!("a".repeat(65).parse::<ItSystemId>(), Err(NameError::ItSystemId));
        assert_eq!("".parse::<ItSystemId>(), Err(NameError::ItSystemId));
    }

    #[test]
    fn a_file_cannot_bring_in_an_invalid_name() {
        assert!(serde_json::from_str::<SystemUserId>("\"../x\"").is_err());
    }
}
