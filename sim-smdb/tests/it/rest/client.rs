//! The built-in client by REST, between an STS made by hand and SMDB.

use std::sync::Arc;

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::{
    Credential,
    assertion::Assertion,
    trust::{ReceivedTokenRequest, TokenResponse},
};
use parties::{ClientProfile, Core, Proof};
use sim_smdb::{
    Policy,
    contract::Operation,
    rest::{Message, Rejection},
};
use stage::start;
use wsc::{
    FindBy, Settings, Trust, Wsc,
    exchange::{Action, Event, Order},
    rest::{HttpReply, Post},
};
use xml_security::{Legacy, Limits};

use super::door::{json, path};
use crate::world::{HOLDER, SMDB, STRANGER, STS, World, after, assertion, submission};

/// A client and SMDB.
struct Pair {
    world: World,
    wsc: Wsc,
    entropy: Entropy,
    submitted: u32,
}

impl Pair {
    fn new(profile: ClientProfile, policy: Policy) -> Self {
        let trust = Trust {
            sts: STS.certificate.clone(),
            service: SMDB.certificate.clone(),
            service_entity_id: assertion().audience,
            service_address: "https://smdb.sim.invalid".to_owned(),
        };
        let entropy = Entropy::seeded(1, "client", "test");
        let wsc = Wsc::new(Settings::of(profile), Arc::new(trust));
        let mut pair = Self { world: World::with_policy(policy), wsc, entropy, submitted: 0 };
        pair.deploy(&HOLDER, start());
        pair
    }

    fn deploy(&mut self, credential: &Credential, now: Timestamp) {
        self.wsc.key_store().install(credential.clone());
        let find_by = FindBy::thumbprint_of(&credential.certificate);
        for event in [Event::Configure(find_by), Event::TakeUp] {
            assert!(matches!(self.tell(&event, now), Action::Done(Ok(()))));
        }
    }

    fn tell(&mut self, event: &Event, now: Timestamp) -> Action {
        let (action, facts) = self.wsc.decide(event, now, &mut self.entropy);
        facts.into_iter().for_each(|fact| self.wsc.apply(fact));
        action
    }

    /// Submits a course of its own: what SMDB said at each step, and at last what the client makes of it.
    fn submits(&mut self, now: Timestamp) -> Vec<&'static str> {
        self.submitted += 1;
        let body = json(&submission(&format!("sag-{}", self.submitted)));
        let mut event = Event::Begin(Order { action: path(Operation::Report), body });
        let mut said = Vec::new();
        loop {
            let action = self.tell(&event, now);
            let message = self.wsc.write(&action, &mut self.entropy);
            event = match action {
                Action::AskSts { .. } => {
                    said.push("asked");
                    self.wsc.read(token_for(&message, now).as_bytes())
                }
                Action::Redeem { post, certificate, .. }
                | Action::CallByRest { post, certificate, .. } => {
                    let shown = self.wsc.key_store().credential(&certificate).unwrap();
                    let (name, event) = self.posts(&post, &shown, now);
                    said.push(name);
                    event
                }
                Action::Done(Ok(())) => return said,
                Action::Done(Err(failure)) => {
                    said.push(failure.name());
                    return said;
                }
                Action::CallService { .. } => panic!("by SOAP"),
            };
        }
    }

    fn posts(&mut self, post: &Post, shown: &Credential, now: Timestamp) -> (&'static str, Event) {
        let message = Message {
            path: post.url.strip_prefix("https://smdb.sim.invalid").unwrap(),
            content_type: Some(post.content_type),
            authorization: post.authorization.as_deref(),
            certificate: Proof::Key(shown.certificate.der()),
            body: post.body.as_bytes(),
        };
        let reaction = self.world.ask_rest(&message, now);
        let reply = HttpReply {
            status: reaction.reply.status,
            challenge: reaction.reply.challenge.as_deref(),
            body: &reaction.reply.body,
        };
        (reaction.rejection().map_or("granted", Rejection::name), self.wsc.read_rest(&reply))
    }
}

