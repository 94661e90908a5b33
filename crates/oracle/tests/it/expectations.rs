//! Every row of the specification's expectations (section 8), by its name. The old certificate is
//! refused from 201 on (`E+`); nodes call each second; a cached token was given at 0, 75 and 150, so
//! that for what turns after 150 `D` is 225. No cache unless said.

use clock::{Span, Timestamp};
use oracle::{
    Act, Calls, Cause, Certificate, CertificateNumber, FindBy, Forecast, HolderCheck, Keeps,
    LookUp, Node, NodeNumber, Plan, Rules, SystemUser,
};
use parties::{ClientProfile, Slot};

use crate::stage::*;

/// Everything is prepared in time for a rolling swap.
fn rolling(profile: ClientProfile) -> Race {
    Race::new(profile).saved(10, Rolling).provisioned(10)
}

/// The new certificate replaces the old one at 100.
fn replace(profile: ClientProfile) -> Race {
    Race::new(profile).saved(10, Active).provisioned(100)
}

fn under(profile: ClientProfile, rules: Rules) -> Race {
    Race::with(profile, rules, |node| node)
}

fn rechecked(profile: ClientProfile) -> Race {
    under(profile, looked_at(HolderCheck::Validity)).saved(10, Rolling).provisioned(10)
}

fn first_cause(race: &Race) -> Cause {
    Forecast::of(&race.plan).node(race.node).outages[0].cause()
}

/// A further node of the same system user.
fn another(race: &mut Race, profile: ClientProfile, certificate: CertificateNumber) -> NodeNumber {
    let calls = Calls::every(s(1), t(0));
    let node = Node::new(profile, Production, race.system_user, certificate);
    race.plan.node(Node { calls, ..node })
}

#[track_caller]
fn check_node(race: &Race, node: NodeNumber, expected: &[&str]) {
    Race { node, ..race.clone() }.check(expected);
}

#[test]
fn j1_the_client_swaps_early() {
    let race = rolling(NoCache).deployed(150);
    race.check(&["150..201 step 1"]);
    assert_eq!(first_cause(&race), Cause::CertificateNotInForce);
    rolling(Restart).deployed(150).check(&["150..201 step 1"]);
    rolling(Dotnet).deployed(130).check(&["150..201 step 1"]);
    rolling(Dotnet).deployed(160).check(&[]);
    rolling(Core).deployed(130).check(&["130..201 step 3 then 1"]);
    rolling(Core).deployed(160).check(&["160..225 step 3"]);
}

#[test]
fn j2_the_client_swaps_late() {
    let race = rolling(NoCache).deployed(230);
    race.check(&["201..230 step 1"]);
    assert_eq!(first_cause(&race), Cause::CertificateExpired);
    rolling(Restart).deployed(240).check(&["225..240 step 1"]);
    rechecked(Restart).deployed(240).check(&["201..240 step 3 then 1"]);

    // A restart with the old certificate after its end fails before anything is sent.
    let race = rolling(Dotnet).restarted(210).deployed(230);
    race.check(&["210..230 step 1"]);
    assert_eq!(first_cause(&race), Cause::CertificateNotValid);
    rolling(Dotnet).restarted(200).deployed(230).check(&[]);
}

#[test]
fn j3_the_client_plans_by_a_clock_that_is_off() {
    let check = |planned: i64, skew: i64, expected: &[&str]| {
        let race = Race::with(NoCache, rules(), |node| Node { skew: s(skew), ..node });
        race.saved(10, Rolling).provisioned(10).deployed(planned - skew).check(expected);
    };
    check(201, 0, &[]);
    check(201, 7, &["194..201 step 1"]);
    check(201, -7, &["201..208 step 1"]);
    check(200, 0, &["200..201 step 1"]);
    check(200, 7, &["193..201 step 1"]);
    check(200, -7, &["201..207 step 1"]);
}

