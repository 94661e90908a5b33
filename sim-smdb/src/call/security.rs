//! Whether a call is secure: its times, its token, the headers of its binding, its address.

use clock::Timestamp;
use oio_idws::{
    Binding,
    call::{ReceivedToken, SignedCall},
    framework::FrameworkError,
    soap::MessageTime,
};
use parties::Excerpt;
use pki::{Certificate, Standing};

use super::Content;
use crate::{HolderCheck, Policy, Rejection, Smdb};

/// The message's own times, as WCF judges them: skew in both directions, and no message older than
/// its lifetime, whatever it says.
pub(super) fn timely(
    policy: &Policy,
    time: MessageTime,
    now: Timestamp,
    against: &mut Vec<Rejection>,
) {
    let MessageTime { created, expires } = time;
    let skew = policy.clock_skew;
    if expires + skew <= now {
        against.push(Rejection::TimestampExpired { expires, now });
    }
    match created {
        Some(created) if created < now + skew && created < expires => {
            if created + policy.message_lifetime + skew <= now {
                against.push(Rejection::TimestampTooOld { created, now });
            }
        }
        _ => against.push(Rejection::TimestampImplausible { created, expires, now }),
    }
}

/// The first instant at which [`timely`] refuses a message.
pub(super) fn refused_from(policy: &Policy, time: MessageTime) -> Timestamp {
    let oldest = time.created.map_or(time.expires, |created| created + policy.message_lifetime);
    oldest.min(time.expires) + policy.clock_skew
}

/// The token's issuer, time and audience, and, where the policy asks for it, its holder's
/// certificate. There is no skew for any of them: both clocks are servers', and NTP keeps them.
pub(crate) fn believable(
    smdb: &Smdb,
    token: &ReceivedToken,
    now: Timestamp,
    against: &mut Vec<Rejection>,
) {
    let assertion = &token.assertion;
    if !smdb.trusts(&token.signed_by, now) {
        against.push(Rejection::UnknownIssuer);
    }
    if now < assertion.not_before {
        against.push(Rejection::TokenNotYetValid { from: assertion.not_before });
    } else if !assertion.is_valid_at(now) {
        against.push(Rejection::TokenExpired { since: assertion.not_on_or_after });
    }
    if assertion.audience != *smdb.entity_id() {
        let audience = Excerpt::of(assertion.audience.as_str());
        against.push(Rejection::WrongAudience { audience, ours: smdb.entity_id().clone() });
    }
    against.extend(in_force(smdb, &assertion.holder, now));
}

/// What speaks against the certificate that a token is bound to, where the policy looks at it.
pub(crate) fn in_force(smdb: &Smdb, holder: &Certificate, now: Timestamp) -> Vec<Rejection> {
    match smdb.policy().holder_certificate {
        HolderCheck::Ignored => Vec::new(),
        HolderCheck::Validity => in_its_time(holder, now).into_iter().collect(),
        HolderCheck::ValidityAndRevocation => {
            in_its_time(holder, now).into_iter().chain(revoked(smdb, holder, now)).collect()
        }
    }
}

fn in_its_time(holder: &Certificate, now: Timestamp) -> Option<Rejection> {
    if now < holder.not_before() {
        return Some(Rejection::HolderCertificateNotYetValid { from: holder.not_before() });
    }
    let since = holder.first_refused();
    (since <= now).then_some(Rejection::HolderCertificateExpired { since })
}

fn revoked(smdb: &Smdb, holder: &Certificate, now: Timestamp) -> Option<Rejection> {
    let lag = smdb.policy().revocation_lag;
    match smdb.revocations().standing(holder, lag, now) {
        Standing::Good => None,
        Standing::Unknown { .. } => Some(Rejection::RevocationUnknown),
        Standing::Revoked { since } => Some(Rejection::HolderCertificateRevoked { since }),
    }
}

/// Whether the call has the headers that Liberty's binding asks for, where that is spoken. The other one
/// asks for none: what is there and signed is read over.
pub(super) fn bound(smdb: &Smdb, signed: &SignedCall<Content>, against: &mut Vec<Rejection>) {
    if smdb.policy().binding == Binding::OioIdws {
        return;
    }
    against.extend(signed.framework.as_ref().err().map(|error| match error {
        FrameworkError::Missing => Rejection::FrameworkMissing,
        FrameworkError::Several { .. }
        | FrameworkError::NotMandatory
        | FrameworkError::Version { .. }
        | FrameworkError::Profile { .. } => {
            let what = Excerpt::of_sentences(&error.to_string(), &error.in_danish());
            Rejection::FrameworkMismatch { what }
        }
    }));
    if signed.action.is_none() {
        against.push(Rejection::ActionMissing);
    }
}

/// Whether the call is for this service.
pub(super) fn addressed(smdb: &Smdb, signed: &SignedCall<Content>, against: &mut Vec<Rejection>) {
    if signed.to.as_deref() != Some(smdb.address()) {
        let to = signed.to.as_deref();
        let ours = host(smdb.address()).unwrap_or_default();
        let other_host = to.and_then(host).is_some_and(|it| !it.eq_ignore_ascii_case(ours));
        let (to, ours) = (to.map(Excerpt::of), smdb.address().to_owned());
        against.push(Rejection::WrongAddress { to, ours, other_host });
    }
}

/// The host in an address, without the port (RFC 3986, 3.2).
fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    match place.split_once(']') {
        Some((ip, _)) => ip.strip_prefix('['),
        None => place.split(':').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_in_an_address_is_found() {
        for (address, expected) in [
            ("https://smdb.invalid/SmdbService.svc", Some("smdb.invalid")),
            ("https://smdb.invalid:9443/SmdbService.svc", Some("smdb.invalid")),
            ("https://smdb.invalid?a=https://b", Some("smdb.invalid")),
            ("https://somebody:secret@smdb.invalid/", Some("smdb.invalid")),
            ("https://[::1]:9443/SmdbService.svc", Some("::1")),
            ("urn:x", None),
        ] {
            assert_eq!(host(address), expected, "{address}");
        }
    }
}
