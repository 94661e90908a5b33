//! Facts are all that NemLog-in is, and `next_change` names every instant at which it acts by itself.
//!
//! Histories are drawn from a fixed seed. Decisions are made from values, without a message, so that
//! many cost little.

use std::collections::BTreeSet;

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::{Credential, soap::MessageTime};
use parties::{Core, Diagnose, Environment, Fact, Slot, SystemUserId, UniqueKey};
use pki::{Certificate, Path};
use sim_sts::{
    IssuerFact, IssuerLesson, Lookup, Policy, ReplayKey, Sts,
    administration::{self, Request as Click, Verdict},
    issue::{Answer, Asked, Request, Signed},
    registration::SwapRules,
};
use stage::start;

use crate::world::{
    Kept, NEW, NEXT_SIGNER, OLD, STAGE, TEST, World, after, client, empty, issuers, kept,
    other_user, replay, request, signer, signers, user,
};

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

/// What the STS would answer at `now` to the holder of a certificate, and who signs then.
///
/// It can name the instants of change of what it knows. Of a certificate that was never provisioned it
/// knows nothing: such a stranger is refused, for whatever reason, unless it is found by subject.
fn told(
    sts: &Sts,
    path: &Path,
    known: &BTreeSet<String>,
    now: Timestamp,
) -> (String, Option<Certificate>) {
    let entropy = &mut Entropy::seeded(3, "sts", "probe");
    let request = value(path, now, entropy);
    let issuer = sts.issuer(TEST).unwrap();
    let diagnosis = issuer.diagnose(&request, now);
    let decisive = diagnosis.decisive().map(|finding| finding.cause.clone());
    let is_known = known.contains(&path.leaf().thumbprint());
    let said = match issuer.decide(&request, now, entropy).0 {
        Answer::Token(grant) => {
            assert_eq!(decisive, None);
            // By subject, a stranger may pass too, and no STS can name the end of its life.
            let subject = grant.assertion.subject.to_string();
            if is_known { subject } else { "stranger".to_owned() }
        }
        Answer::Rejected { rejection, .. } => {
            assert_eq!(decisive.as_deref(), Some(rejection.name()));
            if is_known { rejection.name() } else { "stranger" }.to_owned()
        }
    };
    (said, issuer.signing_certificate(now).cloned())
}

/// The certificates that were ever provisioned, by thumbprint.
fn provisioned(world: &World) -> BTreeSet<String> {
    let facts = world.facts.iter().filter_map(|fact| match fact {
        Kept::Administration(json) => Some(kept::<administration::Fact>(json)),
        Kept::Issuer(..) => None,
    });
    let details = facts.filter_map(|fact| match fact {
        administration::Fact::Provisioned { details, .. } => Some(details),
        _ => None,
    });
    let certificates = details.flat_map(|it| it.certificates().cloned().collect::<Vec<_>>());
    certificates.map(|certificate| certificate.thumbprint()).collect()
}

/// A number below `limit`.
pub(crate) fn below(limit: i64, entropy: &mut Entropy) -> i64 {
    i64::from(u32::from_be_bytes(entropy.bytes())) % limit
}

pub(crate) fn between(from: Timestamp, to: Timestamp, entropy: &mut Entropy) -> Timestamp {
    from + Span::from_millis(below(to.since(from).millis().max(1), entropy))
}

/// Certificates whose lives begin and end around the history.
pub(crate) fn certificates(entropy: &mut Entropy) -> Vec<Credential> {
    (0..5)
        .map(|key| {
            let begins = start() + Span::from_minutes(below(16 * 60, entropy) - 600);
            let ends = begins + Span::from_minutes(60 + below(16 * 60, entropy));
            STAGE.system(TEST, "Fagsystem A", key, begins..ends)
        })
        .collect()
}

fn policy(entropy: &mut Entropy) -> Policy {
    let minutes =
        |entropy: &mut Entropy| Span::from_minutes([0, 5, 60][below(3, entropy) as usize]);
    let swap = SwapRules {
        overlap: below(3, entropy) == 0,
        rolling_on_revocation: below(3, entropy) == 0,
        look_interval: minutes(entropy),
    };
    Policy {
        activation_delay: minutes(entropy),
        revocation_lag: minutes(entropy),
        lookup: if below(4, entropy) == 0 { Lookup::Subject } else { Lookup::Certificate },
        swap,
        ..Policy::default()
    }
}

/// A certificate of another's may be taken, or not.
fn rules(entropy: &mut Entropy) -> administration::Policy {
    let taken = [Verdict::Refuse, Verdict::Accept][below(2, entropy) as usize];
    administration::Policy { taken, ..administration::Policy::default() }
}

/// Nobody signs at first, then one, then another.
fn signers_of(entropy: &mut Entropy) -> Timeline<Credential> {
    let mut signers = Timeline::starting(between(start(), after("1h"), entropy), signer().clone());
    signers.set(between(after("2h"), after("12h"), entropy), NEXT_SIGNER.clone());
    signers
}

/// One more thing happens at `now`.
fn happen(world: &mut World, all: &[Credential], now: Timestamp, entropy: &mut Entropy) {
    let users: [SystemUserId; 2] = [user(), other_user()];
    let who = &users[below(2, entropy) as usize];
    let certificate = &all[below(all.len() as i64, entropy) as usize].certificate;
    let what = below(10, entropy);
    if what < 6 {
        let slot = Slot::ALL[below(2, entropy) as usize];
        // The other system user may have it: then nothing happens.
        let _ = world.save(who, slot, certificate, now);
    }
    if (3..9).contains(&what) {
        let system_user = who.clone();
        let _ = world.click(&Click::Provision { system_user, environment: TEST }, now);
    }
    if what == 9 {
        world.revoke(certificate, now);
    }
    let list = world.revocation_list(TEST, now);
    let issuer = world.sts.issuer_mut(TEST).unwrap();
    issuer.learn(IssuerLesson::RevocationList { list, fetched_at: now });
}

