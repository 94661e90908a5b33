//! The envelope, in SOAP 1.1 and 1.2.

use std::fmt;

use clock::Timestamp;
use xml_security::{
    Claimed, SignatureRefusal,
    security_header::{SecurityHeader, SignedMessage},
    xml::{Document, Element, Malformed, ShapeError, shown},
};

use crate::{
    MessageError,
    uris::{SOAP11, SOAP12, WSA, WSU},
};

/// A version of SOAP. There is no third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// SOAP 1.1, as the STS speaks it.
    Soap11,
    /// SOAP 1.2, as OIO IDWS SOAP 1.1 asks for.
    Soap12,
}

impl Version {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Soap11, Self::Soap12];

    /// The namespace of its envelope.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Soap11 => SOAP11,
            Self::Soap12 => SOAP12,
        }
    }

    /// The version whose envelope `root` is.
    fn of(root: Element<'_>) -> Option<Self> {
        Self::ALL.into_iter().find(|version| root.is(version.namespace(), "Envelope"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Soap11 => "SOAP 1.1",
            Self::Soap12 => "SOAP 1.2",
        })
    }
}

/// Bytes that are not a message with a security header, and what could be made out of them all the
/// same: a fault names what it answers wherever that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// Why.
    pub reason: UnreadableReason,
    /// The message's id, if it has one.
    pub message_id: Option<Claimed<String>>,
    /// The version of its envelope, if it is one.
    pub version: Option<Version>,
}

/// Why bytes are not a message with a security header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableReason {
    /// They are not XML that we accept, by its size, its form or its content.
    #[error(transparent)]
    Xml(Malformed),
    /// The root is no envelope.
    #[error("the message is not a SOAP envelope: its root is `{root}`")]
    NotSoap {
        /// The root's name.
        root: String,
    },
    /// It is an envelope of a version that is not spoken here.
    #[error("the message is {got}, which is not spoken here")]
    WrongVersion {
        /// Its version.
        got: Version,
    },
    /// It is an envelope, and a part is missing or stands twice.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// Its security header cannot be read.
    #[error(transparent)]
    Security(SignatureRefusal),
    /// Its timestamp is missing or lacks its end.
    #[error("the message has no timestamp with an end")]
    NoTimestamp,
    /// Its timestamp says what is no point in time, or none that has a name in four digits.
    #[error("the message's timestamp says `{value}`, which is not a point in time")]
    BadTimestamp {
        /// What it says, shortened.
        value: String,
    },
}

impl From<Malformed> for Unreadable {
    fn from(malformed: Malformed) -> Self {
        Self { reason: UnreadableReason::Xml(malformed), message_id: None, version: None }
    }
}

impl From<SignatureRefusal> for UnreadableReason {
    fn from(refusal: SignatureRefusal) -> Self {
        match refusal {
            SignatureRefusal::Shape(ShapeError::BadValue { element, value, .. })
                if is_time(&element) =>
            {
                Self::BadTimestamp { value }
            }
            refusal => Self::Security(refusal),
        }
    }
}

/// Whether an element, in Clark's notation, is one of the two times of a timestamp.
fn is_time(element: &str) -> bool {
    let local_name = element.strip_prefix('{').and_then(|rest| rest.strip_prefix(WSU));
    matches!(local_name, Some("}Created" | "}Expires"))
}

/// An envelope as it came: nothing in it is verified yet.
pub struct Envelope<'d> {
    /// Its version.
    pub version: Version,
    /// The message's id, if it has one that can be read.
    pub message_id: Option<Claimed<String>>,
    /// The header element.
    pub header: Element<'d>,
    /// The body element.
    pub body: Element<'d>,
    /// The security header.
    pub security: SecurityHeader<'d>,
}

impl<'d> Envelope<'d> {
    /// Finds the parts of an envelope of one of the versions `spoken` by their position.
    ///
    /// # Errors
    ///
    /// If it is not one, or a part is missing or stands twice.
    pub fn read(document: &'d Document<'_>, spoken: &[Version]) -> Result<Self, Unreadable> {
        let root = document.root();
        let Some(version) = Version::of(root) else {
            let reason = UnreadableReason::NotSoap { root: shown(root.local_name()) };
            return Err(Unreadable { reason, message_id: None, version: None });
        };
        let message_id = claimed_message_id(root, version);
        let fail =
            |reason| Unreadable { reason, message_id: message_id.clone(), version: Some(version) };
        if !spoken.contains(&version) {
            return Err(fail(UnreadableReason::WrongVersion { got: version }));
        }
        let part =
            |name| root.only_child(version.namespace(), name).map_err(|error| fail(error.into()));
        let (header, body) = (part("Header")?, part("Body")?);
        let security = SecurityHeader::read(root).map_err(|refusal| fail(refusal.into()))?;
        Ok(Self { version, message_id, header, body, security })
    }

    /// What the timestamp says before it is verified.
    ///
    /// # Errors
    ///
    /// If it is missing, or lacks an end.
    pub fn claimed_timestamp(&self) -> Result<Claimed<MessageTime>, Unreadable> {
        let expires = self.security.expires().ok_or_else(|| Unreadable {
            reason: UnreadableReason::NoTimestamp,
            message_id: self.message_id.clone(),
            version: Some(self.version),
        })?;
        Ok(Claimed::new(MessageTime {
            created: self.security.created().map(Claimed::into_unverified),
            expires: expires.into_unverified(),
        }))
    }
}

fn claimed_message_id(envelope: Element<'_>, version: Version) -> Option<Claimed<String>> {
    let header = envelope.child(version.namespace(), "Header")?;
    header.child(WSA, "MessageID")?.text().ok().map(Claimed::new)
}

/// When a message was made and until when it may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageTime {
    /// When it was made, if it says.
    pub created: Option<Timestamp>,
    /// The first instant at which it is too old.
    pub expires: Timestamp,
}

impl MessageTime {
    /// The times of a message whose timestamp was signed.
    pub(crate) fn of(message: &SignedMessage<'_>) -> Result<Self, MessageError> {
        let timestamp =
            message.timestamp().ok_or_else(|| MessageError::value("a signed timestamp", "none"))?;
        let time = |text: String| -> Result<Timestamp, MessageError> {
            text.trim().parse().map_err(|_| MessageError::value("a point in time", &text))
        };
        let created = timestamp.optional_child(WSU, "Created")?;
        Ok(Self {
            created: created.map(|it| time(it.text()?)).transpose()?,
            expires: time(timestamp.only_child(WSU, "Expires")?.text()?)?,
        })
    }
}
