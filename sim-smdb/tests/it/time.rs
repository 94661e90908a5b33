//! What happens at an instant, a second and a millisecond before it, and as long after.

use clock::{Span, Timeline, Timestamp};
use oio_idws::{Credential, assertion::Assertion, call::ServiceCall};
use parties::{Core, Environment};
use pki::{RevocationList, RevocationReason, Revoked};
use sim_smdb::{
    Configuration, Fact, HolderCheck, Policy,
    contract::{Operation, Submission},
    course::{Course, Details},
    schema::SchemaVersion,
};
use stage::{INSTANT, start};

use crate::world::{
    HOLDER, NEXT_STS, Reply, SMDB, STAGE, STS, World, after, assertion, configuration, course,
    date, signed, submission, token, written,
};

const SECOND: Span = Span::from_seconds(1);

/// One thing until a millisecond before `boundary`, another from there on.
#[track_caller]
fn check_boundary(
    boundary: Timestamp,
    [until, from]: [&str; 2],
    at: impl Fn(Timestamp) -> &'static str,
) {
    for (now, expected) in [
        (boundary - SECOND, until),
        (boundary - INSTANT, until),
        (boundary, from),
        (boundary + INSTANT, from),
        (boundary + SECOND, from),
    ] {
        assert_eq!(at(now), expected, "{now}");
    }
}

#[test]
fn a_token_holds_from_its_beginning_and_no_longer_at_its_end() {
    let submit = |now| World::new().submit(&assertion(), &submission("sag-1"), now).name();
    check_boundary(start(), ["token-not-yet-valid", "answered"], submit);
    check_boundary(after("8h"), ["answered", "token-expired"], submit);
    // There is no skew for tokens, and they end between seconds too.
    let odd = after("8h") + Span::from_millis(123);
    let assertion = Assertion { not_on_or_after: odd, ..assertion() };
    let submit = |now| World::new().submit(&assertion, &submission("sag-1"), now).name();
    check_boundary(odd, ["answered", "token-expired"], submit);
}

/// What comes of a call with these times, at `now`.
fn with_times(created: Timestamp, expires: Timestamp, now: Timestamp) -> &'static str {
    let mut world = World::new();
    let call = world.call(signed(&assertion()), written(&submission("sag-1")), now);
    let call = ServiceCall { created, expires, ..call };
    world.send(&call.write(&HOLDER).unwrap(), now).name()
}

/// WCF refuses a message that is made the whole skew from now, and takes one a moment less.
#[test]
fn a_message_may_be_five_minutes_off_in_both_directions() {
    let (created, expires) = (after("1h"), after("1h5m"));
    let at = |now| with_times(created, expires, now);
    check_boundary(after("55m") + INSTANT, ["timestamp-implausible", "answered"], at);
    check_boundary(after("1h10m"), ["answered", "timestamp-expired"], at);
}

#[test]
fn a_message_is_used_within_ten_minutes_whatever_it_says() {
    let at = |now| with_times(after("1h"), after("20h"), now);
    let policy = Policy::default();
    assert_eq!(policy.message_lifetime + policy.clock_skew, Span::from_minutes(10));
    check_boundary(after("1h10m"), ["answered", "timestamp-too-old"], at);
    // A message that ends sooner is refused sooner.
    let at = |now| with_times(after("1h"), after("1h1m"), now);
    check_boundary(after("1h6m"), ["answered", "timestamp-expired"], at);
}

#[test]
fn a_message_begins_before_it_ends() {
    let ends = |expires| with_times(after("1h"), expires, after("1h"));
    assert_eq!(ends(after("1h")), "timestamp-implausible");
    assert_eq!(ends(after("1h") + INSTANT), "answered");
}

#[test]
fn a_client_whose_clock_is_off_is_served_within_the_skew() {
    let call_by_clock = |skew: Span| {
        let theirs = after("1h") + skew;
        with_times(theirs, theirs + Span::from_minutes(5), after("1h"))
    };
    assert_eq!(call_by_clock(Span::from_minutes(5) - INSTANT), "answered");
    assert_eq!(call_by_clock(Span::from_minutes(5)), "timestamp-implausible");
    assert_eq!(call_by_clock(-Span::from_minutes(10) + INSTANT), "answered");
    assert_eq!(call_by_clock(-Span::from_minutes(10)), "timestamp-expired");
}

