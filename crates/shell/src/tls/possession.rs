//! That a client has the key of the certificate that it shows, whatever else the certificate says.

use der::{Decode, Header, Reader, SliceReader, Tag};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerMisbehaved,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key},
    pki_types::{CertificateDer, SubjectPublicKeyInfoDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use webpki::RawPublicKeyEntity;

/// Takes any certificate whose key the client has.
///
/// Of the certificate nothing is read but the key: `rustls` reads more, and breaks a connection off for a
/// version or an extension that it does not know, where a simulator is to say what is wrong.
#[derive(Debug)]
pub(super) struct Possession(pub(super) WebPkiSupportedAlgorithms);

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
        let key = key_of(certificate)?;
        let unreadable = |_| Error::from(CertificateError::BadEncoding);
        let key = RawPublicKeyEntity::try_from(&key).map_err(unreadable)?;
        let known = self.0.mapping.iter().find(|(scheme, _)| *scheme == signature.scheme);
        let (_, algorithms) =
            known.ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
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
        verify_tls13_signature_with_raw_key(message, &key_of(certificate)?, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// The key of a certificate of any version (RFC 5280, section 4.1).
fn key_of<'c>(certificate: &'c CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'c>, Error> {
    let key = subject_public_key_info(certificate);
    key.map(SubjectPublicKeyInfoDer::from).map_err(|_| CertificateError::BadEncoding.into())
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
