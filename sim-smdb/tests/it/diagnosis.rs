//! The truth beside the wire: for every rejection, in two languages, and without a secret.

use clock::Timestamp;
use oio_idws::soap::Version;
use parties::{Excerpt, Text};
use sim_smdb::{
    Cause, MeantFor, Rejection,
    contract::Operation,
    rule::{Rule, Violation},
    schema::SchemaVersion,
};
use stage::start;

use crate::world::cvr;

/// One of each kind.
fn example(cause: Cause) -> Rejection {
    let (at, now): (Timestamp, Timestamp) = (start(), start());
    let what = Excerpt::of("what is wrong");
    match cause {
        Cause::MalformedXml => Rejection::MalformedXml { what },
        Cause::NotSoap => Rejection::NotSoap { what },
        Cause::WrongSoapVersion => {
            Rejection::WrongSoapVersion { got: Version::Soap11, spoken: Version::Soap12 }
        }
        Cause::TimestampUnreadable => Rejection::TimestampUnreadable { what },
        Cause::TimestampExpired => Rejection::TimestampExpired { expires: at, now },
        Cause::TimestampImplausible => {
            Rejection::TimestampImplausible { created: None, expires: at, now }
        }
        Cause::TimestampTooOld => Rejection::TimestampTooOld { created: at, now },
        Cause::TokenMissing => Rejection::TokenMissing,
        Cause::TokenMalformed => Rejection::TokenMalformed { what },
        Cause::TokenUnreadable => Rejection::TokenUnreadable { what, meant: MeantFor::Unsaid },
        Cause::UnknownIssuer => Rejection::UnknownIssuer,
        Cause::TokenInvalid => Rejection::TokenInvalid { what },
        Cause::TokenNotYetValid => Rejection::TokenNotYetValid { from: at },
        Cause::TokenExpired => Rejection::TokenExpired { since: at },
        Cause::WrongAudience => Rejection::WrongAudience {
            audience: Excerpt::of("urn:x"),
            ours: "urn:y".parse().unwrap(),
        },
        Cause::HolderCertificateNotYetValid => Rejection::HolderCertificateNotYetValid { from: at },
        Cause::HolderCertificateExpired => Rejection::HolderCertificateExpired { since: at },
        Cause::HolderCertificateRevoked => Rejection::HolderCertificateRevoked { since: at },
        Cause::RevocationUnknown => Rejection::RevocationUnknown,
        Cause::NotHolder => Rejection::NotHolder {
            what: Excerpt::of_sentences("not by this key", "ikke med denne nøgle"),
        },
        Cause::FrameworkMissing => Rejection::FrameworkMissing,
        Cause::FrameworkMismatch => Rejection::FrameworkMismatch {
            what: Excerpt::of_sentences("of version 1", "har version 1"),
        },
        Cause::ActionMissing => Rejection::ActionMissing,
        Cause::WrongAddress => {
            let ours = "https://smdb.invalid/".to_owned();
            Rejection::WrongAddress { to: None, ours, other_host: false }
        }
        Cause::Replayed => Rejection::Replayed,
        Cause::UnknownOperation => Rejection::UnknownOperation { action: Excerpt::of("urn:x") },
        Cause::SchemaRetired => {
            let in_force = Some(SchemaVersion::V2025_07);
            Rejection::SchemaRetired { version: SchemaVersion::V2025_01, since: at, in_force }
        }
        Cause::SchemaNotInForce => {
            let in_force = Some(SchemaVersion::V2025_01);
            Rejection::SchemaNotInForce { version: SchemaVersion::V2025_07, from: None, in_force }
        }
        Cause::MalformedRequest => Rejection::MalformedRequest { what },
        Cause::ForeignAuthority => {
            Rejection::ForeignAuthority { holder: cvr("90000001"), authority: cvr("90000002") }
        }
        Cause::MissingPrivilege => {
            Rejection::MissingPrivilege { operation: Operation::Report, authority: cvr("90000001") }
        }
        Cause::ConflictingResend => Rejection::ConflictingResend { version: 1 },
        Cause::OutdatedVersion => Rejection::OutdatedVersion { version: 1, latest: 2 },
        Cause::CourseAnnulled => Rejection::CourseAnnulled { since: at },
        Cause::InvalidSubmission => Rejection::InvalidSubmission {
            violations: Rule::ALL.iter().map(|rule| Violation::new(*rule, "Felt")).collect(),
        },
        Cause::NotFound => Rejection::NotFound,
    }
}

