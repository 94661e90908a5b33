//! From what a file says to what it means.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use clock::{Span, Timestamp};
use parties::{ClientProfile, Cvr, Environment, Role, Slot, Step, SystemUserId};
use pki::RevocationReason;
use toml::{Value, value::Datetime};

use super::{
    Action, CERTIFICATE_LIFE, Certificate, CertificateName, Client, ClientName, Entry, Expected,
    ExpectedCount, ExpectedOutage, FindBy, Happening, NodeName, Organisation, OrganisationName,
    Scenario, SystemUser, UploadedFile, When,
    file::{self, File, Spanned, Time, Word},
    mistake::{Found, Lines, Mistakes, Wrong, all},
    rules, said,
};
use crate::schedule::Phase;

/// The longest run. The authorities of a world are founded at its start and issue certificates
/// for at least this long.
const LENGTH_MAX: Span = Span::from_days(5 * 365);

/// The longest name of an organisation in a certificate, in characters (X.520, `ub-organization-name`).
const ORGANISATION_NAME_MAX: usize = 64;

/// The longest entity id, in characters (SAML 2.0 metadata, 2.2.1).
const ENTITY_ID_MAX: usize = 1024;

/// How far a clock may be off. Beyond a day or so every message is refused anyhow.
const SKEW_MAX: Span = Span::from_days(366);

/// The most renewals in one run.
const RENEWALS_MAX: usize = 100;

/// The most calls in one run.
const CALLS_MAX: u64 = 1_000_000;

/// Turns what `file` says, whose text is `text`, into what it means.
///
/// What does not hang on one another is checked before any mistake is told. Where the next part
/// would only repeat a mistake in other words, it is not looked at.
pub(super) fn check(text: &str, file: &File) -> Result<Scenario, Mistakes> {
    let mut mistakes = Mistakes::default();
    let title = mistakes.keep(one_line("title", &file.title));
    let description = mistakes.keep(filled("description", &file.description));
    let run = mistakes.keep(run(file));
    let rules = mistakes.keep(rules::rules(file));
    let organisations = mistakes.keep(organisations(file));
    let (Some(title), Some(description), Some(run), Some(rules), Some(organisations)) =
        (title, description, run, rules, organisations)
    else {
        return Err(mistakes);
    };
    let system_users = system_users(file, &organisations)?;
    let certificates = certificates(file, &run, &system_users)?;
    let known = KnownCertificates::new(file, &run, &certificates)?;
    let clients = clients(file, &known, &system_users)?;
    let rolled_over = rolled_over(file)?;
    let check = Check { lines: Lines::new(text), run, system_users, known, clients, rolled_over };
    let entries = mistakes.keep(check.entries(file));
    let expected = mistakes.keep(check.expected(&file.expected));
    let (Some(entries), Some(expected)) = (entries, expected) else {
        return Err(mistakes);
    };
    Ok(Scenario {
        title,
        description,
        start: check.run.start,
        length: check.run.length,
        seed: file.seed,
        rules,
        organisations,
        system_users: check.system_users,
        certificates,
        clients: check.clients,
        entries,
        expected,
    })
}

/// When the run begins and ends.
struct Run {
    start: Timestamp,
    length: Span,
}

impl Run {
    fn end(&self) -> Timestamp {
        self.start + self.length
    }

    /// An instant within the run, written as `+2h` from the start or as a date with an offset.
    fn instant(&self, time: &Time) -> Result<Timestamp, Found> {
        let at = self.any_instant(time)?;
        if at < self.start || at > self.end() {
            let (start, end) = (self.start, self.end());
            return Err(wrong(time, Wrong::OutsideRun { at, start, end }));
        }
        Ok(at)
    }

    /// An instant, in the run or not.
    fn any_instant(&self, time: &Time) -> Result<Timestamp, Found> {
        match time.get_ref() {
            Value::String(text) if text.starts_with(['+', '-']) => {
                let span: Span = text.parse().map_err(|error| value(time, &error))?;
                let at = self.start + span;
                if !(Timestamp::FIRST..=Timestamp::LAST).contains(&at) {
                    return Err(wrong(time, Wrong::TooFar(text.clone())));
                }
                Ok(at)
            }
            _ => date(time),
        }
    }
}

