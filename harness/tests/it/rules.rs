//! What if the services followed other rules? Real certificates and real messages again, and the
//! outages of the races as they were reckoned by hand.
//!
//! The old certificate is refused from +2h on (`E+`), and the client keeps no token.

use clock::Span;
use harness::scenario::Rules;
use oio_idws::Binding;
use sim_sts::Lookup;

use crate::{
    head::{HEAD, Head, START},
    races::{RENEW, SAVE_ACTIVE, SAVE_ROLLING, deploy, outages, provision, race},
};

/// Under the rules that `change` makes, these happenings give these outages of node `a`.
#[track_caller]
fn check(change: impl FnOnce(&mut Rules), happenings: &[&str], expected: &[&str]) {
    let mut scenario = race(START, "[\"a\"]", happenings);
    change(&mut scenario.rules);
    assert_eq!(outages(&scenario), expected);
}

fn production(at: &str) -> String {
    provision(at, "production")
}

#[test]
fn where_both_certificates_are_accepted_a_swap_has_time() {
    let overlap = |rules: &mut Rules| rules.sts.swap.overlap = true;
    check(overlap, &[RENEW, SAVE_ROLLING, &production("+30m"), &deploy("+1h")], &[]);
    let removed = "+1h10m nemlogin.remove system-user = \"fagsystem\", slot = \"active\"";
    check(
        overlap,
        &[
            RENEW,
            SAVE_ROLLING,
            &production("+30m"),
            removed,
            &production("+1h15m"),
            &deploy("+1h30m"),
        ],
        &["a +1h15m..+1h30m step 1: certificate-replaced"],
    );
}

#[test]
fn what_is_provisioned_comes_into_force_when_the_delay_is_over() {
    let delayed = |rules: &mut Rules| rules.sts.activation_delay = Span::from_minutes(10);
    let swap = |at: &str, expected: &[&str]| {
        check(delayed, &[RENEW, SAVE_ACTIVE, &production("+30m"), &deploy(at)], expected);
    };
    swap("+30m", &["a +30m..+40m step 1: certificate-not-in-force"]);
    swap("+40m", &[]);
    swap("+50m", &["a +40m..+50m step 1: certificate-replaced"]);
}

#[test]
fn an_sts_that_looks_now_and_then_swaps_late() {
    // Ten o'clock, `E+`, is no multiple of 45 minutes since 1970; half past ten is the next.
    let now_and_then = |rules: &mut Rules| rules.sts.swap.look_interval = Span::from_minutes(45);
    let happenings = [RENEW, SAVE_ROLLING, &production("+30m"), &deploy("+2h")];
    check(now_and_then, &happenings, &["a +2h..+2h30m step 1: certificate-not-in-force"]);
}

/// The client looks for a certificate that is valid, and only when it starts.
#[test]
fn a_certificate_that_begins_later_is_of_no_use_until_then() {
    let later = |rules: &mut Rules| rules.mitid.certificates_begin_after = Span::from_hours(3);
    let restart = "+4h client.restart client = \"fagsystem\"";
    let happenings = [RENEW, SAVE_ROLLING, &production("+30m"), &deploy("+2h"), restart];
    check(later, &happenings, &["a +2h..+4h step 1: certificate-not-valid"]);
    check(
        later,
        &[RENEW, SAVE_ROLLING, &production("+30m"), &deploy("+3h10m")],
        &["a +2h..+3h10m step 1: certificate-expired"],
    );
}

#[test]
fn a_revocation_may_trigger_the_rolling_swap() {
    let revoke = "+1h mitid.revoke certificate = \"old\"";
    let triggered = |rules: &mut Rules| {
        rules.sts.swap.rolling_on_revocation = true;
        rules.sts.revocation_lag = Span::from_minutes(10);
    };
    let happenings = [RENEW, SAVE_ROLLING, &production("+30m"), revoke, &deploy("+1h10m")];
    check(triggered, &happenings, &[]);
}

#[test]
fn a_renewal_passes_unregistered_where_the_subject_is_looked_at() {
    let by_subject = |rules: &mut Rules| rules.sts.lookup = Lookup::Subject;
    check(by_subject, &[RENEW, &deploy("+1h")], &[]);
    check(|_| (), &[RENEW, &deploy("+1h")], &["a +1h..open step 1: certificate-not-registered"]);
}

