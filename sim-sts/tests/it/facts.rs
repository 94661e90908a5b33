//! Facts are all that NemLog-in is, and `next_change` names every instant at which it acts by itself.
//!
//! Histories are drawn at random, the same ones each time. Decisions are made from values, without a
//! message, so that many cost little.

use std::{cell::Cell, collections::BTreeSet};

use clock::{Span, Timeline, Timestamp};
use entropy::Entropy;
use oio_idws::Credential;
use parties::{Core, Diagnose, Environment, Fact, Slot, SystemUserId, UniqueKey};
use pki::{Certificate, Path};
use proptest::{collection::vec, prelude::*, sample::select};
use sim_sts::{
    IssuerFact, IssuerLesson, Lookup, Policy, Sts,
    administration::{self, Request as Click},
    issue::Answer,
    registration::SwapRules,
};
use stage::start;

use crate::history::{between, certificates, check, minutes, steady, value, verdict};
use crate::world::{
    Kept, NEW, NEWEST, NEXT_SIGNER, OLD, STAGE, TEST, World, after, check_boundary, client, empty,
    issuers, kept, other_user, replay, request, signer, signers, user,
};

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

fn policy() -> impl Strategy<Value = Policy> {
    let third = || prop::bool::weighted(0.33);
    let swap = (third(), third(), minutes()).prop_map(
        |(overlap, rolling_on_revocation, look_interval)| SwapRules {
            overlap,
            rolling_on_revocation,
            look_interval,
        },
    );
    let lookup = prop_oneof![3 => Just(Lookup::Certificate), 1 => Just(Lookup::Subject)];
    (minutes(), minutes(), lookup, swap).prop_map(
        |(activation_delay, revocation_lag, lookup, swap)| Policy {
            activation_delay,
            revocation_lag,
            lookup,
            swap,
            ..Policy::default()
        },
    )
}

/// A certificate of another's may be taken, or not.
fn rules() -> impl Strategy<Value = administration::Policy> {
    verdict().prop_map(|taken| administration::Policy { taken, ..Default::default() })
}

/// Nobody signs at first, then one, then another.
fn signers_of() -> impl Strategy<Value = Timeline<Credential>> {
    (any::<u32>(), any::<u32>()).prop_map(|(first, second)| {
        let first = between(start(), after("1h"), first);
        let mut signers = Timeline::starting(first, signer().clone());
        signers.set(between(after("2h"), after("12h"), second), NEXT_SIGNER.clone());
        signers
    })
}

/// One more thing that happens, and how long it is until the next.
#[derive(Debug, Clone)]
struct Event {
    what: u8,
    who: SystemUserId,
    certificate: usize,
    slot: Slot,
    pause: Span,
    /// Where to look in each stretch of the pause.
    look: u32,
}

fn event() -> impl Strategy<Value = Event> {
    let who = select(vec![user(), other_user()]);
    let pause = prop_oneof![3 => 1_i64..=180, 1 => Just(0)].prop_map(Span::from_minutes);
    let all = (0_u8..10, who, 0_usize..5, select(&Slot::ALL[..]), pause, any::<u32>());
    all.prop_map(|(what, who, certificate, slot, pause, look)| Event {
        what,
        who,
        certificate,
        slot,
        pause,
        look,
    })
}

