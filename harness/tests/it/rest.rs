//! Clients that call by REST, with real certificates and real messages: what goes over the link, what a
//! node keeps, and outages to the millisecond, held against the oracle.

use clock::Span;
use harness::{
    downtime::measure,
    forecast::Oracle,
    journal::{Observation, What},
    scenario::Scenario,
    world::{Content, Standing},
};
use parties::{Party, Role};

use crate::{
    head::{HEAD, Head},
    keep::kept_in,
    live::story,
    profiles::outages,
    program::{folder, skift, text},
    stops::journal,
};

/// Of each call at these times after the start what went between the client and the services: names, and
/// what was shown and refused.
fn told(scenario: &Scenario, at: &[Span]) -> Vec<Vec<String>> {
    let journal = journal(scenario, false);
    let of_one = |after: &Span| {
        let observations = journal.observations().iter();
        let observations = observations.filter(|it| it.at == scenario.start + *after);
        let words = observations.filter_map(|Observation { what, .. }| match what {
            What::Message(message) if [message.from, message.to].contains(&Party::Client) => {
                Some(format!("{} {}", message.name, words(&message.content)))
            }
            _ => None,
        });
        words.collect()
    };
    at.iter().map(of_one).collect()
}

fn words(content: &Content) -> String {
    match content {
        Content::TokenRequest { signer } => format!("{signer:?}"),
        Content::Token { holder, .. } | Content::AccessToken { holder, .. } => {
            format!("{holder:?}")
        }
        Content::Call { signer: shown, holder, .. }
        | Content::Redemption { shown, holder, .. }
        | Content::CallByRest { shown, holder, .. } => format!("{shown:?} {holder:?}"),
        Content::Receipt => "done".to_owned(),
        Content::Fault { cause } => cause.clone(),
        other => format!("{other:?}"),
    }
}

/// An access token is got once, each call shows the certificate of the time, and .NET tries once more
/// with the access token that was refused.
#[test]
fn the_messages_of_a_call_by_rest_say_what_was_shown_and_what_it_is_bound_to() {
    let scenario = story("rest/new-certificate-old-access-token");
    let minutes = |all: [i64; 4]| all.map(Span::from_minutes);
    let [first, second, swapped, redeemed] = &told(&scenario, &minutes([0, 30, 150, 180]))[..]
    else {
        panic!("four calls")
    };
    let old = "Some(old)";
    assert_eq!(
        first,
        &[
            format!("1-wsc-to-sts {old}"),
            format!("2-sts-to-wsc {old}"),
            format!("3-wsc-to-as {old} {old}"),
            format!("4-as-to-wsc {old}"),
            format!("5-wsc-to-wsp {old} {old}"),
            "6-wsp-to-wsc done".to_owned(),
        ]
    );
    assert_eq!(second, &first[4..]);
    let call = format!("5-wsc-to-wsp Some(new) {old}");
    let refused = "6-wsp-to-wsc another-certificate".to_owned();
    assert_eq!(swapped, &[call.clone(), refused.clone(), call, refused]);
    let redemption = format!("3-wsc-to-as Some(new) {old}");
    assert_eq!(redeemed, &[redemption, "4-as-to-wsc another-holder".to_owned()]);
}

/// Whoever refuses says why, to the vendor who must act.
#[test]
fn a_refusal_by_rest_has_its_diagnosis() {
    let scenario = story("rest/new-certificate-old-access-token");
    let measured = measure(&journal(&scenario, false));
    let [outage] = &measured[0].outages[..] else { panic!("{measured:?}") };
    let causes: Vec<_> = outage.segments().map(|it| it.failure.cause.clone()).collect();
    assert_eq!(causes, ["another-certificate", "another-holder"]);
    for segment in outage.segments() {
        let diagnosis = segment.failure.diagnosis.as_ref().unwrap();
        let finding = diagnosis.decisive().unwrap();
        assert_eq!((&finding.cause, finding.who), (&segment.failure.cause, Role::Vendor));
        assert!(finding.what.da.contains("genstart"), "{finding:?}");
    }
}

#[test]
fn an_access_token_is_told_with_its_holder_and_both_its_ends() {
    let scenario = story("rest/new-certificate-old-access-token");
    let journal = journal(&scenario, false);
    let kept = journal.observations().iter().find_map(|Observation { at, what, .. }| match what {
        What::Standing(Standing::Node { access_tokens, .. }) => {
            access_tokens.first().map(|it| (*at, it.clone()))
        }
        _ => None,
    });
    let (at, token) = kept.unwrap();
    assert_eq!(token.holder.as_str(), "old");
    assert_eq!(token.expires.since(at), Span::from_hours(1));
    assert_eq!(token.expires.since(token.dropped_from), Span::from_minutes(1));
}

