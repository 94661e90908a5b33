//! Every reason to refuse by REST, provoked from outside, and what the caller is told.
//!
//! [`provoke`] and [`provoke_shared`] are matches over every cause without a wildcard: a rejection that
//! is added and not provoked here does not compile.

use clock::{Span, Timeline};
use oio_idws::{assertion::Assertion, privileges::Privileges};
use parties::{Proof, UncheckedKey};
use pki::{RevocationReason, Revoked};
use sim_smdb::{
    Cause as Shared, Configuration, Fact, HolderCheck, Lesson, Policy,
    contract::{Annul, Fetch, Notation, Operation, Submission},
    course::{Course, Details},
    rest::{Cause, Message, Rejection},
    schema::SchemaVersion,
};
use stage::{start, tampered};

use super::door::{Reaction, form, form_of, json, path, redemption};
use crate::world::{
    HOLDER, SMDB, STAGE, STRANGER, STS, World, after, assertion, code, configuration, course, cvr,
    date, group, signed, submission, token,
};

fn with_form(form: &str) -> Reaction {
    World::new().ask_rest(&redemption(form), start())
}

fn with_assertion(assertion: &Assertion) -> Reaction {
    World::new().redeem(assertion, start())
}

/// What comes of submitting in turn, the last time.
fn submitted(submissions: &[Submission]) -> Reaction {
    let mut world = World::new();
    let access = world.redeem(&assertion(), start()).token();
    let submit = |it: &Submission| world.call_rest(Operation::Report, &access, &json(it), start());
    submissions.iter().map(submit).last().unwrap()
}

fn in_version(version: u32, outcome: &str) -> Submission {
    let details = Details { outcome: Some(code(outcome)), ..course().details };
    Submission { version, course: Course { details, ..course() }, ..submission("sag-1") }
}

