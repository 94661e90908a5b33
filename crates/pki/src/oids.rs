//! Every object identifier, once.

use const_oid::ObjectIdentifier as Oid;

const fn oid(text: &str) -> Oid {
    Oid::new_unwrap(text)
}

pub(crate) const RSA_ENCRYPTION: Oid = oid("1.2.840.113549.1.1.1");
pub(crate) const SHA1_WITH_RSA: Oid = oid("1.2.840.113549.1.1.5");
pub(crate) const MGF1: Oid = oid("1.2.840.113549.1.1.8");
pub(crate) const RSASSA_PSS: Oid = oid("1.2.840.113549.1.1.10");
pub(crate) const SHA256_WITH_RSA: Oid = oid("1.2.840.113549.1.1.11");
pub(crate) const SHA384_WITH_RSA: Oid = oid("1.2.840.113549.1.1.12");
pub(crate) const SHA512_WITH_RSA: Oid = oid("1.2.840.113549.1.1.13");
pub(crate) const SHA1: Oid = oid("1.3.14.3.2.26");
pub(crate) const SHA256: Oid = oid("2.16.840.1.101.3.4.2.1");
pub(crate) const SHA384: Oid = oid("2.16.840.1.101.3.4.2.2");
pub(crate) const SHA512: Oid = oid("2.16.840.1.101.3.4.2.3");

pub(crate) const COMMON_NAME: Oid = oid("2.5.4.3");
pub(crate) const SURNAME: Oid = oid("2.5.4.4");
pub(crate) const SERIAL_NUMBER: Oid = oid("2.5.4.5");
pub(crate) const COUNTRY: Oid = oid("2.5.4.6");
pub(crate) const LOCALITY: Oid = oid("2.5.4.7");
pub(crate) const STATE: Oid = oid("2.5.4.8");
pub(crate) const STREET: Oid = oid("2.5.4.9");
pub(crate) const ORGANISATION: Oid = oid("2.5.4.10");
pub(crate) const ORGANISATIONAL_UNIT: Oid = oid("2.5.4.11");
pub(crate) const TITLE: Oid = oid("2.5.4.12");
pub(crate) const GIVEN_NAME: Oid = oid("2.5.4.42");
pub(crate) const ORGANISATION_IDENTIFIER: Oid = oid("2.5.4.97");
pub(crate) const EMAIL_ADDRESS: Oid = oid("1.2.840.113549.1.9.1");
pub(crate) const USER_ID: Oid = oid("0.9.2342.19200300.100.1.1");
pub(crate) const DOMAIN_COMPONENT: Oid = oid("0.9.2342.19200300.100.1.25");

pub(crate) const SUBJECT_KEY_IDENTIFIER: Oid = oid("2.5.29.14");
pub(crate) const KEY_USAGE: Oid = oid("2.5.29.15");
pub(crate) const SUBJECT_ALT_NAME: Oid = oid("2.5.29.17");
pub(crate) const BASIC_CONSTRAINTS: Oid = oid("2.5.29.19");
pub(crate) const CRL_NUMBER: Oid = oid("2.5.29.20");
pub(crate) const REASON_CODE: Oid = oid("2.5.29.21");
pub(crate) const CRL_DISTRIBUTION_POINTS: Oid = oid("2.5.29.31");
pub(crate) const CERTIFICATE_POLICIES: Oid = oid("2.5.29.32");
pub(crate) const AUTHORITY_KEY_IDENTIFIER: Oid = oid("2.5.29.35");
pub(crate) const EXTENDED_KEY_USAGE: Oid = oid("2.5.29.37");
pub(crate) const AUTHORITY_INFO_ACCESS: Oid = oid("1.3.6.1.5.5.7.1.1");
pub(crate) const QC_STATEMENTS: Oid = oid("1.3.6.1.5.5.7.1.3");
pub(crate) const ACCESS_OCSP: Oid = oid("1.3.6.1.5.5.7.48.1");
pub(crate) const ACCESS_CA_ISSUERS: Oid = oid("1.3.6.1.5.5.7.48.2");

pub(crate) const QCS_PKIX_QC_SYNTAX_V2: Oid = oid("1.3.6.1.5.5.7.11.2");
pub(crate) const SEMANTICS_NATURAL: Oid = oid("0.4.0.194121.1.1");
pub(crate) const SEMANTICS_LEGAL: Oid = oid("0.4.0.194121.1.2");
pub(crate) const POLICY_NCP: Oid = oid("0.4.0.2042.1.1");
pub(crate) const POLICY_USER: Oid = oid("1.2.208.169.1.1.1.2.7");
pub(crate) const POLICY_USER_1: Oid = oid("1.2.208.169.1.1.1.2.7.1");
pub(crate) const POLICY_ORGANISATION: Oid = oid("1.2.208.169.1.1.1.3.7");
pub(crate) const POLICY_ORGANISATION_1: Oid = oid("1.2.208.169.1.1.1.3.7.1");

pub(crate) const PKCS7_DATA: Oid = oid("1.2.840.113549.1.7.1");
pub(crate) const PKCS7_SIGNED_DATA: Oid = oid("1.2.840.113549.1.7.2");
pub(crate) const PKCS7_ENCRYPTED_DATA: Oid = oid("1.2.840.113549.1.7.6");
pub(crate) const ANY_EXTENDED_KEY_USAGE: Oid = oid("2.5.29.37.0");
/// Oracle's `trustedKeyUsage`: without it Java takes a certificate in a PKCS#12 file for a part of a chain
/// and not for one to trust (JDK, `sun.security.pkcs12.PKCS12KeyStore`).
pub(crate) const TRUSTED_KEY_USAGE: Oid = oid("2.16.840.1.113894.746875.1.1");
pub(crate) const FRIENDLY_NAME: Oid = oid("1.2.840.113549.1.9.20");
pub(crate) const LOCAL_KEY_ID: Oid = oid("1.2.840.113549.1.9.21");
pub(crate) const X509_CERTIFICATE: Oid = oid("1.2.840.113549.1.9.22.1");
pub(crate) const KEY_BAG: Oid = oid("1.2.840.113549.1.12.10.1.1");
pub(crate) const SHROUDED_KEY_BAG: Oid = oid("1.2.840.113549.1.12.10.1.2");
pub(crate) const CERT_BAG: Oid = oid("1.2.840.113549.1.12.10.1.3");
pub(crate) const PBE_SHA1_3DES: Oid = oid("1.2.840.113549.1.12.1.3");
pub(crate) const PBES2: Oid = oid("1.2.840.113549.1.5.13");
pub(crate) const PBKDF2: Oid = oid("1.2.840.113549.1.5.12");
pub(crate) const HMAC_SHA256: Oid = oid("1.2.840.113549.2.9");
pub(crate) const AES_256_CBC: Oid = oid("2.16.840.1.101.3.4.1.42");
