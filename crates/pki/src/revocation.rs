//! Revocation lists (*spærreliste*, CRL): made, read and asked.

mod known;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, OnceLock},
};

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    algorithm::SignatureAlgorithm,
    asn1::{self, Flaw, Reader},
    certificate::Certificate,
    extensions::Extension,
    key::{BadSignature, PrivateKey, PublicKey},
    name::Name,
    oids, profile,
    serial::Serial,
};

pub use self::known::{KnownRevocations, Standing};

/// Why a certificate was revoked (RFC 5280, section 5.3.1). `removeFromCRL` is left out: it
/// stands only in delta lists, which are not spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// No reason given (*andet*); the list then has no reason code.
    Unspecified,
    /// The key may be known to another (*nøgle kompromitteret*).
    KeyCompromise,
    /// The authority's own key may be known to another.
    CaCompromise,
    /// The holder no longer belongs to the organisation.
    AffiliationChanged,
    /// Another certificate took its place (*erstattet*).
    Superseded,
    /// It is no longer used (*ophørt*).
    CessationOfOperation,
    /// It is suspended.
    CertificateHold,
    /// A right that it states was withdrawn.
    PrivilegeWithdrawn,
    /// The key of an attribute authority may be known to another.
    AaCompromise,
}

impl RevocationReason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// The name that RFC 5280 gives it, in kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key-compromise",
            Self::CaCompromise => "ca-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::CertificateHold => "certificate-hold",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
            Self::AaCompromise => "aa-compromise",
        }
    }

    /// Its number in `CRLReason`.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }
}

/// One revoked certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Revoked {
    /// Which one.
    pub serial: Serial,
    /// Since when. A list says it in whole seconds.
    pub at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

/// A complete revocation list of one authority (RFC 5280, section 5), version 2.
///
/// A clone shares the bytes. Equal when the DER is.
#[derive(Clone)]
pub struct RevocationList(Arc<Fields>);

struct Fields {
    der: Vec<u8>,
    signed: Vec<u8>,
    algorithm: Result<SignatureAlgorithm, String>,
    signature: Vec<u8>,
    issuer: Name,
    authority_key: Option<Vec<u8>>,
    number: u64,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: BTreeMap<Serial, Revoked>,
    /// The key that was found to have signed it: one list is asked about many certificates.
    signed_by: OnceLock<PublicKey>,
}

/// Why bytes are not a revocation list that can be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a revocation list: {field}: {problem}")]
pub struct MalformedRevocationList {
    field: &'static str,
    problem: String,
}

impl RevocationList {
    pub(crate) fn make(
        issuer: &Certificate,
        key: &PrivateKey,
        algorithm: SignatureAlgorithm,
        number: u64,
        this_update: Timestamp,
        next_update: Timestamp,
        revoked: &[Revoked],
    ) -> Self {
        let entries = revoked.iter().map(write_entry).collect::<Vec<_>>();
        // RFC 5280, section 5.1.2.6: without entries the field is absent, not empty.
        let entries = if entries.is_empty() { Vec::new() } else { asn1::sequence_of(entries) };
        let extensions = asn1::sequence([
            &profile::authority_key_identifier(key.public()),
            &profile::extension(oids::CRL_NUMBER, false, &asn1::unsigned(&number.to_be_bytes())),
        ]);
        let identifier = algorithm.identifier();
        let signed = asn1::sequence([
            &asn1::unsigned(&[1]), // version 2
            &identifier,
            issuer.subject().der(),
            &asn1::time(this_update),
            &asn1::time(next_update),
            &entries,
            &asn1::explicit(0, &extensions),
        ]);
        let der = profile::assemble(&signed, &identifier, &key.sign(algorithm, &signed));
        Self::from_der(&der).expect("a list made here reads")
    }

