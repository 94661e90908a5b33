//! Facts are all that SMDB is; and nothing changes but when it says so.

use std::collections::BTreeSet;

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{assertion::Assertion, call::ServiceCall};
use parties::{Core, Environment, Fact};
use pki::{RevocationReason, Revoked};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, RngSeed, TestRunner},
};
use sim_smdb::{
    Configuration, HolderCheck, Lesson, Policy, Smdb,
    contract::{Annul, Operation, Submission},
    course::{Course, Details},
    date::Date,
    schema::SchemaVersion,
};
use stage::start;

use crate::world::{
    HOLDER, NEXT_STS, SMDB, STAGE, STRANGER, STS, World, after, assertion, code, configuration,
    course, cpr, cvr, kept, may_act_for, reference, signed, token, written,
};

/// Runs a property over so many random cases, the same ones each time.
fn check<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value)) {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(0x5_3DB0),
        ..Config::default()
    };
    let held = TestRunner::new(config).run(strategy, |value| {
        property(value);
        Ok(())
    });
    held.unwrap();
}

/// Something that a client does, well or badly.
#[derive(Debug, Clone)]
struct Act {
    reference: u8,
    version: u32,
    other_authority: bool,
    citizen: u8,
    kind: u8,
    wait: i64,
}

fn act() -> impl Strategy<Value = Act> {
    let what = (0..3_u8, 1..4_u32, any::<bool>(), 0..2_u8, 0..8_u8, 0..400_i64);
    what.prop_map(|(reference, version, other_authority, citizen, kind, wait)| Act {
        reference,
        version,
        other_authority,
        citizen,
        kind,
        wait,
    })
}

/// Does it; what was submitted may be refused, repeated, annulled or sent once more.
fn perform(world: &mut World, act: &Act, now: Timestamp, last: &mut Option<String>) {
    let whose = if act.other_authority { "90000002" } else { "90000001" };
    let authority = cvr(whose);
    let token = signed(&Assertion {
        not_on_or_after: after("30d"),
        privileges: may_act_for(whose),
        ..assertion()
    });
    let open = Details::requested("901", "SEL101", Date::of(start()));
    let details = match act.kind {
        0 => open,
        1 => Details { requested_on: Date::of(now).plus_days(2), ..open },
        2 => Details { outcome: Some(code("FRI")), ended_on: Some(open.requested_on), ..open },
        _ => course().details,
    };
    let citizen = cpr(["6101800049", "7405911040"][usize::from(act.citizen)]);
    let reference = reference(&format!("sag-{}", act.reference));
    let message = match (act.kind, &last) {
        (7, Some(last)) => last.clone(),
        (6, _) => {
            let record = world.smdb.ledger().find(&authority, &reference);
            let id = record.map_or_else(|| "ukendt".to_owned(), |record| record.id.to_string());
            let annul = Annul { authority, id, reason: code("fejl") };
            let body = annul.write(SchemaVersion::LATEST);
            world.call_for(Operation::Annul, token, body, now).write(&HOLDER).unwrap()
        }
        _ => {
            let course = Course { citizen, details };
            let submission = Submission { reference, version: act.version, authority, course };
            world.call(token, written(&submission), now).write(&HOLDER).unwrap()
        }
    };
    world.send(&message, now);
    *last = Some(message);
}

/// Replayed onto an empty SMDB, facts give an equal one, also after a round trip through JSON; and a
/// key that may occur once occurs once.
#[test]
fn facts_survive_json_and_give_an_equal_smdb() {
    check(24, &prop::collection::vec(act(), 1..14), |acts| {
        let mut world = World::new();
        let (mut now, mut last) = (start(), None);
        for act in &acts {
            now = now + Span::from_seconds(act.wait);
            perform(&mut world, act, now, &mut last);
        }
        let mut again = Smdb::new(configuration());
        world.facts.iter().for_each(|json| again.apply(kept(json)));
        assert_eq!(again, world.smdb);
        let keys: Vec<_> = world.facts.iter().filter_map(|it| kept(it).unique_key()).collect();
        let distinct: BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    });
}