#[test]
fn the_holders_certificate_is_looked_at_where_the_policy_says_so() {
    let expiry = HOLDER.certificate.first_refused();
    let at = |holder_certificate| {
        move |now| {
            let policy = Policy { holder_certificate, ..Policy::default() };
            World::with_policy(policy).submit(&assertion(), &submission("sag-1"), now).name()
        }
    };
    check_boundary(expiry, ["answered", "answered"], at(HolderCheck::Ignored));
    check_boundary(expiry, ["answered", "holder-certificate-expired"], at(HolderCheck::Validity));
}

#[test]
fn the_holders_certificate_has_a_beginning_too() {
    let begins = HOLDER.certificate.not_before();
    let policy = Policy { holder_certificate: HolderCheck::Validity, ..Policy::default() };
    let sts = Timeline::starting(after("-90d"), vec![STS.certificate.clone()]);
    let early = Assertion { not_before: after("-90d"), ..assertion() };
    let at = |now| {
        let course = Course {
            details: Details { started_on: None, ended_on: None, outcome: None, ..details(now) },
            ..course()
        };
        let submission = Submission { course, ..submission("sag-1") };
        let setup = Configuration { policy, sts: sts.clone(), ..configuration() };
        World::with(setup).submit(&early, &submission, now).name()
    };
    check_boundary(begins, ["holder-certificate-not-yet-valid", "answered"], at);
}

/// A course that was asked for today.
fn details(now: Timestamp) -> Details {
    Details { requested_on: sim_smdb::date::Date::of(now), ..course().details }
}

/// A revocation list of the environment's authority, in force for a day, with what was revoked.
fn list(number: u64, now: Timestamp, revoked: &[Revoked]) -> RevocationList {
    let authority = STAGE.authority(Environment::IntegrationTest);
    authority.revocation_list(number, now, now + Span::from_days(1), revoked)
}

fn revoked_at(at: Timestamp) -> Revoked {
    let serial = *HOLDER.certificate.serial();
    Revoked { serial, at, reason: RevocationReason::KeyCompromise }
}

fn looking_revocation_up() -> World {
    let holder_certificate = HolderCheck::ValidityAndRevocation;
    World::with_policy(Policy { holder_certificate, ..Policy::default() })
}

#[test]
fn a_revocation_is_seen_when_the_lag_is_over() {
    // Revoked ten minutes in; the authority lists it from then on.
    let revoked = after("10m");
    let listed = |now| if revoked <= now { vec![revoked_at(revoked)] } else { Vec::new() };
    let at = |now| {
        let mut world = looking_revocation_up();
        let message = world.written(now);
        world.send_informed(&message, now, |now| list(1, now, &listed(now))).name()
    };
    check_boundary(after("1h10m"), ["answered", "holder-certificate-revoked"], at);
    // A list that was fetched when it began is asked for anew in time.
    let mut world = looking_revocation_up();
    for (now, expected) in [
        (start(), "answered"),
        (after("30m"), "answered"),
        (after("1h10m") - SECOND, "answered"),
        (after("1h10m"), "holder-certificate-revoked"),
    ] {
        let message = world.written(now);
        let number = u64::try_from(now.seconds()).unwrap();
        let reply = world.send_informed(&message, now, |now| list(number, now, &listed(now)));
        assert_eq!(reply.name(), expected, "{now}");
    }
}

#[test]
fn a_list_serves_until_the_next_one_should_have_come() {
    let next_update = start() + Span::from_days(1);
    let at = |now| {
        let mut world = looking_revocation_up();
        let message = world.written(start());
        world.send_informed(&message, start(), |now| list(1, now, &[]));
        let assertion = Assertion { not_on_or_after: after("50h"), ..assertion() };
        let holder = Assertion { holder: crate::world::STRANGER.certificate.clone(), ..assertion };
        let call = world.call(signed(&holder), written(&submission("sag-2")), now);
        world.send(&call.write(&crate::world::STRANGER).unwrap(), now).name()
    };
    check_boundary(next_update, ["answered", "revocation-unknown"], at);
}

