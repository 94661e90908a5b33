//! WS-Addressing 1.0: what a message is called, what it is about, and which one it answers.

use entropy::Entropy;
use xml_security::{
    Verified,
    security_header::SignedMessage,
    xml::{Element, ShapeError},
};

use crate::uris::WSA;

/// A message id in the STS's manner: `uuid:…`.
#[must_use]
pub fn sts_message_id(entropy: &mut Entropy) -> String {
    format!("uuid:{}", entropy.uuid())
}

/// A message id as RFC 9562 writes it: `urn:uuid:…`.
#[must_use]
pub fn message_id(entropy: &mut Entropy) -> String {
    format!("urn:uuid:{}", entropy.uuid())
}

/// The addressing headers of a message, as they were signed. Each may be missing; none stands
/// twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addressing {
    /// What the message is called.
    pub message_id: Option<String>,
    /// What it is about.
    pub action: Option<String>,
    /// To whom it goes. The STS has three names, and none of them is its address.
    pub to: Option<String>,
    /// The message that it answers.
    pub relates_to: Option<String>,
    /// The address for the answer.
    pub reply_to: Option<String>,
    /// The address of who sent it.
    pub from: Option<String>,
    /// The address for a fault.
    pub fault_to: Option<String>,
}

impl Addressing {
    /// Reads the headers that `message` has in `header`, the element that holds them.
    ///
    /// # Errors
    ///
    /// If one stands twice, or holds something else than one value or one address.
    pub fn read(header: &Element<'_>, message: &SignedMessage<'_>) -> Result<Self, ShapeError> {
        let signed = |name| {
            // A header that stands twice is not the same as none.
            header.optional_child(WSA, name)?;
            Ok(message.header(WSA, name))
        };
        let value = |name| signed(name)?.map(|header| header.text()).transpose();
        let endpoint = |name| signed(name)?.map(|it| address(&it)).transpose();
        Ok(Self {
            message_id: value("MessageID")?,
            action: value("Action")?,
            to: value("To")?,
            relates_to: value("RelatesTo")?,
            reply_to: endpoint("ReplyTo")?,
            from: endpoint("From")?,
            fault_to: endpoint("FaultTo")?,
        })
    }
}

/// The address in an endpoint reference; what else it says is for others.
fn address(reference: &Verified<Element<'_>>) -> Result<String, ShapeError> {
    reference.only_child(WSA, "Address")?.text()
}
