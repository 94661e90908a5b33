//! The OCES3 profile, as measured from real certificates: which bytes stand where.
//!
//! Everything here is a fact about the real hierarchy, apart from the names and addresses, which
//! are a simulator's own. `tests/it/profile.rs` holds the measurements beside what is made here.

use aws_lc_rs::digest;
use clock::{Span, Timestamp};
use const_oid::ObjectIdentifier;
use parties::Environment;

use crate::{
    algorithm::SignatureAlgorithm,
    asn1::{self, Reader},
    extensions::KeyUsage,
    holder::{CertificateKind, Holder},
    key::{PrivateKey, PublicKey},
    name::Name,
    oids,
    serial::Serial,
};

/// How long an end entity's certificate lives: 1095 days, its last second included.
pub const LIFETIME: Span = Span::from_millis(1_095 * 86_400_000 - 1_000);

/// From here on the policies end in `.1`: 2024-06-01, our choice between the last certificate
/// seen with the old one (2023-11-14) and the first seen with the new one (2024-11-13).
pub const NEW_POLICY_FROM: Timestamp = Timestamp::from_seconds(1_717_200_000);

/// Where a hierarchy publishes, each address as it stands in certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The root's certificate.
    pub root_certificate: String,
    /// The root's revocation list.
    pub root_list: String,
    /// The issuing authority's certificate.
    pub issuing_certificate: String,
    /// The issuing authority's revocation list.
    pub issuing_list: String,
    /// The one OCSP responder for both.
    pub ocsp: String,
}

impl Addresses {
    /// Those of the hierarchy of `environment`: the real paths on hosts that cannot exist
    /// (RFC 6761, section 6.4), plain HTTP as in reality.
    #[must_use]
    pub fn of(environment: Environment) -> Self {
        let host = match environment {
            Environment::IntegrationTest => "ca1.test.sim.invalid",
            Environment::Production => "ca1.sim.invalid",
        };
        Self {
            root_certificate: format!("http://{host}/oces/root/cacert/root.cer"),
            root_list: format!("http://{host}/oces/root/crl/root.crl"),
            issuing_certificate: format!("http://{host}/oces/issuing/1/cacert/issuing.cer"),
            issuing_list: format!("http://{host}/oces/issuing/1/crl/issuing.crl"),
            ocsp: format!("http://{host}/ocsp"),
        }
    }
}

/// The organisation that both hierarchies name as their owner: nobody takes it for the State.
pub const SIMULATOR: &str = "Skift Simulator";

/// The organisation of the real hierarchies. No authority made here bears it, and nothing that one
/// of that name issued is trusted here.
pub const REAL_AUTHORITY: &str = "Den Danske Stat";

pub(crate) fn root_name(environment: Environment) -> Name {
    authority_name("Skift Simulator OCES rod-CA", environment)
}

/// The name of the authority that issues certificates in `environment`.
#[must_use]
pub fn issuing_name(environment: Environment) -> Name {
    authority_name("Skift Simulator OCES udstedende-CA 1", environment)
}

/// A root that nobody trusts: for certificates that are wrong on purpose.
pub(crate) fn another_root_name(environment: Environment) -> Name {
    authority_name("Skift Simulator another rod-CA", environment)
}

/// Attributes and string types as in the real test hierarchy. The real production hierarchy has
/// no OU; ours has one in both, so that neither can be mistaken for the other.
fn authority_name(common_name: &str, environment: Environment) -> Name {
    let unit = match environment {
        Environment::IntegrationTest => "Test - skift",
        Environment::Production => "Produktion - skift",
    };
    Name::of([
        (oids::COMMON_NAME, asn1::UTF8_STRING, common_name),
        (oids::ORGANISATIONAL_UNIT, asn1::UTF8_STRING, unit),
        (oids::ORGANISATION, asn1::UTF8_STRING, SIMULATOR),
        (oids::COUNTRY, asn1::PRINTABLE_STRING, "DK"),
    ])
}

