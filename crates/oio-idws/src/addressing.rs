//! WS-Addressing: what a message is called, and which one it answers.

use entropy::Entropy;

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
