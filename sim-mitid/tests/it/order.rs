//! Orders: how one identifies oneself, how often one may guess, and until when.

use entropy::Entropy;
use parties::Excerpt;
use sim_mitid::{
    Policy, Rejection, Request,
    order::{Identification, Method, Proof},
    profile::NewProfile,
};
use stage::start;

use crate::world::{EMAIL, STAGE, TEST, World, after, new_profile};

/// Otherwise a thief of one code could try it on every order.
#[test]
fn neither_which_order_nor_which_code_is_wrong_is_said() {
    let mut world = World::new();
    let (reference, code) = world.order(TEST, start());
    let mut elsewhere = World { entropy: Entropy::seeded(2, "mitid", "test"), ..World::new() };
    let (other_reference, _) = elsewhere.order(TEST, start());
    let (_, other_code) = world.order(TEST, start());
    let by_login = world.order_by_login(new_profile(TEST), start());
    let mut fetch = |reference, code| world.fetch((reference, code), &STAGE.key(0), start());
    let unknown = fetch(other_reference, code.clone()).unwrap_err();
    let wrong = fetch(reference, other_code).unwrap_err();
    let without = fetch(by_login, code).unwrap_err();
    assert_eq!((&unknown, &wrong), (&wrong, &without));
    assert_eq!(unknown, Rejection::WrongCode);
}

#[test]
fn a_code_is_locked_after_five_wrong_ones() {
    let mut world = World::new();
    let (reference, code) = world.order(TEST, start());
    let (_, wrong) = world.order(TEST, start());
    for attempt in 1..=7 {
        let mut other = world.clone();
        let right = other.fetch((reference.clone(), code.clone()), &STAGE.key(0), start());
        assert_eq!(right.is_ok(), attempt <= 5, "{attempt}");
        if attempt > 5 {
            assert_eq!(right.unwrap_err(), Rejection::CodeLocked { attempts: 5 });
        }
        let facts = world.facts.len();
        let refused = world.fetch((reference.clone(), wrong.clone()), &STAGE.key(0), start());
        // A lock is not told to one who has not the code.
        assert_eq!(refused.unwrap_err(), Rejection::WrongCode);
        assert_eq!(world.facts.len(), facts + usize::from(attempt <= 5), "{attempt}");
    }
}

#[test]
fn a_lock_concerns_its_own_order() {
    let mut world = World::with(Policy { code_attempts: 1, ..Policy::default() });
    let (locked, _) = world.order(TEST, start());
    let (open, code) = world.order(TEST, start());
    world.fetch((locked, code.clone()), &STAGE.key(0), start()).unwrap_err();
    assert!(world.fetch((open, code), &STAGE.key(0), start()).is_ok());
}

#[test]
fn what_is_not_a_wrong_code_is_not_counted() {
    let mut world = World::with(Policy { code_attempts: 1, ..Policy::default() });
    let order = world.order(TEST, start());
    // A key that is refused.
    world.fetch(order.clone(), &STAGE.short_key(), start()).unwrap_err();
    // A wrong way to have it.
    let (reference, code) = order.clone();
    let proof = Proof::OneTimeCode(code);
    world.download(&reference, proof, 0, start()).unwrap_err();
    assert!(world.fetch(order, &STAGE.key(0), start()).is_ok());
}

#[test]
fn a_code_is_used_once() {
    let mut world = World::new();
    let order = world.order(TEST, start());
    world.fetch(order.clone(), &STAGE.key(0), start()).unwrap();
    assert_eq!(world.fetch(order, &STAGE.key(1), start()).unwrap_err(), Rejection::CodeUsed);
    let reference = world.order_by_login(new_profile(TEST), start());
    world.download(&reference, Proof::Login, 0, start()).unwrap();
    let again = world.download(&reference, Proof::Login, 1, start()).unwrap_err();
    assert_eq!(again, Rejection::OrderFulfilled { reference });
}

#[test]
fn an_order_that_was_cancelled_is_not_fulfilled() {
    let mut world = World::new();
    let (reference, code) = world.order(TEST, start());
    let cancel = Request::Cancel { reference: reference.clone() };
    world.ask(&cancel, start()).unwrap();
    let refused = world.fetch((reference.clone(), code), &STAGE.key(0), start()).unwrap_err();
    assert_eq!(refused, Rejection::OrderCancelled { reference: reference.clone() });
    assert_eq!(world.ask(&cancel, start()).unwrap_err(), Rejection::OrderCancelled { reference });
}

