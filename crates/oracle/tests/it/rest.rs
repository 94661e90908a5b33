//! Clients that call by REST, reckoned by hand in seconds: calls each second from 0, tokens of 80 s that are
//! dropped 5 s before their end (so at 75, 150, 225), and access tokens of 20 s that .NET drops 5 s before
//! theirs (so each 15 s after a token comes) and Java after a time of its own.

use clock::Span;
use oracle::{Act, Blame, Forecast, HolderCheck, Keeps, Node, Remedy, Rules, Setting};

use crate::stage::*;

fn rest_rules() -> Rules {
    Rules { access_token_lifetime: s(20), ..rules() }
}

fn dotnet(rules: Rules) -> Race {
    let access = Some(Keeps::UntilBeforeEnd(s(5)));
    Race::with(DotnetRest, rules, |node| Node { access, ..node })
}

/// Keeps a token, and an access token, for these times of its own.
fn java(token: i64, access: i64) -> Race {
    let (keeps, access) = (Keeps::For(s(token)), Some(Keeps::For(s(access))));
    Race::with(Java, rest_rules(), |node| Node { keeps, access, ..node })
}

/// Each outage with what it turns into: `100..150 one at 100, other at 105`.
#[track_caller]
fn check(race: &Race, expected: &[&str]) {
    let forecast = Forecast::of(&race.plan);
    let told: Vec<String> = forecast
        .node(race.node)
        .outages
        .iter()
        .map(|outage| {
            let segments = outage.segments().iter().map(|segment| {
                format!("{} at {}", segment.cause.name().unwrap_or("clock"), seconds(segment.from))
            });
            let until = outage.until.map_or_else(|| "open".to_owned(), seconds);
            let segments: Vec<_> = segments.collect();
            format!("{}..{until} {}", seconds(outage.from), segments.join(", "))
        })
        .collect();
    assert_eq!(told, expected, "{:#?}", race.plan);
}

#[test]
fn the_habits_of_each_are_those_of_its_kind() {
    for (profile, expected) in [
        (NoCache, None),
        (Restart, None),
        (Dotnet, None),
        (Core, None),
        (Java, Some(Keeps::For(Span::from_minutes(55)))),
        (DotnetRest, Some(Keeps::UntilBeforeEnd(s(60)))),
    ] {
        assert_eq!(Keeps::of_access(profile), expected, "{profile}");
    }
    assert_eq!(Keeps::of(Java), Keeps::For(Span::from_hours(7)));
}

/// What is kept is bound to the old certificate, and the new one is proved in TLS: first the access token is
/// refused, then what it would be redeemed for, until both are dropped.
#[test]
fn a_swap_while_it_runs_takes_dotnet_down_until_both_tokens_go() {
    let race = || dotnet(rest_rules()).saved(10, Active).provisioned(100).deployed(100);
    check(&race(), &["100..150 another-certificate at 100, another-holder at 105"]);
    check(&race().restarted(100), &[]);
    check(&race().restarted(120), &["100..120 another-certificate at 100, another-holder at 105"]);
    // At the instant at which both go by themselves nothing is wrong.
    let in_time = dotnet(rest_rules()).saved(10, Active).provisioned(100).deployed(150);
    check(&in_time, &[]);
}

#[test]
fn the_restart_that_such_a_swap_lacks_is_its_remedy() {
    let race = dotnet(rest_rules()).saved(10, Active).provisioned(100).deployed(100);
    let blame = Blame::of(&race.plan).unwrap();
    assert_eq!(blame.remedy, Remedy::Add(vec![Act::Restart { node: race.node }]));
    assert_eq!((blame.mended, blame.left), (t(100), Span::ZERO));
}

/// While tokens are left an expiry is hidden; what they are dropped at is when the STS is asked.
#[test]
fn an_expiry_shows_when_the_token_is_due() {
    let race = dotnet(rest_rules());
    check(&race, &["225..open certificate-expired at 225"]);
    let looked_at = Rules { holder_check: HolderCheck::Validity, ..rest_rules() };
    let race = dotnet(looked_at);
    check(&race, &["201..open holder-certificate-expired at 201, certificate-expired at 225"]);
}

/// An access token that is left hides that the token it came of was dropped.
#[test]
fn an_access_token_puts_off_when_the_sts_is_asked() {
    // Redeemed at 0, 18, 36, 54 and so kept until 72; by SOAP it would ask at 60.
    let race = java(60, 18);
    let forecast = Forecast::of(&race.plan);
    let asked: Vec<_> = forecast.node(race.node).tokens.iter().map(|at| at.seconds()).collect();
    assert_eq!(asked, [0, 72, 144]);
    check(&race, &["216..open certificate-expired at 216"]);
}

/// Who keeps an access token for longer than it lives shows it when it has ended, again and again.
#[test]
fn an_access_token_that_is_kept_for_too_long_is_refused_again_and_again() {
    let race = |access| java(75, access).saved(10, Rolling).provisioned(10).deployed(201);
    let told = race(30);
    let ended = Forecast::of(&told.plan).node(told.node).outages.len();
    assert!(ended > 5, "{ended}");
    check(&race(20), &[]);
    let blame = Blame::of(&told.plan).unwrap();
    assert_eq!(blame.remedy, Remedy::Configure(told.node, Setting::Keeping));
    assert_eq!(blame.left, Span::ZERO);
}

