//! What to do next.

use parties::{Excerpt, Text};
use pki::ChainReason;

use crate::{Rejection, Whereabouts};

pub(super) fn what(rejection: &Rejection) -> Text {
    let (en, da) = match rejection {
        Rejection::MessageTooLarge { .. } => (
            "Send the request alone: nothing else belongs in the message.",
            "Send kun selve anmodningen: andet hører ikke hjemme i beskeden.",
        ),
        Rejection::MalformedXml { .. } => (
            "Look at what the client really sends, and mend the place named.",
            "Se på, hvad klienten faktisk sender, og ret det nævnte sted.",
        ),
        Rejection::NotSoap { .. } => (
            "Configure the binding for SOAP 1.1 with WS-Addressing 1.0 and WS-Security.",
            "Konfigurér bindingen til SOAP 1.1 med WS-Addressing 1.0 og WS-Security.",
        ),
        Rejection::TimestampUnreadable { .. } => (
            "Let the client write a timestamp with an end (IncludeTimestamp).",
            "Lad klienten skrive et tidsstempel med et udløb (IncludeTimestamp).",
        ),
        Rejection::TimestampExpired { .. } | Rejection::TimestampImplausible { .. } => (
            "Check the client's clock against a time server, and send each request as soon as it is \
             signed.",
            "Kontrollér klientens ur mod en tidsserver, og send hver anmodning, så snart den er \
             signeret.",
        ),
        Rejection::NotSigned { .. } => (
            "Let the client sign the part named too, and place it where the profile says.",
            "Lad også klienten signere den nævnte del, og placér den, hvor profilen siger det.",
        ),
        Rejection::SignatureInvalid { .. } => (
            "Check that key and certificate belong together, and that nothing between client and STS \
             changes the message: no pretty-printing after signing.",
            "Kontrollér, at nøgle og certifikat hører sammen, og at intet mellem klient og STS ændrer \
             beskeden: den må ikke formateres om efter signeringen.",
        ),
        Rejection::MustUnderstand { .. } => (
            "Let the client leave mustUnderstand out of the header before it signs. WCF writes it by \
             itself: change the message on its way out, as the .NET reference client does.",
            "Lad klienten udelade mustUnderstand af headeren, før den signerer. WCF skriver den af sig selv: \
             ændr beskeden på vej ud, som .NET-referenceklienten gør.",
        ),
        Rejection::UnknownCase { .. } => (
            "Write the name of the case in wsa:To, whatever address the message is sent to.",
            "Skriv scenariets navn i wsa:To, uanset hvilken adresse beskeden sendes til.",
        ),
        Rejection::CaseNotOffered { .. } => (
            "Ask in the system user's case, or test the other cases elsewhere.",
            "Brug systembrugerens scenarie, eller test de andre scenarier et andet sted.",
        ),
        Rejection::InvalidRequest { .. } => (
            "Mend the request as the message above says.",
            "Ret anmodningen, som meddelelsen ovenfor siger.",
        ),
        Rejection::ActsAs => ("Leave ActAs out of the request.", "Udelad ActAs af anmodningen."),
        Rejection::CertificateNotTrusted { refusal } => match refusal.reason {
            ChainReason::OtherEnvironment => (
                "Deploy the certificate of this environment: integration test and production have \
                 one each.",
                "Idriftsæt dette miljøs certifikat: integrationstest og produktion har hver sit.",
            ),
            ChainReason::RealAuthority => (
                "Take the real certificate out of the client at once, and order one from the \
                 simulator.",
                "Fjern straks det rigtige certifikat fra klienten, og bestil et i simulatoren.",
            ),
            ChainReason::NotYetValid
            | ChainReason::Expired
            | ChainReason::Revoked
            | ChainReason::UnknownIssuer
            | ChainReason::SelfSigned
            | ChainReason::BadSignature
            | ChainReason::UnsupportedAlgorithm
            | ChainReason::NotACertificateAuthority
            | ChainReason::PathTooLong
            | ChainReason::IsACertificateAuthority
            | ChainReason::WrongKeyUsage
            | ChainReason::NoKeyUsage
            | ChainReason::UnknownCriticalExtension
            | ChainReason::NotOces
            | ChainReason::RevocationListOfAnother
            | ChainReason::RevocationListBadSignature
            | ChainReason::RevocationListNotYetValid
            | ChainReason::RevocationListExpired => (
                "Deploy a system certificate that MitID Erhverv issued in this environment.",
                "Idriftsæt et systemcertifikat, som MitID Erhverv har udstedt i dette miljø.",
            ),
        },
        Rejection::CertificateNotYetValid { .. } => (
            "Go back to the former certificate until then, or check the client's clock.",
            "Gå tilbage til det tidligere certifikat indtil da, eller kontrollér klientens ur.",
        ),
        Rejection::CertificateExpired { .. } => (
            "Deploy the new certificate. If there is none: it can no longer be renewed, so the MitID \
             administrator orders a new one, and the NemLog-in administrator saves and provisions it.",
            "Idriftsæt det nye certifikat. Har du ikke et nyt, skal MitID-administratoren bestille et, for det \
             gamle kan ikke længere fornyes, og NemLog-in-administratoren skal gemme og provisionere \
             det.",
        ),
        Rejection::RevocationUnknown { .. } => (
            "Let the authority publish a new revocation list, and the STS reach it. If it does, see whether \
             the authority's clock and the STS's show the same.",
            "Sørg for, at udstederen offentliggør en ny spærreliste, og at STS'en kan hente den. Kan den det, \
             så se, om udstederens og STS'ens ure viser det samme.",
        ),
        Rejection::CertificateRevoked { .. } => (
            "Order a new certificate; the NemLog-in administrator then saves it in the active slot \
             and provisions, and the vendor deploys it.",
            "Bestil et nyt certifikat; NemLog-in-administratoren gemmer det derefter som aktivt \
             certifikat og provisionerer, og leverandøren idriftsætter det.",
        ),
        Rejection::NotSystemCertificate { .. } => (
            "Order a system certificate of the organisation in MitID Erhverv.",
            "Bestil et systemcertifikat for organisationen i MitID Erhverv.",
        ),
        Rejection::CertificateNotRegistered {
            whereabouts: Whereabouts::Saved { system_user, environment, .. },
            ..
        } => {
            let user = Excerpt::of_name(system_user);
            return Text::new(
                format!(
                    "Provision `{user}` to {environment} in NemLog-in Administration: what is \
                     saved counts nowhere before."
                ),
                format!(
                    "Provisionér `{}` til {} i NemLog-in Administration: det gemte gælder ingen \
                     steder før.",
                    user.in_danish(),
                    environment.in_danish()
                ),
            );
        }
        Rejection::CertificateNotRegistered { whereabouts: Whereabouts::Foreign, .. } => (
            "Deploy the certificate of this environment: this one cannot be provisioned to it.",
            "Idriftsæt dette miljøs certifikat: det her kan ikke provisioneres til miljøet.",
        ),
        Rejection::CertificateNotRegistered { whereabouts: Whereabouts::Unknown, .. } => (
            "Save the certificate on the system user in NemLog-in Administration, and provision to \
             this environment.",
            "Gem certifikatet på systembrugeren i NemLog-in Administration, og provisionér til dette \
             miljø.",
        ),
        Rejection::CertificateNotInForce { in_force, .. } if in_force.is_empty() => (
            "There is none to go back to: wait until then. If a rolling swap must come sooner, the \
             NemLog-in administrator saves the new one in the active slot and provisions.",
            "Der er intet at gå tilbage til: vent indtil da. Haster et rullende skift, gemmer \
             NemLog-in-administratoren det nye som aktivt certifikat og provisionerer.",
        ),
        Rejection::CertificateNotInForce { .. } => (
            "Go back to the former certificate until then. If a rolling swap must come sooner, the \
             NemLog-in administrator saves the new one in the active slot and provisions.",
            "Gå tilbage til det tidligere certifikat indtil da. Haster et rullende skift, gemmer \
             NemLog-in-administratoren det nye som aktivt certifikat og provisionerer.",
        ),
        Rejection::CertificateReplaced { in_force, .. } if in_force.is_empty() => (
            "No certificate of the system user is in force: save one in the active slot and provision; if \
             there is none that is good, the MitID administrator orders it first. The vendor deploys it \
             on every node.",
            "Systembrugeren har intet certifikat, der er i kraft: gem et som aktivt certifikat, og \
             provisionér; er der ikke et, der duer, bestiller MitID-administratoren det først. \
             Leverandøren idriftsætter det på alle noder.",
        ),
        Rejection::CertificateReplaced { .. } => (
            "Deploy the certificate that is in force now, on every node.",
            "Idriftsæt det certifikat, der er i kraft nu, på alle noder.",
        ),
        Rejection::UnknownService { meant: Some(_), .. } => (
            "Write AppliesTo exactly as expected: only the slash at its end differs (a Uri class may have \
             put it there, or taken it away).",
            "Skriv AppliesTo nøjagtigt som forventet: kun skråstregen til sidst er anderledes (en \
             Uri-klasse kan have tilføjet eller fjernet den).",
        ),
        Rejection::UnknownService { meant: None, .. } => (
            "Write the service's entity id in AppliesTo as its owner gave it.",
            "Skriv tjenestens entity id i AppliesTo, som tjenesteejeren har oplyst det.",
        ),
        Rejection::NotApproved { .. } => (
            "If the privilege is requested, approve it: it counts at once. If not, the NemLog-in \
             administrator requests it first.",
            "Er der ansøgt om privilegiet, så godkend det: det gælder straks. Ellers skal \
             NemLog-in-administratoren først ansøge om det.",
        ),
        Rejection::Replayed => (
            "Make and sign a new request for each attempt, with an id of its own.",
            "Dan og signér en ny anmodning med sit eget id til hvert forsøg.",
        ),
        Rejection::NoSigner => (
            "Give the STS a signing certificate for this time.",
            "Giv STS'en et signeringscertifikat til dette tidspunkt.",
        ),
    };
    Text::new(en, da)
}
