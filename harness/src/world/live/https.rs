//! What a client sends over HTTPS, what comes back, and the truth about it at the control port.

use std::{collections::BTreeMap, io, sync::Arc};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    header::CONTENT_TYPE,
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use oio_idws::{soap::Version, trust::StsReply};
use parties::{Diagnosis, Direction, Environment, Finding, Party, Role, Step, Text};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use serde::Deserialize;
use shell::{BaseUrl, TRACE_HEADER};
use tokio::runtime::Handle;
use wsc::exchange::Event;

use super::{
    served::Served,
    silence::{PATIENCE, no_answer, told, within},
};
use crate::world::{
    CallOutcome, Content, Message,
    clients::{Answered, Letter, Wire, diagnosed},
};

/// More than any answer is long.
const ANSWER_MAX: usize = 4 * 1024 * 1024;

/// A client's way to the services.
pub(super) struct Https {
    runtime: Handle,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    sts: Services,
    smdb: Services,
    pub(super) messages: Vec<Message>,
}

/// The service of each environment, and where the truth about all of them is told.
struct Services {
    party: Party,
    step: Step,
    media_type: &'static str,
    addresses: BTreeMap<Environment, String>,
    control: BaseUrl,
}

impl Https {
    /// Trusts these services in TLS, and no others. SMDB speaks that version of SOAP.
    pub(super) fn to(served: &Served, smdb: Version) -> io::Result<Self> {
        let authority = CertificateDer::from_pem_slice(served.tls_authority.as_bytes());
        let mut roots = RootCertStore::empty();
        roots.add(authority.map_err(io::Error::other)?).map_err(io::Error::other)?;
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let https = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
        Ok(Self {
            runtime: served.runtime.handle().clone(),
            client: Client::builder(TokioExecutor::new()).build(https.enable_http1().build()),
            sts: Services {
                party: Party::Sts,
                step: Step::One,
                media_type: media_type(Version::Soap11),
                addresses: served.sts.clone(),
                control: served.sts_control.clone(),
            },
            smdb: Services {
                party: Party::Smdb,
                step: Step::Three,
                media_type: media_type(smdb),
                addresses: served.smdb.clone(),
                control: served.smdb_control.clone(),
            },
            messages: Vec::new(),
        })
    }

    /// Sends a message, and asks what it was answered for if the answer is a refusal.
    fn ask(&self, services: &Services, letter: Letter<'_>) -> Answered {
        let exchange = async {
            let address = services.addresses.get(&letter.environment);
            let address = address.ok_or_else(|| "there is no such service".to_owned())?;
            let request = Request::builder()
                .method(Method::POST)
                .uri(address)
                .header(CONTENT_TYPE, services.media_type)
                .body(Full::from(letter.bytes.to_vec()))
                .map_err(|error| error.to_string())?;
            let response = self.client.request(request).await.map_err(|it| told(&it))?;
            let trace = response.headers().get(TRACE_HEADER).cloned();
            let bytes = body(response).await?;
            let trace = trace.as_ref().and_then(|trace| trace.to_str().ok());
            let trace = trace.ok_or_else(|| "the answer has no name".to_owned())?;
            let refusal = self.truth(services, trace).await?;
            Ok::<_, String>(Answered { bytes, refusal })
        };
        let exchange = within(PATIENCE, exchange);
        self.runtime
            .block_on(exchange)
            .unwrap_or_else(|why| Answered::nothing(no_answer(services.step, services.party, &why)))
    }

    /// What the control port says of an answer: none if it was no refusal.
    async fn truth(&self, services: &Services, trace: &str) -> Result<Option<CallOutcome>, String> {
        let uri = services.control.at(&format!("/__admin/diagnoses/{trace}"));
        let response = self.client.get(uri).await.map_err(|error| told(&error))?;
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
    fn ask_sts(&mut self, letter: Letter<'_>) -> Answered {
        let signer = letter.certificates.named_by(letter.signer);
        let asks = Content::TokenRequest { signer };
        self.note(letter, "1-wsc-to-sts", [Party::Client, Party::Sts], asks);
        self.ask(&self.sts, letter)
    }

    fn call_smdb(&mut self, letter: Letter<'_>) -> Answered {
        let signer = letter.certificates.named_by(letter.signer);
        // The token is sealed, and whoever signs is whom it is bound to, or is refused.
        let asks = Content::Call { holder: signer.clone(), signer, until: None };
        self.note(letter, "3-wsc-to-wsp", [Party::Client, Party::Smdb], asks);
        self.ask(&self.smdb, letter)
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
            Event::Configure(_)
            | Event::TakeUp
            | Event::Restart
            | Event::Begin(_)
            | Event::Redeemed(_)
            | Event::Returned(_)
            | Event::Unexpected => {}
        }
    }
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