#[test]
fn a_key_store_is_refused_and_nothing_is_saved() {
    let upload = format!("{SAVE_ROLLING}, file = \"p12\"");
    let happenings = [RENEW, &upload, &production("+30m"), &deploy("+2h")];
    check(|_| (), &happenings, &["a +2h..open step 1: certificate-not-registered"]);
}

/// Clients and SMDB are set alike, so what the profile of a call is makes no outage.
#[test]
fn libertys_binding_changes_nothing_of_a_swap() {
    let liberty = |rules: &mut Rules| rules.smdb.binding = Binding::Lbsb;
    let happenings = [RENEW, SAVE_ACTIVE, &production("+30m"), &deploy("+1h")];
    let expected = ["a +30m..+1h step 1: certificate-replaced"];
    check(liberty, &happenings, &expected);
    check(|_| (), &happenings, &expected);
}

#[test]
fn a_new_signer_of_the_sts_is_trusted_when_it_is_pinned() {
    let roll_over = "+1h nemlogin.roll-over environment = \"production\"";
    let trust = |at: &str| format!("{at} smdb.trust-signer environment = \"production\"");
    let pin = |at: &str| format!("{at} client.pin-signer client = \"fagsystem\"");
    let at = |trusted: &str, pinned: &str, expected: &[&str]| {
        // The end of the old certificate is not what this is about.
        let happenings = [
            RENEW,
            SAVE_ROLLING,
            &production("+30m"),
            &deploy("+2h"),
            roll_over,
            &trust(trusted),
            &pin(pinned),
        ];
        check(|_| (), &happenings, expected);
    };
    at("+1h", "+1h", &[]);
    at("+1h20m", "+1h", &["a +1h..+1h20m step 3: unknown-issuer"]);
    at("+1h", "+1h20m", &["a +1h..+1h20m step 1: sts-answer-unusable"]);
    // What the old one signed stays good: who trusts the new one in time breaks nothing.
    at("+50m", "+1h", &[]);
}

/// Nothing is sent to a server of whom the client does not know who vouches for it; whoever has the store
/// of its system knows both authorities.
#[test]
fn a_server_with_another_chain_is_called_when_its_authority_is_trusted() {
    let outages = |truststore: &str, party: &str, trusted: Option<&str>| {
        let change = format!("+1h {party}.change-chain environment = \"production\"");
        // The end of the old certificate is not what this is about.
        let mut happenings = vec![
            RENEW.to_owned(),
            SAVE_ROLLING.to_owned(),
            production("+30m"),
            deploy("+2h"),
            change,
        ];
        let trust = |at| format!("{at} client.trust-chain client = \"fagsystem\"");
        happenings.extend(trusted.map(trust));
        let client = format!("truststore = \"{truststore}\"");
        let head = Head { client: &client, interval: Some("30m"), ..HEAD };
        outages(&head.with(&happenings))
    };
    for (party, step) in [("nemlogin", 1), ("smdb", 3)] {
        let expected = format!("a +1h..+1h20m step {step}: server-chain-not-trusted");
        assert_eq!(outages("pinned", party, Some("+1h20m")), [expected]);
        assert!(outages("pinned", party, Some("+1h")).is_empty());
        assert!(outages("pinned", party, Some("+20m")).is_empty());
        assert!(outages("system", party, None).is_empty());
        let open = format!("a +1h..open step {step}: server-chain-not-trusted");
        assert_eq!(outages("pinned", party, None), [open]);
    }
}

/// A chain may change where nobody calls, as an STS may roll over there, and an authority may be taken in that
/// is there already, as a certificate may be installed twice: neither is a mistake, and neither costs anything.
#[test]
fn a_chain_that_concerns_nobody_and_an_authority_that_is_known_cost_nothing() {
    let head =
        Head { client: "truststore = \"pinned\"", expires: "+20d", interval: Some("30m"), ..HEAD };
    let elsewhere = "+1h smdb.change-chain environment = \"integration-test\"";
    let change = "+2h smdb.change-chain environment = \"production\"";
    let trust = |at| format!("{at} client.trust-chain client = \"fagsystem\"");
    assert!(outages(&head.with(&[elsewhere])).is_empty());
    let twice = [elsewhere, change, &trust("+1h"), &trust("+1h30m"), &trust("+3h")];
    assert!(outages(&head.with(&twice)).is_empty());
    let late = [elsewhere, change, &trust("+3h"), &trust("+3h"), &trust("+4h")];
    let expected = ["a +2h..+3h step 3: server-chain-not-trusted"];
    assert_eq!(outages(&head.with(&late)), expected);
}