fn run(file: &File) -> Result<Run, Found> {
    let start = date(&file.start)?;
    if !(YEAR_2012..YEAR_2200).contains(&start) {
        return Err(wrong(&file.start, Wrong::Start(start)));
    }
    let length = positive("length", &file.length)?;
    if length > LENGTH_MAX {
        return Err(wrong(&file.length, Wrong::TooLong { span: length, limit: LENGTH_MAX }));
    }
    Ok(Run { start, length })
}

/// SMDB opened in June 2011, and knows no course before.
const YEAR_2012: Timestamp = Timestamp::from_seconds(1_325_376_000);
const YEAR_2200: Timestamp = Timestamp::from_seconds(7_258_118_400);

fn organisations(file: &File) -> Result<BTreeMap<OrganisationName, Organisation>, Mistakes> {
    all(file.organisation.iter().map(|(name, said)| {
        let cvr: Cvr = parsed(&said.cvr)?;
        if !cvr.as_str().starts_with('9') {
            return Err(wrong(&said.cvr, Wrong::RealCvr(cvr.into())));
        }
        not_longer("name", &said.name, ORGANISATION_NAME_MAX)?;
        Ok((parsed(name)?, Organisation { name: one_line("name", &said.name)?, cvr }))
    }))
}

fn system_users(
    file: &File,
    organisations: &BTreeMap<OrganisationName, Organisation>,
) -> Result<BTreeMap<SystemUserId, SystemUser>, Mistakes> {
    all(file.system_user.iter().map(|(name, said)| {
        let organisation = key("organisation", &said.organisation, organisations)?;
        not_longer("entity-id", &said.entity_id, ENTITY_ID_MAX)?;
        Ok((parsed(name)?, SystemUser { organisation, entity_id: parsed(&said.entity_id)? }))
    }))
}

fn certificates(
    file: &File,
    run: &Run,
    system_users: &BTreeMap<SystemUserId, SystemUser>,
) -> Result<BTreeMap<CertificateName, Certificate>, Mistakes> {
    // Who has been the first in each active slot.
    let mut slots = BTreeMap::new();
    all(file.certificate.iter().map(|(name, said)| {
        let certificate = Certificate {
            system_user: key("system user", &said.system_user, system_users)?,
            environment: environment(&said.environment)?,
            expires: expiry(run, &said.expires)?,
        };
        let slot = (certificate.system_user.clone(), certificate.environment);
        if let Some(first) = slots.get(&slot) {
            let taken = Wrong::SlotTaken {
                system_user: certificate.system_user.into(),
                environment: certificate.environment.name(),
                first: String::clone(first),
            };
            return Err(wrong(name, taken));
        }
        slots.insert(slot, name.get_ref().clone());
        Ok((parsed(name)?, certificate))
    }))
}

fn expiry(run: &Run, said: &Time) -> Result<Timestamp, Found> {
    let expires = run.any_instant(said)?;
    if expires != expires.truncated_to_second() {
        return Err(wrong(said, Wrong::NotWholeSecond(expires)));
    }
    if expires <= run.start || expires > run.start + CERTIFICATE_LIFE {
        return Err(wrong(said, Wrong::Expiry { expires, start: run.start }));
    }
    Ok(expires)
}

fn clients(
    file: &File,
    known: &KnownCertificates,
    system_users: &BTreeMap<SystemUserId, SystemUser>,
) -> Result<BTreeMap<ClientName, Client>, Mistakes> {
    all(file.client.iter().map(|(name, said)| {
        let skew = match &said.skew {
            Some(said) => skew(said)?,
            None => Span::ZERO,
        };
        let client = Client {
            system_user: key("system user", &said.system_user, system_users)?,
            environment: environment(&said.environment)?,
            profile: one_of("profile", &said.profile, ClientProfile::ALL, ClientProfile::name)?,
            nodes: nodes(said)?,
            skew,
            margin: said.margin.as_ref().map(|word| positive("margin", word)).transpose()?,
            find_by: match &said.find_by {
                Some(word) => one_of("way to find", word, FindBy::ALL, FindBy::name)?,
                None => FindBy::default(),
            },
            process: said.process.as_ref().map(parsed).transpose()?,
            certificate: known.get(&said.certificate, Moment::Start)?,
        };
        Ok((parsed(name)?, client))
    }))
}

fn skew(word: &Word) -> Result<Span, Found> {
    let skew: Span = parsed(word)?;
    if skew > SKEW_MAX || skew < -SKEW_MAX {
        return Err(wrong(word, Wrong::Skew { skew, limit: SKEW_MAX }));
    }
    Ok(skew)
}