    /// Reads one list; nothing may follow it.
    ///
    /// # Errors
    ///
    /// [`MalformedRevocationList`], for whatever bytes: this never panics. Delta lists, indirect
    /// ones and those of a part only are refused, and so is one without a number or without a
    /// `nextUpdate`.
    pub fn from_der(der: &[u8]) -> Result<Self, MalformedRevocationList> {
        let mut outer = Reader::of(der, asn1::SEQUENCE).map_err(in_field("list"))?;
        let signed = outer.raw().map_err(in_field("tbsCertList"))?;
        let algorithm = outer.raw().map_err(in_field("signatureAlgorithm"))?;
        let signature = outer.bit_string().map_err(in_field("signatureValue"))?;
        outer.finish().map_err(in_field("list"))?;

        let mut tbs = Reader::of(signed, asn1::SEQUENCE).map_err(in_field("tbsCertList"))?;
        match tbs.small().map_err(in_field("version"))? {
            1 => {}
            other => return Err(in_field("version")(format!("{other} where 1 means version 2"))),
        }
        let inner_algorithm = tbs.raw().map_err(in_field("signature"))?;
        let issuer = tbs.raw().and_then(Name::from_der).map_err(in_field("issuer"))?;
        let this_update = tbs.time().map_err(in_field("thisUpdate"))?;
        let next_update = tbs.time().map_err(in_field("nextUpdate"))?;
        let entries = tbs.optional(asn1::SEQUENCE).map_err(in_field("revokedCertificates"))?;
        let revoked = entries.map_or_else(|| Ok(BTreeMap::new()), read_entries);
        let extensions = tbs.enter(asn1::context_constructed(0)).map_err(in_field("extensions"))?;
        tbs.finish().map_err(in_field("tbsCertList"))?;
        let (authority_key, number) =
            read_extensions(extensions).map_err(in_field("extensions"))?;

        let algorithm = if algorithm == inner_algorithm {
            SignatureAlgorithm::read(algorithm)
        } else {
            Err("one that differs inside and outside the signed part".to_owned())
        };
        Ok(Self(Arc::new(Fields {
            der: der.to_vec(),
            signed: signed.to_vec(),
            algorithm,
            signature: signature.to_vec(),
            issuer,
            authority_key,
            number,
            this_update,
            next_update,
            revoked: revoked.map_err(in_field("revokedCertificates"))?,
            signed_by: OnceLock::new(),
        })))
    }

    /// The list as DER, the bytes it was read from.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The authority whose list it is.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// Its number: a later list has a higher one.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// From when on it may be used.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.0.this_update
    }

    /// When the next list is there at the latest: from here on this one is stale.
    #[must_use]
    pub fn next_update(&self) -> Timestamp {
        self.0.next_update
    }

    /// Whether it may be used at `now`: from its `thisUpdate` until its `nextUpdate`.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.this_update() <= now && now < self.next_update()
    }

    /// What it says about a certificate of its issuer.
    #[must_use]
    pub fn revoked(&self, serial: &Serial) -> Option<Revoked> {
        self.0.revoked.get(serial).copied()
    }

    /// Everything that it lists, by serial number.
    pub fn entries(&self) -> impl Iterator<Item = &Revoked> {
        self.0.revoked.values()
    }

    /// Whether `issuer` made it: the name, the identifier of the key if the list has one, and
    /// the signature.
    ///
    /// # Errors
    ///
    /// [`BadSignature`] if not.
    pub fn verify(&self, issuer: &Certificate) -> Result<(), BadSignature> {
        let key = issuer.public_key();
        let named = |identifier: &Vec<u8>| issuer.has_key_identifier(identifier);
        if self.issuer() != issuer.subject() || !self.0.authority_key.as_ref().is_none_or(named) {
            return Err(BadSignature);
        }
        if self.0.signed_by.get() == Some(key) {
            return Ok(());
        }
        let algorithm = self.0.algorithm.as_ref().map_err(|_| BadSignature)?;
        key.verify(*algorithm, &self.0.signed, &self.0.signature)?;
        self.0.signed_by.get_or_init(|| key.clone());
        Ok(())
    }
}

