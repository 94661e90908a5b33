//! What the revocation lists hold.

use pki::RevocationReason;
use sim_mitid::{Rejection, Request, register::REASONS};
use stage::{INSTANT, start};

use crate::world::{PRODUCTION, STAGE, TEST, World, after};

#[test]
fn a_list_holds_what_was_revoked_and_since_when() {
    let mut world = World::new();
    let [revoked, kept] = [0, 1].map(|key| world.issue(key, start()));
    world.revoke(*revoked.serial(), after("1h")).unwrap();
    let list = world.revocation_list(TEST, after("2h"));
    let entry = list.revoked(revoked.serial()).unwrap();
    assert_eq!((entry.at, entry.reason), (after("1h"), RevocationReason::KeyCompromise));
    assert_eq!(list.revoked(kept.serial()), None);
    assert_eq!(list.entries().count(), 1);
    assert_eq!(list.this_update(), after("2h"));
    assert_eq!(list.next_update(), after("26h"));
    assert_eq!(list.verify(STAGE.authority(TEST).issuing()), Ok(()));
}

#[test]
fn a_later_list_has_a_greater_number() {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    let mut last = world.revocation_list(TEST, start()).number();
    for later in ["1s", "1h", "14d"] {
        let number = world.revocation_list(TEST, after(later)).number();
        assert!(number > last);
        last = number;
    }
    world.revoke(*certificate.serial(), after("20d")).unwrap();
    assert!(world.revocation_list(TEST, after("20d")).number() > last);
}

#[test]
fn the_end_of_an_agreement_comes_onto_the_list_by_itself() {
    let mut world = World::new();
    let _two = [2, 4].map(|key| world.issue(key, start()));
    world.terminate(start()).unwrap();
    let mut on_the_list = |at| world.revocation_list(TEST, at).entries().count();
    assert_eq!(on_the_list(after("14d") - INSTANT), 0);
    assert_eq!(on_the_list(after("14d")), 2);
}

#[test]
fn no_revocation_is_on_a_list_before_it_takes_effect() {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    world.terminate(start()).unwrap();
    // It is known when, nevertheless: whoever looks ahead must stop there.
    assert_eq!(world.mitid.revocations().collect::<Vec<_>>(), [(TEST, after("14d"))]);
    for (now, listed) in [("13d23h59m59s", false), ("14d", true), ("14d1s", true)] {
        let list = world.revocation_list(TEST, after(now));
        assert_eq!(list.revoked(certificate.serial()).is_some(), listed, "{now}");
        assert!(list.entries().all(|it| it.at <= list.this_update()));
    }
}

#[test]
fn each_hierarchy_has_a_list_of_its_own() {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    world.revoke(*certificate.serial(), start()).unwrap();
    let list = world.revocation_list(PRODUCTION, start());
    assert_eq!(list.entries().count(), 0);
    assert_eq!(list.verify(STAGE.authority(PRODUCTION).issuing()), Ok(()));
    assert!(list.verify(STAGE.authority(TEST).issuing()).is_err());
}

#[test]
fn a_reason_is_one_that_the_portal_offers() {
    for reason in RevocationReason::ALL {
        let mut world = World::new();
        let serial = *world.issue(0, start()).serial();
        let revoke = Request::Revoke { environment: TEST, serial, reason };
        let revoked = world.ask(&revoke, start()).map(|_| ());
        if REASONS.contains(&reason) {
            assert_eq!(revoked, Ok(()));
            let list = world.revocation_list(TEST, start());
            assert_eq!(list.revoked(&serial).unwrap().reason, reason);
        } else {
            assert_eq!(revoked, Err(Rejection::ReasonNotOffered { reason }));
        }
    }
}

#[test]
fn a_serial_is_looked_for_in_its_own_hierarchy() {
    let mut world = World::new();
    let serial = *world.issue(0, start()).serial();
    let environment = PRODUCTION;
    let expected = Err(Rejection::UnknownCertificate { environment, serial });
    let reason = RevocationReason::Superseded;
    let revoke = Request::Revoke { environment, serial, reason };
    assert_eq!(world.ask(&revoke, start()).map(|_| ()), expected);
    let request = Ok(crate::world::signing_request(&STAGE.key(1)));
    let renew = Request::Renew { environment, serial, request };
    assert_eq!(world.ask(&renew, start()).map(|_| ()), expected);
}
