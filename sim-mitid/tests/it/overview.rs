//! What the administrator sees, and what everybody may.

use parties::Core;
use sim_mitid::{
    Answer, Request,
    order::{Identification, Method, Proof},
    overview::{CertificateStatus, OrderStatus},
    profile::NewProfile,
};
use stage::start;

use crate::world::{CONTACT, EMAIL, STAGE, TEST, World, after, new_profile};

#[test]
fn an_order_goes_from_validation_to_issue() {
    let mut world = World::new();
    let new = NewProfile { email: Some(EMAIL.to_owned()), ..new_profile(TEST) };
    let profile = world.profile(new, start()).unwrap();
    let how = (Identification::Login, Method::Browser);
    let (reference, _) = world.order_under(profile, how, start()).unwrap();
    let status = |world: &mut World, now| world.profiles(None, now)[0].orders[0].status;
    assert_eq!(status(&mut world, start()), OrderStatus::AwaitsValidation);
    assert_eq!(status(&mut world, after("30d")), OrderStatus::Expired);
    world.validate(profile, EMAIL, start()).unwrap();
    assert_eq!(status(&mut world, start()), OrderStatus::UnderIssue);
    let mut other = world.clone();
    other.ask(&Request::Cancel { reference: reference.clone() }, start()).unwrap();
    assert_eq!(status(&mut other, after("30d")), OrderStatus::Cancelled);
    world.download(&reference, Proof::Login, 0, start()).unwrap();
    assert_eq!(status(&mut world, after("30d")), OrderStatus::Issued);
}

#[test]
fn a_guessed_order_is_locked() {
    let mut world = World::new();
    let (reference, _) = world.order(TEST, start());
    for _ in 0..5 {
        let wrong = "wrong".to_owned().into();
        world.fetch((reference.clone(), wrong), &STAGE.key(0), start()).unwrap_err();
    }
    assert_eq!(world.profiles(None, start())[0].orders[0].status, OrderStatus::Locked);
}

#[test]
fn a_certificate_is_active_revoked_or_expired() {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    let status = |world: &mut World, now| world.profiles(None, now)[0].certificates[0].status;
    assert_eq!(status(&mut world, start()), CertificateStatus::Active);
    assert_eq!(status(&mut world, after("1095d")), CertificateStatus::Expired);
    let renewed = after("10d");
    world.renew(&certificate, &STAGE.key(1), renewed).unwrap();
    let view = world.profiles(None, renewed).remove(0);
    let [old, new] = view.certificates.try_into().unwrap();
    assert_eq!((old.renewed, new.renewed), (Some(renewed), None));
    assert_eq!(old.uuid, new.uuid);
    world.revoke(*certificate.serial(), after("20d")).unwrap();
    let revoked = status(&mut world, after("20d"));
    assert!(matches!(revoked, CertificateStatus::Revoked { at, .. } if at == after("20d")));
}

#[test]
fn profiles_are_found_by_what_people_remember() {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    let other = NewProfile {
        certificate_name: "Noget andet".to_owned(),
        contact: None,
        email: Some("post@b.invalid".to_owned()),
        ..new_profile(TEST)
    };
    world.profile(other, start()).unwrap();
    let uuid = certificate.subject().uuid().unwrap().to_string();
    for (search, found) in [
        (None, vec!["Fagsystem A (drift)", "Noget andet"]),
        (Some("fagsystem"), vec!["Fagsystem A (drift)"]),
        (Some(CONTACT), vec!["Fagsystem A (drift)"]),
        (Some("KAREN"), vec!["Fagsystem A (drift)"]),
        (Some(&*uuid), vec!["Fagsystem A (drift)"]),
        (Some("post@b"), vec!["Noget andet"]),
        (Some("@"), vec!["Fagsystem A (drift)", "Noget andet"]),
        (Some("nothing of the kind"), vec![]),
    ] {
        let views = world.profiles(search, start()).into_iter();
        let names: Vec<_> = views.map(|it| it.data.certificate_name).collect();
        assert_eq!(names, found, "{search:?}");
    }
}

#[test]
fn the_directory_shows_what_was_put_in_and_is_good() {
    let mut world = World::new();
    let mut issue = |published, key| {
        let reference =
            world.order_by_login(NewProfile { published, ..new_profile(TEST) }, start());
        world.download(&reference, Proof::Login, key, start()).unwrap().certificate
    };
    let (public, revoked, _) = (issue(true, 0), issue(true, 1), issue(false, 2));
    world.revoke(*revoked.serial(), after("1h")).unwrap();
    let mut directory = |now| match world.ask(&Request::Directory(TEST), now) {
        Ok(Answer::Directory(certificates)) => certificates,
        other => panic!("{other:?}"),
    };
    assert_eq!(directory(start()).len(), 2);
    assert_eq!(directory(after("1h")), [public]);
    assert_eq!(directory(after("1095d")), []);
    assert_eq!(world.mitid.needs(&Request::Directory(TEST), start()), []);
}
