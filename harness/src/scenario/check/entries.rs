//! What happens: single things, and what is done again and again.

use ::parties::{Environment, Server, Slot};
use clock::Timestamp;
use pki::RevocationReason;

use super::{
    super::{
        Action, Client, ClientName, Entry, Happening, Truststore, UploadedFile, When,
        file::{self, File, Spanned, Word},
        mistake::{Found, Mistakes, Wrong},
    },
    Check,
    issued::Moment,
    words::{environment, key, not_longer, one_line, one_of, parsed, positive, wrong},
};
use crate::schedule::Phase;

/// The longest name in the subject of a certificate, in characters (X.520, `ub-common-name`).
const SUBJECT_NAME_MAX: usize = 64;

/// The most calls in one run. A journal, and what the parties remember, are in memory until the run ends:
/// with 5,761 calls that succeed a run took 77 MB at the most, so that this many take a gigabyte or two.
/// Three years of hourly calls by three nodes are fewer.
const CALLS_MAX: u64 = 100_000;

impl Check<'_> {
    /// Both kinds of entry, in the order of the file.
    pub(super) fn entries(&self, file: &File) -> Result<Vec<Entry>, Mistakes> {
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
            Do::Mitid(Mitid::Order(order)) => Action::Order {
                system_user: system_user(&order.system_user)?,
                environment: environment(&order.environment)?,
                r#as: parsed(&order.r#as)?,
                subject_name: match &order.subject_name {
                    Some(word) => {
                        not_longer("subject-name", word, SUBJECT_NAME_MAX)?;
                        one_line("subject-name", word)?
                    }
                    None => order.system_user.get_ref().clone(),
                },
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
            Do::Nemlogin(Nemlogin::ChangeChain(change)) => Action::ChangeChain {
                server: Server::Sts,
                environment: environment(&change.environment)?,
            },
            Do::Smdb(SmdbVerb::ChangeChain(change)) => Action::ChangeChain {
                server: Server::Smdb,
                environment: environment(&change.environment)?,
            },
            Do::Client(ClientVerb::TrustChain(trust)) => {
                let (client, nodes) = self.nodes(&trust.client, trust.node.as_ref())?;
                self.has_new_chain(&self.clients[&client], &trust.client)?;
                Action::TrustChain { client, nodes }
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
            Do::Client(ClientVerb::Install(install)) => {
                let (client, nodes) = self.nodes(&install.client, install.node.as_ref())?;
                let certificate = self.known.get(&install.certificate, swap)?;
                Action::Install { client, nodes, certificate }
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

    /// A client that has a truststore of its own, and something to take into it.
    fn has_new_chain(&self, client: &Client, word: &Word) -> Result<(), Found> {
        let mut servers = Server::ALL.into_iter();
        if !servers.any(|server| self.changed_chains.contains(&(server, client.environment))) {
            return Err(wrong(word, Wrong::NoNewChain(client.environment.name())));
        }
        match client.truststore {
            Truststore::Pinned => Ok(()),
            Truststore::System => Err(wrong(word, Wrong::TrustsAnyway(word.get_ref().clone()))),
        }
    }
}
