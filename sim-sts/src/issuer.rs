//! The STS of one environment.

use std::collections::BTreeMap;

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential,
    fault::{FaultShape, StsFault},
    trust::ReceivedTokenRequest,
};
use parties::{Core, EntityId, Environment, SystemUserId};
use pki::{Certificate, RevocationList, TrustAnchors};
use xml_security::{Legacy, xml::Limits};

use crate::{
    IssuerFact, IssuerLesson, IssuerNeed,
    fact::ReplayKey,
    issue::{self, Answer, Request},
    registration::{Registration, SwapRules, TechnicalDetails},
};

/// The rules of an STS that a scenario may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The life of a token, and the longest one that is granted (`RULES` 2.8: eight hours).
    pub token_lifetime: Span,
    /// By how much the beginning of a timestamp may differ from now. Our choice: five minutes.
    pub timestamp_tolerance: Span,
    /// How long after a click technical details come into force. DST's guide: at once.
    pub activation_delay: Span,
    /// How the certificates of a system user follow each other.
    pub swap: SwapRules,
    /// How long a revocation stays unseen. Our choice: one hour.
    pub revocation_lag: Span,
    /// How faults are laid out.
    pub fault_shape: FaultShape,
    /// Whether signatures with SHA-1 are still verified.
    pub legacy: Legacy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            token_lifetime: Span::from_hours(8),
            timestamp_tolerance: Span::from_minutes(5),
            activation_delay: Span::ZERO,
            swap: SwapRules::default(),
            revocation_lag: Span::from_hours(1),
            fault_shape: FaultShape::NemLogin,
            legacy: Legacy::Refuse,
        }
    }
}

/// A service (WSP) that tokens are issued for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its entity id, compared as a string.
    pub entity_id: EntityId,
    /// The certificate that its tokens are encrypted for.
    pub encryption: Certificate,
}

/// The STS of one environment.
#[derive(Debug, Clone)]
pub struct Issuer {
    environment: Environment,
    anchors: TrustAnchors,
    signer: Timeline<Credential>,
    services: Vec<Service>,
    policy: Policy,
    registrations: BTreeMap<SystemUserId, Registration>,
    seen: BTreeMap<ReplayKey, Timestamp>,
    revocation: Option<(RevocationList, Timestamp)>,
}

impl Issuer {
    /// An STS that trusts `anchors`, signs with `signer`, and knows no system user yet.
    #[must_use]
    pub fn new(
        environment: Environment,
        anchors: TrustAnchors,
        signer: Timeline<Credential>,
        services: Vec<Service>,
        policy: Policy,
    ) -> Self {
        Self {
            environment,
            anchors,
            signer,
            services,
            policy,
            registrations: BTreeMap::new(),
            seen: BTreeMap::new(),
            revocation: None,
        }
    }

    /// Its environment.
    #[must_use]
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// Its rules.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) const fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    pub(crate) fn registrations(&self) -> impl Iterator<Item = &Registration> {
        self.registrations.values()
    }

    pub(crate) fn service(&self, applies_to: &str) -> Option<(&EntityId, &Certificate)> {
        self.services
            .iter()
            .find(|service| service.entity_id.as_str() == applies_to)
            .map(|service| (&service.entity_id, &service.encryption))
    }

    /// The list to go by, unless a newer one should have come by now.
    pub(crate) fn revocation_list(&self, now: Timestamp) -> Option<&RevocationList> {
        self.revocation.as_ref().map(|(list, _)| list).filter(|list| now < list.next_update())
    }

    /// Who signs at `now`.
    pub(crate) fn signer(&self, now: Timestamp) -> Option<&Credential> {
        self.signer.at(now)
    }

    pub(crate) fn has_seen(&self, key: &ReplayKey, now: Timestamp) -> bool {
        self.seen.get(key).is_some_and(|until| *until > now)
    }

    /// Brings a snapshot into force. Its certificates belong to that system user from then on:
    /// whoever else had one loses it.
    fn provision(
        &mut self,
        system_user: SystemUserId,
        entity_id: EntityId,
        details: TechnicalDetails,
        from: Timestamp,
    ) {
        let (rules, ends) = (self.policy.swap, self.ends());
        for (_, other) in self.registrations.iter_mut().filter(|(id, _)| **id != system_user) {
            for certificate in details.certificates() {
                other.lose(certificate, from, &rules, &ends);
            }
        }
        let registration = self.registrations.entry(system_user).or_default();
        registration.provision(entity_id, details, from, &rules, &ends);
    }

    /// When a certificate ends, as far as a rolling swap cares.
    fn ends(&self) -> impl Fn(&Certificate) -> Timestamp + use<> {
        let lag = self.policy.revocation_lag;
        let list = self.revocation.as_ref().filter(|_| self.policy.swap.rolling_on_revocation);
        let list = list.map(|(list, _)| list.clone());
        move |certificate| {
            let revoked = list.as_ref().and_then(|list| list.revoked(certificate.serial()));
            let expires = certificate.first_refused();
            revoked.map_or(expires, |revoked| expires.min(revoked.at + lag))
        }
    }

    fn token(&self, grant: &issue::Grant, entropy: &mut Entropy) -> Option<String> {
        let signer = self.signer(grant.assertion.issued_at)?;
        let assertion = grant.assertion.write(signer).ok()?;
        grant.response.write(&assertion, &grant.recipient, signer, entropy).ok()
    }
}

