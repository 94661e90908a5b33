//! What the outages of several nodes come to together. One number would not tell: three nodes that are
//! down in the same hour are down for an hour to who calls, and for three to who counts nodes.

use clock::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::NodeDowntime;

/// How long nodes were down, told in three ways; all of them as far as it was seen until the run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Downtime {
    /// While at least one node was down.
    pub any: Span,
    /// While every node was down at once.
    pub all: Span,
    /// The outages of all nodes added up, node for node.
    pub summed: Span,
}

impl Downtime {
    /// Puts the outages of `nodes` together, of a run that ended at `end`.
    #[must_use]
    pub fn of(nodes: &[NodeDowntime], end: Timestamp) -> Self {
        let outages = || nodes.iter().flat_map(|node| &node.outages);
        let edges = |it: &super::Outage| [(it.from, 1), (it.until.unwrap_or(end), -1)];
        let mut edges: Vec<(Timestamp, i64)> = outages().flat_map(edges).collect();
        edges.sort_unstable();

        let everybody = nodes.len() as i64;
        let (mut any, mut all) = (Span::ZERO, Span::ZERO);
        let (mut down, mut last) = (0, end);
        for (at, change) in edges {
            if down > 0 {
                any = any + at.since(last);
            }
            if down > 0 && down == everybody {
                all = all + at.since(last);
            }
            (down, last) = (down + change, at);
        }
        let summed = outages().fold(Span::ZERO, |sum, it| sum + it.length(end));
        Self { any, all, summed }
    }
}

#[cfg(test)]
mod tests {
    use parties::{Party, Step};

    use super::*;
    use crate::{downtime::Outage, world::Failure};

    /// Nodes that are down in these seconds of a run of 100.
    fn check(nodes: &[&[(i64, Option<i64>)]], [any, all, summed]: [i64; 3]) {
        let t = Timestamp::from_seconds;
        let failure = Failure {
            step: Step::One,
            cause: "certificate-expired".to_owned(),
            party: Party::Sts,
            diagnosis: None,
        };
        let outage = |(from, until): &(i64, Option<i64>)| Outage {
            from: t(*from),
            until: until.map(t),
            failure: failure.clone(),
            turns: Vec::new(),
            missed_calls: 1,
        };
        let node = |outages: &&[(i64, Option<i64>)]| NodeDowntime {
            client: "fagsystem".parse().unwrap(),
            node: "a".parse().unwrap(),
            outages: outages.iter().map(outage).collect(),
            calls: 1,
            missed_calls: 1,
        };
        let nodes: Vec<_> = nodes.iter().map(node).collect();
        let s = Span::from_seconds;
        let expected = Downtime { any: s(any), all: s(all), summed: s(summed) };
        assert_eq!(Downtime::of(&nodes, t(100)), expected);
    }

    #[test]
    fn three_nodes_in_the_same_hour_are_an_hour_and_three() {
        let same: &[_] = &[(10, Some(20))];
        check(&[same, same, same], [10, 10, 30]);
    }

    #[test]
    fn what_one_node_has_is_all_alike() {
        check(&[&[(10, Some(20)), (30, None)]], [80, 80, 80]);
    }

    #[test]
    fn nodes_that_are_down_one_after_the_other_are_never_down_together() {
        check(&[&[(10, Some(20))], &[(20, Some(25))]], [15, 0, 15]);
        check(&[&[(10, Some(20))], &[(15, None)]], [90, 5, 95]);
        check(&[&[(10, Some(20))], &[]], [10, 0, 10]);
        check(&[], [0, 0, 0]);
    }
}
