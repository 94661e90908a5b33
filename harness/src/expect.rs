//! What was measured against what the file expects: a pure function.

use clock::Span;
use parties::Role;
use serde::{Deserialize, Serialize};

use crate::{
    downtime::{NodeDowntime, Outage, fits_between_looks},
    forecast::{Oracle, Reckoned},
    scenario::{ClientName, Expected, ExpectedCount, ExpectedOutage, NodeName},
};

/// Whether a scenario went as its file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It did.
    Pass,
    /// It did not.
    Fail,
    /// Nobody called, an outage was met by no call, or one may have fallen between two looks: something was
    /// not shown.
    Inconclusive,
}

/// A verdict and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Everything that is not as expected.
    pub differences: Vec<Difference>,
}

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// An outage that did not happen, or another one than was expected.
    Outage {
        /// What the file expects.
        expected: ExpectedOutage,
        /// What was measured instead, if anything.
        measured: Option<Outage>,
    },
    /// An outage that the file does not expect.
    Unexpected {
        /// Whose.
        client: ClientName,
        /// At which node.
        node: NodeName,
        /// What was measured.
        measured: Outage,
    },
    /// Somebody else is to blame, or nobody.
    Blame {
        /// What the file expects.
        expected: ExpectedOutage,
        /// Who the oracle says is to blame.
        found: Option<Role>,
    },
    /// The oracle reckons with other outages than were measured: one of the two is wrong, and so is
    /// skift.
    Oracle {
        /// What it reckons.
        reckoned: Reckoned,
        /// What was measured; nothing if nobody looked at the node.
        measured: Option<NodeDowntime>,
    },
    /// Another number of failed calls.
    #[serde(rename_all = "kebab-case")]
    MissedCalls {
        /// What the file expects.
        expected: ExpectedCount,
        /// What was counted.
        measured: u64,
    },
}

/// Judges what was measured, and what the oracle says about it. Edges may have been seen up to `late` after
/// they were there.
#[must_use]
pub fn judge(
    expected: &Expected,
    measured: &[NodeDowntime],
    oracle: &Oracle,
    late: Span,
) -> Judgement {
    let mut differences: Vec<Difference> = measured
        .iter()
        .flat_map(|node| {
            let expected = expected
                .outages
                .iter()
                .filter(|outage| (&outage.client, &outage.node) == (&node.client, &node.node));
            compare(expected.collect(), node, late)
        })
        .collect();

    differences.extend(expected.outages.iter().filter_map(|expected| {
        let wanted = expected.blame?;
        let found = oracle.blame(&expected.client, &expected.node).map(|blame| blame.who);
        (found != Some(wanted)).then(|| Difference::Blame { expected: expected.clone(), found })
    }));
    differences.extend(oracle.contradicts(measured, late).map(|(reckoned, measured)| {
        Difference::Oracle { reckoned: reckoned.clone(), measured: measured.cloned() }
    }));

    let missed = measured.iter().map(|node| node.missed_calls).sum();
    if let Some(expected) = expected.missed_calls.filter(|expected| expected.count != missed) {
        differences.push(Difference::MissedCalls { expected, measured: missed });
    }

    let calls: u64 = measured.iter().map(|node| node.calls).sum();
    let mut outages = measured.iter().flat_map(|node| &node.outages);
    let not_exercised = outages.any(|outage| outage.missed_calls == 0);
    let is_silent = calls == 0;
    let mut loud = differences.iter().filter(|it| match it {
        // Where nobody calls no call fails: that is no news. What was measured otherwise than it should be
        // is, whether anybody calls or not.
        Difference::MissedCalls { .. } => !is_silent,
        // Nobody can say that what is shorter than the time between two looks was not there.
        Difference::Outage { expected, measured: None } => {
            !fits_between_looks((expected.from, expected.until), late)
        }
        Difference::Oracle { reckoned, measured: Some(measured) } => {
            !reckoned.agrees_but_for_unseen(measured, late)
        }
        Difference::Outage { .. }
        | Difference::Unexpected { .. }
        | Difference::Blame { .. }
        | Difference::Oracle { measured: None, .. } => true,
    });
    let verdict = match loud.next() {
        Some(_) => Verdict::Fail,
        None if is_silent || not_exercised || !differences.is_empty() => Verdict::Inconclusive,
        None => Verdict::Pass,
    };
    Judgement { verdict, differences }
}