impl Core for Issuer {
    type Request = Request;
    type Answer = Answer;
    type Fact = IssuerFact;
    type Need = IssuerNeed;
    type Lesson = IssuerLesson;

    fn read(&self, bytes: &[u8]) -> Request {
        let received = ReceivedTokenRequest::read(bytes, &Limits::default(), self.policy.legacy);
        Request::new(self, received)
    }

    fn write(&self, answer: &Answer, entropy: &mut Entropy) -> Vec<u8> {
        let fault = |code, message_id: &str, relates_to: Option<&str>| {
            StsFault::write(code, message_id, relates_to, self.policy.fault_shape)
        };
        match answer {
            Answer::Token(grant) => self.token(grant, entropy).unwrap_or_else(|| {
                // A decision made for another STS, or what cannot be signed: the STS itself fails.
                let response = &grant.response;
                fault(
                    oio_idws::fault::StsFaultCode::RequestFailed,
                    &response.message_id,
                    Some(&response.relates_to),
                )
            }),
            Answer::Rejected { rejection, message_id, relates_to } => {
                fault(rejection.fault_code(), message_id, relates_to.as_deref())
            }
        }
        .into_bytes()
    }

    fn needs(&self, request: &Request, now: Timestamp) -> Vec<IssuerNeed> {
        let judged = matches!(request, Request::Read { signed: Ok(_), .. });
        // Lists count in whole seconds: one fetched in a second after `now - lag` holds every
        // revocation that counts at `now`, and one fetched in that same second may not.
        let fresh = self.revocation.as_ref().is_some_and(|(list, fetched_at)| {
            let holds_all_before = fetched_at.truncated_to_second();
            holds_all_before > now - self.policy.revocation_lag && now < list.next_update()
        });
        if judged && !fresh { vec![IssuerNeed::RevocationList] } else { Vec::new() }
    }

    fn learn(&mut self, lesson: IssuerLesson) {
        match lesson {
            // A list that the authority did not sign, or one older than ours, teaches nothing.
            IssuerLesson::RevocationList { list, fetched_at } => {
                let known = self.revocation.as_ref().map_or(0, |(known, _)| known.number());
                let signed = self.anchors.issuing().iter().any(|it| list.verify(it).is_ok());
                if signed && list.number() >= known {
                    self.revocation = Some((list, fetched_at));
                    if self.policy.swap.rolling_on_revocation {
                        let (rules, ends) = (self.policy.swap, self.ends());
                        self.registrations.values_mut().for_each(|it| it.reckon(&rules, &ends));
                    }
                }
            }
        }
    }

    fn decide(
        &self,
        request: &Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Answer, Vec<IssuerFact>) {
        issue::decide(self, request, now, entropy)
    }

    fn apply(&mut self, fact: IssuerFact) {
        match fact {
            IssuerFact::Provisioned { system_user, entity_id, details, at } => {
                self.provision(system_user, entity_id, details, at + self.policy.activation_delay);
            }
            IssuerFact::PrivilegesChanged { system_user, grants, at } => {
                let from = at + self.policy.activation_delay;
                self.registrations.entry(system_user).or_default().grant(grants, from);
            }
            IssuerFact::Answered { replay_key, at, until } => {
                self.seen.retain(|_, until| *until > at);
                self.seen.insert(replay_key, until);
            }
        }
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let registrations = self.registrations.values().map(|it| it.next_change(now));
        let authorities = std::iter::once(self.anchors.root())
            .chain(self.anchors.issuing())
            .map(|authority| authority.next_change(now));
        let lag = self.policy.revocation_lag;
        let revocations = self.revocation.iter().flat_map(move |(list, _)| {
            let seen = list.entries().map(move |revoked| revoked.at + lag);
            seen.chain([list.next_update()]).filter(move |at| *at > now).map(Some)
        });
        let signer = std::iter::once(self.signer.next_change_after(now));
        parties::earliest(registrations.chain(authorities).chain(revocations).chain(signer))
    }
}
