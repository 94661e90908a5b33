//! A plan: who has which certificate, and who does what at which instant. Nothing is reckoned here.

use clock::{Span, Timestamp};
use parties::{ClientProfile, Environment, Slot};

use crate::{
    calls::Calls,
    event::{Act, Event},
    rules::{Keeps, LookUp, Rules},
};

/// A certificate of one [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateNumber(pub(crate) usize);

/// A system user of one [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemUserNumber(pub(crate) usize);

/// A node of one [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeNumber(pub(crate) usize);

/// An event of one [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventNumber(pub(crate) usize);

/// An attempt of one [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptNumber(pub(crate) usize);

/// Everything that decides when calls fail, and nothing else.
///
/// What is added to a plan gets a number, and whatever names it takes that number: so there is no
/// name that nobody has. A number belongs to its plan and to clones of it; with another plan it
/// means another thing, or panics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) rules: Rules,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) system_users: Vec<SystemUser>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) events: Vec<Event>,
    /// What was tried and came to nothing, and before which event it was added.
    pub(crate) attempts: Vec<(Event, usize)>,
    /// Names, and longer ones that they are a part of.
    pub(crate) parts: Vec<(u32, u32)>,
    /// Certificates that are whose, of those that nobody has in force at the start.
    pub(crate) owners: Vec<(CertificateNumber, SystemUserNumber)>,
}

impl Plan {
    /// An empty plan for a run over `[start, end]`, both included.
    #[must_use]
    pub const fn new(start: Timestamp, end: Timestamp, rules: Rules) -> Self {
        Self {
            start,
            end,
            rules,
            certificates: Vec::new(),
            system_users: Vec::new(),
            nodes: Vec::new(),
            events: Vec::new(),
            attempts: Vec::new(),
            parts: Vec::new(),
            owners: Vec::new(),
        }
    }

    /// The same for a run that ends then.
    #[must_use]
    pub const fn until(mut self, end: Timestamp) -> Self {
        self.end = end;
        self
    }

    /// Adds a certificate.
    pub fn certificate(&mut self, certificate: Certificate) -> CertificateNumber {
        self.certificates.push(certificate);
        CertificateNumber(self.certificates.len() - 1)
    }

    /// Adds a system user.
    pub fn system_user(&mut self, system_user: SystemUser) -> SystemUserNumber {
        self.system_users.push(system_user);
        SystemUserNumber(self.system_users.len() - 1)
    }

    /// Adds a node.
    pub fn node(&mut self, node: Node) -> NodeNumber {
        self.nodes.push(node);
        NodeNumber(self.nodes.len() - 1)
    }

    /// Says that one name is a part of another: who looks for the one finds the other too.
    pub fn part(&mut self, name: u32, of: u32) {
        self.parts.push((name, of));
    }

    /// Says whose a certificate is that is no renewal of what its system user has in force at the start.
    pub fn belongs(&mut self, certificate: CertificateNumber, to: SystemUserNumber) {
        self.owners.push((certificate, to));
    }

    /// Lets something happen at `at`. Of one instant, what is added first happens first; but clicks
    /// come before swaps, and swaps before lost tokens.
    pub fn at(&mut self, at: Timestamp, act: Act) -> EventNumber {
        self.events.push(Event { at, act });
        EventNumber(self.events.len() - 1)
    }

    /// Lets something be tried at `at` that is refused for its form alone, as a key store is where a
    /// certificate is wanted. Nothing comes of it; but blame tries what would have come of it in the
    /// right form.
    pub fn attempt(&mut self, at: Timestamp, act: Act) -> AttemptNumber {
        self.attempts.push((Event { at, act }, self.events.len()));
        AttemptNumber(self.attempts.len() - 1)
    }

    /// The first instant of the run.
    #[must_use]
    pub const fn start(&self) -> Timestamp {
        self.start
    }

    /// The last instant of the run.
    #[must_use]
    pub const fn end(&self) -> Timestamp {
        self.end
    }

    /// What STS and SMDB do.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// An event.
    #[must_use]
    pub fn event(&self, number: EventNumber) -> &Event {
        &self.events[number.0]
    }

    /// What was tried.
    #[must_use]
    pub fn attempted(&self, number: AttemptNumber) -> &Event {
        &self.attempts[number.0].0
    }

    /// Whether the very same is done before `at`.
    #[must_use]
    pub fn is_done_before(&self, act: &Act, at: Timestamp) -> bool {
        self.events.iter().any(|event| event.act == *act && event.at < at)
    }

