//! What comes into being in the run: certificates, certificates of an STS, and chains of servers.

use std::collections::{BTreeMap, BTreeSet};

use ::parties::{Environment, Server};
use clock::Timestamp;

use super::{
    super::{
        Certificate, CertificateName,
        file::{self, File, Word},
        mistake::{Found, Wrong},
    },
    run::Run,
    words::{environment, key, parsed, wrong},
};
use crate::schedule::Phase;

/// The most certificates that are issued in one run.
const ISSUED_MAX: usize = 100;

/// Every certificate of the file, and the moment from which it exists.
pub(super) struct KnownCertificates(BTreeMap<CertificateName, Moment>);

/// A moment of the run, finer than an instant: things of one instant have an order too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    /// Before anything happens.
    Start,
    /// With the entry that stands here in the file.
    Entry(Timestamp, Phase, usize),
}

impl KnownCertificates {
    pub(super) fn new(
        file: &File,
        run: &Run,
        certificates: &BTreeMap<CertificateName, Certificate>,
    ) -> Result<Self, Found> {
        let mut known: BTreeMap<_, _> =
            certificates.keys().map(|name| (name.clone(), Moment::Start)).collect();
        let mut issued = 0;
        for at in &file.at {
            let at = at.get_ref();
            if let file::Do::Mitid(
                file::Mitid::Renew(file::Renew { r#as, .. })
                | file::Mitid::Order(file::Order { r#as, .. }),
            ) = at.r#do.get_ref()
            {
                let moment =
                    Moment::Entry(run.instant(&at.time)?, Phase::Click, at.r#do.span().start);
                let name: CertificateName = parsed(r#as)?;
                issued += 1;
                if issued > ISSUED_MAX {
                    let limit = ISSUED_MAX;
                    return Err(wrong(r#as, Wrong::TooManyIssued { issued, limit }));
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
    pub(super) fn get(&self, word: &Word, moment: Moment) -> Result<CertificateName, Found> {
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
pub(super) fn rolled_over(file: &File) -> Result<BTreeSet<Environment>, Found> {
    let mut rolled_over = BTreeSet::new();
    for at in &file.at {
        if let file::Do::Nemlogin(file::Nemlogin::RollOver(said)) = at.get_ref().r#do.get_ref() {
            let environment = environment(&said.environment)?;
            if !rolled_over.insert(environment) {
                return Err(wrong(&said.environment, Wrong::SecondSigner(environment.name())));
            }
        }
    }
    Ok(rolled_over)
}

/// The servers whose chain in TLS changes in the run, in each environment: once at most.
pub(super) fn changed_chains(file: &File) -> Result<BTreeSet<(Server, Environment)>, Found> {
    let mut changed = BTreeSet::new();
    for at in &file.at {
        let (server, said) = match at.get_ref().r#do.get_ref() {
            file::Do::Nemlogin(file::Nemlogin::ChangeChain(said)) => (Server::Sts, said),
            file::Do::Smdb(file::SmdbVerb::ChangeChain(said)) => (Server::Smdb, said),
            _ => continue,
        };
        let environment = environment(&said.environment)?;
        if !changed.insert((server, environment)) {
            let second = Wrong::SecondChain { server, environment: environment.name() };
            return Err(wrong(&said.environment, second));
        }
    }
    Ok(changed)
}
