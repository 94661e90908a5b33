//! DST's guide to the system certificate, walked in process with real keys and real messages: first
//! certificate, rolling swap, and replacing at once. Each step asserts what the guide says of it.
//!
//! The three people of the guide are the MitID administrator, who orders and renews; the NemLog-in
//! administrator, who saves and provisions; and the vendor, who has the certificate issued and
//! deploys it.

mod country;
mod second_opinion;

use clock::{Span, Timestamp};
use country::{Client, Country, Report};
use oio_idws::Credential;
use parties::{Environment, Slot, Step};
use sim_mitid::order::Method;
use stage::start;

use Environment::{IntegrationTest, Production};

const SECOND: Span = Span::from_seconds(1);

/// An external system that reports, as the guide's reader has it in the end of its first part.
struct InUse {
    country: Country,
    old: Credential,
    client: Client,
}

#[track_caller]
fn succeeds(country: &mut Country, client: &mut Client, now: Timestamp) -> Report {
    let report = country.report(client, now);
    assert_eq!(report.outcome, Ok(()), "at {now}");
    report
}

#[track_caller]
fn fails_at_step_1(country: &mut Country, client: &mut Client, now: Timestamp, cause: &str) {
    let report = country.report(client, now);
    assert_eq!(report.outcome, Err((Step::One, cause.to_owned())), "at {now}");
    let names: Vec<_> = report.messages.iter().map(|it| it.name).collect();
    assert_eq!(names, ["1-wsc-to-sts", "2-sts-to-wsc"], "SMDB is never called");
}

/// Order, issue, register, save, provision, report. Three years before the swap.
fn first_certificate() -> InUse {
    let mut country = Country::new();
    let now = start() - Span::from_days(1_094);

    // The MitID administrator orders; the vendor has it issued with the one-time code, which is good
    // once.
    let order = country.order(Production, Method::Api, now);
    let old = country.issue(order.clone(), now).unwrap();
    assert!(country.issue(order, now).is_err());
    let certificate = &old.certificate;
    assert_eq!(certificate.subject().cvr().unwrap().as_str(), country::CVR);
    assert_eq!(certificate.first_refused(), now + Span::from_days(1_095), "three years");

    // It is a good certificate, and nobody in NemLog-in knows it.
    let mut client = country.client(Production, &old, now);
    fails_at_step_1(&mut country, &mut client, now, "certificate-not-registered");

    // The NemLog-in administrator registers. Only a .cer file is taken: a key has no place here.
    country.register(now).unwrap();
    let request = pki::SigningRequest::make(old.certificate.subject(), &old.key).to_pem();
    for file in [request.as_bytes(), b"no certificate"] {
        assert!(country.save(Slot::Active, file, now).is_err());
    }
    let nothing = country.provision(Production, now);
    assert!(nothing.is_err(), "nothing is saved that could be provisioned");
    country.save(Slot::Active, old.certificate.to_pem().as_bytes(), now).unwrap();

    // Saving is not provisioning.
    fails_at_step_1(&mut country, &mut client, now, "certificate-not-registered");
    // Provisioning acts at the click.
    country.provision(Production, now).unwrap();
    succeeds(&mut country, &mut client, now);
    InUse { country, old, client }
}

#[test]
fn a_first_certificate_is_ordered_issued_registered_and_used() {
    let InUse { mut country, old, mut client } = first_certificate();
    let now = start();
    let report = succeeds(&mut country, &mut client, now);
    let names: Vec<_> = report.messages.iter().map(|it| it.name).collect();
    assert_eq!(names, ["1-wsc-to-sts", "2-sts-to-wsc", "3-wsc-to-wsp", "4-wsp-to-wsc"]);
    // Integration test has its own MitID Erhverv, its own STS and its own certificates.
    let mut elsewhere = country.client(IntegrationTest, &old, now);
    fails_at_step_1(&mut country, &mut elsewhere, now, "certificate-not-trusted");
}

