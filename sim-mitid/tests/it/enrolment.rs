//! Issued for a key of one's own, and renewed: what a certificate then is.

use clock::Span;
use parties::{Environment, Excerpt};
use pki::{LIFETIME, Path, SigningRequest};
use sim_mitid::{
    Policy, Rejection,
    order::{Identification, Method},
};
use stage::start;

use crate::world::{PRODUCTION, STAGE, TEST, World, after, new_profile};

#[test]
fn what_was_ordered_is_issued_to_whoever_has_the_code_and_a_key() {
    for environment in Environment::ALL {
        let mut world = World::new();
        let order = world.order(environment, start());
        let now = start() + Span::from_millis(1_999);
        let key = STAGE.key(0);
        let certificate = world.fetch(order, &key, now).unwrap();
        assert_eq!(certificate.public_key(), key.public());
        let subject = certificate.subject();
        // The profile's name, not that of the request.
        assert_eq!(subject.common_name(), Some("Fagsystem A (drift)"));
        assert_eq!(subject.organisation(), Some("Testorganisation nr. 90000001"));
        assert_eq!(subject.cvr().unwrap().as_str(), "90000001");
        assert!(subject.uuid().is_some());
        assert_eq!(certificate.not_before(), after("1s"));
        assert_eq!(certificate.not_after(), after("1s") + LIFETIME);
        let path = Path::build(&certificate, &STAGE.authority(environment).anchors()).unwrap();
        assert_eq!(path.judge(now, None), Ok(()));
    }
}

#[test]
fn a_hierarchy_issues_for_its_own_environment() {
    let mut world = World::new();
    let order = world.order(PRODUCTION, start());
    let certificate = world.fetch(order, &STAGE.key(0), start()).unwrap();
    assert!(Path::build(&certificate, &STAGE.authority(TEST).anchors()).is_err());
}

#[test]
fn a_renewal_keeps_the_subject_and_gives_a_new_key_and_a_full_life() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let now = after("1065d") + Span::from_millis(500);
    let new = world.renew(&old, &STAGE.key(1), now).unwrap();
    assert_eq!(new.subject().der(), old.subject().der());
    assert_eq!(new.subject().uuid(), old.subject().uuid());
    assert_ne!(new.public_key(), old.public_key());
    assert_ne!(new.serial(), old.serial());
    assert_ne!(new.thumbprint(), old.thumbprint());
    assert_eq!(new.not_before(), after("1065d"));
    assert_eq!(new.not_after(), after("1065d") + LIFETIME);
    // The old one lives on, unchanged, beside the new one.
    assert_eq!(old.not_after(), start() + LIFETIME);
    let list = world.revocation_list(TEST, now);
    assert_eq!(list.revoked(old.serial()), None);
    let path = Path::build(&old, &STAGE.authority(TEST).anchors()).unwrap();
    assert_eq!(path.judge(now, [&list]), Ok(()));
}

#[test]
fn a_renewal_can_be_renewed() {
    let mut world = World::new();
    let first = world.issue(0, start());
    let second = world.renew(&first, &STAGE.key(1), after("1000d")).unwrap();
    let third = world.renew(&second, &STAGE.key(2), after("2000d")).unwrap();
    assert_eq!(third.subject(), first.subject());
    // By then the first cannot.
    assert!(world.renew(&first, &STAGE.key(4), after("2000d")).is_err());
}

/// There is no least age: real renewals were seen 204 days before the end, and here none is too
/// early.
#[test]
fn a_certificate_can_be_renewed_the_moment_it_is_issued() {
    let mut world = World::new();
    let old = world.issue(0, start());
    assert!(world.renew(&old, &STAGE.key(1), start()).is_ok());
}

#[test]
fn a_certificate_ordered_anew_under_the_same_profile_has_another_uuid() {
    let mut world = World::new();
    let profile = world.profile(new_profile(TEST), start()).unwrap();
    let [one, other] = [0, 1].map(|key| {
        let how = (Identification::OneTimeCode, Method::Api);
        let (reference, code) = world.order_under(profile, how, start()).unwrap();
        world.fetch((reference, code.unwrap()), &STAGE.key(key), start()).unwrap()
    });
    assert_eq!(one.subject().common_name(), other.subject().common_name());
    assert_eq!(one.subject().cvr(), other.subject().cvr());
    assert_ne!(one.subject().uuid(), other.subject().uuid());
}

#[test]
fn a_request_to_renew_names_the_subject_of_the_certificate() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let stranger = world.issue(1, start());
    // Another holder of the same name is another subject: the UUID stands in it.
    let request = Ok(SigningRequest::make(stranger.subject(), &STAGE.key(2)));
    let serial = *old.serial();
    let renew = sim_mitid::Request::Renew { environment: TEST, serial, request };
    let refused = world.ask(&renew, start()).unwrap_err();
    let [expected, got] = [&old, &stranger].map(|it| Excerpt::of_name(it.subject().rfc4514()));
    assert_eq!(refused, Rejection::SubjectDiffers { expected: expected.clone(), got });
    // However long a name is, a refusal of it is not.
    let long = pki::Name::with_common_name(&"x".repeat(10_000));
    let request = Ok(SigningRequest::make(&long, &STAGE.key(2)));
    let renew = sim_mitid::Request::Renew { environment: TEST, serial, request };
    let refused = world.ask(&renew, start()).unwrap_err();
    assert!(refused.to_string().len() < 800, "{refused}");
}

#[test]
fn a_renewal_may_keep_the_key_where_the_policy_says_so() {
    for accept_key_reuse in [false, true] {
        let mut world = World::with(Policy { accept_key_reuse, ..Policy::default() });
        let old = world.issue(0, start());
        let renewed = world.renew(&old, &STAGE.key(0), start());
        if accept_key_reuse {
            assert_eq!(renewed.unwrap().public_key(), old.public_key());
        } else {
            assert_eq!(renewed.unwrap_err(), Rejection::KeyReused);
        }
    }
}