/// What differs at one node. Outages that agree are set aside; the rest is put side by side in the
/// order of time, since a shifted outage is easier to read than one missing and one too many: first
/// those of the same times, then those that have an instant in common, then what is left.
fn compare(mut expected: Vec<&ExpectedOutage>, node: &NodeDowntime, late: Span) -> Vec<Difference> {
    let mut measured: Vec<&Outage> = node.outages.iter().collect();
    pair(&mut expected, &mut measured, |one, other| agrees(one, other, late));
    expected.sort_by_key(|outage| outage.from);

    let mut pairs = pair(&mut expected, &mut measured, |one, other| {
        other.is_seen_of((one.from, one.until), late)
    });
    pairs.extend(pair(&mut expected, &mut measured, overlaps));
    pairs.extend(pair(&mut expected, &mut measured, |_, _| true));
    let outage = |wanted: &ExpectedOutage, measured: Option<&Outage>| Difference::Outage {
        expected: wanted.clone(),
        measured: measured.cloned(),
    };
    let mut beside: Vec<_> = pairs.into_iter().map(|(wanted, it)| (wanted, Some(it))).collect();
    beside.extend(expected.into_iter().map(|wanted| (wanted, None)));
    beside.sort_by_key(|(wanted, _)| wanted.from);
    let mut differences: Vec<Difference> =
        beside.into_iter().map(|(wanted, measured)| outage(wanted, measured)).collect();
    differences.extend(measured.into_iter().map(|measured| Difference::Unexpected {
        client: node.client.clone(),
        node: node.node.clone(),
        measured: measured.clone(),
    }));
    differences
}

/// Takes out of both lists what belongs together, each with the first that is there for it.
fn pair<'e, 'm>(
    expected: &mut Vec<&'e ExpectedOutage>,
    measured: &mut Vec<&'m Outage>,
    belong_together: impl Fn(&ExpectedOutage, &Outage) -> bool,
) -> Vec<(&'e ExpectedOutage, &'m Outage)> {
    let mut pairs = Vec::new();
    expected.retain(|wanted| {
        let Some(index) = measured.iter().position(|outage| belong_together(wanted, outage)) else {
            return true;
        };
        pairs.push((*wanted, measured.remove(index)));
        false
    });
    pairs
}

/// Whether they have an instant in common; what is open lasts from its beginning on.
fn overlaps(expected: &ExpectedOutage, measured: &Outage) -> bool {
    let begins_within = |from, until: Option<_>| until.is_none_or(|until| from < until);
    begins_within(expected.from, measured.until) && begins_within(measured.from, expected.until)
}

/// Whether an outage is what was expected, to the millisecond but for what was seen late. One that is open
/// at the end of the run agrees with `until = "open"` alone.
fn agrees(expected: &ExpectedOutage, measured: &Outage, late: Span) -> bool {
    measured.is_seen_of((expected.from, expected.until), late)
        && expected.step == measured.failure.step
        && expected.cause.as_ref().is_none_or(|cause| *cause == measured.failure.cause)
}

#[cfg(test)]
mod tests {
    use clock::Timestamp;
    use parties::{Party, Step};

    use super::*;
    use crate::{forecast::ReckonedOutage, scenario::Place, world::Failure};

    const PLACE: Place = Place { line: 7, column: 1 };

    fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }

    fn wanted(from: i64, until: Option<i64>) -> ExpectedOutage {
        ExpectedOutage {
            client: name("fagsystem"),
            node: name("a"),
            from: Timestamp::from_seconds(from),
            until: until.map(Timestamp::from_seconds),
            step: Step::One,
            cause: Some("certificate-expired".to_owned()),
            blame: None,
            place: PLACE,
        }
    }

    fn outage(from: i64, until: Option<i64>) -> Outage {
        let cause = "certificate-expired".to_owned();
        let failure = Failure { step: Step::One, cause, party: Party::Sts, diagnosis: None };
        Outage {
            from: Timestamp::from_seconds(from),
            until: until.map(Timestamp::from_seconds),
            failure,
            turns: Vec::new(),
            missed_calls: 1,
        }
    }

    fn judged(outages: Vec<ExpectedOutage>, measured: Vec<Outage>, calls: u64) -> Judgement {
        let missed_calls = Some(ExpectedCount { count: 2, place: PLACE });
        let node = NodeDowntime {
            client: name("fagsystem"),
            node: name("a"),
            outages: measured,
            calls,
            missed_calls: calls.min(2),
        };
        judge(
            &Expected { outages, missed_calls, place: PLACE },
            &[node],
            &Oracle::default(),
            Span::ZERO,
        )
    }

    fn check(wanted: Vec<ExpectedOutage>, measured: Vec<Outage>, verdict: Verdict) {
        assert_eq!(judged(wanted, measured, 9).verdict, verdict);
    }

    #[test]
    fn passes_when_every_outage_is_exactly_as_expected() {
        check(vec![], vec![], Verdict::Pass);
        check(vec![wanted(1, Some(2))], vec![outage(1, Some(2))], Verdict::Pass);
        check(vec![wanted(1, None)], vec![outage(1, None)], Verdict::Pass);
        let without_cause = ExpectedOutage { cause: None, ..wanted(1, Some(2)) };
        check(vec![without_cause], vec![outage(1, Some(2))], Verdict::Pass);
        // The order of the file is the writer's.
        let expected = vec![wanted(5, Some(6)), wanted(1, Some(2))];
        check(expected, vec![outage(1, Some(2)), outage(5, Some(6))], Verdict::Pass);
    }

    #[test]
    fn fails_when_anything_differs() {
        check(vec![], vec![outage(1, Some(2))], Verdict::Fail);
        check(vec![wanted(1, Some(2))], vec![], Verdict::Fail);
        check(vec![wanted(1, Some(2))], vec![outage(1, Some(3))], Verdict::Fail);
        check(vec![wanted(1, Some(2))], vec![outage(0, Some(2))], Verdict::Fail);
        let other_step = ExpectedOutage { step: Step::Three, ..wanted(1, Some(2)) };
        check(vec![other_step], vec![outage(1, Some(2))], Verdict::Fail);
        let other_cause =
            ExpectedOutage { cause: Some("token-expired".to_owned()), ..wanted(1, Some(2)) };
        check(vec![other_cause], vec![outage(1, Some(2))], Verdict::Fail);
    }

    #[test]
    fn an_open_outage_agrees_with_open_alone() {
        check(vec![wanted(1, Some(2))], vec![outage(1, None)], Verdict::Fail);
        check(vec![wanted(1, None)], vec![outage(1, Some(2))], Verdict::Fail);
    }

    #[test]
    fn nothing_is_shown_where_nobody_calls() {
        assert_eq!(judged(vec![], vec![], 0).verdict, Verdict::Inconclusive);
    }

    #[test]
    fn where_nobody_calls_a_wrong_expectation_is_wrong_all_the_same() {
        let silent = |outage| Outage { missed_calls: 0, ..outage };
        let (expected, measured) = (wanted(1, Some(2)), silent(outage(1, Some(2))));
        let judged = |expected, measured| judged(expected, measured, 0).verdict;
        assert_eq!(judged(vec![expected.clone()], vec![measured.clone()]), Verdict::Inconclusive);
        assert_eq!(judged(vec![expected], vec![]), Verdict::Fail);
        assert_eq!(judged(vec![], vec![measured]), Verdict::Fail);
    }

    #[test]
    fn an_oracle_that_is_contradicted_is_heard_where_nobody_calls_or_looks() {
        let reckoned = Reckoned { client: name("fagsystem"), node: name("a"), outages: Vec::new() };
        let oracle = Oracle { nodes: vec![reckoned], ..Oracle::default() };
        let expected = Expected { outages: Vec::new(), missed_calls: None, place: PLACE };
        let silent = NodeDowntime {
            client: name("fagsystem"),
            node: name("a"),
            outages: vec![Outage { missed_calls: 0, ..outage(1, Some(2)) }],
            calls: 0,
            missed_calls: 0,
        };
        for measured in [vec![silent], Vec::new()] {
            let judgement = judge(&expected, &measured, &oracle, Span::ZERO);
            let is_told = |it: &Difference| matches!(it, Difference::Oracle { .. });
            assert!(judgement.differences.iter().any(is_told), "{judgement:?}");
            assert_eq!(judgement.verdict, Verdict::Fail);
        }
    }

    #[test]
    fn an_outage_that_no_call_meets_was_not_shown() {
        let unmet = || vec![outage(1, Some(2)), Outage { missed_calls: 0, ..outage(5, Some(6)) }];
        let both = vec![wanted(1, Some(2)), wanted(5, Some(6))];
        check(both, unmet(), Verdict::Inconclusive);
        check(vec![wanted(1, Some(2))], unmet(), Verdict::Fail);
    }

    /// In a live run, which looks at most every ten seconds.
    #[test]
    fn an_outage_that_fits_between_two_looks_is_not_shown_to_be_missing() {
        let looks = Span::from_seconds(10);
        let verdict = |wanted: Vec<ExpectedOutage>, measured: Vec<Outage>, failing: u64| {
            let reckoned = wanted.iter().map(|it| ReckonedOutage {
                from: it.from,
                until: it.until,
                step: it.step,
                cause: it.cause.clone(),
                turns: Vec::new(),
                missed_calls: failing,
            });
            let (client, node) = (name("fagsystem"), name("a"));
            let reckoned = Reckoned { client, node, outages: reckoned.collect() };
            let oracle = Oracle { nodes: vec![reckoned], ..Oracle::default() };
            let expected = Expected { outages: wanted, missed_calls: None, place: PLACE };
            let (client, node) = (name("fagsystem"), name("a"));
            let node = NodeDowntime { client, node, outages: measured, calls: 9, missed_calls: 0 };
            judge(&expected, &[node], &oracle, looks).verdict
        };
        let seen = || outage(101, Some(122));
        let long = || wanted(100, Some(120));
        assert_eq!(verdict(vec![long()], vec![seen()], 1), Verdict::Pass);
        for [from, until] in [[1, 10], [50, 59], [130, 131]] {
            let both = || {
                let mut both = vec![wanted(from, Some(until)), long()];
                both.sort_by_key(|it| it.from);
                both
            };
            // No call met it, so that nobody would have seen it but by a look.
            let unmet = || Outage { missed_calls: 0, ..seen() };
            assert_eq!(verdict(both(), vec![unmet()], 0), Verdict::Inconclusive, "{from}");
            // A call would have.
            assert_eq!(verdict(both(), vec![seen()], 1), Verdict::Fail, "{from}");
        }
        // A look would have seen it, or the end of the run.
        assert_eq!(verdict(vec![wanted(1, Some(11))], vec![], 0), Verdict::Fail);
        assert_eq!(verdict(vec![wanted(1, None)], vec![], 0), Verdict::Fail);
        // One that was seen, and is another.
        let other = Outage { missed_calls: 0, ..outage(3, Some(40)) };
        assert_eq!(verdict(vec![wanted(1, Some(5))], vec![other], 0), Verdict::Fail);
    }

    #[test]
    fn missed_calls_are_counted() {
        let judgement = judged(vec![], vec![], 1);
        assert!(matches!(
            judgement.differences.as_slice(),
            [Difference::MissedCalls { measured: 1, expected: ExpectedCount { count: 2, .. } }]
        ));
    }

    #[test]
    fn what_differs_is_put_side_by_side() {
        let expected = vec![wanted(5, Some(6)), wanted(1, Some(2))];
        let measured = vec![outage(1, Some(2)), outage(5, Some(7)), outage(8, None)];
        let differences = judged(expected, measured, 9).differences;
        assert!(matches!(
            differences.as_slice(),
            [
                Difference::Outage { expected, measured: Some(measured) },
                Difference::Unexpected { measured: open, .. },
            ] if expected.from == measured.from && open.until.is_none()
        ));
    }

    /// What each expected outage of the list stands beside: the number of a measured one.
    fn check_sides(expected: Vec<ExpectedOutage>, measured: &[Outage], sides: &[Option<usize>]) {
        let differences = judged(expected, measured.to_vec(), 9).differences;
        let beside = differences.iter().filter_map(|it| match it {
            Difference::Outage { measured: it, .. } => Some(it),
            _ => None,
        });
        let numbers: Vec<Option<usize>> = beside
            .map(|it| it.as_ref().and_then(|it| measured.iter().position(|other| other == it)))
            .collect();
        assert_eq!(numbers, sides);
    }

    #[test]
    fn what_differs_is_put_beside_what_it_is_most_like() {
        let of_other_cause = |from, until| ExpectedOutage {
            cause: Some("replayed".to_owned()),
            ..wanted(from, until)
        };
        // Of the same times, and another cause; the one before it was not there.
        let expected = || vec![wanted(1, Some(2)), of_other_cause(5, Some(6))];
        check_sides(expected(), &[outage(5, Some(6))], &[None, Some(0)]);
        // The times say more than that an earlier one reaches there.
        let expected = vec![wanted(1, Some(6)), of_other_cause(8, None)];
        check_sides(expected, &[outage(4, Some(5)), outage(8, None)], &[Some(0), Some(1)]);
        // With an instant in common; those that only touch have none.
        let expected = || vec![wanted(1, Some(3)), wanted(5, Some(8))];
        check_sides(expected(), &[outage(3, Some(4)), outage(7, Some(9))], &[Some(0), Some(1)]);
        check_sides(expected(), &[outage(3, Some(6))], &[None, Some(0)]);
        check_sides(expected(), &[outage(7, None)], &[None, Some(0)]);
        // Else in the order of time.
        check_sides(expected(), &[outage(10, None)], &[Some(0), None]);
    }
}
