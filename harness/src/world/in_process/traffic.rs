//! What goes between the parties of a virtual world: one call, message by message.

use clock::Timestamp;
use entropy::Entropy;
use parties::{
    Core, Crossing, Diagnose, Diagnosis, Direction, Environment, Link, Party, Step, Verdict,
};
use pki::RevocationList;
use sim_smdb::{
    contract::{Operation, Submission},
    course::{Course, Reference},
    cpr::Cpr,
    date::Date,
    schema::SchemaVersion,
};
use sim_sts::{IssuerLesson, IssuerNeed};
use wsc::{
    Fact,
    exchange::{Action as Next, Event, Order},
};

use super::{InProcess, Node, failed, neighbours};
use crate::{
    scenario::{CertificateName, ClientName, NodeName},
    world::{CallOutcome, Content, Failure, Message},
};

impl<L: Link + Clone> InProcess<L> {
    /// One call by one node, from the order to the outcome.
    pub(super) fn exchange(&mut self, key: &(ClientName, NodeName), now: Timestamp) -> CallOutcome {
        let Some(mut node) = self.nodes.remove(key) else {
            return failed(Step::One, "no-such-node", Party::Client);
        };
        let (outcome, remembered) = self.converse(&mut node, now);
        let overheard = node.process.clone().filter(|_| node.wsc.settings().shares_its_cache());
        for (other, neighbour) in neighbours(&mut self.nodes, key, overheard) {
            let before = neighbour.wsc.clone();
            remembered.iter().for_each(|fact| neighbour.wsc.overhear(fact));
            if neighbour.wsc != before {
                self.touched.insert(other.clone());
            }
        }
        self.nodes.insert(key.clone(), node);
        outcome
    }

    /// The outcome of a call, and what the node remembered meanwhile.
    fn converse(&mut self, node: &mut Node, now: Timestamp) -> (CallOutcome, Vec<Fact>) {
        let mut event = Event::Begin(order(node, now));
        let mut refusal = None;
        let mut remembered = Vec::new();
        loop {
            let (action, facts) = node.wsc.decide(&event, now, &mut node.entropy);
            let bytes = node.wsc.write(&action, &mut node.entropy);
            let answered = match &action {
                Next::AskSts { signer, .. } => {
                    let signer = self.named_by(signer);
                    Ok(self.ask_sts(node.environment, signer, &bytes, now))
                }
                Next::CallService { signer, .. } => {
                    let signer = self.named_by(signer);
                    Ok(self.call_smdb(node.environment, signer, &bytes, now))
                }
                Next::Redeem { .. } | Next::CallByRest { .. } => {
                    unreachable!("every profile of a scenario calls by SOAP")
                }
                Next::Done(Ok(())) => Err(CallOutcome::Succeeded),
                Next::Done(Err(failure)) => {
                    Err(refusal.take().unwrap_or_else(|| at_the_client(node, &event, failure, now)))
                }
            };
            remembered.extend(facts.iter().cloned());
            facts.into_iter().for_each(|fact| node.wsc.apply(fact));
            match answered {
                Ok((answer, why)) => {
                    refusal = why;
                    event = node.wsc.read(&answer);
                }
                Err(outcome) => return (outcome, remembered),
            }
        }
    }

