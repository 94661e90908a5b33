//! What an administrator does at a control port: one act, how it is answered, and what is written
//! down of it.
//!
//! An answer may hold what is shown once, and a request what nobody else may know. Of neither
//! anything is written down but which act it was, how it ended, the environment that it names and what
//! a finding says, which holds no secret and no personal number.

use std::{io, iter, marker::PhantomData};

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use clock::Timestamp;
use entropy::Entropy;
use hyper::body::Body as _;
use parties::{Diagnose, Diagnosis, Environment, Finding, Party, Role, Text};
use serde_json::Value;

use super::{DiagnosisShown, Problem, form::Form};
use crate::{
    Arrival, Exchange, FactLog, Journal, Shared,
    journal::{Entry, GRANTED},
};

/// Where administrators act, and look at how everything stands.
pub const PATH: &str = "/__admin/administration";

/// A core that administrators ask by name, in JSON.
pub trait Administered: Diagnose {
    /// Whom it plays.
    const PARTY: Party;

    /// By which name a request asks; none if it cannot be read.
    fn name(request: &Self::Request) -> Option<&'static str>;

    /// The environment that a request names, if it names one.
    fn environment(request: &Self::Request) -> Option<Environment>;

    /// How it ended.
    fn outcome(request: &Self::Request, answer: &Self::Answer) -> Outcome;
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is granted.
    Granted,
    /// It is refused, for the rejection of this name.
    Refused(&'static str),
    /// It cannot be read, which is the rejection of this name.
    Unreadable(&'static str),
}

/// An act that was decided on. What comes of it is kept, or it is not done.
///
/// It has the log until it is written down. A reset, which empties that log and the journal, comes
/// before or after all of it: so what an act did is there if its entry is, and only then.
pub struct Act<'l, C: Administered> {
    at: Timestamp,
    name: Option<&'static str>,
    environment: Option<Environment>,
    exchange: io::Result<Exchange<C>>,
    diagnosis: Diagnosis,
    log: PhantomData<&'l mut FactLog<C::Fact>>,
}

impl<'l, C: Administered> Act<'l, C> {
    /// Lets `core` decide at `now`. Nobody else may let it decide meanwhile: the diagnosis is of the
    /// same state.
    pub fn decide(
        core: &Shared<C>,
        log: &'l mut FactLog<C::Fact>,
        request: C::Request,
        now: Timestamp,
    ) -> Self {
        Self {
            at: now,
            name: C::name(&request),
            environment: C::environment(&request),
            diagnosis: core.look(|core| core.diagnose(&request, now)),
            exchange: log.answer(core, request, now, &mut Entropy::Os),
            log: PhantomData,
        }
    }

    /// What was answered, and what is remembered of it; none if that could not be kept.
    pub fn exchange(&self) -> Option<&Exchange<C>> {
        self.exchange.as_ref().ok()
    }

    /// Writes down what came of it, and says it to whoever asked for it in `body`. Who mistyped a
    /// name is told which one of the form is nearest.
    #[must_use]
    pub fn answered(
        self,
        form: &Form,
        journal: &Journal,
        arrival: Arrival,
        body: &[u8],
    ) -> Response {
        let Self { at, name, environment, exchange, diagnosis, .. } = self;
        let (outcome, response, diagnosis) = match exchange {
            Ok(Exchange { request, answer, bytes, .. }) => match C::outcome(&request, &answer) {
                Outcome::Granted => (GRANTED, told(&bytes, None), diagnosis),
                Outcome::Refused(name) => {
                    (name, told(&bytes, Some((StatusCode::CONFLICT, &diagnosis))), diagnosis)
                }
                Outcome::Unreadable(name) => {
                    let unread = || told(&bytes, Some((StatusCode::BAD_REQUEST, &diagnosis)));
                    let slip = form.slip(body).map(IntoResponse::into_response);
                    (name, slip.unwrap_or_else(unread), diagnosis)
                }
            },
            Err(error) => {
                let findings = iter::once(not_kept(&error)).chain(diagnosis.findings().to_vec());
                let diagnosis = Diagnosis::new(findings.collect());
                (NOT_KEPT, Problem::unkept(&error).into_response(), diagnosis)
            }
        };
        let answer_octets = response.body().size_hint().exact();
        journal.write(Entry {
            trace: arrival.trace,
            at,
            party: C::PARTY,
            environment,
            step: None,
            act: name,
            path: PATH,
            from: arrival.from,
            message_id: None,
            answer_id: None,
            outcome,
            request_octets: body.len(),
            answer_octets: answer_octets.and_then(|it| it.try_into().ok()).unwrap_or_default(),
            remarks: Vec::new(),
            diagnosis,
        });
        response
    }
}

/// The answer of a core that speaks JSON. Where it says no, `refused` is the status of that and all
/// that speaks against the request, which the answer then holds as `diagnosis`.
///
/// Nobody on the way may keep it: it may hold what is shown once.
fn told(answer: &[u8], refused: Option<(StatusCode, &Diagnosis)>) -> Response {
    let answer: Result<Value, _> = serde_json::from_slice(answer);
    let mut answer = answer.expect("it is answered in JSON");
    let status = refused.map_or(StatusCode::OK, |(status, diagnosis)| {
        let shown = serde_json::to_value(DiagnosisShown::from(diagnosis));
        answer["diagnosis"] = shown.expect("texts have a form in JSON");
        status
    });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// The outcome of what is not done since it cannot be kept.
const NOT_KEPT: &str = "not-kept";

fn not_kept(error: &io::Error) -> Finding {
    Finding {
        cause: NOT_KEPT.to_owned(),
        rule: Text::new(
            "What an administrator does is kept before it is answered, or not done; our choice",
            "Det, en administrator gør, gemmes, før der svares, eller gøres ikke; vores valg",
        ),
        expected: Text::new(
            "a data folder in which there is room, and in which the program may write",
            "en datamappe, hvor der er plads, og hvor programmet må skrive",
        ),
        got: Text::same(error),
        who: Role::Operator,
        what: Text::new(
            "Make room in the data folder, or let the program write there, and do it again",
            "Skaf plads i datamappen, eller lad programmet skrive i den, og gør det igen",
        ),
    }
}