/// The other way to a first certificate: the portal's file. It holds the key, so it goes to the
/// external system, and never to NemLog-in.
#[test]
fn a_first_certificate_may_come_as_the_portals_file() {
    let mut country = Country::new();
    let now = start();
    let order = country.order(Production, Method::Browser, now);
    let download = country.download(order.clone(), now).unwrap();
    assert!(country.download(order, now).is_err(), "the code is good once");
    assert!(pki::pkcs12::open(&download.file, "guessed").is_err());
    let opened = pki::pkcs12::open(&download.file, download.password.reveal()).unwrap();
    let certificate = opened.certificates[0].clone();
    assert_eq!(certificate, download.certificate);
    let credential = Credential { certificate, key: opened.key };

    country.register(now).unwrap();
    assert!(country.save(Slot::Active, &download.file, now).is_err(), "it must be a .cer file");
    country.save(Slot::Active, credential.certificate.to_pem().as_bytes(), now).unwrap();
    country.provision(Production, now).unwrap();
    let mut client = country.client(Production, &credential, now);
    succeeds(&mut country, &mut client, now);
}

/// The certificate is renewed: same holder, new key, new serial, a full life.
fn renewed(country: &mut Country, old: &Credential, now: Timestamp) -> Credential {
    let new = country.renew(old, Production, now).unwrap();
    let (before, after) = (&old.certificate, &new.certificate);
    assert_eq!(after.subject(), before.subject());
    assert_ne!(after.serial(), before.serial());
    assert_ne!(after.public_key(), before.public_key());
    assert_eq!(after.first_refused(), now + Span::from_days(1_095));
    new
}

#[test]
fn a_rolling_swap_takes_over_in_the_second_after_the_old_certificate() {
    let InUse { mut country, old, client: mut with_old } = first_certificate();
    let expiry = old.certificate.first_refused();
    let now = start();
    let new = renewed(&mut country, &old, now);
    let mut with_new = country.client(Production, &new, now);

    // Renewing changes nothing in NemLog-in, nor does saving.
    for saved in [false, true] {
        if saved {
            country.save(Slot::Rolling, new.certificate.to_pem().as_bytes(), now).unwrap();
        }
        succeeds(&mut country, &mut with_old, now);
        fails_at_step_1(&mut country, &mut with_new, now, "certificate-not-registered");
    }

    // Provisioned, the new one waits. Who swaps early is refused at step 1.
    country.provision(Production, now).unwrap();
    for at in [now, expiry - SECOND, expiry - stage::INSTANT] {
        succeeds(&mut country, &mut with_old, at);
        fails_at_step_1(&mut country, &mut with_new, at, "certificate-not-in-force");
    }

    // From E+ on it is the other way round, without a click. Who is late is refused.
    for at in [expiry, expiry + SECOND] {
        fails_at_step_1(&mut country, &mut with_old, at, "certificate-expired");
        succeeds(&mut country, &mut with_new, at);
    }
}

#[test]
fn a_rolling_swap_that_was_only_saved_never_takes_over() {
    let InUse { mut country, old, client: mut with_old } = first_certificate();
    let expiry = old.certificate.first_refused();
    let now = start();
    let new = renewed(&mut country, &old, now);
    let mut with_new = country.client(Production, &new, now);
    country.save(Slot::Rolling, new.certificate.to_pem().as_bytes(), now).unwrap();
    succeeds(&mut country, &mut with_old, expiry - SECOND);
    fails_at_step_1(&mut country, &mut with_old, expiry, "certificate-expired");
    fails_at_step_1(&mut country, &mut with_new, expiry, "certificate-not-registered");
    // The click that was forgotten mends it, when it comes.
    let late = expiry + Span::from_hours(1);
    country.provision(Production, late).unwrap();
    succeeds(&mut country, &mut with_new, late);
}

#[test]
fn replacing_at_once_takes_effect_at_the_click_of_provisioning() {
    let InUse { mut country, old, client: mut with_old } = first_certificate();
    let now = start();
    let new = renewed(&mut country, &old, now);
    let mut with_new = country.client(Production, &new, now);

    country.save(Slot::Active, new.certificate.to_pem().as_bytes(), now).unwrap();
    succeeds(&mut country, &mut with_old, now);
    fails_at_step_1(&mut country, &mut with_new, now, "certificate-not-registered");

    let click = now + Span::from_hours(1);
    succeeds(&mut country, &mut with_old, click - stage::INSTANT);
    country.provision(Production, click).unwrap();
    fails_at_step_1(&mut country, &mut with_old, click, "certificate-replaced");
    succeeds(&mut country, &mut with_new, click);

    // What is replaced may be revoked; the new one is not touched by it.
    country.revoke(&old, Production, click);
    let later = click + Span::from_hours(2);
    fails_at_step_1(&mut country, &mut with_old, later, "certificate-revoked");
    succeeds(&mut country, &mut with_new, old.certificate.first_refused());
}