/// What comes of a call that is changed: its authorization, or who makes it.
fn with_call(change: impl FnOnce(&mut Message<'_>), later: &str) -> Reaction {
    let mut world = World::new();
    let access = world.redeem(&assertion(), start()).token();
    let (path, authorization) = (path(Operation::Ping), format!("Holder-of-key {access}"));
    let mut message = Message {
        path: &path,
        content_type: Some("application/json"),
        authorization: Some(&authorization),
        certificate: Proof::Key(HOLDER.certificate.der()),
        body: b"{}",
    };
    change(&mut message);
    world.ask_rest(&message, after(later))
}

fn strict(holder_certificate: HolderCheck) -> World {
    World::with_policy(Policy { holder_certificate, ..Policy::default() })
}

fn provoke(cause: Cause) -> Reaction {
    match cause {
        Cause::NotAForm => {
            let form = form(&signed(&assertion()));
            let message = Message { content_type: Some("application/json"), ..redemption(&form) };
            World::new().ask_rest(&message, start())
        }
        Cause::TokenMissing => with_form("should-expire-in=60"),
        Cause::TokenNotBase64 => with_form(&form_of("!")),
        Cause::NotAToken => with_form(&form("<Assertion xmlns=\"urn:another\"/>")),
        Cause::UnknownIssuer => {
            let foreign = assertion().write(&STRANGER).unwrap();
            with_form(&form(&token(&foreign, &SMDB.certificate)))
        }
        Cause::AnotherHolder => {
            let form = form(&signed(&assertion()));
            let certificate = Proof::Key(STRANGER.certificate.der());
            World::new().ask_rest(&Message { certificate, ..redemption(&form) }, start())
        }
        Cause::CertificateMissing => {
            let form = form(&signed(&assertion()));
            let certificate = Proof::Missing;
            World::new().ask_rest(&Message { certificate, ..redemption(&form) }, start())
        }
        Cause::CertificateUnchecked => {
            let form = form(&signed(&assertion()));
            let certificate = Proof::Unchecked(UncheckedKey::Rsa { bits: 1024 });
            World::new().ask_rest(&Message { certificate, ..redemption(&form) }, start())
        }
        Cause::SchemeNotValid => with_call(|it| it.authorization = None, "0s"),
        Cause::AccessTokenInvalid => {
            with_call(|it| it.authorization = Some("Holder-of-key eyJhbGciOiJub25lIn0.e30."), "0s")
        }
        Cause::AccessTokenNotYetValid => with_call(|_| {}, "-1s"),
        Cause::AccessTokenExpired => with_call(|_| {}, "1h"),
        Cause::AnotherCertificate => {
            with_call(|it| it.certificate = Proof::Key(STRANGER.certificate.der()), "0s")
        }
        Cause::AccessTokenTooLarge => {
            let names: Vec<_> = (0..300).map(|at| format!("urn:sim:privilege:{at:010}")).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let privileges = Some(Privileges { groups: vec![group("90000001", &names)] });
            with_assertion(&Assertion { privileges, ..assertion() })
        }
        Cause::TokenEndsTooSoon => {
            with_assertion(&Assertion { not_on_or_after: after("1s"), ..assertion() })
        }
        Cause::Shared => provoke_shared(Shared::MissingPrivilege).unwrap(),
    }
}

/// What a call by SOAP is refused for too; none of what only SOAP has.
fn provoke_shared(cause: Shared) -> Option<Reaction> {
    Some(match cause {
        Shared::MalformedXml
        | Shared::NotSoap
        | Shared::WrongSoapVersion
        | Shared::TimestampUnreadable
        | Shared::TimestampExpired
        | Shared::TimestampImplausible
        | Shared::TimestampTooOld
        | Shared::TokenMissing
        | Shared::NotHolder
        | Shared::FrameworkMissing
        | Shared::FrameworkMismatch
        | Shared::ActionMissing
        | Shared::WrongAddress
        | Shared::Replayed
        | Shared::UnknownIssuer => return None,
        Shared::TokenUnreadable => {
            let written = assertion().write(&STS).unwrap();
            with_form(&form(&token(&written, &STRANGER.certificate)))
        }
        Shared::TokenMalformed => with_form(&form(&token("no XML", &SMDB.certificate))),
        Shared::TokenInvalid => {
            let written = assertion().write(&STS).unwrap();
            with_form(&form(&tampered(&written, "fagsystem-a", "fagsystem-b")))
        }
        Shared::TokenNotYetValid => {
            with_assertion(&Assertion { not_before: after("1s"), ..assertion() })
        }
        Shared::TokenExpired => {
            with_assertion(&Assertion { not_on_or_after: start(), ..assertion() })
        }
        Shared::WrongAudience => {
            with_assertion(&Assertion { audience: "urn:x".parse().unwrap(), ..assertion() })
        }
        Shared::HolderCertificateNotYetValid => {
            let policy = Policy { holder_certificate: HolderCheck::Validity, ..Policy::default() };
            let sts = Timeline::starting(after("-90d"), vec![STS.certificate.clone()]);
            let early = Assertion { not_before: after("-40d"), ..assertion() };
            World::with(Configuration { sts, policy, ..configuration() })
                .redeem(&early, after("-31d"))
        }
        Shared::HolderCertificateExpired => {
            strict(HolderCheck::Validity).redeem(&assertion(), after("2h"))
        }
        Shared::HolderCertificateRevoked => {
            let mut world = strict(HolderCheck::ValidityAndRevocation);
            let serial = *HOLDER.certificate.serial();
            let revoked =
                Revoked { serial, at: after("-2h"), reason: RevocationReason::Superseded };
            let authority = STAGE.authority(parties::Environment::IntegrationTest);
            let list = authority.revocation_list(1, start(), after("1d"), &[revoked]);
            let lesson = Lesson::RevocationList { list, fetched_at: start() };
            parties::Core::learn(&mut world.smdb, lesson);
            world.redeem(&assertion(), start())
        }
        Shared::RevocationUnknown => {
            strict(HolderCheck::ValidityAndRevocation).redeem(&assertion(), start())
        }
        Shared::UnknownOperation => {
            let mut world = World::new();
            let access = world.redeem(&assertion(), start()).token();
            world.call_rest_at("/api/2025-07/Slet", &access, "{}", start())
        }
        Shared::SchemaRetired => {
            let mut world = World::new();
            let access = world.redeem(&assertion(), start()).token();
            world.call_rest_at("/api/2025-01/Ping", &access, "{}", start())
        }
        Shared::SchemaNotInForce => {
            let schemas = Timeline::starting(after("-1d"), SchemaVersion::V2025_01);
            let mut world = World::with(Configuration { schemas, ..configuration() });
            let access = world.redeem(&assertion(), start()).token();
            world.call_rest(Operation::Ping, &access, "{}", start())
        }
        Shared::MalformedRequest => {
            let mut world = World::new();
            let access = world.redeem(&assertion(), start()).token();
            world.call_rest(Operation::Report, &access, "[]", start())
        }
        Shared::ForeignAuthority => {
            submitted(&[Submission { authority: cvr("90000002"), ..submission("sag-1") }])
        }
        Shared::MissingPrivilege => {
            let mut world = World::new();
            let access =
                world.redeem(&Assertion { privileges: None, ..assertion() }, start()).token();
            world.call_rest(Operation::Report, &access, &json(&submission("sag-1")), start())
        }
        Shared::ConflictingResend => submitted(&[in_version(1, "ANDANT"), in_version(1, "FRI")]),
        Shared::OutdatedVersion => submitted(&[in_version(2, "ANDANT"), in_version(1, "ANDANT")]),
        Shared::CourseAnnulled => {
            let mut world = World::new();
            let access = world.redeem(&assertion(), start()).token();
            let body = json(&submission("sag-1"));
            let receipt = world.call_rest(Operation::Report, &access, &body, start()).json();
            let id = receipt["Kvittering"]["Id"].as_str().unwrap().to_owned();
            let annul = Annul { authority: cvr("90000001"), id, reason: code("fejl") };
            let body = annul.write(Notation::Json);
            assert_eq!(
                world.call_rest(Operation::Annul, &access, &body, start()).name(),
                "granted"
            );
            world.call_rest(Operation::Report, &access, &json(&in_version(2, "ANDANT")), start())
        }
        Shared::InvalidSubmission => {
            let details = Details { requested_on: date("2030-03-02"), ..course().details };
            let course = Course { details, ..course() };
            submitted(&[Submission { course, ..submission("sag-1") }])
        }
        Shared::NotFound => {
            let fetch = Fetch { authority: cvr("90000001"), id: "ukendt".to_owned() };
            let mut world = World::new();
            let access = world.redeem(&assertion(), start()).token();
            world.call_rest(Operation::Fetch, &access, &fetch.write(Notation::Json), start())
        }
    })
}

/// Everything that can be provoked.
fn each() -> impl Iterator<Item = Reaction> {
    let own = Rejection::ALL.iter().map(|cause| provoke(*cause));
    own.chain(sim_smdb::Rejection::ALL.iter().filter_map(|cause| provoke_shared(*cause)))
}

#[test]
fn each_rejection_by_rest_is_provoked_from_outside() {
    for cause in Rejection::ALL {
        let reaction = provoke(*cause);
        let rejection = reaction.rejection().unwrap_or_else(|| panic!("{cause:?}: granted"));
        assert_eq!(rejection.cause(), *cause, "{rejection}");
        if *cause != Cause::Shared {
            assert_eq!(rejection.name(), <&str>::from(*cause));
        }
    }
    for cause in sim_smdb::Rejection::ALL {
        let Some(reaction) = provoke_shared(*cause) else { continue };
        match reaction.rejection() {
            Some(Rejection::Shared(shared)) => assert_eq!(shared.cause(), *cause),
            other => panic!("{cause:?}: {other:?}"),
        }
    }
}

/// The texts of the reference service in .NET, and what a client of it looks for: an `error`.
#[test]
fn a_challenge_says_what_the_reference_service_says() {
    let thumbprint = STRANGER.certificate.thumbprint();
    let unknown = format!("Issuer certificate '{thumbprint}' was unknown");
    let certificate = "A valid certificate must be presented when presenting a Holder-of-key token";
    let validated = "The Token could not be validated";
    let expected = |cause| match cause {
        Cause::NotAForm => {
            ("invalid_request", "Content type 'application/x-www-form-urlencoded' is required.")
        }
        Cause::TokenMissing => ("invalid_request", "saml-token was missing"),
        Cause::TokenNotBase64 => ("invalid_request", "saml-token must be in base64"),
        Cause::NotAToken => ("invalid_token", "Token could not be parsed"),
        Cause::UnknownIssuer => ("invalid_token", unknown.as_str()),
        Cause::AnotherHolder => (
            "invalid_token",
            "X509Certificate used as SubjectConfirmationData did not match the provided client \
             certificate",
        ),
        Cause::CertificateMissing | Cause::CertificateUnchecked | Cause::AnotherCertificate => {
            ("invalid_token", certificate)
        }
        Cause::SchemeNotValid => ("invalid_token", "Authentication scheme was not valid"),
        Cause::AccessTokenInvalid | Cause::AccessTokenNotYetValid | Cause::AccessTokenTooLarge => {
            ("invalid_token", validated)
        }
        Cause::AccessTokenExpired => ("invalid_token", "Token was expired"),
        Cause::TokenEndsTooSoon => ("invalid_token", "The Token is expired"),
        Cause::Shared => ("insufficient_scope", "The token lacks a privilege for this operation"),
    };
    for cause in Rejection::ALL {
        let reply = provoke(*cause).reply;
        let (error, description) = expected(*cause);
        let challenge = reply.challenge.unwrap();
        let start = format!("Holder-of-key error=\"{error}\", error_description=\"{description}\"");
        assert!(challenge.starts_with(&start), "{challenge}");
        assert_eq!(reply.status, 401, "{cause:?}");
    }
    for (cause, description) in [
        (Shared::TokenUnreadable, "Token could not be parsed"),
        (Shared::TokenMalformed, "Token could not be parsed"),
        (Shared::TokenInvalid, validated),
        (Shared::TokenNotYetValid, validated),
        (Shared::TokenExpired, "The Token is expired"),
        (Shared::WrongAudience, "Audience was not known"),
        (Shared::HolderCertificateExpired, validated),
        (Shared::RevocationUnknown, validated),
    ] {
        let reply = provoke_shared(cause).unwrap().reply;
        let expected =
            format!("Holder-of-key error=\"invalid_token\", error_description=\"{description}\"");
        assert_eq!((reply.status, reply.challenge), (401, Some(expected)), "{cause:?}");
    }
}

/// Who is let in and breaks a rule is told so in the body, as in the detail of a fault.
#[test]
fn what_the_contract_declares_comes_with_a_status_and_in_json() {
    for (cause, status, code) in [
        (Shared::SchemaRetired, 410, "SIM-3001"),
        (Shared::SchemaNotInForce, 404, "SIM-3003"),
        (Shared::MalformedRequest, 400, "SIM-9001"),
        (Shared::ForeignAuthority, 401, "SIM-4001"),
        (Shared::MissingPrivilege, 401, "SIM-4002"),
        (Shared::ConflictingResend, 409, "SIM-5001"),
        (Shared::OutdatedVersion, 409, "SIM-5002"),
        (Shared::CourseAnnulled, 409, "SIM-5003"),
        (Shared::InvalidSubmission, 422, "SIM-2003"),
        (Shared::NotFound, 404, "SIM-6001"),
    ] {
        let reaction = provoke_shared(cause).unwrap();
        assert_eq!(reaction.reply.status, status, "{cause:?}");
        let fault = reaction.json();
        assert_eq!(fault["Kode"], code, "{cause:?}");
        assert_eq!(fault["KorrelationsId"], reaction.answer.id(), "{cause:?}");
        assert_eq!(reaction.reply.challenge.is_some(), status == 401, "{cause:?}");
    }
    let unknown = provoke_shared(Shared::UnknownOperation).unwrap();
    assert_eq!(unknown.reply.status, 404);
    let scope = provoke_shared(Shared::MissingPrivilege).unwrap().reply.challenge.unwrap();
    assert!(scope.contains(", scope=\"https://smdb.sim.invalid/privilege/"), "{scope}");
}

#[test]
fn what_is_refused_by_rest_leaves_nothing_but_a_line_on_the_list_of_errors() {
    for reaction in each() {
        let listed = matches!(
            reaction.name(),
            "invalid-submission" | "conflicting-resend" | "outdated-version" | "course-annulled"
        );
        let refused = reaction.facts.iter().all(|it| matches!(it, Fact::Refused { .. }));
        assert!(refused && reaction.facts.len() == usize::from(listed), "{}", reaction.name());
    }
}

/// In both languages, and with nothing that came: no token, no number, no key.
#[test]
fn every_finding_of_rest_is_told_in_both_languages_and_keeps_secrets() {
    let secrets = |text: &str| {
        ["6101800049", "eyJ", "CipherValue", "MII", "BEGIN"].iter().any(|it| text.contains(it))
    };
    for reaction in each() {
        assert!(!secrets(&format!("{:?}", reaction.answer)), "{}", reaction.name());
        assert!(!secrets(reaction.reply.challenge.as_deref().unwrap_or_default()));
        for finding in reaction.diagnosis.findings() {
            for text in [&finding.rule, &finding.expected, &finding.got, &finding.what] {
                assert!(!text.en.is_empty() && !text.da.is_empty(), "{finding:?}");
                assert!(!secrets(&text.en) && !secrets(&text.da), "{finding:?}");
            }
            assert_ne!(finding.rule.en, finding.rule.da);
            assert_ne!(finding.what.en, finding.what.da);
        }
    }
}

#[test]
fn a_diagnosis_by_rest_lists_all_that_can_be_judged() {
    let mut world = World::new();
    let elsewhere = Assertion {
        audience: "urn:x".parse().unwrap(),
        not_on_or_after: after("-1s"),
        ..assertion()
    };
    let form = form(&signed(&elsewhere));
    let certificate = Proof::Key(STRANGER.certificate.der());
    let reaction = world.ask_rest(&Message { certificate, ..redemption(&form) }, start());
    assert_eq!(reaction.against(), ["another-holder", "token-expired", "wrong-audience"]);

    let message = Message { content_type: None, certificate: Proof::Missing, ..redemption(&form) };
    assert_eq!(world.ask_rest(&message, start()).against(), ["not-a-form", "certificate-missing"]);

    let access = world.redeem(&Assertion { privileges: None, ..assertion() }, start()).token();
    let (path, authorization) = (path(Operation::Report), format!("Holder-of-key {access}"));
    let body = json(&submission("sag-1"));
    let message = Message {
        path: &path,
        content_type: None,
        authorization: Some(&authorization),
        certificate,
        body: body.as_bytes(),
    };
    let expected = ["access-token-expired", "another-certificate", "missing-privilege"];
    let late = start() + Span::from_hours(1);
    assert_eq!(world.ask_rest(&message, late).against(), expected);
}