/// Behind sockets a copy that remembers nothing reads and writes beside an SMDB that does
/// ([`Core::read`]).
#[test]
fn what_it_remembers_changes_neither_what_it_reads_nor_what_it_writes() {
    check(8, &prop::collection::vec(act(), 4..10), |acts| {
        let (mut world, bare) = (World::new(), Smdb::new(configuration()));
        let (mut now, mut last) = (start(), None);
        for act in &acts {
            now = now + Span::from_seconds(act.wait);
            perform(&mut world, act, now, &mut last);
            let message = last.as_deref().unwrap_or_default().as_bytes();
            let [read, alone] = [&world.smdb, &bare].map(|it| it.read(message));
            assert_eq!(format!("{read:?}"), format!("{alone:?}"));
            // The one has seen it and the other has not.
            for decides in [&world.smdb, &bare] {
                let (answer, _) = decides.decide(&read, now, &mut entropy());
                let [written, alone] =
                    [&world.smdb, &bare].map(|it| it.write(&answer, &mut entropy()));
                assert!(written == alone, "{answer:?}");
            }
        }
    });
}

fn entropy() -> Entropy {
    Entropy::seeded(2, "smdb", "test")
}

#[test]
fn an_smdb_that_remembers_something_else_is_another() {
    let mut world = World::new();
    let empty = world.smdb.clone();
    let message = world.written(start());
    assert_eq!(world.send(&message, start()).name(), "answered");
    assert_ne!(world.smdb, empty);
    // What another SMDB sealed cannot be read, and is no course of this one.
    let mut other = Smdb::new(Configuration { credential: STRANGER.clone(), ..configuration() });
    world.facts.iter().for_each(|json| other.apply(kept(json)));
    assert!(other.ledger().is_empty());
}

#[test]
fn a_decision_changes_nothing_but_by_its_facts() {
    let mut world = World::new();
    let message = world.written(start());
    let request = world.smdb.read(message.as_bytes());
    let before = world.smdb.clone();
    let (_, facts) = world.smdb.decide(&request, start(), &mut entropy());
    assert_eq!(facts.len(), 3);
    assert_eq!(world.smdb, before);
    facts.into_iter().for_each(|fact| world.smdb.apply(fact));
    assert_ne!(world.smdb, before);
}

/// When what SMDB is set up with changes, in minutes after the start, and what it looks at.
#[derive(Debug, Clone)]
struct Restless {
    sts: i64,
    schema: i64,
    revoked: i64,
    list_ends: i64,
    lag: i64,
    holder_certificate: HolderCheck,
}

fn restless() -> impl Strategy<Value = Restless> {
    let looks = prop::sample::select(vec![
        HolderCheck::Ignored,
        HolderCheck::Validity,
        HolderCheck::ValidityAndRevocation,
        HolderCheck::ValidityAndRevocation,
    ]);
    let minutes = (1..1800_i64, 1..1800_i64, -120..1500_i64, 60..1800_i64);
    let what = (minutes, prop::sample::select(vec![0, 5, 60_i64]), looks);
    what.prop_map(|((sts, schema, revoked, list_ends), lag, holder_certificate)| Restless {
        sts,
        schema,
        revoked,
        list_ends,
        lag,
        holder_certificate,
    })
}

/// An SMDB with something to change in every way: a signer, a schema, revocations, a list that ends.
fn set_up(restless: &Restless) -> Smdb {
    let minute = |it: i64| start() + Span::from_minutes(it);
    let mut sts = Timeline::starting(after("-30d"), vec![STS.certificate.clone()]);
    sts.set(minute(restless.sts), vec![NEXT_STS.certificate.clone()]);
    let mut schemas = Timeline::starting(after("-30d"), SchemaVersion::V2025_01);
    schemas.set(minute(restless.schema), SchemaVersion::V2025_07);
    let policy = Policy {
        holder_certificate: restless.holder_certificate,
        revocation_lag: Span::from_minutes(restless.lag),
        ..Policy::default()
    };
    let mut smdb = Smdb::new(Configuration { sts, schemas, policy, ..configuration() });
    let serial = *STRANGER.certificate.serial();
    let revoked =
        Revoked { serial, at: minute(restless.revoked), reason: RevocationReason::Superseded };
    let authority = STAGE.authority(Environment::IntegrationTest);
    let list = authority.revocation_list(1, start(), minute(restless.list_ends), &[revoked]);
    smdb.learn(Lesson::RevocationList { list, fetched_at: start() });
    smdb
}

