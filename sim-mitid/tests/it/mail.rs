//! Who is told what, and when.

use clock::{Span, Timestamp};
use sim_mitid::{
    Policy, Request,
    order::{Identification, Method, Proof},
    profile::{NewProfile, ProfileId},
};
use stage::{INSTANT, start};

use crate::world::{CONTACT, EMAIL, STAGE, TEST, World, after, contact, new_profile};

const VALIDATE: &str = "Confirm your e-mail address";
const VALIDATED: &str = "The e-mail address is confirmed";
const ORDERED: &str = "A certificate was ordered";
const LINK: &str = "Fetch an organisation certificate";
const ISSUED: &str = "A certificate was issued";
const REVOKED: &str = "A certificate is revoked";
const REMINDER: &str = "A certificate will expire";

fn with_email() -> NewProfile {
    NewProfile { email: Some(EMAIL.to_owned()), ..new_profile(TEST) }
}

fn profile_of(world: &mut World) -> ProfileId {
    world.profiles(None, start())[0].profile
}

#[test]
fn the_contact_person_is_told_of_each_step() {
    let mut world = World::new();
    let order = world.order(TEST, start());
    let reference = order.0.clone();
    assert_eq!(world.subjects(CONTACT, start()), [ORDERED]);
    let letter = &world.mailbox(CONTACT, start())[0];
    assert!(letter.body.en.contains(&reference.to_string()));
    let certificate = world.fetch(order, &STAGE.key(0), after("1h")).unwrap();
    world.revoke(*certificate.serial(), after("2h")).unwrap();
    assert_eq!(world.subjects(CONTACT, after("2h")), [ORDERED, ISSUED, REVOKED]);
    // A mail that is still to come is not in the box.
    assert_eq!(world.subjects(CONTACT, after("2h") - INSTANT), [ORDERED, ISSUED]);
    let letter = &world.mailbox(CONTACT, after("2h"))[2];
    assert!(letter.body.en.contains(&certificate.serial().to_string()));
    assert!(letter.body.da.contains("er spærret"));
}

/// In the portal an order over the API cannot be fetched, so nobody is sent there.
#[test]
fn the_link_is_for_orders_that_the_browser_fetches() {
    let mut world = World::new();
    let profile = world.profile(with_email(), start()).unwrap();
    let over = |method| (Identification::OneTimeCode, method);
    world.order_under(profile, over(Method::Api), start()).unwrap();
    world.validate(profile, EMAIL, start()).unwrap();
    assert_eq!(world.subjects(CONTACT, start()), [ORDERED, VALIDATED]);
    world.order_under(profile, over(Method::Api), start()).unwrap();
    let (reference, _) = world.order_under(profile, over(Method::Browser), start()).unwrap();
    let letters = world.mailbox(CONTACT, start());
    let subjects: Vec<&str> = letters.iter().map(|it| it.subject.en.as_str()).collect();
    assert_eq!(subjects, [ORDERED, VALIDATED, ORDERED, ORDERED, LINK]);
    let portal = "https://erhvervsadministration.test.sim.invalid/certificates/issue/";
    assert_eq!(letters[4].link, Some(format!("{portal}{reference}")));
}

/// The link leads nowhere while the address is not validated, so it comes when it is.
#[test]
fn the_link_comes_when_the_address_is_validated() {
    let mut world = World::new();
    let profile = world.profile(with_email(), start()).unwrap();
    let how = (Identification::Login, Method::Browser);
    world.order_under(profile, how, start()).unwrap();
    let (cancelled, _) = world.order_under(profile, how, start()).unwrap();
    world.ask(&Request::Cancel { reference: cancelled }, start()).unwrap();
    assert_eq!(world.subjects(EMAIL, start()), [VALIDATE]);
    assert_eq!(world.subjects(CONTACT, start()), [ORDERED, ORDERED]);
    world.validate(profile, EMAIL, after("1h")).unwrap();
    assert_eq!(world.subjects(CONTACT, after("1h")), [ORDERED, ORDERED, VALIDATED, LINK]);
    let (_, _) = world.order_under(profile, how, after("2h")).unwrap();
    assert_eq!(world.subjects(CONTACT, after("2h"))[4..], [ORDERED, LINK]);
}

#[test]
fn without_a_contact_person_the_address_in_the_certificate_is_told() {
    let mut world = World::new();
    let profile = NewProfile { contact: None, ..with_email() };
    let profile = world.profile(profile, start()).unwrap();
    world.validate(profile, EMAIL, start()).unwrap();
    let how = (Identification::Login, Method::Browser);
    let (reference, _) = world.order_under(profile, how, start()).unwrap();
    world.download(&reference, Proof::Login, 0, start()).unwrap();
    let expected = [VALIDATE, VALIDATED, ORDERED, LINK, ISSUED];
    assert_eq!(world.subjects(EMAIL, start()), expected);
    // And where there is neither, nobody is.
    let nobody = NewProfile { contact: None, ..new_profile(TEST) };
    let facts = world.facts.len();
    world.order_by_login(nobody, start());
    assert_eq!(world.facts[facts..].len(), 2, "a profile and an order");
}

