//! Ordered, fetched and renewed: what a certificate then is.

use clock::Span;
use parties::{Core, Environment};
use pki::{LIFETIME, Path};
use stage::{INSTANT, start};

use crate::world::{PRODUCTION, STAGE, TEST, World, after};

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
        // The order's name, not that of the request.
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
    let new = world.renew(*old.serial(), &STAGE.key(1), now).unwrap();
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
    let second = world.renew(*first.serial(), &STAGE.key(1), after("1000d")).unwrap();
    let third = world.renew(*second.serial(), &STAGE.key(2), after("2000d")).unwrap();
    assert_eq!(third.subject(), first.subject());
    // By then the first cannot.
    assert!(world.renew(*first.serial(), &STAGE.key(4), after("2000d")).is_err());
}

#[test]
fn a_certificate_can_be_renewed_until_it_expires() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let expiry = old.first_refused();
    for (now, renewed) in [(expiry - INSTANT, true), (expiry, false), (expiry + INSTANT, false)] {
        let mut world = world.clone();
        assert_eq!(world.renew(*old.serial(), &STAGE.key(1), now).is_ok(), renewed, "{now}");
    }
    assert_eq!(world.mitid.next_change(start()), Some(expiry));
    assert_eq!(world.mitid.next_change(expiry), None);
}

#[test]
fn an_order_made_anew_is_another_holder() {
    let mut world = World::new();
    let [one, other] = [0, 1].map(|key| world.issue(key, start()));
    assert_eq!(one.subject().common_name(), other.subject().common_name());
    assert_ne!(one.subject().uuid(), other.subject().uuid());
}