/// What the STS gives: a token for eight hours, for whoever asks.
fn token_for(message: &[u8], now: Timestamp) -> String {
    let received = ReceivedTokenRequest::read(message, &Limits::default(), Legacy::Refuse).unwrap();
    let signed = received.signed.unwrap();
    let request = signed.request.unwrap();
    let expires = now + Span::from_hours(8);
    let assertion = Assertion {
        holder: signed.certificate,
        issued_at: now,
        not_before: now,
        not_on_or_after: expires,
        ..assertion()
    };
    let response = TokenResponse {
        message_id: "uuid:00000000-0000-4000-8000-000000000002".to_owned(),
        relates_to: request.message_id,
        context: request.context,
        token_type: request.token_type,
        applies_to: assertion.audience.clone(),
        created: now,
        expires,
    };
    let entropy = &mut Entropy::seeded(1, "sts", "test");
    response.write(&assertion.write(&STS).unwrap(), &SMDB.certificate, &STS, entropy).unwrap()
}

#[test]
fn the_built_in_client_submits_by_rest() {
    for profile in [ClientProfile::JavaRestFixedCache, ClientProfile::DotnetRest] {
        let mut pair = Pair::new(profile, Policy::default());
        assert_eq!(pair.submits(start()), ["asked", "granted", "granted"]);
        assert_eq!(pair.submits(after("10m")), ["granted"]);
        assert_eq!(pair.submits(after("59m")), ["granted", "granted"]);
        assert_eq!(pair.world.smdb.ledger().len(), 3);
    }
}

/// The old certificate is in what is kept, and the new one in TLS: down until the access token is dropped,
/// and then until the token is, or until somebody restarts the client.
#[test]
fn a_swap_in_dotnet_is_refused_by_rest_until_a_restart() {
    let mut pair = Pair::new(ClientProfile::DotnetRest, Policy::default());
    pair.submits(start());
    pair.deploy(&STRANGER, after("10m"));
    let refused = ["another-certificate", "another-certificate", "call-refused"];
    assert_eq!(pair.submits(after("10m")), refused);
    assert_eq!(pair.submits(after("58m59s")), refused);
    let refused = ["another-holder", "redemption-refused"];
    assert_eq!(pair.submits(after("59m")), refused);
    assert_eq!(pair.submits(after("7h58m")), refused);
    let mut healed = Pair { wsc: pair.wsc.clone(), world: pair.world.clone(), ..pair };
    healed.tell(&Event::Restart, after("7h58m"));
    assert_eq!(healed.submits(after("7h58m")), ["asked", "granted", "granted"]);
    // Or until the token is dropped.
    assert_eq!(healed.submits(after("7h59m")), ["granted"]);
}

#[test]
fn a_swap_in_java_needs_a_restart_and_heals_at_once_by_rest() {
    let mut pair = Pair::new(ClientProfile::JavaRestFixedCache, Policy::default());
    pair.submits(start());
    pair.deploy(&STRANGER, after("10m"));
    assert_eq!(pair.submits(after("10m")), ["asked", "granted", "granted"]);
}

/// A client that goes by a time of its own carries an access token that has ended, and does not learn.
#[test]
fn a_shorter_life_of_access_tokens_breaks_the_client_in_java_alone() {
    let policy = Policy { access_token_lifetime: Span::from_minutes(30), ..Policy::default() };
    let mut java = Pair::new(ClientProfile::JavaRestFixedCache, policy);
    let mut dotnet = Pair::new(ClientProfile::DotnetRest, policy);
    for pair in [&mut java, &mut dotnet] {
        assert_eq!(pair.submits(start()), ["asked", "granted", "granted"]);
    }
    let ended = ["access-token-expired", "call-refused"];
    for (at, java_meets, dotnet_meets) in [
        ("28m59s", &["granted"][..], &["granted"][..]),
        ("29m", &["granted"], &["granted", "granted"]),
        ("29m59s", &["granted"], &["granted"]),
        ("30m", &ended, &["granted"]),
        ("54m59s", &ended, &["granted"]),
        ("55m", &["granted", "granted"], &["granted"]),
    ] {
        assert_eq!(java.submits(after(at)), java_meets, "{at}");
        assert_eq!(dotnet.submits(after(at)), dotnet_meets, "{at}");
    }
}
