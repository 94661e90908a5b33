//! What came.

use parties::{Excerpt, Text};
use pki::{ChainReason, ChainRefusal, PathMember};

use crate::{CertificateName, Rejection, Whereabouts, administration::slot_in_danish};

pub(super) fn got(rejection: &Rejection) -> Text {
    match rejection {
        Rejection::MessageTooLarge { size, .. } => {
            Text::new(format!("{size} bytes"), format!("{size} byte"))
        }
        // What a parser says is for the vendor's developer, and most of it in English alone.
        Rejection::MalformedXml { what }
        | Rejection::NotSoap { what }
        | Rejection::TimestampUnreadable { what }
        | Rejection::NotSigned { what }
        | Rejection::SignatureInvalid { what }
        | Rejection::InvalidRequest { what } => what.text(),
        Rejection::TimestampExpired { expires, now } => Text::new(
            format!("an end at {expires}, and it is {now}"),
            format!("et udløb {expires}, og nu er det {now}"),
        ),
        Rejection::TimestampImplausible { created: None, expires, now, .. } => Text::new(
            format!("no wsu:Created, to be used before {expires}; it is {now}"),
            format!("intet wsu:Created, kan bruges før {expires}; nu er det {now}"),
        ),
        Rejection::TimestampImplausible { created: Some(created), expires, now, .. } => Text::new(
            format!("made at {created}, to be used before {expires}; it is {now}"),
            format!("oprettet {created}, kan bruges før {expires}; nu er det {now}"),
        ),
        Rejection::MustUnderstand { header } => Text::new(
            format!("wsa:{header} with mustUnderstand"),
            format!("wsa:{header} med mustUnderstand"),
        ),
        Rejection::UnknownCase { to } => to.text(),
        Rejection::CaseNotOffered { case } => Text::same(case.uri()),
        Rejection::ActsAs => Text::new("a request with ActAs", "en anmodning med ActAs"),
        Rejection::CertificateNotTrusted { refusal } => {
            Text::new(not_trusted(refusal), untrusted(refusal))
        }
        Rejection::CertificateNotYetValid { certificate, from, now } => Text::new(
            format!("{certificate}, valid from {from}; it is {now}"),
            format!("{}, gyldigt fra {from}; nu er det {now}", named(certificate)),
        ),
        Rejection::CertificateExpired { certificate, since, now } => Text::new(
            format!("{certificate}, refused since {since}; it is {now}"),
            format!("{}, afvist siden {since}; nu er det {now}", named(certificate)),
        ),
        Rejection::RevocationUnknown { list: Some((from, until)) } => Text::new(
            format!("a list in force from {from} until {until}, which does not hold now"),
            format!("en liste, der gælder fra {from} til {until}, og altså ikke nu"),
        ),
        Rejection::RevocationUnknown { list: None } => {
            Text::new("no revocation list of this authority", "ingen spærreliste fra udstederen")
        }
        Rejection::CertificateRevoked { certificate, since } => Text::new(
            format!("{certificate}, revoked since {since}"),
            format!("{}, spærret siden {since}", named(certificate)),
        ),
        Rejection::NotSystemCertificate { subject } => subject.text(),
        Rejection::CertificateNotRegistered {
            certificate,
            whereabouts: Whereabouts::Saved { system_user, slot, environment },
            ..
        } => {
            let user = Excerpt::of_name(system_user);
            Text::new(
                format!(
                    "{certificate}, which is saved in the {slot} slot of `{user}`, and not \
                     provisioned to {environment}"
                ),
                format!(
                    "{}, som er gemt på pladsen til {} for `{}`, men ikke provisioneret til {}",
                    named(certificate),
                    slot_in_danish(*slot),
                    user.in_danish(),
                    environment.in_danish()
                ),
            )
        }
        Rejection::CertificateNotRegistered {
            certificate,
            whereabouts: Whereabouts::Unknown | Whereabouts::Foreign,
            ..
        } => Text::new(
            format!("{certificate}, which no system user here is, was or will be known by"),
            format!(
                "{}, som ingen systembruger her kendes på, hverken før, nu eller senere",
                named(certificate)
            ),
        ),
        Rejection::CertificateNotInForce { certificate, from, .. } => Text::new(
            format!("{certificate}, which comes into force at {from}"),
            format!("{}, som træder i kraft {from}", named(certificate)),
        ),
        Rejection::CertificateReplaced { certificate, .. } => Text::new(
            format!("{certificate}, by which a system user was known before, and no longer is"),
            format!(
                "{}, som en systembruger før var kendt på, men ikke er det længere",
                named(certificate)
            ),
        ),
        Rejection::UnknownService { applies_to, .. } => applies_to.text(),
        Rejection::NotApproved { system_user, .. } => {
            let user = Excerpt::of_name(system_user);
            Text::new(
                format!("{user}, without a privilege there"),
                format!("{}, uden privilegium der", user.in_danish()),
            )
        }
        Rejection::Replayed => Text::new(
            "a signature that was answered with a token before",
            "en signatur, der tidligere er besvaret med et token",
        ),
        Rejection::NoSigner => Text::new("none", "intet"),
    }
}

/// A certificate by its name, in Danish.
pub(crate) fn named(certificate: &CertificateName) -> String {
    format!("certifikatet {} for `{}`", certificate.serial, certificate.subject.in_danish())
}

/// Why a certificate is not trusted. Whoever signed it themselves has put any subject into it.
pub(crate) fn not_trusted(refusal: &ChainRefusal) -> String {
    let subject = Excerpt::of_name(&refusal.subject).to_string();
    ChainRefusal { subject, ..refusal.clone() }.to_string()
}

/// Why a certificate is not trusted, in Danish.
pub(crate) fn untrusted(refusal: &ChainRefusal) -> String {
    let member = match refusal.certificate {
        PathMember::Leaf => "certifikatet",
        PathMember::Issuing => "udstederens certifikat",
        PathMember::Root => "rodcertifikatet",
    };
    let reason = match refusal.reason {
        ChainReason::NotYetValid => "er endnu ikke gyldigt",
        ChainReason::Expired => "er udløbet",
        ChainReason::Revoked => "er spærret",
        ChainReason::UnknownIssuer => "er fra en udsteder, som vi ikke stoler på",
        ChainReason::SelfSigned => "er selvudstedt",
        ChainReason::OtherEnvironment => "hører til det andet miljø",
        ChainReason::RealAuthority => {
            "er fra den rigtige udsteder, som en simulator ikke stoler på: bestil et her"
        }
        ChainReason::BadSignature => "er ikke signeret af den udsteder, det angiver",
        ChainReason::UnsupportedAlgorithm => "er signeret med en algoritme, som vi ikke accepterer",
        ChainReason::NotACertificateAuthority => {
            "har udstedt et andet certifikat, men er ikke en udsteders"
        }
        ChainReason::PathTooLong => {
            "står under en udsteder, der ikke må have andre udstedere under sig"
        }
        ChainReason::IsACertificateAuthority => "er en udsteders og ikke en slutbrugers",
        ChainReason::WrongKeyUsage => "har en nøgle, der ikke må bruges til dette",
        ChainReason::NoKeyUsage => "siger ikke, hvad dets nøgle må bruges til",
        ChainReason::UnknownCriticalExtension => "har en kritisk udvidelse, som vi ikke forstår",
        ChainReason::NotOces => "er ikke udstedt efter en OCES-politik",
        ChainReason::RevocationListOfAnother => {
            "kan ikke kontrolleres: spærrelisten er fra en anden udsteder"
        }
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