fn check(head: Head<'_>, tables: &str, happenings: &[&str], expected: &[&str]) {
    let scenario = head.beside(tables, happenings);
    assert_eq!(outages(&scenario, scenario.rules.smdb.holder_certificate), expected);
    let (reckoned, measured) = (Oracle::ask(&scenario).nodes, measure(&journal(&scenario, false)));
    assert!(reckoned[0].agrees_with(&measured[0], Span::ZERO), "{reckoned:?}");
}

/// Half a second after a whole one: SMDB ends it with a whole second.
#[test]
fn an_access_token_ends_with_a_whole_second() {
    let head = Head { profile: "java-rest-fixed-cache", expires: "+10h", ..HEAD };
    let tables = "[smdb]\naccess-token-lifetime = \"10m\"";
    check(
        head,
        tables,
        &["+500ms client.submit client = \"fagsystem\""],
        &["+10m..+55m500ms step 3: access-token-expired"],
    );
    // Told in whole seconds too, so that .NET drops it a minute and half a second before its end.
    let dotnet = Head { profile: "dotnet-rest", ..head };
    check(dotnet, tables, &["+500ms client.submit client = \"fagsystem\""], &[]);
}

/// What a token hides it hides by REST as well, and an access token hides no more: it ends with its token.
#[test]
fn an_access_token_hides_nothing_longer_than_its_token() {
    let head = Head {
        profile: "java-rest-fixed-cache",
        expires: "+20d",
        length: "10h",
        interval: Some("50m"),
        ..HEAD
    };
    // Redeemed at +6h40m for what ends at +7h10m, and kept until +7h35m; the token goes at +7h.
    check(
        head,
        "[nemlogin]\ntoken-lifetime = \"430m\"",
        &["+1s client.submit client = \"fagsystem\""],
        &["+7h10m..+7h35m step 3: access-token-expired"],
    );
}

/// SMDB looks at the certificate that is shown in TLS where it looks at holders at all.
#[test]
fn a_service_that_looks_at_the_holder_looks_by_rest_too() {
    let head = Head { profile: "dotnet-rest", interval: Some("30m"), ..HEAD };
    check(
        head,
        "[smdb]\nholder-certificate = \"validity\"",
        &["+1s client.submit client = \"fagsystem\""],
        &["+2h..open step 3: holder-certificate-expired"],
    );
    check(head, "", &["+1s client.submit client = \"fagsystem\""], &[]);
}

/// Of a certificate that is revoked while the access token for it is good, and of one that is revoked between
/// two seconds: whoever fetches lists sees it when the lag is over, and then it has expired as well.
#[test]
fn a_revocation_is_seen_by_rest_where_smdb_looks_for_it() {
    let head = Head { interval: Some("30m"), ..HEAD };
    let tables =
        "[smdb]\nholder-certificate = \"validity-and-revocation\"\nrevocation-lag = \"10m\"";
    for profile in ["dotnet-rest", "java-rest-fixed-cache"] {
        for (revoked, seen) in [("+1h", "+1h10m"), ("+1h500ms", "+1h10m")] {
            let revoke = format!("{revoked} mitid.revoke certificate = \"old\"");
            let outage = format!("{seen}..open step 3: holder-certificate-revoked");
            check(Head { profile, ..head }, tables, &[&revoke], &[&outage]);
            let [node] =
                &Oracle::ask(&Head { profile, ..head }.beside(tables, &[&revoke])).nodes[..]
            else {
                panic!("one node")
            };
            let turns = node.outages[0].turns.iter().map(|it| it.cause.as_deref().unwrap());
            assert_eq!(turns.collect::<Vec<_>>(), ["holder-certificate-expired"]);
        }
    }
}

/// A margin is that of tokens: with three minutes the STS is asked that early, and access tokens are redeemed as
/// ever.
#[test]
fn a_margin_by_rest_is_that_of_tokens() {
    let asked = |client: &str| {
        let head = Head {
            profile: "dotnet-rest",
            client,
            expires: "+20d",
            length: "9h",
            interval: Some("30s"),
            ..HEAD
        };
        let scenario = head.with(&["+1s client.submit client = \"fagsystem\""]);
        let journal = journal(&scenario, false);
        let at = |sent: &str| -> Vec<String> {
            let observations = journal.observations().iter();
            let sent = observations.filter(|it| match &it.what {
                What::Message(message) => message.name == sent,
                _ => false,
            });
            sent.map(|it| it.at.since(scenario.start).to_string()).collect()
        };
        (at("1-wsc-to-sts"), at("3-wsc-to-as")[..3].to_vec())
    };
    let redeemed = ["0s", "59m", "1h58m"].map(str::to_owned).to_vec();
    let both = |asked: [&str; 2]| (asked.map(str::to_owned).to_vec(), redeemed.clone());
    assert_eq!(asked(""), both(["0s", "7h59m"]));
    assert_eq!(asked("margin = \"10m\""), both(["0s", "7h52m"]));
}

