//! From what a file says to what it means.
//!
//! `run` reads when it all begins and ends, `parties` who there is, `issued` which certificates there
//! will be, `subjects` what clients may look for in
//! them, `entries` what happens, and `expected` what should come of it. `words` has what they all read.

mod entries;
mod expected;
mod issued;
mod parties;
mod run;
mod subjects;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use ::parties::{Environment, Server, SystemUserId};

use self::{issued::KnownCertificates, run::Run};
use super::{
    Client, ClientName, NodeName, Scenario, SystemUser,
    file::{File, Word},
    mistake::{Found, Lines, Mistakes, Wrong},
    rules,
};

pub(super) use self::{
    expected::causes,
    words::{one_of, parsed, wrong},
};

/// Turns what `file` says, whose text is `text`, into what it means.
///
/// What does not hang on one another is checked before any mistake is told. Where the next part
/// would only repeat a mistake in other words, it is not looked at.
pub(super) fn check(text: &str, file: &File) -> Result<Scenario, Mistakes> {
    let mut mistakes = Mistakes::default();
    let title = mistakes.keep(words::one_line("title", &file.title));
    let description = mistakes.keep(words::filled("description", &file.description));
    let run = mistakes.keep(run::run(file));
    let rules = mistakes.keep(rules::rules(file));
    let organisations = mistakes.keep(parties::organisations(file));
    let (Some(title), Some(description), Some(run), Some(rules), Some(organisations)) =
        (title, description, run, rules, organisations)
    else {
        return Err(mistakes);
    };
    let system_users = parties::system_users(file, &organisations)?;
    let certificates = parties::certificates(file, &run, &system_users)?;
    let known = KnownCertificates::new(file, &run, &certificates)?;
    let clients = parties::clients(file, &known, &system_users)?;
    subjects::subjects(file, &system_users, &organisations)?;
    let rolled_over = issued::rolled_over(file)?;
    let changed_chains = issued::changed_chains(file)?;
    let lines = Lines::new(text);
    let check = Check { lines, run, system_users, known, clients, rolled_over, changed_chains };
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

/// What is known once the parties have been read.
struct Check<'t> {
    lines: Lines<'t>,
    run: Run,
    system_users: BTreeMap<SystemUserId, SystemUser>,
    known: KnownCertificates,
    clients: BTreeMap<ClientName, Client>,
    /// Where the STS gets a new certificate in the run.
    rolled_over: BTreeSet<Environment>,
    /// Whose chain in TLS changes in the run.
    changed_chains: BTreeSet<(Server, Environment)>,
}

impl Check<'_> {
    /// A client, and the one of its nodes that is named, or all of them.
    fn nodes(
        &self,
        client: &Word,
        node: Option<&Word>,
    ) -> Result<(ClientName, Vec<NodeName>), Found> {
        let client: ClientName = words::key("client", client, &self.clients)?;
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
}
