//! The live world shows what the virtual one does, within one interval between two looks.

use std::fs;

use clock::Span;
use harness::{
    downtime::{NodeDowntime, measure},
    journal::{Journal, What},
    keep::Keeper,
    run::run,
    scenario::Scenario,
    world::{
        Message,
        in_process::{Countries, InProcess, keys_needed},
        live::Live,
    },
};
use oio_idws::{Binding, fault::FaultShape};
use parties::{ClientProfile, Party};
use pki::KeyPool;

const INTERVAL: Span = Span::from_minutes(5);

pub(crate) fn story(name: &str) -> Scenario {
    let file = format!("{}/../scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    Scenario::parse(&fs::read_to_string(file).unwrap()).unwrap()
}

fn check(name: &str) {
    check_scenario(name, &story(name));
}

/// The keys that a scenario needs.
fn pool(scenario: &Scenario) -> KeyPool {
    let pool = KeyPool::open(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys")).unwrap();
    pool.ensure(&keys_needed(scenario), &mut |_, _| ()).unwrap();
    pool
}

/// What a scenario is like in the virtual world and in the live one.
fn both(scenario: &Scenario) -> [Journal; 2] {
    let pool = pool(scenario);
    let key = |size, index| Some(pool.key(size, index));
    let exact = run(scenario, &mut InProcess::new(scenario, key).unwrap());
    [exact, run(scenario, &mut Live::new(scenario, INTERVAL, key).unwrap())]
}

fn check_scenario(name: &str, scenario: &Scenario) {
    let [exact, live] = both(scenario).map(|journal| measure(&journal));
    let nodes = |all: &[NodeDowntime]| -> Vec<_> {
        all.iter().map(|it| (it.client.clone(), it.node.clone())).collect()
    };
    assert_eq!(nodes(&exact), nodes(&live), "{name}");
    assert!(exact.iter().any(|node| !node.outages.is_empty()), "{name} shows no outage");
    for (exact, live) in exact.iter().zip(&live) {
        assert_eq!(exact.calls, live.calls, "{name}");
        assert_eq!(exact.outages.len(), live.outages.len(), "{name}: {live:#?}");
        for (exact, live) in exact.outages.iter().zip(&live.outages) {
            let edges = (exact.from, exact.until);
            assert!(live.is_seen_of(edges, INTERVAL), "{name}: {exact:?} {live:?}");
            assert!(exact.failure.is_same_trouble(&live.failure), "{name}: {live:?}");
            assert!(live.failure.diagnosis.is_some(), "{name}: nobody says why");
        }
    }
}

/// Also where every call is in SOAP 1.1 with Liberty's header.
#[test]
fn a_swap_costs_the_same_in_libertys_binding_both_ways() {
    let name = "replace/client-first";
    let mut scenario = story(name);
    scenario.rules.smdb.binding = Binding::Lbsb;
    check_scenario(name, &scenario);
}

/// How many envelopes each refusal of an STS has, one within the other, in the virtual world; the live one is
/// set up by the same.
fn envelopes(scenario: &Scenario) -> Vec<usize> {
    let pool = pool(scenario);
    let key = |size, index| Some(pool.key(size, index));
    let (link, countries) = (Keeper::default(), Countries::default());
    let mut world = InProcess::with_link(scenario, link, &countries, key).unwrap();
    let _ = run(scenario, &mut world);
    let kept = world.link_mut().take();
    let answers = kept.iter().filter(|it| it.name == "2-sts-to-wsc");
    let texts = answers.map(|it| String::from_utf8_lossy(&it.bytes).into_owned());
    let refusals = texts.filter(|it| it.contains("<faultcode"));
    refusals.map(|it| it.matches("Envelope>").count()).collect()
}

/// What the STS says no with is laid out in another way, and no call comes of it: the shape costs nothing. One
/// story of a refusal is enough, since the one place that knows the shape is the STS's own writer.
#[test]
fn a_refusal_laid_out_by_the_standard_costs_the_same_both_ways() {
    let name = "replace/client-first";
    let mut scenario = story(name);
    let (usual, within) = (measure(&both(&scenario)[0]), envelopes(&scenario));
    scenario.rules.sts.fault_shape = FaultShape::Conformant;
    check_scenario(name, &scenario);
    let (conformant, bare) = (measure(&both(&scenario)[0]), envelopes(&scenario));
    assert_eq!(format!("{usual:?}"), format!("{conformant:?}"));
    assert!(!bare.is_empty() && within.len() == bare.len(), "{within:?} {bare:?}");
    assert!(within.iter().all(|it| *it == 2) && bare.iter().all(|it| *it == 1), "{within:?}");
}

/// What goes between clients and services, call by call.
fn messages(journal: &Journal) -> Vec<&Message> {
    let all = journal.observations().iter().filter_map(|it| match &it.what {
        What::Message(message) => Some(message),
        _ => None,
    });
    all.filter(|it| [it.from, it.to].contains(&Party::Client)).collect()
}

/// Also of what was refused for its holder: the one whose key was proved is not whom the token is bound to.
#[test]
fn both_worlds_say_the_same_of_each_message_but_for_its_times() {
    for name in [
        "rest/new-certificate-old-access-token",
        "rest/access-token-kept-for-too-long",
        "tokens/new-key-old-token",
    ] {
        let both = both(&story(name));
        let [exact, live] = both.each_ref().map(messages);
        assert_eq!(exact.len(), live.len(), "{name}");
        for (exact, live) in exact.iter().zip(&live) {
            assert_eq!((&exact.name, exact.from, exact.to), (&live.name, live.from, live.to));
            assert!(exact.content.is_like(&live.content), "{name}: {exact:?} {live:?}");
        }
    }
}

/// The servers really show another chain, and clients really have these truststores, by SOAP and by REST.
#[test]
fn a_chain_that_changes_costs_the_same_both_ways() {
    check("chain/truststore-not-updated");
    let name = "chain/one-node-forgotten";
    for profile in [ClientProfile::RestartOnSwap, ClientProfile::JavaRestFixedCache] {
        let mut scenario = story(name);
        scenario.clients.values_mut().for_each(|client| client.profile = profile);
        check_scenario(name, &scenario);
    }
}

#[test]
fn a_new_certificate_with_an_old_access_token_both_ways() {
    check("rest/new-certificate-old-access-token");
}

#[test]
fn an_access_token_that_is_kept_for_too_long_both_ways() {
    check("rest/access-token-kept-for-too-long");
}

macro_rules! both_ways {
    ($($test:ident: $story:literal,)*) => {$(
        #[test]
        fn $test() {
            check($story);
        }
    )*};
}

both_ways! {
    a_client_that_swaps_first_is_down_both_ways: "replace/client-first",
    a_new_signer_that_nobody_was_told_of_both_ways: "signer/client-not-told",
    a_new_key_with_an_old_token_both_ways: "tokens/new-key-old-token",
    what_is_ordered_and_uploaded_as_a_key_store_both_ways: "registration/key-store-uploaded",
    a_certificate_that_nobody_renewed_ends_both_ways: "rolling-swap/expiry-without-a-swap",
    what_is_saved_and_not_provisioned_does_not_help_both_ways: "registration/saved-not-provisioned",
    the_wrong_environment_does_not_help_both_ways:
        "registration/provisioned-in-the-wrong-environment",
    a_late_rolling_swap_costs_the_same_both_ways: "rolling-swap/client-swaps-late",
    what_is_revoked_too_early_is_refused_both_ways: "revocation/revoked-before-expiry",
}
