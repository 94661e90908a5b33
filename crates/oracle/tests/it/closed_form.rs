//! One swap reckoned twice: in closed form, and by walking through the plan. Thousands of random ones,
//! on a grid that is coarse enough for instants to meet.

use clock::{Span, Timestamp};
use oracle::{
    Act, Calls, Forecast, HolderCheck, Interval, Keeps, LookUp, Node, Policy, Rules, SafeWindow,
    Swap, Tokens, stale,
};
use parties::ClientProfile;
use proptest::{prelude::*, sample::select, test_runner::RngSeed};

use crate::stage::*;

const END: i64 = 400;

/// One swap, and everything that it hangs on.
#[derive(Debug, Clone)]
struct Case {
    profile: ClientProfile,
    rules: Rules,
    swap: Swap,
    keeps: Keeps,
    skew: Span,
    first_call: i64,
    interval: i64,
}

impl Case {
    fn tokens(&self) -> Tokens {
        Tokens {
            first: t(self.first_call),
            interval: s(self.interval),
            keeps_for: self.keeps.keeps_for(self.rules.token_lifetime, self.skew),
        }
    }

    fn race(&self) -> Race {
        let mut race = Race::between(
            oracle::Certificate { expires: self.swap.expires, ..certificate(Production, -1000, 0) },
            oracle::Certificate {
                valid_from: self.swap.valid_from,
                ..certificate(Production, 0, 100_000)
            },
            self.profile,
            self.rules,
            |node| Node {
                keeps: self.keeps,
                // By REST a second token counts, which the closed form does not know.
                access: None,
                skew: self.skew,
                calls: Calls::every(s(self.interval), t(self.first_call)),
                // A failure before any network call is beyond the closed form.
                look_up: LookUp { valid_only: false, ..node.look_up },
                ..node
            },
        );
        let slot = if self.swap.policy == Policy::Replace { Active } else { Rolling };
        race = race.saved(-1, slot);
        let (system_user, old, new, node) = (race.system_user, race.old, race.new, race.node);
        let mut at = |at: Option<Timestamp>, act| {
            if let Some(at) = at {
                race.plan.at(at, act);
            }
        };
        at(self.swap.provisioned, Act::Provision { system_user, environment: Production });
        at(self.swap.removed, Act::Remove { system_user, slot: Active });
        at(self.swap.removed, Act::Provision { system_user, environment: Production });
        at(self.swap.revoked, Act::Revoke { certificate: old });
        at(self.swap.swapped, Act::Deploy { node, certificate: new });
        race
    }

    fn walked(&self) -> Vec<Interval> {
        let race = self.race();
        Forecast::of(&race.plan).node(race.node).outages.iter().map(|it| it.interval()).collect()
    }

    /// The outage of the swap and those of stale tokens, as far as the run goes.
    fn closed(&self) -> Vec<Interval> {
        let turn = self.swap.turn(&self.rules);
        let tokens = self.tokens();
        let loses = matches!(self.profile, Restart | Java);
        let mut found: Vec<Interval> = turn.outage(self.profile, &tokens).into_iter().collect();
        if tokens.keeps_for > self.rules.token_lifetime {
            let turned = turn.old_until.min(turn.swapped);
            let asks = turn.asks_again(&tokens);
            let settled = turn.new_from.max(turn.swapped).max(if loses { t(0) } else { asks });
            let lost = loses.then_some(turn.swapped);
            let (lifetime, keeps_for) = (self.rules.token_lifetime, tokens.keeps_for);
            let before = issued(&tokens, turned);
            found.extend(stale(&before, lifetime, keeps_for, lost));
            if settled <= t(END) {
                let mut calls = (0..).map(|n| t(self.first_call + n * self.interval));
                let first = calls.find(|at| *at >= settled).expect("calls go on for ever");
                let after = issued(&Tokens { first, ..tokens }, t(END + 1));
                found.extend(stale(&after, lifetime, keeps_for, None));
            }
        }
        joined(found)
    }
}

/// Every token before `until`.
fn issued(tokens: &Tokens, until: Timestamp) -> Vec<Timestamp> {
    let mut issued = Vec::new();
    let mut next = tokens.first_from(tokens.first);
    while next < until.min(t(END + 1)) {
        issued.push(next);
        next = tokens.first_from(next + Span::from_millis(1));
    }
    issued
}

/// In order, joined where they touch, and cut to the run.
fn joined(mut found: Vec<Interval>) -> Vec<Interval> {
    found.sort_by_key(|interval| interval.from);
    let mut joined: Vec<Interval> = Vec::new();
    for interval in found.into_iter().filter(|interval| interval.from <= t(END)) {
        let until = interval.until.filter(|until| *until <= t(END));
        match joined.last_mut().filter(|last| last.until.is_none_or(|end| interval.from <= end)) {
            Some(last) => last.until = last.until.zip(until).map(|(one, other)| one.max(other)),
            None => joined.push(Interval { from: interval.from.max(t(0)), until }),
        }
    }
    joined
}

