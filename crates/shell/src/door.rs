//! The ways in which messages come to a core and its answers go.

use std::marker::PhantomData;

use axum::body::Bytes;
use clock::Timestamp;
use entropy::Entropy;
use parties::{Core, Diagnose, Diagnosis};

use crate::{Answering, journal::GRANTED};

/// One way in which a core is asked: what comes, what is decided, and what goes.
pub trait Door: Sized + 'static {
    /// Who is asked.
    type Core: Answering;
    /// What comes over the wire.
    type Message: Send + 'static;
    /// What it asks.
    type Request: Send + 'static;
    /// What is decided.
    type Answer: Send + 'static;
    /// What goes over the wire.
    type Reply: Send + 'static;

    /// Makes sense of a message ([`Core::read`]).
    fn read(core: &Self::Core, message: &Self::Message) -> Self::Request;

    /// What must be fetched before it is decided on ([`Core::needs`]).
    fn needs(
        core: &Self::Core,
        request: &Self::Request,
        now: Timestamp,
    ) -> Vec<<Self::Core as Core>::Need>;

    /// Decides ([`Core::decide`]).
    fn decide(
        core: &Self::Core,
        request: &Self::Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (Self::Answer, Vec<<Self::Core as Core>::Fact>);

    /// Everything that speaks against it ([`Diagnose::diagnose`]), as far as the core knows and what is
    /// beside it.
    fn diagnose(
        core: &Self::Core,
        beside: &<Self::Core as Answering>::Beside,
        request: &Self::Request,
        now: Timestamp,
    ) -> Diagnosis;

    /// Puts an answer in the words of the wire ([`Core::write`]).
    fn write(core: &Self::Core, answer: &Self::Answer, entropy: &mut Entropy) -> Self::Reply;

    /// What the journal is to know.
    fn record<'m>(request: &'m Self::Request, answer: &'m Self::Answer) -> Record<'m>;

    /// How long a message is, in octets.
    fn message_octets(message: &Self::Message) -> usize;

    /// How long a reply is, in octets.
    fn reply_octets(reply: &Self::Reply) -> usize;
}

/// What a journal is told of a request and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'m> {
    /// Where it was asked.
    pub path: &'static str,
    /// The id of the request, as it claims.
    pub message_id: Option<&'m str>,
    /// The id of the answer.
    pub answer_id: &'m str,
    /// [`GRANTED`], or the rejection's name.
    pub outcome: &'static str,
}

/// The door of a core whose messages are octets and nothing beside them: SOAP.
#[derive(Debug)]
pub struct Soap<C>(PhantomData<C>);

/// A core that is asked by SOAP.
pub trait AskedBySoap:
    Answering + Core<Request: Send + 'static, Answer: Send + 'static> + Diagnose
{
    /// Where.
    const PATH: &'static str;

    /// The id of a request, as it claims.
    fn request_id(request: &Self::Request) -> Option<&str>;

    /// The id of an answer.
    fn answer_id(answer: &Self::Answer) -> &str;

    /// Why a request was refused, by the rejection's name; none if it was granted.
    fn refusal(answer: &Self::Answer) -> Option<&'static str>;

    /// Everything that speaks against a request, as far as the core knows and what is beside it.
    fn diagnose_beside(
        &self,
        beside: &Self::Beside,
        request: &Self::Request,
        now: Timestamp,
    ) -> Diagnosis;
}

impl<C: AskedBySoap> Door for Soap<C> {
    type Core = C;
    type Message = Bytes;
    type Request = C::Request;
    type Answer = C::Answer;
    type Reply = Vec<u8>;

    fn read(core: &C, message: &Bytes) -> C::Request {
        core.read(message)
    }

    fn needs(core: &C, request: &C::Request, now: Timestamp) -> Vec<C::Need> {
        core.needs(request, now)
    }

    fn decide(
        core: &C,
        request: &C::Request,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> (C::Answer, Vec<C::Fact>) {
        core.decide(request, now, entropy)
    }

    fn diagnose(core: &C, beside: &C::Beside, request: &C::Request, now: Timestamp) -> Diagnosis {
        core.diagnose_beside(beside, request, now)
    }

    fn write(core: &C, answer: &C::Answer, entropy: &mut Entropy) -> Vec<u8> {
        core.write(answer, entropy)
    }

    fn record<'m>(request: &'m C::Request, answer: &'m C::Answer) -> Record<'m> {
        Record {
            path: C::PATH,
            message_id: C::request_id(request),
            answer_id: C::answer_id(answer),
            outcome: C::refusal(answer).unwrap_or(GRANTED),
        }
    }

    fn message_octets(message: &Bytes) -> usize {
        message.len()
    }

    fn reply_octets(reply: &Vec<u8>) -> usize {
        reply.len()
    }
}
