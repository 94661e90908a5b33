//! What would have been accepted.

use parties::Text;

use crate::{Rejection, order::Method, register::REASONS};

pub(super) fn text(rejection: &Rejection) -> Text {
    match rejection {
        Rejection::MalformedRequest { .. } => {
            Text::new("a request that can be read", "en anmodning, der kan læses")
        }
        Rejection::NoAuthority { .. } => Text::new(
            "an environment that this simulator has a hierarchy for",
            "et miljø, som denne simulator har et hierarki for",
        ),
        Rejection::UnknownOrganisation { environment, .. } => Text::new(
            format!("an organisation that is connected in {environment}"),
            format!("en organisation, der er tilsluttet i {}", environment.in_danish()),
        ),
        Rejection::AlreadyConnected { .. } => Text::new(
            "an organisation that is not connected yet",
            "en organisation, der ikke er tilsluttet endnu",
        ),
        Rejection::CertificatesNotAllowed { .. } => Text::new(
            "that organisation certificates are allowed",
            "at organisationscertifikater er tilladt",
        ),
        Rejection::AgreementEnded { since, .. } => {
            Text::new(format!("a request before {since}"), format!("en anmodning før {since}"))
        }
        Rejection::AlreadyTerminated { .. } => {
            Text::new("an agreement that runs on", "en aftale, der ikke er opsagt")
        }
        Rejection::NotTerminated { .. } => {
            Text::new("an agreement that is terminated", "en aftale, der er opsagt")
        }
        Rejection::NameUnusable { .. } => {
            Text::new("1 to 64 characters that can be shown", "1 til 64 tegn, der kan vises")
        }
        Rejection::EmailUnusable => {
            Text::new("an address such as drift@example.dk", "en adresse som drift@example.dk")
        }
        Rejection::EmailNotAscii { .. } => {
            Text::new("an address without Æ, Ø and Å", "en adresse uden Æ, Ø og Å")
        }
        Rejection::UnknownProfile { .. } => {
            Text::new("the id of a certificate profile", "id'et på en certifikatprofil")
        }
        Rejection::ContactMissing => Text::new(
            "a contact person with name and e-mail address",
            "en kontaktperson med navn og e-mailadresse",
        ),
        Rejection::LoginOverApi | Rejection::CodeNeeded => {
            Text::new("a one-time code", "en engangskode")
        }
        Rejection::UnknownOrder { .. } => {
            Text::new("the reference number of an order", "referencenummeret på en bestilling")
        }
        Rejection::WrongCode => Text::new(
            "the reference number and the code of one order",
            "referencenummer og engangskode fra samme bestilling",
        ),
        Rejection::CodeLocked { attempts } => Text::new(
            format!("the right code before {attempts} wrong ones"),
            format!("den rigtige kode inden {attempts} forkerte"),
        ),
        Rejection::CodeUsed => {
            Text::new("a code that has not been used", "en kode, der ikke er brugt")
        }
        Rejection::OrderFulfilled { .. } | Rejection::OrderCancelled { .. } => {
            Text::new("an order that is open", "en åben bestilling")
        }
        Rejection::OrderExpired { since, .. } => {
            Text::new(format!("the issue before {since}"), format!("udstedelse før {since}"))
        }
        Rejection::MethodDiffers { ordered: Method::Browser } => {
            Text::new("a download in the browser", "hentning i internetbrowseren")
        }
        Rejection::MethodDiffers { ordered: Method::Api } => {
            Text::new("a signing request over the API", "en certifikatanmodning over API'et")
        }
        Rejection::EmailNotValidated { .. } => {
            Text::new("an address that is validated", "en valideret adresse")
        }
        Rejection::WrongToken => {
            Text::new("the link as it stands in the mail", "linket, som det står i mailen")
        }
        Rejection::TermsNotAccepted => {
            Text::new("that the terms are accepted", "at vilkårene er accepteret")
        }
        Rejection::KeyPairMissing => Text::new("a new key pair", "et nyt nøglepar"),
        Rejection::SigningRequestUnusable { .. } => Text::new(
            "a PKCS#10 in DER and base64, or in PEM",
            "en PKCS#10 i DER og base64 eller i PEM",
        ),
        Rejection::NoProofOfPossession => Text::new(
            "a signature with the key in the request",
            "en signatur med nøglen i anmodningen",
        ),
        Rejection::KeyTooShort { least, .. } => Text::new(
            format!("an RSA key of {least} bits or more"),
            format!("en RSA-nøgle på mindst {least} bit"),
        ),
        Rejection::KeyReused => Text::new("a new key", "en ny nøgle"),
        Rejection::SubjectDiffers { expected, .. } => expected.text(),
        Rejection::UnknownCertificate { environment, .. } => Text::new(
            format!("the serial number of a certificate of {environment}"),
            format!("serienummeret på et certifikat fra {}", environment.in_danish()),
        ),
        Rejection::CertificateExpired { since, .. } => {
            Text::new(format!("a time before {since}"), format!("et tidspunkt før {since}"))
        }
        Rejection::CertificateRevoked { .. } | Rejection::AlreadyRevoked { .. } => {
            Text::new("a certificate that is not revoked", "et certifikat, der ikke er spærret")
        }
        Rejection::ReasonNotOffered { .. } => {
            Text::same(REASONS.map(|reason| reason.name()).join(", "))
        }
    }
}