    fn ask_sts(
        &mut self,
        environment: Environment,
        signer: Option<CertificateName>,
        bytes: &[u8],
        now: Timestamp,
    ) -> (Vec<u8>, Option<CallOutcome>) {
        let asks = Content::TokenRequest { signer };
        self.carry("1-wsc-to-sts", Party::Client, Party::Sts, environment, bytes, asks);
        let Some(issuer) = self.sts.issuer(environment) else {
            return (Vec::new(), Some(failed(Step::One, "no-sts", Party::Sts)));
        };
        let request = issuer.read(bytes);
        for need in issuer.needs(&request, now) {
            match need {
                IssuerNeed::RevocationList => {
                    let list = self.revocation_list(Party::Sts, environment, now);
                    let issuer = self.sts.issuer_mut(environment);
                    if let (Some(list), Some(issuer)) = (list, issuer) {
                        issuer.learn(IssuerLesson::RevocationList { list, fetched_at: now });
                    }
                }
            }
        }
        let Some(issuer) = self.sts.issuer_mut(environment) else { unreachable!("just asked") };
        let (answer, facts) = issuer.decide(&request, now, &mut self.streams.sts);
        let why = match &answer {
            sim_sts::issue::Answer::Token(_) => None,
            sim_sts::issue::Answer::Rejected { rejection, .. } => {
                let diagnosis = issuer.diagnose(&request, now);
                Some(diagnosed(Step::One, rejection.name(), Party::Sts, diagnosis))
            }
        };
        facts.into_iter().for_each(|fact| issuer.apply(fact));
        let bytes = issuer.write(&answer, &mut self.streams.sts_encryption);
        let says = match &answer {
            sim_sts::issue::Answer::Token(grant) => Content::Token {
                holder: self.name(&grant.assertion.holder),
                from: grant.assertion.not_before,
                until: grant.assertion.not_on_or_after,
            },
            sim_sts::issue::Answer::Rejected { rejection, .. } => {
                Content::Fault { cause: rejection.name().to_owned() }
            }
        };
        self.carry("2-sts-to-wsc", Party::Sts, Party::Client, environment, &bytes, says);
        (bytes, why)
    }

    /// Lets `party` fetch the revocation list of its environment: asked for without words, and read
    /// as it comes.
    fn revocation_list(
        &mut self,
        party: Party,
        environment: Environment,
        now: Timestamp,
    ) -> Option<RevocationList> {
        let [ask, answer] = match party {
            Party::Smdb => ["smdb-to-mitid", "mitid-to-smdb"],
            Party::Sts | Party::Mitid | Party::Client => ["sts-to-mitid", "mitid-to-sts"],
        };
        self.carry(ask, party, Party::Mitid, environment, &[], Content::RevocationListRequest);
        let request = sim_mitid::Request::RevocationList(environment);
        let sim_mitid::Answer::RevocationList(list) = self.ask_mitid(&request, now) else {
            return None;
        };
        let says = Content::RevocationList { next_update: list.next_update() };
        self.carry(answer, Party::Mitid, party, environment, list.der(), says);
        RevocationList::from_der(list.der()).ok()
    }

    fn call_smdb(
        &mut self,
        environment: Environment,
        signer: Option<CertificateName>,
        bytes: &[u8],
        now: Timestamp,
    ) -> (Vec<u8>, Option<CallOutcome>) {
        let request = self.smdb.get(&environment).map(|smdb| smdb.read(bytes));
        let call = request.as_ref().and_then(|request| request.as_ref().ok());
        let token = call.and_then(|call| call.token.as_ref().ok()).map(|token| &token.assertion);
        let asks = Content::Call {
            signer,
            holder: token.and_then(|token| self.name(&token.holder)),
            until: token.map(|token| token.not_on_or_after),
        };
        self.carry("3-wsc-to-wsp", Party::Client, Party::Smdb, environment, bytes, asks);
        let (Some(smdb), Some(request)) = (self.smdb.get_mut(&environment), request) else {
            return (Vec::new(), Some(failed(Step::Three, "no-smdb", Party::Smdb)));
        };
        for need in smdb.needs(&request, now) {
            match need {
                sim_smdb::Need::RevocationList => {
                    let list = self.revocation_list(Party::Smdb, environment, now);
                    let smdb = self.smdb.get_mut(&environment);
                    if let (Some(list), Some(smdb)) = (list, smdb) {
                        smdb.learn(sim_smdb::Lesson::RevocationList { list, fetched_at: now });
                    }
                }
            }
        }
        let Some(smdb) = self.smdb.get_mut(&environment) else { unreachable!("just asked") };
        let (answer, facts) = smdb.decide(&request, now, &mut self.streams.smdb);
        let why = match &answer {
            sim_smdb::call::Answer::Answered(_) => None,
            sim_smdb::call::Answer::Rejected { rejection, .. } => {
                let diagnosis = smdb.diagnose(&request, now);
                Some(diagnosed(Step::Three, rejection.name(), Party::Smdb, diagnosis))
            }
        };
        facts.into_iter().for_each(|fact| smdb.apply(fact));
        let bytes = smdb.write(&answer, &mut self.streams.smdb);
        let says = match &answer {
            sim_smdb::call::Answer::Answered(_) => Content::Receipt,
            sim_smdb::call::Answer::Rejected { rejection, .. } => {
                Content::Fault { cause: rejection.name().to_owned() }
            }
        };
        self.carry("4-wsp-to-wsc", Party::Smdb, Party::Client, environment, &bytes, says);
        (bytes, why)
    }

