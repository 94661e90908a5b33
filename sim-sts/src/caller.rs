//! Whose certificate is this: may it be believed, and which system user is known by it, at `now`.

use clock::Timestamp;
use parties::{Cvr, Excerpt};
use pki::{Certificate, ChainReason, ChainRefusal, Path, PathMember, Standing};

use crate::{
    CertificateName, Issuer, Lookup, Rejection,
    registration::{self, Registration},
    rejection::{InForce, Whereabouts},
};

/// Whether the dates of every certificate of the path hold.
pub(crate) fn in_its_life(path: &Path, now: Timestamp) -> Result<(), Rejection> {
    path.judge(now, None).map_err(|refusal| refused(path.leaf(), refusal, now))
}

fn refused(leaf: &Certificate, refusal: ChainRefusal, now: Timestamp) -> Rejection {
    let certificate = || CertificateName::of(leaf);
    let boundary = match refusal.certificate {
        PathMember::Leaf => refusal.boundary,
        PathMember::Issuing | PathMember::Root => None,
    };
    if let Some(from) = boundary.filter(|_| refusal.reason == ChainReason::NotYetValid) {
        return Rejection::CertificateNotYetValid { certificate: certificate(), from, now };
    }
    if let Some(since) = boundary.filter(|_| refusal.reason == ChainReason::Expired) {
        return Rejection::CertificateExpired { certificate: certificate(), since, now };
    }
    Rejection::CertificateNotTrusted { refusal }
}

/// Whether the dates of a certificate hold that has no path, as a stranger's has none.
pub(crate) fn in_its_own_life(certificate: &Certificate, now: Timestamp) -> Result<(), Rejection> {
    let (from, since) = (certificate.not_before(), certificate.first_refused());
    let name = || CertificateName::of(certificate);
    if now.truncated_to_second() < from {
        return Err(Rejection::CertificateNotYetValid { certificate: name(), from, now });
    }
    if now >= since {
        return Err(Rejection::CertificateExpired { certificate: name(), since, now });
    }
    Ok(())
}

/// That the certificate is not revoked, as far as this STS can know: a revocation counts once it is
/// on the list at hand, and the lag is over.
pub(crate) fn not_revoked(
    issuer: &Issuer,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), Rejection> {
    match issuer.standing(certificate, now) {
        Standing::Good => Ok(()),
        Standing::Unknown { list } => Err(Rejection::RevocationUnknown { list }),
        Standing::Revoked { since } => Err(Rejection::CertificateRevoked {
            certificate: CertificateName::of(certificate),
            since,
        }),
    }
}

/// The organisation that a system's certificate names.
pub(crate) fn organisation(certificate: &Certificate) -> Result<Cvr, Rejection> {
    let subject = certificate.subject();
    subject
        .cvr()
        .ok_or_else(|| Rejection::NotSystemCertificate { subject: Excerpt::of_name(subject) })
}

/// The system user known by the certificate at `now`.
///
/// A renewed certificate has the same subject and is another certificate: it is known from the
/// instant at which it was provisioned to be, and not before, unless the policy looks for subjects.
pub(crate) fn registered<'a>(
    issuer: &'a Issuer,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<&'a Registration, Rejection> {
    let named = |it: &Certificate| it.subject() == certificate.subject();
    let found = match issuer.policy().lookup {
        Lookup::Certificate => {
            issuer.registrations_with(certificate).find(|it| it.accepts(certificate, now))
        }
        Lookup::Subject => issuer.registrations().find(|it| it.accepted(now).iter().any(named)),
    };
    if let Some(found) = found {
        return Ok(found);
    }
    // The caller is not told more; the rejection says whether it was known, or will be.
    let mut past = false;
    let name = || CertificateName::of(certificate);
    for registration in issuer.registrations_with(certificate) {
        match registration.standing(certificate, now) {
            registration::Standing::Planned { from } => {
                let (certificate, in_force) = (name(), Vec::new());
                return Err(Rejection::CertificateNotInForce { certificate, in_force, from });
            }
            registration::Standing::Past => past = true,
            registration::Standing::InForce | registration::Standing::Unknown => {}
        }
    }
    if past {
        return Err(Rejection::CertificateReplaced { certificate: name(), in_force: Vec::new() });
    }
    Err(Rejection::CertificateNotRegistered {
        certificate: name(),
        whereabouts: Whereabouts::Unknown,
        in_force: Vec::new(),
    })
}

/// What is in force now for whoever was ever known by the certificate, or else for whoever is known by one
/// of the same subject: a renewed one has the same.
pub(crate) fn in_force(issuer: &Issuer, certificate: &Certificate, now: Timestamp) -> Vec<InForce> {
    let mut known: Vec<_> = issuer.registrations_with(certificate).collect();
    if known.is_empty() {
        let named = |it: &Certificate| it.subject() == certificate.subject();
        known.extend(issuer.registrations().filter(|it| it.accepted(now).iter().any(named)));
    }
    let in_force = |known: &Registration| -> Vec<_> {
        let one = |it: &Certificate| {
            let until = good_until(issuer, known, it, now)?;
            Some(InForce { serial: *it.serial(), until })
        };
        known.accepted(now).iter().filter_map(one).collect()
    };
    known.into_iter().flat_map(in_force).collect()
}

/// The first instant at which a certificate is refused that a system user is known by; none if it is
/// refused already.
fn good_until(
    issuer: &Issuer,
    registration: &Registration,
    certificate: &Certificate,
    now: Timestamp,
) -> Option<Timestamp> {
    let path = issuer.path(certificate).ok().filter(|path| in_its_life(path, now).is_ok())?;
    let revoked = issuer.revoked_from(certificate);
    if revoked.is_some_and(|since| since <= now) {
        return None;
    }
    let mut planned = registration.planned(now);
    let replaced = planned.find(|(_, set)| !set.contains(certificate)).map(|(at, _)| at);
    [path.next_change(now), revoked, replaced].into_iter().flatten().min()
}
