//! That a client has the key of the certificate that it shows, whatever else the certificate says.

use std::{ops::RangeInclusive, sync::Arc};

use der::{
    Decode, Header, Reader, SliceReader, Tag,
    asn1::{BitStringRef, UintRef},
};
use parties::{Proof, UncheckedKey};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerMisbehaved,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key},
    pki_types::{CertificateDer, SubjectPublicKeyInfoDer, UnixTime, alg_id::RSA_ENCRYPTION},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use webpki::RawPublicKeyEntity;

/// Takes any certificate whose key the client has, and any whose key nobody here can check: of that nothing
/// is proved, and [`Possession::proof`] gives nobody the certificate.
///
/// Of the certificate nothing is read but the key: `rustls` reads more, and breaks a connection off for a
/// version or an extension that it does not know, where a simulator is to say what is wrong.
#[derive(Debug)]
pub(super) struct Possession(WebPkiSupportedAlgorithms);

/// The key of a certificate.
enum Key<'c> {
    /// One with which a handshake is refused, unless the client proves that it has it.
    Checked(SubjectPublicKeyInfoDer<'c>),
    /// One for which there is no check.
    Unchecked(UncheckedKey),
}

/// The bits of RSA that the library takes.
const RSA_BITS: RangeInclusive<usize> = 2048..=8192;

impl Possession {
    /// With the checks that this one has.
    pub(super) const fn of(provider: &CryptoProvider) -> Self {
        Self(provider.signature_verification_algorithms)
    }

    /// What a client has proved that finished a handshake and showed this.
    pub(super) fn proof(&self, shown: Option<&CertificateDer<'_>>) -> Proof<Arc<[u8]>> {
        let Some(certificate) = shown else { return Proof::Missing };
        match self.key_of(certificate) {
            Ok(Key::Checked(_)) => Proof::Key(Arc::from(certificate.as_ref())),
            Ok(Key::Unchecked(key)) => Proof::Unchecked(key),
            // There is no handshake with such a one.
            Err(_) => Proof::Missing,
        }
    }

    /// The key of a certificate of any version (RFC 5280, section 4.1). The same certificate has the same one
    /// in the handshake and after it.
    fn key_of<'c>(&self, certificate: &'c CertificateDer<'_>) -> Result<Key<'c>, Error> {
        self.read(certificate).map_err(|_| CertificateError::BadEncoding.into())
    }

    fn read<'c>(&self, certificate: &'c [u8]) -> der::Result<Key<'c>> {
        let whole = subject_public_key_info(certificate)?;
        let mut reader = SliceReader::new(whole)?;
        Header::decode(&mut reader)?.tag.assert_eq(Tag::Sequence)?;
        let mut algorithm = SliceReader::new(reader.tlv_bytes()?)?;
        Header::decode(&mut algorithm)?.tag.assert_eq(Tag::Sequence)?;
        let algorithm = algorithm.read_slice(algorithm.remaining_len())?;
        let mut known = self.0.all.iter().map(|it| it.public_key_alg_id());
        if !known.any(|it| it.as_ref() == algorithm) {
            return Ok(Key::Unchecked(UncheckedKey::Other));
        }
        if algorithm == RSA_ENCRYPTION.as_ref() {
            let bits = modulus_bits(BitStringRef::decode(&mut reader)?.raw_bytes())?;
            if !RSA_BITS.contains(&bits) {
                return Ok(Key::Unchecked(UncheckedKey::Rsa { bits }));
            }
        }
        Ok(Key::Checked(SubjectPublicKeyInfoDer::from(whole)))
    }
}

impl ClientCertVerifier for Possession {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = self.0.mapping.iter().find(|(scheme, _)| *scheme == signature.scheme);
        let (_, algorithms) =
            known.ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
        let Key::Checked(key) = self.key_of(certificate)? else {
            return Ok(HandshakeSignatureValid::assertion());
        };
        let unreadable = |_| Error::from(CertificateError::BadEncoding);
        let key = RawPublicKeyEntity::try_from(&key).map_err(unreadable)?;
        // In TLS 1.2 a scheme does not name the curve of a key.
        let is_good = algorithms
            .iter()
            .any(|it| key.verify_signature(*it, message, signature.signature()).is_ok());
        if is_good {
            Ok(HandshakeSignatureValid::assertion())
        } else {
            Err(CertificateError::BadSignature.into())
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.key_of(certificate)? {
            Key::Checked(key) => {
                verify_tls13_signature_with_raw_key(message, &key, signature, &self.0)
            }
            Key::Unchecked(_) => Ok(HandshakeSignatureValid::assertion()),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

fn subject_public_key_info(certificate: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(certificate)?;
    Header::decode(&mut reader)?.tag.assert_eq(Tag::Sequence)?;
    Header::decode(&mut reader)?.tag.assert_eq(Tag::Sequence)?;
    // A certificate of version 1 does not say so.
    if reader.peek_tag()?.is_context_specific() {
        reader.tlv_bytes()?;
    }
    for _before in ["serial number", "algorithm", "issuer", "validity", "subject"] {
        reader.tlv_bytes()?;
    }
    reader.tlv_bytes()
}

/// The length of the modulus of an `RSAPublicKey` (RFC 8017, A.1.1).
fn modulus_bits(key: &[u8]) -> der::Result<usize> {
    let mut reader = SliceReader::new(key)?;
    Header::decode(&mut reader)?.tag.assert_eq(Tag::Sequence)?;
    let modulus = UintRef::decode(&mut reader)?;
    let octets = modulus.as_bytes();
    let leading = octets.first().map_or(0, |octet| octet.leading_zeros() as usize);
    Ok(octets.len() * 8 - leading)
}
