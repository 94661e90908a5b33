//! What came.

use parties::Text;
use pki::{ChainReason, PathMember};

use crate::{CertificateName, Rejection};

pub(super) fn got(rejection: &Rejection) -> Text {
    match rejection {
        Rejection::MessageTooLarge { size, .. } => {
            Text::new(format!("{size} bytes"), format!("{size} byte"))
        }
        // What a parser or a verifier says is for the vendor's developer, and in English alone.
        Rejection::MalformedXml { what }
        | Rejection::NotSoap { what }
        | Rejection::TimestampUnreadable { what }
        | Rejection::NotSigned { what }
        | Rejection::SignatureInvalid { what }
        | Rejection::InvalidRequest { what } => Text::same(what),
        Rejection::TimestampExpired { expires, now } => Text::new(
            format!("an end at {expires}, and it is {now}"),
            format!("et udløb {expires}, og klokken er {now}"),
        ),
        Rejection::TimestampImplausible { created: None, expires, now, .. } => Text::new(
            format!("no wsu:Created, to be used before {expires}; it is {now}"),
            format!("intet wsu:Created, kan bruges før {expires}; klokken er {now}"),
        ),
        Rejection::TimestampImplausible { created: Some(created), expires, now, .. } => Text::new(
            format!("made at {created}, to be used before {expires}; it is {now}"),
            format!("lavet {created}, kan bruges før {expires}; klokken er {now}"),
        ),
        Rejection::UnknownCase { to } => Text::same(to),
        Rejection::CaseNotOffered { case } => Text::same(case.uri()),
        Rejection::ActsAs => Text::new("a request with ActAs", "en anmodning med ActAs"),
        Rejection::CertificateNotTrusted { refusal } => {
            Text::new(refusal.to_string(), untrusted(refusal.certificate, refusal.reason))
        }
        Rejection::CertificateNotYetValid { certificate, from, now } => Text::new(
            format!("{certificate}, valid from {from}; it is {now}"),
            format!("{}, gyldigt fra {from}; klokken er {now}", named(certificate)),
        ),
        Rejection::CertificateExpired { certificate, since, now } => Text::new(
            format!("{certificate}, refused since {since}; it is {now}"),
            format!("{}, afvist siden {since}; klokken er {now}", named(certificate)),
        ),
        Rejection::RevocationUnknown { next_update: Some(at) } => Text::new(
            format!("a list that should have been replaced at {at}"),
            format!("en liste, der skulle være afløst {at}"),
        ),
        Rejection::RevocationUnknown { next_update: None } => {
            Text::new("no revocation list at all", "slet ingen spærreliste")
        }
        Rejection::CertificateRevoked { certificate, since } => Text::new(
            format!("{certificate}, revoked since {since}"),
            format!("{}, spærret siden {since}", named(certificate)),
        ),
        Rejection::NotSystemCertificate { subject } => Text::same(subject),
        Rejection::CertificateNotRegistered { certificate } => Text::new(
            format!("{certificate}, which no system user here is, was or will be known by"),
            format!(
                "{}, som ingen systembruger her er, var eller bliver kendt på",
                named(certificate)
            ),
        ),
        Rejection::CertificateNotInForce { certificate, from } => Text::new(
            format!("{certificate}, which comes into force at {from}"),
            format!("{}, som træder i kraft {from}", named(certificate)),
        ),
        Rejection::CertificateReplaced { certificate } => Text::new(
            format!("{certificate}, by which a system user was known before, and no longer is"),
            format!(
                "{}, som en systembruger før var kendt på og ikke længere er",
                named(certificate)
            ),
        ),
        Rejection::UnknownService { applies_to, .. } => Text::same(applies_to),
        Rejection::NotApproved { system_user, .. } => Text::new(
            format!("{system_user}, without a privilege there"),
            format!("{system_user}, uden privilegium der"),
        ),
        Rejection::Replayed => Text::new(
            "a signature that was answered with a token before",
            "en signatur, der før er besvaret med en billet",
        ),
        Rejection::NoSigner => Text::new("none", "intet"),
    }
}

fn named(certificate: &CertificateName) -> String {
    format!("certifikatet {} for `{}`", certificate.serial, certificate.subject)
}

fn untrusted(member: PathMember, reason: ChainReason) -> String {
    let member = match member {
        PathMember::Leaf => "certifikatet",
        PathMember::Issuing => "udstederens certifikat",
        PathMember::Root => "rodcertifikatet",
    };
    let reason = match reason {
        ChainReason::NotYetValid => "er endnu ikke gyldigt",
        ChainReason::Expired => "er udløbet",
        ChainReason::Revoked => "er spærret",
        ChainReason::UnknownIssuer => "nævner en udsteder, som vi ikke stoler på",
        ChainReason::SelfSigned => "har udstedt sig selv",
        ChainReason::OtherEnvironment => "hører til det andet miljø",
        ChainReason::RealAuthority => {
            "kommer fra den rigtige udsteder, som en simulator ikke stoler på: bestil et her"
        }
        ChainReason::BadSignature => "er ikke signeret af den udsteder, det nævner",
        ChainReason::UnsupportedAlgorithm => "er signeret med en algoritme, vi ikke accepterer",
        ChainReason::NotACertificateAuthority => "har udstedt et andet, men er ikke en udsteders",
        ChainReason::PathTooLong => "står under en udsteder, der ingen må have under sig",
        ChainReason::IsACertificateAuthority => "er en udsteders og ikke en slutbrugers",
        ChainReason::WrongKeyUsage => "har en nøgle, der ikke må bruges til dette",
        ChainReason::NoKeyUsage => "siger ikke, hvad dets nøgle må bruges til",
        ChainReason::UnknownCriticalExtension => "har en kritisk udvidelse, vi ikke forstår",
        ChainReason::NotOces => "er ikke udstedt efter en OCES-politik",
        ChainReason::RevocationListOfAnother => "kan ikke kontrolleres: spærrelisten er en andens",
        ChainReason::RevocationListBadSignature => {
            "kan ikke kontrolleres: spærrelisten er ikke signeret af sin udsteder"
        }
        ChainReason::RevocationListNotYetValid => {
            "kan ikke kontrolleres: spærrelisten er endnu ikke i kraft"
        }
        ChainReason::RevocationListExpired => "kan ikke kontrolleres: spærrelisten er forældet",
    };
    format!("{member} {reason}")
}
