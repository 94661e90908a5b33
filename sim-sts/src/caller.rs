//! Whose certificate is this: may it be believed, and which system user is known by it, at `now`.

use clock::Timestamp;
use parties::Cvr;
use pki::{Certificate, ChainReason, ChainRefusal, PathMember};

use crate::{
    Issuer, Rejection,
    issue::Signed,
    registration::{Registration, Standing},
};

/// Whether the certificate's path holds: its chain, its dates, and that it is not revoked as far
/// as this STS can know.
pub(crate) fn trusted(issuer: &Issuer, signed: &Signed, now: Timestamp) -> Result<(), Rejection> {
    let path = signed.path.as_ref().map_err(refused)?;
    path.judge(now, None).map_err(|refusal| refused(&refusal))?;
    let list = issuer.revocation_list(now).ok_or(Rejection::RevocationUnknown)?;
    match list.revoked(signed.certificate.serial()) {
        Some(revoked) if revoked.at + issuer.policy().revocation_lag <= now => {
            Err(Rejection::CertificateRevoked { since: revoked.at })
        }
        _ => Ok(()),
    }
}

fn refused(refusal: &ChainRefusal) -> Rejection {
    match (refusal.certificate, &refusal.reason, refusal.boundary) {
        (PathMember::Leaf, ChainReason::NotYetValid, Some(from)) => {
            Rejection::CertificateNotYetValid { from }
        }
        (PathMember::Leaf, ChainReason::Expired, Some(since)) => {
            Rejection::CertificateExpired { since }
        }
        _ => Rejection::CertificateNotTrusted { refusal: refusal.clone() },
    }
}

/// The organisation that a system's certificate names.
pub(crate) fn organisation(certificate: &Certificate) -> Result<Cvr, Rejection> {
    let subject = certificate.subject();
    subject.cvr().ok_or_else(|| Rejection::NotSystemCertificate { subject: subject.to_string() })
}

/// The system user known by exactly this certificate at `now`.
///
/// A renewed certificate has the same subject and is another certificate: it is known from the
/// instant at which it was provisioned to be, and not before.
pub(crate) fn registered<'a>(
    issuer: &'a Issuer,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<&'a Registration, Rejection> {
    if let Some(found) = issuer.registrations().find(|it| it.accepts(certificate, now)) {
        return Ok(found);
    }
    // The caller is not told more; the rejection says whether it was known, or will be.
    let mut past = false;
    for registration in issuer.registrations() {
        match registration.standing(certificate, now) {
            Standing::Planned { from } => return Err(Rejection::CertificateNotInForce { from }),
            Standing::Past => past = true,
            Standing::InForce | Standing::Unknown => {}
        }
    }
    Err(if past { Rejection::CertificateReplaced } else { Rejection::CertificateNotRegistered })
}