/// What SMDB says at `now` to calls that are made at `now`: by either signer, in either version of
/// the schema, about today and about days around it.
fn outcomes(smdb: &Smdb, now: Timestamp) -> Vec<String> {
    let mut world = World::new();
    world.smdb = smdb.clone();
    let mut outcomes = Vec::new();
    for sts in [&*STS, &*NEXT_STS] {
        for version in [SchemaVersion::V2025_01, SchemaVersion::V2025_07] {
            for day in ["2030-02-20", "2030-03-01", "2030-03-02", "2030-03-03"] {
                let assertion = Assertion {
                    not_before: after("-1d"),
                    not_on_or_after: after("90d"),
                    holder: STRANGER.certificate.clone(),
                    ..assertion()
                };
                let token = token(&assertion.write(sts).unwrap(), &SMDB.certificate);
                let details = Details::requested("901", "SEL101", crate::world::date(day));
                let submission = Submission {
                    course: Course { details, ..course() },
                    ..crate::world::submission("sag-1")
                };
                let call = world.call(token, submission.write(version), now);
                let call = ServiceCall { action: Operation::Report.action(version), ..call };
                let message = call.write(&STRANGER).unwrap();
                let reply = world.clone().send(&message, now);
                let warnings = match reply.name() {
                    "answered" => format!("{:?}", reply.receipt().warnings),
                    _ => String::new(),
                };
                outcomes.push(format!("{:?}{warnings}", reply.against()));
            }
        }
    }
    outcomes
}

/// Between two changes nothing differs, and where something differs there is a stop.
#[test]
fn nothing_changes_but_when_smdb_says_so() {
    let smdb = set_up(&Restless {
        sts: 5 * 60,
        schema: 9 * 60,
        revoked: 2 * 60,
        list_ends: 30 * 60,
        lag: 60,
        holder_certificate: HolderCheck::ValidityAndRevocation,
    });
    let mut stops = vec![start()];
    while let Some(next) = smdb.next_change(*stops.last().unwrap()) {
        if next > after("60h") {
            break;
        }
        stops.push(next);
    }
    let named = ["3h", "5h", "9h", "16h", "30h", "40h"].map(after);
    assert_eq!(stops[1..], named, "revocation, signer, schema, midnight, list, midnight");
    let mut seen = Vec::new();
    for (number, from) in stops.iter().enumerate() {
        let until = stops.get(number + 1).copied().unwrap_or_else(|| after("63h"));
        let here = outcomes(&smdb, *from);
        let last = outcomes(&smdb, until - Span::from_millis(1));
        assert_eq!(here, last, "{from} to {until}");
        seen.push(here);
    }
    let differs = seen.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(differs >= 5, "{differs} of the stops are for something");
    let between = (0..stops.len(), 0.0..1.0_f64);
    check(12, &between, |(number, part)| {
        let from = stops[number];
        let until = stops.get(number + 1).copied().unwrap_or_else(|| after("63h"));
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a random instant"
        )]
        let offset = (until.since(from).millis() as f64 * part) as i64;
        assert_eq!(outcomes(&smdb, from + Span::from_millis(offset)), seen[number]);
    });
}

/// The same of any SMDB, for a day and a half.
#[test]
fn nothing_changes_between_two_instants_that_any_smdb_names() {
    let differs = std::cell::Cell::new(0);
    check(8, &(restless(), 1..1_000_i64), |(restless, part)| {
        let (smdb, end) = (set_up(&restless), after("36h"));
        let mut now = start();
        let mut here = outcomes(&smdb, now);
        while now < end {
            let next = smdb.next_change(now).filter(|next| *next < end).unwrap_or(end);
            assert!(next > now, "an instant of change lies ahead");
            let offset = Span::from_millis(next.since(now).millis() * part / 1_000);
            for at in [now + offset, next - Span::from_millis(1)] {
                assert_eq!(outcomes(&smdb, at), here, "{restless:?}: {now} to {at}");
            }
            let there = outcomes(&smdb, next);
            differs.set(differs.get() + usize::from(there != here));
            (now, here) = (next, there);
        }
    });
    assert!(differs.get() > 16, "{} stops were for something: too few", differs.get());
}
