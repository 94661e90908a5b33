//! The order of what happens, event by event.

use clock::Span;
use harness::{
    scenario::{Action, Scenario},
    schedule::{Due, Schedule},
};

use crate::head::{HEAD, Head};

/// Four seconds of a client with two nodes.
fn scenario(entries: &str) -> Scenario {
    Head { length: "4s", client: "nodes = [\"b\", \"a\"]", ..HEAD }
        .before(&format!("{entries}\n[expected]\noutages = []\n"))
}

/// The events of these entries, each as `second:what`.
fn check(entries: &str, expected: &[&str]) {
    let scenario = scenario(entries);
    let events: Vec<String> = Schedule::new(&scenario)
        .map(|event| {
            let what = match event.due {
                Due::Action(Action::Renew { r#as, .. }) => format!("renew {}", r#as),
                Due::Action(Action::Revoke { certificate, .. }) => {
                    format!("revoke {certificate}")
                }
                Due::Action(Action::Save { certificate, .. }) => format!("save {certificate}"),
                Due::Action(Action::Provision { .. }) => "provision".to_owned(),
                Due::Action(Action::Deploy { certificate, .. }) => {
                    format!("deploy {certificate}")
                }
                Due::Action(Action::Restart { client, .. }) => format!("restart {client}"),
                Due::Action(other) => format!("{other:?}"),
                Due::Call(_, node) => format!("call {node}"),
            };
            format!("{}:{what}", event.at.since(scenario.start).millis() / 1000)
        })
        .collect();
    assert_eq!(events, expected);
}

#[test]
fn calls_repeat_from_the_start_to_the_end_with_every_node() {
    check(
        "[[every]]\ninterval = \"2s\"\ndo.client.submit = { client = \"fagsystem\" }",
        &["0:call b", "0:call a", "2:call b", "2:call a", "4:call b", "4:call a"],
    );
    check(
        "[[every]]\ninterval = \"3s\"\ndo.client.submit = { client = \"fagsystem\" }",
        &["0:call b", "0:call a", "3:call b", "3:call a"],
    );
}

#[test]
fn within_an_instant_clicks_precede_swaps_and_swaps_precede_calls() {
    check(
        r#"
        [[at]]
        time = "+2s"
        do.client.submit = { client = "fagsystem" }
        [[at]]
        time = "+2s"
        do.client.deploy = { client = "fagsystem", certificate = "new" }
        [[at]]
        time = "+2s"
        do.mitid.renew = { certificate = "old", as = "new" }
        [[at]]
        time = "+2s"
        do.nemlogin.save = { system-user = "fagsystem", slot = "rolling", certificate = "new" }
        [[at]]
        time = "+2s"
        do.nemlogin.provision = { system-user = "fagsystem", environment = "production" }
        [[at]]
        time = "+1s"
        do.client.submit = { client = "fagsystem" }
        "#,
        &[
            "1:call b",
            "1:call a",
            "2:renew new",
            "2:save new",
            "2:provision",
            "2:deploy new",
            "2:call b",
            "2:call a",
        ],
    );
}

#[test]
fn clicks_of_one_instant_keep_the_order_of_the_file() {
    let provision = "[[at]]\ntime = \"+1s\"\ndo.nemlogin.provision = \
                     { system-user = \"fagsystem\", environment = \"production\" }\n";
    let save = "[[at]]\ntime = \"+1s\"\ndo.nemlogin.save = { system-user = \"fagsystem\", \
                slot = \"rolling\", certificate = \"old\" }\n";
    check(&format!("{provision}{save}"), &["1:provision", "1:save old"]);
    check(&format!("{save}{provision}"), &["1:save old", "1:provision"]);
}

#[test]
fn takes_only_what_is_due() {
    let scenario =
        scenario("[[every]]\ninterval = \"2s\"\ndo.client.submit = { client = \"fagsystem\" }");
    let mut schedule = Schedule::new(&scenario);
    assert_eq!(schedule.next_at(), Some(scenario.start));
    assert!(schedule.take_due(scenario.start - Span::from_millis(1)).is_none());
    assert!(schedule.take_due(scenario.start).is_some());
    assert!(schedule.take_due(scenario.start).is_some());
    assert!(schedule.take_due(scenario.start).is_none());
    assert_eq!(schedule.next_at(), Some(scenario.start + Span::from_seconds(2)));
}
