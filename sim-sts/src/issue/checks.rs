//! The checks, in the order that decides which rejection a caller gets, written once: a decision
//! stops at the first that fails, a diagnosis goes on as far as it can.

use std::{borrow::Cow, ops::ControlFlow};

use clock::{Span, Timestamp};
use oio_idws::soap::MessageTime;
use parties::{Cvr, EntityId};
use pki::{Certificate, Standing};
use xml_security::Claimed;

use super::{Asked, Request, Unsigned};
use crate::{Issuer, Policy, Rejection, ReplayKey, Service, caller, registration::Registration};

/// What is known of a request that nothing speaks against.
pub(super) struct Examined<'a> {
    pub(super) asked: &'a Asked,
    pub(super) certificate: &'a Certificate,
    pub(super) cvr: Cvr,
    pub(super) entity_id: &'a EntityId,
    pub(super) registration: &'a Registration,
    pub(super) service: &'a Service,
    pub(super) replay_key: &'a ReplayKey,
    /// From here on its timestamp refuses it.
    pub(super) until: Timestamp,
}

/// The first objection, or what speaks for the request.
pub(super) fn decisive<'a>(
    issuer: &'a Issuer,
    request: &'a Request,
    now: Timestamp,
) -> Result<Examined<'a>, Rejection> {
    let mut first = None;
    let examined = examine(issuer, request, now, |rejection| {
        first = Some(rejection);
        ControlFlow::Break(())
    });
    match (first, examined) {
        (Some(rejection), _) => Err(rejection),
        (None, ControlFlow::Continue(Some(examined))) => Ok(examined),
        (None, _) => unreachable!("whoever does not pass is told why"),
    }
}

/// Every objection, the decisive one first.
pub(super) fn all(issuer: &Issuer, request: &Request, now: Timestamp) -> Vec<Rejection> {
    let mut all = Vec::new();
    let _ = examine(issuer, request, now, |rejection| {
        all.push(rejection);
        ControlFlow::Continue(())
    });
    all
}

fn examine<'a>(
    issuer: &'a Issuer,
    request: &'a Request,
    now: Timestamp,
    against: impl FnMut(Rejection) -> ControlFlow<()>,
) -> ControlFlow<(), Option<Examined<'a>>> {
    let mut objections = Objections(against);
    let (time, signed) = match request {
        Request::Unreadable(unreadable) => {
            objections.0(Rejection::unreadable(unreadable))?;
            return ControlFlow::Continue(None);
        }
        Request::Read { time, signed, .. } => (time, signed),
    };
    let until = objections.hold(timely(time, issuer.policy(), now))?;
    let claimed = signed.as_ref().err().and_then(|it| it.claimed.as_ref()).map(Claimed::unverified);
    let unsigned = |it: &Unsigned| Rejection::unsigned(&it.refusal);
    let signed = objections.hold(signed.as_deref().map_err(unsigned))?;
    let asked = match signed {
        Some(signed) => objections.hold(signed.asked.as_ref().map_err(Clone::clone))?,
        None => None,
    };
    let certificate = signed.map(|signed| &signed.certificate).or(claimed);
    let Some(certificate) = certificate else { return ControlFlow::Continue(None) };
    // Without a signature the certificate is only claimed: what is said of it is for a diagnosis.
    let path = signed
        .map_or_else(|| Cow::Owned(issuer.path(certificate)), |signed| Cow::Borrowed(&signed.path));
    let trusted = match path.as_ref() {
        Ok(path) => {
            let alive = objections.hold(caller::in_its_life(path, now))?;
            // Nothing is fetched for what nobody signed: there, no list is no objection.
            let unknown = matches!(issuer.standing(certificate, now), Standing::Unknown { .. });
            let judged = signed.is_some() || !unknown;
            let good = judged.then(|| caller::not_revoked(issuer, certificate, now));
            let good = objections.hold(good.unwrap_or(Ok(())))?;
            alive.and(good)
        }
        Err(refusal) => {
            let refusal = refusal.clone();
            objections.0(Rejection::CertificateNotTrusted { refusal })?;
            objections.hold(caller::in_its_own_life(certificate, now))?;
            None
        }
    };
    let cvr = objections.hold(caller::organisation(certificate))?;
    let registration = objections.hold(caller::registered(issuer, certificate, now))?;
    let service = match asked {
        Some(asked) => objections.hold(issuer.service(&asked.applies_to))?,
        None => None,
    };
    let approved = match (registration, service) {
        (Some(registration), Some(service)) => {
            objections.hold(approved(registration, service, now))?
        }
        _ => None,
    };
    let fresh = match signed {
        Some(signed) => objections.hold(issuer.not_seen(&signed.replay_key, now))?,
        None => None,
    };
    let signer = objections.hold(issuer.signer(now).ok_or(Rejection::NoSigner))?;
    let examined = || {
        (trusted.and(approved).and(fresh).and(signer))?;
        Some(Examined {
            asked: asked?,
            certificate,
            cvr: cvr?,
            entity_id: entity_id(registration?, now),
            registration: registration?,
            service: service?,
            replay_key: &signed?.replay_key,
            until: until?,
        })
    };
    ControlFlow::Continue(examined())
}

/// Where objections go.
struct Objections<F>(F);

impl<F: FnMut(Rejection) -> ControlFlow<()>> Objections<F> {
    /// What held, or nothing after the objection was raised.
    fn hold<T>(&mut self, result: Result<T, Rejection>) -> ControlFlow<(), Option<T>> {
        match result {
            Ok(held) => ControlFlow::Continue(Some(held)),
            Err(rejection) => {
                (self.0)(rejection)?;
                ControlFlow::Continue(None)
            }
        }
    }
}

/// `RULES` 2.3.1.4.1: the end is after the beginning and after now, and the beginning does not
/// differ substantially from now. By how much is not said; the policy's tolerance is our choice.
///
/// Says from which instant on the message is refused by these rules, and need not be remembered: it
/// is never further away than the policy's, whatever end the message names.
///
/// The times are only claimed: a message that is out of date is refused before anybody asks who signed
/// it, and for one that is signed they are those that were signed.
fn timely(
    time: &Claimed<MessageTime>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Timestamp, Rejection> {
    let (tolerance, life) = (policy.timestamp_tolerance, policy.timestamp_life);
    let MessageTime { created, expires } = *time.unverified();
    if expires <= now {
        return Err(Rejection::TimestampExpired { expires, now });
    }
    let is_plausible = match created {
        Some(at) => at < expires && at <= now + tolerance && at >= now - tolerance,
        None => expires <= now + life,
    };
    if !is_plausible {
        return Err(Rejection::TimestampImplausible { created, expires, now, tolerance, life });
    }
    let too_old = |created: Timestamp| created + tolerance + Span::from_millis(1);
    Ok(created.map_or(expires, |created| expires.min(too_old(created))))
}

/// Without a privilege a token says so by a nil attribute, unless the service asks for one.
fn approved(
    registration: &Registration,
    service: &Service,
    now: Timestamp,
) -> Result<(), Rejection> {
    let service_id = &service.entity_id;
    if !service.approved_only
        || registration.grants(now).iter().any(|it| it.audience == *service_id)
    {
        return Ok(());
    }
    Err(Rejection::NotApproved {
        system_user: entity_id(registration, now).clone(),
        service: service_id.clone(),
    })
}

fn entity_id(registration: &Registration, now: Timestamp) -> &EntityId {
    registration
        .entity_id(now)
        .expect("a certificate comes into force with an entity id, at one instant")
}
