//! What goes between a client that calls by REST and SMDB: a token that is redeemed, and calls with what it
//! was redeemed for. The client shows its certificate in TLS, so there is no word of it in a message.

use clock::Timestamp;
use parties::{Core as _, Crossing, Direction, Link, Party, Proof, Step};
use sim_smdb::rest::{Answer, Message, Reply, Request};
use wsc::rest::Post;

use super::services::Services;
use crate::world::{
    Content,
    certificates::Certificates,
    clients::{Answered, Came, HttpHead, Letter, diagnosed, failed},
};

impl<L: Link> Services<L> {
    /// Posts something to SMDB of the client's environment.
    pub(super) fn post(&mut self, post: &Post, letter: Letter<'_>) -> Answered {
        let Letter { environment, now, certificates, .. } = letter;
        let Some(smdb) = self.smdb.get(&environment) else {
            return Answered::nothing(Came::Unsent, failed(Step::Three, "no-smdb", Party::Smdb));
        };
        let certificate = certificates.shown(letter.proved_by);
        let request = smdb.read_rest(&Message {
            path: post.path(),
            content_type: Some(post.content_type),
            authorization: post.authorization.as_deref(),
            certificate: certificate.map_or(Proof::Missing, Proof::Key),
            body: post.body.as_bytes(),
        });
        let names = Names::of(&request);
        let asks = asked(&request, letter);
        let crossing = Crossing {
            name: names.request,
            from: Party::Client,
            to: Party::Smdb,
            direction: Direction::Request,
            environment,
            peer_certificate: certificate,
            bytes: &request_text(post),
        };
        self.cross(crossing, asks);
        let needs = self.smdb[&environment].needs_for_rest(&request, now);
        self.inform_smdb(needs, environment, now);
        let Some(smdb) = self.smdb.get_mut(&environment) else { unreachable!("just asked") };
        let (answer, facts) = smdb.decide_rest(&request, now, &mut self.streams.smdb);
        let refusal = match &answer {
            Answer::Issued { .. } | Answer::Answered { .. } => None,
            Answer::Rejected { rejection, .. } => {
                let diagnosis = smdb.diagnose_rest(&request, now);
                Some(diagnosed(Step::Three, rejection.name(), Party::Smdb, diagnosis))
            }
        };
        facts.into_iter().for_each(|fact| smdb.apply(fact));
        let reply = smdb.write_rest(&answer);
        let crossing = Crossing {
            name: names.answer,
            from: Party::Smdb,
            to: Party::Client,
            direction: Direction::Response,
            environment,
            peer_certificate: None,
            bytes: &reply_text(&reply),
        };
        self.cross(crossing, answered(&answer, certificates, now));
        let head = HttpHead { status: reply.status, challenge: reply.challenge };
        Answered { came: Came::Answer, bytes: reply.body, head, refusal }
    }
}

/// What a request and its answer are called.
struct Names {
    request: &'static str,
    answer: &'static str,
}

impl Names {
    const fn of(request: &Request) -> Self {
        match request {
            Request::Redemption(_) => Self { request: "3-wsc-to-as", answer: "4-as-to-wsc" },
            Request::Call(_) => Self { request: "5-wsc-to-wsp", answer: "6-wsp-to-wsc" },
        }
    }
}

/// What a request says, as SMDB reads it.
fn asked(request: &Request, letter: Letter<'_>) -> Content {
    let certificates = letter.certificates;
    let shown = certificates.named_by(letter.proved_by);
    match request {
        Request::Redemption(redemption) => {
            let token = redemption.token();
            Content::Redemption {
                shown,
                holder: token.and_then(|token| certificates.name(&token.holder)),
                until: token.map(|token| token.not_on_or_after),
            }
        }
        Request::Call(call) => {
            let access = call.access_token();
            Content::CallByRest {
                shown,
                holder: access.and_then(|it| certificates.named_by_sha256(&it.certificate)),
                until: access.map(|it| it.until),
            }
        }
    }
}

fn answered(answer: &Answer, certificates: &Certificates, now: Timestamp) -> Content {
    match answer {
        Answer::Issued { token, .. } => Content::AccessToken {
            holder: certificates.named_by_sha256(&token.certificate),
            from: now,
            until: token.until,
        },
        Answer::Answered { .. } => Content::Receipt,
        Answer::Rejected { rejection, .. } => Content::Fault { cause: rejection.name().to_owned() },
    }
}

/// A request with its head, as it would be written to a connection.
fn request_text(post: &Post) -> Vec<u8> {
    let Post { url, content_type, authorization, body } = post;
    let mut head = format!("POST {url} HTTP/1.1\r\nContent-Type: {content_type}\r\n");
    if let Some(authorization) = authorization {
        head += &format!("Authorization: {authorization}\r\n");
    }
    [head.as_bytes(), b"\r\n", body.as_bytes()].concat()
}

/// An answer with its head.
fn reply_text(reply: &Reply) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {}\r\n", reply.status);
    if let Some(challenge) = &reply.challenge {
        head += &format!("WWW-Authenticate: {challenge}\r\n");
    }
    if let Some(content_type) = reply.content_type {
        head += &format!("Content-Type: {content_type}\r\n");
    }
    [head.as_bytes(), b"\r\n", &reply.body].concat()
}
