//! What no scenario can bring about: a server whose chain changes between two messages of one call.

use clock::Span;
use parties::{Party, Pass, Step};
use pki::PrivateKey;
use wsc::{exchange::Event, rest::Post};

use super::{InProcess, services::Services};
use crate::{
    scenario::Scenario,
    world::{
        CallOutcome,
        chains::NotTrusted,
        clients::{Answered, Came, Letter, Wire, failed},
    },
};

/// A client by REST whose certificate ends while its access token is good, where SMDB looks at that.
const FILE: &str = r#"
format = 1
title = "A certificate ends under an access token"
description = "SMDB refuses, and the client tries once more."
start = 2030-03-01T08:00:00Z
length = "3h"
seed = 1
[smdb]
holder-certificate = "validity"
[organisation.kommune]
name = "Testkommunen"
cvr = "90000001"
[system-user.fagsystem]
organisation = "kommune"
entity-id = "https://wsc.testkommunen.invalid"
[certificate.old]
system-user = "fagsystem"
environment = "production"
expires = "+2h"
[client.fagsystem]
system-user = "fagsystem"
environment = "production"
profile = "dotnet-rest"
certificate = "old"
[expected]
outages = []
"#;

/// The services, which what is posted reaches so often and no more.
struct Reached<'s> {
    services: &'s mut Services<Pass>,
    posts: usize,
}

impl Wire for Reached<'_> {
    fn ask_sts(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        self.services.ask_sts(letter)
    }

    fn call_smdb(&mut self, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        self.services.call_smdb(letter)
    }

    fn post_to_smdb(&mut self, post: &Post, letter: Letter<'_>) -> Result<Answered, NotTrusted> {
        self.posts = self.posts.checked_sub(1).ok_or(NotTrusted)?;
        self.services.post_to_smdb(post, letter)
    }
}

/// A wire at whose other end is nobody.
struct Cut {
    came: Came,
    understood: usize,
}

impl Cut {
    fn nothing(&self) -> Result<Answered, NotTrusted> {
        Ok(Answered::nothing(self.came, failed(Step::One, "nobody", Party::Sts)))
    }
}

impl Wire for Cut {
    fn ask_sts(&mut self, _: Letter<'_>) -> Result<Answered, NotTrusted> {
        self.nothing()
    }

    fn call_smdb(&mut self, _: Letter<'_>) -> Result<Answered, NotTrusted> {
        self.nothing()
    }

    fn post_to_smdb(&mut self, _: &Post, _: Letter<'_>) -> Result<Answered, NotTrusted> {
        self.nothing()
    }

    fn understood(&mut self, _: Letter<'_>, _: &Event, _: Option<&CallOutcome>) {
        self.understood += 1;
    }
}

fn world() -> (Scenario, InProcess<Pass>) {
    let scenario = Scenario::parse(FILE).unwrap_or_else(|mistake| panic!("{mistake}"));
    let world = InProcess::<Pass>::new(&scenario, |size, _| Some(PrivateKey::generate(size)));
    (scenario, world.unwrap_or_else(|error| panic!("{error}")))
}

/// Why a call at two hours fails, if what it posts reaches SMDB so often.
fn cause(posts: usize) -> (Step, String) {
    let (scenario, mut world) = world();
    let key = world.clients.nodes.keys().next().cloned().unwrap();
    let InProcess { clients, services, .. } = &mut world;
    let before = scenario.start + Span::from_minutes(90);
    let (first, _) = clients.call(&key, services, before);
    assert_eq!(first.failure(), None);
    let mut reached = Reached { services, posts };
    let (outcome, _) = clients.call(&key, &mut reached, scenario.start + Span::from_hours(2));
    let failure = outcome.failure().unwrap();
    (failure.step, failure.cause.clone())
}

/// The first post is refused, the second one is not sent: what is told is why not.
#[test]
fn a_refusal_is_told_of_the_message_that_was_refused_alone() {
    assert_eq!(cause(2), (Step::Three, "holder-certificate-expired".to_owned()));
    assert_eq!(cause(1), (Step::Three, "server-chain-not-trusted".to_owned()));
}

/// So no journal tells of an answer that never was.
#[test]
fn nothing_is_understood_where_nothing_came() {
    for came in [Came::Nothing, Came::Unsent] {
        let (scenario, mut world) = world();
        let key = world.clients.nodes.keys().next().cloned().unwrap();
        let mut cut = Cut { came, understood: 0 };
        let (outcome, _) = world.clients.call(&key, &mut cut, scenario.start);
        assert_eq!(outcome.failure().unwrap().cause, "nobody");
        assert_eq!(cut.understood, 0, "{came:?}");
    }
}
