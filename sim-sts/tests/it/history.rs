//! What random histories are made of: instants, rules, certificates, and requests that are values.

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::{Credential, soap::MessageTime};
use pki::Path;
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, RngAlgorithm, RngSeed, TestRunner},
};
use sim_sts::{
    ReplayKey,
    administration::Verdict,
    issue::{Asked, Request, Signed},
};
use stage::start;

use crate::world::{STAGE, TEST, request};

/// Runs a property over so many random cases, the same ones each time.
pub(crate) fn check<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value)) {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(0x5_7500),
        ..Config::default()
    };
    let held = TestRunner::new(config).run(strategy, |value| {
        property(value);
        Ok(())
    });
    held.unwrap();
}

/// An instant from `from` on and before `to`.
pub(crate) fn between(from: Timestamp, to: Timestamp, look: u32) -> Timestamp {
    from + Span::from_millis(i64::from(look) % to.since(from).millis().max(1))
}

/// Certificates whose lives begin and end around the history.
pub(crate) fn certificates() -> impl Strategy<Value = Vec<Credential>> {
    // When they begin, and how long they live, in minutes.
    let lives = vec((-600_i64..360, 60_i64..1020), 5);
    lives.prop_map(|lives| {
        let certificate = |(key, (begins, lives))| {
            let begins = start() + Span::from_minutes(begins);
            let ends = begins + Span::from_minutes(lives);
            STAGE.system(TEST, "Fagsystem A", key, begins..ends)
        };
        lives.into_iter().enumerate().map(certificate).collect()
    })
}

/// No time at all, a short one or a long one.
pub(crate) fn minutes() -> impl Strategy<Value = Span> {
    select(vec![0, 5, 60]).prop_map(Span::from_minutes)
}

pub(crate) fn verdict() -> impl Strategy<Value = Verdict> {
    select(vec![Verdict::Refuse, Verdict::Accept])
}

/// A request that needs no message: whose path this is asks at `now`.
pub(crate) fn value(path: &Path, now: Timestamp, entropy: &mut Entropy) -> Request {
    let request = request(now, entropy);
    Request::Read {
        message_id: Some(request.message_id.clone()),
        time: MessageTime { created: Some(now), expires: now + Span::from_minutes(5) },
        signed: Ok(Box::new(Signed {
            certificate: path.leaf().clone(),
            path: Ok(path.clone()),
            replay_key: ReplayKey::new(&entropy.bytes::<32>()),
            asked: Asked::parse(request),
        })),
    }
}