#[test]
fn j3_beyond_the_tolerance_no_message_is_accepted() {
    let check = |skew: i64, expected: &[&str]| {
        // Long enough for a token not to end by any of these clocks.
        let rules = Rules { token_lifetime: s(1_000), ..rules() };
        let race = Race::with(NoCache, rules, |node| Node {
            skew: s(skew),
            look_up: LookUp { valid_only: false, ..node.look_up },
            ..node
        });
        race.saved(10, Rolling).provisioned(10).deployed(201).check(expected);
    };
    check(299, &[]);
    check(300, &["0..open step 3"]);
    check(301, &["0..open step 1"]);
    check(-299, &[]);
    check(-300, &["0..open step 1"]);

    // Java does not take an answer that was made more than a minute ahead of its clock.
    let java = |skew| Race::with(Restart, rules(), |node| Node { skew: s(skew), ..node });
    java(-60).check(&["80..135 step 3", "215..open step 3 then 1"]);
    java(-61).check(&["0..open step 1"]);
    assert_eq!(first_cause(&java(-61)), Cause::AnswerNotCurrent);

    // Nobody takes a token that has ended by their own clock.
    let fast = |skew| {
        let rules = Rules { token_lifetime: s(25), ..rules() };
        Race::with(NoCache, rules, |node| Node { skew: s(skew), ..node })
    };
    fast(24).saved(10, Rolling).provisioned(10).deployed(201).check(&[]);
    fast(25).check(&["0..open step 1"]);
    assert_eq!(first_cause(&fast(25)), Cause::AnswerExpired);
}

#[test]
fn j4_a_live_token_hides_the_swap() {
    for profile in [Restart, Dotnet] {
        rolling(profile).deployed(201).check(&[]);
        rolling(profile).deployed(225).check(&[]);
    }
    rechecked(Restart).deployed(220).check(&["201..220 step 3"]);
    rechecked(Dotnet).deployed(220).check(&["201..225 step 3"]);
    rolling(Core).deployed(210).check(&["210..225 step 3"]);
    rechecked(Core).deployed(210).check(&["201..225 step 3"]);
}

#[test]
fn j5_saved_and_not_provisioned() {
    let saved = |profile| Race::new(profile).saved(10, Rolling);
    saved(NoCache).check(&["201..open step 1"]);
    let race = saved(NoCache).deployed(150);
    race.check(&["150..open step 1"]);
    assert_eq!(first_cause(&race), Cause::CertificateNotRegistered);
    saved(Restart).check(&["225..open step 1"]);
    saved(NoCache).deployed(150).provisioned(260).check(&["150..260 step 1"]);
    let looked_at = under(Restart, looked_at(HolderCheck::Validity)).saved(10, Rolling);
    looked_at.check(&["201..open step 3 then 1"]);
}

#[test]
fn j6_and_c6_provisioned_in_the_wrong_environment() {
    // A draft of production is not even provisioned in integration test.
    let wrong = |slot| Race::new(NoCache).saved(10, slot).provisioned_in(IntegrationTest, 10);
    for slot in Slot::ALL {
        wrong(slot).check(&["201..open step 1"]);
        wrong(slot).deployed(150).check(&["150..open step 1"]);
        wrong(slot).deployed(210).check(&["201..open step 1"]);
    }
    wrong(Rolling).deployed(150).provisioned(250).check(&["150..250 step 1"]);
    wrong(Rolling).deployed(260).provisioned(250).check(&["201..260 step 1"]);
    wrong(Active).deployed(150).provisioned(180).check(&["150..180 step 1"]);
    // Not swapped, a node is not down before E+.
    wrong(Active).provisioned(250).check(&["201..open step 1"]);

    // Integration test turns at its own certificate's end, and production at nothing.
    let mut race = Race::new(NoCache);
    let old = race.plan.certificate(certificate(IntegrationTest, -1000, 161));
    let new = race.plan.certificate(certificate(IntegrationTest, -1, 100_000));
    let both = SystemUser::new().with(Production, race.old).with(IntegrationTest, old);
    race.system_user = race.plan.system_user(both);
    let calls = Calls::every(s(1), t(0));
    let in_test = Node::new(NoCache, IntegrationTest, race.system_user, old);
    let in_test = race.plan.node(Node { calls, ..in_test });
    race = race.saves(10, Rolling, new).provisioned_in(IntegrationTest, 10);
    race.act(161, Act::Deploy { node: in_test, certificate: new });
    check_node(&race, in_test, &[]);
    race.check(&["201..open step 1"]);
}

