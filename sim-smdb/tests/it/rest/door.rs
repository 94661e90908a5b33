//! A client that speaks REST to SMDB in process.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use clock::Timestamp;
use oio_idws::assertion::Assertion;
use parties::{Diagnosis, Proof, Recorded};
use serde_json::Value;
use sim_smdb::{
    Fact,
    contract::{Notation, Operation, Submission},
    rest::{Answer, Message, Rejection, Reply, TOKEN_PATH},
    schema::SchemaVersion,
};

use crate::world::{HOLDER, World, signed};

/// The media type of a form, as the .NET client sends it.
pub(super) const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// What SMDB made of a request.
#[derive(Debug)]
pub(super) struct Reaction {
    pub(super) answer: Answer,
    pub(super) reply: Reply,
    pub(super) diagnosis: Diagnosis,
    pub(super) facts: Vec<Fact>,
}

impl Reaction {
    /// `granted`, or the name of the rejection.
    pub(super) fn name(&self) -> &'static str {
        self.rejection().map_or("granted", Rejection::name)
    }

    pub(super) fn rejection(&self) -> Option<&Rejection> {
        match &self.answer {
            Answer::Issued { .. } | Answer::Answered { .. } => None,
            Answer::Rejected { rejection, .. } => Some(rejection),
        }
    }

    /// The names of everything that spoke against the request.
    pub(super) fn against(&self) -> Vec<&str> {
        self.diagnosis.findings().iter().map(|it| &*it.cause).collect()
    }

    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.reply.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.answer))
    }

    /// The access token.
    #[track_caller]
    pub(super) fn token(&self) -> String {
        self.json()["access_token"].as_str().unwrap().to_owned()
    }
}

/// The form with a token.
pub(crate) fn form(token: &str) -> String {
    form_of(&BASE64.encode(token))
}

pub(crate) fn form_of(value: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("saml-token", value).finish()
}

/// A request to redeem a token, as its holder makes it.
pub(super) fn redemption(form: &str) -> Message<'_> {
    Message {
        path: TOKEN_PATH,
        content_type: Some(FORM),
        authorization: None,
        certificate: Proof::Key(HOLDER.certificate.der()),
        body: form.as_bytes(),
    }
}

/// Where an operation is called, in the version in force.
pub(crate) fn path(operation: Operation) -> String {
    sim_smdb::rest::path(SchemaVersion::LATEST, operation)
}

/// What a client writes of a submission.
pub(crate) fn json(submission: &Submission) -> String {
    submission.write(Notation::Json)
}

impl World {
    pub(super) fn ask_rest(&mut self, message: &Message<'_>, now: Timestamp) -> Reaction {
        let request = self.smdb.read_rest(message);
        let diagnosis = self.smdb.diagnose_rest(&request, now);
        let before = self.smdb.clone();
        let (answer, facts) = self.smdb.decide_rest(&request, now, &mut self.entropy);
        assert_eq!(self.smdb, before, "a decision changes nothing");
        for fact in &facts {
            self.facts.push(serde_json::to_string(&Recorded::new(now, fact.clone())).unwrap());
            parties::Core::apply(&mut self.smdb, fact.clone());
        }
        let reply = self.smdb.write_rest(&answer);
        let reaction = Reaction { answer, reply, diagnosis, facts };
        let decisive = reaction.diagnosis.decisive().map(|it| &*it.cause);
        let rejection = reaction.rejection().map(Rejection::name);
        assert_eq!(decisive, rejection, "a diagnosis tells the truth");
        reaction
    }

    /// Redeems the token that the STS gives for `assertion`.
    pub(super) fn redeem(&mut self, assertion: &Assertion, now: Timestamp) -> Reaction {
        self.ask_rest(&redemption(&form(&signed(assertion))), now)
    }

    /// Calls an operation with an access token, as its holder does.
    pub(super) fn call_rest(
        &mut self,
        operation: Operation,
        token: &str,
        body: &str,
        now: Timestamp,
    ) -> Reaction {
        self.call_rest_at(&path(operation), token, body, now)
    }

    pub(super) fn call_rest_at(
        &mut self,
        path: &str,
        token: &str,
        body: &str,
        now: Timestamp,
    ) -> Reaction {
        let authorization = format!("Holder-of-key {token}");
        let message = Message {
            path,
            content_type: Some("application/json"),
            authorization: Some(&authorization),
            certificate: Proof::Key(HOLDER.certificate.der()),
            body: body.as_bytes(),
        };
        self.ask_rest(&message, now)
    }
}