    fn carry(
        &mut self,
        name: &str,
        from: Party,
        to: Party,
        environment: Environment,
        bytes: &[u8],
        content: Content,
    ) {
        let direction = match to {
            Party::Client => Direction::Response,
            Party::Sts | Party::Smdb if from == Party::Mitid => Direction::Response,
            Party::Mitid | Party::Sts | Party::Smdb => Direction::Request,
        };
        let crossing = Crossing { from, to, direction, environment, peer_certificate: None, bytes };
        match self.link.carry(crossing) {
            Verdict::Pass => {}
        }
        let name = name.to_owned();
        self.messages.push(Message { name, from, to, direction, environment, content });
    }
}

/// Nobody refused: only the client knows what is wrong.
fn at_the_client(
    node: &Node,
    event: &Event,
    failure: &wsc::Failure,
    now: Timestamp,
) -> CallOutcome {
    let diagnosis = node.wsc.diagnose(event, now);
    diagnosed(failure.step(), failure.name(), Party::Client, diagnosis)
}

fn diagnosed(step: Step, cause: &str, party: Party, diagnosis: Diagnosis) -> CallOutcome {
    let diagnosis = Some(diagnosis);
    CallOutcome::Failed(Failure { step, cause: cause.to_owned(), party, diagnosis })
}

/// A submission about a citizen who does not exist, with a reference of its own. The course has ended,
/// so that the next one about the same citizen is none too many.
fn order(node: &mut Node, now: Timestamp) -> Order {
    let schemas = SchemaVersion::calendar();
    let version = schemas.at(now).copied().unwrap_or(SchemaVersion::LATEST);
    let citizen = Cpr::parse("6101800049").expect("a made-up number");
    let submission = Submission {
        reference: reference(&mut node.entropy),
        version: 1,
        authority: node.authority.clone(),
        course: Course::of_one_day(citizen, Date::of(now)),
    };
    Order { action: Operation::Report.action(version), body: submission.write(version) }
}

/// A reference of its own. SMDB takes none that could hold a personal number, and a UUID in a few
/// thousand has digits like that: then another is drawn.
fn reference(entropy: &mut Entropy) -> Reference {
    loop {
        if let Ok(reference) = entropy.uuid().to_string().parse() {
            return reference;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_that_is_no_reference_is_drawn_again() {
        let seeded = || Entropy::seeded(1, "client", "fagsystem/a");
        let (mut uuids, mut references) = (seeded(), seeded());
        let is_reference = |uuid: &String| uuid.parse::<Reference>().is_ok();
        let drawn: Vec<_> = (0..20_000).map(|_| uuids.uuid().to_string()).collect();
        let taken: Vec<_> = drawn.iter().filter(|uuid| is_reference(uuid)).collect();
        assert!(taken.len() < drawn.len(), "some UUID is no reference");
        for uuid in taken {
            assert_eq!(reference(&mut references).to_string(), *uuid);
        }
    }
}
