//! What a client sends over HTTPS, what comes back, and the truth about it at the control port.

mod noted;
mod tls;
mod truth;

use std::{
    collections::{BTreeMap, btree_map},
    io,
};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use oio_idws::soap::Version;
use parties::{Diagnosis, Environment, Finding, Party, Server, Step};
use rustls::{RootCertStore, pki_types::CertificateDer};
use shell::{BaseUrl, TRACE_HEADER, connector};
use tokio::runtime::Handle;
use wsc::{Thumbprint, exchange::Event, rest::Post};

pub(super) use self::truth::Told;
use self::{
    noted::Noted,
    tls::{Connections, Mistrust, connections},
    truth::Truth,
};
use super::{
    served::Served,
    silence::{PATIENCE, no_answer, not_valid, told, within},
};
use crate::world::{
    CallOutcome, Message,
    chains::{NotTrusted, ServerAuthority, TrustedAuthorities},
    clients::{Answered, Came, HttpHead, Letter, Wire, diagnosed},
};

/// More than any answer is long.
const ANSWER_MAX: usize = 4 * 1024 * 1024;

/// A client's way to the services.
pub(super) struct Https {
    runtime: Handle,
    /// Who vouches for servers in TLS, or will.
    authorities: BTreeMap<ServerAuthority, CertificateDer<'static>>,
    /// By whom a client trusts in TLS, and by the certificate of its own that it shows there: by SOAP none, by
    /// REST one.
    connections: BTreeMap<(TrustedAuthorities, Option<Thumbprint>), Connections>,
    control: Client<HttpConnector, Full<Bytes>>,
    sts: Services,
    smdb: Services,
    pub(super) messages: Vec<Message>,
}

/// The service of each environment, and where the truth about all of them is told.
struct Services {
    party: Party,
    step: Step,
    /// Where it speaks SOAP, and the media type of that.
    path: &'static str,
    media_type: &'static str,
    hosts: BTreeMap<Environment, String>,
    control: BaseUrl,
}

/// What is posted to a service.
struct Posted<'a> {
    connections: Connections,
    path: &'a str,
    content_type: &'a str,
    authorization: Option<&'a str>,
}

impl Https {
    /// To these services. SMDB speaks that version of SOAP.
    pub(super) fn to(served: &Served, smdb: Version) -> io::Result<Self> {
        let certificate = |authority| Ok((authority, served.certificate(authority)?));
        Ok(Self {
            runtime: served.runtime.handle().clone(),
            authorities: ServerAuthority::ALL
                .into_iter()
                .map(certificate)
                .collect::<io::Result<_>>()?,
            connections: BTreeMap::new(),
            control: Client::builder(TokioExecutor::new()).build(connector()),
            sts: Services {
                party: Party::Sts,
                step: Step::One,
                path: sim_sts::http::ADDRESS,
                media_type: media_type(Version::Soap11),
                hosts: served.sts.clone(),
                control: served.sts_control.clone(),
            },
            smdb: Services {
                party: Party::Smdb,
                step: Step::Three,
                path: sim_smdb::http::ADDRESS,
                media_type: media_type(smdb),
                hosts: served.smdb.clone(),
                control: served.smdb_control.clone(),
            },
            messages: Vec::new(),
        })
    }

    /// What carries a client's messages, with its own certificate if it shows that.
    fn connections(
        &mut self,
        letter: Letter<'_>,
        shown: Option<&Thumbprint>,
    ) -> Result<Connections, rustls::Error> {
        match self.connections.entry((letter.authorities.clone(), shown.cloned())) {
            btree_map::Entry::Occupied(known) => Ok(known.get().clone()),
            btree_map::Entry::Vacant(free) => {
                let mut roots = RootCertStore::empty();
                let trusted =
                    |(authority, _): &(&ServerAuthority, _)| letter.authorities.hold(**authority);
                for (_, authority) in self.authorities.iter().filter(trusted) {
                    roots.add(authority.clone())?;
                }
                let own = shown.and_then(|shown| letter.certificates.credential(shown));
                Ok(free.insert(connections(roots, own)?).clone())
            }
        }
    }

