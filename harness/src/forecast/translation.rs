//! From a scenario to the oracle's words.

use clock::Timestamp;
use oracle::{
    Act, AttemptNumber, Calls, CertificateNumber, EventNumber, Keeps, LookUp, Node, NodeNumber,
    Plan, Signer, SystemUser, SystemUserNumber,
};
use parties::{Environment, Slot, SystemUserId};
use sim_smdb::HolderCheck;
use sim_sts::{
    Lookup,
    administration::{IssuerCheck, Verdict},
};

use crate::{
    scenario::{
        Action, CERTIFICATE_LIFE, CertificateName, Client, ClientName, FindBy, Happening, NodeName,
        ProcessName, Rules, Scenario, Truststore, UploadedFile, When,
    },
    schedule::Phase,
    subject::Subject,
};

/// What an STS signs with once it has been rolled over.
const NEW_SIGNER: Signer = Signer(1);

/// A scenario in the oracle's words, with what each of its numbers stands for.
#[derive(Debug, Clone)]
pub(super) struct Translated {
    pub(super) plan: Plan,
    pub(super) certificates: Vec<(CertificateName, CertificateNumber)>,
    pub(super) system_users: Vec<(SystemUserId, SystemUserNumber)>,
    pub(super) nodes: Vec<(ClientName, NodeName, NodeNumber)>,
    /// Which entry of the scenario each event comes from.
    pub(super) entries: Vec<(EventNumber, usize)>,
    /// And each attempt.
    pub(super) attempts: Vec<(AttemptNumber, usize)>,
}

/// Puts `scenario` into the oracle's words.
pub(super) fn translate(scenario: &Scenario) -> Translated {
    let mut translation = Translation::new(scenario);
    translation.parties();
    translation.happenings();
    let Translation { plan, certificates, system_users, nodes, entries, attempts, .. } =
        translation;
    let certificates = certificates.into_iter().map(|(name, number, _)| (name, number)).collect();
    let system_users = system_users.into_iter().map(|(id, number)| (id.clone(), number)).collect();
    Translated { plan, certificates, system_users, nodes, entries, attempts }
}

/// A scenario on its way into the oracle's words.
struct Translation<'s> {
    scenario: &'s Scenario,
    plan: Plan,
    certificates: Vec<(CertificateName, CertificateNumber, oracle::Certificate)>,
    /// The common names, each with the subject that it stands in.
    names: Vec<(String, Subject)>,
    revoked: Vec<CertificateNumber>,
    system_users: Vec<(&'s SystemUserId, SystemUserNumber)>,
    nodes: Vec<(ClientName, NodeName, NodeNumber)>,
    entries: Vec<(EventNumber, usize)>,
    attempts: Vec<(AttemptNumber, usize)>,
}

impl<'s> Translation<'s> {
    fn new(scenario: &'s Scenario) -> Self {
        Self {
            scenario,
            plan: Plan::new(scenario.start, scenario.end(), rules(&scenario.rules)),
            certificates: Vec::new(),
            names: Vec::new(),
            revoked: Vec::new(),
            system_users: Vec::new(),
            nodes: Vec::new(),
            entries: Vec::new(),
            attempts: Vec::new(),
        }
    }

    /// What is there at the start.
    fn parties(&mut self) {
        for (called, certificate) in &self.scenario.certificates {
            let id = &certificate.system_user;
            let (subject, name) = (self.new_subject(), self.name(id.as_str(), id));
            let organisation = self.organisation(&certificate.system_user);
            self.certificate(
                called,
                oracle::Certificate {
                    environment: certificate.environment,
                    valid_from: certificate.expires - CERTIFICATE_LIFE,
                    expires: certificate.expires,
                    subject,
                    organisation,
                    name,
                },
            );
        }
        for id in self.scenario.system_users.keys() {
            let mut user = SystemUser::new().of_organisation(self.organisation(id));
            // As worlds are set up: what production has stands in the draft.
            for environment in Environment::ALL {
                let own = self.scenario.certificates.iter().find(|(_, certificate)| {
                    certificate.system_user == *id && certificate.environment == environment
                });
                if let Some(number) = own.and_then(|(name, _)| self.find(name)) {
                    user = user.with(environment, number);
                }
            }
            let number = self.plan.system_user(user);
            self.system_users.push((id, number));
        }
        for (name, client) in &self.scenario.clients {
            for node in &client.nodes {
                if let Some(it) = self.node(name, client) {
                    let process = client.process.as_ref().map(|it| self.process(it, client, node));
                    let number = self.plan.node(Node { process, ..it });
                    self.nodes.push((name.clone(), node.clone(), number));
                }
            }
        }
    }