#[test]
fn only_the_authoritys_own_list_is_learnt_and_no_older_one() {
    let mut world = looking_revocation_up();
    let message = world.written(start());
    let foreign = STAGE.authority(Environment::Production);
    let lessons = [
        (foreign.revocation_list(9, start(), after("1d"), &[]), "revocation-unknown"),
        (list(2, start(), &[revoked_at(after("-2h"))]), "holder-certificate-revoked"),
        (list(1, start(), &[]), "holder-certificate-revoked"),
        (list(3, start(), &[]), "answered"),
    ];
    for (list, expected) in lessons {
        world.smdb.learn(sim_smdb::Lesson::RevocationList { list, fetched_at: start() });
        assert_eq!(world.send(&message, start()).name(), expected);
    }
}

/// A list is asked for where the policy looks revocation up, and a token can be read.
#[test]
fn a_list_is_needed_where_it_is_looked_at() {
    let needs = |mut world: World, message: Option<&str>| {
        let written = world.written(start());
        let request = world.smdb.read(message.unwrap_or(&written).as_bytes());
        world.smdb.needs(&request, start()).len()
    };
    assert_eq!(needs(looking_revocation_up(), None), 1);
    assert_eq!(needs(looking_revocation_up(), Some("<a/>")), 0);
    assert_eq!(needs(World::new(), None), 0);
    let policy = Policy { holder_certificate: HolderCheck::Validity, ..Policy::default() };
    assert_eq!(needs(World::with_policy(policy), None), 0);
}

/// A release day: what the version before could do is over at midnight, and the new one begins.
#[test]
fn a_version_of_the_schema_is_retired_on_the_day_of_the_next() {
    let at_version = |version: SchemaVersion| {
        move |now: Timestamp| {
            let sts = Timeline::starting(after("-9000d"), vec![STS.certificate.clone()]);
            let mut world = World::with(Configuration { sts, ..configuration() });
            let live = Assertion { not_before: after("-9000d"), ..assertion() };
            let submission = Submission {
                course: Course {
                    details: Details::requested("901", "SEL101", sim_smdb::date::Date::of(now)),
                    ..course()
                },
                ..submission("sag-1")
            };
            let body = submission.write(version);
            let call = world.call(signed(&live), body, now);
            let call = ServiceCall { action: Operation::Report.action(version), ..call };
            world.send(&call.write(&HOLDER).unwrap(), now).name()
        }
    };
    use SchemaVersion::{V2024_01, V2025_01, V2025_07};
    for (day, old, new) in [("2025-01-01", V2024_01, V2025_01), ("2025-07-01", V2025_01, V2025_07)]
    {
        let boundary = date(day).begins();
        check_boundary(boundary, ["answered", "schema-retired"], at_version(old));
        check_boundary(boundary, ["schema-not-in-force", "answered"], at_version(new));
    }
}

/// What a date may say hangs on the day, which begins at midnight UTC.
#[test]
fn a_date_is_in_the_future_until_its_day_begins() {
    let tomorrow = Details::requested("901", "SEL101", date("2030-03-02"));
    let submission =
        Submission { course: Course { details: tomorrow, ..course() }, ..submission("sag-1") };
    let long = Assertion { not_on_or_after: after("50h"), ..assertion() };
    let at = |now| World::new().submit(&long, &submission, now).name();
    check_boundary(date("2030-03-02").begins(), ["invalid-submission", "answered"], at);
}

