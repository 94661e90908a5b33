//! A certificate as a control port shows it, and as it is handed in.

use clock::Timestamp;
use pki::Certificate;
use schemars::JsonSchema;
use serde::Serialize;

use super::Problem;

/// A certificate, by what tells it from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CertificateShown {
    /// Whose it is.
    subject: String,
    /// Its serial number.
    serial: String,
    /// Its SHA-1, by which key stores name it.
    thumbprint: String,
    /// The first second of its validity (RFC 3339).
    #[schemars(with = "String")]
    not_before: Timestamp,
    /// The last second of its validity.
    #[schemars(with = "String")]
    not_after: Timestamp,
}

impl From<&Certificate> for CertificateShown {
    fn from(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject().to_string(),
            serial: certificate.serial().to_string(),
            thumbprint: certificate.thumbprint(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
        }
    }
}

/// The certificate in a text, as its file (`.cer`) has it in PEM.
///
/// # Errors
///
/// If it is none; nothing of the text is repeated, which may be a key.
pub fn certificate_in(pem: &str) -> Result<Certificate, Problem> {
    let what = "put the text of a .cer file there, from BEGIN CERTIFICATE to END CERTIFICATE";
    Certificate::from_cer(pem.as_bytes()).map_err(|refusal| Problem::bad(refusal.to_string(), what))
}
