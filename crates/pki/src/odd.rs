//! Certificates that are wrong on purpose.

use clock::{Span, Timestamp};
use const_oid::ObjectIdentifier;

use crate::{
    algorithm, asn1,
    authority::Authority,
    certificate::Certificate,
    extensions::KeyUsage,
    holder::Holder,
    key::PublicKey,
    oids,
    profile::{self, LIFETIME, assemble},
    serial::Serial,
};

/// What is wrong, on purpose, with a certificate. Each has exactly one flaw: all else is as
/// [`Authority::issue`] makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Oddity {
    /// Its life is over one second before the instant from which it was asked for.
    Expired,
    /// Its life begins only when it should have ended.
    NotYetValid,
    /// It ends a day before it begins, so it is never valid.
    EndsBeforeItBegins,
    /// The last bit of the signature is flipped.
    BadSignature,
    /// The root signed it in the issuing authority's name.
    SignedByAnother,
    /// It names one algorithm in the signed part and another outside it.
    AlgorithmsDiffer,
    /// It says that it is signed with SHA-1.
    UnsupportedAlgorithm,
    /// It names an issuer that nobody knows.
    UnknownIssuer,
    /// It names the issuing authority, but a key that is not that authority's.
    UnknownIssuerKey,
    /// Its key may agree on keys, but neither sign nor decipher.
    WrongKeyUsage,
    /// It lacks the extension `KeyUsage`.
    NoKeyUsage,
    /// It lacks the extension `CertificatePolicies`.
    NoPolicies,
    /// It is issued under a policy that is not one of OCES.
    ForeignPolicy,
    /// It is an authority's certificate, below one that may have none below it.
    Authority,
    /// It holds a critical extension that nobody knows.
    UnknownCriticalExtension,
}

impl Oddity {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Expired,
        Self::NotYetValid,
        Self::EndsBeforeItBegins,
        Self::BadSignature,
        Self::SignedByAnother,
        Self::AlgorithmsDiffer,
        Self::UnsupportedAlgorithm,
        Self::UnknownIssuer,
        Self::UnknownIssuerKey,
        Self::WrongKeyUsage,
        Self::NoKeyUsage,
        Self::NoPolicies,
        Self::ForeignPolicy,
        Self::Authority,
        Self::UnknownCriticalExtension,
    ];
}

/// The enterprise that is set aside for examples (RFC 5612).
const NOBODYS_EXTENSION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1");
const NOBODYS_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.2");

impl Authority {
    /// Issues a certificate that is wrong on purpose.
    #[must_use]
    pub fn odd(
        &self,
        oddity: Oddity,
        holder: &Holder,
        key: &PublicKey,
        serial: Serial,
        not_before: Timestamp,
    ) -> Certificate {
        let subject = holder.name();
        let not_after = not_before + LIFETIME;
        let mut draft = self.draft(holder, &subject, key, serial, not_before, not_after);
        let extensions = &mut draft.extensions;
        let another = profile::another_root_name(self.environment());
        let mut signer = self.issuing_key();
        match oddity {
            Oddity::Expired => {
                draft.not_after = not_before - Span::from_seconds(1);
                draft.not_before = draft.not_after - LIFETIME;
            }
            Oddity::NotYetValid => {
                draft.not_before = not_after;
                draft.not_after = not_after + LIFETIME;
            }
            Oddity::EndsBeforeItBegins => draft.not_after = not_before - Span::from_days(1),
            Oddity::SignedByAnother => signer = self.root_key(),
            Oddity::UnknownIssuer => draft.issuer = &another,
            Oddity::UnknownIssuerKey => {
                profile::replace_extension(extensions, &profile::authority_key_identifier(key));
            }
            Oddity::WrongKeyUsage => {
                let usage = profile::key_usage(KeyUsage::KEY_AGREEMENT);
                profile::replace_extension(extensions, &usage);
            }
            Oddity::NoKeyUsage => profile::remove_extension(extensions, oids::KEY_USAGE),
            Oddity::NoPolicies => {
                profile::remove_extension(extensions, oids::CERTIFICATE_POLICIES);
            }
            Oddity::ForeignPolicy => {
                let policies = profile::certificate_policies(NOBODYS_POLICY);
                profile::replace_extension(extensions, &policies);
            }
            Oddity::Authority => {
                let authority = profile::basic_constraints(&asn1::boolean_true());
                profile::replace_extension(extensions, &authority);
                let usage = KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN);
                profile::replace_extension(extensions, &profile::key_usage(usage));
            }
            Oddity::UnknownCriticalExtension => {
                extensions.push(profile::extension(NOBODYS_EXTENSION, true, &asn1::null()));
            }
            Oddity::BadSignature | Oddity::AlgorithmsDiffer | Oddity::UnsupportedAlgorithm => {}
        }
        // What the signed part names, what stands outside it, and what is signed with in truth.
        let truth = draft.algorithm.identifier();
        let sha1 = algorithm::with_null(oids::SHA1_WITH_RSA);
        let (inside, outside) = match oddity {
            Oddity::AlgorithmsDiffer => (&sha1, &truth),
            Oddity::UnsupportedAlgorithm => (&sha1, &sha1),
            _ => (&truth, &truth),
        };
        let signed = draft.signed_part(inside);
        let mut der = assemble(&signed, outside, &signer.sign(draft.algorithm, &signed));
        if oddity == Oddity::BadSignature {
            profile::spoil_signature(&mut der);
        }
        Certificate::from_der(&der).expect("an odd certificate is odd, not malformed")
    }
}
