//! Every reason to refuse, provoked from outside. A [`Cause`] without an arm in [`provoke`] does not
//! compile: the match has no wildcard.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use parties::Core;
use pki::{RevocationReason, Serial, SigningRequest};
use sim_mitid::{
    Cause, Mitid, Policy, Rejection, Request,
    order::{Identification, Method, Proof},
    profile::NewProfile,
    request::Encoding,
};
use stage::start;

use crate::world::{
    EMAIL, PRODUCTION, STAGE, TEST, World, after, contact, cvr, new_profile, signing_request,
};

const LOGIN: (Identification, Method) = (Identification::Login, Method::Browser);
const CODE: (Identification, Method) = (Identification::OneTimeCode, Method::Api);

fn refused(mut world: World, request: &Request) -> Rejection {
    world.ask(request, start()).unwrap_err()
}

fn download(reference: &sim_mitid::order::ReferenceNumber, proof: Proof, terms: bool) -> Request {
    let (reference, encoding) = (reference.clone(), Encoding::Portal);
    Request::Download { reference, proof, terms, encoding }
}

/// An order by code, and a signing request in base64 as the wire has it.
fn issue_on_the_wire(request: &str) -> Rejection {
    let mut world = World::new();
    let (reference, code) = world.order(TEST, start());
    let issue = format!(
        "{{\"issue\":{{\"reference\":\"{reference}\",\"code\":\"{}\",\"request\":\"{request}\"}}}}",
        code.reveal()
    );
    let request = world.mitid.read(issue.as_bytes());
    world.ask(&request, start()).unwrap_err()
}

fn provoke(cause: Cause) -> Rejection {
    let mut world = World::new();
    let system = || new_profile(TEST);
    match cause {
        Cause::MalformedRequest => {
            let request = world.mitid.read(b"{}");
            refused(world, &request)
        }
        Cause::NoAuthority => {
            let key = sim_mitid::secret::MailKey::draw(&mut world.entropy);
            let only = [STAGE.authority(TEST).clone()];
            world.mitid = Mitid::new(only, Policy::default(), key);
            world.connect(PRODUCTION, start()).unwrap_err()
        }
        Cause::UnknownOrganisation => {
            let cvr = "90000002".parse().unwrap();
            refused(world, &Request::Terminate { environment: TEST, cvr })
        }
        Cause::AlreadyConnected => world.connect(TEST, start()).unwrap_err(),
        Cause::CertificatesNotAllowed => {
            world.allow(TEST, false, start()).unwrap();
            let profile = world.profile(system(), start()).unwrap();
            world.order_under(profile, LOGIN, start()).unwrap_err()
        }
        Cause::AgreementEnded => {
            world.terminate(start()).unwrap();
            world.profile(system(), after("14d")).unwrap_err()
        }
        Cause::AlreadyTerminated => {
            world.terminate(start()).unwrap();
            world.terminate(start()).unwrap_err()
        }
        Cause::NotTerminated => world.withdraw(start()).unwrap_err(),
        Cause::NameUnusable => {
            let new = NewProfile { certificate_name: String::new(), ..system() };
            world.profile(new, start()).unwrap_err()
        }
        Cause::EmailUnusable => {
            let new = NewProfile { contact: Some(contact("K", "nowhere")), ..system() };
            world.profile(new, start()).unwrap_err()
        }
        Cause::EmailNotAscii => {
            let new = NewProfile { email: Some("søren@a.invalid".to_owned()), ..system() };
            world.profile(new, start()).unwrap_err()
        }
        Cause::UnknownProfile => {
            let profile = world.profile(system(), start()).unwrap();
            World::new().order_under(profile, LOGIN, start()).unwrap_err()
        }
        Cause::ContactMissing => {
            let profile = NewProfile { contact: None, ..system() };
            let profile = world.profile(profile, start()).unwrap();
            world.order_under(profile, CODE, start()).unwrap_err()
        }
        Cause::LoginOverApi => {
            let profile = world.profile(system(), start()).unwrap();
            let how = (Identification::Login, Method::Api);
            world.order_under(profile, how, start()).unwrap_err()
        }
        Cause::UnknownOrder => {
            let (reference, _) = world.order(TEST, start());
            refused(World::new(), &Request::Cancel { reference })
        }
        Cause::WrongCode => {
            let [(reference, _), (_, code)] = [0, 1].map(|_| world.order(TEST, start()));
            world.fetch((reference, code), &STAGE.key(0), start()).unwrap_err()
        }
        Cause::CodeLocked => {
            let (reference, code) = world.order(TEST, start());
            for _ in 0..5 {
                let wrong = "wrong".to_owned().into();
                world.fetch((reference.clone(), wrong), &STAGE.key(0), start()).unwrap_err();
            }
            world.fetch((reference, code), &STAGE.key(0), start()).unwrap_err()
        }
        Cause::CodeUsed => {
            let order = world.order(TEST, start());
            world.fetch(order.clone(), &STAGE.key(0), start()).unwrap();
            world.fetch(order, &STAGE.key(1), start()).unwrap_err()
        }
        Cause::CodeNeeded => {
            let (reference, _) = world.order(TEST, start());
            refused(world, &download(&reference, Proof::Login, true))
        }
        Cause::OrderFulfilled => {
            let reference = world.order_by_login(system(), start());
            world.download(&reference, Proof::Login, 0, start()).unwrap();
            refused(world, &Request::Cancel { reference })
        }
        Cause::OrderCancelled => {
            let reference = world.order_by_login(system(), start());
            world.ask(&Request::Cancel { reference: reference.clone() }, start()).unwrap();
            refused(world, &download(&reference, Proof::Login, true))
        }
        Cause::OrderExpired => {
            let order = world.order(TEST, start());
            world.fetch(order, &STAGE.key(0), after("30d")).unwrap_err()
        }
        Cause::MethodDiffers => {
            let (reference, code) = world.order(TEST, start());
            refused(world, &download(&reference, Proof::OneTimeCode(code), true))
        }
        Cause::EmailNotValidated => {
            let new = NewProfile { email: Some(EMAIL.to_owned()), ..system() };
            let reference = world.order_by_login(new, start());
            refused(world, &download(&reference, Proof::Login, true))
        }
        Cause::WrongToken => {
            let new = || NewProfile { email: Some(EMAIL.to_owned()), ..system() };
            let [profile, _] = [0, 1].map(|_| world.profile(new(), start()).unwrap());
            // The latest mail is about the other one.
            world.validate(profile, EMAIL, start()).unwrap_err()
        }
        Cause::TermsNotAccepted => {
            let reference = world.order_by_login(system(), start());
            refused(world, &download(&reference, Proof::Login, false))
        }
        Cause::KeyPairMissing => {
            let reference = world.order_by_login(system(), start());
            refused(world, &download(&reference, Proof::Login, true))
        }
        Cause::SigningRequestUnusable => issue_on_the_wire("MAA="),
        Cause::NoProofOfPossession => {
            let mut der = signing_request(&STAGE.key(0)).der().to_vec();
            *der.last_mut().unwrap() ^= 1;
            issue_on_the_wire(&BASE64.encode(der))
        }
        Cause::KeyTooShort => {
            let order = world.order(TEST, start());
            world.fetch(order, &STAGE.short_key(), start()).unwrap_err()
        }
        Cause::KeyReused => {
            let old = world.issue(0, start());
            world.renew(&old, &STAGE.key(0), start()).unwrap_err()
        }
        Cause::SubjectDiffers => {
            let serial = *world.issue(0, start()).serial();
            let request = Ok(signing_request(&STAGE.key(1)));
            refused(world, &Request::Renew { environment: TEST, serial, request })
        }
        Cause::UnknownCertificate => {
            let old = world.issue(0, start());
            let request = Ok(SigningRequest::make(old.subject(), &STAGE.key(1)));
            let serial = Serial::from_magnitude(&[7]).unwrap();
            refused(world, &Request::Renew { environment: TEST, serial, request })
        }
        Cause::CertificateExpired => {
            let old = world.issue(0, start());
            world.renew(&old, &STAGE.key(1), after("1095d")).unwrap_err()
        }
        Cause::CertificateRevoked => {
            let old = world.issue(0, start());
            world.revoke(*old.serial(), start()).unwrap();
            world.renew(&old, &STAGE.key(1), start()).unwrap_err()
        }
        Cause::AlreadyRevoked => {
            let old = world.issue(0, start());
            world.revoke(*old.serial(), start()).unwrap();
            world.revoke(*old.serial(), after("1h")).unwrap_err()
        }
        Cause::ReasonNotOffered => {
            let serial = *world.issue(0, start()).serial();
            let reason = RevocationReason::CaCompromise;
            refused(world, &Request::Revoke { environment: TEST, serial, reason })
        }
    }
}