fn write_entry(revoked: &Revoked) -> Vec<u8> {
    let reason = match revoked.reason {
        // RFC 5280, section 5.3.1: absent rather than `unspecified`.
        RevocationReason::Unspecified => Vec::new(),
        reason => {
            let code = asn1::tlv(asn1::ENUMERATED, &[reason.code()]);
            asn1::sequence([&profile::extension(oids::REASON_CODE, false, &code)])
        }
    };
    asn1::sequence([&revoked.serial.to_der(), &asn1::time(revoked.at), &reason])
}

fn read_entries(content: &[u8]) -> Result<BTreeMap<Serial, Revoked>, Flaw> {
    let mut list = Reader::new(content)?;
    let mut revoked = BTreeMap::new();
    while !list.is_finished() {
        let mut entry = list.enter(asn1::SEQUENCE)?;
        let serial = Serial::from_magnitude(entry.unsigned()?).map_err(|e| e.to_string())?;
        let at = entry.time()?;
        let extensions = entry.optional(asn1::SEQUENCE)?;
        entry.finish()?;
        let reason = extensions.map_or(Ok(RevocationReason::Unspecified), read_reason)?;
        // Listed twice, the first entry counts.
        revoked.entry(serial).or_insert(Revoked { serial, at, reason });
    }
    Ok(revoked)
}

fn read_reason(extensions: &[u8]) -> Result<RevocationReason, Flaw> {
    let mut reason = None;
    let mut list = Reader::new(extensions)?;
    while !list.is_finished() {
        let extension = Extension::read(&mut list)?;
        if extension.kind == oids::REASON_CODE {
            let mut value = Reader::new(extension.value)?;
            let &[code] = value.content(asn1::ENUMERATED)? else {
                return Err("a reason that is not one octet".to_owned());
            };
            value.finish()?;
            let known = RevocationReason::ALL.into_iter().find(|reason| reason.code() == code);
            let known = known.ok_or_else(|| format!("unknown reason {code}"))?;
            if reason.replace(known).is_some() {
                return Err("two reasons for one entry".to_owned());
            }
        } else if extension.critical {
            // `certificateIssuer` above all: the entry would be another authority's.
            return Err(format!("the critical extension {} of an entry", extension.kind));
        }
    }
    Ok(reason.unwrap_or(RevocationReason::Unspecified))
}

fn read_extensions(explicit: Reader<'_>) -> Result<(Option<Vec<u8>>, u64), Flaw> {
    let mut explicit = explicit;
    let mut list = explicit.enter(asn1::SEQUENCE)?;
    explicit.finish()?;
    let (mut authority_key, mut number) = (None, None);
    let mut met = BTreeSet::new();
    while !list.is_finished() {
        let extension = Extension::read(&mut list)?;
        if !met.insert(extension.kind) {
            return Err(format!("the extension {} twice", extension.kind));
        }
        match extension.kind {
            oids::CRL_NUMBER => {
                let mut value = Reader::new(extension.value)?;
                let magnitude = value.unsigned()?;
                value.finish()?;
                let mut octets = [0; 8];
                let start = octets
                    .len()
                    .checked_sub(magnitude.len())
                    .ok_or("a number of more than 64 bits")?;
                octets[start..].copy_from_slice(magnitude);
                number = Some(u64::from_be_bytes(octets));
            }
            oids::AUTHORITY_KEY_IDENTIFIER => {
                let mut value = Reader::of(extension.value, asn1::SEQUENCE)?;
                authority_key = value.optional(asn1::context(0))?.map(<[u8]>::to_vec);
            }
            // `deltaCRLIndicator` and `issuingDistributionPoint`: less than a complete list.
            other if extension.critical => return Err(format!("the critical extension {other}")),
            _ => {}
        }
    }
    Ok((authority_key, number.ok_or("no number")?))
}

fn in_field(field: &'static str) -> impl Fn(Flaw) -> MalformedRevocationList {
    move |problem| MalformedRevocationList { field, problem }
}

impl PartialEq for RevocationList {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for RevocationList {}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevocationList({} of {})", self.number(), self.issuer())
    }
}