/// Nothing is accepted, refused, or taken for another strictly between two instants that
/// `next_change` names; and at many of them something is.
#[test]
fn no_answer_changes_between_two_instants_of_change() {
    let mut changes = 0;
    for seed in 0..40 {
        let entropy = &mut Entropy::seeded(seed, "sts", "history");
        let all = certificates(entropy);
        let anchors = STAGE.authority(TEST).anchors();
        let paths: Vec<_> =
            all.iter().map(|it| Path::build(&it.certificate, &anchors).unwrap()).collect();
        let signers = signers_of(entropy);
        let mut world = World::with_both(policy(entropy), &signers, rules(entropy));
        world.list_life = Span::from_minutes(30 + below(120, entropy));
        let mut now = start();
        for _ in 0..12 {
            happen(&mut world, &all, now, entropy);
            let known = provisioned(&world);
            let outcome = |sts: &Sts, now| {
                paths.iter().map(|path| told(sts, path, &known, now)).collect::<Vec<_>>()
            };
            let until = now + Span::from_minutes(1 + below(180, entropy));
            while now < until {
                let next = world.sts.next_change(now).filter(|next| *next < until).unwrap_or(until);
                assert!(next > now, "an instant of change lies ahead");
                let expected = outcome(&world.sts, now);
                for at in [next - stage::INSTANT, between(now, next, entropy)] {
                    assert_eq!(outcome(&world.sts, at), expected, "seed {seed}: {now} .. {at}");
                }
                changes += usize::from(outcome(&world.sts, next) != expected);
                now = next;
            }
        }
    }
    assert!(changes > 50, "{changes} changes were seen: too few to say anything");
}

#[test]
fn facts_replayed_onto_an_empty_nemlogin_give_an_equal_one() {
    for seed in 40..80 {
        let entropy = &mut Entropy::seeded(seed, "sts", "history");
        let all = certificates(entropy);
        let policy = policy(entropy);
        let rules = rules(entropy);
        let mut world = World::with_both(policy, &signers(), rules);
        let mut now = start();
        for _ in 0..10 {
            happen(&mut world, &all, now, entropy);
            let message = request(now, world.entropy()).write(&all[0]).unwrap();
            for _ in 0..2 {
                world.send(TEST, message.as_bytes(), now);
            }
            now = between(now, now + Span::from_hours(3), entropy);
        }
        let mut replayed = Sts::with_policy(issuers(policy, &signers(), false), rules);
        replay(&mut replayed, &world.facts);
        // What was fetched is no fact: it can be fetched again.
        let list = world.revocation_list(TEST, now);
        for sts in [&mut replayed, &mut world.sts] {
            let list = list.clone();
            let issuer = sts.issuer_mut(TEST).unwrap();
            issuer.learn(IssuerLesson::RevocationList { list, fetched_at: now });
        }
        for environment in Environment::ALL {
            let [replayed, lived] = [&replayed, &world.sts].map(|sts| sts.issuer(environment));
            assert!(replayed == lived, "seed {seed}: {environment}");
        }
        assert_eq!(format!("{replayed:?}"), format!("{:?}", world.sts), "seed {seed}");
        let keys = unique_keys(&world);
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "seed {seed}");
    }
}

/// The keys that may be there once, of every fact in its order.
fn unique_keys(world: &World) -> Vec<UniqueKey> {
    let key = |fact: &Kept| match fact {
        Kept::Administration(json) => kept::<administration::Fact>(json).unique_key(),
        Kept::Issuer(_, json) => kept::<IssuerFact>(json).unique_key(),
    };
    world.facts.iter().filter_map(key).collect()
}

#[test]
fn a_replayed_memory_gives_equal_answers() {
    let mut world = World::rolling();
    let message = request(start(), world.entropy()).write(&OLD).unwrap();
    assert_eq!(world.send(TEST, message.as_bytes(), start()).name(), "token");
    let mut copy = world.clone();
    copy.sts = empty(Policy::default(), &signers());
    replay(&mut copy.sts, &world.facts);
    for now in [start(), after("1h"), after("2h"), after("3h")] {
        for credential in [&*OLD, &*NEW, &client(9, "-1d", "1094d")] {
            let [here, there] = [&world, &copy].map(|world| world.clone().ask(credential, now));
            assert_eq!(format!("{:?}", here.answer), format!("{:?}", there.answer), "{now}");
        }
    }
    let [here, there] =
        [&world, &copy].map(|world| world.clone().send(TEST, message.as_bytes(), after("1m")));
    assert_eq!((here.name(), there.name()), ("replayed", "replayed"));
    assert_eq!(here.bytes, there.bytes);
}

#[test]
fn a_fact_that_may_happen_once_says_so() {
    let mut world = World::with_old();
    world.ask(&OLD, start());
    world.ask(&OLD, start());
    let keys = unique_keys(&world);
    let kinds: Vec<_> = keys.iter().map(|key| key.kind.as_str()).collect();
    assert_eq!(kinds, ["it-system", "system-user", "it-system", "system-user", "replay", "replay"]);
    assert_ne!(keys[4], keys[5]);
}