/// It happens at `now`.
fn happen(world: &mut World, all: &[Credential], event: &Event, now: Timestamp) {
    let certificate = &all[event.certificate].certificate;
    if event.what < 6 {
        // The other system user may have it: then nothing happens.
        let _ = world.save(&event.who, event.slot, certificate, now);
    }
    if (3..9).contains(&event.what) {
        let system_user = event.who.clone();
        let _ = world.click(&Click::Provision { system_user, environment: TEST }, now);
    }
    if event.what == 9 {
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
    let changes = Cell::new(0);
    let lists = (30_i64..150).prop_map(Span::from_minutes);
    let history = (certificates(), policy(), rules(), signers_of(), lists, vec(event(), 8..16));
    check(40, &history, |(all, policy, rules, signers, list_life, events)| {
        let anchors = STAGE.authority(TEST).anchors();
        let paths: Vec<_> =
            all.iter().map(|it| Path::build(&it.certificate, &anchors).unwrap()).collect();
        let mut world = World::with_both(policy, &signers, rules);
        world.list_life = list_life;
        let mut now = start();
        for event in &events {
            happen(&mut world, &all, event, now);
            let known = provisioned(&world);
            let outcome = |sts: &Sts, now| {
                paths.iter().map(|path| told(sts, path, &known, now)).collect::<Vec<_>>()
            };
            let until = now + event.pause;
            // The STS is asked alone: what it leaves out must not be named by the draft.
            let issuer = world.sts.issuer(TEST).unwrap();
            let next_change = |now| issuer.next_change(now);
            let outcome = |now| outcome(&world.sts, now);
            let seen = steady(now, until, event.look, &world.sts, next_change, outcome);
            changes.set(changes.get() + seen);
            now = until;
        }
    });
    let changes = changes.get();
    assert!(changes > 50, "{changes} changes were seen: too few to say anything");
}

/// What was provisioned and dropped before it took over is in no timeline, and its dates still decide
/// what its holder is answered.
#[test]
fn a_certificate_that_was_dropped_before_it_took_over_still_has_its_dates() {
    let dropped = client(1, "-1d", "5h");
    for pause in ["0h", "30m"] {
        let mut world = World::with_old_and(Policy::default());
        let mut now = start();
        for certificate in [&dropped.certificate, &NEWEST.certificate] {
            world.save(&user(), Slot::Rolling, certificate, now).unwrap();
            world.provision(&user(), TEST, now);
            now = now + pause.parse().unwrap();
        }
        let issuer = world.sts.issuer(TEST).unwrap();
        assert_eq!(issuer.next_change(after("3h")), Some(after("5h")));
        let boundary = ["certificate-not-registered", "certificate-expired"];
        check_boundary(&world, &dropped, after("5h"), boundary);
    }
}

/// The fields of all of NemLog-in's facts are written alike.
#[test]
fn facts_are_written_in_one_manner() {
    let mut world = World::rolling();
    world.ask(&OLD, start());
    let facts = world.facts.iter().map(|fact| match fact {
        Kept::Administration(json) | Kept::Issuer(_, json) => json.clone(),
    });
    let provisioned = IssuerFact::Provisioned {
        system_user: user(),
        entity_id: crate::world::entity_id(&user()),
        details: sim_sts::registration::TechnicalDetails::default(),
        at: start(),
    };
    let facts: Vec<String> = facts.chain([serde_json::to_string(&provisioned).unwrap()]).collect();
    assert!(facts.iter().any(|json| json.contains("replay-key")));
    for json in facts {
        let keys = json.split("\":").filter_map(|before| before.rsplit('"').next());
        let odd: Vec<_> = keys.filter(|key| key.contains('_')).collect();
        assert!(odd.is_empty(), "{odd:?}: {json}");
    }
}

#[test]
fn facts_replayed_onto_an_empty_nemlogin_give_an_equal_one() {
    let history = (certificates(), policy(), rules(), vec(event(), 6..12));
    check(40, &history, |(all, policy, rules, events)| {
        let mut world = World::with_both(policy, &signers(), rules);
        let mut now = start();
        for event in &events {
            happen(&mut world, &all, event, now);
            let message = request(now, world.entropy()).write(&all[0]).unwrap();
            for _ in 0..2 {
                world.send(TEST, message.as_bytes(), now);
            }
            now = now + event.pause;
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
            assert!(replayed == lived, "{environment}");
        }
        assert_eq!(format!("{replayed:?}"), format!("{:?}", world.sts));
        let keys = unique_keys(&world);
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    });
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

/// Behind sockets a copy that remembers nothing reads and writes beside an STS that does
/// ([`Core::read`]).
#[test]
fn what_it_remembers_changes_neither_what_it_reads_nor_what_it_writes() {
    let mut world = World::rolling();
    let bare = empty(Policy::default(), &signers());
    let bare = bare.issuer(TEST).unwrap();
    let mut names = BTreeSet::new();
    for now in [start(), after("1h"), after("2h"), after("3h")] {
        for credential in [&*OLD, &*NEW, &client(9, "-1d", "1094d")] {
            let message = request(now, world.entropy()).write(credential).unwrap();
            // The second time it has been seen.
            for _ in 0..2 {
                let reply = world.send(TEST, message.as_bytes(), now);
                names.insert(reply.name());
                let issuer = world.sts.issuer(TEST).unwrap();
                let [read, alone] = [issuer, bare].map(|it| it.read(message.as_bytes()));
                assert_eq!(format!("{read:?}"), format!("{alone:?}"), "{now}");
                let [written, alone] = [issuer, bare].map(|it| {
                    let entropy = &mut Entropy::seeded(4, "sts", "write");
                    without_padding(&it.write(&reply.answer, entropy))
                });
                assert!(written == alone, "{now}: {}", reply.name());
            }
        }
    }
    let known = ["certificate-not-registered", "replayed", "token"];
    assert!(known.iter().all(|it| names.contains(it)), "{names:?}");
}

/// A message without what encryption pads at random, and what is signed over that.
fn without_padding(message: &[u8]) -> String {
    let text = std::str::from_utf8(message).unwrap();
    let pieces = text.split('<').map(|piece| match piece.split_once('>') {
        Some((name @ ("e:CipherValue" | "DigestValue" | "SignatureValue"), base64)) => {
            format!("{name} of {}", base64.len())
        }
        _ => piece.to_owned(),
    });
    pieces.collect::<Vec<_>>().join("<")
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