    fn node(&self, name: &ClientName, client: &Client) -> Option<Node> {
        let mut calls = Calls::none();
        for (index, entry) in self.scenario.entries.iter().enumerate() {
            if entry.what == Happening::Call(name.clone()) {
                // Of calls at one instant the file's first is the first.
                calls = calls.in_turn(index);
                calls = match entry.when {
                    When::At(at) => calls.and_at(at),
                    When::Every(interval) => calls.and_every(interval, self.scenario.start),
                };
            }
        }
        let system_user = self.system_user(&client.system_user)?;
        let certificate = self.find(&client.certificate)?;
        let profile = client.profile;
        let keeps = match (Keeps::of(profile), client.margin) {
            (Keeps::UntilBeforeEnd(_), Some(margin)) => Keeps::UntilBeforeEnd(margin),
            (keeps, _) => keeps,
        };
        let find_by = match client.find_by {
            FindBy::Thumbprint => oracle::FindBy::Thumbprint,
            FindBy::CopiedThumbprint => oracle::FindBy::CopiedThumbprint,
            FindBy::SubjectName => oracle::FindBy::SubjectName,
        };
        Some(Node {
            keeps,
            look_up: LookUp { find_by, ..LookUp::of(profile) },
            skew: client.skew,
            trusts_new_authority: client.truststore == Truststore::System,
            calls,
            ..Node::new(profile, client.environment, system_user, certificate)
        })
    }

    /// A process runs nodes of one name, and what calls another environment is kept apart even there.
    fn process(&self, process: &ProcessName, client: &Client, node: &NodeName) -> u32 {
        let all = self.scenario.clients.values();
        let mut all = all.flat_map(|it| it.nodes.iter().map(move |node| (it, node)));
        let environment = client.environment;
        number(all.position(|(it, other)| {
            it.process.as_ref() == Some(process) && it.environment == environment && other == node
        }))
    }

    /// What people do, in the order in which they do it: whether a certificate is there hangs on what
    /// came before.
    fn happenings(&mut self) {
        let mut actions = Vec::new();
        for (index, entry) in self.scenario.entries.iter().enumerate() {
            if let (When::At(at), Happening::Action(action)) = (entry.when, &entry.what) {
                actions.push((at, Phase::of(&entry.what), index, action));
            }
        }
        actions.sort_by_key(|(at, phase, ..)| (*at, *phase));
        for (at, _, index, action) in actions {
            if let Some(act) = self.refused_for_its_form(action) {
                self.attempts.push((self.plan.attempt(at, act), index));
            }
            for act in self.acts(action, at) {
                let number = self.plan.at(at, act);
                self.entries.push((number, index));
            }
        }
    }

