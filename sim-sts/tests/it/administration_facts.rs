//! Everything that can be clicked, at random: what is remembered of it is all that there is, and
//! `next_change` names every instant at which the administration or an STS acts by itself.
//!
//! A certificate that nobody has uploaded yet may expire unnoticed, so dates are not among the rules
//! of these histories.

use std::collections::BTreeSet;

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::Credential;
use parties::{Core, Diagnose, EntityId, Environment, Fact, Slot, SystemUserId};
use pki::Path;
use sim_sts::{
    Policy, Sts,
    administration::{
        self, Answer, IssuerCheck, Policy as Rules, PowerOfAttorney, Privilege, Request, Verdict,
    },
    issue,
    registration::SwapRules,
};
use stage::start;

use crate::{
    facts::{below, between, certificates, value},
    world::{Kept, STAGE, TEST, World, issuers, kept, other_user, replay, service, signers, user},
};

fn one_of<T: Clone>(all: &[T], entropy: &mut Entropy) -> T {
    all[below(all.len() as i64, entropy) as usize].clone()
}

fn rules(entropy: &mut Entropy) -> Rules {
    let verdicts = [Verdict::Refuse, Verdict::Accept];
    Rules {
        expired: Verdict::Accept,
        taken: one_of(&verdicts, entropy),
        in_both_slots: one_of(&verdicts, entropy),
        shared_entity_id: one_of(&verdicts, entropy),
        issuer_check: one_of(&[IssuerCheck::Never, IssuerCheck::AtProvisioning], entropy),
        ..Rules::default()
    }
}

fn policy(entropy: &mut Entropy) -> Policy {
    let minutes = |entropy: &mut Entropy| Span::from_minutes(one_of(&[0, 5, 60], entropy));
    Policy {
        activation_delay: minutes(entropy),
        swap: SwapRules {
            overlap: one_of(&[false, true], entropy),
            look_interval: minutes(entropy),
            ..SwapRules::default()
        },
        ..Policy::default()
    }
}

fn empty(policy: Policy, rules: Rules) -> Sts {
    Sts::with_policy(issuers(policy, &signers(), false), rules)
}

