//! What would have been accepted.

use oio_idws::uris::{ISSUE_REQUEST, SAML_TOKEN_TYPE};
use parties::Text;

use crate::{InForce, Rejection, issue::Case};

pub(super) fn expected(rejection: &Rejection) -> Text {
    match rejection {
        Rejection::MessageTooLarge { limit, .. } => {
            Text::new(format!("at most {limit} bytes"), format!("højst {limit} byte"))
        }
        Rejection::MalformedXml { .. } => Text::new(
            "well-formed XML without a DOCTYPE and processing instructions",
            "velformet XML uden DOCTYPE og processing instructions",
        ),
        Rejection::NotSoap { .. } => Text::new(
            "an envelope of SOAP 1.1 with wsse:Security in its header",
            "en SOAP 1.1-envelope med wsse:Security i headeren",
        ),
        Rejection::TimestampUnreadable { .. } => Text::new(
            "wsu:Timestamp with wsu:Expires, as a rule five minutes after wsu:Created",
            "wsu:Timestamp med wsu:Expires, typisk fem minutter efter wsu:Created",
        ),
        Rejection::TimestampExpired { now, .. } => {
            Text::new(format!("an end after {now}"), format!("et udløb efter {now}"))
        }
        Rejection::TimestampImplausible { created: None, now, life, .. } => Text::new(
            format!("wsu:Created, or an end no later than {}", *now + *life),
            format!("wsu:Created eller et udløb senest {}", *now + *life),
        ),
        Rejection::TimestampImplausible { created: Some(_), now, tolerance, expires, .. } => {
            Text::new(
                format!(
                    "made between {} and {}, and before {expires}",
                    *now - *tolerance,
                    *now + *tolerance
                ),
                format!(
                    "oprettet mellem {} og {} og før {expires}",
                    *now - *tolerance,
                    *now + *tolerance
                ),
            )
        }
        Rejection::NotSigned { .. } => Text::new(
            "one signature over wsa:Action, wsa:MessageID, wsa:To, every other header, the timestamp, \
             the BinarySecurityToken and the body",
            "én signatur over wsa:Action, wsa:MessageID, wsa:To, alle andre headere, tidsstemplet, \
             BinarySecurityToken og body",
        ),
        Rejection::SignatureInvalid { .. } => Text::new(
            "a message that nobody changed after it was signed, and RSA with SHA-256 or stronger",
            "en besked, som ingen har ændret efter signeringen, og RSA med SHA-256 eller stærkere",
        ),
        Rejection::MustUnderstand { header } => Text::new(
            format!("wsa:{header} without mustUnderstand"),
            format!("wsa:{header} uden mustUnderstand"),
        ),
        Rejection::UnknownCase { .. } | Rejection::CaseNotOffered { .. } => {
            Text::same(Case::SystemUser.uri())
        }
        Rejection::InvalidRequest { .. } => {
            Text::same(format_args!("RequestType {ISSUE_REQUEST}, TokenType {SAML_TOKEN_TYPE}"))
        }
        Rejection::ActsAs => Text::new("no wst14:ActAs", "intet wst14:ActAs"),
        Rejection::CertificateNotTrusted { .. } => Text::new(
            "a system certificate that MitID Erhverv issued in this environment",
            "et systemcertifikat, som MitID Erhverv har udstedt i dette miljø",
        ),
        Rejection::CertificateNotYetValid { now, .. }
        | Rejection::CertificateExpired { now, .. } => Text::new(
            format!("a certificate that is valid at {now}"),
            format!("et certifikat, der er gyldigt {now}"),
        ),
        Rejection::RevocationUnknown { .. } => Text::new(
            "a revocation list in force: from its thisUpdate until its nextUpdate",
            "en gældende spærreliste: fra dens thisUpdate til dens nextUpdate",
        ),
        Rejection::CertificateRevoked { .. } => Text::new(
            "a certificate that is not on the revocation list",
            "et certifikat, der ikke står på spærrelisten",
        ),
        Rejection::NotSystemCertificate { .. } => Text::new(
            "organizationIdentifier NTRDK- and eight digits in the subject",
            "organizationIdentifier NTRDK- og otte cifre i subject",
        ),
        Rejection::CertificateNotRegistered { in_force, .. }
        | Rejection::CertificateNotInForce { in_force, .. }
        | Rejection::CertificateReplaced { in_force, .. } => the_one_in_force(in_force),
        Rejection::UnknownService { meant: Some(meant), .. } => Text::same(meant),
        Rejection::UnknownService { meant: None, .. } => Text::new(
            "the entity id of a service that is registered in this environment",
            "entity id på en tjeneste, der er registreret i dette miljø",
        ),
        Rejection::NotApproved { service, .. } => {
            Text::new(format!("a privilege at {service}"), format!("et privilegium hos {service}"))
        }
        Rejection::Replayed => Text::new(
            "a request that was not answered before",
            "en anmodning, der ikke er besvaret i forvejen",
        ),
        Rejection::NoSigner => Text::new(
            "a signing certificate that is in force",
            "et signeringscertifikat, der er i kraft",
        ),
    }
}

/// What is in force now, by number and end, as far as the STS knows it.
fn the_one_in_force(in_force: &[InForce]) -> Text {
    if in_force.is_empty() {
        return Text::new(
            "a certificate that is in force for a system user",
            "et certifikat, der er i kraft for en systembruger",
        );
    }
    let said = |refused: &str| {
        let each = in_force.iter().map(|it| format!("{} ({refused} {})", it.serial, it.until));
        each.collect::<Vec<_>>().join(", ")
    };
    Text::new(
        format!(
            "the certificate that is in force for the system user now: {}",
            said("refused from")
        ),
        format!("det certifikat, der er i kraft for systembrugeren nu: {}", said("afvises fra")),
    )
}
