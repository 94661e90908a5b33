//! What goes between the parties of a virtual world, message by message.

use clock::Timestamp;
use parties::{
    Core, Crossing, Diagnose, Direction, Environment, Link, Party, Server, Step, Verdict,
};
use pki::RevocationList;
use sim_sts::{IssuerLesson, IssuerNeed};
use wsc::rest::Post;

use super::services::Services;
use crate::world::{
    Content, Message,
    chains::NotTrusted,
    clients::{Answered, Came, HttpHead, Letter, Wire, diagnosed, failed},
};

impl<L: Link> Wire for Services<L> {
    fn ask_sts(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        self.connect(Server::Sts, letter)?;
        let Letter { environment, bytes, now, certificates, .. } = letter;
        let asks = Content::TokenRequest { signer: certificates.named_by(letter.proved_by) };
        self.carry("1-wsc-to-sts", Party::Client, Party::Sts, environment, bytes, asks);
        let Some(issuer) = self.sts.issuer(environment) else {
            return Ok(Answered::nothing(Came::Nothing, failed(Step::One, "no-sts", Party::Sts)));
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
        let Some(issuer) = self.sts.issuer(environment) else { unreachable!("just asked") };
        let (answer, facts) = issuer.decide(&request, now, &mut self.streams.sts);
        let refusal = match &answer {
            sim_sts::issue::Answer::Token(_) => None,
            sim_sts::issue::Answer::Rejected { rejection, .. } => {
                let diagnosis = self.sts.diagnose(environment, &request, now);
                Some(diagnosed(Step::One, rejection.name(), Party::Sts, diagnosis))
            }
        };
        let Some(issuer) = self.sts.issuer_mut(environment) else { unreachable!("just asked") };
        facts.into_iter().for_each(|fact| issuer.apply(fact));
        let bytes = issuer.write(&answer, &mut self.streams.sts_encryption);
        let says = match &answer {
            sim_sts::issue::Answer::Token(grant) => Content::Token {
                holder: certificates.name(&grant.assertion.holder),
                from: grant.assertion.not_before,
                until: grant.assertion.not_on_or_after,
            },
            sim_sts::issue::Answer::Rejected { rejection, .. } => {
                Content::Fault { cause: rejection.name().to_owned() }
            }
        };
        self.carry("2-sts-to-wsc", Party::Sts, Party::Client, environment, &bytes, says);
        Ok(Answered { came: Came::Answer, bytes, head: HttpHead::default(), refusal })
    }

    fn call_smdb(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        self.connect(Server::Smdb, letter)?;
        let Letter { environment, bytes, now, certificates, .. } = letter;
        let request = self.smdb.get(&environment).map(|smdb| smdb.read(bytes));
        let call = request.as_ref().and_then(|request| request.as_ref().ok());
        let token = call.and_then(|call| call.token.as_ref().ok()).map(|token| &token.assertion);
        let asks = Content::Call {
            signer: certificates.named_by(letter.proved_by),
            holder: token.and_then(|token| certificates.name(&token.holder)),
            until: token.map(|token| token.not_on_or_after),
        };
        self.carry("3-wsc-to-wsp", Party::Client, Party::Smdb, environment, bytes, asks);
        let (Some(smdb), Some(request)) = (self.smdb.get_mut(&environment), request) else {
            return Ok(Answered::nothing(
                Came::Nothing,
                failed(Step::Three, "no-smdb", Party::Smdb),
            ));
        };
        let needs = smdb.needs(&request, now);
        self.inform_smdb(needs, environment, now);
        let Some(smdb) = self.smdb.get_mut(&environment) else { unreachable!("just asked") };
        let (answer, facts) = smdb.decide(&request, now, &mut self.streams.smdb);
        let refusal = match &answer {
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
        Ok(Answered { came: Came::Answer, bytes, head: HttpHead::default(), refusal })
    }

    fn post_to_smdb(&mut self, post: &Post, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        self.connect(Server::Smdb, letter)?;
        Ok(self.post(post, letter))
    }
}

impl<L: Link> Services<L> {
    /// What a client finds out before it sends anything: whether it trusts whom it is about to send to.
    fn connect(&self, server: Server, letter: Letter<'_>) -> Result<(), NotTrusted> {
        let authority = self.chains.authority(server, letter.environment);
        letter.authorities.hold(authority).then_some(()).ok_or(NotTrusted)
    }

    /// Lets SMDB fetch what it needs before it can decide.
    pub(super) fn inform_smdb(
        &mut self,
        needs: Vec<sim_smdb::Need>,
        environment: Environment,
        now: Timestamp,
    ) {
        for need in needs {
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

    fn carry(
        &mut self,
        name: &'static str,
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
        let peer_certificate = None;
        self.cross(
            Crossing { name, from, to, direction, environment, peer_certificate, bytes },
            content,
        );
    }

    /// Lets a message cross the link, and notes what it says.
    pub(super) fn cross(&mut self, crossing: Crossing<'_>, content: Content) {
        match self.link.carry(crossing) {
            Verdict::Pass => {}
        }
        let Crossing { name, from, to, direction, environment, .. } = crossing;
        let name = name.to_owned();
        self.messages.push(Message { name, from, to, direction, environment, content });
    }
}
