//! Certificates that Java trusts, in a file of their own.

use entropy::Entropy;

use super::write::{attribute, certificate_bag, data, friendly_name, seal, set_of};
use crate::{asn1, oids};

/// Each certificate, in DER, under a name, which Java shows in lower case. No two names may be equal but
/// for that, or the later entry takes the place of the earlier. Whatever kind of key they have is no
/// matter: the authority of a TLS certificate may be among them.
///
/// The certificates stand in clear text, as they are no secret; the MAC shows that nobody changed them,
/// with SHA-1, so that Java 8 reads it too.
#[must_use]
pub fn trust_store<'a>(
    certificates: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    password: &str,
    entropy: &mut Entropy,
) -> Vec<u8> {
    // Trusted whatever for: so `keytool` writes it, too.
    let trusted = attribute(oids::TRUSTED_KEY_USAGE, &asn1::oid(oids::ANY_EXTENDED_KEY_USAGE));
    let bags = certificates.into_iter().map(|(name, certificate)| {
        certificate_bag(certificate, &set_of([friendly_name(name), trusted.clone()]))
    });
    let safe = asn1::sequence([&data(&asn1::sequence_of(bags))]);
    seal(&safe, password, &entropy.bytes::<32>())
}
