//! The STS of one environment.
//!
//! What no clock changes is found out once and kept as a value: the path of a certificate when it is
//! provisioned, the signature of a revocation list when it is learnt. A decision then takes no
//! cryptography beyond the request's own signature, which `read` verifies.

mod policy;

use std::collections::{BTreeMap, BTreeSet};

use clock::{Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential,
    fault::{StsFault, StsFaultCode},
};
use parties::{Core, EntityId, Environment, Excerpt, Memory, SystemUserId};
use pki::{Certificate, ChainRefusal, KnownRevocations, Path, Standing, TrustAnchors};

pub use self::policy::{Lookup, Policy, Service};
use crate::{
    IssuerFact, IssuerLesson, IssuerNeed, Rejection,
    fact::ReplayKey,
    issue::{self, Answer, Request},
    registration::{Registration, TechnicalDetails},
};

/// The STS of one environment.
///
/// Equal when everything that an answer could depend on is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    environment: Environment,
    anchors: TrustAnchors,
    signer: Timeline<Credential>,
    /// Who signs after a roll-over, in their order.
    next_signers: Vec<Credential>,
    services: Vec<Service>,
    policy: Policy,
    registrations: BTreeMap<SystemUserId, Registration>,
    /// Every certificate that was ever provisioned, by its fingerprint (SHA-256).
    provisioned: BTreeMap<[u8; 32], Provisioned>,
    answered: Memory<ReplayKey>,
    revocations: KnownRevocations,
}

