//! What a signature says about its key.

use pki::Certificate;

use crate::{
    Element,
    signature::base64,
    str_transform::{Named, named},
    uris,
};

/// The `ds:KeyInfo` of a signature. It says which key to try, and nothing is believed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyInfo {
    /// There is none: the STS's answers have none, the key is known to the receiver.
    Absent,
    /// A reference to a token in the message, most often `#` and the id of a
    /// `BinarySecurityToken`.
    DirectReference {
        /// The reference.
        uri: String,
    },
    /// A reference to an assertion, whose holder's key it is.
    SamlId {
        /// The id of the assertion, or of the `EncryptedData` that holds it.
        id: String,
    },
    /// The issuer and the serial number of a certificate.
    IssuerSerial {
        /// The issuer's name as it is written there.
        issuer: String,
        /// The serial number, decimal.
        serial: String,
    },
    /// A certificate.
    X509Certificate(Certificate),
    /// Something else, or something that cannot be read.
    Other {
        /// What it is, as far as can be said.
        what: String,
    },
}

impl KeyInfo {
    pub(crate) fn read(key_info: Element<'_>) -> Self {
        read(key_info).unwrap_or_else(|| Self::Other {
            what: key_info.children().next().map_or_else(String::new, Element::clark),
        })
    }
}

fn read(key_info: Element<'_>) -> Option<KeyInfo> {
    let content = key_info.children().next()?;
    if content.is(uris::DS, "X509Data") {
        return x509_data(content);
    }
    if !content.is(uris::WSSE, "SecurityTokenReference") {
        return None;
    }
    match named(content).ok()? {
        Named::Direct(uri) => Some(KeyInfo::DirectReference { uri: uri.to_owned() }),
        Named::SamlId(id) => Some(KeyInfo::SamlId { id }),
        Named::Other => x509_data(content.child(uris::DS, "X509Data")?),
    }
}

/// The certificate that a `ds:KeyInfo` holds, as DER and not parsed: enough to find it among those
/// that are known.
pub(crate) fn certificate_der(key_info: Element<'_>) -> Option<Vec<u8>> {
    let content = key_info.children().next()?;
    let data = if content.is(uris::WSSE, "SecurityTokenReference") {
        content.child(uris::DS, "X509Data")?
    } else {
        content.expect(uris::DS, "X509Data").ok()?;
        content
    };
    base64(data.child(uris::DS, "X509Certificate")?).ok()
}

fn x509_data(data: Element<'_>) -> Option<KeyInfo> {
    if let Some(certificate) = data.child(uris::DS, "X509Certificate") {
        let der = base64(certificate).ok()?;
        return Certificate::from_der(&der).ok().map(KeyInfo::X509Certificate);
    }
    let pair = data.child(uris::DS, "X509IssuerSerial")?;
    let value = |local| pair.only_child(uris::DS, local).and_then(Element::text).ok();
    Some(KeyInfo::IssuerSerial {
        issuer: value("X509IssuerName")?.trim().to_owned(),
        serial: value("X509SerialNumber")?.trim().to_owned(),
    })
}
