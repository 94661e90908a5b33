//! Every reason to refuse.

use entropy::Entropy;
use parties::Core;
use pki::{RevocationReason, Serial};
use sim_mitid::{Mitid, Rejection, Request, order::NewOrder};
use stage::start;

use crate::world::{PRODUCTION, STAGE, TEST, World, after, order, signing_request};

/// A certificate in use, and MitID Erhverv that issued it.
fn issued() -> (World, Serial) {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    (world, *certificate.serial())
}

type Provoke = fn() -> Rejection;

/// By the rejection's name, something that provokes it.
const PROVOKED: [(&str, Provoke); 10] = [
    ("no-authority", || {
        let mut world = World::new();
        world.mitid = Mitid::new([STAGE.authority(TEST).clone()]);
        let order: NewOrder = order(PRODUCTION);
        world.ask(&Request::Order(order), start()).unwrap_err()
    }),
    ("wrong-code", || {
        let mut world = World::new();
        let [(reference, _), (_, code)] = [0, 1].map(|_| world.order(TEST, start()));
        world.fetch((reference, code), &STAGE.key(0), start()).unwrap_err()
    }),
    ("code-used", || {
        let mut world = World::new();
        let order = world.order(TEST, start());
        world.fetch(order.clone(), &STAGE.key(0), start()).unwrap();
        world.fetch(order, &STAGE.key(1), start()).unwrap_err()
    }),
    ("unknown-certificate", || {
        let (mut world, _) = issued();
        let other = Serial::from_magnitude(&[7]).unwrap();
        world.renew(other, &STAGE.key(1), start()).unwrap_err()
    }),
    ("certificate-expired", || {
        let (mut world, serial) = issued();
        world.renew(serial, &STAGE.key(1), after("1095d")).unwrap_err()
    }),
    ("certificate-revoked", || {
        let (mut world, serial) = issued();
        world.revoke(serial, start()).unwrap();
        world.renew(serial, &STAGE.key(1), start()).unwrap_err()
    }),
    ("already-revoked", || {
        let (mut world, serial) = issued();
        world.revoke(serial, start()).unwrap();
        world.revoke(serial, after("1h")).unwrap_err()
    }),
    ("key-too-short", || {
        let mut world = World::new();
        let order = world.order(TEST, start());
        world.fetch(order, &STAGE.short_key(), start()).unwrap_err()
    }),
    ("key-reused", || {
        let (mut world, serial) = issued();
        world.renew(serial, &STAGE.key(0), start()).unwrap_err()
    }),
    ("malformed-request", || {
        let mut world = World::new();
        let request = world.mitid.read(b"{}");
        world.ask(&request, start()).unwrap_err()
    }),
];

/// A rejection that is added must be provoked above too.
const fn position(rejection: &Rejection) -> usize {
    match rejection {
        Rejection::NoAuthority { .. } => 0,
        Rejection::WrongCode => 1,
        Rejection::CodeUsed => 2,
        Rejection::UnknownCertificate { .. } => 3,
        Rejection::CertificateExpired { .. } => 4,
        Rejection::CertificateRevoked { .. } => 5,
        Rejection::AlreadyRevoked { .. } => 6,
        Rejection::KeyTooShort { .. } => 7,
        Rejection::KeyReused => 8,
        Rejection::Malformed { .. } => 9,
    }
}

#[test]
fn each_rejection_is_provoked_from_outside() {
    for (number, (name, provoke)) in PROVOKED.iter().enumerate() {
        let rejection = provoke();
        assert_eq!((rejection.name(), position(&rejection)), (*name, number), "{rejection}");
    }
}

#[test]
fn a_refusal_leaves_nothing_behind() {
    let (mut world, serial) = issued();
    let facts = world.facts.len();
    let before = format!("{:?}", world.mitid);
    world.renew(serial, &STAGE.key(0), start()).unwrap_err();
    world.renew(serial, &STAGE.short_key(), start()).unwrap_err();
    world.renew(serial, &STAGE.key(1), after("1095d")).unwrap_err();
    assert_eq!(world.facts.len(), facts);
    assert_eq!(format!("{:?}", world.mitid), before);
}

/// Otherwise a thief of one code could try it on every order.
#[test]
fn neither_which_order_nor_which_code_is_wrong_is_said() {
    let mut world = World::new();
    let (reference, code) = world.order(TEST, start());
    let mut elsewhere = World { entropy: Entropy::seeded(2, "mitid", "test"), ..World::new() };
    let (other_reference, _) = elsewhere.order(TEST, start());
    let (_, other_code) = world.order(TEST, start());
    let unknown = world.fetch((other_reference, code), &STAGE.key(0), start()).unwrap_err();
    let wrong = world.fetch((reference, other_code), &STAGE.key(0), start()).unwrap_err();
    assert_eq!(unknown, wrong);
}

#[test]
fn a_wrong_code_does_not_use_up_the_right_one() {
    let mut world = World::new();
    let [(reference, code), (_, wrong)] = [0, 1].map(|_| world.order(TEST, start()));
    world.fetch((reference.clone(), wrong), &STAGE.key(0), start()).unwrap_err();
    // Nor does a key that is refused.
    let order = (reference, code);
    world.fetch(order.clone(), &STAGE.short_key(), start()).unwrap_err();
    assert!(world.fetch(order, &STAGE.key(0), start()).is_ok());
}

#[test]
fn a_serial_is_looked_for_in_its_own_hierarchy() {
    let (mut world, serial) = issued();
    let (environment, reason) = (PRODUCTION, RevocationReason::Superseded);
    let expected = Err(Rejection::UnknownCertificate { serial });
    let revoke = Request::Revoke { environment, serial, reason };
    assert_eq!(world.ask(&revoke, start()).map(|_| ()), expected);
    let request = signing_request(&STAGE.key(1));
    let renew = Request::Renew { environment, serial, request };
    assert_eq!(world.ask(&renew, start()).map(|_| ()), expected);
}
