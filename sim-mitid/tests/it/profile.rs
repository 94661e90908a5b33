//! Certificate profiles: what their certificates have in common.

use parties::Excerpt;
use pki::{KeyUsage, SigningRequest};
use sim_mitid::{
    Answer, Rejection, Request,
    order::{Identification, Method, Proof},
    profile::{NewProfile, ProfileKind, SystemRight},
};
use stage::start;

use crate::world::{CONTACT, EMAIL, STAGE, TEST, World, after, contact, new_profile};

fn issued(new: &NewProfile) -> pki::Certificate {
    let mut world = World::new();
    let profile = world.profile(new.clone(), start()).unwrap();
    if let Some(email) = &new.email {
        world.validate(profile, email, start()).unwrap();
    }
    let how = (Identification::Login, Method::Browser);
    let (reference, _) = world.order_under(profile, how, start()).unwrap();
    world.download(&reference, Proof::Login, 0, start()).unwrap().certificate
}

#[test]
fn kind_and_seal_decide_the_key_usage() {
    let plain = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT);
    for (kind, seal, usage) in [
        (ProfileKind::System, true, plain),
        (ProfileKind::System, false, plain),
        (ProfileKind::Organisation, true, plain.and(KeyUsage::NON_REPUDIATION)),
        (ProfileKind::Organisation, false, plain),
    ] {
        let certificate = issued(&NewProfile { kind, seal, ..new_profile(TEST) });
        assert_eq!(certificate.key_usage(), Some(usage), "{kind:?} {seal}");
    }
}

#[test]
fn the_address_stands_in_the_certificate() {
    let with = NewProfile { email: Some(EMAIL.to_owned()), ..new_profile(TEST) };
    assert_eq!(issued(&with).emails(), [EMAIL]);
    assert!(issued(&new_profile(TEST)).emails().is_empty());
}

#[test]
fn names_and_addresses_are_read_when_a_profile_is_made() {
    let mut world = World::new();
    let named = |name: &str| NewProfile { certificate_name: name.to_owned(), ..new_profile(TEST) };
    let long = "x".repeat(64);
    for good in ["A", "Fagsystem Æ (drift)", &long] {
        assert!(world.profile(named(good), start()).is_ok(), "{good}");
    }
    let too_long = "x".repeat(65);
    for bad in ["", "  ", "a\nb", &too_long] {
        let what = "the certificate name";
        let refused = world.profile(named(bad), start()).unwrap_err();
        assert_eq!(refused, Rejection::NameUnusable { what });
    }
    let email = "søren@a.invalid".to_owned();
    let new = NewProfile { email: Some(email.clone()), ..new_profile(TEST) };
    assert_eq!(
        world.profile(new, start()),
        Err(Rejection::EmailNotAscii { email: Excerpt::of(&email) })
    );
    // Mail reaches such an address well enough; it cannot stand in a certificate.
    let new = NewProfile { contact: Some(contact("Søren", &email)), ..new_profile(TEST) };
    assert!(world.profile(new, start()).is_ok());
}

#[test]
fn several_certificates_share_the_data_of_their_profile() {
    let mut world = World::new();
    let rights = [SystemRight::IdentityManagement, SystemRight::CertificateHandling].into();
    let new = NewProfile { rights, published: true, ..new_profile(TEST) };
    let profile = world.profile(new.clone(), start()).unwrap();
    for key in [0, 1] {
        let how = (Identification::OneTimeCode, Method::Api);
        let (reference, code) = world.order_under(profile, how, start()).unwrap();
        world.fetch((reference, code.unwrap()), &STAGE.key(key), start()).unwrap();
    }
    let [view] = world.profiles(None, start()).try_into().unwrap();
    assert_eq!(view.certificates.len(), 2);
    assert_eq!(view.data.rights, new.rights);
    assert!(view.data.published && view.data.seal);
    assert_eq!(view.contact.unwrap().email.as_str(), CONTACT);
}

/// A renewal is not another certificate name: the profile's own data never change.
#[test]
fn a_contact_person_can_be_changed_and_nothing_else() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let profile = world.profiles(None, start())[0].profile;
    let contact = Some(contact("Nils Ny", "ny@a.invalid"));
    let change = Request::ChangeContact { profile, contact };
    assert!(matches!(world.ask(&change, after("1h")), Ok(Answer::Done)));
    let [view] = world.profiles(None, after("1h")).try_into().unwrap();
    assert_eq!(view.contact.unwrap().name, "Nils Ny");
    let request = Ok(SigningRequest::make(old.subject(), &STAGE.key(1)));
    let renew = Request::Renew { environment: TEST, serial: *old.serial(), request };
    let Ok(Answer::Issued(new)) = world.ask(&renew, after("2h")) else { panic!() };
    assert_eq!(new.subject(), old.subject());
}