/// The part of a certificate that is signed.
pub(crate) struct Draft<'a> {
    pub(crate) serial: Serial,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) issuer: &'a Name,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) subject: &'a Name,
    pub(crate) key: &'a PublicKey,
    /// Each one whole, in their order.
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Draft<'_> {
    /// The certificate, signed with the issuer's `key`.
    pub(crate) fn sign(&self, key: &PrivateKey) -> Vec<u8> {
        let identifier = self.algorithm.identifier();
        let signed = self.signed_part(&identifier);
        assemble(&signed, &identifier, &key.sign(self.algorithm, &signed))
    }

    /// `TBSCertificate`, naming the algorithm that will sign it.
    pub(crate) fn signed_part(&self, identifier: &[u8]) -> Vec<u8> {
        asn1::sequence([
            &asn1::explicit(0, &asn1::unsigned(&[2])), // version 3
            &self.serial.to_der(),
            identifier,
            self.issuer.der(),
            &asn1::sequence([&asn1::time(self.not_before), &asn1::time(self.not_after)]),
            self.subject.der(),
            self.key.spki(),
            &asn1::explicit(3, &asn1::sequence_of(&self.extensions)),
        ])
    }
}

/// What X.509 signs is always this: the signed part, the algorithm, the signature.
pub(crate) fn assemble(signed: &[u8], identifier: &[u8], signature: &[u8]) -> Vec<u8> {
    asn1::sequence([signed, identifier, &asn1::bit_string(signature)])
}

/// Flips the last bit of a signature, the last bit of whatever X.509 signs.
pub(crate) fn spoil_signature(der: &mut [u8]) {
    *der.last_mut().expect("a signed structure has octets") ^= 1;
}

/// Puts `extension` in the place of the one of its kind.
pub(crate) fn replace_extension(extensions: &mut [Vec<u8>], extension: &[u8]) {
    for present in extensions {
        if kind_of(present) == kind_of(extension) {
            *present = extension.to_vec();
        }
    }
}

/// Takes out the extension of that kind.
pub(crate) fn remove_extension(extensions: &mut Vec<Vec<u8>>, kind: ObjectIdentifier) {
    extensions.retain(|present| kind_of(present) != kind);
}

fn kind_of(extension: &[u8]) -> ObjectIdentifier {
    Reader::of(extension, asn1::SEQUENCE)
        .and_then(|mut fields| fields.oid())
        .expect("an extension made here begins with its kind")
}

