//! What a diagnosis says beside a decision: of a certificate that nobody here is known by, where it is
//! saved, which no STS can know and is the commonest reason; and what is in force instead.

use clock::Timestamp;
use parties::{Diagnosis, Slot, SystemUserId};
use pki::Certificate;

use super::{Request, checks};
use crate::{Issuer, Rejection, Whereabouts, administration::Administration, caller};

/// Everything that speaks against a request, with what an administration knows of its certificate.
pub(super) fn diagnosed(
    issuer: &Issuer,
    administration: Option<&Administration>,
    request: &Request,
    now: Timestamp,
) -> Diagnosis {
    let mut against = checks::all(issuer, request, now);
    let Some(certificate) = request.certificate() else {
        return Diagnosis::new(against.iter().map(Rejection::finding).collect());
    };
    for rejection in &mut against {
        if let Rejection::CertificateNotRegistered { whereabouts, .. } = rejection {
            *whereabouts = found(issuer, administration, certificate, now);
        }
        if let Rejection::CertificateNotRegistered { in_force, .. }
        | Rejection::CertificateNotInForce { in_force, .. }
        | Rejection::CertificateReplaced { in_force, .. } = rejection
        {
            *in_force = caller::in_force(issuer, certificate, now);
        }
    }
    Diagnosis::new(against.iter().map(Rejection::finding).collect())
}

/// That one of another authority cannot be provisioned here matters more than where it is saved.
fn found(
    issuer: &Issuer,
    administration: Option<&Administration>,
    certificate: &Certificate,
    now: Timestamp,
) -> Whereabouts {
    if issuer.path(certificate).is_err() {
        return Whereabouts::Foreign;
    }
    let saved = administration.and_then(|it| saved(it, certificate, now));
    saved.map_or(Whereabouts::Unknown, |(system_user, slot)| Whereabouts::Saved {
        system_user: system_user.clone(),
        slot,
        environment: issuer.environment(),
    })
}

/// Where a certificate is saved.
fn saved<'a>(
    administration: &'a Administration,
    certificate: &Certificate,
    now: Timestamp,
) -> Option<(&'a SystemUserId, Slot)> {
    administration.system_users().find_map(|(id, user)| {
        let draft = user.saved(now);
        let slot = Slot::ALL.into_iter().find(|slot| draft.get(*slot) == Some(certificate))?;
        Some((id, slot))
    })
}