#[test]
fn each_rejection_is_explained_in_english_and_in_danish() {
    for cause in Rejection::ALL {
        let rejection = example(*cause);
        assert_eq!(rejection.cause(), *cause);
        let finding = rejection.finding();
        assert_eq!(finding.cause, rejection.name());
        let texts = [&finding.rule, &finding.expected, &finding.got, &finding.what];
        for Text { en, da } in texts {
            assert!(!en.trim().is_empty() && !da.trim().is_empty(), "{cause:?}");
            // A row in the source is broken into lines; no text has the blanks of one.
            assert!(!en.contains("  ") && !da.contains("  "), "{cause:?}: {en} / {da}");
            // What reads the same in both is a name, or what a parser says.
            let english = [" the ", " of ", " that ", "certificate ", "billet"];
            assert!(en == da || !english.iter().any(|it| da.contains(it)), "{cause:?}: {da}");
        }
        // A rule and an advice are whole sentences; what was expected and what came are not.
        for Text { en, da } in [&finding.rule, &finding.what] {
            assert!(en.ends_with('.') && da.ends_with('.'), "{cause:?}: {en} / {da}");
        }
        for Text { en, da } in [&finding.expected, &finding.got] {
            assert!(!en.ends_with('.') && !da.ends_with('.'), "{cause:?}: {en} / {da}");
            assert!(!en.contains('{') && !da.contains('{'), "{cause:?}: {en} / {da}");
        }
        // What comes is no time of day, and a clock that is off is not crooked.
        let danish = format!("{finding:?}");
        assert!(!danish.contains("klokken") && !danish.contains("skævhed"), "{danish}");
        assert_ne!(finding.rule.en, finding.rule.da, "{cause:?}");
        assert_ne!(finding.what.en, finding.what.da, "{cause:?}");
        assert!(!finding.who.title().da.is_empty());
    }
}

#[test]
fn a_token_for_another_is_told_from_one_for_the_entity_id_that_is_set_up() {
    let finding = example(Cause::WrongAudience).finding();
    assert_eq!((finding.expected, finding.got), (Text::same("urn:y"), Text::same("urn:x")));
}

#[test]
fn the_texts_of_a_version_say_which_it_is() {
    let [retired, early] = [Cause::SchemaRetired, Cause::SchemaNotInForce].map(example);
    assert_eq!(early.rule().map(Rule::code), Some("SIM-3003"));
    assert!(early.fault_text().contains("ikke trådt i kraft"));
    assert_eq!(retired.rule().map(Rule::code), Some("SIM-3001"));
    assert!(!retired.fault_text().contains('Z'), "{}", retired.fault_text());
    // And what would have been accepted.
    assert_eq!(retired.finding().expected, Text::same("version 2025-07"));
    assert_eq!(early.finding().expected, Text::same("version 2025-01"));
}

#[test]
fn the_finding_of_an_unknown_operation_names_those_that_there_are() {
    let expected = example(Cause::UnknownOperation).finding().expected;
    for operation in Operation::ALL {
        let action = operation.action(SchemaVersion::LATEST);
        assert!(expected.en.contains(&action) && expected.da.contains(&action), "{expected:?}");
    }
}

#[test]
fn the_finding_of_an_invalid_submission_names_each_rule() {
    let finding = example(Cause::InvalidSubmission).finding();
    for rule in Rule::ALL {
        assert!(finding.got.en.contains(rule.code()) && finding.got.da.contains(&rule.text().da));
    }
}
