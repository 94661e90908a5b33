//! What the revocation lists hold.

use pki::RevocationReason;
use stage::start;

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
fn the_number_of_a_list_grows_with_what_is_on_it() {
    let mut world = World::new();
    let certificates = [0, 1].map(|key| world.issue(key, start()));
    let mut last = world.revocation_list(TEST, start()).number();
    for certificate in certificates {
        world.revoke(*certificate.serial(), start()).unwrap();
        let number = world.revocation_list(TEST, start()).number();
        assert!(number > last);
        assert_eq!(world.revocation_list(TEST, after("1h")).number(), number);
        last = number;
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