/// One click, whatever it may be.
fn click(all: &[Credential], entropy: &mut Entropy) -> Request {
    let system_user: SystemUserId = one_of(&[user(), other_user()], entropy);
    let slot = one_of(&Slot::ALL, entropy);
    let environment = one_of(&[TEST, TEST, TEST, Environment::Production], entropy);
    let cvr = |entropy: &mut Entropy| {
        one_of(&["90000001", "90000002", "90000003"], entropy).parse().unwrap()
    };
    let uri = one_of(&["urn:a", "urn:b"], entropy).to_owned();
    let privilege = Privilege { environment, audience: service(), uri };
    let entity_id = |entropy: &mut Entropy| -> EntityId {
        one_of(&["urn:one", "urn:two", "urn:three"], entropy).parse().unwrap()
    };
    match below(20, entropy) {
        0 => {
            let it_system = system_user.as_str().parse().unwrap();
            Request::CreateItSystem { it_system, organisation: "90000001".parse().unwrap() }
        }
        1 => {
            let it_system = one_of(&[user(), other_user()], entropy).as_str().parse().unwrap();
            let entity_id = entity_id(entropy);
            Request::CreateSystemUser { system_user, it_system, entity_id }
        }
        2 => Request::SaveEntityId { system_user, entity_id: entity_id(entropy) },
        3..8 => {
            let certificate = Ok(Box::new(one_of(all, entropy).certificate));
            Request::Save { system_user, slot, certificate }
        }
        8 => Request::Remove { system_user, slot },
        9..13 => Request::Provision { system_user, environment },
        13 => Request::RequestPrivilege { system_user, privilege },
        14 => Request::RefusePrivilege { system_user, privilege },
        15 | 16 => Request::ApprovePrivilege { system_user, privilege },
        17 => Request::WithdrawPrivilege { system_user, privilege },
        18 => {
            let (grantor, attorney) = (cvr(entropy), cvr(entropy));
            let power = PowerOfAttorney { grantor, attorney, privilege };
            Request::GivePowerOfAttorney { power }
        }
        _ => {
            let (grantor, attorney) = (cvr(entropy), cvr(entropy));
            let power = PowerOfAttorney { grantor, attorney, privilege };
            Request::WithdrawPowerOfAttorney { power }
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
    let (mut granted, mut refused) = (0, 0);
    for seed in 0..30 {
        let entropy = &mut Entropy::seeded(seed, "sts", "clicks");
        let all = certificates(entropy);
        let (policy, rules) = (policy(entropy), rules(entropy));
        let mut world = world(policy, rules);
        let mut now = start();
        for _ in 0..60 {
            let request = click(&all, entropy);
            let before = world.sts.administration().clone();
            let diagnosis = before.diagnose(&request, now);
            let decisive = diagnosis.decisive().map(|finding| finding.cause.clone());
            match world.click(&request, now) {
                Ok(()) => {
                    granted += 1;
                    assert_eq!(decisive, None, "{request:?}");
                }
                Err(rejection) => {
                    refused += 1;
                    assert_eq!(decisive.as_deref(), Some(rejection.name()), "{request:?}");
                    assert_eq!(*world.sts.administration(), before);
                }
            }
            now = now + Span::from_minutes(below(30, entropy));
        }
        let mut replayed = empty(policy, rules);
        replay(&mut replayed, &world.facts);
        assert_eq!(replayed.administration(), world.sts.administration(), "seed {seed}");
        assert_eq!(format!("{replayed:?}"), format!("{:?}", world.sts), "seed {seed}");
        let keys = world.facts.iter().filter_map(|fact| match fact {
            Kept::Administration(json) => kept::<administration::Fact>(json).unique_key(),
            Kept::Issuer(..) => None,
        });
        let keys: Vec<_> = keys.collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "seed {seed}");
    }
    assert!(granted > 300 && refused > 300, "{granted} granted, {refused} refused");
}

/// Whom the STS takes the holder of each certificate for and what it may do, and what each click
/// that hangs on a certificate would meet.
fn outcomes(sts: &Sts, all: &[Credential], paths: &[Path], now: Timestamp) -> Vec<String> {
    let entropy = &mut Entropy::seeded(3, "sts", "probe");
    let mut seen: Vec<String> = Vec::new();
    for path in paths {
        let request = value(path, now, entropy);
        let answer = sts.issuer(TEST).unwrap().decide(&request, now, entropy).0;
        seen.push(match answer {
            issue::Answer::Token(grant) => {
                format!("{} {:?}", grant.assertion.subject, grant.assertion.privileges)
            }
            // Why does not matter: a certificate that nobody registered may expire unnoticed.
            issue::Answer::Rejected { .. } => "refused".to_owned(),
        });
    }
    let administration = sts.administration();
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
    let mut changes = 0;
    for seed in 100..124 {
        let entropy = &mut Entropy::seeded(seed, "sts", "clicks");
        let all = certificates(entropy);
        let anchors = STAGE.authority(TEST).anchors();
        let paths: Vec<_> =
            all.iter().map(|it| Path::build(&it.certificate, &anchors).unwrap()).collect();
        let mut world = world(policy(entropy), rules(entropy));
        let list = world.revocation_list(TEST, start());
        let lesson = sim_sts::IssuerLesson::RevocationList { list, fetched_at: start() };
        world.sts.issuer_mut(TEST).unwrap().learn(lesson);
        let mut now = start();
        for _ in 0..8 {
            for _ in 0..6 {
                let _ = world.click(&click(&all, entropy), now);
            }
            let until = now + Span::from_minutes(1 + below(120, entropy));
            while now < until {
                let next = world.sts.next_change(now).filter(|next| *next < until).unwrap_or(until);
                assert!(next > now, "an instant of change lies ahead");
                let expected = outcomes(&world.sts, &all, &paths, now);
                for at in [next - stage::INSTANT, between(now, next, entropy)] {
                    let seen = outcomes(&world.sts, &all, &paths, at);
                    assert_eq!(seen, expected, "seed {seed}: {now} .. {at}");
                }
                changes += usize::from(outcomes(&world.sts, &all, &paths, next) != expected);
                now = next;
            }
        }
    }
    assert!(changes > 50, "{changes} changes were seen: too few to say anything");
}
