//! The reference client over HTTPS: it is set up from what is published, and carries out whole calls, by SOAP
//! or by REST.

use std::{io, net::SocketAddr, sync::Arc};

use clock::Timestamp;
use entropy::Entropy;
use oio_idws::{
    Binding, Credential,
    metadata::{Metadata, MetadataRole},
    soap::Version,
};
use parties::{ClientProfile, Core, Environment};
use sim_smdb::{
    contract::{Notation, Operation, Submission},
    course::Course,
    cpr::Cpr,
    date::Date,
    rest,
    schema::SchemaVersion,
};
use stage::http::{Https, Reply, get};
use wsc::{
    FindBy, Settings, Trust, Wsc,
    exchange::{Action, Event, Order},
    habits::Calls,
    rest::{HttpReply, Post},
};

use super::metadata;

/// A client of one environment.
pub(super) struct Client {
    wsc: Wsc,
    https: Https,
    /// The same with its certificate in TLS, as by REST.
    showing: Https,
    /// Where the STS listens, and by which name it is called.
    pub(super) sts: (SocketAddr, String),
    smdb: SocketAddr,
    /// Whose clock the client goes by.
    control: SocketAddr,
    entropy: Entropy,
    /// What went over the wire, in order: each message and then its answer.
    pub(super) messages: Vec<Vec<u8>>,
}

/// Where the services of a client are.
#[derive(Clone, Copy)]
pub(super) struct Places {
    pub(super) sts: SocketAddr,
    pub(super) sts_metadata: SocketAddr,
    pub(super) sts_control: SocketAddr,
    pub(super) smdb: SocketAddr,
    pub(super) smdb_metadata: SocketAddr,
}

const STS_PATH: &str = "/SecurityTokenService.svc";
const SMDB_PATH: &str = "/SmdbService.svc";

impl Client {
    /// A client with this certificate and key, set to the profile that SMDB speaks, which trusts what the
    /// services publish now.
    pub(super) async fn new(
        environment: Environment,
        binding: Binding,
        places: Places,
        tls_authority: &str,
        credential: Credential,
    ) -> Self {
        let profile = ClientProfile::NoCache;
        Self::with(binding, profile, environment, places, tls_authority, credential).await
    }

    /// The same, with these habits.
    pub(super) async fn of(
        profile: ClientProfile,
        environment: Environment,
        places: Places,
        tls_authority: &str,
        credential: Credential,
    ) -> Self {
        let binding = Binding::OioIdws;
        Self::with(binding, profile, environment, places, tls_authority, credential).await
    }

    async fn with(
        binding: Binding,
        profile: ClientProfile,
        environment: Environment,
        places: Places,
        tls_authority: &str,
        credential: Credential,
    ) -> Self {
        let path = format!("/{environment}/metadata");
        let sts = metadata(places.sts_metadata, &path).await;
        let smdb = metadata(places.smdb_metadata, &path).await;
        let trust = Arc::new(trust(&sts, smdb));
        let settings = Settings { binding, ..Settings::of(profile) };
        let mut wsc = Wsc::new(settings, trust);
        let find_by = FindBy::thumbprint_of(&credential.certificate);
        let showing = Https::showing(&credential, tls_authority);
        wsc.key_store().install(credential);
        let mut client = Self {
            wsc,
            https: Https::trusting(tls_authority),
            showing,
            sts: (places.sts, "localhost".to_owned()),
            smdb: places.smdb,
            control: places.sts_control,
            entropy: Entropy::seeded(1, "client", &format!("{environment} {profile}")),
            messages: Vec::new(),
        };
        let now = client.now().await;
        for event in [Event::Configure(find_by), Event::TakeUp] {
            let (action, facts) = client.wsc.decide(&event, now, &mut client.entropy);
            assert!(matches!(action, Action::Done(Ok(()))), "{action:?}");
            facts.into_iter().for_each(|fact| client.wsc.apply(fact));
        }
        client
    }

    async fn now(&self) -> Timestamp {
        let clock = get(self.control, "/__admin/clock").await.json();
        clock["now"].as_str().unwrap().parse().unwrap()
    }