/// An access token ends with the token that it was given for, which neither of Java's times looks at.
#[test]
fn an_access_token_lives_no_longer_than_its_token() {
    // Redeemed at 0, 18, 36, 54 and 72: that one ends at 80, and is kept until 90.
    let race = java(75, 18).saved(10, Rolling).provisioned(10).deployed(201);
    let forecast = Forecast::of(&race.plan);
    let first = &forecast.node(race.node).outages[0];
    assert_eq!((first.from, first.until), (t(80), Some(t(90))));
    assert_eq!(first.segments()[0].cause.name(), Some("access-token-expired"));
    let blame = Blame::of(&race.plan).unwrap();
    assert_eq!(blame.remedy, Remedy::Configure(race.node, Setting::Keeping));
}

/// A swap of the client in Java is a restart: both tokens are lost.
#[test]
fn a_swap_of_the_client_in_java_asks_anew() {
    let race = java(60, 18).saved(10, Active).provisioned(100);
    check(&race.clone().deployed(100), &[]);
    check(&race.deployed(90), &["90..100 certificate-not-registered at 90"]);
}

/// SMDB ends an access token with a whole second, whenever it was asked for.
#[test]
fn an_access_token_ends_with_a_whole_second() {
    let half = Span::from_millis(500);
    let calls = oracle::Calls::none().and_at(t(0) + half);
    let (keeps, access) = (Keeps::For(s(60)), Some(Keeps::For(s(30))));
    let race = Race::with(Java, rest_rules(), |node| Node { keeps, access, calls, ..node });
    check(
        &race,
        &["20..30.500 access-token-expired at 20", "201..open certificate-expired at 201"],
    );
}

/// The caches of .NET belong to the process, however its clients call: the token of the one is what the
/// other redeems.
#[test]
fn clients_of_dotnet_in_one_process_share_tokens_by_soap_and_by_rest() {
    let mut race = dotnet(rest_rules()).saved(10, Active).provisioned(100);
    let (user, old, new) = (race.system_user, race.old, race.new);
    let soap = Node {
        process: Some(1),
        calls: oracle::Calls::every(s(1), t(0)),
        keeps: Keeps::UntilBeforeEnd(s(5)),
        ..Node::new(Dotnet, Production, user, old)
    };
    let rest = Node {
        access: Some(Keeps::UntilBeforeEnd(s(5))),
        ..Node { profile: DotnetRest, ..soap.clone() }
    };
    let first = race.plan.node(soap);
    let second = race.plan.node(rest);
    race.act(100, Act::Deploy { node: second, certificate: new });
    let forecast = Forecast::of(&race.plan);
    let causes = |number| -> Vec<_> {
        let outages = &forecast.node(number).outages;
        let segments = outages.iter().flat_map(|outage| outage.segments());
        segments.map(|it| (it.from.seconds(), it.cause.name().unwrap())).collect()
    };
    assert_eq!(causes(second), [(100, "another-certificate"), (105, "another-holder")]);
    // By SOAP the key is kept with the token, so that nothing shows before the next one is due: the STS
    // refuses that, and the other one has got it by then.
    assert_eq!((causes(first), forecast.node(first).missed_calls), (vec![], 4));
}

/// What is told of the life of an access token counts whole seconds: asked for at half a second this one is
/// not worth keeping, and on the second it is, for one second.
#[test]
fn an_access_token_may_be_kept_or_not_by_when_in_a_second_it_came() {
    let half = Span::from_millis(500);
    let rules = Rules { token_lifetime: s(2), sts_revocation_lag: s(0), ..rest_rules() };
    let (keeps, access) = (Keeps::Never, Some(Keeps::UntilBeforeEnd(s(1))));
    let mut race = Race::with(DotnetRest, rules, |node| Node { keeps, access, ..node });
    let (node, old) = (race.node, race.old);
    race.plan.at(t(3) + half, Act::Restart { node });
    race.plan.at(t(100) + half, Act::Revoke { certificate: old });
    check(&race, &["101..open certificate-revoked at 101, certificate-expired at 201"]);
}

/// A token that has not ended may be worth no access token, and is told apart from one that has.
#[test]
fn a_token_that_ends_too_soon_is_told_from_one_that_has_ended() {
    let first = |access| {
        let race = java(95, access).saved(10, Rolling).provisioned(10).deployed(201);
        let forecast = Forecast::of(&race.plan);
        let outage = &forecast.node(race.node).outages[0];
        let segments = outage.segments().iter();
        let segments = segments.map(|it| (it.from.seconds(), it.cause.name().unwrap()));
        (segments.collect::<Vec<_>>(), outage.until.map(|it| it.seconds()))
    };
    // Redeemed each second.
    let each = vec![(79, "token-ends-too-soon"), (80, "token-expired")];
    assert_eq!(first(1), (each, Some(95)));
    // Redeemed at 0, 18, 36, 54 and 72, and kept until 90.
    let kept = vec![(80, "access-token-expired"), (90, "token-expired")];
    assert_eq!(first(18), (kept, Some(95)));
}