#[test]
fn each_rejection_is_provoked_from_outside() {
    assert_eq!(cvr().as_str(), "90000001");
    for cause in Rejection::ALL {
        let rejection = provoke(*cause);
        assert_eq!(rejection.cause(), *cause, "{rejection}");
        let name: &'static str = (*cause).into();
        assert_eq!(rejection.name(), name);
        let text = rejection.to_string();
        assert!(text.len() > 10 && !text.ends_with('.'), "{text}");
    }
}

/// Names stand in scenario files: these were there before, and stay.
#[test]
fn names_that_scenarios_use_stay_as_they_are() {
    let names: Vec<&'static str> = Rejection::ALL.iter().map(|cause| (*cause).into()).collect();
    for name in [
        "malformed-request",
        "no-authority",
        "wrong-code",
        "code-used",
        "unknown-certificate",
        "certificate-expired",
        "certificate-revoked",
        "already-revoked",
        "key-too-short",
        "key-reused",
    ] {
        assert!(names.contains(&name), "{name}");
    }
}

/// Every rejection is explained in two languages, and nothing that was said in confidence is in it.
#[test]
fn each_rejection_is_explained_in_english_and_danish() {
    for cause in Rejection::ALL {
        let rejection = provoke(*cause);
        let finding = rejection.finding();
        assert_eq!(finding.cause, rejection.name());
        for text in [&finding.rule, &finding.expected, &finding.got, &finding.what] {
            assert!(!text.en.is_empty() && !text.da.is_empty(), "{finding:?}");
        }
        // What reads the same in both is a name or a number, what a parser says, or a list of names.
        let repeats = matches!(
            cause,
            Cause::MalformedRequest
                | Cause::SigningRequestUnusable
                | Cause::SubjectDiffers
                | Cause::ReasonNotOffered
        );
        for text in [&finding.expected, &finding.got] {
            assert!(repeats || text.en != text.da || !text.en.contains(' '), "{text:?}");
            let english = ["production", "integration-test", " the ", " of "];
            assert!(repeats || !english.iter().any(|it| text.da.contains(it)), "{text:?}");
        }
        for text in [&finding.rule, &finding.what] {
            assert_ne!(text.en, text.da);
            assert!(text.en.ends_with(['.', ')']) && text.da.ends_with(['.', ')']), "{text:?}");
        }
    }
}
