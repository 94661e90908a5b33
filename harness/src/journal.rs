//! What was seen in a run, one observation after another, written as JSON Lines.
//!
//! The journal of a virtual run is a function of the scenario and its seed alone: certificates appear by
//! the name that the file gives them, and nothing that depends on a key or on padding may enter. Two such
//! runs of one file give the same bytes. A live run draws its keys and its ids from the machine, and what
//! its services say of a refusal is told in their words: two of them agree in times, steps and causes.

use clock::{Span, Timestamp};
use parties::{Party, Server};
use serde::{Deserialize, Serialize};

use crate::{
    scenario::{Action, ClientName, NodeName},
    world::{ActionOutcome, CallOutcome, Message, Standing},
};

/// The version of the format that [`Journal::to_json_lines`] writes.
pub const FORMAT: u32 = 3;

/// Everything that was seen in one run, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journal {
    observations: Vec<Observation>,
}

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// When.
    pub at: Timestamp,
    /// Its place in the journal, from 0: it orders what was seen at one instant.
    pub sequence: u64,
    /// With whom.
    pub party: Witness,
    /// What.
    pub what: What,
}

/// Whom an observation is about: a party, an administration, or the run itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Witness {
    /// The run.
    Harness,
    /// MitID Erhverv.
    Mitid,
    /// NemLog-in Administration.
    Nemlogin,
    /// The Security Token Service of NemLog-in.
    Sts,
    /// SMDB.
    Smdb,
    /// A client.
    Client,
}

impl From<Party> for Witness {
    fn from(party: Party) -> Self {
        match party {
            Party::Mitid => Self::Mitid,
            Party::Sts => Self::Sts,
            Party::Smdb => Self::Smdb,
            Party::Client => Self::Client,
        }
    }
}

/// What can be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum What {
    /// The run begins: the first observation of every journal.
    Begins {
        /// The version of the journal's format.
        format: u32,
        /// The scenario's title.
        title: String,
        /// The scenario's seed.
        seed: u64,
        /// The last instant of the run.
        until: Timestamp,
        /// How long the world went without a look, where it was live and could not name each instant at
        /// which something turns.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        looks_every: Option<Span>,
    },
    /// A person did something.
    Action {
        /// What.
        action: Action,
        /// What became of it.
        outcome: ActionOutcome,
    },
    /// A message went from one party to another.
    Message(Message),
    /// A node made a call.
    Call {
        /// Which client.
        client: ClientName,
        /// Which of its nodes.
        node: NodeName,
        /// What became of it.
        outcome: CallOutcome,
    },
    /// From this instant on a call by this node would end like this. Seen for every node at the
    /// start, and then whenever it changes.
    Exposure {
        /// Which client.
        client: ClientName,
        /// Which of its nodes.
        node: NodeName,
        /// What would become of a call.
        outcome: CallOutcome,
    },
    /// How things stand with a certificate, a system user or a node from this instant on. Seen for
    /// each at the start, and then whenever it changes.
    Standing(Standing),
    /// The run ends: the last observation of every journal.
    Ends,
}

impl What {
    /// Whom it is about.
    #[must_use]
    pub fn witness(&self) -> Witness {
        match self {
            Self::Begins { .. } | Self::Ends => Witness::Harness,
            Self::Action { action, .. } => match action {
                Action::Renew { .. } | Action::Order { .. } | Action::Revoke { .. } => {
                    Witness::Mitid
                }
                Action::Save { .. } | Action::Remove { .. } | Action::Provision { .. } => {
                    Witness::Nemlogin
                }
                Action::RollOver { .. } | Action::ChangeChain { server: Server::Sts, .. } => {
                    Witness::Sts
                }
                Action::TrustSigner { .. } | Action::ChangeChain { server: Server::Smdb, .. } => {
                    Witness::Smdb
                }
                Action::Deploy { .. }
                | Action::Install { .. }
                | Action::Restart { .. }
                | Action::PinSigner { .. }
                | Action::TrustChain { .. } => Witness::Client,
            },
            Self::Message(message) => message.from.into(),
            Self::Standing(standing) => match standing {
                Standing::Certificate { .. } => Witness::Mitid,
                Standing::Draft { .. } => Witness::Nemlogin,
                Standing::Registration { .. } => Witness::Sts,
                Standing::Node { .. } => Witness::Client,
            },
            Self::Call { .. } | Self::Exposure { .. } => Witness::Client,
        }
    }
}

impl Journal {
    /// How long the world of the run went without a look; none if it could name each instant.
    #[must_use]
    pub fn looks_every(&self) -> Option<Span> {
        match &self.observations.first()?.what {
            What::Begins { looks_every, .. } => *looks_every,
            _ => None,
        }
    }

    /// Adds what is seen at `now`.
    pub fn note(&mut self, what: What, now: Timestamp) {
        let sequence = self.observations.len() as u64;
        self.observations.push(Observation { at: now, sequence, party: what.witness(), what });
    }

    /// Everything that was seen, in order.
    #[must_use]
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// The journal as text, a line for each observation.
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        let mut text = String::new();
        for observation in &self.observations {
            let line = serde_json::to_string(observation);
            text.push_str(&line.expect("an observation has text keys and no foreign types"));
            text.push('\n');
        }
        text
    }

    /// Reads what [`to_json_lines`](Self::to_json_lines) wrote.
    ///
    /// # Errors
    ///
    /// The first line that is not an observation, or not the next one.
    pub fn from_json_lines(text: &str) -> Result<Self, JournalError> {
        let mut journal = Self::default();
        for (index, line) in text.lines().enumerate() {
            let wrong = |reason| JournalError { line: index + 1, reason };
            let observation: Observation =
                serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            if observation.sequence != index as u64 {
                return Err(wrong(format!("expected sequence {index}")));
            }
            journal.observations.push(observation);
        }
        Ok(journal)
    }
}

