//! What random histories are made of: instants, rules, certificates, and requests that are values.

use std::fmt::Debug;

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
    Policy, ReplayKey, Sts,
    administration::Verdict,
    issue::{Asked, Request, Signed},
};
use stage::start;
use xml_security::Claimed;

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

/// Asserts that nothing seen differs strictly between two instants that `next_change` names, from `now`
/// until `until`; says at how many of them something does. Whoever asks all of NemLog-in (`whole`)
/// stops at them too.
pub(crate) fn steady<T: PartialEq + Debug>(
    mut now: Timestamp,
    until: Timestamp,
    look: u32,
    whole: &Sts,
    next_change: impl Fn(Timestamp) -> Option<Timestamp>,
    seen: impl Fn(Timestamp) -> T,
) -> usize {
    let mut changes = 0;
    while now < until {
        let next = next_change(now).filter(|next| *next < until);
        let stops = |next| whole.next_change(now).is_some_and(|whole| whole <= next);
        assert!(next.is_none_or(stops), "{now}: all stop where one does");
        let next = next.unwrap_or(until);
        assert!(next > now, "an instant of change lies ahead");
        let expected = seen(now);
        for at in [next - stage::INSTANT, between(now, next, look)] {
            assert_eq!(seen(at), expected, "{now} .. {at}");
        }
        changes += usize::from(seen(next) != expected);
        now = next;
    }
    changes
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
        message_id: Some(Claimed::new(request.message_id.clone())),
        time: Claimed::new(MessageTime {
            created: Some(now),
            expires: now + Span::from_minutes(5),
        }),
        signed: Ok(Box::new(Signed {
            certificate: path.leaf().clone(),
            path: Ok(path.clone()),
            replay_key: ReplayKey::new(&entropy.bytes::<32>()),
            asked: Asked::parse(request, &Policy::default()),
        })),
    }
}