#[test]
fn j7_provisioned_after_the_end() {
    let race = |swapped| Race::new(NoCache).saved(10, Rolling).provisioned(230).deployed(swapped);
    race(150).check(&["150..230 step 1"]);
    race(210).check(&["201..230 step 1"]);
    race(250).check(&["201..250 step 1"]);
}

#[test]
fn j8_the_new_one_is_not_valid_yet() {
    let race = |swapped| {
        let mut race = Race::new(NoCache);
        race.new = race.certificate(240, 100_000);
        race.saved(10, Rolling).provisioned(10).deployed(swapped)
    };
    // The client looks up what is valid alone, and so finds nothing.
    race(150).check(&["150..open step 1"]);
    let sends_it = |swapped| {
        let mut race = Race::with(NoCache, rules(), |node| Node {
            look_up: LookUp { valid_only: false, ..node.look_up },
            ..node
        });
        race.new = race.certificate(240, 100_000);
        race.saved(10, Rolling).provisioned(10).deployed(swapped)
    };
    sends_it(150).check(&["150..240 step 1"]);
    assert_eq!(first_cause(&sends_it(150)), Cause::CertificateNotYetValid);
    sends_it(220).check(&["201..240 step 1"]);
    race(250).check(&["201..250 step 1"]);
}

#[test]
fn j9_revoked_before_the_end() {
    let race = |rolling_on_revocation, swapped| {
        let rules = Rules { sts_revocation_lag: s(20), rolling_on_revocation, ..rules() };
        under(NoCache, rules).saved(10, Rolling).provisioned(10).revoked(100).deployed(swapped)
    };
    race(false, 150).check(&["120..201 step 1"]);
    assert_eq!(first_cause(&race(false, 150)), Cause::CertificateRevoked);
    race(false, 110).check(&["110..201 step 1"]);
    race(false, 220).check(&["120..220 step 1"]);
    race(true, 120).check(&[]);
    race(true, 119).check(&["119..120 step 1"]);
    race(true, 150).check(&["120..150 step 1"]);
}

#[test]
fn j10_replaced_though_a_rolling_swap_was_planned() {
    let race = rolling(NoCache).saved(100, Active).provisioned(100);
    race.clone().deployed(150).check(&["100..150 step 1"]);
    assert_eq!(first_cause(&race.clone().deployed(150)), Cause::CertificateReplaced);
    race.clone().deployed(60).check(&["60..100 step 1"]);
    race.deployed(100).check(&[]);
    // Saved alone it does nothing: the rolling swap goes on.
    rolling(NoCache).saved(100, Active).deployed(201).check(&[]);
    Race::new(NoCache).saved(10, Active).check(&["201..open step 1"]);
}

#[test]
fn j11_nobody_is_there_on_a_leap_night() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let start = at("2028-02-28T12:00:00Z");
    let mut plan = Plan::new(start, start + Span::from_days(3), Rules::default());
    let valid_from = start - Span::from_days(1);
    let expires = at("2028-02-29T01:00:00Z");
    let dates = Certificate {
        environment: Production,
        valid_from,
        expires,
        subject: 1,
        organisation: 0,
        name: 1,
    };
    let old = plan.certificate(dates);
    let new = plan.certificate(Certificate { expires: at("2031-02-28T00:00:00Z"), ..dates });
    let system_user = plan.system_user(SystemUser::new().with(Production, old));
    let node = plan.node(Node::new(NoCache, Production, system_user, old));
    plan.at(start, Act::Save { system_user, slot: Rolling, certificate: new });
    plan.at(start, Act::Provision { system_user, environment: Production });
    plan.at(at("2028-02-29T07:15:00Z"), Act::Deploy { node, certificate: new });
    let forecast = Forecast::of(&plan);
    let outage = &forecast.node(node).outages[0];
    assert_eq!((outage.from, outage.until), (expires, Some(at("2028-02-29T07:15:00Z"))));
    assert_eq!(forecast.node_downtime(), "6h15m".parse().unwrap());
}

