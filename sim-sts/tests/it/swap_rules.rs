//! What if the STS turned from one certificate to the next in another way: both at once, on
//! revocation, or looking only now and then.
//!
//! The closed forms are reckoned here once more, from the instants alone: the old certificate is
//! accepted before `O`, the new one from `N` on.

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::Credential;
use parties::{Core, Slot};
use pki::Path;
use proptest::{prelude::*, test_runner::RngSeed};
use sim_sts::{
    IssuerLesson, Policy, Sts, administration::Request, issue::Answer, registration::SwapRules,
};
use stage::{INSTANT, start};

use crate::history::value;
use crate::world::{EXPIRY, NEW, OLD, STAGE, TEST, World, after, check_boundary, user};

fn world(swap: SwapRules) -> World {
    let mut world = World::with_policy(Policy { swap, ..Policy::default() });
    world.save(&user(), Slot::Active, &OLD.certificate, after("-1d")).unwrap();
    world.provision(&user(), TEST, after("-1d"));
    world.save(&user(), Slot::Rolling, &NEW.certificate, start()).unwrap();
    world
}

fn remove(world: &mut World, slot: Slot, now: Timestamp) {
    world.click(&Request::Remove { system_user: user(), slot }, now).unwrap();
}

#[test]
fn both_slots_are_accepted_at_once_where_they_overlap() {
    let mut world = world(SwapRules { overlap: true, ..SwapRules::default() });
    let click = after("1h");
    world.provision(&user(), TEST, click);
    check_boundary(&world, &NEW, click, ["certificate-not-in-force", "token"]);
    check_boundary(&world, &OLD, click, ["token", "token"]);
    check_boundary(&world, &OLD, *EXPIRY, ["token", "certificate-expired"]);
    check_boundary(&world, &NEW, *EXPIRY, ["token", "token"]);
    // Until one of them is removed, and that is provisioned.
    remove(&mut world, Slot::Active, after("80m"));
    check_boundary(&world, &OLD, after("80m"), ["token", "token"]);
    world.provision(&user(), TEST, after("90m"));
    check_boundary(&world, &OLD, after("90m"), ["token", "certificate-replaced"]);
    check_boundary(&world, &NEW, after("90m"), ["token", "token"]);
}

#[test]
fn a_revocation_brings_the_swap_forward_where_the_rules_say_so() {
    let mut world = world(SwapRules { rolling_on_revocation: true, ..SwapRules::default() });
    world.provision(&user(), TEST, start());
    world.revoke(&OLD.certificate, after("10m"));
    let seen = after("70m");
    check_boundary(&world, &OLD, seen, ["token", "certificate-revoked"]);
    check_boundary(&world, &NEW, seen, ["certificate-not-in-force", "token"]);
    // The draft still names the revoked one: to provision once more does not bring it back.
    assert_eq!(world.ask(&OLD, seen).name(), "certificate-revoked");
    world.provision(&user(), TEST, after("80m"));
    check_boundary(&world, &NEW, after("80m"), ["token", "token"]);
}

#[test]
fn an_sts_that_looks_now_and_then_swaps_when_it_looks() {
    let look_interval = Span::from_minutes(45);
    let mut world = world(SwapRules { look_interval, ..SwapRules::default() });
    world.provision(&user(), TEST, start());
    // 08:00 and 09:45 are multiples of 45 minutes since 1970, and 10:30 is.
    let swap = after("150m");
    assert_eq!(swap.millis() % look_interval.millis(), 0);
    check_boundary(&world, &OLD, *EXPIRY, ["token", "certificate-expired"]);
    check_boundary(&world, &NEW, *EXPIRY, ["certificate-not-in-force"; 2]);
    check_boundary(&world, &NEW, swap, ["certificate-not-in-force", "token"]);
}

#[test]
fn a_slot_that_is_emptied_and_provisioned_takes_its_certificate_out_of_force() {
    let mut world = world(SwapRules::default());
    world.provision(&user(), TEST, start());
    // The rolling one: the swap is called off.
    remove(&mut world, Slot::Rolling, after("10m"));
    check_boundary(&world, &NEW, *EXPIRY, ["certificate-not-in-force", "token"]);
    world.provision(&user(), TEST, after("20m"));
    check_boundary(&world, &NEW, *EXPIRY, ["certificate-not-registered"; 2]);
    check_boundary(&world, &OLD, *EXPIRY, ["token", "certificate-expired"]);
    // And the active one: nobody is known any more.
    remove(&mut world, Slot::Active, after("30m"));
    world.provision(&user(), TEST, after("40m"));
    check_boundary(&world, &OLD, after("40m"), ["token", "certificate-replaced"]);
}