    /// What an action comes to; nothing if it is refused.
    fn acts(&mut self, action: &Action, at: Timestamp) -> Vec<Act> {
        let act = match action {
            Action::Renew { certificate, r#as } => {
                self.renew(certificate, r#as, at);
                None
            }
            Action::Order { system_user, environment, r#as, subject_name } => {
                let (valid_from, expires) = self.life_from(at);
                let (environment, subject) = (*environment, self.new_subject());
                let organisation = self.organisation(system_user);
                let name = self.name(subject_name, system_user);
                self.certificate(
                    r#as,
                    oracle::Certificate {
                        environment,
                        valid_from,
                        expires,
                        subject,
                        organisation,
                        name,
                    },
                );
                let ordered = self.certificates.last().map(|(_, number, _)| *number);
                if let Some((ordered, user)) = ordered.zip(self.system_user(system_user)) {
                    self.plan.belongs(ordered, user);
                }
                None
            }
            Action::Revoke { certificate, .. } => self.standing(certificate, at).map(|number| {
                self.revoked.push(number);
                Act::Revoke { certificate: number }
            }),
            Action::Save { file: UploadedFile::P12, .. } => None,
            Action::Save { system_user, slot, certificate, file: UploadedFile::Cer } => {
                self.save(system_user, *slot, certificate)
            }
            Action::Provision { system_user, environment } => {
                let environment = *environment;
                let user = self.system_user(system_user);
                user.map(|system_user| Act::Provision { system_user, environment })
            }
            Action::Deploy { client, nodes, certificate } => {
                let Some(certificate) = self.find(certificate) else { return Vec::new() };
                let deploy = |node| Act::Deploy { node, certificate };
                return self.each(client, nodes).map(deploy).collect();
            }
            Action::Install { client, nodes, certificate } => {
                let Some(certificate) = self.find(certificate) else { return Vec::new() };
                let install = |node| Act::Install { node, certificate };
                return self.each(client, nodes).map(install).collect();
            }
            Action::Restart { client, nodes } => {
                return self.each(client, nodes).map(|node| Act::Restart { node }).collect();
            }
            Action::RollOver { environment } => {
                let environment = *environment;
                Some(Act::SignWith { environment, signer: NEW_SIGNER })
            }
            Action::TrustSigner { environment } => {
                let environment = *environment;
                Some(Act::Trust { environment, signer: NEW_SIGNER })
            }
            Action::Remove { system_user, slot } => {
                let slot = *slot;
                self.system_user(system_user).map(|system_user| Act::Remove { system_user, slot })
            }
            Action::ChangeChain { server, environment } => {
                Some(Act::ChangeChain { server: *server, environment: *environment })
            }
            Action::TrustChain { client, nodes } => {
                return self.each(client, nodes).map(|node| Act::TrustChain { node }).collect();
            }
            Action::PinSigner { client, nodes } => {
                let pin = |node| Act::Pin { node, signer: NEW_SIGNER };
                return self.each(client, nodes).map(pin).collect();
            }
        };
        act.into_iter().collect()
    }

    /// What an action would have come to with the right file.
    fn refused_for_its_form(&self, action: &Action) -> Option<Act> {
        match action {
            Action::Save { system_user, slot, certificate, file: UploadedFile::P12 } => {
                self.save(system_user, *slot, certificate)
            }
            _ => None,
        }
    }

    fn save(&self, user: &SystemUserId, slot: Slot, certificate: &CertificateName) -> Option<Act> {
        let (system_user, certificate) = self.system_user(user).zip(self.find(certificate))?;
        Some(Act::Save { system_user, slot, certificate })
    }

    /// A renewal: the same environment, and a full life from its issue on. What has expired, or is
    /// revoked, is not renewed.
    fn renew(&mut self, old: &CertificateName, new: &CertificateName, at: Timestamp) {
        let Some(number) = self.standing(old, at) else { return };
        let Some((.., old)) = self.certificates.iter().find(|(_, it, _)| *it == number) else {
            return;
        };
        let (old, (valid_from, expires)) = (*old, self.life_from(at));
        self.certificate(new, oracle::Certificate { valid_from, expires, ..old });
    }

    /// When a certificate that is issued at `at` begins, and when it is refused.
    fn life_from(&self, at: Timestamp) -> (Timestamp, Timestamp) {
        let begins_after = self.scenario.rules.mitid.certificates_begin_after;
        let valid_from = (at + begins_after).truncated_to_second();
        (valid_from, valid_from + CERTIFICATE_LIFE)
    }

    /// Whom a system user belongs to, and its certificates name.
    fn organisation(&self, system_user: &SystemUserId) -> u32 {
        let name = &self.scenario.system_users[system_user].organisation;
        number(self.scenario.organisations.keys().position(|other| other == name))
    }

    /// Each certificate that is not a renewal has a subject of its own.
    fn new_subject(&self) -> u32 {
        number(Some(self.certificates.len()))
    }

    /// The name in a subject as the oracle knows it. A client that looks for a name finds every
    /// certificate in whose subject it stands, with whatever else stands there.
    fn name(&mut self, name: &str, of: &SystemUserId) -> u32 {
        let organisation = &self.scenario.system_users[of].organisation;
        let organisation = &self.scenario.organisations[organisation];
        let subject = Subject::new(name, &organisation.name, &organisation.cvr);
        if let Some(known) = self.names.iter().position(|(_, known)| *known == subject) {
            return number(Some(known));
        }
        let new = number(Some(self.names.len()));
        for (index, (known, its_subject)) in self.names.iter().enumerate() {
            let known_as = number(Some(index));
            if its_subject.contains(name) {
                self.plan.part(new, known_as);
            }
            if subject.contains(known) {
                self.plan.part(known_as, new);
            }
        }
        self.names.push((name.to_owned(), subject));
        new
    }

    fn certificate(&mut self, name: &CertificateName, certificate: oracle::Certificate) {
        let number = self.plan.certificate(certificate);
        self.certificates.push((name.clone(), number, certificate));
    }

    fn find(&self, name: &CertificateName) -> Option<CertificateNumber> {
        self.certificates.iter().find(|(other, ..)| other == name).map(|(_, number, _)| *number)
    }

    /// A certificate that has neither expired nor been revoked.
    fn standing(&self, name: &CertificateName, at: Timestamp) -> Option<CertificateNumber> {
        let (_, number, certificate) =
            self.certificates.iter().find(|(other, ..)| other == name)?;
        (at < certificate.expires && !self.revoked.contains(number)).then_some(*number)
    }

    fn system_user(&self, id: &SystemUserId) -> Option<SystemUserNumber> {
        self.system_users.iter().find(|(other, _)| *other == id).map(|(_, number)| *number)
    }

    fn each<'a>(
        &'a self,
        client: &'a ClientName,
        nodes: &'a [NodeName],
    ) -> impl Iterator<Item = NodeNumber> + 'a {
        let named = move |name: &NodeName| {
            let node = self.nodes.iter().find(move |(one, two, _)| (one, two) == (client, name));
            node.map(|(.., number)| *number)
        };
        nodes.iter().filter_map(named)
    }
}

