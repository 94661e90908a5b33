//! Who vouches for a server's TLS certificates here: an authority made on this machine, for it
//! alone.

use std::fmt;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::{Identity, MalformedIdentity};

/// An authority for TLS. It has nothing to do with the hierarchies of MitID Erhverv: a real service
/// has its TLS certificate from a commercial authority, which everybody trusts already.
pub struct TlsAuthority {
    issuer: Issuer<'static, KeyPair>,
}

/// A key of an authority that cannot be read, or a host that cannot be named in a certificate.
#[derive(Debug, thiserror::Error)]
#[error("no TLS certificate can be made: {0}")]
pub struct TlsAuthorityError(#[from] rcgen::Error);

impl TlsAuthority {
    /// A new authority, with a key on P-256.
    ///
    /// # Errors
    ///
    /// If the machine has no randomness.
    pub fn found() -> Result<Self, TlsAuthorityError> {
        Ok(Self::with(KeyPair::generate()?))
    }

    /// The authority with this key (PKCS#8 in PEM), as [`Self::key_pem`] gave it.
    ///
    /// # Errors
    ///
    /// If it is no such key.
    pub fn from_key_pem(pem: &str) -> Result<Self, TlsAuthorityError> {
        Ok(Self::with(KeyPair::from_pem(pem)?))
    }

    fn with(key: KeyPair) -> Self {
        Self { issuer: Issuer::new(params_of_authority(), key) }
    }

    /// Its key, to be kept where nobody else can read it.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// Its certificate in PEM, which clients must trust. Each time it is signed anew, and any of
    /// them will do.
    ///
    /// # Errors
    ///
    /// If the machine has no randomness.
    pub fn certificate_pem(&self) -> Result<String, TlsAuthorityError> {
        Ok(params_of_authority().self_signed(self.issuer.key())?.pem())
    }

    /// A new key and certificate for a server of these names: hosts, or addresses.
    ///
    /// # Errors
    ///
    /// If one of them cannot be named in a certificate.
    pub fn identity(&self, hosts: &[&str]) -> Result<Identity, TlsAuthorityError> {
        let (certificate, key) = self.server(hosts)?;
        let identity = Identity::new(vec![certificate.der().to_vec()], &key.serialize_der());
        Ok(identity.unwrap_or_else(|MalformedIdentity(error)| {
            unreachable!("the key is that of the certificate: {error}")
        }))
    }

    /// The same in PEM, to be kept where nobody else can read it; [`Identity::from_pem`] reads it.
    ///
    /// # Errors
    ///
    /// If one of the names cannot stand in a certificate.
    pub fn identity_pem(&self, hosts: &[&str]) -> Result<String, TlsAuthorityError> {
        let (certificate, key) = self.server(hosts)?;
        Ok(certificate.pem() + &key.serialize_pem())
    }

    fn server(&self, hosts: &[&str]) -> Result<(rcgen::Certificate, KeyPair), TlsAuthorityError> {
        let key = KeyPair::generate()?;
        let names: Vec<String> = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        let mut params = forever(CertificateParams::new(names)?);
        params.distinguished_name.push(DnType::OrganizationName, SIMULATOR);
        if let Some(host) = hosts.first() {
            params.distinguished_name.push(DnType::CommonName, *host);
        }
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        Ok((params.signed_by(&key, &self.issuer)?, key))
    }
}

impl fmt::Debug for TlsAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsAuthority(..)")
    }
}

/// Nobody takes it for an authority of the world.
const SIMULATOR: &str = "Skift Simulator";

/// The same for every key: with the key, nothing else need be kept.
fn params_of_authority() -> CertificateParams {
    let mut params = forever(CertificateParams::default());
    params.distinguished_name.push(DnType::OrganizationName, SIMULATOR);
    params.distinguished_name.push(DnType::CommonName, "Skift Simulator TLS");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Clients judge TLS by their own clock, which may be the machine's or one that was moved by years.
/// None of that is to be what a rehearsal fails for. The end is that of certificates without one
/// (RFC 5280, section 4.1.2.5).
fn forever(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(9999, 12, 31);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_outlives_every_clock_that_may_be_set() {
        assert_eq!(params_of_authority().not_after.year(), 9999);
        assert!(crate::control::instant("2199-12-31T23:59:59Z").is_ok());
    }
}
