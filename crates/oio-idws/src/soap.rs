//! The envelope, in SOAP 1.1 and 1.2.

use clock::Timestamp;
use xml_security::{
    Claimed, SignatureRefusal,
    security_header::{SecurityHeader, SignedMessage},
    xml::{Document, Element, Malformed, ShapeError},
};

use crate::{
    MessageError,
    uris::{SOAP11, SOAP12, WSU},
};

/// A version of SOAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// SOAP 1.1, as the STS speaks it.
    Soap11,
    /// SOAP 1.2, as OIO IDWS SOAP 1.1 asks for.
    Soap12,
}

impl Version {
    /// The namespace of its envelope.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Soap11 => SOAP11,
            Self::Soap12 => SOAP12,
        }
    }
}

/// Why bytes are not an envelope with a security header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// They are not XML that we accept, by its size, its form or its content.
    #[error(transparent)]
    Xml(#[from] Malformed),
    /// They are XML, but not an envelope of the version expected.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The root is not the envelope expected.
    #[error("the message is not a SOAP envelope of `{expected}`: its root is `{got}`")]
    NotSoap {
        /// The namespace expected.
        expected: &'static str,
        /// The root's name.
        got: String,
    },
    /// Its security header cannot be read.
    #[error(transparent)]
    Security(#[from] SignatureRefusal),
    /// Its timestamp is missing or lacks its end.
    #[error("the message has no timestamp with an end")]
    NoTimestamp,
}

/// An envelope as it came: nothing in it is verified yet.
pub struct Envelope<'d> {
    /// The header element.
    pub header: Element<'d>,
    /// The body element.
    pub body: Element<'d>,
    /// The security header.
    pub security: SecurityHeader<'d>,
}

impl<'d> Envelope<'d> {
    /// Finds the parts of an envelope of `version` by their position.
    ///
    /// # Errors
    ///
    /// If it is not one, or a part is missing or stands twice.
    pub fn read(document: &'d Document<'_>, version: Version) -> Result<Self, Unreadable> {
        let root = document.root();
        let namespace = version.namespace();
        if !root.is(namespace, "Envelope") {
            return Err(Unreadable::NotSoap {
                expected: namespace,
                got: root.local_name().to_owned(),
            });
        }
        Ok(Self {
            header: root.only_child(namespace, "Header")?,
            body: root.only_child(namespace, "Body")?,
            security: SecurityHeader::read(root)?,
        })
    }

    /// What a header says before it is verified.
    #[must_use]
    pub fn claimed_header(&self, namespace: &str, local_name: &str) -> Option<Claimed<String>> {
        self.header.child(namespace, local_name)?.text().ok().map(Claimed::new)
    }

    /// What the timestamp says before it is verified.
    ///
    /// # Errors
    ///
    /// If it is missing, or lacks an end.
    pub fn claimed_timestamp(&self) -> Result<Claimed<MessageTime>, Unreadable> {
        let expires = self.security.expires().ok_or(Unreadable::NoTimestamp)?;
        Ok(Claimed::new(MessageTime {
            created: self.security.created().map(Claimed::into_unverified),
            expires: expires.into_unverified(),
        }))
    }
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