/// A scenario of the closed forms, in minutes from the start.
#[derive(Debug, Clone)]
struct Parameters {
    policy: Swap,
    /// The click, and the delay after it.
    click: i64,
    delay: i64,
    /// The old one's first refused instant, and the new one's first.
    expires: i64,
    begins: i64,
    revoked: Option<i64>,
    lag: i64,
    removed: Option<i64>,
    rolling_on_revocation: bool,
    look_interval: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Swap {
    Replace,
    Rolling,
    Overlap,
}

fn parameters() -> impl Strategy<Value = Parameters> {
    let policy = prop_oneof![Just(Swap::Replace), Just(Swap::Rolling), Just(Swap::Overlap)];
    let revocation = (proptest::option::of(0_i64..100), 0_i64..20, any::<bool>());
    let rest = (proptest::option::of(0_i64..100), prop_oneof![Just(0_i64), 1_i64..40]);
    (policy, 0_i64..100, 0_i64..8, 20_i64..100, -10_i64..100, revocation, rest).prop_map(
        |(policy, click, delay, expires, begins, revocation, rest)| Parameters {
            policy,
            click,
            delay,
            expires,
            begins,
            revoked: revocation.0,
            lag: revocation.1,
            rolling_on_revocation: revocation.2,
            // Removed after the click, by another that has the delay as well.
            removed: rest.0.map(|after| click + 1 + after),
            look_interval: rest.1,
        },
    )
}

fn minute(minutes: i64) -> Timestamp {
    start() + Span::from_minutes(minutes)
}

impl Parameters {
    /// `O` and `N`, from the table: nothing here knows how a registration is kept.
    fn closed_form(&self) -> (Timestamp, Timestamp) {
        let never = minute(1_000_000);
        let provisioned = minute(self.click + self.delay);
        let expires = minute(self.expires);
        let revoked = self.revoked.map_or(never, |at| minute(at + self.lag));
        let begins = minute(self.begins);
        let ends = expires.min(revoked);
        match self.policy {
            Swap::Replace => (ends.min(provisioned), begins.max(provisioned)),
            Swap::Rolling => {
                let trigger = if self.rolling_on_revocation { ends } else { expires };
                let due = provisioned.max(trigger).millis();
                let interval = Span::from_minutes(self.look_interval).millis();
                let due =
                    if interval == 0 { due } else { (due + interval - 1) / interval * interval };
                (ends, begins.max(Timestamp::from_millis(due)))
            }
            Swap::Overlap => {
                let removed = self.removed.map_or(never, |at| minute(at + self.delay));
                (ends.min(removed), begins.max(provisioned))
            }
        }
    }

    fn certificates(&self) -> [Credential; 2] {
        let system = |key, life| STAGE.system(TEST, "Fagsystem A", key, life);
        [
            system(0, after("-1d")..minute(self.expires)),
            system(1, minute(self.begins)..after("1000d")),
        ]
    }

    /// A world in which all of it was clicked.
    fn world(&self, old: &Credential, new: &Credential) -> World {
        let mut world = World::with_policy(Policy {
            activation_delay: Span::from_minutes(self.delay),
            revocation_lag: Span::from_minutes(self.lag),
            swap: SwapRules {
                overlap: self.policy == Swap::Overlap,
                rolling_on_revocation: self.rolling_on_revocation,
                look_interval: Span::from_minutes(self.look_interval),
            },
            ..Policy::default()
        });
        world.save(&user(), Slot::Active, &old.certificate, after("-1d")).unwrap();
        world.provision(&user(), TEST, after("-1d"));
        let slot = if self.policy == Swap::Replace { Slot::Active } else { Slot::Rolling };
        let saved = after("-1h");
        world.save(&user(), slot, &new.certificate, saved).unwrap();
        if let Some(at) = self.revoked {
            world.revoke(&old.certificate, minute(at));
        }
        world.provision(&user(), TEST, minute(self.click));
        if let Some(at) = self.removed.filter(|_| self.policy == Swap::Overlap) {
            let draft = world.sts.administration().system_user(&user()).unwrap().saved(minute(at));
            // After the expiry the new one stands in the active slot, and nothing is to be removed.
            if draft.active.as_ref() == Some(&old.certificate) {
                remove(&mut world, Slot::Active, minute(at));
                world.provision(&user(), TEST, minute(at));
            }
        }
        world
    }
}

/// Whether the STS gives a token to who holds the certificate of this path.
fn is_accepted(sts: &Sts, path: &Path, now: Timestamp) -> bool {
    let entropy = &mut Entropy::seeded(3, "sts", "probe");
    let request = value(path, now, entropy);
    matches!(sts.issuer(TEST).unwrap().decide(&request, now, entropy).0, Answer::Token(_))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Old and new are accepted exactly as the closed forms say, a millisecond around each bound
    /// and at any other instant.
    #[test]
    fn accepted_are_old_and_new_as_the_closed_forms_say(
        parameters in parameters(),
        others in prop::collection::vec(0_i64..(200 * 60_000), 4),
    ) {
        let [old, new] = parameters.certificates();
        let world = parameters.world(&old, &new);
        let anchors = STAGE.authority(TEST).anchors();
        let path = |of: &Credential| Path::build(&of.certificate, &anchors).unwrap();
        let (old, new) = (path(&old), path(&new));
        let (old_until, new_from) = parameters.closed_form();
        let around = [old_until, new_from].into_iter().flat_map(|at| [at - INSTANT, at]);
        let others = others.into_iter().map(|millis| start() + Span::from_millis(millis));
        for now in around.chain(others).filter(|now| *now >= start() && *now < after("2d")) {
            let mut sts = world.sts.clone();
            let list = world.revocation_list(TEST, now);
            let lesson = IssuerLesson::RevocationList { list, fetched_at: now };
            sts.issuer_mut(TEST).unwrap().learn(lesson);
            let accepted = |path| is_accepted(&sts, path, now);
            prop_assert_eq!(accepted(&old), now < old_until, "old at {}: O = {}", now, old_until);
            prop_assert_eq!(accepted(&new), now >= new_from, "new at {}: N = {}", now, new_from);
        }
    }
}