#[test]
fn j12_many_nodes_swapped_one_by_one() {
    let mut race = rolling(NoCache).deployed(150);
    let (old, new) = (race.old, race.new);
    let late = another(&mut race, NoCache, old);
    race.act(230, Act::Deploy { node: late, certificate: new });
    check_node(&race, late, &["201..230 step 1"]);
    race.check(&["150..201 step 1"]);
    let forecast = Forecast::of(&race.plan);
    assert_eq!(forecast.node_downtime(), s(51 + 29));
    assert_eq!(forecast.any(), [oracle::Interval::new(t(150), t(230)).unwrap()]);
    assert_eq!(forecast.all(), []);

    // One that is later still: all are down together for a while.
    let later = another(&mut race, NoCache, old);
    race.act(240, Act::Deploy { node: later, certificate: new });
    let forecast = Forecast::of(&race.plan);
    assert_eq!(forecast.any(), [oracle::Interval::new(t(150), t(240)).unwrap()]);
    assert_eq!(forecast.all(), []);
    assert_eq!(forecast.node_downtime(), s(51 + 29 + 39));

    // A token hides a late swap up to D, and with its key an early one as well.
    for profile in [Restart, Dotnet] {
        rolling(profile).deployed(240).check(&["225..240 step 1"]);
    }
    rolling(Restart).deployed(190).check(&["190..201 step 1"]);
    rolling(Dotnet).deployed(190).check(&[]);
}

/// Two clients of one process, each with its own margin. At 110 it restarts, and the certificate of
/// the second has expired.
#[test]
fn who_did_not_start_leaves_the_cache_to_others() {
    let in_process = |node| Node { process: Some(1), ..node };
    let mut race = Race::with(Dotnet, rules(), in_process).restarted(110);
    let other = Certificate { subject: 2, ..certificate(Production, -1000, 100) };
    let other = race.plan.certificate(other);
    let user = race.plan.system_user(SystemUser::new().with(Production, other));
    // The token of 185 is too old for the second at 225, which would take a new one if it could.
    let second = race.plan.node(Node {
        keeps: Keeps::UntilBeforeEnd(s(45)),
        calls: Calls::none().and_at(t(225)),
        ..in_process(Node::new(Dotnet, Production, user, other))
    });
    race.check(&["260..open step 1"]);
    check_node(&race, second, &["110..open step 1"]);
}

#[test]
fn j13_the_sts_looks_now_and_then() {
    let race = |swapped| {
        let rules = Rules { look_interval: s(30), ..rules() };
        under(NoCache, rules).saved(10, Rolling).provisioned(10).deployed(swapped)
    };
    race(150).check(&["150..210 step 1"]);
    race(205).check(&["201..210 step 1"]);
    race(210).check(&["201..210 step 1"]);
    race(230).check(&["201..230 step 1"]);
}

#[test]
fn j14_a_second_renewal_before_the_end() {
    let second_saved = || {
        let mut race = rolling(NoCache);
        let second = race.certificate(-1, 100_000);
        (race.saves(50, Rolling, second), second)
    };
    // Provisioned: the first is never accepted.
    let (race, second) = second_saved();
    let race = race.provisioned(60);
    race.clone().deployed(150).check(&["150..open step 1"]);
    race.clone().deployed(220).check(&["201..open step 1"]);
    race.clone().deployed(150).deploys(180, second).check(&["150..201 step 1"]);
    race.clone().deployed(150).deploys(230, second).check(&["150..230 step 1"]);
    race.deploys(201, second).check(&[]);
    // Only saved: the first takes over.
    let (race, second) = second_saved();
    race.clone().deployed(150).check(&["150..201 step 1"]);
    race.clone().deployed(201).check(&[]);
    race.clone().deployed(230).check(&["201..230 step 1"]);
    // Provisioned when the first is in force, it waits for the end of that one.
    let race = race.provisioned(250).deployed(201);
    race.check(&[]);
    race.deploys(300, second).check(&["300..open step 1"]);
}