/// Why a text is not a journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the journal is not an observation: {reason}")]
pub struct JournalError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use parties::{Direction, Environment, Slot, Step};

    use super::*;
    use crate::{
        scenario::UploadedFile,
        world::{Content, Failure, Planned, Token},
    };

    fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }

    fn one_of_each() -> Journal {
        let mut journal = Journal::default();
        let now = Timestamp::from_seconds(1_898_582_400);
        let begins = What::Begins {
            format: FORMAT,
            title: "Swap".to_owned(),
            seed: 1,
            until: now,
            looks_every: None,
        };
        journal.note(begins, now);
        let done = ActionOutcome::Done { note: None };
        let refused = ActionOutcome::Refused {
            cause: "certificate-in-use".to_owned(),
            text: "another one has it".to_owned(),
            finding: None,
        };
        let (client, node) = (name::<ClientName>("fagsystem"), name::<NodeName>("a"));
        let renew = Action::Renew { certificate: name("old"), r#as: name("new") };
        let save = Action::Save {
            system_user: name("fagsystem"),
            slot: Slot::Rolling,
            certificate: name("new"),
            file: UploadedFile::Cer,
        };
        let provision = Action::Provision {
            system_user: name("fagsystem"),
            environment: Environment::Production,
        };
        let deploy = Action::Deploy {
            client: client.clone(),
            nodes: vec![node.clone()],
            certificate: name("new"),
        };
        journal.note(What::Action { action: renew, outcome: done.clone() }, now);
        journal.note(What::Action { action: save, outcome: refused }, now);
        journal.note(What::Action { action: provision, outcome: done.clone() }, now);
        journal.note(What::Action { action: deploy, outcome: done }, now);
        let message = Message {
            name: "1-wsc-to-sts".to_owned(),
            from: Party::Client,
            to: Party::Sts,
            direction: Direction::Request,
            environment: Environment::Production,
            content: Content::TokenRequest { signer: Some(name("old")) },
        };
        journal.note(What::Message(message), now);
        let failed = CallOutcome::Failed(Failure {
            step: Step::One,
            cause: "certificate-expired".to_owned(),
            party: Party::Sts,
            diagnosis: None,
        });
        let call = What::Call { client: client.clone(), node: node.clone(), outcome: failed };
        journal.note(call, now);
        let exposure = What::Exposure {
            client: client.clone(),
            node: node.clone(),
            outcome: CallOutcome::Succeeded,
        };
        journal.note(exposure, now);
        for standing in one_of_each_standing(client, node, now) {
            journal.note(What::Standing(standing), now);
        }
        journal.note(What::Ends, now);
        journal
    }

    fn one_of_each_standing(client: ClientName, node: NodeName, now: Timestamp) -> [Standing; 4] {
        let environment = Environment::Production;
        let token = Token { holder: name("old"), expires: now, dropped_from: now };
        [
            Standing::Certificate {
                certificate: name("old"),
                serial: "19ac6669".to_owned(),
                environment,
                valid_from: now,
                refused_from: now,
            },
            Standing::Draft {
                system_user: name("fagsystem"),
                active: Some(name("old")),
                rolling: None,
            },
            Standing::Registration {
                system_user: name("fagsystem"),
                environment,
                accepted: vec![name("old")],
                planned: vec![Planned { from: now, accepted: vec![name("new")] }],
            },
            Standing::Node {
                client,
                node,
                certificate: Some(name("old")),
                tokens: vec![token],
                access_tokens: vec![],
            },
        ]
    }

    #[test]
    fn is_written_and_read() {
        let journal = one_of_each();
        let text = journal.to_json_lines();
        assert_eq!(Journal::from_json_lines(&text).unwrap(), journal);
        assert_eq!(Journal::from_json_lines(&text).unwrap().to_json_lines(), text);
    }

    #[test]
    fn has_a_line_for_each_observation() {
        let text = one_of_each().to_json_lines();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[2],
            r#"{"at":"2030-03-01T08:00:00Z","sequence":2,"party":"nemlogin","what":{"action":{"action":{"save":{"system-user":"fagsystem","slot":"rolling","certificate":"new"}},"outcome":{"refused":{"cause":"certificate-in-use","text":"another one has it"}}}}}"#
        );
        assert_eq!(
            lines[10],
            r#"{"at":"2030-03-01T08:00:00Z","sequence":10,"party":"sts","what":{"standing":{"registration":{"system-user":"fagsystem","environment":"production","accepted":["old"],"planned":[{"from":"2030-03-01T08:00:00Z","accepted":["new"]}]}}}}"#
        );
        assert_eq!(
            lines[12],
            r#"{"at":"2030-03-01T08:00:00Z","sequence":12,"party":"harness","what":"ends"}"#
        );
    }

    #[test]
    fn a_line_that_is_missing_or_foreign_is_pointed_at() {
        let text = one_of_each().to_json_lines();
        let without_the_third: Vec<&str> =
            text.lines().take(2).chain(text.lines().skip(3)).collect();
        let error = Journal::from_json_lines(&without_the_third.join("\n")).unwrap_err();
        assert_eq!((error.line, error.reason.as_str()), (3, "expected sequence 2"));
        assert_eq!(Journal::from_json_lines("{}").unwrap_err().line, 1);
    }
}
