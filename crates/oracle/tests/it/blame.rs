//! Who is to blame for what, when it should have been done, and what would be left.

use clock::{Span, Timestamp};
use oracle::{
    Act, Blame, Calls, FindBy, Forecast, HolderCheck, Keeps, LookUp, Remedy, Rules, Setting,
    Signer, SystemUser,
};
use parties::{Role, Server};

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
        Act::ChangeChain { .. } => "change-chain",
        Act::TrustChain { .. } => "trust-chain",
    };
    let remedy = match &blame.remedy {
        Remedy::Move(event) => format!("move {}", act(&race.plan.event(*event).act)),
        Remedy::Correct(_, corrected) => format!("correct {}", act(corrected)),
        Remedy::Accept(attempt) => format!("accept {}", act(&race.plan.attempted(*attempt).act)),
        Remedy::Omit(event) => format!("omit {}", act(&race.plan.event(*event).act)),
        Remedy::Configure(..) => "configure".to_owned(),
        Remedy::IssueEarlier(_) => "issue earlier".to_owned(),
        Remedy::Add(acts) => {
            format!("add {}", acts.iter().map(act).collect::<Vec<_>>().join(", "))
        }
        Remedy::Renew(_) => "renew".to_owned(),
    };
    assert_eq!((remedy.as_str(), blame.mended), (what, t(mended)), "{blame:?} {:?}", race.plan);
    assert_eq!(blame.left, s(left), "{blame:?}");
    let role = match what.split([' ', ',']).nth(1) {
        Some("deploy" | "restart" | "drop" | "pin" | "trust-chain") => Role::Vendor,
        None if what == "configure" => Role::Vendor,
        Some("save" | "provision" | "remove") => Role::NemloginAdministrator,
        Some("trust") => Role::ServiceOwner,
        Some("sign") => Role::Operator,
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
fn nobody_saved_and_somebody_provisioned() {
    // At the click itself there is still time.
    check(&Race::new(NoCache).provisioned(60).deployed(201), "add save", 60, 0);
}

#[test]
fn nobody_renews_what_is_revoked() {
    let sole = |revoked| {
        let mut race = Race::new(NoCache);
        let mut plan = oracle::Plan::new(t(0), t(400), rules());
        let old = plan.certificate(certificate(Production, -1000, 300));
        let system_user = plan.system_user(SystemUser::new().with(Production, old));
        let node = oracle::Node::new(NoCache, Production, system_user, old);
        (race.old, race.system_user, race.node) = (old, system_user, plan.node(node));
        race.plan = plan;
        let certificate = race.old;
        race.act(revoked, Act::Revoke { certificate });
        race
    };
    // The last whole second before it.
    check(&sole(120), "renew", 119, 0);
    // There is none before the start, and without the revocation it still expires.
    check(&sole(0), "omit revoke", 0, 100);
}

#[test]
fn provisioned_in_the_wrong_environment() {
    let race = Race::new(NoCache).saved(10, Active).provisioned_in(IntegrationTest, 60);
    let race = race.deployed(60);
    check(&race, "correct provision", 60, 0);
    // That it was made up for later does not make it right.
    check(&race.provisioned(90), "correct provision", 60, 0);
    // What was saved for an environment was not meant for the other one.
    let race = Race::new(NoCache).saved(10, Active).provisioned(60).deployed(90);
    check(&race, "move provision", 90, 0);
}

#[test]
fn saved_in_the_wrong_slot() {
    let race = |slot, swapped| Race::new(NoCache).saved(10, slot).provisioned(60).deployed(swapped);
    check(&race(Rolling, 60), "correct save", 10, 0);
    check(&race(Active, 201), "correct save", 10, 0);
    // Neither slot would have done for these.
    check(&race(Rolling, 70), "move deploy", 201, 0);
    check(&race(Active, 150), "move provision", 150, 0);
}

#[test]
fn saved_on_another_system() {
    let mut race = Race::new(NoCache);
    let theirs = race
        .plan
        .certificate(oracle::Certificate { subject: 2, ..certificate(Production, -1000, 100_000) });
    let journal = race.plan.system_user(SystemUser::new().with(Production, theirs));
    let node = oracle::Node::new(NoCache, Production, journal, theirs);
    let other = race.plan.node(oracle::Node { calls: Calls::every(s(1), t(0)), ..node });
    let save = Act::Save { system_user: journal, slot: Active, certificate: race.new };
    let save = race.act(50, save);
    race.act(60, Act::Provision { system_user: journal, environment: Production });
    let race = race.deployed(60);
    let blame = Blame::of_node(&race.plan, other).unwrap();
    let right = Act::Save { system_user: race.system_user, slot: Active, certificate: race.new };
    assert_eq!((blame.remedy.clone(), blame.mended), (Remedy::Correct(save, right), t(50)));
    assert_eq!(blame.role, Role::NemloginAdministrator);
    // The click that follows goes with it, so that nobody is down.
    assert_eq!(Forecast::of(&blame.mend(&race.plan)).node_downtime(), Span::ZERO);
}

#[test]
fn the_wrong_one_of_two_certificates() {
    // Revoked was the new one, which has long been in use.
    let mut race = Race::new(NoCache).saved(10, Active).provisioned(60).deployed(60);
    let (old, certificate) = (race.old, race.new);
    let revoke = race.act(90, Act::Revoke { certificate });
    let blame = Blame::of(&race.plan).unwrap();
    assert_eq!(blame.remedy, Remedy::Correct(revoke, Act::Revoke { certificate: old }));
    // Registered is the newer one, deployed the first.
    let mut race = rolling();
    let newer = race.certificate(20, 100_000);
    let race = race.saves(30, Rolling, newer).provisioned(31).deployed(201);
    check(&race, "correct deploy", 201, 0);
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
    check(&race, "renew", 200, 0);
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
    // From 201 on there is nothing left to revoke, and until then it is in use.
    check(&race, "omit revoke", 120, 0);
    // Nobody sees it before the end when it comes as late as this.
    let seen_late = Rules { sts_revocation_lag: s(30), ..rules() };
    let race = Race::with(NoCache, seen_late, |node| node).saved(10, Rolling).provisioned(10);
    check(&race.revoked(120).deployed(201), "move revoke", 171, 0);
}

#[test]
fn provisioned_too_late() {
    let race = Race::new(NoCache).saved(10, Rolling).provisioned(260).deployed(201);
    check(&race, "move provision", 201, 0);
}

#[test]
fn the_certificate_that_begins_late_was_ordered_late() {
    let (old, new) =
        (certificate(Production, -1000, E_PLUS), certificate(Production, 300, 100_000));
    let rules = Rules { certificates_begin_after: s(150), ..rules() };
    let race = Race::between(old, new, Restart, rules, |node| node);
    // It was issued at 150, and would have been in time at 75.
    check(&race.saved(160, Rolling).provisioned(160).deployed(225), "issue earlier", 75, 0);
}

#[test]
fn nobody_has_the_key_of_another_system() {
    let mut race = Race::new(NoCache);
    let mut plan = oracle::Plan::new(t(0), t(400), rules());
    let old = plan.certificate(certificate(Production, -1000, E_PLUS));
    let theirs = oracle::Certificate { subject: 2, ..certificate(Production, -1000, 100_000) };
    let theirs = plan.certificate(theirs);
    let system_user = plan.system_user(SystemUser::new().with(Production, old));
    plan.system_user(SystemUser::new().with(Production, theirs));
    let node = oracle::Node::new(NoCache, Production, system_user, old);
    (race.old, race.system_user, race.node) = (old, system_user, plan.node(node));
    race.plan = plan;
    check(&race, "renew", 200, 0);
}

#[test]
fn what_was_ordered_anew_is_ones_own_under_any_subject() {
    let old = certificate(Production, -1000, E_PLUS);
    let ordered = oracle::Certificate { subject: 2, ..certificate(Production, -1, 100_000) };
    let mut race = Race::between(old, ordered, NoCache, rules(), |node| node);
    // Nobody says whose it is, so it is not offered.
    check(&race, "renew", 200, 0);
    race.plan.belongs(race.new, race.system_user);
    check(&race, "add save, provision, deploy", 201, 0);
}

#[test]
fn nobody_restarted() {
    // SMDB refuses the old token from 201 on; it is kept until 225, beyond the swap at 210.
    let rules = looked_at(HolderCheck::Validity);
    let race = Race::with(Dotnet, rules, |node| node).saved(10, Rolling).provisioned(10);
    check(&race.deployed(210), "add restart", 210, 9);
}

#[test]
fn nemlogin_turns_late_and_could_have_been_told_to_at_once() {
    let race = Race::with(NoCache, Rules { look_interval: s(70), ..rules() }, |node| node);
    let race = race.saved(10, Rolling).provisioned(10).deployed(201);
    // The draft swapped at the end, by its date: what is provisioned now is the new one.
    check(&race, "add provision", 201, 0);
}

#[test]
fn a_client_that_is_set_up_wrong() {
    let slow = Race::with(NoCache, rules(), |node| oracle::Node { skew: s(-600), ..node });
    // With its own swap planned well, only the clock is left to blame.
    let race = slow.saved(10, Rolling).provisioned(10).deployed(201);
    check(&race, "configure", 0, 0);
    let look_up = LookUp { find_by: FindBy::CopiedThumbprint, ..LookUp::of(NoCache) };
    let marked = Race::with(NoCache, rules(), |node| oracle::Node { look_up, ..node });
    let race = marked.saved(10, Rolling).provisioned(10).deployed(201);
    check(&race, "configure", 0, 0);
    let blame = Blame::of(&race.plan).unwrap();
    assert_eq!(blame.remedy, Remedy::Configure(race.node, Setting::Thumbprint));
}

#[test]
fn whoever_should_have_followed_the_sts() {
    let (environment, signer) = (Production, Signer(1));
    // The old certificate lasts; from 50 on the STS signs with another one.
    let rolled_over = || {
        let lasting = certificate(Production, -1000, 100_000);
        let mut race = Race::between(lasting, lasting, NoCache, rules(), |node| node);
        race.act(50, Act::SignWith { environment, signer });
        race
    };
    let trusted = |mut race: Race, at| {
        race.act(at, Act::Trust { environment, signer });
        race
    };
    let pinned = |mut race: Race, at| {
        let node = race.node;
        race.act(at, Act::Pin { node, signer });
        race
    };
    check(&pinned(trusted(rolled_over(), 50), 90), "move pin", 50, 0);
    check(&pinned(trusted(rolled_over(), 90), 50), "move trust", 50, 0);
    check(&trusted(rolled_over(), 50), "add pin", 50, 0);
    check(&pinned(rolled_over(), 50), "add trust", 50, 0);
    // Neither did: neither can help alone.
    check(&rolled_over(), "add pin, trust", 50, 0);
    // Neither of the two who are late can help alone; only the operator could.
    check(&pinned(trusted(rolled_over(), 90), 90), "move sign", 90, 0);
}

#[test]
fn whoever_should_have_trusted_the_new_authority() {
    let environment = Production;
    // The old certificate lasts; from 50 on a server shows another chain.
    let changed = |server| {
        let lasting = certificate(Production, -1000, 100_000);
        let pinned = |node: oracle::Node| oracle::Node { trusts_new_authority: false, ..node };
        let mut race = Race::between(lasting, lasting, NoCache, rules(), pinned);
        race.act(50, Act::ChangeChain { server, environment });
        race
    };
    let trusting = |mut race: Race, at| {
        let node = race.node;
        race.act(at, Act::TrustChain { node });
        race
    };
    for server in Server::ALL {
        check(&trusting(changed(server), 90), "move trust-chain", 50, 0);
        check(&changed(server), "add trust-chain", 50, 0);
        assert_eq!(Blame::of(&trusting(changed(server), 50).plan), None);
    }
    // Of two servers the first decides by when.
    let mut both = changed(Server::Smdb);
    both.act(70, Act::ChangeChain { server: Server::Sts, environment });
    check(&trusting(both, 90), "move trust-chain", 50, 0);
}

#[test]
fn no_remedy_costs_another_node_more() {
    // A revocation brings the rolling swap forward to 120; the first node knows, the second does not.
    let rules = Rules { rolling_on_revocation: true, ..rules() };
    let mut race = Race::with(NoCache, rules, |node| node);
    race = race.saved(10, Rolling).provisioned(10).revoked(120).deployed(120);
    let (old, certificate) = (race.old, race.new);
    let second = oracle::Node::new(NoCache, Production, race.system_user, old);
    let second = race.plan.node(second);
    let swap = race.act(201, Act::Deploy { node: second, certificate });
    let blame = Blame::of_node(&race.plan, second).unwrap();
    // The revocation is the earlier one, and as good for the second node alone.
    assert_eq!((blame.remedy.clone(), blame.mended), (Remedy::Move(swap), t(120)));
    assert_eq!(Forecast::of(&blame.mend(&race.plan)).node_downtime(), Span::ZERO);
}

#[test]
fn downtime_ends_with_the_run() {
    let race = Race::new(NoCache).saved(10, Rolling).deployed(210);
    let blame = Blame::of(&race.plan).unwrap();
    // From 201 on to the end at 400, and not a millisecond more.
    assert_eq!((blame.was, blame.left), (s(199), s(9)));
}

#[test]
fn nobody_where_nothing_is_wrong_or_nothing_would_help() {
    assert_eq!(Blame::of(&rolling().deployed(201).plan), None);
    // Without the privilege no certificate helps.
    let mut race = Race::new(NoCache);
    let other = oracle::Certificate { subject: 2, ..certificate(Production, -1000, 100_000) };
    let other = race.plan.certificate(other);
    let user = SystemUser::new().with(Production, other).without_privilege();
    let user = race.plan.system_user(user);
    let node = race.plan.node(oracle::Node::new(NoCache, Production, user, other));
    assert_eq!(Blame::of_node(&race.plan, node), None);
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

#[test]
fn somebody_renewed_too_late() {
    let late = certificate(Production, 250, 100_000);
    let race =
        Race::between(certificate(Production, -1000, E_PLUS), late, NoCache, rules(), |it| it);
    let race = race.saved(260, Active).provisioned(270).deployed(280);
    // Whatever alone came earlier of what was done late would leave a minute.
    check(&race, "renew", 200, 0);
    // With a delay until a click shows, it takes as much longer.
    let rules = Rules { activation_delay: s(20), ..rules() };
    let race = Race::between(certificate(Production, -1000, E_PLUS), late, NoCache, rules, |it| it);
    check(&race.saved(260, Active).provisioned(270).deployed(290), "renew", 181, 0);
}

#[test]
fn everything_but_the_renewal_was_late() {
    let race = Race::new(NoCache).saved(260, Rolling).provisioned(270).deployed(280);
    check(&race, "add save, provision, deploy", 201, 0);
    let race = Race::new(NoCache).saved(10, Rolling).provisioned(270).deployed(280);
    check(&race, "add provision, deploy", 201, 0);
}

#[test]
fn a_client_keeps_tokens_beyond_their_end() {
    let keeps = |kept| {
        let race = Race::with(Restart, rules(), |node| oracle::Node {
            keeps: Keeps::For(s(kept)),
            ..node
        });
        race.saved(10, Rolling).provisioned(10)
    };
    check(&keeps(90).deployed(201), "configure", 0, 0);
    let blame = Blame::of(&keeps(90).deployed(201).plan).unwrap();
    assert_eq!(blame.remedy, Remedy::Configure(keeps(90).node, Setting::Keeping));
    // Who keeps them as long as they live has nothing to set.
    assert_eq!(Blame::of(&keeps(80).deployed(201).plan), None);
    check(&keeps(80).deployed(150), "move deploy", 201, 0);
}

#[test]
fn a_swap_that_lacks_a_restart() {
    let race = Race::new(Core).saved(10, Active).provisioned(100).deployed(100);
    check(&race, "add restart", 100, 0);
    // For one that the swap itself does not take down the revocation came too early.
    let rules = looked_at(HolderCheck::ValidityAndRevocation);
    let race = Race::with(Dotnet, rules, |node| node).saved(10, Active).provisioned(100);
    check(&race.deployed(100).revoked(110), "move revoke", 150, 0);
}

#[test]
fn what_nobody_did_comes_with_the_restart_that_it_takes() {
    // Up to the end of the token of 150, and not at that instant alone.
    let race = Race::new(Core).saved(10, Rolling).provisioned(10);
    check(&race, "add deploy, restart", 225, 0);
    let race = Race::between(
        certificate(Production, -1000, E_PLUS),
        certificate(Production, 250, 100_000),
        Core,
        rules(),
        |node| node,
    );
    check(&race.saved(260, Active).provisioned(270).deployed(280), "renew", 200, 0);
}

#[test]
fn a_key_store_was_uploaded() {
    let mut race = Race::new(NoCache);
    let (system_user, certificate) = (race.system_user, race.new);
    race.plan.attempt(t(10), Act::Save { system_user, slot: Rolling, certificate });
    let race = race.provisioned(11).deployed(201);
    check(&race, "accept save", 10, 0);
    // Also where the right file was uploaded later on.
    check(&race.saved(240, Rolling).provisioned(241), "accept save", 10, 0);
}

#[test]
fn provisioned_before_what_was_saved_at_the_same_instant() {
    let race = Race::new(NoCache).provisioned(30).saved(30, Rolling).deployed(201);
    check(&race, "move provision", 30, 0);
}

#[test]
fn revoked_or_emptied_by_mistake() {
    let lasting = || {
        let (old, new) =
            (certificate(Production, -1000, 100_000), certificate(Production, -1, 100_000));
        Race::between(old, new, NoCache, rules(), |node| node)
    };
    check(&lasting().revoked(120), "omit revoke", 120, 0);
    let mut race = lasting();
    let system_user = race.system_user;
    race.act(50, Act::Remove { system_user, slot: Active });
    check(&race.provisioned(60), "omit remove", 50, 0);
}

#[test]
fn a_slot_that_a_swap_emptied_is_not_the_one_to_be_emptied() {
    // At 201 the rolling certificate swaps, and what is emptied after that can only be the active slot.
    let mut race = rolling().deployed(201);
    let system_user = race.system_user;
    race.act(250, Act::Remove { system_user, slot: Active });
    check(&race.clone().provisioned(260), "omit remove", 250, 0);
    // Before that there are two slots, and one may be taken for the other.
    let (old, new) =
        (certificate(Production, -1000, 100_000), certificate(Production, -1, 100_000));
    let mut race = Race::between(old, new, NoCache, rules(), |node| node).saved(10, Rolling);
    race.act(50, Act::Remove { system_user, slot: Active });
    check(&race.provisioned(60), "correct remove", 50, 0);
}

#[test]
fn the_length_of_the_run_changes_nothing() {
    let old = certificate(Production, -1000, 5_000);
    let race = Race::between(old, certificate(Production, -1, 100_000), NoCache, rules(), |it| it);
    let race = race.saved(10, Rolling).provisioned(10).deployed(100);
    let blame = Blame::of(&race.plan).unwrap();
    check(&race, "move deploy", 5_000, 0);
    for end in [1_000, 4_999, 5_000, 5_001, 20_000] {
        let longer = Blame::of(&race.plan.clone().until(t(end))).unwrap();
        assert_eq!((longer.remedy, longer.mended), (blame.remedy.clone(), blame.mended), "{end}");
        assert_eq!((longer.left, longer.window), (blame.left, blame.window), "{end}");
    }
}

#[test]
fn how_much_earlier_or_later_would_have_been_as_good() {
    let window = |race: &Race| {
        let window = Blame::of(&race.plan).unwrap().window;
        (window.from.map(Timestamp::seconds), window.until.map(Timestamp::seconds))
    };
    // One instant, and no other.
    assert_eq!(window(&rolling().deployed(230)), (Some(201), Some(201)));
    assert_eq!(window(&rolling().provisioned(10)), (Some(201), Some(201)));
    // Once it is saved.
    let late = Race::new(NoCache).saved(10, Rolling).provisioned(260).deployed(201);
    assert_eq!(window(&late), (Some(10), Some(201)));
    let late = Race::new(NoCache).saved(201, Rolling).provisioned(260).deployed(201);
    assert_eq!(window(&late), (Some(201), Some(201)));
    // The token of 150 hides a swap until 225.
    let dotnet = Race::new(Dotnet).saved(10, Rolling).provisioned(10).deployed(260);
    assert_eq!(window(&dotnet), (Some(151), Some(225)));
    // Then or at any time after.
    let seen_late = Rules { sts_revocation_lag: s(30), ..rules() };
    let race = Race::with(NoCache, seen_late, |node| node).saved(10, Rolling).provisioned(10);
    assert_eq!(window(&race.revoked(120).deployed(201)), (Some(171), None));
}

#[test]
fn a_slow_clock_is_waited_for() {
    let old = certificate(Production, -1000, E_PLUS);
    let theirs = oracle::Certificate { subject: 2, ..certificate(Production, -1, 100_000) };
    let race =
        Race::between(old, theirs, NoCache, rules(), |node| oracle::Node { skew: s(-10), ..node });
    // What is issued at 191 begins for this client at 201.
    check(&race, "renew", 191, 0);
}
