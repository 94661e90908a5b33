//! What there is to say about each way in which a client can fail, for people.
//!
//! No thumbprint stands here: it derives from a key, and a diagnosis may enter a journal.

use clock::Timestamp;
use oio_idws::{call::CallAnswerError, trust::ResponseError};
use parties::{Finding, Role, Step, Text};

use crate::{Failure, FindBy, failure::server, habits::Freshness};

impl Failure {
    /// The same for the control port, the journal and the report.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding {
            cause: self.name().to_owned(),
            rule: self.rule(),
            expected: self.expected(),
            got: self.got(),
            who: self.who(),
            what: self.what(),
        }
    }

    fn rule(&self) -> Text {
        match self {
            Self::NoCertificate => Text::new(
                "A client calls with the certificate that its configuration names (the guide, \
                 findValue).",
                "En klient kalder med det certifikat, som dens konfiguration peger på \
                 (vejledningen, findValue).",
            ),
            Self::CertificateNotFound { .. } => Text::new(
                "The client looks for its certificate when it starts, in the key store and by \
                 findValue (.NET client).",
                "Klienten søger efter sit certifikat, når den starter, i certifikatlageret og ud fra \
                 findValue (.NET-klienten).",
            ),
            Self::CertificateNotValid { .. } => Text::new(
                "The look-up at the start passes over certificates that are not valid, and says that \
                 none was found (.NET client).",
                "Søgningen ved start springer certifikater over, der ikke er gyldige, og melder, at \
                 intet blev fundet (.NET-klienten).",
            ),
            Self::CertificateAmbiguous { .. } => Text::new(
                "findValue must name exactly one certificate (.NET client). A renewed certificate has \
                 the subject of the old one.",
                "findValue skal pege på netop ét certifikat (.NET-klienten). Et fornyet certifikat \
                 har samme subject som det gamle.",
            ),
            Self::StsCertificateNotValid { .. } => Text::new(
                "The certificate of the STS that is pinned in the configuration must be valid when \
                 the client starts (.NET client).",
                "STS'ens certifikat, som konfigurationen peger på, skal være gyldigt, når klienten \
                 starter (.NET-klienten).",
            ),
            Self::KeyMissing => Text::new(
                "A message is signed with the private key of the client's certificate (RULES 2.3).",
                "En besked signeres med den private nøgle til klientens certifikat (RULES 2.3).",
            ),
            Self::ServerChainNotTrusted { .. } => Text::new(
                "A client sends nothing to a server before the chain that it shows in TLS leads to an \
                 authority of the client's truststore (RFC 8446, 4.4.2.4; Java client, ssl-trust.jks).",
                "En klient sender intet til en server, før den kæde, serveren viser i TLS, fører til en \
                 rod i klientens truststore (RFC 8446, 4.4.2.4; Java-klienten, ssl-trust.jks).",
            ),
            Self::StsRefused(_) => Text::new(
                "The STS decides who gets a token, and does not say why not (RULES 2.7).",
                "STS'en afgør, hvem der får et token, og siger ikke, hvorfor den afviser (RULES 2.7).",
            ),
            Self::StsAnswerUnusable(_) => Text::new(
                "An answer counts only if the STS whose certificate is pinned signed it (.NET \
                 client, Java client).",
                "Et svar gælder kun, hvis det er signeret af den STS, hvis certifikat står i \
                 konfigurationen (.NET-klienten, Java-klienten).",
            ),
            Self::ServiceRefused(_) => Text::new(
                "The service decides what it does for whom, and does not explain a breach of \
                 security (WS-Security 1.1, 12).",
                "Tjenesten afgør, hvad den gør for hvem, og forklarer ikke et sikkerhedsbrud \
                 (WS-Security 1.1, 12).",
            ),
            Self::ServiceAnswerUnusable(_) => Text::new(
                "An answer counts only if the service whose certificate is pinned signed it \
                 (IDWS-SOAP).",
                "Et svar gælder kun, hvis det er signeret af den tjeneste, hvis certifikat står i \
                 konfigurationen (IDWS-SOAP).",
            ),
            Self::RedemptionRefused(_) => Text::new(
                "The authorization server gives an access token for a token that holds, to whom proves \
                 its key in TLS (IDWS-REST).",
                "Autorisationsserveren giver et adgangstoken for et token, der gælder, til den, der \
                 beviser dets nøgle i TLS (IDWS-REST).",
            ),
            Self::RedemptionUnusable => Text::new(
                "An access token comes in JSON with its type and its lifetime (RFC 6749, 5.1).",
                "Et adgangstoken kommer i JSON med sin type og sin levetid (RFC 6749, 5.1).",
            ),
            Self::CallRefused(_) => Text::new(
                "The service does what it is asked by whom has an access token that holds, and proves \
                 its key in TLS (IDWS-REST).",
                "Tjenesten gør, hvad den bliver bedt om, for den, der har et adgangstoken, der gælder, og \
                 beviser dets nøgle i TLS (IDWS-REST).",
            ),
            Self::WrongAnswer { .. } => Text::new(
                "An answer names the message that it answers (WS-Addressing 1.0, RelatesTo).",
                "Et svar angiver den besked, det er svar på (WS-Addressing 1.0, RelatesTo).",
            ),
            Self::AnswerExpired { .. } => Text::new(
                "An answer that has ended by the client's own clock is not used (.NET client, Java \
                 client).",
                "Et svar, der er udløbet efter klientens eget ur, bruges ikke (.NET-klienten, \
                 Java-klienten).",
            ),
            Self::AnswerNotCurrent { .. } => Text::new(
                "An answer must be made near what the client's own clock shows; how near is up to \
                 the client (WSS4J, WCF).",
                "Et svar skal være dannet tæt på det, klientens eget ur viser; hvor tæt, bestemmer \
                 klienten (WSS4J, WCF).",
            ),
            Self::UnexpectedAnswer => Text::new(
                "Only an answer that is waited for is read.",
                "Kun et svar, der ventes på, bliver læst.",
            ),
        }
    }

    fn expected(&self) -> Text {
        match self {
            Self::NoCertificate => Text::new(
                "a findValue, and a client that was started with it",
                "en findValue og en klient, der er startet med den",
            ),
            Self::CertificateNotFound { find_by } | Self::CertificateAmbiguous { find_by, .. } => {
                let (en, da) = (find_by.to_string(), in_danish(find_by));
                Text::new(
                    format!("exactly one certificate that is found by {en}"),
                    format!("netop ét certifikat, der findes ud fra {da}"),
                )
            }
            Self::CertificateNotValid { clock, .. }
            | Self::StsCertificateNotValid { clock, .. } => Text::new(
                format!("a certificate that is valid at {clock}, by the client's clock"),
                format!("et certifikat, der er gyldigt {clock} efter klientens ur"),
            ),
            Self::KeyMissing => Text::new(
                "a certificate with its private key, readable by whom the client runs as",
                "et certifikat med sin private nøgle, som klientens bruger kan læse",
            ),
            Self::ServerChainNotTrusted { .. } => Text::new(
                "a chain that leads to an authority of the truststore",
                "en kæde, der fører til en rod i truststoren",
            ),
            Self::StsRefused(_) => Text::new("a token", "et token"),
            Self::ServiceRefused(_) | Self::CallRefused(_) => {
                Text::new("a receipt", "en kvittering")
            }
            Self::RedemptionRefused(_) | Self::RedemptionUnusable => {
                Text::new("an access token", "et adgangstoken")
            }
            Self::StsAnswerUnusable(_) | Self::ServiceAnswerUnusable(_) => Text::new(
                "an answer that is signed with the pinned certificate's key",
                "et svar, der er signeret med nøglen til certifikatet i konfigurationen",
            ),
            Self::WrongAnswer { asked, .. } => {
                Text::new(format!("an answer to {asked}"), format!("et svar på {asked}"))
            }
            Self::AnswerExpired { clock, .. } => Text::new(
                format!("an answer that ends after {clock}, by the client's clock"),
                format!("et svar, der udløber efter {clock} efter klientens ur"),
            ),
            Self::AnswerNotCurrent { clock, freshness, .. } => current(*freshness, *clock),
            Self::UnexpectedAnswer => {
                Text::new("nothing, until something is asked", "intet, før der er spurgt")
            }
        }
    }

    fn got(&self) -> Text {
        match self {
            Self::NoCertificate => Text::new("none", "ingen"),
            Self::CertificateNotFound { find_by } if find_by.is_marked() => Text::new(
                "none: the invisible mark from the certificate dialog is read as a part of the \
                 thumbprint",
                "intet: det usynlige tegn fra certifikatdialogen læses som en del af aftrykket",
            ),
            Self::CertificateNotFound { .. } => Text::new("none", "intet"),
            Self::CertificateNotValid { not_before, first_refused, .. }
            | Self::StsCertificateNotValid { not_before, first_refused, .. } => Text::new(
                format!("one that is valid from {not_before} and refused from {first_refused}"),
                format!("et, der er gyldigt fra {not_before} og afvises fra {first_refused}"),
            ),
            Self::CertificateAmbiguous { count, .. } => {
                Text::new(format!("{count} of them"), format!("{count} af dem"))
            }
            Self::KeyMissing => {
                Text::new("a certificate without a key", "et certifikat uden nøgle")
            }
            Self::ServerChainNotTrusted { step } => Text::new(
                format!("{} shows a chain of another authority", server(*step)),
                format!("{} viser en kæde fra en anden udsteder", in_danish_the_server(*step)),
            ),
            Self::StsRefused(fault) => Text::same(format!("{} ({})", fault.text, fault.code)),
            Self::ServiceRefused(fault) => Text::same(format!("{} ({})", fault.text, fault.code)),
            Self::RedemptionRefused(refusal) | Self::CallRefused(refusal) => {
                Text::same(refusal.to_string())
            }
            Self::RedemptionUnusable => Text::new("something else", "noget andet"),
            Self::StsAnswerUnusable(error) => Text::new(error.to_string(), no_sts_answer(error)),
            Self::ServiceAnswerUnusable(error) => {
                Text::new(error.to_string(), no_service_answer(error))
            }
            Self::WrongAnswer { got, .. } => {
                Text::new(format!("an answer to {got}"), format!("et svar på {got}"))
            }
            Self::AnswerExpired { expires, .. } => Text::new(
                format!("one that ended at {expires}"),
                format!("et, der udløb {expires}"),
            ),
            Self::AnswerNotCurrent { created, .. } => Text::new(
                format!("one that was made at {created}"),
                format!("et, der er dannet {created}"),
            ),
            Self::UnexpectedAnswer => Text::new("an answer", "et svar"),
        }
    }

    const fn who(&self) -> Role {
        match self {
            Self::NoCertificate
            | Self::CertificateNotFound { .. }
            | Self::CertificateNotValid { .. }
            | Self::CertificateAmbiguous { .. }
            | Self::StsCertificateNotValid { .. }
            | Self::KeyMissing
            | Self::ServerChainNotTrusted { .. }
            | Self::StsRefused(_)
            | Self::StsAnswerUnusable(_)
            | Self::ServiceRefused(_)
            | Self::ServiceAnswerUnusable(_)
            | Self::RedemptionRefused(_)
            | Self::CallRefused(_)
            | Self::AnswerExpired { .. }
            | Self::AnswerNotCurrent { .. } => Role::Vendor,
            Self::RedemptionUnusable | Self::WrongAnswer { .. } | Self::UnexpectedAnswer => {
                Role::Operator
            }
        }
    }

    fn what(&self) -> Text {
        match self {
            Self::NoCertificate => Text::new(
                "Import the certificate, set findValue, and start the client.",
                "Importér certifikatet, udfyld findValue, og start klienten.",
            ),
            Self::CertificateNotFound { find_by } if find_by.is_marked() => Text::new(
                "Delete findValue and type its first sign by hand, then start the client.",
                "Slet findValue, skriv det første tegn i hånden, og start klienten.",
            ),
            Self::CertificateNotFound { .. } => Text::new(
                "Import the certificate into the store that the client reads, or put its thumbprint \
                 into findValue; then start the client.",
                "Importér certifikatet i det certifikatlager, klienten læser, eller sæt dets aftryk ind i \
                 findValue; start derefter klienten.",
            ),
            Self::CertificateNotValid { first_refused, clock, .. } if clock >= first_refused => {
                Text::new(
                    "It has expired: deploy the new certificate and start the client.",
                    "Det er udløbet: idriftsæt det nye certifikat, og start klienten.",
                )
            }
            Self::CertificateNotValid { .. } => Text::new(
                "It is not valid yet: look at the client's clock, or start the client later.",
                "Det er ikke gyldigt endnu: se på klientens ur, eller start klienten senere.",
            ),
            Self::CertificateAmbiguous { .. } => Text::new(
                "Look for the certificate by its thumbprint, or remove the old one from the store; \
                 then start the client.",
                "Søg efter certifikatet ud fra dets aftryk, eller fjern det gamle fra certifikatlageret; start \
                 derefter klienten.",
            ),
            Self::StsCertificateNotValid { .. } => Text::new(
                "Fetch the present certificate of the STS, put it into the configuration, and start \
                 the client.",
                "Hent STS'ens nuværende certifikat, sæt det ind i konfigurationen, og start klienten.",
            ),
            Self::KeyMissing => Text::new(
                "Import the certificate together with its key (.p12), and let the client's user read \
                 the key.",
                "Importér certifikatet sammen med nøglen (.p12), og giv klientens bruger adgang til \
                 nøglen.",
            ),
            Self::ServerChainNotTrusted { .. } => Text::new(
                "Take the root of the new authority into the client's truststore, beside the old one. \
                 The time for that is before the server changes.",
                "Læg den nye udsteders rodcertifikat i klientens truststore ved siden af det gamle. Det \
                 skal ske, før serveren skifter.",
            ),
            Self::StsRefused(_) => Text::new(
                "Read the diagnosis of the STS: it knows why.",
                "Læs STS'ens diagnose: den siger hvorfor.",
            ),
            Self::RedemptionRefused(_) => Text::new(
                "Read the diagnosis of the service. After a swap, restart the client: what it keeps in \
                 memory is bound to the old certificate.",
                "Læs tjenestens diagnose. Genstart klienten efter et skifte: det, den gemmer i \
                 hukommelsen, er bundet til det gamle certifikat.",
            ),
            Self::RedemptionUnusable => Text::new(
                "See whether something between the client and the service answers in its place.",
                "Se, om noget mellem klienten og tjenesten svarer i dens sted.",
            ),
            Self::ServiceRefused(_) | Self::CallRefused(_) => Text::new(
                "Read the diagnosis of the service: it knows why.",
                "Læs tjenestens diagnose: den siger hvorfor.",
            ),
            Self::StsAnswerUnusable(_) => Text::new(
                "Compare the pinned certificate of the STS with the one that is published now.",
                "Sammenlign STS'ens certifikat i konfigurationen med det, der er offentliggjort nu.",
            ),
            Self::ServiceAnswerUnusable(_) => Text::new(
                "Compare the pinned certificate of the service with the one that it has now.",
                "Sammenlign tjenestens certifikat i konfigurationen med det, den har nu.",
            ),
            Self::AnswerExpired { step, .. } | Self::AnswerNotCurrent { step, .. } => {
                let (en, da) = (server(*step), in_danish_the_server(*step));
                Text::new(
                    format!("Set the client's clock: it and {en} do not agree on the time."),
                    format!("Stil klientens ur: det og {da} er ikke enige om tiden."),
                )
            }
            Self::WrongAnswer { .. } => Text::new(
                "Look at who stands between client and service: answers are mixed up.",
                "Se på, hvem der står mellem klient og tjeneste: svar bliver byttet om.",
            ),
            Self::UnexpectedAnswer => Text::new(
                "Begin a call before an answer is given to the client.",
                "Begynd et kald, før klienten får et svar.",
            ),
        }
    }
}