#[test]
fn a_code_takes_a_contact_person_and_a_log_in_does_not() {
    let mut world = World::new();
    let profile = NewProfile { contact: None, ..new_profile(TEST) };
    let profile = world.profile(profile, start()).unwrap();
    let mut order = |how| world.order_under(profile, how, start());
    assert_eq!(
        order((Identification::OneTimeCode, Method::Browser)).unwrap_err(),
        Rejection::ContactMissing
    );
    let (_, code) = order((Identification::Login, Method::Browser)).unwrap();
    assert_eq!(code, None);
    assert_eq!(order((Identification::Login, Method::Api)).unwrap_err(), Rejection::LoginOverApi);
}

#[test]
fn the_method_of_issue_is_the_one_that_was_ordered() {
    let mut world = World::new();
    let profile = world.profile(new_profile(TEST), start()).unwrap();
    let mut order = |method| {
        let how = (Identification::OneTimeCode, method);
        let (reference, code) = world.order_under(profile, how, start()).unwrap();
        (reference, code.unwrap())
    };
    let (browser, api) = (order(Method::Browser), order(Method::Api));
    let refused = world.fetch(browser.clone(), &STAGE.key(0), start()).unwrap_err();
    assert_eq!(refused, Rejection::MethodDiffers { ordered: Method::Browser });
    let proof = |code| Proof::OneTimeCode(code);
    let refused = world.download(&api.0, proof(api.1.clone()), 0, start()).unwrap_err();
    assert_eq!(refused, Rejection::MethodDiffers { ordered: Method::Api });
    assert!(world.download(&browser.0, proof(browser.1), 0, start()).is_ok());
    assert!(world.fetch(api, &STAGE.key(1), start()).is_ok());
}

#[test]
fn an_address_in_the_certificate_is_validated_before_the_issue() {
    let mut world = World::new();
    let profile = NewProfile { email: Some(EMAIL.to_owned()), ..new_profile(TEST) };
    let profile = world.profile(profile, start()).unwrap();
    let how = (Identification::Login, Method::Browser);
    let (reference, _) = world.order_under(profile, how, start()).unwrap();
    let refused = world.download(&reference, Proof::Login, 0, start()).unwrap_err();
    assert_eq!(refused, Rejection::EmailNotValidated { email: Excerpt::of(EMAIL) });
    world.validate(profile, EMAIL, after("1h")).unwrap();
    assert!(world.download(&reference, Proof::Login, 0, after("1h")).is_ok());
    // Once for the profile, not for each certificate; and the link may be followed again.
    let facts = world.facts.len();
    world.validate(profile, EMAIL, after("2h")).unwrap();
    assert_eq!(world.facts.len(), facts);
    let (reference, _) = world.order_under(profile, how, after("2h")).unwrap();
    assert!(world.download(&reference, Proof::Login, 1, after("2h")).is_ok());
}

#[test]
fn only_the_link_of_its_own_mail_validates_an_address() {
    let mut world = World::new();
    let with = || NewProfile { email: Some(EMAIL.to_owned()), ..new_profile(TEST) };
    let [one, other] = [0, 1].map(|_| world.profile(with(), start()).unwrap());
    // The latest mail is that of the other profile, to the same address.
    let token = crate::world::token(&world.mailbox(EMAIL, start()));
    let crossed = Request::ValidateEmail { profile: one, token: token.clone() };
    assert_eq!(world.ask(&crossed, start()).unwrap_err(), Rejection::WrongToken);
    let own = Request::ValidateEmail { profile: other, token: token.clone() };
    assert!(world.ask(&own, start()).is_ok());
    let none = world.profile(new_profile(TEST), start()).unwrap();
    let without = Request::ValidateEmail { profile: none, token };
    assert_eq!(world.ask(&without, start()).unwrap_err(), Rejection::WrongToken);
}

#[test]
fn a_refusal_leaves_nothing_behind() {
    let mut world = World::new();
    let old = world.issue(0, start());
    let before = world.clone();
    world.renew(&old, &STAGE.key(0), start()).unwrap_err();
    world.renew(&old, &STAGE.short_key(), start()).unwrap_err();
    world.renew(&old, &STAGE.key(1), after("1095d")).unwrap_err();
    world
        .profile(NewProfile { certificate_name: String::new(), ..new_profile(TEST) }, start())
        .unwrap_err();
    assert_eq!(world.facts, before.facts);
    assert_eq!(world.mitid, before.mitid);
}
