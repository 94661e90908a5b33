//! Everything that can be clicked, at random: what is remembered of it is all that there is, and
//! `next_change` names every instant at which the administration or an STS acts by itself.
//!
//! A certificate that nobody has uploaded yet may expire unnoticed, so dates are not among the rules
//! of these histories.

use std::{cell::Cell, collections::BTreeSet};

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::Credential;
use parties::{Core, Diagnose, EntityId, Environment, Fact, Slot, SystemUserId};
use pki::Path;
use proptest::{collection::vec, prelude::*, sample::select};
use sim_sts::{
    Policy, Sts,
    administration::{
        self, Administration, Answer, IssuerCheck, Policy as Rules, PowerOfAttorney, Privilege,
        Request, Verdict,
    },
    issue,
    registration::SwapRules,
};
use stage::start;

use crate::{
    history::{certificates, check, minutes, steady, value, verdict},
    world::{
        EXPIRY, Kept, NEW, NEWEST, OLD, STAGE, TEST, World, issuers, kept, other_user, replay,
        service, signers, user,
    },
};

fn rules() -> impl Strategy<Value = Rules> {
    let issuer_check = select(vec![IssuerCheck::Never, IssuerCheck::AtProvisioning]);
    (verdict(), verdict(), verdict(), issuer_check).prop_map(
        |(taken, in_both_slots, shared_entity_id, issuer_check)| Rules {
            expired: Verdict::Accept,
            taken,
            in_both_slots,
            shared_entity_id,
            issuer_check,
            ..Rules::default()
        },
    )
}

fn policy() -> impl Strategy<Value = Policy> {
    (minutes(), any::<bool>(), minutes()).prop_map(|(activation_delay, overlap, look_interval)| {
        let swap = SwapRules { overlap, look_interval, ..SwapRules::default() };
        Policy { activation_delay, swap, ..Policy::default() }
    })
}

fn empty(policy: Policy, rules: Rules) -> Sts {
    Sts::with_policy(issuers(policy, &signers(), false), rules)
}

/// One click, whatever it may be: which it is, and on what.
#[derive(Debug, Clone)]
struct Click {
    what: u8,
    system_user: SystemUserId,
    other: SystemUserId,
    slot: Slot,
    environment: Environment,
    certificate: usize,
    /// A name of a system user, and two organisations.
    names: [usize; 3],
    uri: &'static str,
    /// How long it is until the next one.
    pause: Span,
}

fn click() -> impl Strategy<Value = Click> {
    let users = || select(vec![user(), other_user()]);
    let environment = prop_oneof![3 => Just(TEST), 1 => Just(Environment::Production)];
    let names = [0_usize..3, 0..3, 0..3];
    let pause = (0_i64..30).prop_map(Span::from_minutes);
    let what = (0_u8..20, users(), users(), select(&Slot::ALL[..]), environment);
    let on = (0_usize..5, names, select(vec!["urn:a", "urn:b"]), pause);
    (what, on).prop_map(
        |((what, system_user, other, slot, environment), (certificate, names, uri, pause))| Click {
            what,
            system_user,
            other,
            slot,
            environment,
            certificate,
            names,
            uri,
            pause,
        },
    )
}

impl Click {
    fn request(&self, all: &[Credential]) -> Request {
        let Self { slot, environment, .. } = *self;
        let system_user = self.system_user.clone();
        let [name, grantor, attorney] = self.names;
        let entity_id: EntityId = ["urn:one", "urn:two", "urn:three"][name].parse().unwrap();
        let cvr = |which: usize| ["90000001", "90000002", "90000003"][which].parse().unwrap();
        let privilege = Privilege { environment, audience: service(), uri: self.uri.to_owned() };
        let power = |privilege| {
            let (grantor, attorney) = (cvr(grantor), cvr(attorney));
            PowerOfAttorney { grantor, attorney, privilege }
        };
        match self.what {
            0 => {
                let it_system = system_user.as_str().parse().unwrap();
                Request::CreateItSystem { it_system, organisation: cvr(0) }
            }
            1 => {
                let it_system = self.other.as_str().parse().unwrap();
                Request::CreateSystemUser { system_user, it_system, entity_id }
            }
            2 => Request::SaveEntityId { system_user, entity_id },
            3..8 => {
                let certificate = Ok(Box::new(all[self.certificate].certificate.clone()));
                Request::Save { system_user, slot, certificate, file_name: None }
            }
            8 => Request::Remove { system_user, slot },
            9..13 => Request::Provision { system_user, environment },
            13 => Request::RequestPrivilege { system_user, privilege },
            14 => Request::RefusePrivilege { system_user, privilege },
            15 | 16 => Request::ApprovePrivilege { system_user, privilege },
            17 => Request::WithdrawPrivilege { system_user, privilege },
            18 => Request::GivePowerOfAttorney { power: power(privilege) },
            _ => Request::WithdrawPowerOfAttorney { power: power(privilege) },
        }
    }
}

/// A world in which nobody is registered yet.
fn world(policy: Policy, rules: Rules) -> World {
    let mut world = World::with_rules(rules);
    world.sts = empty(policy, rules);
    world.facts.clear();
    for id in [user(), other_user()] {
        world.register(&id);
        world.approve(&id, TEST, &service(), "urn:a");
    }
    world
}