#[test]
fn j15_the_configuration_names_the_wrong_certificate() {
    let by_subject = |profile| {
        let race = Race::with(profile, rules(), |node| Node {
            look_up: LookUp { find_by: FindBy::SubjectName, ..node.look_up },
            ..node
        });
        race.saved(10, Rolling).provisioned(10)
    };
    // The thumbprint is still that of the old one.
    rolling(NoCache).restarted(190).deployed(230).check(&["201..230 step 1"]);
    // Both have the subject, and both are valid.
    let race = by_subject(Restart).deployed(190);
    race.check(&["190..open step 1"]);
    assert_eq!(first_cause(&race), Cause::CertificateAmbiguous);
    let race = by_subject(Dotnet).deployed(190);
    race.check(&["190..open step 1"]);
    race.clone().restarted(200).check(&["190..open step 1"]);
    // One that looks for valid ones alone finds one from E+ on; the other goes on finding two.
    race.restarted(201).check(&["190..201 step 1"]);
    by_subject(Restart).deployed(190).restarted(201).check(&["190..open step 1"]);

    let copied = |profile| {
        let race = Race::with(profile, rules(), |node| Node {
            look_up: LookUp { find_by: FindBy::CopiedThumbprint, ..node.look_up },
            ..node
        });
        race.saved(10, Rolling).provisioned(10).deployed(201)
    };
    copied(Dotnet).check(&["201..open step 1"]);
    assert_eq!(first_cause(&copied(Dotnet)), Cause::CertificateNotFound);
    copied(Core).check(&["201..225 step 3"]);
}

#[test]
fn c1_saved_and_not_provisioned_while_the_client_swaps() {
    let race = |slot, overlap, provisioned: Option<i64>, swapped: Option<i64>| {
        let race = under(NoCache, Rules { overlap, ..rules() }).saved(10, slot);
        let race = provisioned.into_iter().fold(race, Race::provisioned);
        swapped.into_iter().fold(race, Race::deployed)
    };
    race(Active, false, Some(120), Some(60)).check(&["60..120 step 1"]);
    race(Rolling, true, Some(120), Some(60)).check(&["60..120 step 1"]);
    race(Rolling, false, Some(120), Some(60)).check(&["60..201 step 1"]);
    race(Rolling, false, Some(220), Some(60)).check(&["60..220 step 1"]);
    for (slot, overlap) in [(Active, false), (Rolling, true), (Rolling, false)] {
        race(slot, overlap, None, Some(60)).check(&["60..open step 1"]);
        race(slot, overlap, None, None).check(&["201..open step 1"]);
    }
}

#[test]
fn c2_replaced_before_the_client_swaps() {
    replace(NoCache).deployed(150).check(&["100..150 step 1"]);
    replace(Restart).deployed(150).check(&[]);
    replace(Restart).deployed(170).check(&["150..170 step 1"]);
    replace(Dotnet).deployed(170).check(&["150..170 step 1"]);
    replace(Core).deployed(120).check(&["120..150 step 3"]);
    replace(Core).deployed(170).check(&["150..170 step 1"]);
}

#[test]
fn c3_both_are_accepted() {
    let overlap = |swapped| {
        let rules = Rules { overlap: true, ..rules() };
        under(NoCache, rules).saved(10, Rolling).provisioned(100).deployed(swapped)
    };
    for swapped in [100, 150, 201] {
        overlap(swapped).check(&[]);
    }
    overlap(99).check(&["99..100 step 1"]);
    overlap(202).check(&["201..202 step 1"]);
    let removed = |swapped| {
        let mut race = overlap(swapped);
        let system_user = race.system_user;
        race.act(180, Act::Remove { system_user, slot: Active });
        race.provisioned(180)
    };
    removed(180).check(&[]);
    removed(181).check(&["180..181 step 1"]);
    overlap(150).revoked(150).check(&[]);
    overlap(150).revoked(149).check(&["149..150 step 1"]);
}

