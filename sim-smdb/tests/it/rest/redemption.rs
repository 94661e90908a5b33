//! The authorization server: what it takes for a token, and for how long it gives another.

use clock::Span;
use oio_idws::assertion::Assertion;
use sim_smdb::{
    HolderCheck, Policy,
    rest::{Message, TOKEN_PATH},
};
use stage::{INSTANT, start};

use super::door::{form, form_of, redemption};
use crate::world::{STS, World, after, assertion, configuration, signed};

#[test]
fn a_token_is_redeemed_for_an_access_token() {
    let reaction = World::new().redeem(&assertion(), start());
    let issued = reaction.json();
    assert_eq!(issued["token_type"], "Holder-of-key");
    assert_eq!(issued["expires_in"], 3600);
    assert!(issued["access_token"].as_str().unwrap().starts_with("eyJ"));
    assert_eq!(issued.as_object().unwrap().len(), 3);
    assert_eq!((reaction.reply.status, reaction.reply.challenge), (200, None));
    assert_eq!(reaction.facts, [], "nothing is remembered of it");
}

/// .NET writes an XML declaration before the token, Java none; and some send it in the clear.
#[test]
fn a_token_comes_with_or_without_a_declaration_encrypted_or_not() {
    let (encrypted, clear) = (signed(&assertion()), assertion().write(&STS).unwrap());
    for token in [&encrypted, &clear] {
        for before in
            ["", "<?xml version=\"1.0\" encoding=\"utf-8\"?>", "\u{feff}<?xml version=\"1.0\"?>"]
        {
            let form = form(&format!("{before}{token}"));
            let reaction = World::new().ask_rest(&redemption(&form), start());
            assert_eq!(reaction.name(), "granted", "{before}");
        }
    }
}

#[test]
fn a_form_is_known_by_its_media_type_alone() {
    let form = form(&signed(&assertion()));
    for (content_type, expected) in [
        (Some("application/x-www-form-urlencoded"), "granted"),
        (Some("application/x-www-form-urlencoded;charset=UTF-8"), "granted"),
        (Some("Application/X-WWW-Form-Urlencoded ; charset=utf-8"), "granted"),
        (Some("application/x-www-form-urlencoded2"), "not-a-form"),
        (Some("text/plain"), "not-a-form"),
        (None, "not-a-form"),
    ] {
        let message = Message { content_type, ..redemption(&form) };
        assert_eq!(World::new().ask_rest(&message, start()).name(), expected, "{content_type:?}");
    }
    // A plus sign that was not percent-encoded is a space.
    let plus = form.replace("%2B", "+");
    assert!(plus.contains('+'), "a token of some length has one");
    assert_eq!(World::new().ask_rest(&redemption(&plus), start()).name(), "token-not-base64");
    assert_eq!(World::new().ask_rest(&redemption(&form_of("")), start()).name(), "token-missing");
}

#[test]
fn a_token_may_be_redeemed_as_often_as_its_holder_likes() {
    let mut world = World::new();
    let form = form(&signed(&assertion()));
    let [first, second] = ["0s", "1s"].map(|it| world.ask_rest(&redemption(&form), after(it)));
    assert_eq!((first.name(), second.name()), ("granted", "granted"));
    assert_ne!(first.token(), second.token());
}

/// The same ends as for a call by SOAP; but in its last second it is worth no access token, which lives
/// for a whole one at least.
#[test]
fn a_token_is_redeemed_from_its_beginning_and_no_longer_at_its_end() {
    let short = Assertion { not_before: start(), not_on_or_after: after("10m"), ..assertion() };
    let ends = [
        (start() - Span::from_seconds(1), "token-not-yet-valid"),
        (start() - INSTANT, "token-not-yet-valid"),
        (start(), "granted"),
        (start() + Span::from_seconds(1), "granted"),
        (after("9m59s") - INSTANT, "granted"),
        (after("9m59s"), "token-ends-too-soon"),
        (after("10m") - INSTANT, "token-ends-too-soon"),
        (after("10m"), "token-expired"),
        (after("10m1s"), "token-expired"),
    ];
    for (now, expected) in ends {
        assert_eq!(World::new().redeem(&short, now).name(), expected, "{now}");
    }
}

