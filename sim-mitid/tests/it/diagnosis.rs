//! The truth beside the answer: everything that speaks against a request, the decisive first.

use parties::Diagnose;
use proptest::{prelude::*, test_runner::RngSeed};
use sim_mitid::{
    Request,
    order::{Identification, Method, Proof},
    profile::NewProfile,
    request::Encoding,
};
use stage::start;

use crate::{
    history::{History, acts},
    world::{EMAIL, STAGE, TEST, World, after, contact, new_profile, signing_request},
};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        rng_seed: RngSeed::Fixed(33),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// What is decisive is what is answered, and there is nothing to say where it is granted.
    #[test]
    fn the_decisive_finding_is_the_answer(acts in acts()) {
        let history = History::of(&acts);
        for (request, now, before, refused) in &history.asked {
            let diagnosis = before.diagnose(request, *now);
            let decisive = diagnosis.decisive().map(|finding| finding.cause.as_str());
            prop_assert_eq!(decisive, *refused, "{:?}", request);
            prop_assert_eq!(diagnosis.findings().is_empty(), refused.is_none());
        }
    }
}

fn causes(world: &World, request: &Request, now: clock::Timestamp) -> Vec<String> {
    let diagnosis = world.mitid.diagnose(request, now);
    diagnosis.findings().iter().map(|finding| finding.cause.clone()).collect()
}

#[test]
fn all_that_is_wrong_with_a_profile_is_told_at_once() {
    let mut world = World::new();
    world.terminate(start()).unwrap();
    let new = NewProfile {
        certificate_name: String::new(),
        email: Some("å@a.invalid".to_owned()),
        contact: Some(contact("K", "nowhere")),
        ..new_profile(TEST)
    };
    let expected = ["agreement-ended", "name-unusable", "email-not-ascii", "email-unusable"];
    assert_eq!(causes(&world, &Request::CreateProfile(new), after("14d")), expected);
}

#[test]
fn all_that_is_wrong_with_an_issue_is_told_at_once() {
    let mut world = World::new();
    let new = NewProfile { email: Some(EMAIL.to_owned()), ..new_profile(TEST) };
    let profile = world.profile(new, start()).unwrap();
    let how = (Identification::OneTimeCode, Method::Browser);
    let (reference, code) = world.order_under(profile, how, start()).unwrap();
    let issue = |code| Request::Issue {
        reference: reference.clone(),
        code,
        request: Ok(signing_request(&STAGE.short_key())),
    };
    let right = issue(code.unwrap());
    let expected = ["order-expired", "method-differs", "email-not-validated", "key-too-short"];
    assert_eq!(causes(&world, &right, after("30d")), expected);
    // Who has not the code is told nothing of the order.
    let wrong = issue("wrong".to_owned().into());
    assert_eq!(causes(&world, &wrong, after("30d")), ["wrong-code", "key-too-short"]);
    let proof = Proof::OneTimeCode("wrong".to_owned().into());
    let encoding = Encoding::Portal;
    let download = Request::Download { reference, proof, terms: false, encoding };
    let expected = ["wrong-code", "terms-not-accepted", "key-pair-missing"];
    assert_eq!(causes(&world, &download, start()), expected);
}

#[test]
fn all_that_is_wrong_with_a_renewal_is_told_at_once() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let request = Ok(signing_request(&STAGE.key(0)));
    let renew = Request::Renew { environment: TEST, serial: *old.serial(), request };
    let expected = ["certificate-expired", "subject-differs", "key-reused"];
    assert_eq!(causes(&world, &renew, after("1095d")), expected);
}
