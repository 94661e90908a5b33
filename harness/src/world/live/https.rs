//! What a client sends over HTTPS, what comes back, and the truth about it at the control port.

use std::{
    collections::{BTreeMap, btree_map},
    error::Error,
    io,
    iter::successors,
    sync::Arc,
};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use oio_idws::{Credential, soap::Version, trust::StsReply};
use parties::{Diagnosis, Direction, Environment, Finding, Party, Role, Server, Step, Text};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use serde::Deserialize;
use shell::{BaseUrl, TRACE_HEADER};
use tokio::runtime::Handle;
use wsc::{Thumbprint, exchange::Event, rest::Post};

use super::{
    served::Served,
    silence::{PATIENCE, no_answer, told, within},
};
use crate::world::{
    CallOutcome, Content, Message,
    chains::{Anchor, Anchors, NotTrusted},
    clients::{Answered, HttpHead, Letter, Wire, diagnosed},
};

/// More than any answer is long.
const ANSWER_MAX: usize = 4 * 1024 * 1024;

/// What carries requests, each over a connection of its own.
type Connections = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client's way to the services.
pub(super) struct Https {
    runtime: Handle,
    /// Who vouches for servers in TLS, or will.
    authorities: BTreeMap<Anchor, CertificateDer<'static>>,
    /// By whom a client trusts in TLS, and by the certificate of its own that it shows there: by SOAP none, by
    /// REST one.
    connections: BTreeMap<(Anchors, Option<Thumbprint>), Connections>,
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
        let certificate = |anchor| Ok((anchor, served.certificate(anchor)?));
        Ok(Self {
            runtime: served.runtime.handle().clone(),
            authorities: Anchor::ALL.into_iter().map(certificate).collect::<io::Result<_>>()?,
            connections: BTreeMap::new(),
            control: Client::builder(TokioExecutor::new()).build_http(),
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
        match self.connections.entry((letter.anchors.clone(), shown.cloned())) {
            btree_map::Entry::Occupied(known) => Ok(known.get().clone()),
            btree_map::Entry::Vacant(free) => {
                let mut roots = RootCertStore::empty();
                let trusted = |(anchor, _): &(&Anchor, _)| letter.anchors.hold(**anchor);
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
            Err(why) => return Ok(services.silent(&told(&why))),
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
            let host = host.ok_or_else(|| "there is no such service".to_owned())?;
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
                Err(error) if is_not_trusted(&error) => return Ok(Err(NotTrusted)),
                Err(error) => return Err(told(&error)),
            };
            let text = |name| response.headers().get(name).and_then(|it| it.to_str().ok());
            let challenge = text(WWW_AUTHENTICATE).map(str::to_owned);
            let trace = text(TRACE_HEADER).map(str::to_owned);
            let head = HttpHead { status: response.status().as_u16(), challenge };
            let bytes = body(response).await?;
            let trace = trace.ok_or_else(|| "the answer has no name".to_owned())?;
            let refusal = self.truth(services, &trace).await?;
            Ok(Ok(Answered { bytes, head, refusal }))
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
    fn note(&mut self, letter: Letter<'_>, name: &str, between: [Party; 2], content: Content) {
        let [from, to] = between;
        let direction = match to {
            Party::Client => Direction::Response,
            Party::Mitid | Party::Sts | Party::Smdb => Direction::Request,
        };
        let (name, environment) = (name.to_owned(), letter.environment);
        self.messages.push(Message { name, from, to, direction, environment, content });
    }
}

impl Wire for Https {
    fn ask_sts(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        let answered = self.ask(Server::Sts, letter)?;
        let signer = letter.certificates.named_by(letter.signer);
        let asks = Content::TokenRequest { signer };
        self.note(letter, "1-wsc-to-sts", [Party::Client, Party::Sts], asks);
        Ok(answered)
    }

    fn call_smdb(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        let answered = self.ask(Server::Smdb, letter)?;
        let signer = letter.certificates.named_by(letter.signer);
        // The token is sealed, and whoever signs is whom it is bound to, or is refused.
        let asks = Content::Call { holder: signer.clone(), signer, until: None };
        self.note(letter, "3-wsc-to-wsp", [Party::Client, Party::Smdb], asks);
        Ok(answered)
    }

    fn post_to_smdb(&mut self, post: &Post, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        let answered = match self.connections(letter, Some(letter.signer)) {
            Ok(connections) => {
                let posted = Posted {
                    connections,
                    path: post.path(),
                    content_type: post.content_type,
                    authorization: post.authorization.as_deref(),
                };
                self.send(&self.smdb, &posted, letter)?
            }
            Err(why) => self.smdb.silent(&told(&why)),
        };
        // The token is sealed, and whoever shows its holder is whom it is bound to, or is refused.
        let shown = letter.certificates.named_by(letter.signer);
        let holder = shown.clone();
        let (name, asks) = if is_redemption(post) {
            ("3-wsc-to-as", Content::Redemption { shown, holder, until: None })
        } else {
            ("5-wsc-to-wsp", Content::CallByRest { shown, holder, until: None })
        };
        self.note(letter, name, [Party::Client, Party::Smdb], asks);
        Ok(answered)
    }

    fn understood(&mut self, letter: Letter<'_>, answer: &Event, refusal: Option<&CallOutcome>) {
        let refused = refusal.and_then(CallOutcome::failure);
        let fault = refused.map(|failure| Content::Fault { cause: failure.cause.clone() });
        match answer {
            Event::StsAnswered(answer) => {
                let token = match answer {
                    Ok(StsReply::Token(token)) => Some(Content::Token {
                        holder: letter.certificates.named_by(letter.signer),
                        from: letter.now,
                        until: token.expires,
                    }),
                    Ok(StsReply::Fault(_)) | Err(_) => None,
                };
                if let Some(content) = fault.or(token) {
                    self.note(letter, "2-sts-to-wsc", [Party::Sts, Party::Client], content);
                }
            }
            Event::ServiceAnswered(_) => {
                let content = fault.unwrap_or(Content::Receipt);
                self.note(letter, "4-wsp-to-wsc", [Party::Smdb, Party::Client], content);
            }
            Event::Redeemed(answer) => {
                let access = answer.as_ref().ok().map(|granted| Content::AccessToken {
                    holder: letter.certificates.named_by(letter.signer),
                    from: letter.now,
                    until: letter.now + granted.expires_in,
                });
                if let Some(content) = fault.or(access) {
                    self.note(letter, "4-as-to-wsc", [Party::Smdb, Party::Client], content);
                }
            }
            Event::Returned(_) => {
                let content = fault.unwrap_or(Content::Receipt);
                self.note(letter, "6-wsp-to-wsc", [Party::Smdb, Party::Client], content);
            }
            Event::Configure(_)
            | Event::TakeUp
            | Event::Restart
            | Event::Begin(_)
            | Event::ServerNotTrusted
            | Event::Unexpected => {}
        }
    }
}

impl Services {
    /// Nothing came back.
    fn silent(&self, why: &str) -> Answered {
        Answered::nothing(no_answer(self.step, self.party, why))
    }
}

/// Connections that trust these roots, and show this certificate in TLS if it is asked for. Each message has
/// one of its own, so that it is sent to who is there now: one that is kept open knows nothing of a change.
fn connections(
    roots: RootCertStore,
    own: Option<&Credential>,
) -> Result<Connections, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let config = match own {
        None => config.with_no_client_auth(),
        Some(Credential { certificate, key }) => {
            let certificate = CertificateDer::from(certificate.der().to_vec());
            let key = PrivateKeyDer::Pkcs8(key.pkcs8().to_vec().into());
            config.with_client_auth_cert(vec![certificate], key)?
        }
    };
    let https = HttpsConnectorBuilder::new().with_tls_config(config).https_only();
    let mut client = Client::builder(TokioExecutor::new());
    Ok(client.pool_max_idle_per_host(0).build(https.enable_http1().build()))
}

/// Whether a connection failed for a chain that leads to no authority of the truststore.
fn is_not_trusted(error: &(dyn Error + 'static)) -> bool {
    let is_refused = |error: &(dyn Error + 'static)| {
        let tls = error.downcast_ref::<rustls::Error>();
        matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
    };
    successors(Some(error), |error| inner(*error)).any(is_refused)
}

/// What an error comes of. One of input and output says of the error that it wraps only what that came of.
fn inner<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// Whether it redeems a token, and calls nothing.
fn is_redemption(post: &Post) -> bool {
    post.path() == wsc::rest::TOKEN_PATH
}

async fn body(response: Response<Incoming>) -> Result<Vec<u8>, String> {
    let body = Limited::new(response.into_body(), ANSWER_MAX).collect().await;
    Ok(body.map_err(|error| error.to_string())?.to_bytes().to_vec())
}

/// What the control port tells of a request.
#[derive(Deserialize)]
struct Truth {
    findings: Vec<Told>,
}

/// What speaks against it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Told {
    cause: String,
    rule: Text,
    expected: Text,
    got: Text,
    who: Role,
    what_to_do: Text,
}

impl From<Told> for Finding {
    fn from(told: Told) -> Self {
        let Told { cause, rule, expected, got, who, what_to_do } = told;
        Self { cause, rule, expected, got, who, what: what_to_do }
    }
}

/// The media type of a version of SOAP.
const fn media_type(version: Version) -> &'static str {
    match version {
        Version::Soap11 => "text/xml; charset=utf-8",
        Version::Soap12 => "application/soap+xml; charset=utf-8",
    }
}