/// What is found out about a certificate when it is provisioned.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Provisioned {
    /// Kept for its dates: it may have left every timeline before it took over, and whoever uses it is
    /// refused for another reason from them on.
    certificate: Certificate,
    path: Result<Path, ChainRefusal>,
    /// Every system user that it was ever provisioned for: nobody else can be known by it.
    users: BTreeSet<SystemUserId>,
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
            next_signers: Vec::new(),
            services,
            policy,
            registrations: BTreeMap::new(),
            provisioned: BTreeMap::new(),
            answered: Memory::default(),
            revocations: KnownRevocations::default(),
        }
    }

    /// The same with one more signer at hand, for whoever lets it roll over while it runs.
    #[must_use]
    pub fn with_next_signer(mut self, signer: Credential) -> Self {
        self.next_signers.push(signer);
        self
    }

    /// Issues tokens for a service from now on, or for the same one with other keys.
    pub fn know_service(&mut self, service: Service) {
        self.services.retain(|it| it.entity_id != service.entity_id);
        self.services.push(service);
    }

    /// Its environment.
    #[must_use]
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    pub(crate) const fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    /// Its rules.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What it knows of a system user: everything that was handed on to it, whether or not a
    /// certificate is among it.
    #[must_use]
    pub fn registration(&self, system_user: &SystemUserId) -> Option<&Registration> {
        self.registrations.get(system_user)
    }

    pub(crate) fn registrations(&self) -> impl Iterator<Item = &Registration> {
        self.registrations.values()
    }

    /// The system users that a certificate was ever provisioned for.
    pub(crate) fn registrations_with(
        &self,
        certificate: &Certificate,
    ) -> impl Iterator<Item = &Registration> {
        let known = self.provisioned.get(&certificate.sha256());
        let users = known.into_iter().flat_map(|it| &it.users);
        users.filter_map(|user| self.registrations.get(user))
    }

    /// The path of a certificate: known if it was provisioned, and found out if not.
    pub(crate) fn path(&self, certificate: &Certificate) -> Result<Path, ChainRefusal> {
        let known = self.provisioned.get(&certificate.sha256());
        known.map_or_else(|| Path::build(certificate, &self.anchors), |it| it.path.clone())
    }

    /// The service of exactly that name (`RULES` 2.3.1.4: a slash at the end makes another one).
    pub(crate) fn service(&self, applies_to: &str) -> Result<&Service, Rejection> {
        let find = |is_it: &dyn Fn(&str) -> bool| {
            self.services.iter().find(|service| is_it(service.entity_id.as_str()))
        };
        find(&|name| name == applies_to).ok_or_else(|| {
            let bare = applies_to.trim_end_matches('/');
            let meant = find(&|name| name.trim_end_matches('/') == bare);
            Rejection::UnknownService {
                applies_to: Excerpt::of_name(applies_to),
                meant: meant.map(|service| service.entity_id.clone()),
            }
        })
    }

    /// What is known of a certificate's revocation.
    pub(crate) fn standing(&self, certificate: &Certificate, now: Timestamp) -> Standing {
        self.revocations.standing(certificate, self.policy.revocation_lag, now)
    }

    /// From when on a certificate counts as revoked, as far as that is known.
    pub(crate) fn revoked_from(&self, certificate: &Certificate) -> Option<Timestamp> {
        self.revocations.counts_from(certificate, self.policy.revocation_lag)
    }

    /// The certificate that verifies what it signs at `now`, if it can sign: what a client pins.
    #[must_use]
    pub fn signing_certificate(&self, now: Timestamp) -> Option<&Certificate> {
        self.signer(now).map(|signer| &signer.certificate)
    }

    /// The certificates that verify what it signs, with the instants from which they do.
    pub fn signing_certificates(&self) -> impl Iterator<Item = (Timestamp, &Certificate)> {
        self.signer.entries().map(|(from, signer)| (from, &signer.certificate))
    }

    /// The certificate that will verify what it signs after the next roll-over, if there is one at
    /// hand: services must trust it, and clients pin it.
    #[must_use]
    pub fn next_signing_certificate(&self) -> Option<&Certificate> {
        self.next_signers.first().map(|signer| &signer.certificate)
    }

    /// Rolls over: signs with the next signer from `from` on, whatever was planned for then or later.
    /// Whether there was one at hand.
    pub fn roll_over(&mut self, from: Timestamp) -> bool {
        let there_is = !self.next_signers.is_empty();
        if there_is {
            self.signer.set(from, self.next_signers.remove(0));
        }
        there_is
    }

    /// Who signs at `now`.
    pub(crate) fn signer(&self, now: Timestamp) -> Option<&Credential> {
        self.signer.at(now)
    }

    pub(crate) fn not_seen(&self, key: &ReplayKey, now: Timestamp) -> Result<(), Rejection> {
        if self.answered.holds(key, now) { Err(Rejection::Replayed) } else { Ok(()) }
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
        for certificate in details.certificates() {
            let known = self.provisioned.entry(certificate.sha256());
            let known = known.or_insert_with(|| Provisioned {
                certificate: certificate.clone(),
                path: Path::build(certificate, &self.anchors),
                users: BTreeSet::new(),
            });
            known.users.insert(system_user.clone());
        }
        let registration = self.registrations.entry(system_user).or_default();
        registration.provision(entity_id, details, from, &rules, &ends);
    }

    /// When a certificate ends, as far as a rolling swap cares.
    fn ends(&self) -> impl Fn(&Certificate) -> Timestamp + use<> {
        let rolling_on_revocation = self.policy.swap.rolling_on_revocation;
        let known = rolling_on_revocation.then(|| self.revocations.clone());
        let lag = self.policy.revocation_lag;
        move |certificate| {
            let counts = known.as_ref().and_then(|known| known.counts_from(certificate, lag));
            let expires = certificate.first_refused();
            counts.map_or(expires, |counts| expires.min(counts))
        }
    }

    fn token(&self, grant: &issue::Grant, entropy: &mut Entropy) -> Option<String> {
        let signer = self.signer(grant.assertion.issued_at)?;
        let name = self.policy.privilege_attribute;
        let assertion = grant.assertion.write_with(name, signer).ok()?;
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
        Request::read(self, bytes)
    }

    fn write(&self, answer: &Answer, entropy: &mut Entropy) -> Vec<u8> {
        let fault = |code, message_id: &str, relates_to: Option<&str>| {
            StsFault::write(code, message_id, relates_to, self.policy.fault_shape)
        };
        match answer {
            Answer::Token(grant) => self.token(grant, entropy).unwrap_or_else(|| {
                // A decision made for another STS, or what cannot be signed: the STS itself fails.
                let response = &grant.response;
                fault(StsFaultCode::RequestFailed, &response.message_id, Some(&response.relates_to))
            }),
            Answer::Rejected { rejection, message_id, relates_to } => {
                let code = self.policy.faults.code(rejection.cause());
                fault(code, message_id, relates_to.as_deref())
            }
        }
        .into_bytes()
    }

    fn needs(&self, request: &Request, now: Timestamp) -> Vec<IssuerNeed> {
        let judged = matches!(request, Request::Read { signed: Ok(_), .. });
        let fresh = self.revocations.is_fresh(self.policy.revocation_lag, now);
        if judged && !fresh { vec![IssuerNeed::RevocationList] } else { Vec::new() }
    }

    fn learn(&mut self, lesson: IssuerLesson) {
        match lesson {
            IssuerLesson::RevocationList { list, fetched_at } => {
                let teaches = self.revocations.learn(list, fetched_at, &self.anchors);
                if teaches && self.policy.swap.rolling_on_revocation {
                    let (rules, ends) = (self.policy.swap, self.ends());
                    self.registrations.values_mut().for_each(|it| it.reckon(&rules, &ends));
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
                self.answered.keep(replay_key, at, until);
            }
        }
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let registrations = self.registrations.values().map(|it| it.next_change(now));
        let provisioned = self.provisioned.values().map(|it| it.certificate.next_change(now));
        let authorities = std::iter::once(self.anchors.root())
            .chain(self.anchors.issuing())
            .map(|authority| authority.next_change(now));
        let revocations = self.revocations.next_change(self.policy.revocation_lag, now);
        let others = [revocations, self.signer.next_change_after(now)];
        parties::earliest(registrations.chain(provisioned).chain(authorities).chain(others))
    }
}