const fn in_danish_the_server(step: Step) -> &'static str {
    match step {
        Step::One | Step::Two => "STS'en",
        Step::Three => "tjenesten",
    }
}

/// What counts as current when the client's clock shows `clock`.
fn current(freshness: Freshness, clock: Timestamp) -> Text {
    let earliest = freshness.age_max.map(|age| clock - age);
    let latest = freshness.ahead_max.map(|ahead| clock + ahead);
    let (en, da) = match (earliest, latest) {
        (Some(earliest), Some(latest)) => {
            (format!("from {earliest} to {latest}"), format!("fra {earliest} til {latest}"))
        }
        (Some(earliest), None) => (format!("from {earliest} on"), format!("fra {earliest}")),
        (None, Some(latest)) => (format!("until {latest}"), format!("til {latest}")),
        (None, None) => ("at any time".to_owned(), "når som helst".to_owned()),
    };
    Text::new(
        format!("an answer that was made {en}, by the client's clock"),
        format!("et svar, der er dannet {da} efter klientens ur"),
    )
}

/// What the reader of the bytes says of them stays as it is.
fn no_sts_answer(error: &ResponseError) -> String {
    match error {
        ResponseError::Unreadable(why) => format!("STS'ens svar kan ikke læses: {why}"),
        ResponseError::Signature(why) => {
            format!("STS'ens signatur på svaret kan ikke bekræftes: {}", why.in_danish())
        }
        ResponseError::Content(why) => format!("STS'ens svar mangler noget: {why}"),
        other => format!("STS'ens svar kan ikke bruges: {other}"),
    }
}

fn no_service_answer(error: &CallAnswerError) -> String {
    match error {
        CallAnswerError::Unreadable(why) => format!("tjenestens svar kan ikke læses: {why}"),
        CallAnswerError::Signature(why) => {
            format!("tjenestens signatur på svaret kan ikke bekræftes: {}", why.in_danish())
        }
        CallAnswerError::Content(why) => format!("tjenestens svar mangler noget: {why}"),
        other => format!("tjenestens svar kan ikke bruges: {other}"),
    }
}

fn in_danish(find_by: &FindBy) -> String {
    match find_by {
        FindBy::Thumbprint(_) if find_by.is_marked() => {
            "et aftryk med et usynligt U+200E forrest".to_owned()
        }
        FindBy::Thumbprint(_) => "et aftryk".to_owned(),
        FindBy::SubjectName(part) => format!("subject-navnet `{part}`"),
    }
}
