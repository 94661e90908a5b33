//! The header by which a message says that it follows the Liberty Basic SOAP Binding.

use xml_security::{
    Verified,
    security_header::SignedMessage,
    xml::{Element, shown},
};

use crate::{
    soap::Version,
    uris::{LIBERTY_BASIC, LIBERTY_PROFILE, LIBERTY_SB, LIBERTY_SB_2006, WSU},
};

const NAME: &str = "Framework";
/// The version of Liberty's framework, of which there is one that the profile takes.
const VERSION: &str = "2.0";

/// The header `sbf:Framework`, version 2.0 in the basic profile, in one of the two namespaces that
/// clients write. A header that says something else is a [`FrameworkError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    /// In the namespace of the reference clients.
    Sb,
    /// In the namespace of Liberty's own specification, as KOMBIT's client has it.
    Sb2006,
}

/// Why a message that is signed does not say that it follows the binding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameworkError {
    /// It has no such header.
    #[error("there is no header `Framework` of Liberty")]
    Missing,
    /// It has several.
    #[error("there are {count} headers `Framework` of Liberty")]
    Several {
        /// How many.
        count: usize,
    },
    /// Who does not understand the header is not told to refuse the message.
    #[error("the header `Framework` is not marked with mustUnderstand=\"1\"")]
    NotMandatory,
    /// It is of another version.
    #[error("the header `Framework` is of version `{}`", got.as_deref().unwrap_or_default())]
    Version {
        /// What it says, if anything, shortened.
        got: Option<String>,
    },
    /// It is of another profile.
    #[error("the header `Framework` is of profile `{}`", got.as_deref().unwrap_or_default())]
    Profile {
        /// What it says, if anything, shortened.
        got: Option<String>,
    },
}

impl FrameworkError {
    /// The same in Danish.
    #[must_use]
    pub fn in_danish(&self) -> String {
        let said = |got: &Option<String>| got.clone().unwrap_or_default();
        match self {
            Self::Missing => "der er ingen Liberty-header Framework".to_owned(),
            Self::Several { count } => format!("der er {count} Liberty-headere Framework"),
            Self::NotMandatory => {
                "headeren Framework er ikke mærket med mustUnderstand=\"1\"".to_owned()
            }
            Self::Version { got } => format!("headeren Framework har versionen `{}`", said(got)),
            Self::Profile { got } => format!("headeren Framework har profilen `{}`", said(got)),
        }
    }
}

impl Framework {
    /// In both namespaces.
    pub const ALL: [Self; 2] = [Self::Sb, Self::Sb2006];

    /// Its namespace.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Sb => LIBERTY_SB,
            Self::Sb2006 => LIBERTY_SB_2006,
        }
    }

    /// Reads it out of a message in a version of SOAP, every header of which is signed.
    ///
    /// # Errors
    ///
    /// If it is not there once, or says something else than the profile has it say.
    pub(crate) fn read(
        message: &SignedMessage<'_>,
        version: Version,
    ) -> Result<Self, FrameworkError> {
        let found: Vec<_> = message.headers().filter_map(|it| Some((Self::of(&it)?, it))).collect();
        let (framework, header) = match found.as_slice() {
            [] => return Err(FrameworkError::Missing),
            [found] => *found,
            several => return Err(FrameworkError::Several { count: several.len() }),
        };
        let must_understand = header.attribute_ns(version.namespace(), "mustUnderstand");
        if !must_understand.is_some_and(|it| is_true(it, version)) {
            return Err(FrameworkError::NotMandatory);
        }
        let said = header.attribute("version");
        if said != Some(VERSION) {
            return Err(FrameworkError::Version { got: said.map(shown) });
        }
        let said = header.attribute_ns(LIBERTY_PROFILE, "profile");
        if said != Some(LIBERTY_BASIC) {
            return Err(FrameworkError::Profile { got: said.map(shown) });
        }
        Ok(framework)
    }

    fn of(header: &Verified<Element<'_>>) -> Option<Self> {
        Self::ALL.into_iter().find(|it| header.is(it.namespace(), NAME))
    }

    /// Writes it into a message whose prefix for SOAP is `soap`, with an id to sign it by.
    pub(crate) fn write(self, soap: &str, id: &str) -> String {
        format!(
            "<sbf:{NAME} xmlns:sbf=\"{}\" xmlns:sbfprofile=\"{LIBERTY_PROFILE}\" \
             xmlns:wsu=\"{WSU}\" version=\"{VERSION}\" sbfprofile:profile=\"{LIBERTY_BASIC}\" \
             {soap}:mustUnderstand=\"1\" wsu:Id=\"{id}\"/>",
            self.namespace(),
        )
    }
}

/// SOAP 1.1, 4.2.3, has digits for it; SOAP 1.2, 5.2.3, has a boolean, which may be a digit.
fn is_true(must_understand: &str, version: Version) -> bool {
    match version {
        Version::Soap11 => must_understand == "1",
        Version::Soap12 => matches!(must_understand, "1" | "true"),
    }
}
