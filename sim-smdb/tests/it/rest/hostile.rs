//! Whatever comes by REST, it is refused or granted: nothing panics, and nobody is let in by accident.

use parties::Proof;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, RngSeed, TestRunner},
};
use sim_smdb::{
    contract::Operation,
    rest::{Message, TOKEN_PATH},
};
use stage::start;

use super::door::{FORM, form, json, path};
use crate::world::{HOLDER, World, assertion, signed, submission};

fn check<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value)) {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(0x5_3DB2),
        ..Config::default()
    };
    let held = TestRunner::new(config).run(strategy, |value| {
        property(value);
        Ok(())
    });
    held.unwrap();
}

#[test]
fn whatever_comes_by_rest_is_refused_or_granted() {
    let octets = || prop::collection::vec(any::<u8>(), 0..200);
    let text = || prop::option::of("(Holder-of-key |Bearer |)[ -~æ]{0,60}");
    let paths = prop::sample::select(vec![
        TOKEN_PATH.to_owned(),
        path(Operation::Report),
        "/api//".to_owned(),
        "/".to_owned(),
        String::new(),
    ]);
    let what = (paths, text(), text(), prop::option::of(octets()), octets());
    check(2_000, &what, |(path, content_type, authorization, certificate, body)| {
        let message = Message {
            path: &path,
            content_type: content_type.as_deref(),
            authorization: authorization.as_deref(),
            certificate: certificate.as_deref().map_or(Proof::Missing, Proof::Key),
            body: &body,
        };
        let reaction = World::new().ask_rest(&message, start());
        assert!(reaction.rejection().is_some(), "{path}");
        assert!(reaction.facts.is_empty());
    });
}

/// One octet of a form is changed: the token is refused, or it is the same token.
#[test]
fn a_form_with_one_octet_changed_lets_nobody_in_who_was_not() {
    let written = form(&signed(&assertion())).into_bytes();
    check(300, &(0..written.len(), any::<u8>()), |(at, octet)| {
        let mut body = written.clone();
        body[at] = octet;
        let message = Message {
            path: TOKEN_PATH,
            content_type: Some(FORM),
            authorization: None,
            certificate: Proof::Key(HOLDER.certificate.der()),
            body: &body,
        };
        let reaction = World::new().ask_rest(&message, start());
        if reaction.rejection().is_none() {
            let usual = World::new().redeem(&assertion(), start());
            assert_eq!(reaction.token(), usual.token(), "{at}");
        }
    });
}

/// JSON that was cut or changed is refused, or says something that the contract knows.
#[test]
fn json_with_one_octet_changed_is_answered_in_json() {
    let mut world = World::new();
    let access = world.redeem(&assertion(), start()).token();
    let written = json(&submission("sag-1"));
    check(300, &(0..written.len(), "[ -~]", any::<bool>()), |(at, sign, cut)| {
        let mut body = written.clone();
        if cut {
            body.truncate(at);
        } else {
            body.replace_range(at..=at, &sign);
        }
        let reaction = world.clone().call_rest(Operation::Report, &access, &body, start());
        let expected = ["granted", "malformed-request", "invalid-submission", "foreign-authority"];
        assert!(expected.contains(&reaction.name()), "{}", reaction.name());
        assert!(reaction.json().is_object());
    });
}
