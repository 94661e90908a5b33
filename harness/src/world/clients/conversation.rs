//! One call from the order to the outcome: what a node sends, what carries that, and what comes back.

use clock::Timestamp;
use parties::{Core as _, Diagnose as _, Environment, Party};
use wsc::{
    Fact,
    exchange::{Action as Next, Event},
    rest::{HttpReply, Post},
};

use super::{Node, diagnosed, order};
use crate::world::{
    CallOutcome,
    certificates::Certificates,
    chains::{NotTrusted, TrustedAuthorities},
};

/// What carries a client's messages to the services of its environment, and their answers back. It
/// carries none to a server whose chain in TLS the client does not trust.
pub(in super::super) trait Wire {
    /// Asks the STS.
    fn ask_sts(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted>;

    /// Calls SMDB.
    fn call_smdb(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted>;

    /// Posts to SMDB by REST: a token to redeem, or a call.
    fn post_to_smdb(&mut self, post: &Post, letter: Letter<'_>) -> Result<Answered, NotTrusted>;

    /// What the client made of the answer to a letter, beside what the service says of it.
    fn understood(&mut self, _: Letter<'_>, _: &Event, _: Option<&CallOutcome>) {}
}

/// A message of a client, and what there is to tell of it.
#[derive(Clone, Copy)]
pub(in super::super) struct Letter<'a> {
    pub(in super::super) environment: Environment,
    pub(in super::super) bytes: &'a [u8],
    /// The certificate whose key it proves: by SOAP it is signed with that, by REST TLS shows it.
    pub(in super::super) proved_by: &'a wsc::Thumbprint,
    /// The certificate that the token in it is bound to, as the client knows; none without a token.
    pub(in super::super) holder: Option<&'a wsc::Thumbprint>,
    /// Whom the client trusts in TLS.
    pub(in super::super) authorities: &'a TrustedAuthorities,
    pub(in super::super) now: Timestamp,
    /// By which names the file knows certificates.
    pub(in super::super) certificates: &'a Certificates,
}

/// What came back.
pub(in super::super) struct Answered {
    pub(in super::super) came: Came,
    pub(in super::super) bytes: Vec<u8>,
    pub(in super::super) head: HttpHead,
    /// The call as it failed, if the service said no.
    pub(in super::super) refusal: Option<CallOutcome>,
}

/// What came of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Came {
    /// An answer.
    Answer,
    /// None, or none of which is known what it was for.
    Nothing,
    /// It was not even sent.
    Unsent,
}

/// What stands before an answer over HTTP, as far as a client that calls by REST looks at it.
#[derive(Default)]
pub(in super::super) struct HttpHead {
    pub(in super::super) status: u16,
    /// `WWW-Authenticate`
    pub(in super::super) challenge: Option<String>,
}

impl Answered {
    /// There was nobody to answer.
    pub(in super::super) const fn nothing(came: Came, refusal: CallOutcome) -> Self {
        let head = HttpHead { status: 0, challenge: None };
        Self { came, bytes: Vec::new(), head, refusal: Some(refusal) }
    }
}

impl Node {
    /// The outcome of a call, and what the node remembered meanwhile.
    pub(super) fn converse(
        &mut self,
        certificates: &Certificates,
        wire: &mut impl Wire,
        now: Timestamp,
    ) -> (CallOutcome, Vec<Fact>) {
        let calls = self.wsc.settings().habits.calls;
        let order = order::order(&self.tenant, calls, now, &mut self.entropy);
        // What came of the last message: an event, and what the service says of it if it said no. Each
        // message replaces both, so that no refusal is told of a later one.
        let (mut event, mut refusal) = (Event::Begin(order), None);
        let mut remembered = Vec::new();
        loop {
            let (action, facts) = self.wsc.decide(&event, now, &mut self.entropy);
            let bytes = self.wsc.write(&action, &mut self.entropy);
            let (environment, authorities) = (self.environment, &self.authorities);
            let bytes = &*bytes;
            let letter = |proved_by, holder| Letter {
                environment,
                bytes,
                proved_by,
                holder,
                authorities,
                now,
                certificates,
            };
            let sent = match &action {
                Next::AskSts { signer, .. } => {
                    let letter = letter(signer, None);
                    Ok((letter, wire.ask_sts(letter)))
                }
                Next::CallService { signer, holder, .. } => {
                    let letter = letter(signer, Some(holder));
                    Ok((letter, wire.call_smdb(letter)))
                }
                Next::Redeem { post, certificate, holder }
                | Next::CallByRest { post, certificate, holder } => {
                    let letter = letter(certificate, Some(holder));
                    Ok((letter, wire.post_to_smdb(post, letter)))
                }
                Next::Done(Ok(())) => Err(CallOutcome::Succeeded),
                Next::Done(Err(failure)) => {
                    Err(refusal.take().unwrap_or_else(|| self.at_the_client(&event, failure, now)))
                }
            };
            remembered.extend(facts.iter().cloned());
            facts.into_iter().for_each(|fact| self.wsc.apply(fact));
            (event, refusal) = match sent {
                Err(outcome) => return (outcome, remembered),
                Ok((_, Err(NotTrusted))) => (Event::ServerNotTrusted, None),
                Ok((letter, Ok(answered))) => {
                    let event = self.read(&action, &answered);
                    if answered.came == Came::Answer {
                        wire.understood(letter, &event, answered.refusal.as_ref());
                    }
                    (event, answered.refusal)
                }
            };
        }
    }

    /// What came back after the node did this.
    fn read(&self, action: &Next, answered: &Answered) -> Event {
        match action {
            Next::AskSts { .. } | Next::CallService { .. } | Next::Done(_) => {
                self.wsc.read(&answered.bytes)
            }
            Next::Redeem { .. } | Next::CallByRest { .. } => {
                let HttpHead { status, challenge } = &answered.head;
                let (status, challenge) = (*status, challenge.as_deref());
                self.wsc.read_rest(&HttpReply { status, challenge, body: &answered.bytes })
            }
        }
    }

    /// Nobody refused: only the client knows what is wrong.
    fn at_the_client(&self, event: &Event, failure: &wsc::Failure, now: Timestamp) -> CallOutcome {
        let diagnosis = self.wsc.diagnose(event, now);
        diagnosed(failure.step(), failure.name(), Party::Client, diagnosis)
    }
}