    /// Everything that is done, in the order in which it was added.
    pub fn events(&self) -> impl Iterator<Item = (EventNumber, &Event)> {
        self.events.iter().enumerate().map(|(index, event)| (EventNumber(index), event))
    }

    /// Whether two nodes are one, or run in one process.
    pub(crate) fn run_together(&self, one: NodeNumber, other: NodeNumber) -> bool {
        let process = self.nodes[one.0].process;
        one == other || process.is_some() && process == self.nodes[other.0].process
    }

    /// Whether two nodes share a cache. That of .NET belongs to the process and is found by the service
    /// alone, whether its clients call by SOAP or by REST; that of KOMBIT's client by the organisation as
    /// well.
    pub(crate) fn share_cache(&self, one: NodeNumber, other: NodeNumber) -> bool {
        let (one, other) = (&self.nodes[one.0], &self.nodes[other.0]);
        let organisation = |node: &Node| self.system_users[node.system_user.0].organisation;
        one.process.is_some()
            && one.process == other.process
            && one.environment == other.environment
            && match one.profile {
                ClientProfile::NoCache
                | ClientProfile::RestartOnSwap
                | ClientProfile::JavaRestFixedCache => false,
                ClientProfile::DotnetCacheByEndpoint | ClientProfile::DotnetRest => matches!(
                    other.profile,
                    ClientProfile::DotnetCacheByEndpoint | ClientProfile::DotnetRest
                ),
                ClientProfile::CoreNewKeyOldToken => {
                    one.profile == other.profile && organisation(one) == organisation(other)
                }
            }
    }

    /// Whether who looks for what the subject of `sought` is called finds `candidate`.
    pub(crate) fn is_called_alike(
        &self,
        sought: CertificateNumber,
        candidate: CertificateNumber,
    ) -> bool {
        let (sought, candidate) = (self.get(sought).name, self.get(candidate).name);
        sought == candidate || self.parts.contains(&(sought, candidate))
    }

    pub(crate) fn get(&self, number: CertificateNumber) -> &Certificate {
        &self.certificates[number.0]
    }

    pub(crate) fn all_nodes(&self) -> impl Iterator<Item = NodeNumber> + use<> {
        (0..self.nodes.len()).map(NodeNumber)
    }

    /// Whether a certificate, or what it renews, is the system user's from the start on or by what was
    /// said of it.
    pub(crate) fn owns(&self, user: SystemUserNumber, certificate: CertificateNumber) -> bool {
        self.of_subject(certificate).any(|number| {
            self.system_users[user.0].has(number) || self.owners.contains(&(number, user))
        })
    }

    /// Every certificate of the same subject.
    pub(crate) fn of_subject(
        &self,
        number: CertificateNumber,
    ) -> impl Iterator<Item = CertificateNumber> + '_ {
        let subject = self.get(number).subject;
        let all = self.certificates.iter().enumerate();
        all.filter(move |(_, it)| it.subject == subject).map(|(index, _)| CertificateNumber(index))
    }

    /// When each certificate is revoked; [`NEVER`] where it is not.
    pub(crate) fn revocations(&self) -> Vec<Timestamp> {
        let mut revocations = vec![NEVER; self.certificates.len()];
        for event in &self.events {
            if let Act::Revoke { certificate } = event.act {
                let revoked = &mut revocations[certificate.0];
                *revoked = event.at.min(*revoked);
            }
        }
        revocations
    }
}

/// What comes after every run.
pub(crate) const NEVER: Timestamp = Timestamp::LAST;

/// A system certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificate {
    /// Whose authority issues it.
    pub environment: Environment,
    /// notBefore, its first second; also the first instant at which anybody can have it.
    pub valid_from: Timestamp,
    /// `E+`, the first instant at which it is refused.
    pub expires: Timestamp,
    /// Whom it is issued to: a renewal has the same. Any number that tells subjects apart.
    pub subject: u32,
    /// The organisation that it names: any number that tells it from others, as system users have it.
    pub organisation: u32,
    /// What its subject is called, which other subjects may be called too. Any number that tells names
    /// apart.
    pub name: u32,
}

/// A system user (*systembruger*) at NemLog-in, as it is before anybody clicks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemUser {
    pub(crate) in_force: [Option<CertificateNumber>; 2],
    pub(crate) draft: Draft,
    pub(crate) is_privileged: bool,
    pub(crate) organisation: u32,
}

impl SystemUser {
    /// One without a certificate, with the privilege to call, of organisation 0.
    #[must_use]
    pub const fn new() -> Self {
        let draft = Draft { active: None, rolling: None };
        Self { in_force: [None; 2], draft, is_privileged: true, organisation: 0 }
    }

