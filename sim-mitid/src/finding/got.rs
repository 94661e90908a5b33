//! What came.

use parties::{Excerpt, Text};

use crate::{Rejection, order::Method};

pub(super) fn text(rejection: &Rejection) -> Text {
    match rejection {
        Rejection::MalformedRequest { what } | Rejection::SigningRequestUnusable { what } => {
            what.clone()
        }
        Rejection::NoAuthority { environment } => {
            Text::new(environment.name(), environment.in_danish())
        }
        Rejection::UnknownOrganisation { cvr, .. }
        | Rejection::AlreadyConnected { cvr }
        | Rejection::NotTerminated { cvr } => {
            Text::new(format!("CVR number {cvr}"), format!("CVR-nummer {cvr}"))
        }
        Rejection::CertificatesNotAllowed { cvr } => Text::new(
            format!("CVR number {cvr}, which has not allowed them"),
            format!("CVR-nummer {cvr}, som ikke har tilladt dem"),
        ),
        Rejection::AgreementEnded { cvr, since } => Text::new(
            format!("CVR number {cvr}, whose agreement ended at {since}"),
            format!("CVR-nummer {cvr}, hvis aftale ophørte {since}"),
        ),
        Rejection::AlreadyTerminated { cvr, ends } => Text::new(
            format!("CVR number {cvr}, whose agreement ends at {ends}"),
            format!("CVR-nummer {cvr}, hvis aftale ophører {ends}"),
        ),
        Rejection::NameUnusable { what } => Text::new(
            format!("{what}, empty, too long, or with characters that cannot be shown"),
            "et navn, der er tomt, for langt eller har tegn, som ikke kan vises",
        ),
        Rejection::EmailUnusable => Text::new("another text", "en anden tekst"),
        Rejection::EmailNotAscii { email } => {
            let Text { en, da } = email.text();
            Text::new(en.escape_debug().to_string(), da.escape_debug().to_string())
        }
        Rejection::EmailNotValidated { email } => Text::new(
            format!("{email}, whose link nobody has followed"),
            format!("{}, hvis link ingen har fulgt", email.in_danish()),
        ),
        Rejection::UnknownProfile { profile } => Text::same(profile),
        Rejection::ContactMissing => {
            Text::new("a profile without a contact person", "en profil uden kontaktperson")
        }
        Rejection::LoginOverApi | Rejection::CodeNeeded => Text::new("a log-in", "et login"),
        Rejection::UnknownOrder { reference } => Text::same(reference),
        Rejection::WrongCode => {
            Text::new("two that do not belong together", "to, der ikke hører sammen")
        }
        Rejection::CodeLocked { attempts } => Text::new(
            format!("a code after {attempts} wrong ones"),
            format!("en kode efter {attempts} forkerte"),
        ),
        Rejection::CodeUsed => Text::new("a code that has been used", "en kode, der er brugt"),
        Rejection::OrderFulfilled { reference } => Text::new(
            format!("{reference}, which has been fulfilled"),
            format!("{reference}, hvis certifikat er udstedt"),
        ),
        Rejection::OrderCancelled { reference } => Text::new(
            format!("{reference}, which was cancelled"),
            format!("{reference}, som er annulleret"),
        ),
        Rejection::OrderExpired { reference, since } => Text::new(
            format!("{reference}, which expired at {since}"),
            format!("{reference}, som udløb {since}"),
        ),
        Rejection::MethodDiffers { ordered: Method::Browser } => {
            Text::new("a signing request", "en certifikatanmodning")
        }
        Rejection::MethodDiffers { ordered: Method::Api } => {
            Text::new("a download", "en hentning i internetbrowseren")
        }
        Rejection::WrongToken => Text::new("another link", "et andet link"),
        Rejection::TermsNotAccepted => {
            Text::new("terms that are not accepted", "vilkår, der ikke er accepteret")
        }
        Rejection::KeyPairMissing => Text::new("none", "intet"),
        Rejection::NoProofOfPossession => {
            Text::new("a signature by another key", "en signatur med en anden nøgle")
        }
        Rejection::KeyTooShort { bits, .. } => {
            Text::new(format!("a key of {bits} bits"), format!("en nøgle på {bits} bit"))
        }
        Rejection::KeyReused => Text::new(
            "the key of the certificate to renew",
            "nøglen fra det certifikat, der skal fornyes",
        ),
        Rejection::SubjectDiffers { got, .. } => got.text(),
        // Whoever asks may have typed it.
        Rejection::UnknownCertificate { serial, .. } => {
            let serial = Excerpt::of_name(serial);
            let danish = format!("serienummer {}", serial.in_danish());
            Text::new(format!("serial number {serial}"), danish)
        }
        Rejection::CertificateExpired { serial, since } => Text::new(
            format!("the certificate {serial}, which expired at {since}"),
            format!("certifikatet {serial}, som udløb {since}"),
        ),
        Rejection::CertificateRevoked { serial, since }
        | Rejection::AlreadyRevoked { serial, since } => Text::new(
            format!("the certificate {serial}, revoked since {since}"),
            format!("certifikatet {serial}, spærret siden {since}"),
        ),
        Rejection::ReasonNotOffered { reason } => Text::same(reason.name()),
    }
}
