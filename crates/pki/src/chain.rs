//! From a certificate up to a root: may it be trusted, and at which instants.
//!
//! The question comes in two halves. [`Path::build`] answers what no clock changes: who issued
//! whom, with which signature, as what. [`Path::judge`] answers the rest at a `now`: dates and
//! revocation. A path is therefore built once and judged at every instant.

mod refusal;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use clock::Timestamp;

use self::refusal::refuse;
pub use self::refusal::{ChainReason, ChainRefusal, PathMember};
use crate::{
    certificate::Certificate,
    extensions::KeyUsage,
    profile::{OCES_POLICIES, REAL_AUTHORITY, SIMULATOR},
    revocation::RevocationList,
};

/// What is trusted: one root, and the issuing authorities known below it.
///
/// Issuing certificates are looked for here and never in a message: as in reality, where a
/// service holds the authority's two certificates and nobody sends them along. A clone is the same
/// anchors, and shares what was found out about them.
#[derive(Clone)]
pub struct TrustAnchors(Arc<Anchors>);

struct Anchors {
    root: Certificate,
    issuing: Vec<Certificate>,
    /// For each issuing authority, whether the root stands behind it: two signatures that no
    /// clock changes, so they are checked for the first leaf only.
    sound: Vec<OnceLock<Result<(), ChainRefusal>>>,
}

impl TrustAnchors {
    /// Trusts `root`, and knows the `issuing` authorities, whose certificates still have to prove
    /// that the root made them.
    #[must_use]
    pub fn new(root: Certificate, issuing: Vec<Certificate>) -> Self {
        let sound = issuing.iter().map(|_| OnceLock::new()).collect();
        Self(Arc::new(Anchors { root, issuing, sound }))
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> &Certificate {
        &self.0.root
    }

    /// The issuing authorities.
    #[must_use]
    pub fn issuing(&self) -> &[Certificate] {
        &self.0.issuing
    }

    /// The authority that `leaf` names: by name, and by the identifier of the key if it has one.
    fn issuer_of(&self, leaf: &Certificate) -> Option<usize> {
        self.issuing()
            .iter()
            .position(|issuing| issuing.subject() == leaf.issuer() && names_key_of(leaf, issuing))
    }

    /// Whether the root stands behind the issuing authority of that index.
    fn check(&self, index: usize) -> Result<(), ChainRefusal> {
        let check = || check_authorities(&self.0.issuing[index], self.root());
        self.0.sound[index].get_or_init(check).clone()
    }
}

impl PartialEq for TrustAnchors {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root() && self.issuing() == other.issuing()
    }
}

impl Eq for TrustAnchors {}

impl fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustAnchors({:?}, {:?})", self.root(), self.issuing())
    }
}

fn names_key_of(certificate: &Certificate, issuer: &Certificate) -> bool {
    certificate.authority_key_identifier().is_none_or(|named| issuer.has_key_identifier(named))
}

/// A leaf, its issuing authority and the root, found sound in everything but time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    leaf: Certificate,
    issuing: Certificate,
    root: Certificate,
}

impl Path {
    /// Finds the path from `leaf` to the root, and checks what time does not change.
    ///
    /// # Errors
    ///
    /// The first refusal, from the issuer's name over the signatures to what the leaf may be used
    /// for. Never one with a boundary.
    pub fn build(leaf: &Certificate, anchors: &TrustAnchors) -> Result<Self, ChainRefusal> {
        // First of all, so that not even anchors given by mistake let a real one pass.
        if leaf.issuer().organisation() == Some(REAL_AUTHORITY) {
            return Err(refuse(PathMember::Leaf, leaf, ChainReason::RealAuthority));
        }
        let Some(index) = anchors.issuer_of(leaf) else {
            return Err(refuse(PathMember::Leaf, leaf, why_unknown(leaf, anchors)));
        };
        let (issuing, root) = (&anchors.issuing()[index], anchors.root());
        check_signature(PathMember::Leaf, leaf, issuing)?;
        anchors.check(index)?;
        check_end_entity(leaf)?;
        Ok(Self { leaf: leaf.clone(), issuing: issuing.clone(), root: root.clone() })
    }