/// What comes of submitting with a token of this signer.
fn signed_by(world: &World, sts: &'static Credential) -> impl Fn(Timestamp) -> &'static str {
    move |now| {
        let mut world = world.clone();
        let token = token(&assertion().write(sts).unwrap(), &SMDB.certificate);
        let call = world.call(token, written(&submission("sag-1")), now);
        world.send(&call.write(&HOLDER).unwrap(), now).name()
    }
}

#[test]
fn the_sts_is_known_by_the_certificate_of_the_time() {
    let rollover = after("1h");
    let [old, new] = [&STS, &NEXT_STS].map(|it| it.certificate.clone());
    let mut known = Timeline::starting(after("-30d"), vec![old]);
    known.set(rollover, vec![new]);
    let world = World::with(Configuration { sts: known, ..configuration() });
    assert_eq!(world.smdb.next_change(start()), Some(rollover));
    let midnight = date("2030-03-02").begins();
    assert_eq!(world.smdb.next_change(rollover), Some(midnight));
    let signed_by = |sts| signed_by(&world, sts);
    check_boundary(rollover, ["answered", "unknown-issuer"], signed_by(&STS));
    check_boundary(rollover, ["unknown-issuer", "answered"], signed_by(&NEXT_STS));
}

/// WCF's list of trusted issuers may hold the old signer beside the new one, so that no live token
/// dies of a roll-over.
#[test]
fn an_old_signer_may_be_trusted_beside_the_new_one() {
    let [trusted, distrusted] = [after("1h"), after("2h")];
    let [old, new] = [&STS, &NEXT_STS].map(|it| it.certificate.clone());
    let mut known = Timeline::starting(after("-30d"), vec![old.clone()]);
    known.set(trusted, vec![old, new.clone()]);
    known.set(distrusted, vec![new]);
    let world = World::with(Configuration { sts: known, ..configuration() });
    let signed_by = |sts| signed_by(&world, sts);
    check_boundary(trusted, ["answered", "answered"], signed_by(&STS));
    check_boundary(trusted, ["unknown-issuer", "answered"], signed_by(&NEXT_STS));
    check_boundary(distrusted, ["answered", "unknown-issuer"], signed_by(&STS));
    check_boundary(distrusted, ["answered", "answered"], signed_by(&NEXT_STS));
    assert_eq!(world.smdb.next_change(start()), Some(trusted));
    assert_eq!(world.smdb.next_change(trusted), Some(distrusted));
}

#[test]
fn a_message_is_remembered_as_long_as_it_could_pass() {
    let mut world = World::new();
    let message = world.written(start());
    let remembered = |world: &World, now| world.clone().send(&message, now).name();
    // Its own end, and the skew.
    let refused = after("10m");
    let until = |reply: &Reply| {
        let ends = reply.facts.iter().filter_map(|fact| match fact {
            Fact::Accepted { until, .. } => Some(*until),
            _ => None,
        });
        ends.collect::<Vec<_>>()
    };
    let reply = world.send(&message, start());
    assert_eq!((reply.name(), until(&reply)), ("answered", vec![refused; 2]));
    assert_eq!(remembered(&world, start()), "replayed");
    check_boundary(refused, ["replayed", "timestamp-expired"], |now| remembered(&world, now));
    // A message that says it lives long is forgotten when it is too old all the same.
    let mut world = World::new();
    let call = world.call(signed(&assertion()), written(&submission("sag-1")), start());
    let call = ServiceCall { expires: after("8h"), ..call };
    let message = call.write(&HOLDER).unwrap();
    let reply = world.send(&message, start());
    assert_eq!((reply.name(), until(&reply)), ("answered", vec![refused; 2]));
    check_boundary(refused, ["replayed", "timestamp-too-old"], |now| {
        world.clone().send(&message, now).name()
    });
}

/// An id that is forgotten may come again, and the fact of it is another.
#[test]
fn a_message_id_may_come_again_when_it_is_forgotten() {
    let mut world = World::new();
    let first = world.call(signed(&assertion()), written(&submission("sag-1")), start());
    let mut keys = Vec::new();
    for now in [start(), after("11m")] {
        let expires = now + Span::from_minutes(5);
        let call = ServiceCall { created: now, expires, ..first.clone() };
        let reply = world.send(&call.write(&HOLDER).unwrap(), now);
        assert_eq!(reply.name(), "answered");
        keys.extend(reply.facts.iter().filter_map(parties::Fact::unique_key));
    }
    let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
    assert_eq!((keys.len(), distinct.len()), (5, 5), "{keys:?}");
}

#[test]
fn an_answer_may_be_used_for_five_minutes() {
    let reply = World::new().submit(&assertion(), &submission("sag-1"), start());
    let text = String::from_utf8(reply.bytes).unwrap();
    assert!(text.contains(
        "<u:Created>2030-03-01T08:00:00.000Z</u:Created>\
         <u:Expires>2030-03-01T08:05:00.000Z</u:Expires>"
    ));
}