prop_compose! {
    fn rules()(
        delay in select(vec![0, 5]),
        look in select(vec![0, 0, 30]),
        rolling_on_revocation in any::<bool>(),
        sts_lag in select(vec![0, 20]),
        smdb_lag in select(vec![0, 10]),
        holder_check in select(vec![
            HolderCheck::Ignored, HolderCheck::Validity, HolderCheck::ValidityAndRevocation,
        ]),
        lifetime in select(vec![40, 80]),
    ) -> Rules {
        Rules {
            activation_delay: s(delay),
            look_interval: s(look),
            rolling_on_revocation,
            sts_revocation_lag: s(sts_lag),
            smdb_revocation_lag: s(smdb_lag),
            holder_check,
            token_lifetime: s(lifetime),
            ..Rules::default()
        }
    }
}

/// An instant in the run or near it, on the grid or a little off it; or none.
fn sometimes() -> impl Strategy<Value = Option<Timestamp>> {
    prop_oneof![4 => instant().prop_map(Some), 1 => Just(None)]
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0_i64..84, select(vec![0_i64, 0, 0, 1, -1, 1_000]))
        .prop_map(|(step, off)| t(step * 5) + Span::from_millis(off))
}

prop_compose! {
    fn case()(
        profile in select(ClientProfile::ALL.to_vec()),
        policy in select(Policy::ALL.to_vec()),
        mut rules in rules(),
        expires in 10_i64..80,
        valid_from in prop_oneof![3 => Just(-1_i64), 1 => 0_i64..400],
        provisioned in sometimes(),
        revoked in prop_oneof![sometimes(), Just(None)],
        removed_after in prop_oneof![(0_i64..200).prop_map(Some), Just(None)],
        swapped in sometimes(),
        keeps in prop_oneof![
            1 => Just(Keeps::Never),
            6 => (0_i64..90).prop_map(|margin| Keeps::UntilBeforeEnd(s(margin))),
            2 => (0_i64..120).prop_map(|fixed| Keeps::For(s(fixed))),
        ],
        skew in select(vec![0, 0, 0, 7, -7, -60]),
        first_call in select(vec![0, 3, 50, 250]),
        interval in select(vec![1, 5, 7, 60]),
    ) -> Case {
        rules.overlap = policy == Policy::Overlap;
        let removed = provisioned.zip(removed_after).map(|(at, after)| at + s(after));
        // Removed later, the old one has ended already, and somebody else stands in its slot.
        let last = t(expires * 5);
        let triggered = revoked.filter(|_| rules.rolling_on_revocation);
        let ends = triggered.map_or(last, |at| at.min(last) - rules.activation_delay);
        let removed = removed.filter(|at| rules.overlap && *at + rules.activation_delay < ends);
        let keeps = if profile == NoCache { Keeps::Never } else { keeps };
        let swap = Swap {
            policy,
            expires: t(expires * 5 + 1),
            valid_from: t(valid_from),
            provisioned,
            revoked,
            removed,
            swapped,
        };
        Case { profile, rules, swap, keeps, skew: s(skew), first_call, interval }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(4),
        failure_persistence: None,
        cases: 20_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn both_ways_come_to_the_same(case in case()) {
        prop_assert_eq!(case.walked(), case.closed());
    }

    /// Inside the window nothing fails, outside something does.
    #[test]
    fn a_swap_is_safe_within_its_window_alone(mut case in case(), swapped in instant()) {
        // Tokens that are stale fail swap or no swap.
        if case.tokens().keeps_for > case.rules.token_lifetime {
            (case.keeps, case.skew) = (Keeps::UntilBeforeEnd(Span::ZERO), Span::ZERO);
        }
        let tokens = case.tokens();
        let swap = Swap { swapped: Some(swapped), ..case.swap };
        let turn = swap.turn(&case.rules);
        let outage = turn.outage(case.profile, &tokens);
        match turn.safe_window(case.profile, &tokens) {
            SafeWindow::Between { first, last } => {
                let is_safe = first <= swapped && swapped <= last;
                if is_safe {
                    prop_assert_eq!(outage, None);
                } else if !matches!(case.profile, Core | DotnetRest) {
                    prop_assert!(outage.is_some(), "{:?} {:?}", first, last);
                }
            }
            SafeWindow::Impossible { least } => {
                // Also what lies behind the end.
                let length =
                    outage.map(|outage| outage.until.unwrap_or(t(END)).since(outage.from));
                if let Some(least) = least {
                    prop_assert!(length >= Some(least), "{:?} {:?}", length, least);
                } else if !matches!(case.profile, Core | DotnetRest) {
                    prop_assert!(outage.is_some());
                }
            }
        }
    }
}