    /// Sends a message by SOAP.
    fn ask(&mut self, server: Server, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        let connections = self.connections(letter, None);
        let services = self.services(server);
        let connections = match connections {
            Ok(connections) => connections,
            Err(why) => return Ok(services.unsent(&told(&why))),
        };
        let (path, content_type) = (services.path, services.media_type);
        let posted = Posted { connections, path, content_type, authorization: None };
        self.send(services, &posted, letter)
    }

    const fn services(&self, server: Server) -> &Services {
        match server {
            Server::Sts => &self.sts,
            Server::Smdb => &self.smdb,
        }
    }

    /// Sends a message, and asks what it was answered for if the answer is a refusal.
    fn send(
        &self,
        services: &Services,
        posted: &Posted<'_>,
        letter: Letter<'_>,
    ) -> Result<Answered, NotTrusted> {
        let exchange = async {
            let host = services.hosts.get(&letter.environment);
            let Some(host) = host else {
                return Ok(Ok(services.unsent("there is no such service")));
            };
            let mut request = Request::builder()
                .method(Method::POST)
                .uri(format!("{host}{}", posted.path))
                .header(CONTENT_TYPE, posted.content_type);
            if let Some(authorization) = posted.authorization {
                request = request.header(AUTHORIZATION, authorization);
            }
            let request = request
                .body(Full::from(letter.bytes.to_vec()))
                .map_err(|error| error.to_string())?;
            let response = match posted.connections.request(request).await {
                Ok(response) => response,
                Err(error) => {
                    return match Mistrust::of(&error) {
                        Some(Mistrust::Chain) => Ok(Err(NotTrusted)),
                        Some(Mistrust::Certificate(why)) => Ok(Ok(services.not_valid(&why))),
                        None if error.is_connect() => Ok(Ok(services.unsent(&told(&error)))),
                        None => Err(told(&error)),
                    };
                }
            };
            let text = |name| response.headers().get(name).and_then(|it| it.to_str().ok());
            let challenge = text(WWW_AUTHENTICATE).map(str::to_owned);
            let trace = text(TRACE_HEADER).map(str::to_owned);
            let head = HttpHead { status: response.status().as_u16(), challenge };
            let bytes = body(response).await?;
            let trace = trace.ok_or_else(|| "the answer has no name".to_owned())?;
            let refusal = self.truth(services, &trace).await?;
            Ok(Ok(Answered { came: Came::Answer, bytes, head, refusal }))
        };
        let exchange = within(PATIENCE, exchange);
        self.runtime.block_on(exchange).unwrap_or_else(|why| Ok(services.silent(&why)))
    }

    /// What the control port says of an answer: none if it was no refusal.
    async fn truth(&self, services: &Services, trace: &str) -> Result<Option<CallOutcome>, String> {
        let uri = services.control.at(&format!("/__admin/diagnoses/{trace}"));
        let response = self.control.get(uri).await.map_err(|error| told(&error))?;
        let truth: Truth =
            serde_json::from_slice(&body(response).await?).map_err(|error| error.to_string())?;
        let findings: Vec<Finding> = truth.findings.into_iter().map(Finding::from).collect();
        let cause = findings.first().map(|finding| finding.cause.clone());
        let refused = |cause: String| {
            diagnosed(services.step, &cause, services.party, Diagnosis::new(findings))
        };
        Ok(cause.map(refused))
    }

    /// Notes what went from one to the other, as far as a client can tell.
    fn note(&mut self, letter: Letter<'_>, noted: Noted) {
        self.messages.push(noted.into_message(letter));
    }

    /// The same of a message of which this came.
    fn note_sent(&mut self, letter: Letter<'_>, noted: Noted, came: Came) {
        if came != Came::Unsent {
            self.note(letter, noted);
        }
    }
}

impl Wire for Https {
    fn ask_sts(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        let answered = self.ask(Server::Sts, letter)?;
        self.note_sent(letter, Noted::request(letter), answered.came);
        Ok(answered)
    }