#[test]
fn c4_the_client_swaps_before_it_is_replaced() {
    replace(NoCache).deployed(60).check(&["60..100 step 1"]);
    replace(Restart).deployed(60).check(&["60..100 step 1"]);
    replace(Dotnet).deployed(60).check(&["75..100 step 1"]);
    replace(Dotnet).deployed(80).check(&[]);
    replace(Core).deployed(60).check(&["60..100 step 3 then 1"]);
    replace(Core).deployed(80).check(&["80..150 step 3"]);
}

#[test]
fn c5_the_client_swaps_within_the_activation_delay() {
    let race = |slot, overlap, swapped| {
        let rules = Rules { activation_delay: s(30), overlap, ..rules() };
        under(NoCache, rules).saved(10, slot).provisioned(100).deployed(swapped)
    };
    race(Active, false, 110).check(&["110..130 step 1"]);
    race(Active, false, 100).check(&["100..130 step 1"]);
    race(Active, false, 130).check(&[]);
    race(Rolling, true, 110).check(&["110..130 step 1"]);
    race(Rolling, false, 110).check(&["110..201 step 1"]);
}

#[test]
fn c7_a_certificate_of_the_other_environment() {
    let race = |slot, provisioning_checks_environment, swapped| {
        let rules = Rules { provisioning_checks_environment, ..rules() };
        let mut race = under(NoCache, rules);
        race.new = race.plan.certificate(certificate(IntegrationTest, -1, 100_000));
        race.saved(10, slot).provisioned(100).deployed(swapped)
    };
    race(Active, true, 150).check(&["150..open step 1"]);
    assert_eq!(first_cause(&race(Active, true, 150)), Cause::CertificateNotTrusted);
    race(Rolling, true, 250).check(&["201..open step 1"]);
    race(Active, false, 150).check(&["100..open step 1"]);
    race(Active, false, 50).check(&["50..open step 1"]);
    race(Rolling, false, 150).check(&["150..open step 1"]);
    race(Rolling, false, 250).check(&["201..open step 1"]);
}

#[test]
fn c8_saved_with_another_system_user() {
    let race = |slot, privileged: bool| {
        let mut race = Race::new(NoCache);
        let old_of_b = race.certificate(-1000, 181);
        let b = SystemUser::new().with(Production, old_of_b);
        let b = race.plan.system_user(if privileged { b } else { b.without_privilege() });
        let node_of_b = another(&mut race, NoCache, old_of_b);
        let new = race.new;
        race.act(10, Act::Save { system_user: b, slot, certificate: new });
        race.act(100, Act::Provision { system_user: b, environment: Production });
        (race.deployed(190), node_of_b)
    };
    // Replaced, the client is served as B, or refused as B; B is down from the click.
    let (served, node_of_b) = race(Active, true);
    served.check(&[]);
    check_node(&served, node_of_b, &["100..open step 1"]);
    let (refused, _) = race(Active, false);
    refused.check(&["190..open step 3"]);
    assert_eq!(first_cause(&refused), Cause::NotPrivileged);
    // Rolling, B is down from its own end.
    let (served, node_of_b) = race(Rolling, true);
    served.check(&[]);
    check_node(&served, node_of_b, &["181..open step 1"]);

    // What another system user has is not taken from it.
    let mut race = Race::new(NoCache);
    let b = race.plan.system_user(SystemUser::new());
    let old = race.old;
    race.act(10, Act::Save { system_user: b, slot: Active, certificate: old });
    race.act(100, Act::Provision { system_user: b, environment: Production });
    race.check(&["201..open step 1"]);
    assert_eq!(first_cause(&race), Cause::CertificateExpired);
}

#[test]
fn c12_and_c13_a_roll_back_and_a_lost_update() {
    // The old one is saved and provisioned again.
    let race = replace(NoCache).deployed(100);
    let old = race.old;
    let race = race.saves(150, Active, old).provisioned(160);
    race.check(&["160..open step 1"]);
    race.deploys(170, old).check(&["160..170 step 1", "201..open step 1"]);
    // Somebody's older draft takes the place of the newer one.
    let mut race = Race::new(NoCache);
    let older = race.certificate(-1, 100_000);
    let race = race.saved(10, Active).saves(20, Active, older).provisioned(30).deployed(30);
    race.check(&["30..open step 1"]);
}

