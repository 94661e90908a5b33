//! Who a certificate is for, and how OCES writes that in a subject.

use parties::Cvr;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{asn1, name::Name, oids};

/// The kinds of end-entity certificates that are made here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateKind {
    /// For a system (*systemcertifikat*): signs and deciphers, but does not bind its owner.
    System,
    /// For an organisation (*organisationscertifikat*, *OCES-segl*): also non-repudiation.
    Organisation,
    /// For a person in an organisation (*brugercertifikat*, MOCES).
    User {
        /// The given name or names.
        given_name: String,
        /// The surname.
        surname: String,
    },
}

/// Who a certificate is for: what a certificate profile (*certifikatprofil*) holds.
///
/// A renewal has the same holder, and so the same subject byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Holder {
    /// What kind of certificate it is.
    pub kind: CertificateKind,
    /// The name of the certificate (*Certifikatnavn*); for a user the person's name.
    pub common_name: String,
    /// The organisation's name in the CVR register.
    pub organisation: String,
    /// The organisation's CVR number.
    pub cvr: Cvr,
    /// What identifies the holder through every renewal.
    pub uuid: Uuid,
    /// The e-mail address to be shown, if any. One that is not ASCII cannot stand in a
    /// certificate (RFC 5280, section 4.2.1.6) and is left out.
    pub email: Option<String>,
}

impl Holder {
    /// The subject, attributes and string types in the order measured in OCES3 certificates.
    #[must_use]
    pub fn name(&self) -> Name {
        let (person, prefix) = match &self.kind {
            CertificateKind::System | CertificateKind::Organisation => (None, "UI:DK-O:G"),
            CertificateKind::User { given_name, surname } => {
                (Some((given_name, surname)), "UI:DK-E:G")
            }
        };
        let serial_number = format!("{prefix}:{}", self.uuid);
        let organisation_identifier = format!("NTRDK-{}", self.cvr);
        let mut attributes = vec![(oids::COMMON_NAME, asn1::UTF8_STRING, &*self.common_name)];
        if let Some((given_name, surname)) = person {
            attributes.push((oids::GIVEN_NAME, asn1::UTF8_STRING, given_name));
            attributes.push((oids::SURNAME, asn1::UTF8_STRING, surname));
        }
        attributes.extend([
            (oids::SERIAL_NUMBER, asn1::PRINTABLE_STRING, &*serial_number),
            (oids::ORGANISATION, asn1::UTF8_STRING, &*self.organisation),
            (oids::ORGANISATION_IDENTIFIER, asn1::UTF8_STRING, &*organisation_identifier),
            (oids::COUNTRY, asn1::PRINTABLE_STRING, "DK"),
        ]);
        Name::of(attributes)
    }
}