fn nodes(said: &file::Client) -> Result<Vec<NodeName>, Found> {
    let Some(names) = &said.nodes else {
        return Ok(vec!["a".parse().expect("`a` is a name")]);
    };
    if names.get_ref().is_empty() {
        return Err(wrong(names, Wrong::Empty("nodes")));
    }
    let mut seen = BTreeSet::new();
    names
        .get_ref()
        .iter()
        .map(|word| {
            let name: NodeName = parsed(word)?;
            if seen.insert(name.clone()) {
                Ok(name)
            } else {
                Err(wrong(word, Wrong::Twice { kind: "node", name: name.into() }))
            }
        })
        .collect()
}

/// Every certificate of the file, and the moment from which it exists.
struct KnownCertificates(BTreeMap<CertificateName, Moment>);

/// A moment of the run, finer than an instant: things of one instant have an order too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// Before anything happens.
    Start,
    /// With the entry that stands here in the file.
    Entry(Timestamp, Phase, usize),
}

impl KnownCertificates {
    fn new(
        file: &File,
        run: &Run,
        certificates: &BTreeMap<CertificateName, Certificate>,
    ) -> Result<Self, Found> {
        let mut known: BTreeMap<_, _> =
            certificates.keys().map(|name| (name.clone(), Moment::Start)).collect();
        let mut renewals = 0;
        for at in &file.at {
            let at = at.get_ref();
            if let file::Do::Mitid(file::Mitid::Renew(file::Renew { r#as, .. })) = at.r#do.get_ref()
            {
                let moment =
                    Moment::Entry(run.instant(&at.time)?, Phase::Click, at.r#do.span().start);
                let name: CertificateName = parsed(r#as)?;
                renewals += 1;
                if renewals > RENEWALS_MAX {
                    let limit = RENEWALS_MAX;
                    return Err(wrong(r#as, Wrong::TooManyRenewals { renewals, limit }));
                }
                if known.insert(name.clone(), moment).is_some() {
                    let twice = Wrong::Twice { kind: "certificate", name: name.into() };
                    return Err(wrong(r#as, twice));
                }
            }
        }
        Ok(Self(known))
    }

    /// The certificate that `word` names, which has to exist at `moment`.
    fn get(&self, word: &Word, moment: Moment) -> Result<CertificateName, Found> {
        let name: CertificateName = key("certificate", word, &self.0)?;
        match self.0[&name] {
            Moment::Entry(made, ..) if self.0[&name] >= moment => {
                Err(wrong(word, Wrong::NotYet { name: name.into(), made }))
            }
            _ => Ok(name),
        }
    }
}

/// The environments whose STS gets a new certificate in the run: once at most.
fn rolled_over(file: &File) -> Result<BTreeSet<Environment>, Found> {
    let mut rolled_over = BTreeSet::new();
    for at in &file.at {
        if let file::Do::Nemlogin(file::Nemlogin::RollOver(said)) = at.get_ref().r#do.get_ref()
            && !rolled_over.insert(environment(&said.environment)?)
        {
            let name = said.environment.get_ref().clone();
            return Err(wrong(&said.environment, Wrong::Twice { kind: "new signer", name }));
        }
    }
    Ok(rolled_over)
}

/// What is known once the parties have been read.
struct Check<'t> {
    lines: Lines<'t>,
    run: Run,
    system_users: BTreeMap<SystemUserId, SystemUser>,
    known: KnownCertificates,
    clients: BTreeMap<ClientName, Client>,
    /// Where the STS gets a new certificate in the run.
    rolled_over: BTreeSet<Environment>,
}

impl Check<'_> {
    /// Both kinds of entry, in the order of the file.
    fn entries(&self, file: &File) -> Result<Vec<Entry>, Mistakes> {
        let mut calls = 0;
        let mut mistakes = Mistakes::default();
        let mut entries = Vec::new();
        for every in &file.every {
            entries.extend(mistakes.keep(self.every(every.get_ref(), &mut calls)));
        }
        for at in &file.at {
            entries.extend(mistakes.keep(self.at(at.get_ref(), &mut calls)));
        }
        entries.sort_by_key(|entry| entry.place);
        mistakes.or(entries)
    }

    fn every(&self, every: &file::Every, calls: &mut u64) -> Result<Entry, Found> {
        let interval = positive("interval", &every.interval)?;
        let what = self.happening(&every.r#do, self.run.start)?;
        let Happening::Call(client) = &what else {
            return Err(wrong(&every.r#do, Wrong::NotRepeatable));
        };
        let times = self.run.length.millis() / interval.millis() + 1;
        self.count(calls, times.unsigned_abs(), client, &every.interval)?;
        Ok(self.entry(&every.r#do, When::Every(interval), what))
    }

    fn at(&self, at: &file::At, calls: &mut u64) -> Result<Entry, Found> {
        let instant = self.run.instant(&at.time)?;
        let what = self.happening(&at.r#do, instant)?;
        if let Happening::Call(client) = &what {
            self.count(calls, 1, client, &at.r#do)?;
        }
        Ok(self.entry(&at.r#do, When::At(instant), what))
    }

    fn entry(&self, said: &Spanned<file::Do>, when: When, what: Happening) -> Entry {
        Entry { when, what, place: self.lines.place(said.span().start) }
    }

    fn count<T>(
        &self,
        calls: &mut u64,
        times: u64,
        client: &ClientName,
        said: &Spanned<T>,
    ) -> Result<(), Found> {
        *calls =
            calls.saturating_add(times.saturating_mul(self.clients[client].nodes.len() as u64));
        if *calls > CALLS_MAX {
            return Err(wrong(said, Wrong::TooManyCalls { calls: *calls, limit: CALLS_MAX }));
        }
        Ok(())
    }

    fn happening(&self, said: &Spanned<file::Do>, at: Timestamp) -> Result<Happening, Found> {
        use file::{ClientVerb, Do, Mitid, Nemlogin, SmdbVerb};

        let click = Moment::Entry(at, Phase::Click, said.span().start);
        let swap = Moment::Entry(at, Phase::Swap, said.span().start);
        let system_user = |word| key("system user", word, &self.system_users);
        Ok(Happening::Action(match said.get_ref() {
            Do::Mitid(Mitid::Renew(renew)) => Action::Renew {
                certificate: self.known.get(&renew.certificate, click)?,
                r#as: parsed(&renew.r#as)?,
            },
            Do::Mitid(Mitid::Revoke(revoke)) => Action::Revoke {
                certificate: self.known.get(&revoke.certificate, click)?,
                reason: match &revoke.reason {
                    Some(word) => {
                        let all = sim_mitid::register::REASONS;
                        one_of("reason", word, all, RevocationReason::name)?
                    }
                    None => RevocationReason::Unspecified,
                },
            },
            Do::Nemlogin(Nemlogin::Save(save)) => Action::Save {
                system_user: system_user(&save.system_user)?,
                slot: one_of("slot", &save.slot, Slot::ALL, Slot::name)?,
                certificate: self.known.get(&save.certificate, click)?,
                file: match &save.file {
                    Some(word) => one_of("file", word, UploadedFile::ALL, UploadedFile::name)?,
                    None => UploadedFile::default(),
                },
            },
            Do::Nemlogin(Nemlogin::Remove(remove)) => Action::Remove {
                system_user: system_user(&remove.system_user)?,
                slot: one_of("slot", &remove.slot, Slot::ALL, Slot::name)?,
            },
            Do::Nemlogin(Nemlogin::Provision(provision)) => Action::Provision {
                system_user: system_user(&provision.system_user)?,
                environment: environment(&provision.environment)?,
            },
            Do::Nemlogin(Nemlogin::RollOver(roll_over)) => {
                Action::RollOver { environment: environment(&roll_over.environment)? }
            }
            Do::Smdb(SmdbVerb::TrustSigner(trust)) => {
                Action::TrustSigner { environment: self.rolled_over(&trust.environment)? }
            }
            Do::Client(ClientVerb::PinSigner(pin)) => {
                let (client, nodes) = self.nodes(&pin.client, pin.node.as_ref())?;
                self.has_new_signer(self.clients[&client].environment, &pin.client)?;
                Action::PinSigner { client, nodes }
            }
            Do::Client(ClientVerb::Restart(restart)) => {
                let (client, nodes) = self.nodes(&restart.client, restart.node.as_ref())?;
                Action::Restart { client, nodes }
            }
            Do::Client(ClientVerb::Deploy(deploy)) => {
                let (client, nodes) = self.nodes(&deploy.client, deploy.node.as_ref())?;
                let certificate = self.known.get(&deploy.certificate, swap)?;
                Action::Deploy { client, nodes, certificate }
            }
            Do::Client(ClientVerb::Submit(submit)) => {
                return Ok(Happening::Call(key("client", &submit.client, &self.clients)?));
            }
        }))
    }

    /// An environment whose STS gets a new certificate in the run.
    fn rolled_over(&self, word: &Word) -> Result<Environment, Found> {
        let environment = environment(word)?;
        self.has_new_signer(environment, word)?;
        Ok(environment)
    }

    fn has_new_signer(&self, environment: Environment, word: &Word) -> Result<(), Found> {
        if self.rolled_over.contains(&environment) {
            return Ok(());
        }
        Err(wrong(word, Wrong::NoNewSigner(environment.name())))
    }

    /// A client, and the one of its nodes that is named, or all of them.
    fn nodes(
        &self,
        client: &Word,
        node: Option<&Word>,
    ) -> Result<(ClientName, Vec<NodeName>), Found> {
        let client: ClientName = key("client", client, &self.clients)?;
        let nodes = match node {
            Some(node) => vec![self.node(&client, node)?],
            None => self.clients[&client].nodes.clone(),
        };
        Ok((client, nodes))
    }

    fn node(&self, client: &ClientName, word: &Word) -> Result<NodeName, Found> {
        let nodes = &self.clients[client].nodes;
        nodes.iter().find(|node| node.as_str() == word.get_ref()).cloned().ok_or_else(|| {
            wrong(word, Wrong::unknown("node", word.get_ref(), nodes.iter().map(NodeName::as_str)))
        })
    }

    fn expected(&self, said: &Spanned<file::Expected>) -> Result<Expected, Mistakes> {
        let place = self.lines.place(said.span().start);
        let said = said.get_ref();
        let mut mistakes = Mistakes::default();
        let mut outages = Vec::<ExpectedOutage>::new();
        for outage in &said.outages {
            let expected = self.outage(outage).and_then(|expected| {
                if outages.iter().any(|other| touches(other, &expected)) {
                    let (client, node) = (expected.client.into(), expected.node.into());
                    return Err(wrong(outage, Wrong::Overlap { client, node }));
                }
                Ok(expected)
            });
            outages.extend(mistakes.keep(expected));
        }
        let missed_calls = said.missed_calls.as_ref().map(|count| ExpectedCount {
            count: *count.get_ref(),
            place: self.lines.place(count.span().start),
        });
        mistakes.or(Expected { outages, missed_calls, place })
    }

    fn outage(&self, said: &Spanned<file::Outage>) -> Result<ExpectedOutage, Found> {
        let place = self.lines.place(said.span().start);
        let outage = said.get_ref();
        let client: ClientName = key("client", &outage.client, &self.clients)?;
        let node = match (&outage.node, self.clients[&client].nodes.as_slice()) {
            (Some(node), _) => self.node(&client, node)?,
            (None, [only]) => only.clone(),
            (None, _) => return Err(wrong(&outage.client, Wrong::WhichNode(client.into()))),
        };
        let from = self.run.instant(&outage.from)?;
        let until = match outage.until.get_ref() {
            Value::String(text) if text == "open" => None,
            _ => Some(self.run.instant(&outage.until)?),
        };
        if let Some(until) = until
            && until <= from
        {
            return Err(wrong(&outage.until, Wrong::Backwards { from, until }));
        }
        let step = Step::try_from(*outage.step.get_ref())
            .map_err(|error| wrong(&outage.step, Wrong::Value(error)))?;
        let cause = outage.cause.as_ref().map(cause).transpose()?;
        let blame = outage.blame.as_ref();
        let blame = blame.map(|word| one_of("role", word, Role::ALL, Role::name)).transpose()?;
        Ok(ExpectedOutage { client, node, from, until, step, cause, blame, place })
    }
}

/// Whether two outages are one node's and not apart: outages are as long as they can be, so even
/// those that only touch would be one.
fn touches(one: &ExpectedOutage, other: &ExpectedOutage) -> bool {
    let reaches =
        |from: Timestamp, until: Option<Timestamp>| until.is_none_or(|until| from <= until);
    (&one.client, &one.node) == (&other.client, &other.node)
        && reaches(one.from, other.until)
        && reaches(other.from, one.until)
}

/// The name of a reason for which a call can fail.
fn cause(word: &Word) -> Result<String, Found> {
    let (text, known) = (word.get_ref(), causes());
    if known.contains(text.as_str()) {
        return Ok(text.clone());
    }
    Err(wrong(word, Wrong::unknown("cause", text, known)))
}

/// The reasons for which a call can fail: at the STS, at SMDB or at the client itself.
pub(super) fn causes() -> BTreeSet<&'static str> {
    let sts = sim_sts::Rejection::ALL.iter().map(|cause| <&str>::from(*cause));
    let smdb = sim_smdb::Rejection::ALL.iter().map(|cause| <&str>::from(*cause));
    let client = wsc::Failure::ALL.iter().map(|cause| <&str>::from(*cause));
    sts.chain(smdb).chain(client).collect()
}

fn environment(word: &Word) -> Result<Environment, Found> {
    one_of("environment", word, Environment::ALL, Environment::name)
}

/// A date of TOML's own, or the same as text.
fn date(time: &Time) -> Result<Timestamp, Found> {
    let text = match time.get_ref() {
        Value::String(text) => text.clone(),
        Value::Datetime(date) => date.to_string(),
        other => {
            let found = other.type_str();
            let message =
                format!("an instant is written as +2h or as 2030-03-01T08:00:00Z, not as {found}");
            return Err(wrong(time, Wrong::Value(message)));
        }
    };
    let reading = text.parse::<Datetime>();
    if matches!(reading, Ok(Datetime { offset: None, .. })) {
        return Err(wrong(time, Wrong::Local(text)));
    }
    text.parse().map_err(|error| {
        let reason = reading.err().map(|it| it.to_string()).unwrap_or_default();
        said::impossible(&reason, &text)
            .map_or_else(|| value(time, &error), |impossible| wrong(time, impossible))
    })
}

fn positive(key: &'static str, word: &Word) -> Result<Span, Found> {
    let span: Span = parsed(word)?;
    if span > Span::ZERO { Ok(span) } else { Err(wrong(word, Wrong::NotPositive { key, span })) }
}

fn filled(key: &'static str, word: &Word) -> Result<String, Found> {
    let text = word.get_ref().trim();
    if text.is_empty() { Err(wrong(word, Wrong::Empty(key))) } else { Ok(text.to_owned()) }
}

fn not_longer(key: &'static str, word: &Word, limit: usize) -> Result<(), Found> {
    match word.get_ref().chars().count() {
        length if length > limit => {
            Err(wrong(word, Wrong::TooManyCharacters { key, length, limit }))
        }
        _ => Ok(()),
    }
}

/// Text that goes into a certificate or onto a terminal.
fn one_line(key: &'static str, word: &Word) -> Result<String, Found> {
    let text = filled(key, word)?;
    if text.contains(char::is_control) {
        let message = format!("`{key}` takes one line of plain text");
        return Err(wrong(word, Wrong::Value(message)));
    }
    Ok(text)
}

/// The name of something that the file has made.
fn key<K, V>(kind: &'static str, word: &Word, map: &BTreeMap<K, V>) -> Result<K, Found>
where
    K: FromStr + Ord + Clone + std::fmt::Display,
{
    let text = word.get_ref();
    match text.parse::<K>() {
        Ok(name) if map.contains_key(&name) => Ok(name),
        _ => {
            let known: Vec<String> = map.keys().map(ToString::to_string).collect();
            Err(wrong(word, Wrong::unknown(kind, text, known.iter().map(String::as_str))))
        }
    }
}

/// One of a closed list.
pub(super) fn one_of<T: Copy, const N: usize>(
    kind: &'static str,
    word: &Word,
    all: [T; N],
    name: impl Fn(T) -> &'static str,
) -> Result<T, Found> {
    let text = word.get_ref();
    all.into_iter()
        .find(|one| name(*one) == text)
        .ok_or_else(|| wrong(word, Wrong::unknown(kind, text, all.into_iter().map(name))))
}

pub(super) fn parsed<T: FromStr>(word: &Word) -> Result<T, Found>
where
    T::Err: std::fmt::Display,
{
    word.get_ref().parse().map_err(|error| value(word, &error))
}

fn value<T>(said: &Spanned<T>, error: &impl std::fmt::Display) -> Found {
    wrong(said, Wrong::Value(error.to_string()))
}

pub(super) fn wrong<T>(said: &Spanned<T>, wrong: Wrong) -> Found {
    Found { wrong, span: said.span() }
}
