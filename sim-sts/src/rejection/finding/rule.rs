//! Which rule a rejection is by, with its source.

use parties::Text;

use crate::Cause;

pub(super) fn rule(cause: Cause) -> Text {
    let (en, da) = match cause {
        Cause::MessageTooLarge => (
            "A request has a limited size (our choice: the real limit is not published).",
            "En anmodning har en begrænset størrelse (vores valg: den rigtige grænse er ikke \
             offentliggjort).",
        ),
        Cause::MalformedXml => (
            "A request is XML 1.0 in UTF-8, without a document type (our choice, against hostile XML).",
            "En anmodning er XML 1.0 i UTF-8 uden dokumenttype (vores valg, mod ondsindet XML).",
        ),
        Cause::NotSoap => (
            "A request is a SOAP 1.1 envelope with one security header (RULES 2.3; STSDOC 3.2).",
            "En anmodning er en SOAP 1.1-envelope med én sikkerhedsheader (RULES 2.3; STSDOC 3.2).",
        ),
        Cause::TimestampUnreadable => (
            "The security header has a timestamp, and the timestamp an end (RULES 2.3.1.4.1).",
            "Sikkerhedsheaderen har et tidsstempel, og tidsstemplet har et udløb (RULES 2.3.1.4.1).",
        ),
        Cause::TimestampExpired => (
            "A message may be used until its timestamp ends (RULES 2.3.1.4.1).",
            "En besked kan bruges, indtil dens tidsstempel udløber (RULES 2.3.1.4.1).",
        ),
        Cause::TimestampImplausible => (
            "A message is made near the time at which it comes, and before its own end; if it does not \
             say when, its end is near (RULES 2.3.1.4.1; what is near is our choice).",
            "En besked er oprettet tæt på det tidspunkt, hvor den modtages, og før sit eget udløb; siger \
             den ikke hvornår, ligger dens udløb tæt på (RULES 2.3.1.4.1; hvad der er tæt på, er vores \
             valg).",
        ),
        Cause::NotSigned => (
            "The signature covers every header, the timestamp, the certificate and the body (RULES \
             2.3.1.4).",
            "Signaturen dækker alle headere, tidsstemplet, certifikatet og body (RULES 2.3.1.4).",
        ),
        Cause::SignatureInvalid => (
            "The signature is made with the key of the certificate in the message, over the message \
             as it came (RULES 2.3.1.4).",
            "Signaturen er dannet med nøglen til beskedens certifikat og passer til beskeden, som den blev \
             modtaget (RULES 2.3.1.4).",
        ),
        Cause::MustUnderstand => (
            "wsa:Action and wsa:To do not have the attribute mustUnderstand; wsse:Security has it (code \
             of the .NET client: the real STS does not accept it there).",
            "wsa:Action og wsa:To har ikke attributten mustUnderstand; det har wsse:Security (.NET-klientens \
             kode: den rigtige STS accepterer den ikke der).",
        ),
        Cause::UnknownCase => (
            "wsa:To names one of the three cases of the STS, and not the address that the message is \
             sent to (RULES 2.3.1.3).",
            "wsa:To angiver et af STS'ens tre scenarier og ikke den adresse, som beskeden sendes til \
             (RULES 2.3.1.3).",
        ),
        Cause::CaseNotOffered => (
            "This simulator issues tokens for system users alone (our choice).",
            "Denne simulator udsteder kun tokens til systembrugere (vores valg).",
        ),
        Cause::InvalidRequest => (
            "The body is one request of WS-Trust 1.3 to issue a SAML 2.0 token, with a Context and an \
             AppliesTo of 2002/12 (RULES 2.3.2).",
            "Body er én WS-Trust 1.3-anmodning om at udstede et SAML 2.0-token, med en Context og \
             et AppliesTo fra 2002/12 (RULES 2.3.2).",
        ),
        Cause::ActsAs => (
            "A system user asks for itself: ActAs belongs to the other cases (RULES 2.3.2.4).",
            "En systembruger anmoder på egne vegne: ActAs hører til de andre scenarier (RULES \
             2.3.2.4).",
        ),
        Cause::CertificateNotTrusted => (
            "The certificate is an OCES3 certificate from the authority of this environment (RULES \
             2.3.1.4).",
            "Certifikatet er et OCES3-certifikat fra dette miljøs udsteder (RULES 2.3.1.4).",
        ),
        Cause::CertificateNotYetValid | Cause::CertificateExpired => (
            "A certificate is accepted from its first to its last second, both included (RULES \
             2.3.1.4; RFC 5280, 4.1.2.5).",
            "Et certifikat accepteres fra sit første til sit sidste sekund, begge inklusive (RULES \
             2.3.1.4; RFC 5280, 4.1.2.5).",
        ),
        Cause::RevocationUnknown => (
            "The STS judges a certificate only by a revocation list in force (RULES \
             2.3.1.4).",
            "STS'en bedømmer kun et certifikat ud fra en gældende spærreliste (RULES \
             2.3.1.4).",
        ),
        Cause::CertificateRevoked => (
            "The certificate is not revoked (RULES 2.3.1.4).",
            "Certifikatet er ikke spærret (RULES 2.3.1.4).",
        ),
        Cause::NotSystemCertificate => (
            "A system user's certificate names its organisation by CVR number (RULES 2.4).",
            "En systembrugers certifikat angiver sin organisation med CVR-nummer (RULES 2.4).",
        ),
        Cause::CertificateNotRegistered => (
            "A system user is known by the certificate that is provisioned in this environment; \
             saving it is not enough (DST's guide).",
            "En systembruger kendes på det certifikat, der er provisioneret til dette miljø; det er \
             ikke nok at gemme det (DST's vejledning).",
        ),
        Cause::CertificateNotInForce => (
            "A certificate is accepted when it comes into force, and not before: in a rolling swap when \
             the old one expires (DST's guide), else when the provisioning takes effect.",
            "Et certifikat accepteres, når det træder i kraft, og ikke før: ved rullende skift når det \
             gamle udløber (DST's vejledning), ellers når provisioneringen får virkning.",
        ),
        Cause::CertificateReplaced => (
            "A system user is no longer known by a certificate that was replaced (DST's guide), or taken \
             from its slot or by another system user (our choice).",
            "En systembruger kendes ikke længere på et certifikat, der er afløst (DST's vejledning), \
             fjernet fra sin plads eller overtaget af en anden systembruger (vores valg).",
        ),
        Cause::UnknownService => (
            "AppliesTo is the entity id of a service, compared as a string: a last slash makes \
             another one (RULES 2.3.1.4).",
            "AppliesTo er en tjenestes entity id og sammenlignes som tekst: en skråstreg til sidst gør \
             det til et andet (RULES 2.3.1.4).",
        ),
        Cause::NotApproved => (
            "The service lets only approved system users in (NemLog-in Administration).",
            "Tjenesten giver kun godkendte systembrugere adgang (NemLog-in Administration).",
        ),
        Cause::Replayed => (
            "A request is answered once (seen with the real STS; by which key is our choice).",
            "En anmodning besvares én gang (set hos den rigtige STS; ud fra hvilken nøgle er vores \
             valg).",
        ),
        Cause::NoSigner => (
            "The STS signs a token with the certificate that is its own at the time.",
            "STS'en signerer et token med det certifikat, der er dens eget på det tidspunkt.",
        ),
    };
    Text::new(en, da)
}