/// The extensions of an end entity, in the measured order.
pub(crate) fn end_entity_extensions(
    holder: &Holder,
    key: &PublicKey,
    issuer_key: &PublicKey,
    not_before: Timestamp,
    addresses: &Addresses,
) -> Vec<Vec<u8>> {
    let email = holder.email.as_deref().filter(|address| address.is_ascii());
    [
        Some(basic_constraints(&[])),
        Some(authority_key_identifier(issuer_key)),
        Some(authority_info_access(&addresses.issuing_certificate, &addresses.ocsp)),
        email.map(subject_alt_name),
        Some(certificate_policies(policy(&holder.kind, not_before))),
        Some(qc_statements(&holder.kind)),
        Some(crl_distribution_points(&addresses.issuing_list)),
        Some(subject_key_identifier(key)),
        Some(key_usage(end_entity_key_usage(&holder.kind))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The extensions of the root, or of the authority whose issuer has `issuer_key`, in the measured
/// order. Both point at the root's addresses.
pub(crate) fn authority_extensions(
    key: &PublicKey,
    issuer_key: Option<&PublicKey>,
    path_length: Option<u8>,
    addresses: &Addresses,
) -> Vec<Vec<u8>> {
    let path_length = path_length.map(|length| asn1::unsigned(&[length])).unwrap_or_default();
    [
        Some(basic_constraints(&[asn1::boolean_true(), path_length].concat())),
        issuer_key.map(authority_key_identifier),
        Some(authority_info_access(&addresses.root_certificate, &addresses.ocsp)),
        Some(crl_distribution_points(&addresses.root_list)),
        Some(subject_key_identifier(key)),
        Some(key_usage(KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(crate) fn end_entity_key_usage(kind: &CertificateKind) -> KeyUsage {
    let system = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT);
    match kind {
        CertificateKind::System => system,
        CertificateKind::Organisation | CertificateKind::User { .. } => {
            system.and(KeyUsage::NON_REPUDIATION)
        }
    }
}

pub(crate) fn policy(kind: &CertificateKind, not_before: Timestamp) -> ObjectIdentifier {
    match (kind, not_before < NEW_POLICY_FROM) {
        (CertificateKind::User { .. }, true) => oids::POLICY_USER,
        (CertificateKind::User { .. }, false) => oids::POLICY_USER_1,
        (CertificateKind::System | CertificateKind::Organisation, true) => {
            oids::POLICY_ORGANISATION
        }
        (CertificateKind::System | CertificateKind::Organisation, false) => {
            oids::POLICY_ORGANISATION_1
        }
    }
}

/// The policies that make a certificate an OCES3 one.
pub(crate) const OCES_POLICIES: [ObjectIdentifier; 4] = [
    oids::POLICY_USER,
    oids::POLICY_USER_1,
    oids::POLICY_ORGANISATION,
    oids::POLICY_ORGANISATION_1,
];

pub(crate) fn extension(kind: ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { asn1::boolean_true() } else { Vec::new() };
    asn1::sequence([&asn1::oid(kind), &critical, &asn1::tlv(asn1::OCTET_STRING, value)])
}

pub(crate) fn basic_constraints(content: &[u8]) -> Vec<u8> {
    extension(oids::BASIC_CONSTRAINTS, true, &asn1::tlv(asn1::SEQUENCE, content))
}

pub(crate) fn authority_key_identifier(issuer_key: &PublicKey) -> Vec<u8> {
    let identifier = asn1::tlv(asn1::context(0), &key_identifier(issuer_key));
    extension(oids::AUTHORITY_KEY_IDENTIFIER, false, &asn1::sequence([&identifier]))
}

fn subject_key_identifier(key: &PublicKey) -> Vec<u8> {
    let identifier = asn1::tlv(asn1::OCTET_STRING, &key_identifier(key));
    extension(oids::SUBJECT_KEY_IDENTIFIER, false, &identifier)
}

/// RFC 5280, section 4.2.1.2, method 1: the SHA-1 of the key's BIT STRING.
pub(crate) fn key_identifier(key: &PublicKey) -> Vec<u8> {
    let content = key.subject_public_key();
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, content).as_ref().to_vec()
}

fn authority_info_access(issuer: &str, ocsp: &str) -> Vec<u8> {
    let access = |method, address| asn1::sequence([&asn1::oid(method), &url(address)]);
    let value = asn1::sequence([
        &access(oids::ACCESS_CA_ISSUERS, issuer),
        &access(oids::ACCESS_OCSP, ocsp),
    ]);
    extension(oids::AUTHORITY_INFO_ACCESS, false, &value)
}

fn crl_distribution_points(address: &str) -> Vec<u8> {
    // DistributionPoint ::= { [0] distributionPoint { [0] fullName { uniformResourceIdentifier }}}
    let full_name = asn1::explicit(0, &asn1::explicit(0, &url(address)));
    let value = asn1::sequence([&asn1::sequence([&full_name])]);
    extension(oids::CRL_DISTRIBUTION_POINTS, false, &value)
}

fn subject_alt_name(address: &str) -> Vec<u8> {
    let rfc822_name = asn1::tlv(asn1::context(1), address.as_bytes());
    extension(oids::SUBJECT_ALT_NAME, false, &asn1::sequence([&rfc822_name]))
}

pub(crate) fn certificate_policies(policy: ObjectIdentifier) -> Vec<u8> {
    let information = |policy| asn1::sequence([&asn1::oid(policy)]);
    let value = asn1::sequence([&information(oids::POLICY_NCP), &information(policy)]);
    extension(oids::CERTIFICATE_POLICIES, false, &value)
}

/// Who the subject is by which rules (ETSI EN 319 412-1, section 5.1), and whose UUIDs these are.
/// No `QcCompliance`: OCES certificates are not qualified.
fn qc_statements(kind: &CertificateKind) -> Vec<u8> {
    let semantics = match kind {
        CertificateKind::User { .. } => oids::SEMANTICS_NATURAL,
        CertificateKind::System | CertificateKind::Organisation => oids::SEMANTICS_LEGAL,
    };
    let registration_authorities = asn1::sequence([&url("https://uid.gov.dk")]);
    let information = asn1::sequence([&asn1::oid(semantics), &registration_authorities]);
    let statement = asn1::sequence([&asn1::oid(oids::QCS_PKIX_QC_SYNTAX_V2), &information]);
    extension(oids::QC_STATEMENTS, false, &asn1::sequence([&statement]))
}

pub(crate) fn key_usage(usage: KeyUsage) -> Vec<u8> {
    extension(oids::KEY_USAGE, true, &usage.to_der())
}

/// A `GeneralName` that is a URI.
fn url(address: &str) -> Vec<u8> {
    asn1::tlv(asn1::context(6), address.as_bytes())
}
