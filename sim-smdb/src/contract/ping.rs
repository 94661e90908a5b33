//! `Ping`: whether SMDB is there, and what it makes of the token.

use clock::Timestamp;
use oio_idws::MessageError;
use parties::Cvr;
use xml_security::{Verified, xml::Element};

use super::fields::{Node, Notation, Writer};
use crate::schema::SchemaVersion;

/// Asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ping;

/// SMDB is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pong {
    /// The version of the schema in force.
    pub version: SchemaVersion,
    /// When it answered.
    pub at: Timestamp,
    /// The organisation that the token names.
    pub cvr: Cvr,
    /// The privileges in the token with their scopes, as the token has them.
    pub privileges: Vec<(String, String)>,
}

impl Ping {
    /// What stands in the body of a call.
    #[must_use]
    pub fn write(self, notation: impl Into<Notation>) -> String {
        Writer::root("Ping", notation, |_| {})
    }

    pub(crate) fn read(node: &Node<'_>) -> Result<Self, MessageError> {
        node.only(&[]).map(|()| Self)
    }
}

impl Pong {
    /// What stands in the body of an answer.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("PingResponse", notation, |out| {
            out.field("Version", self.version);
            out.field("Tidspunkt", self.at);
            out.field("Cvr", &self.cvr);
            out.each("Privilegium", &self.privileges, |out, (scope, privilege)| {
                out.field("Scope", scope);
                out.field("Navn", privilege);
            });
        })
    }

    /// Reads it out of a signed body.
    ///
    /// # Errors
    ///
    /// If a field is missing or not one of its kind.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, MessageError> {
        let node = Node::answer(body, "PingResponse")?;
        let version = node.text("Version")?;
        let version = SchemaVersion::ALL.iter().copied().find(|it| it.name() == version);
        let privileges = node
            .children("Privilegium")?
            .into_iter()
            .map(|it| Ok((it.text("Scope")?, it.text("Navn")?)))
            .collect::<Result<_, MessageError>>()?;
        Ok(Self {
            version: version
                .ok_or_else(|| super::fields::not("a version of the schema", "Version"))?,
            at: node.instant("Tidspunkt")?,
            cvr: node.parse("Cvr", "a CVR number")?,
            privileges,
        })
    }
}