    fn call_smdb(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        let answered = self.ask(Server::Smdb, letter)?;
        self.note_sent(letter, Noted::call(letter), answered.came);
        Ok(answered)
    }

    fn post_to_smdb(&mut self, post: &Post, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        let answered = match self.connections(letter, Some(letter.proved_by)) {
            Ok(connections) => {
                let posted = Posted {
                    connections,
                    path: post.path(),
                    content_type: post.content_type,
                    authorization: post.authorization.as_deref(),
                };
                self.send(&self.smdb, &posted, letter)?
            }
            Err(why) => self.smdb.unsent(&told(&why)),
        };
        self.note_sent(letter, Noted::post(post, letter), answered.came);
        Ok(answered)
    }

    fn understood(&mut self, letter: Letter<'_>, answer: &Event, refusal: Option<&CallOutcome>) {
        if let Some(noted) = Noted::answer(letter, answer, refusal) {
            self.note(letter, noted);
        }
    }
}

impl Services {
    /// Nothing came back, or nothing of which the truth could be had.
    fn silent(&self, why: &str) -> Answered {
        Answered::nothing(Came::Nothing, no_answer(self.step, self.party, why))
    }

    /// Nothing was sent, since there is no connection.
    fn unsent(&self, why: &str) -> Answered {
        Answered::nothing(Came::Unsent, no_answer(self.step, self.party, why))
    }

    /// Nothing was sent, since its certificate in TLS is not good for it.
    fn not_valid(&self, why: &str) -> Answered {
        Answered::nothing(Came::Unsent, not_valid(self.step, why))
    }
}

async fn body(response: Response<Incoming>) -> Result<Vec<u8>, String> {
    let body = Limited::new(response.into_body(), ANSWER_MAX).collect().await;
    Ok(body.map_err(|error| error.to_string())?.to_bytes().to_vec())
}

/// The media type of a version of SOAP.
const fn media_type(version: Version) -> &'static str {
    match version {
        Version::Soap11 => "text/xml; charset=utf-8",
        Version::Soap12 => "application/soap+xml; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use clock::Timestamp;

    use super::*;
    use crate::{scenario::Truststore, world::certificates::Certificates};

    /// Nobody listens there, and there is no such service: in neither case anything crossed.
    #[test]
    fn what_could_not_be_sent_is_in_no_journal() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let nobody = |party, step, hosts| Services {
            party,
            step,
            path: "/",
            media_type: "text/xml",
            hosts,
            control: "http://127.0.0.1:1".parse().unwrap(),
        };
        let environment = Environment::Production;
        let hosts = BTreeMap::from([(environment, "https://127.0.0.1:1".to_owned())]);
        let mut https = Https {
            runtime: runtime.handle().clone(),
            authorities: BTreeMap::new(),
            connections: BTreeMap::new(),
            control: Client::builder(TokioExecutor::new()).build(connector()),
            sts: nobody(Party::Sts, Step::One, hosts),
            smdb: nobody(Party::Smdb, Step::Three, BTreeMap::new()),
            messages: Vec::new(),
        };
        let signer: Thumbprint = serde_json::from_str("\"00\"").unwrap();
        let letter = Letter {
            environment,
            bytes: b"<a/>",
            proved_by: &signer,
            holder: None,
            authorities: &TrustedAuthorities::of(Truststore::System),
            now: Timestamp::from_seconds(0),
            certificates: &Certificates::default(),
        };
        for (answered, party) in
            [(https.ask_sts(letter), Party::Sts), (https.call_smdb(letter), Party::Smdb)]
        {
            let Ok(answered) = answered else { panic!("{party:?} has shown nothing") };
            assert_eq!(answered.came, Came::Unsent);
            assert_eq!(answered.refusal.unwrap().failure().unwrap().party, party);
        }
        assert!(https.messages.is_empty(), "{:?}", https.messages);
        https.note_sent(letter, Noted::request(letter), Came::Nothing);
        assert_eq!(https.messages.len(), 1);
    }
}
