//! What to do next.

use parties::Text;

use crate::{Rejection, order::Method};

pub(super) fn text(rejection: &Rejection) -> Text {
    match rejection {
        Rejection::MalformedRequest { .. } => Text::new(
            "Correct the request at the place named, and send it again.",
            "Ret anmodningen på det nævnte sted, og send den igen.",
        ),
        Rejection::NoAuthority { .. } => Text::new(
            "Start the simulator with a hierarchy for this environment.",
            "Start simulatoren med et hierarki for dette miljø.",
        ),
        Rejection::UnknownOrganisation { .. } => Text::new(
            "Connect the organisation in this environment, or correct the CVR number.",
            "Tilslut organisationen i dette miljø, eller ret CVR-nummeret.",
        ),
        Rejection::AlreadyConnected { .. } => Text::new(
            "Go on: the organisation is there.",
            "Gå videre: organisationen er der allerede.",
        ),
        Rejection::CertificatesNotAllowed { .. } => Text::new(
            "Let the organisation administrator allow them under settings, and order again.",
            "Få organisationsadministratoren til at tillade dem under »Indstillinger«, og bestil igen.",
        ),
        Rejection::AgreementEnded { .. } => Text::new(
            "Use another organisation: an agreement that has ended does not come back here.",
            "Brug en anden organisation: en ophørt aftale genopstår ikke her.",
        ),
        Rejection::AlreadyTerminated { .. } => Text::new(
            "Withdraw the termination, or let it take effect.",
            "Fortryd opsigelsen, eller lad den træde i kraft.",
        ),
        Rejection::NotTerminated { .. } => {
            Text::new("Do nothing: the agreement runs.", "Gør ingenting: aftalen løber.")
        }
        Rejection::NameUnusable { .. } => Text::new("Choose another name.", "Vælg et andet navn."),
        Rejection::EmailUnusable => Text::new("Correct the address.", "Ret adressen."),
        Rejection::EmailNotAscii { .. } => Text::new(
            "Use another address in the certificate, or none.",
            "Brug en anden adresse i certifikatet, eller lad den være tom.",
        ),
        Rejection::UnknownProfile { .. } => {
            Text::new("Look the profile up, or make one.", "Find profilen frem, eller opret en.")
        }
        Rejection::ContactMissing => Text::new(
            "Name a contact person on the profile, or choose identification by log-in.",
            "Angiv en kontaktperson på profilen, eller vælg identifikation med bruger-login.",
        ),
        Rejection::LoginOverApi => Text::new(
            "Choose the one-time code, or the browser.",
            "Vælg engangskode, eller vælg internetbrowser.",
        ),
        Rejection::UnknownOrder { .. } => Text::new(
            "Take the reference number from the profile or from the mail about the order.",
            "Find referencenummeret på profilen eller i mailen om bestillingen.",
        ),
        Rejection::WrongCode => Text::new(
            "Check both; ask the administrator for the code, who saw it when ordering.",
            "Kontrollér begge dele; spørg administratoren, som så koden ved bestillingen.",
        ),
        Rejection::CodeLocked { .. } | Rejection::OrderExpired { .. } => Text::new(
            "Order a new certificate under the same profile; cancel the order if it is still open.",
            "Bestil et nyt certifikat under samme profil; annullér bestillingen, hvis den stadig er åben.",
        ),
        Rejection::CodeUsed | Rejection::OrderFulfilled { .. } => Text::new(
            "Use the certificate that was issued; if it or its password is lost, order anew.",
            "Brug det certifikat, der blev udstedt; er det eller adgangskoden væk, så bestil et nyt.",
        ),
        Rejection::CodeNeeded => Text::new(
            "Enter the one-time code that was shown when the certificate was ordered.",
            "Indtast den engangskode, der blev vist ved bestillingen.",
        ),
        Rejection::OrderCancelled { .. } => Text::new(
            "Order anew if the certificate is wanted after all.",
            "Bestil igen, hvis du alligevel vil have certifikatet.",
        ),
        Rejection::MethodDiffers { ordered: Method::Browser } => Text::new(
            "Download it in the portal, or cancel and order it over the API.",
            "Hent det i portalen, eller annullér bestillingen, og bestil igen over API'et.",
        ),
        Rejection::MethodDiffers { ordered: Method::Api } => Text::new(
            "Send a signing request, or cancel and order it for the browser.",
            "Send en certifikatanmodning, eller annullér bestillingen, og bestil igen til internetbrowser.",
        ),
        Rejection::EmailNotValidated { .. } => Text::new(
            "Let whoever reads the address follow the link in the mail, and try again.",
            "Få den, der læser adressen, til at følge linket i mailen, og prøv igen.",
        ),
        Rejection::WrongToken => Text::new(
            "Follow the whole link in the mail that asks for the address to be confirmed.",
            "Følg hele linket i den mail, der beder om at få adressen bekræftet.",
        ),
        Rejection::TermsNotAccepted => {
            Text::new("Read the terms, and accept them.", "Læs vilkårene, og acceptér dem.")
        }
        Rejection::KeyPairMissing => Text::new(
            "Hand the core what it needs before it decides.",
            "Giv kernen det, den har brug for, før den afgør sagen.",
        ),
        Rejection::SigningRequestUnusable { .. } => Text::new(
            "Make a new request, with `openssl req` for instance.",
            "Dan en ny anmodning, for eksempel med `openssl req`.",
        ),
        Rejection::NoProofOfPossession => Text::new(
            "Sign the request with the private key of the key in it.",
            "Signér anmodningen med den private nøgle, der hører til nøglen i den.",
        ),
        Rejection::KeyTooShort { least, .. } => Text::new(
            format!("Make a key of {least} bits or more and a new request."),
            format!("Dan en nøgle på mindst {least} bit og en ny anmodning."),
        ),
        Rejection::KeyReused => {
            Text::new("Make a new key and a new request.", "Dan en ny nøgle og en ny anmodning.")
        }
        Rejection::SubjectDiffers { .. } => Text::new(
            "Take the subject from the certificate, or leave it empty.",
            "Tag subject fra certifikatet, eller lad det være tomt.",
        ),
        Rejection::UnknownCertificate { .. } => Text::new(
            "Check the serial number and the environment.",
            "Kontrollér serienummeret og miljøet.",
        ),
        Rejection::CertificateExpired { .. } | Rejection::CertificateRevoked { .. } => Text::new(
            "Order a new certificate under the same profile. It has another UUID: let it be registered anew wherever the old one was.",
            "Bestil et nyt certifikat under samme profil. Det har et andet UUID: få det registreret på ny alle de steder, det gamle var.",
        ),
        Rejection::AlreadyRevoked { .. } => {
            Text::new("Do nothing: it is revoked.", "Gør ingenting: det er spærret.")
        }
        Rejection::ReasonNotOffered { .. } => {
            Text::new("Choose one of the reasons offered.", "Vælg en af de tilbudte årsager.")
        }
    }
}
