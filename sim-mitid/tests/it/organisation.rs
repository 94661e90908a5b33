//! Organisations: connected, allowed to have certificates, and gone.

use pki::RevocationReason;
use sim_mitid::{
    Policy, Rejection,
    order::{Identification, Method},
};
use stage::{INSTANT, start};

use crate::world::{PRODUCTION, STAGE, TEST, World, after, cvr, new_profile};

#[test]
fn the_portals_of_the_two_environments_do_not_know_one_another() {
    let mut world = World::bare(Policy::default());
    world.connect(TEST, start()).unwrap();
    let refused = world.profile(new_profile(PRODUCTION), start()).unwrap_err();
    let expected = Rejection::UnknownOrganisation { environment: PRODUCTION, cvr: cvr() };
    assert_eq!(refused, expected);
    assert!(world.profile(new_profile(TEST), start()).is_ok());
}

#[test]
fn certificates_are_ordered_once_the_organisation_allows_them() {
    let mut world = World::bare(Policy::default());
    world.connect(TEST, start()).unwrap();
    let profile = world.profile(new_profile(TEST), start()).unwrap();
    let how = (Identification::Login, Method::Browser);
    for (allowed, granted) in [(None, false), (Some(true), true), (Some(false), false)] {
        if let Some(allowed) = allowed {
            world.allow(TEST, allowed, start()).unwrap();
        }
        let ordered = world.order_under(profile, how, start());
        assert_eq!(ordered.is_ok(), granted);
        if !granted {
            let expected = Rejection::CertificatesNotAllowed { cvr: cvr() };
            assert_eq!(ordered.unwrap_err(), expected);
        }
    }
}

#[test]
fn an_agreement_that_ends_revokes_every_certificate_of_the_organisation() {
    let mut world = World::new();
    let [one, other] = [0, 1].map(|key| world.issue(key, start()));
    let order = world.order(PRODUCTION, start());
    let elsewhere = world.fetch(order, &STAGE.key(2), start()).unwrap();
    world.terminate(after("1h")).unwrap();
    let ends = after("14d1h");
    // Until then everything goes on, also what is issued meanwhile.
    let last = world.issue(4, ends - INSTANT);
    assert_eq!(world.revocation_list(TEST, ends - INSTANT).entries().count(), 0);
    let list = world.revocation_list(TEST, ends);
    for certificate in [&one, &other, &last] {
        let revoked = list.revoked(certificate.serial()).unwrap();
        assert_eq!((revoked.at, revoked.reason), (ends, RevocationReason::CessationOfOperation));
    }
    assert_eq!(list.entries().count(), 3);
    assert_eq!(world.revocation_list(PRODUCTION, ends).revoked(elsewhere.serial()), None);
    assert_eq!(world.renew(&one, &STAGE.key(5), ends).unwrap_err().name(), "certificate-revoked");
    assert_eq!(world.revoke(*one.serial(), ends).unwrap_err().name(), "already-revoked");
}

#[test]
fn a_termination_can_be_withdrawn_until_it_takes_effect() {
    let ends = after("14d");
    for (at, withdrawn) in [(after("1d"), true), (ends - INSTANT, true), (ends, false)] {
        let mut world = World::new();
        let certificate = world.issue(0, start());
        world.terminate(start()).unwrap();
        assert_eq!(world.withdraw(at).is_ok(), withdrawn, "{at}");
        let list = world.revocation_list(TEST, after("20d"));
        assert_eq!(list.revoked(certificate.serial()).is_none(), withdrawn);
        // Once withdrawn, it can be terminated again, and counts from there.
        assert_eq!(world.terminate(at).is_ok(), withdrawn);
    }
}

/// A revocation of one's own before the end keeps its own time and reason.
#[test]
fn what_was_revoked_before_the_end_stays_as_it_was() {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    world.terminate(start()).unwrap();
    world.revoke(*certificate.serial(), after("3d")).unwrap();
    let list = world.revocation_list(TEST, after("15d"));
    let revoked = list.revoked(certificate.serial()).unwrap();
    assert_eq!((revoked.at, revoked.reason), (after("3d"), RevocationReason::KeyCompromise));
    assert_eq!(list.entries().count(), 1);
}

/// What is expired needs no revocation.
#[test]
fn a_certificate_that_expires_before_the_end_is_not_revoked() {
    for (terminated, revoked) in [("1080d", true), ("1081d", false), ("1082d", false)] {
        let mut world = World::new();
        let certificate = world.issue(0, start());
        world.terminate(after(terminated)).unwrap();
        let list = world.revocation_list(TEST, after("2000d"));
        assert_eq!(list.revoked(certificate.serial()).is_some(), revoked, "{terminated}");
    }
}

#[test]
fn an_end_is_a_whole_second_as_the_lists_are() {
    let mut world = World::new();
    world.issue(0, start());
    world.terminate(start() + clock::Span::from_millis(700)).unwrap();
    let decided: Vec<_> = world.mitid.revocations().collect();
    assert_eq!(decided, [(TEST, after("14d"))]);
    assert_eq!(world.revocation_list(TEST, after("14d")).entries().count(), 1);
}