    /// Whether the path holds at `now`: the dates of all three certificates, leaf first, then
    /// what the `lists` say.
    ///
    /// Takes `None`, `Some(&list)` or `[&list, &root_list]`. Each list speaks for the certificates
    /// of its issuer; a certificate whose issuer's list is not given is not checked.
    ///
    /// # Errors
    ///
    /// The first refusal, with its boundary.
    pub fn judge<'a>(
        &self,
        now: Timestamp,
        lists: impl IntoIterator<Item = &'a RevocationList>,
    ) -> Result<(), ChainRefusal> {
        for (member, certificate) in self.members() {
            check_dates(member, certificate, now)?;
        }
        lists.into_iter().try_for_each(|list| self.check_revocation(list, now))
    }

    /// The first instant after `now` at which a date of one of the three certificates changes
    /// what [`Self::judge`] says.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        parties::earliest(self.members().map(|(_, certificate)| certificate.next_change(now)))
    }

    /// The end entity's certificate.
    #[must_use]
    pub const fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// The issuing authority's certificate.
    #[must_use]
    pub const fn issuing(&self) -> &Certificate {
        &self.issuing
    }

    /// The root.
    #[must_use]
    pub const fn root(&self) -> &Certificate {
        &self.root
    }

    const fn members(&self) -> [(PathMember, &Certificate); 3] {
        [
            (PathMember::Leaf, &self.leaf),
            (PathMember::Issuing, &self.issuing),
            (PathMember::Root, &self.root),
        ]
    }

    fn check_revocation(&self, list: &RevocationList, now: Timestamp) -> Result<(), ChainRefusal> {
        let [leaf, issuing, root] = self.members();
        let ((member, certificate), (issuer_member, issuer)) =
            if list.issuer() == self.issuing.subject() {
                (leaf, issuing)
            } else if list.issuer() == self.root.subject() {
                (issuing, root)
            } else {
                let reason = ChainReason::RevocationListOfAnother;
                return Err(refuse(PathMember::Leaf, &self.leaf, reason));
            };
        // RFC 5280, section 6.3.3 (f): only if the extension is present.
        if issuer.key_usage().is_some_and(|usage| !usage.allows(KeyUsage::CRL_SIGN)) {
            return Err(refuse(issuer_member, issuer, ChainReason::WrongKeyUsage));
        }
        let refuse = |reason| refuse(member, certificate, reason);
        list.verify(issuer).map_err(|_| refuse(ChainReason::RevocationListBadSignature))?;
        if now < list.this_update() {
            return Err(refuse(ChainReason::RevocationListNotYetValid).at(list.this_update()));
        }
        if now >= list.next_update() {
            return Err(refuse(ChainReason::RevocationListExpired).at(list.next_update()));
        }
        match list.revoked(certificate.serial()) {
            Some(revoked) => Err(refuse(ChainReason::Revoked).at(revoked.at)),
            None => Ok(()),
        }
    }
}

/// Of all that can be meant by a stranger's certificate, the likeliest.
fn why_unknown(leaf: &Certificate, anchors: &TrustAnchors) -> ChainReason {
    let root = anchors.root();
    if leaf.is_self_issued() {
        ChainReason::SelfSigned
    } else if leaf.issuer() == root.subject() && leaf.is_authority() {
        ChainReason::IsACertificateAuthority
    } else if leaf.issuer().organisation() == Some(SIMULATOR)
        && leaf.issuer().organisational_unit() != root.subject().organisational_unit()
    {
        ChainReason::OtherEnvironment
    } else {
        ChainReason::UnknownIssuer
    }
}

fn check_signature(
    member: PathMember,
    certificate: &Certificate,
    issuer: &Certificate,
) -> Result<(), ChainRefusal> {
    certificate
        .algorithm()
        .map_err(|_| refuse(member, certificate, ChainReason::UnsupportedAlgorithm))?;
    certificate
        .verify_signed_by(issuer.public_key())
        .map_err(|_| refuse(member, certificate, ChainReason::BadSignature))
}

fn check_authorities(issuing: &Certificate, root: &Certificate) -> Result<(), ChainRefusal> {
    check_authority(PathMember::Issuing, issuing)?;
    if issuing.issuer() != root.subject() || !names_key_of(issuing, root) {
        return Err(refuse(PathMember::Issuing, issuing, ChainReason::UnknownIssuer));
    }
    check_signature(PathMember::Issuing, issuing, root)?;
    check_authority(PathMember::Root, root)?;
    if root.authority_constraint().is_some_and(|root| root.path_length == Some(0)) {
        return Err(refuse(PathMember::Issuing, issuing, ChainReason::PathTooLong));
    }
    check_signature(PathMember::Root, root, root)
}

fn check_authority(member: PathMember, certificate: &Certificate) -> Result<(), ChainRefusal> {
    let refuse = |reason| Err(refuse(member, certificate, reason));
    if certificate.unknown_critical_extension().is_some() {
        return refuse(ChainReason::UnknownCriticalExtension);
    }
    if !certificate.is_authority() {
        return refuse(ChainReason::NotACertificateAuthority);
    }
    // RFC 5280, section 6.1.4 (n): only if the extension is present.
    match certificate.key_usage() {
        Some(usage) if !usage.allows(KeyUsage::KEY_CERT_SIGN) => refuse(ChainReason::WrongKeyUsage),
        _ => Ok(()),
    }
}

fn check_end_entity(certificate: &Certificate) -> Result<(), ChainRefusal> {
    let refuse = |reason| Err(refuse(PathMember::Leaf, certificate, reason));
    if certificate.unknown_critical_extension().is_some() {
        return refuse(ChainReason::UnknownCriticalExtension);
    }
    if certificate.is_authority() {
        return refuse(ChainReason::IsACertificateAuthority);
    }
    match certificate.key_usage() {
        None => return refuse(ChainReason::NoKeyUsage),
        Some(usage) if !usage.allows(KeyUsage::DIGITAL_SIGNATURE) => {
            return refuse(ChainReason::WrongKeyUsage);
        }
        Some(_) => {}
    }
    if !certificate.policies().iter().any(|policy| OCES_POLICIES.contains(policy)) {
        return refuse(ChainReason::NotOces);
    }
    Ok(())
}

/// Both bounds are inclusive and in whole seconds (RFC 5280, section 4.1.2.5), so a fraction of
/// the last second is still inside.
fn check_dates(
    member: PathMember,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), ChainRefusal> {
    let refuse = |reason| refuse(member, certificate, reason);
    let now = now.truncated_to_second();
    if now < certificate.not_before() {
        return Err(refuse(ChainReason::NotYetValid).at(certificate.not_before()));
    }
    if now > certificate.not_after() {
        return Err(refuse(ChainReason::Expired).at(certificate.first_refused()));
    }
    Ok(())
}
