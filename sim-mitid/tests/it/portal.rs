//! Issued in the portal: the file, its password, and the key that the core is given.

use parties::Core;
use pki::{KeySize, pkcs12};
use sim_mitid::{
    Answer, Lesson, Need, Rejection, Request,
    order::{Identification, Method, Proof},
    request::Encoding,
};
use stage::start;

use crate::world::{STAGE, TEST, World, after, new_profile};

#[test]
fn the_portal_hands_out_a_file_that_its_password_opens() {
    for encoding in [Encoding::Portal, Encoding::OldWindows] {
        let mut world = World::new();
        let reference = world.order_by_login(new_profile(TEST), start());
        world.mitid.learn(Lesson::KeyPair(STAGE.key(0)));
        let proof = Proof::Login;
        let request = Request::Download { reference, proof, terms: true, encoding };
        let download = match world.ask(&request, start()) {
            Ok(Answer::Downloaded(download)) => download,
            other => panic!("{other:?}"),
        };
        let opened = pkcs12::open(&download.file, download.password.reveal()).unwrap();
        assert_eq!(opened.key.public(), STAGE.key(0).public());
        let authority = STAGE.authority(TEST);
        let above = [authority.issuing().clone(), authority.root().clone()];
        let expected: Vec<_> = [download.certificate.clone()].into_iter().chain(above).collect();
        assert_eq!(opened.certificates, expected);
        assert!(pkcs12::open(&download.file, "another").is_err());
        // Only the portal's own shape shows the certificate to one who has no password.
        let shown = download.file.windows(7).any(|it| it == b"UI:DK-O");
        assert_eq!(shown, encoding == Encoding::Portal);
    }
}

/// Drawing a key takes its time: it is asked for when nothing else speaks against the request.
#[test]
fn a_key_pair_is_needed_only_where_everything_else_is_in_order() {
    let mut world = World::new();
    let reference = world.order_by_login(new_profile(TEST), start());
    let download = |terms, proof| Request::Download {
        reference: reference.clone(),
        proof,
        terms,
        encoding: Encoding::Portal,
    };
    let needed = vec![Need::KeyPair { size: KeySize::Rsa3072 }];
    let good = download(true, Proof::Login);
    assert_eq!(world.mitid.needs(&good, start()), needed);
    let wrong = Proof::OneTimeCode("wrong".to_owned().into());
    for bad in [download(false, Proof::Login), download(true, wrong)] {
        assert_eq!(world.mitid.needs(&bad, start()), []);
    }
    assert_eq!(world.mitid.needs(&good, after("30d")), []);
    assert_eq!(world.mitid.needs(&Request::RevocationList(TEST), start()), []);
    world.mitid.learn(Lesson::KeyPair(STAGE.key(0)));
    assert_eq!(world.mitid.needs(&good, start()), []);
}

#[test]
fn a_key_is_certified_once() {
    let mut world = World::new();
    let [one, other] = [0, 1].map(|_| world.order_by_login(new_profile(TEST), start()));
    let first = world.download(&one, Proof::Login, 0, start()).unwrap();
    // The first key has gone: another is asked for.
    let second = world.download(&other, Proof::Login, 1, start()).unwrap();
    assert_eq!(first.certificate.public_key(), STAGE.key(0).public());
    assert_eq!(second.certificate.public_key(), STAGE.key(1).public());
    assert_ne!(first.password, second.password);
}

/// A key that nobody asked for in this size would make a certificate that OCES3 does not know.
#[test]
fn a_key_that_is_too_short_is_not_taken() {
    let mut world = World::new();
    let reference = world.order_by_login(new_profile(TEST), start());
    world.mitid.learn(Lesson::KeyPair(STAGE.short_key()));
    let (proof, encoding) = (Proof::Login, Encoding::Portal);
    let request = Request::Download { reference, proof, terms: true, encoding };
    assert_eq!(world.ask(&request, start()).unwrap_err(), Rejection::KeyPairMissing);
}

#[test]
fn a_renewal_in_the_portal_keeps_subject_and_uuid() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let now = after("1000d");
    let how = (Identification::OneTimeCode, Method::Browser);
    let (reference, code) = world.order_renewal(*old.serial(), how, now).unwrap();
    let proof = Proof::OneTimeCode(code.unwrap());
    let new = world.download(&reference, proof, 1, now).unwrap().certificate;
    assert_eq!(new.subject().der(), old.subject().der());
    assert_ne!(new.serial(), old.serial());
    assert_ne!(new.public_key(), old.public_key());
    assert_eq!(new.not_before(), now);
}

/// The order of a renewal waits; the certificate does not.
#[test]
fn a_renewal_that_was_ordered_too_late_is_refused_at_the_issue() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let how = (Identification::Login, Method::Browser);
    let (reference, _) = world.order_renewal(*old.serial(), how, after("1094d")).unwrap();
    let refused = world.download(&reference, Proof::Login, 1, after("1095d")).unwrap_err();
    assert_eq!(refused.name(), "certificate-expired");
    world.revoke(*old.serial(), after("1094d")).unwrap();
    let refused = world.download(&reference, Proof::Login, 1, after("1094d")).unwrap_err();
    assert_eq!(refused.name(), "certificate-revoked");
}