/// A client of .NET by `profile` that calls hourly for three weeks, and another one in its process that
/// calls by REST, once, `at` some time; what is `more` is set for it.
fn two_in_one_process(profile: &'static str, at: &str, more: &str) -> Scenario {
    let head = Head {
        profile,
        client: "process = \"server\"",
        expires: "+20d",
        interval: Some("1h"),
        ..HEAD
    };
    let other = format!(
        r#"
        [client.other]
        system-user = "fagsystem"
        environment = "production"
        profile = "dotnet-rest"
        certificate = "old"
        process = "server"
        {more}
        "#
    );
    head.beside(&other, &[&format!("{at} client.submit client = \"other\"")])
}

/// A client that calls with what another one of its process got, whose clock is another: the end of an access
/// token is told by neither clock.
#[test]
fn an_access_token_of_another_client_ends_when_it_ends() {
    let scenario = two_in_one_process("dotnet-rest", "+10m500ms", "skew = \"-30s\"");
    let mut ends = Vec::new();
    for Observation { what, .. } in journal(&scenario, false).observations() {
        if let What::Standing(Standing::Node { client, access_tokens, .. }) = what {
            let told = access_tokens.iter().map(|it| it.expires.since(scenario.start).to_string());
            ends.extend(told.map(|it| (client.to_string(), it)));
        }
    }
    let both = ["fagsystem", "other"].map(|client| (client.to_owned(), "1h".to_owned()));
    assert_eq!(ends[..2], both);
}

/// In .NET the token that a client got by SOAP is what another one in its process redeems.
#[test]
fn clients_of_dotnet_in_one_process_share_a_token() {
    let scenario = two_in_one_process("dotnet-cache-by-endpoint", "+10m", "");
    let [messages] = &told(&scenario, &[Span::from_minutes(10)])[..] else { panic!("one call") };
    assert!(messages[0].starts_with("3-wsc-to-as"), "{messages:?}");
}

/// With their heads, as `.http`, for their owner alone.
#[test]
fn messages_by_rest_are_kept_with_their_heads() {
    let folder = folder("kept-by-rest");
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/rest/new-certificate-old-access-token.toml"
    );
    let output = skift(&folder, &["run", file, "--out", "out", "--keep-messages", "kept"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let kept = std::fs::read_dir(folder.join("kept")).unwrap().next().unwrap().unwrap().path();
    let call = |number: &str| {
        let calls = std::fs::read_dir(&kept).unwrap().map(|it| it.unwrap().path());
        let mut calls =
            calls.filter(|it| it.file_name().unwrap().to_str().unwrap().starts_with(number));
        calls.next().unwrap()
    };
    let first = call("0001");
    let all = [
        "1-wsc-to-sts.xml",
        "2-sts-to-wsc.xml",
        "3-wsc-to-as.http",
        "4-as-to-wsc.http",
        "5-wsc-to-wsp.http",
        "6-wsp-to-wsc.http",
    ];
    assert_eq!(kept_in(&first), all);
    let read = |name: &str| std::fs::read_to_string(first.join(name)).unwrap();
    assert!(read("3-wsc-to-as.http").starts_with("POST https://smdb.sim.invalid/api/accesstoken/"));
    assert!(read("4-as-to-wsc.http").contains("\"access_token\""));
    assert!(read("5-wsc-to-wsp.http").contains("\r\nAuthorization: Holder-of-key "));
    assert!(read("6-wsp-to-wsc.http").starts_with("HTTP/1.1 200\r\n"));
    // The sixth call is refused, and tried once more.
    let refused = call("0006");
    assert_eq!(
        kept_in(&refused),
        ["5-wsc-to-wsp-2.http", "5-wsc-to-wsp.http", "6-wsp-to-wsc-2.http", "6-wsp-to-wsc.http"]
    );
    let answer = std::fs::read_to_string(refused.join("6-wsp-to-wsc.http")).unwrap();
    assert!(answer.contains("WWW-Authenticate: Holder-of-key error=\"invalid_token\""), "{answer}");
}

/// In its last second a token is worth no access token, and has not ended before it ends.
#[test]
fn nothing_is_given_for_a_token_in_its_last_second() {
    let head = Head { profile: "java-rest-fixed-cache", expires: "+20d", length: "8h", ..HEAD };
    check(
        head,
        "[nemlogin]\ntoken-lifetime = \"6h\"",
        &["+500ms client.submit client = \"fagsystem\""],
        &["+5h59m59s..+7h500ms step 3: token-ends-too-soon"],
    );
    let tables = "[nemlogin]\ntoken-lifetime = \"6h\"";
    let scenario = head.beside(tables, &["+500ms client.submit client = \"fagsystem\""]);
    let measured = measure(&journal(&scenario, false));
    let segments = measured[0].outages[0].segments();
    let told: Vec<_> = segments
        .map(|it| (it.from.since(scenario.start).to_string(), it.failure.cause.clone()))
        .collect();
    let ended = ("6h500ms".to_owned(), "token-expired".to_owned());
    assert_eq!(told, [("5h59m59s".to_owned(), "token-ends-too-soon".to_owned()), ended]);
}