#[test]
fn an_administration_is_its_facts() {
    let (granted, refused) = (Cell::new(0), Cell::new(0));
    let history = (certificates(), policy(), rules(), vec(click(), 20..60));
    check(30, &history, |(all, policy, rules, clicks)| {
        let mut world = world(policy, rules);
        let mut now = start();
        for click in &clicks {
            let request = click.request(&all);
            let before = world.sts.administration().clone();
            let diagnosis = before.diagnose(&request, now);
            let decisive = diagnosis.decisive().map(|finding| finding.cause.clone());
            match world.click(&request, now) {
                Ok(()) => {
                    granted.set(granted.get() + 1);
                    assert_eq!(decisive, None, "{request:?}");
                }
                Err(rejection) => {
                    refused.set(refused.get() + 1);
                    assert_eq!(decisive.as_deref(), Some(rejection.name()), "{request:?}");
                    assert_eq!(*world.sts.administration(), before);
                }
            }
            now = now + click.pause;
        }
        let mut replayed = empty(policy, rules);
        replay(&mut replayed, &world.facts);
        assert_eq!(replayed.administration(), world.sts.administration());
        assert_eq!(format!("{replayed:?}"), format!("{:?}", world.sts));
        let keys = world.facts.iter().filter_map(|fact| match fact {
            Kept::Administration(json) => kept::<administration::Fact>(json).unique_key(),
            Kept::Issuer(..) => None,
        });
        let keys: Vec<_> = keys.collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    });
    let (granted, refused) = (granted.get(), refused.get());
    assert!(granted > 300 && refused > 300, "{granted} granted, {refused} refused");
}

/// Whom the STS takes the holder of each certificate for, and what it may do.
fn tokens(sts: &Sts, paths: &[Path], now: Timestamp) -> Vec<String> {
    let entropy = &mut Entropy::seeded(3, "sts", "probe");
    let seen = paths.iter().map(|path| {
        let request = value(path, now, entropy);
        match sts.issuer(TEST).unwrap().decide(&request, now, entropy).0 {
            issue::Answer::Token(grant) => {
                format!("{} {:?}", grant.assertion.subject, grant.assertion.privileges)
            }
            // Why does not matter: a certificate that nobody registered may expire unnoticed.
            issue::Answer::Rejected { .. } => "refused".to_owned(),
        }
    });
    seen.collect()
}

/// What each click that hangs on a certificate would meet.
fn clicks_met(administration: &Administration, all: &[Credential], now: Timestamp) -> Vec<String> {
    let entropy = &mut Entropy::seeded(3, "sts", "probe");
    let mut seen: Vec<String> = Vec::new();
    for system_user in [user(), other_user()] {
        let status = administration.system_user(&system_user).unwrap().status(now);
        seen.push(format!("{status:?}"));
        for slot in Slot::ALL {
            let system_user = system_user.clone();
            let remove = Request::Remove { system_user: system_user.clone(), slot };
            let saves = all.iter().map(|it| Request::Save {
                system_user: system_user.clone(),
                slot,
                certificate: Ok(Box::new(it.certificate.clone())),
                file_name: None,
            });
            for request in saves.chain([remove]) {
                seen.push(match administration.decide(&request, now, entropy).0 {
                    Answer::Done => "done".to_owned(),
                    Answer::Unchanged => "unchanged".to_owned(),
                    Answer::Rejected(rejection) => rejection.to_string(),
                });
            }
        }
    }
    seen
}

#[test]
fn nothing_that_was_clicked_acts_between_two_instants_of_change() {
    let changes = Cell::new(0);
    let pause = (1_i64..=120).prop_map(Span::from_minutes);
    let rounds = vec((vec(click(), 6), pause, any::<u32>()), 4..12);
    check(24, &(certificates(), policy(), rules(), rounds), |(all, policy, rules, rounds)| {
        let anchors = STAGE.authority(TEST).anchors();
        let paths: Vec<_> =
            all.iter().map(|it| Path::build(&it.certificate, &anchors).unwrap()).collect();
        let mut world = world(policy, rules);
        let list = world.revocation_list(TEST, start());
        let lesson = sim_sts::IssuerLesson::RevocationList { list, fetched_at: start() };
        world.sts.issuer_mut(TEST).unwrap().learn(lesson);
        let mut now = start();
        for (clicks, pause, look) in &rounds {
            for click in clicks {
                let _ = world.click(&click.request(&all), now);
            }
            let until = now + *pause;
            // Each is asked alone: what it leaves out must not be named by another.
            let (sts, administration) = (&world.sts, world.sts.administration());
            let issuer = sts.issuer(TEST).unwrap();
            let next_change = |now| issuer.next_change(now);
            let seen = |now| tokens(sts, &paths, now);
            let at_the_sts = steady(now, until, *look, sts, next_change, seen);
            let next_change = |now| administration.next_change(now);
            let seen = |now| clicks_met(administration, &all, now);
            let in_the_draft = steady(now, until, *look, sts, next_change, seen);
            changes.set(changes.get() + at_the_sts + in_the_draft);
            now = until;
        }
    });
    let changes = changes.get();
    assert!(changes > 50, "{changes} changes were seen: too few to say anything");
}

/// The draft has forgotten the certificate that waits to be replaced; the swap comes all the same, and
/// frees it for another system user.
#[test]
fn what_was_provisioned_acts_by_itself_whatever_became_of_the_draft() {
    let mut world = World::with_rules(Rules { expired: Verdict::Accept, ..Rules::default() });
    world.save(&user(), Slot::Active, &OLD.certificate, start()).unwrap();
    world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
    world.provision(&user(), TEST, start());
    world.save(&user(), Slot::Active, &NEWEST.certificate, start()).unwrap();
    let takes = |now| world.clone().save(&other_user(), Slot::Active, &OLD.certificate, now);
    let taken = administration::Rejection::CertificateTaken(user());
    assert_eq!(takes(*EXPIRY - stage::INSTANT), Err(taken));
    assert_eq!(takes(*EXPIRY), Ok(()));
    assert_eq!(world.sts.administration().next_change(start()), Some(*EXPIRY));
}