/// The oracle tells organisations, and processes, apart by any number.
fn number(position: Option<usize>) -> u32 {
    position.and_then(|position| u32::try_from(position).ok()).unwrap_or(u32::MAX)
}

fn rules(rules: &Rules) -> oracle::Rules {
    let (sts, smdb, administration) = (&rules.sts, &rules.smdb, &rules.administration);
    oracle::Rules {
        activation_delay: sts.activation_delay,
        certificates_begin_after: rules.mitid.certificates_begin_after,
        look_interval: sts.swap.look_interval,
        rolling_on_revocation: sts.swap.rolling_on_revocation,
        overlap: sts.swap.overlap,
        may_take_from_others: administration.taken == Verdict::Accept,
        provisioning_checks_environment: administration.issuer_check == IssuerCheck::AtProvisioning,
        sts_revocation_lag: sts.revocation_lag,
        smdb_revocation_lag: smdb.revocation_lag,
        holder_check: match smdb.holder_certificate {
            HolderCheck::Ignored => oracle::HolderCheck::Ignored,
            HolderCheck::Validity => oracle::HolderCheck::Validity,
            HolderCheck::ValidityAndRevocation => oracle::HolderCheck::ValidityAndRevocation,
        },
        token_lifetime: sts.token_lifetime,
        access_token_lifetime: smdb.access_token_lifetime,
        finds_by_subject: sts.lookup == Lookup::Subject,
        timestamp_tolerance: Some(sts.timestamp_tolerance),
    }
}