#[test]
fn the_holders_certificate_is_looked_at_where_the_policy_says_so_by_rest_too() {
    let policy = Policy { holder_certificate: HolderCheck::Validity, ..Policy::default() };
    let mut strict = World::with_policy(policy);
    for (span, expected) in [("1h59m59s", "granted"), ("2h", "holder-certificate-expired")] {
        assert_eq!(strict.redeem(&assertion(), after(span)).name(), expected, "{span}");
        assert_eq!(World::new().redeem(&assertion(), after(span)).name(), "granted");
    }
    // Also in a call, of the certificate that the caller uses.
    let access = strict.redeem(&assertion(), after("1h30m")).token();
    for (span, expected) in [("1h59m59s", "granted"), ("2h", "holder-certificate-expired")] {
        let ping = sim_smdb::contract::Operation::Ping;
        assert_eq!(strict.call_rest(ping, &access, "{}", after(span)).name(), expected, "{span}");
    }
}

/// An hour at most; less if it is asked for, if SMDB is set so, or if the token ends before.
#[test]
fn an_access_token_lives_for_an_hour_at_most_and_no_longer_than_its_token() {
    let lifetime = |policy: Policy, asked: &str, ends: &str| {
        let mut world = World::with_policy(policy);
        let token = Assertion { not_on_or_after: after(ends), ..assertion() };
        let form = format!("{}{asked}", form(&signed(&token)));
        world.ask_rest(&redemption(&form), start()).json()["expires_in"].as_i64().unwrap()
    };
    let usual = Policy::default();
    let set = |minutes| Policy {
        access_token_lifetime: Span::from_minutes(minutes),
        ..Policy::default()
    };
    for (policy, asked, ends, expected) in [
        (usual, "", "8h", 3600),
        (usual, "&should-expire-in=60", "8h", 60),
        (usual, "&should-expire-in=3601", "8h", 3600),
        (usual, "&should-expire-in=4294967295", "8h", 3600),
        // What is no number of seconds is as if it were not said.
        (usual, "&should-expire-in=0", "8h", 3600),
        (usual, "&should-expire-in=-1", "8h", 3600),
        (usual, "&should-expire-in=soon", "8h", 3600),
        (usual, "&should-expire-in=", "8h", 3600),
        (usual, "", "10m", 600),
        (set(5), "", "8h", 300),
        (set(5), "&should-expire-in=60", "8h", 60),
        (set(120), "", "8h", 3600),
    ] {
        assert_eq!(lifetime(policy, asked, ends), expected, "{asked} {ends}");
    }
}

/// A client is told a whole number of seconds, and gets at least one.
#[test]
fn no_access_token_is_given_for_no_time() {
    let mut world = World::with_policy(Policy {
        access_token_lifetime: Span::from_millis(1),
        ..Policy::default()
    });
    let form = form(&signed(&assertion()));
    for millis in [0, 1, 500, 999] {
        let now = start() + Span::from_millis(millis);
        let reaction = world.ask_rest(&redemption(&form), now);
        assert_eq!(reaction.json()["expires_in"], 1, "{now}");
        let access = reaction.token();
        let ping = sim_smdb::contract::Operation::Ping;
        let reaction = world.call_rest(ping, &access, "{}", now + Span::from_millis(999));
        assert_eq!(reaction.name(), "granted", "{now}");
    }
}

#[test]
fn the_authorization_server_is_where_that_of_nemlog_in_is() {
    assert_eq!(TOKEN_PATH, "/api/accesstoken/issue");
    // Another SMDB that was told nothing of this STS.
    let sts = clock::Timeline::starting(after("1h"), vec![STS.certificate.clone()]);
    let mut world = World::with(sim_smdb::Configuration { sts, ..configuration() });
    let reaction = world.redeem(&assertion(), start());
    assert_eq!(reaction.name(), "unknown-issuer");
    let thumbprint = STS.certificate.thumbprint();
    assert!(reaction.reply.challenge.unwrap().contains(&thumbprint));
    assert_eq!(world.redeem(&assertion(), after("1h")).name(), "granted");
}
