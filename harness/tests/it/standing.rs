//! A journal tells how things stand: what NemLog-in accepts, what is saved and not yet provisioned,
//! and what each node holds.

use clock::{Span, Timestamp};
use harness::{
    journal::{Observation, What},
    scenario::Scenario,
    world::Standing,
};

use crate::{
    profiles::{DOTNET, ROLLING, Race},
    program::EARLY,
    stops::journal,
};

/// Every line about how things stand, as `+1h what`, but for those of integration test, where
/// nothing happens.
fn check(scenario: &Scenario, expected: &[&str]) {
    let journal = journal(scenario, false);
    let lines = journal.observations().iter().filter_map(|Observation { at, what, .. }| {
        let What::Standing(standing) = what else { return None };
        Some(format!("+{} {}", at.since(scenario.start), words(standing, scenario.start)?))
    });
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}

fn words(standing: &Standing, start: Timestamp) -> Option<String> {
    let after = |at: Timestamp| at.since(start);
    Some(match standing {
        Standing::Certificate { certificate, valid_from, refused_from, .. } => {
            format!("{certificate} from {} to {}", after(*valid_from), after(*refused_from))
        }
        Standing::Draft { active, rolling, .. } => format!("saved {active:?}, {rolling:?}"),
        Standing::Registration { environment, accepted, planned, .. } => {
            if *environment != parties::Environment::Production {
                return None;
            }
            let planned =
                planned.iter().map(|it| format!(", {:?} at {}", it.accepted, after(it.from)));
            format!("accepted {accepted:?}{}", planned.collect::<String>())
        }
        Standing::Node { node, certificate, tokens, .. } => {
            let held = tokens.iter().map(|it| {
                let (dropped, expires) = (after(it.dropped_from), after(it.expires));
                format!(", token of {} until {dropped} or {expires}", it.holder)
            });
            format!("{node} has {certificate:?}{}", held.collect::<String>())
        }
    })
}

#[test]
fn a_rolling_swap_can_be_followed_from_the_click_to_the_expiry() {
    let scenario = Scenario::parse(EARLY).unwrap();
    check(
        &scenario,
        &[
            "+0s old from -1094d22h to 2h",
            "+0s saved Some(old), None",
            "+0s accepted [old]",
            "+0s a has Some(old)",
            "+10m new from 10m to 1095d10m",
            "+20m saved Some(old), Some(new)",
            "+21m accepted [old], [new] at 2h",
            "+1h a has Some(new)",
            "+2h saved Some(new), None",
            "+2h accepted [new]",
        ],
    );
}

#[test]
fn a_token_is_told_with_its_holder_and_both_its_ends() {
    let scenario = Race::new(DOTNET, ROLLING).deployed("+14h").scenario();
    let journal = journal(&scenario, false);
    let tokens: Vec<_> = journal
        .observations()
        .iter()
        .filter_map(|Observation { at, what, .. }| match what {
            What::Standing(Standing::Node { tokens, .. }) => tokens.first().map(|it| (*at, it)),
            _ => None,
        })
        .collect();
    let (at, first) = tokens.first().unwrap();
    assert_eq!(first.expires.since(*at), Span::from_hours(8));
    assert_eq!(first.expires.since(first.dropped_from), Span::from_minutes(1));
    assert!(tokens.iter().any(|(_, token)| token.holder.as_str() == "new"), "{tokens:?}");
}
