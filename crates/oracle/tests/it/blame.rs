//! Who is to blame for what, when it should have been done, and what would be left.

use clock::Span;
use oracle::{Act, Blame, Forecast, Remedy, Rules, SystemUser};
use parties::Role;

use crate::stage::*;

/// What is to blame: in which words, at which second it is mended, and how many seconds are left.
#[track_caller]
fn check(race: &Race, what: &str, mended: i64, left: i64) {
    let blame = Blame::of(&race.plan).expect("something would have helped");
    let act = |act: &Act| match act {
        Act::Save { .. } => "save",
        Act::Provision { .. } => "provision",
        Act::Remove { .. } => "remove",
        Act::Revoke { .. } => "revoke",
        Act::Deploy { .. } => "deploy",
        Act::Install { .. } => "install",
        Act::Restart { .. } => "restart",
        Act::DropCache { .. } => "drop",
        Act::Pin { .. } => "pin",
        Act::SignWith { .. } => "sign",
        Act::Trust { .. } => "trust",
    };
    let remedy = match &blame.remedy {
        Remedy::Move(event) => format!("move {}", act(&race.plan.event(*event).act)),
        Remedy::IssueEarlier(_) => "issue earlier".to_owned(),
        Remedy::Add(acts) => {
            format!("add {}", acts.iter().map(act).collect::<Vec<_>>().join(", "))
        }
        Remedy::Renew(_) => "renew".to_owned(),
    };
    assert_eq!((remedy.as_str(), blame.mended), (what, t(mended)), "{blame:?} {:?}", race.plan);
    assert_eq!(blame.left, s(left), "{blame:?}");
    let role = match what.split([' ', ',']).nth(1) {
        Some("deploy" | "restart" | "drop") => Role::Vendor,
        Some("save" | "provision" | "remove") => Role::NemloginAdministrator,
        _ => Role::MitidAdministrator,
    };
    assert_eq!(blame.role, role);
    // What it says would be left, is left.
    let mended = Forecast::of(&blame.mend(&race.plan));
    assert_eq!(mended.node_downtime(), blame.left);
    assert!(blame.left < blame.was);
}

fn rolling() -> Race {
    Race::new(NoCache).saved(10, Rolling).provisioned(10)
}

#[test]
fn a_swap_that_is_early_or_late() {
    check(&rolling().deployed(150), "move deploy", 201, 0);
    check(&rolling().deployed(230), "move deploy", 201, 0);
    let dotnet = Race::new(Dotnet).saved(10, Rolling).provisioned(10).deployed(260);
    // The nearest instant at which the old token still hides it.
    check(&dotnet, "move deploy", 225, 0);
}

#[test]
fn whoever_is_first_of_two_that_do_not_meet() {
    let race = |provisioned, swapped| {
        Race::new(NoCache).saved(10, Active).provisioned(provisioned).deployed(swapped)
    };
    check(&race(100, 150), "move provision", 150, 0);
    check(&race(100, 60), "move deploy", 100, 0);
    // With a delay the click comes before its effect.
    let rules = Rules { activation_delay: s(30), ..rules() };
    let race = Race::with(NoCache, rules, |node| node).saved(10, Active).provisioned(100);
    check(&race.deployed(150), "move provision", 120, 0);
}

#[test]
fn nobody_provisioned() {
    let saved = |slot| Race::new(NoCache).saved(10, slot);
    check(&saved(Active).deployed(60), "add provision", 60, 0);
    check(&saved(Rolling).deployed(201), "add provision", 201, 0);
    // Up to the swap it is as good: before that the client is down for another reason.
    check(&saved(Rolling).deployed(210), "add provision", 210, 9);
    // Nor did the client swap: both are missing, and the click comes first.
    check(&saved(Rolling), "add provision, deploy", 201, 0);
}

#[test]
fn provisioned_in_the_wrong_environment() {
    let race = Race::new(NoCache).saved(10, Active).provisioned_in(IntegrationTest, 60);
    check(&race.deployed(60), "add provision", 60, 0);
}

#[test]
fn nobody_deployed() {
    check(&rolling(), "add deploy", 201, 0);
}

#[test]
fn nobody_saved() {
    check(&Race::new(NoCache).deployed(150), "add save, provision", 150, 0);
    check(&Race::new(NoCache), "add save, provision, deploy", 201, 0);
}

#[test]
fn nobody_renewed() {
    let mut race = Race::new(NoCache);
    let mut plan = oracle::Plan::new(t(0), t(400), rules());
    let old = plan.certificate(certificate(Production, -1000, E_PLUS));
    let system_user = plan.system_user(SystemUser::new().with(Production, old));
    let node = oracle::Node::new(NoCache, Production, system_user, old);
    (race.old, race.system_user, race.node) = (old, system_user, plan.node(node));
    race.plan = plan;
    check(&race, "renew", 0, 0);
}

#[test]
fn the_new_one_is_valid_too_late() {
    let (old, new) =
        (certificate(Production, -1000, E_PLUS), certificate(Production, 300, 100_000));
    let race = Race::between(old, new, Restart, rules(), |node| node);
    check(&race.saved(10, Rolling).provisioned(10).deployed(225), "issue earlier", 225, 0);
}

#[test]
fn revoked_too_early() {
    let race = rolling().revoked(120).deployed(201);
    check(&race, "move revoke", 201, 0);
}

#[test]
fn provisioned_too_late() {
    let race = Race::new(NoCache).saved(10, Rolling).provisioned(260).deployed(201);
    check(&race, "move provision", 201, 0);
}

#[test]
fn nobody_where_nothing_is_wrong_or_nothing_would_help() {
    assert_eq!(Blame::of(&rolling().deployed(201).plan), None);
    // The clock of the client is a day off: no act mends that.
    let off =
        Race::with(NoCache, rules(), |node| oracle::Node { skew: Span::from_days(1), ..node });
    assert_eq!(Blame::of(&off.saved(10, Rolling).provisioned(10).deployed(201).plan), None);
}

#[test]
fn each_node_has_somebody_to_blame() {
    let mut race = rolling().deployed(150);
    let (old, certificate) = (race.old, race.new);
    let late = oracle::Node::new(NoCache, Production, race.system_user, old);
    let late = race.plan.node(late);
    let late_swap = race.act(240, Act::Deploy { node: late, certificate });
    let of_late = Blame::of_node(&race.plan, late).unwrap();
    assert_eq!((of_late.remedy, of_late.was), (Remedy::Move(late_swap), s(39)));
    // Of both together, the one that costs more: 51 s against 39 s.
    let of_both = Blame::of(&race.plan).unwrap();
    assert_ne!(of_both.remedy, Remedy::Move(late_swap));
    assert_eq!((of_both.was, of_both.left), (s(90), s(39)));
}
