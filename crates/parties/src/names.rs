//! What organisations, systems and services are called.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A CVR number has eight digits.
    #[error("`{0}` is not a CVR number: it takes eight digits")]
    Cvr(String),
    /// An entity id is a URI.
    #[error(
        "`{0}` is not an entity id: it takes a URI without spaces, such as https://wsc.example"
    )]
    EntityId(String),
    /// A system user's name has letters, digits and hyphens.
    #[error("`{0}` is not a name: it takes letters, digits and hyphens")]
    SystemUserId(String),
    /// So has an IT system's.
    #[error("`{0}` is not a name: it takes letters, digits and hyphens")]
    ItSystemId(String),
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
                if valid(&text) { Ok(Self(text)) } else { Err(NameError::$error(text)) }
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

name!(
    Cvr,
    Cvr,
    |text| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()),
    /// A CVR number: eight digits that name an organisation (*CVR-nummer*).
);

name!(
    EntityId,
    EntityId,
    |text| text.contains(':') && !text.chars().any(|c| c.is_whitespace() || c.is_control()),
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

fn is_handle(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cvr_number_has_eight_digits() {
        assert_eq!("90000001".parse::<Cvr>().unwrap().as_str(), "90000001");
        for text in ["", "9000000", "900000011", "9000000a", "９００００００１"] {
            assert_eq!(text.parse::<Cvr>(), Err(NameError::Cvr(text.to_owned())));
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
    fn a_file_cannot_bring_in_an_invalid_name() {
        assert!(serde_json::from_str::<SystemUserId>("\"../x\"").is_err());
    }
}