#[test]
fn who_is_told_is_the_contact_person_of_that_time() {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    let profile = profile_of(&mut world);
    let contact = Some(contact("Nils Ny", "ny@a.invalid"));
    let expiry = certificate.first_refused();
    let change = Request::ChangeContact { profile, contact };
    world.ask(&change, expiry - Span::from_days(60)).unwrap();
    assert_eq!(world.subjects(CONTACT, expiry), [ORDERED, ISSUED, REMINDER]);
    assert_eq!(world.subjects("ny@a.invalid", expiry), [REMINDER, REMINDER]);
}

#[test]
fn reminders_come_ninety_thirty_and_seven_days_before() {
    let mut world = World::new();
    let certificate = world.issue(0, start());
    let expiry = certificate.first_refused();
    let came = |world: &World, now: Timestamp| {
        let letters = world.mailbox(CONTACT, now).into_iter();
        letters.filter(|it| it.subject.en == REMINDER).map(|it| it.at).collect::<Vec<_>>()
    };
    let mut expected = Vec::new();
    for days in [90, 30, 7] {
        let at = expiry - Span::from_days(days);
        assert_eq!(came(&world, at - INSTANT), expected);
        expected.push(at);
        assert_eq!(came(&world, at), expected);
    }
    assert_eq!(came(&world, expiry + Span::from_days(1)), expected);
    // No job, no fact: the world was only looked at.
    assert_eq!(world.facts.len(), World::new().facts.len() + 5);
    // The table is the policy's.
    let policy = Policy { reminders: vec![Span::from_days(1)], ..Policy::default() };
    world = World::with(policy);
    world.issue(0, start());
    assert_eq!(came(&world, expiry), [expiry - Span::from_days(1)]);
}

/// The reminder goes to both who could act; it goes once to one who is both.
#[test]
fn reminders_also_go_to_the_address_in_the_certificate() {
    for (contact_email, contacts, emails) in [(CONTACT, 3, 3), (EMAIL, 0, 3)] {
        let mut world = World::new();
        let contact = Some(contact("Karen Kontakt", contact_email));
        let profile = world.profile(NewProfile { contact, ..with_email() }, start()).unwrap();
        world.validate(profile, EMAIL, start()).unwrap();
        let how = (Identification::Login, Method::Browser);
        let (reference, _) = world.order_under(profile, how, start()).unwrap();
        let download = world.download(&reference, Proof::Login, 0, start()).unwrap();
        let expiry = download.certificate.first_refused();
        let count =
            |address| world.subjects(address, expiry).iter().filter(|it| *it == REMINDER).count();
        assert_eq!((count(CONTACT), count(EMAIL)), (contacts, emails));
    }
}

#[test]
fn nobody_is_reminded_of_what_is_renewed_or_revoked_by_then() {
    let reminder = after("1065d"); // thirty days before the end
    let about = |world: &World, serial: &pki::Serial| {
        let letters = world.mailbox(CONTACT, after("1095d")).into_iter();
        let said = letters
            .filter(|it| it.subject.en == REMINDER && it.body.en.contains(&serial.to_string()));
        said.map(|it| it.at).collect::<Vec<_>>()
    };
    let all = [after("1005d"), reminder, after("1088d")];
    for (acted, reminders) in [(reminder - INSTANT, 1), (reminder, 1), (reminder + INSTANT, 2)] {
        let mut world = World::new();
        let old = world.issue(0, start());
        world.renew(&old, &STAGE.key(1), acted).unwrap();
        assert_eq!(about(&world, old.serial()), all[..reminders], "renewed {acted}");
        let mut world = World::new();
        let old = world.issue(0, start());
        world.revoke(*old.serial(), acted).unwrap();
        assert_eq!(about(&world, old.serial()), all[..reminders], "revoked {acted}");
    }
    // The successor has reminders of its own.
    let mut world = World::new();
    let old = world.issue(0, start());
    let new = world.renew(&old, &STAGE.key(1), after("1000d")).unwrap();
    let last = world.mailbox(CONTACT, after("2095d")).pop().unwrap();
    assert!(last.body.en.contains(&new.serial().to_string()));
    assert_eq!(last.at, after("2088d"));
}

#[test]
fn a_life_that_is_shorter_than_a_lead_has_no_such_reminder() {
    let policy = Policy { reminders: vec![Span::from_days(1095)], ..Policy::default() };
    let mut world = World::with(policy);
    world.issue(0, start());
    assert!(!world.subjects(CONTACT, after("1095d")).contains(&REMINDER.to_owned()));
}

/// Time revokes at the end of an agreement, and the mail comes then, without anybody's act.
#[test]
fn the_end_of_an_agreement_is_told_of_when_it_comes() {
    let mut world = World::new();
    let [_, earlier] = [0, 1].map(|key| world.issue(key, start()));
    world.terminate(start()).unwrap();
    world.revoke(*earlier.serial(), after("1d")).unwrap();
    let count =
        |now| world.subjects(CONTACT, now).iter().filter(|subject| *subject == REVOKED).count();
    assert_eq!(count(after("14d") - INSTANT), 1);
    assert_eq!(count(after("14d")), 2);
    let mut withdrawn = world.clone();
    withdrawn.withdraw(after("2d")).unwrap();
    assert_eq!(
        withdrawn.subjects(CONTACT, after("14d")).iter().filter(|it| *it == REVOKED).count(),
        1
    );
}