    /// Reports a course, from the order to the receipt; the name of the failure if there is none, and what
    /// TLS said where that failed.
    pub(super) async fn report(&mut self) -> Result<(), String> {
        let now = self.now().await;
        let mut event = Event::Begin(self.order(now));
        loop {
            let (action, facts) = self.wsc.decide(&event, now, &mut self.entropy);
            let message = self.wsc.write(&action, &mut self.entropy);
            facts.into_iter().for_each(|fact| self.wsc.apply(fact));
            let answered = match action {
                Action::AskSts { .. } => self.ask_sts(&message).await,
                Action::CallService { .. } => self.call_smdb(&message).await,
                Action::Redeem { post, .. } | Action::CallByRest { post, .. } => {
                    let reply = self.post(&post).await.map_err(|error| error.to_string())?;
                    let (status, challenge) = (reply.status, reply.header("www-authenticate"));
                    let reply = HttpReply { status, challenge, body: &reply.body };
                    event = self.wsc.read_rest(&reply);
                    self.messages.extend([message, reply.body.to_vec()]);
                    continue;
                }
                Action::Done(outcome) => return outcome.map_err(|it| it.name().to_owned()),
            };
            let answer = answered.map_err(|error| error.to_string())?;
            event = self.wsc.read(&answer);
            self.messages.extend([message, answer]);
        }
    }

    async fn post(&self, post: &Post) -> io::Result<Reply> {
        let mut headers = format!("Content-Type: {}\r\n", post.content_type);
        if let Some(authorization) = &post.authorization {
            headers += &format!("Authorization: {authorization}\r\n");
        }
        let (at, body) = (self.smdb, post.body.as_bytes());
        self.showing.post_with(at, "localhost", post.path(), &headers, body).await
    }

    async fn ask_sts(&self, message: &[u8]) -> io::Result<Vec<u8>> {
        let (at, host) = &self.sts;
        let soap_1_1 = "text/xml; charset=utf-8";
        Ok(self.https.post(*at, host, STS_PATH, soap_1_1, message).await?.body)
    }

    async fn call_smdb(&self, message: &[u8]) -> io::Result<Vec<u8>> {
        let media_type = match self.wsc.settings().binding.soap() {
            Version::Soap11 => "text/xml; charset=utf-8",
            Version::Soap12 => "application/soap+xml; charset=utf-8",
        };
        let at = self.smdb;
        let reply = self.https.post(at, "localhost", SMDB_PATH, media_type, message).await?;
        assert_eq!(reply.header("content-type"), Some(media_type));
        Ok(reply.body)
    }

    fn order(&mut self, now: Timestamp) -> Order {
        let version = *SchemaVersion::calendar().at(now).unwrap();
        // SMDB takes no reference that could hold a personal number, as a UUID may.
        let reference = std::iter::repeat_with(|| self.entropy.uuid().to_string())
            .find_map(|it| it.parse().ok())
            .unwrap();
        let citizen = Cpr::parse("6101800049").unwrap();
        let submission = Submission {
            reference,
            version: 1,
            authority: "90000001".parse().unwrap(),
            course: Course::of_one_day(citizen, Date::of(now)),
        };
        let operation = Operation::Report;
        match self.wsc.settings().habits.calls {
            Calls::Soap => {
                Order { action: operation.action(version), body: submission.write(version) }
            }
            Calls::Rest { .. } => Order {
                action: rest::path(version, operation),
                body: submission.write(Notation::Json),
            },
        }
    }
}

/// Whom a client trusts that was set up from metadata.
fn trust(sts: &Metadata, smdb: Metadata) -> Trust {
    let MetadataRole::Service { address, encryption } = smdb.role else { panic!("{smdb:?}") };
    assert_eq!(encryption, smdb.signing);
    Trust {
        sts: sts.signing[0].clone(),
        service: smdb.signing[0].clone(),
        service_entity_id: smdb.entity_id,
        service_address: address,
    }
}