    /// With this certificate saved as the active one and provisioned in an environment. What is
    /// said last stands in the draft, which both environments share.
    #[must_use]
    pub fn with(mut self, environment: Environment, certificate: CertificateNumber) -> Self {
        self.in_force[environment as usize] = Some(certificate);
        self.draft.active = Some(certificate);
        self
    }

    /// Whether it has this certificate in force before anybody clicks.
    pub(crate) fn has(&self, certificate: CertificateNumber) -> bool {
        self.in_force.contains(&Some(certificate))
    }

    /// Of this organisation: any number that tells it from others. SMDB refuses who calls for another
    /// organisation than the token names.
    #[must_use]
    pub const fn of_organisation(mut self, organisation: u32) -> Self {
        self.organisation = organisation;
        self
    }

    /// Without the privilege: SMDB refuses whoever the STS takes for this system user.
    #[must_use]
    pub const fn without_privilege(mut self) -> Self {
        self.is_privileged = false;
        self
    }
}

impl Default for SystemUser {
    fn default() -> Self {
        Self::new()
    }
}

/// What is saved: the two slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Draft {
    pub(crate) active: Option<CertificateNumber>,
    pub(crate) rolling: Option<CertificateNumber>,
}

impl Draft {
    pub(crate) fn certificates(self) -> impl Iterator<Item = CertificateNumber> {
        [self.active, self.rolling].into_iter().flatten()
    }

    pub(crate) fn holds(self, certificate: CertificateNumber) -> bool {
        self.certificates().any(|it| it == certificate)
    }

    pub(crate) const fn get(self, slot: Slot) -> Option<CertificateNumber> {
        match slot {
            Slot::Active => self.active,
            Slot::Rolling => self.rolling,
        }
    }

    /// The same with something else in a slot.
    pub(crate) const fn with(self, slot: Slot, certificate: Option<CertificateNumber>) -> Self {
        match slot {
            Slot::Active => Self { active: certificate, ..self },
            Slot::Rolling => Self { rolling: certificate, ..self },
        }
    }
}

/// One running copy of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Whom it calls as, if everybody did right. The STS goes by the certificate alone; this is
    /// for whose organisation it calls, and for blame, which must know what is missing.
    pub system_user: SystemUserNumber,
    /// Where it calls.
    pub environment: Environment,
    /// What it does at a swap.
    pub profile: ClientProfile,
    /// How long it keeps a token.
    pub keeps: Keeps,
    /// How long it keeps an access token, if it calls by REST; none where it calls by SOAP.
    pub access: Option<Keeps>,
    /// How it finds its certificate.
    pub look_up: LookUp,
    /// What it begins with.
    pub certificate: CertificateNumber,
    /// `s`: its clock minus the true time. Swaps in a plan are at the true time, so one that the
    /// client plans for `C` by its own clock stands at `C - s`.
    pub skew: Span,
    /// Whether it trusts the authority that servers change to in TLS from the start on, as who has the
    /// store of the operating system does, and not who has pinned the present one.
    pub trusts_new_authority: bool,
    /// How far ahead of its clock an answer of the STS may have been made; none where it does not look.
    pub answers_ahead_max: Option<Span>,
    /// What it runs in, together with the nodes that have the same number here: they share a key store
    /// and whatever cache belongs to a process, and restart together.
    pub process: Option<u32>,
    /// When it calls. Of nodes that share a cache and call at one instant, the one whose call has the
    /// least turn calls first, and of equal turns the one that was added first.
    pub calls: Calls,
}

impl Node {
    /// A node with the habits of its profile, a true clock, and no calls.
    #[must_use]
    pub const fn new(
        profile: ClientProfile,
        environment: Environment,
        system_user: SystemUserNumber,
        certificate: CertificateNumber,
    ) -> Self {
        // WSS4J, measured: 60 s. The clients in .NET look at the end of an answer alone.
        let answers_ahead_max = match profile {
            ClientProfile::RestartOnSwap | ClientProfile::JavaRestFixedCache => {
                Some(Span::from_seconds(60))
            }
            ClientProfile::NoCache
            | ClientProfile::DotnetCacheByEndpoint
            | ClientProfile::CoreNewKeyOldToken
            | ClientProfile::DotnetRest => None,
        };
        Self {
            system_user,
            environment,
            profile,
            keeps: Keeps::of(profile),
            access: Keeps::of_access(profile),
            look_up: LookUp::of(profile),
            certificate,
            skew: Span::ZERO,
            trusts_new_authority: true,
            answers_ahead_max,
            process: None,
            calls: Calls::none(),
        }
    }
}