#[test]
fn f1a_a_new_key_with_an_old_token() {
    replace(Core).deployed(100).check(&["100..150 step 3"]);
    rolling(Core).deployed(201).check(&["201..225 step 3"]);
    rolling(Core).deployed(130).check(&["130..201 step 3 then 1"]);
    let race = rolling(Core).deployed(201);
    assert_eq!(first_cause(&race), Cause::NotHolder);
}

#[test]
fn f1b_a_token_that_hides_the_old_key() {
    replace(Dotnet).deployed(100).check(&[]);
    rolling(Dotnet).deployed(201).check(&[]);
    // What the STS is told of the old one breaks nothing.
    replace(Dotnet).deployed(100).revoked(110).check(&[]);
    // What SMDB sees of it does.
    let race = |holder_check| {
        let rules = Rules { smdb_revocation_lag: s(10), ..looked_at(holder_check) };
        under(Dotnet, rules).saved(10, Active).provisioned(100).deployed(100).revoked(110)
    };
    race(HolderCheck::Validity).check(&[]);
    race(HolderCheck::ValidityAndRevocation).check(&["120..150 step 3"]);
    rechecked(Dotnet).deployed(201).check(&["201..225 step 3"]);
}

#[test]
fn f3_a_token_hides_that_nothing_was_provisioned() {
    let race = |profile| Race::new(profile).saved(10, Active).deployed(60).provisioned(120);
    race(Dotnet).check(&["75..120 step 1"]);
    race(Restart).check(&["60..120 step 1"]);
    race(Core).check(&["60..120 step 3 then 1"]);
    // Not swapped at all: the token hides the end for a while.
    rolling(Restart).deployed(260).check(&["225..260 step 1"]);
    rechecked(Restart).deployed(260).check(&["201..260 step 3 then 1"]);
    Race::new(Dotnet).saved(10, Rolling).provisioned(300).deployed(260).check(&["225..300 step 1"]);
}

#[test]
fn the_twin_without_the_mistake_is_not_down() {
    rolling(NoCache).deployed(201).check(&[]);
    rolling(Restart).deployed(210).check(&[]);
    replace(NoCache).deployed(100).check(&[]);
    // The mistake removed is not enough: under a rolling swap one instant is safe.
    rolling(NoCache).deployed(202).check(&["201..202 step 1"]);
}

/// A millisecond before, at, and after `E+`.
#[test]
fn the_end_is_exact_to_the_millisecond() {
    let check = |millis: i64, expected: &[&str]| {
        let mut race = rolling(NoCache);
        let (node, certificate) = (race.node, race.new);
        race.plan.at(Timestamp::from_millis(201_000 + millis), Act::Deploy { node, certificate });
        race.check(expected);
    };
    check(-1_000, &["200..201 step 1"]);
    check(-1, &["200.999..201 step 1"]);
    check(0, &[]);
    check(1, &["201..201.001 step 1"]);
}

#[test]
fn an_outage_at_the_very_end_is_open() {
    let ends_at = |end: i64| {
        let mut race = rolling(NoCache).deployed(230);
        let mut plan = Plan::new(t(0), t(end), rules());
        let (old, new) =
            (certificate(Production, -1000, E_PLUS), certificate(Production, -1, 9999));
        (race.old, race.new) = (plan.certificate(old), plan.certificate(new));
        race.system_user = plan.system_user(SystemUser::new().with(Production, race.old));
        let node = Node::new(NoCache, Production, race.system_user, race.old);
        race.node = plan.node(Node { calls: Calls::every(s(1), t(0)), ..node });
        race.plan = plan;
        race.saved(10, Rolling).provisioned(10).deployed(230)
    };
    ends_at(200).check(&[]);
    ends_at(201).check(&["201..open step 1"]);
    ends_at(229).check(&["201..open step 1"]);
    ends_at(230).check(&["201..230 step 1"]);
    let race = ends_at(201);
    let node = Forecast::of(&race.plan).node(race.node).clone();
    assert_eq!((node.calls, node.missed_calls), (202, 1));
    assert_eq!(node.observed, [oracle::Interval { from: t(201), until: None }]);
}
