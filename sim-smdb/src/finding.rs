//! What a rejection means, in English and in Danish: the rule with its source, what would have been
//! accepted, what came, who must act, and what to do.

use parties::{Finding, Role, Text};

use crate::{MeantFor, Rejection, contract::Operation, rule::Violation, schema::SchemaVersion};

/// The parts of a finding that are the same for every rejection of a cause.
struct Lesson {
    rule: [&'static str; 2],
    expected: Text,
    who: Role,
    what: [&'static str; 2],
}

impl Rejection {
    /// The truth about it, for whoever runs the service: the caller is not told.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let Lesson { rule, expected, who, what } = self.lesson();
        let text = |[en, da]: [&str; 2]| Text::new(en, da);
        Finding {
            cause: self.name().to_owned(),
            rule: text(rule),
            expected,
            got: self.got(),
            who,
            what: text(what),
        }
    }

    /// What came.
    fn got(&self) -> Text {
        match self {
            Self::MalformedXml { what }
            | Self::NotSoap { what }
            | Self::TimestampUnreadable { what }
            | Self::TokenUnreadable {
                what,
                meant: MeantFor::Unsaid | MeantFor::AnotherCertificate | MeantFor::ThisOne,
            }
            | Self::TokenMalformed { what }
            | Self::TokenInvalid { what }
            | Self::MalformedRequest { what }
            | Self::NotHolder { what }
            | Self::FrameworkMismatch { what } => what.text(),
            Self::TokenUnreadable { meant: MeantFor::Elsewhere(environment), .. } => Text::new(
                format!("a token for SMDB of {environment}"),
                format!("et token til SMDB i {}", environment.in_danish()),
            ),
            Self::WrongSoapVersion { got, .. } => Text::same(got.to_string()),
            Self::TokenMissing => {
                Text::new("a security header without a token", "en sikkerhedsheader uden et token")
            }
            Self::FrameworkMissing => {
                Text::new("no sbf:Framework header", "ingen sbf:Framework-header")
            }
            Self::ActionMissing => Text::new("no wsa:Action", "ingen wsa:Action"),
            Self::TimestampExpired { expires, now } => Text::new(
                format!("a message that ended at {expires}, at {now}"),
                format!("en besked, der udløb {expires}, modtaget {now}"),
            ),
            Self::TimestampImplausible { created, expires, now } => {
                let created = created.map_or_else(|| "–".to_owned(), |at| at.to_string());
                Text::new(
                    format!("a message made at {created} that ends at {expires}, at {now}"),
                    format!("en besked dannet {created}, der udløber {expires}, modtaget {now}"),
                )
            }
            Self::TimestampTooOld { created, now } => Text::new(
                format!("a message made at {created}, at {now}"),
                format!("en besked dannet {created}, modtaget {now}"),
            ),
            Self::UnknownIssuer => Text::new(
                "a token with another certificate in its signature",
                "et token med et andet certifikat i sin signatur",
            ),
            Self::TokenNotYetValid { from } => Text::new(
                format!("a token that is valid from {from}"),
                format!("et token, der gælder fra {from}"),
            ),
            Self::TokenExpired { since } => Text::new(
                format!("a token that ended at {since}"),
                format!("et token, der udløb {since}"),
            ),
            Self::WrongAudience { audience, .. } => audience.text(),
            Self::HolderCertificateNotYetValid { from } => Text::new(
                format!("a certificate that is valid from {from}"),
                format!("et certifikat, der gælder fra {from}"),
            ),
            Self::HolderCertificateExpired { since } => Text::new(
                format!("a certificate that is refused since {since}"),
                format!("et certifikat, der er afvist siden {since}"),
            ),
            Self::HolderCertificateRevoked { since } => Text::new(
                format!("a certificate that was revoked at {since}"),
                format!("et certifikat, der blev spærret {since}"),
            ),
            Self::RevocationUnknown => Text::new(
                "no list, or one that is not in force",
                "ingen spærreliste eller en, der ikke er gældende",
            ),
            Self::WrongAddress { to, .. } => match to {
                Some(to) => to.text(),
                None => Text::new("no wsa:To", "ingen wsa:To"),
            },
            Self::Replayed => Text::new(
                "a MessageID or a signature value that was accepted before",
                "et MessageID eller en signaturværdi, der allerede er modtaget",
            ),
            Self::UnknownOperation { action } => action.text(),
            Self::SchemaRetired { version, since, .. } => Text::new(
                format!("version {version}, retired since {since}"),
                format!("version {version}, udgået {since}"),
            ),
            Self::SchemaNotInForce { version, from, .. } => {
                let from = from.map_or_else(|| "–".to_owned(), |at| at.to_string());
                Text::new(
                    format!("version {version}, in force from {from}"),
                    format!("version {version}, i kraft fra {from}"),
                )
            }
            Self::ForeignAuthority { holder, authority } => Text::new(
                format!("a token of {holder} for a call on behalf of {authority}"),
                format!("et token for {holder} til et kald på vegne af {authority}"),
            ),
            Self::MissingPrivilege { operation, authority } => Text::new(
                format!("a token without a privilege to {operation} for {authority}"),
                format!("et token uden privilegium til {operation} for {authority}"),
            ),
            Self::ConflictingResend { version } => Text::new(
                format!("version {version} once more, with other content"),
                format!("version {version} igen, med andet indhold"),
            ),
            Self::OutdatedVersion { version, latest } => Text::new(
                format!("version {version} after version {latest}"),
                format!("version {version} efter version {latest}"),
            ),
            Self::CourseAnnulled { since } => Text::new(
                format!("a version of a course that was annulled at {since}"),
                format!("en version af et forløb, der blev annulleret {since}"),
            ),
            Self::InvalidSubmission { violations } => broken(violations),
            Self::NotFound => Text::new(
                "an id or a reference that the organisation has no course by",
                "et id eller en klientreference, som myndigheden ikke har noget forløb med",
            ),
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table: one row for each cause")]
    fn lesson(&self) -> Lesson {
        match self {
            Self::MalformedXml { .. } => Lesson {
                rule: [
                    "A message is XML without a document type, of bounded size (our choice).",
                    "En besked er XML uden dokumenttype og af begrænset størrelse (vores valg).",
                ],
                expected: Text::new("well-formed XML", "velformet XML"),
                who: Role::Vendor,
                what: [
                    "Look at the bytes that your client sends; a proxy may have cut or changed them.",
                    "Se på de bytes, din klient sender; en proxy kan have afkortet eller ændret dem.",
                ],
            },
            Self::NotSoap { .. } => Lesson {
                rule: [
                    "A call is SOAP with one WS-Security header (OIO IDWS SOAP 1.1, LBSB).",
                    "Et kald er SOAP med én WS-Security-header (OIO IDWS SOAP 1.1, LBSB).",
                ],
                expected: Text::new(
                    "a SOAP envelope with a wsse:Security header",
                    "en SOAP-envelope med en wsse:Security-header",
                ),
                who: Role::Vendor,
                what: [
                    "Set the binding to SOAP with WS-Addressing 1.0 and message security.",
                    "Sæt din binding til SOAP med WS-Addressing 1.0 og beskedsikkerhed.",
                ],
            },
            Self::WrongSoapVersion { spoken, .. } => Lesson {
                rule: [
                    "OIO IDWS SOAP 1.1 is in SOAP 1.2; the older LBSB profile is in SOAP 1.1.",
                    "OIO IDWS SOAP 1.1 er i SOAP 1.2; den ældre LBSB-profil er i SOAP 1.1.",
                ],
                expected: Text::same(spoken.to_string()),
                who: Role::Vendor,
                what: [
                    "Set your client to the profile that the service speaks: its ?wsdl names the \
                     version of SOAP.",
                    "Sæt din klient til den profil, tjenesten taler: dens ?wsdl angiver versionen \
                     af SOAP.",
                ],
            },
            Self::FrameworkMissing | Self::FrameworkMismatch { .. } => Lesson {
                rule: [
                    "Under LBSB each message has one signed sbf:Framework header of version 2.0, in \
                     the basic profile, with mustUnderstand=\"1\" (Liberty Basic SOAP Binding).",
                    "Under LBSB har hver besked én signeret sbf:Framework-header med version 2.0, i \
                     basic-profilen og med mustUnderstand=\"1\" (Liberty Basic SOAP Binding).",
                ],
                expected: Text::new(
                    "one sbf:Framework with version=\"2.0\" and the profile \
                     urn:liberty:sb:profile:basic",
                    "én sbf:Framework med version=\"2.0\" og profilen urn:liberty:sb:profile:basic",
                ),
                who: Role::Vendor,
                what: [
                    "Let your client write the header as the .NET client up to 2.0.0 does, in \
                     urn:liberty:sb or urn:liberty:sb:2006-08.",
                    "Lad din klient skrive headeren som .NET-klienten til og med 2.0.0, i \
                     urn:liberty:sb eller urn:liberty:sb:2006-08.",
                ],
            },
            Self::ActionMissing => Lesson {
                rule: [
                    "Under LBSB a message says in wsa:Action what it is about (Liberty Basic SOAP \
                     Binding).",
                    "Under LBSB siger en besked i wsa:Action, hvad den handler om (Liberty Basic \
                     SOAP Binding).",
                ],
                expected: Text::new("a signed wsa:Action", "en signeret wsa:Action"),
                who: Role::Vendor,
                what: [
                    "Let your client write and sign the action that the ?wsdl names for the \
                     operation.",
                    "Lad din klient skrive og signere den action, som ?wsdl angiver for \
                     operationen.",
                ],
            },
            Self::TimestampUnreadable { .. } => Lesson {
                rule: [
                    "A message says in its timestamp until when it holds (OIO IDWS SOAP 1.1).",
                    "En besked siger i sit tidsstempel, hvor længe den gælder (OIO IDWS SOAP 1.1).",
                ],
                expected: Text::new(
                    "a wsu:Timestamp with Created and Expires",
                    "et wsu:Timestamp med Created og Expires",
                ),
                who: Role::Vendor,
                what: [
                    "Let your client write a timestamp with both times in UTC.",
                    "Lad din klient skrive et tidsstempel med begge tidspunkter i UTC.",
                ],
            },
            Self::TimestampExpired { .. } => Lesson {
                rule: [
                    "A message is refused from its Expires and the allowed skew on (WCF: five minutes).",
                    "En besked afvises fra dens Expires plus den tilladte urafvigelse (WCF: fem minutter).",
                ],
                expected: Text::new(
                    "an Expires that has not passed",
                    "et Expires, der ikke er passeret",
                ),
                who: Role::Vendor,
                what: [
                    "Set the client's clock by NTP; do not keep messages back before you send them.",
                    "Stil klientens ur med NTP, og hold ikke beskeder tilbage, før du sender dem.",
                ],
            },
            Self::TimestampImplausible { .. } => Lesson {
                rule: [
                    "Created lies before Expires and not in the future beyond the skew (WCF: five minutes).",
                    "Created ligger før Expires og ikke i fremtiden ud over den tilladte urafvigelse (WCF: fem minutter).",
                ],
                expected: Text::new("a Created near now", "et Created tæt på nu"),
                who: Role::Vendor,
                what: [
                    "Set the client's clock by NTP; a clock that is fast makes messages of the future.",
                    "Stil klientens ur med NTP; et ur, der går for stærkt, danner beskeder fra fremtiden.",
                ],
            },
            Self::TimestampTooOld { .. } => Lesson {
                rule: [
                    "A message is refused when it is older than its lifetime and the skew, whatever its \
                     Expires says (WCF: five minutes and five).",
                    "En besked afvises, når den er ældre end sin levetid plus den tilladte \
                     urafvigelse, uanset dens Expires (WCF: fem minutter og fem).",
                ],
                expected: Text::new(
                    "a message that was just made",
                    "en besked, der lige er dannet",
                ),
                who: Role::Vendor,
                what: [
                    "Make and sign the message when you send it; do not queue signed messages.",
                    "Dan og signér beskeden, når du sender den; sæt ikke signerede beskeder i kø.",
                ],
            },
            Self::TokenMissing => Lesson {
                rule: [
                    "A call has a token of the STS in its security header (OIO IDWS SOAP 1.1).",
                    "Et kald har et token fra STS'en i sin sikkerhedsheader (OIO IDWS SOAP 1.1).",
                ],
                expected: Text::new(
                    "an EncryptedAssertion or an Assertion in wsse:Security",
                    "en EncryptedAssertion eller en Assertion i wsse:Security",
                ),
                who: Role::Vendor,
                what: [
                    "Let your client fetch a token from the STS first, and put it into the security \
                     header as it came.",
                    "Lad din klient hente et token hos STS'en først og lægge det i \
                     sikkerhedsheaderen, som det kom.",
                ],
            },
            Self::TokenMalformed { .. } => Lesson {
                rule: [
                    "What is encrypted is an assertion of SAML 2.0, which no client opens or changes \
                     (OIO IDWS SOAP 1.1).",
                    "Det, der er krypteret, er en assertion fra SAML 2.0, som ingen klient åbner eller \
                     ændrer (OIO IDWS SOAP 1.1).",
                ],
                expected: Text::new(
                    "the EncryptedAssertion as the STS gave it",
                    "EncryptedAssertion, som STS'en gav den",
                ),
                who: Role::Vendor,
                what: [
                    "Send the token on octet for octet as the STS gave it; anybody can encrypt for \
                     SMDB, so see who sent it.",
                    "Send tokenet videre byte for byte, som STS'en gav det; alle kan kryptere til \
                     SMDB, så undersøg, hvem der sendte det.",
                ],
            },
            Self::TokenUnreadable { meant, .. } => Lesson {
                rule: [
                    "The token is encrypted for the service's own certificate.",
                    "Tokenet er krypteret til tjenestens eget certifikat.",
                ],
                expected: Text::new(
                    "an EncryptedAssertion for the present certificate of SMDB",
                    "en EncryptedAssertion til SMDB's nuværende certifikat",
                ),
                who: match meant {
                    MeantFor::Elsewhere(_) | MeantFor::ThisOne => Role::Vendor,
                    MeantFor::Unsaid | MeantFor::AnotherCertificate => Role::ServiceOwner,
                },
                what: match meant {
                    MeantFor::Elsewhere(_) => [
                        "Your addresses of the STS and of SMDB are of two environments: take both from one.",
                        "Dine adresser på STS'en og SMDB hører til hvert sit miljø: brug begge fra det samme.",
                    ],
                    MeantFor::Unsaid => [
                        "See whether your addresses of the STS and of SMDB are of one environment. If they \
                         are, see whether NemLog-in has the present certificate of SMDB: after a swap it must \
                         be provisioned there.",
                        "Se, om dine adresser på STS'en og SMDB hører til samme miljø. Gør de det, så se, om \
                         NemLog-in har SMDB's nuværende certifikat: efter et certifikatskifte skal det \
                         provisioneres dér.",
                    ],
                    MeantFor::AnotherCertificate => [
                        "See whether NemLog-in has the present certificate of SMDB: after a swap it must be \
                         provisioned there.",
                        "Se, om NemLog-in har SMDB's nuværende certifikat: efter et certifikatskifte skal det \
                         provisioneres dér.",
                    ],
                    MeantFor::ThisOne => [
                        "Send the token on octet for octet as the STS gave it: it is for the present \
                         certificate of SMDB, and something has changed it.",
                        "Send tokenet videre byte for byte, som STS'en gav det: det er til SMDB's nuværende \
                         certifikat, og noget har ændret det.",
                    ],
                },
            },
            Self::UnknownIssuer => Lesson {
                rule: [
                    "A token is signed with the certificate of the STS of this environment that is \
                     pinned at the time.",
                    "Et token er signeret med det certifikat for miljøets STS, som SMDB har tillid til på \
                     tidspunktet.",
                ],
                expected: Text::new(
                    "the pinned certificate of the STS",
                    "det certifikat for STS'en, som SMDB har tillid til",
                ),
                who: Role::ServiceOwner,
                what: [
                    "See whether the STS swapped its certificate, and whether the token is from the \
                     other environment.",
                    "Se, om STS'en har skiftet certifikat, og om tokenet er fra det andet miljø.",
                ],
            },
            Self::TokenInvalid { .. } => Lesson {
                rule: [
                    "The signature of the STS covers the whole token, and the token is a system user's.",
                    "STS'ens signatur dækker hele tokenet, og tokenet er en systembrugers.",
                ],
                expected: Text::new("a token as the STS wrote it", "tokenet, som STS'en skrev det"),
                who: Role::Vendor,
                what: [
                    "Send the token on as you got it: do not format, parse or change it.",
                    "Send tokenet videre, som du fik det: formatér, fortolk eller ret det ikke.",
                ],
            },
            Self::TokenNotYetValid { .. } => Lesson {
                rule: [
                    "A token holds from its NotBefore on, without skew (SAML 2.0 core, 2.5.1.2).",
                    "Et token gælder fra sit NotBefore, uden tolerance for urafvigelse (SAML 2.0 core, 2.5.1.2).",
                ],
                expected: Text::new("a NotBefore that has come", "et NotBefore, der er nået"),
                who: Role::Operator,
                what: [
                    "Compare the clocks of the STS and of SMDB.",
                    "Sammenlign STS'ens og SMDB's ure.",
                ],
            },
            Self::TokenExpired { .. } => Lesson {
                rule: [
                    "A token is refused from its NotOnOrAfter on, without skew (SAML 2.0 core, 2.5.1.2).",
                    "Et token afvises fra sit NotOnOrAfter, uden tolerance for urafvigelse (SAML 2.0 core, 2.5.1.2).",
                ],
                expected: Text::new("a token in its time", "et token inden for sin gyldighed"),
                who: Role::Vendor,
                what: [
                    "Let your client drop a token before it ends, and ask the STS for a new one.",
                    "Lad din klient kassere et token, før det udløber, og bede STS'en om et nyt.",
                ],
            },
            Self::WrongAudience { ours, .. } => Lesson {
                rule: [
                    "The audience of a token is the service's entity id, compared as a string.",
                    "Et tokens målgruppe er tjenestens entity id, sammenlignet som tekst.",
                ],
                expected: Text::same(ours),
                who: Role::Vendor,
                what: [
                    "Ask the STS for a token for this very entity id: a slash at the end makes another one.",
                    "Bed STS'en om et token til netop dette entity id: en skråstreg til sidst gør det til et andet.",
                ],
            },
            Self::HolderCertificateNotYetValid { .. } | Self::HolderCertificateExpired { .. } => {
                Lesson {
                    rule: [
                        "The holder's certificate is within its dates (here by the switch holder-certificate).",
                        "Indehaverens certifikat er inden for sin gyldighedsperiode (her ved valget holder-certificate).",
                    ],
                    expected: Text::new(
                        "a certificate in its time",
                        "et certifikat inden for sin gyldighed",
                    ),
                    who: Role::Vendor,
                    what: [
                        "Deploy the renewed certificate, and ask for a new token with it: the old token \
                     keeps naming the old certificate.",
                        "Idriftsæt det fornyede certifikat, og hent et nyt token med det: det gamle token \
                     angiver stadig det gamle certifikat.",
                    ],
                }
            }
            Self::HolderCertificateRevoked { .. } => Lesson {
                rule: [
                    "The holder's certificate is not revoked (here by the switch holder-certificate).",
                    "Indehaverens certifikat er ikke spærret (her ved valget holder-certificate).",
                ],
                expected: Text::new(
                    "a certificate that is not on the list",
                    "et certifikat, der ikke er på listen",
                ),
                who: Role::MitidAdministrator,
                what: [
                    "Order a new certificate, as a revoked one is not renewed; have it registered and \
                     provisioned, deploy it, and ask for a new token with it.",
                    "Bestil et nyt certifikat, for et spærret certifikat kan ikke fornyes; få det registreret og provisioneret, \
                     idriftsæt det, og hent et nyt token med det.",
                ],
            },
            Self::RevocationUnknown => Lesson {
                rule: [
                    "SMDB has a revocation list of the authority in force (RFC 5280, 5.1.2.4 and 5.1.2.5).",
                    "SMDB har en gældende spærreliste fra udstederen (RFC 5280, 5.1.2.4 og 5.1.2.5).",
                ],
                expected: Text::new(
                    "a list in force: from its thisUpdate until its nextUpdate",
                    "en gældende spærreliste: fra dens thisUpdate til dens nextUpdate",
                ),
                who: Role::Operator,
                what: [
                    "See whether SMDB can fetch the list: addresses must be open in the firewall. If it can, see \
                     whether the authority's clock and SMDB's show the same.",
                    "Se, om SMDB kan hente listen: adresserne skal være åbne i firewallen. Kan den det, så se, om \
                     udstederens og SMDB's ure viser det samme.",
                ],
            },
            Self::NotHolder { .. } => Lesson {
                rule: [
                    "Body, every header, timestamp and token are signed with the key that the token \
                     names (OIO IDWS SOAP 1.1, holder of key).",
                    "Body, alle headere, tidsstempel og token er signeret med den nøgle, som tokenet \
                     angiver (OIO IDWS SOAP 1.1, holder-of-key).",
                ],
                expected: Text::new(
                    "one signature over all of them by the token's holder",
                    "én signatur over dem alle fra tokenets indehaver",
                ),
                who: Role::Vendor,
                what: [
                    "After a swap, drop tokens of the old certificate: they are bound to the old key. \
                     Else see what changes the message after it is signed.",
                    "Kassér tokens for det gamle certifikat efter et certifikatskifte: de er bundet til den \
                     gamle nøgle. Se ellers efter, hvad der ændrer beskeden, efter at den er signeret.",
                ],
            },
            Self::WrongAddress { ours, other_host, .. } => Lesson {
                rule: [
                    "The signed wsa:To is this service's address, so that no other service's message is \
                     used here (WS-Addressing 1.0).",
                    "Den signerede wsa:To er denne tjenestes adresse, så en anden tjenestes besked ikke \
                     kan bruges her (WS-Addressing 1.0).",
                ],
                expected: Text::same(ours),
                who: Role::Vendor,
                what: if *other_host {
                    [
                        "Set the address of the endpoint in your configuration as it is expected, letter for \
                         letter. If your client must use the host that it names, let skift have it: `--host`.",
                        "Skriv endpointets adresse i konfigurationen, nøjagtigt som den forventes. Skal klienten \
                         bruge det værtsnavn, den angiver, så giv skift det: `--host`.",
                    ]
                } else {
                    [
                        "Set the address of the endpoint in your configuration as it is expected, letter for \
                         letter, for the right environment.",
                        "Skriv endpointets adresse i konfigurationen, nøjagtigt som den forventes, til det \
                         rigtige miljø.",
                    ]
                },
            },
            Self::Replayed => Lesson {
                rule: [
                    "A message is accepted once (OIO IDWS SOAP 1.1).",
                    "En besked modtages én gang (OIO IDWS SOAP 1.1).",
                ],
                expected: Text::new(
                    "a message with a MessageID of its own",
                    "en besked med sit eget MessageID",
                ),
                who: Role::Vendor,
                what: [
                    "Make a new message for a retry; keep the client's reference and version.",
                    "Dan en ny besked, når du prøver igen; behold klientreference og version.",
                ],
            },
            Self::UnknownOperation { .. } => Lesson {
                rule: [
                    "The action and the body name an operation of the service (our contract).",
                    "Action og body angiver en operation i tjenesten (vores kontrakt).",
                ],
                expected: operations(),
                who: Role::Vendor,
                what: [
                    "Generate the client from the present contract.",
                    "Generér klienten ud fra den gældende kontrakt.",
                ],
            },
            Self::SchemaRetired { in_force, .. } | Self::SchemaNotInForce { in_force, .. } => {
                Lesson {
                    rule: [
                        "A call is in the version of the schema in force: a new one holds from 1 January or \
                     1 July (the order is issued anew then).",
                        "Et kald er i den version af skemaet, der er i kraft: en ny gælder fra 1. januar \
                     eller 1. juli (hvor bekendtgørelsen udstedes på ny).",
                    ],
                    expected: named(*in_force),
                    who: Role::Vendor,
                    what: [
                        "Release the client for the version in force on its first day.",
                        "Idriftsæt klienten til den nye version på dens første dag.",
                    ],
                }
            }
            Self::MalformedRequest { .. } => Lesson {
                rule: [
                    "The body follows the schema (our contract).",
                    "Body følger skemaet (vores kontrakt).",
                ],
                expected: Text::new(
                    "each element once, and of its kind",
                    "hvert element én gang og af den rigtige type",
                ),
                who: Role::Vendor,
                what: [
                    "Mend the element that is named; what stands there is not repeated.",
                    "Ret det element, der er nævnt; dets indhold gentages ikke.",
                ],
            },
            Self::ForeignAuthority { .. } => Lesson {
                rule: [
                    "The CVR number of the token is that of the authority, unless a power of attorney \
                     gives it a group of privileges (SIM-4001).",
                    "Tokenets CVR-nummer er myndighedens, medmindre en fuldmagt giver det en \
                     privilegiegruppe (SIM-4001).",
                ],
                expected: Text::new(
                    "a token of the authority, or with a group for it",
                    "et token for myndigheden eller med en privilegiegruppe for den",
                ),
                who: Role::Vendor,
                what: [
                    "If the client serves several authorities: keep one token for each. Else ask the \
                     NemLog-in administrator of the authority for a power of attorney.",
                    "Betjener klienten flere myndigheder: gem et token for hver. Ellers bed \
                     myndighedens NemLog-in-administrator om en fuldmagt.",
                ],
            },
            Self::MissingPrivilege { .. } => Lesson {
                rule: [
                    "The token holds a privilege for the operation and the authority (SIM-4002).",
                    "Tokenet har et privilegium til operationen for myndigheden (SIM-4002).",
                ],
                expected: Text::new(
                    "a privilege that was requested and approved",
                    "et privilegium, der er ansøgt om og godkendt",
                ),
                who: Role::ServiceOwner,
                what: [
                    "The NemLog-in administrator requests the privilege, and Danmarks Statistik approves \
                     it; then a new token has it.",
                    "NemLog-in-administratoren ansøger om privilegiet, og Danmarks Statistik godkender \
                     det; derefter har et nyt token det.",
                ],
            },
            Self::ConflictingResend { .. } => Lesson {
                rule: [
                    "The same reference and version is the same submission (SIM-5001).",
                    "Samme klientreference og version er samme indberetning (SIM-5001).",
                ],
                expected: Text::new(
                    "the same content, or a higher version",
                    "samme indhold eller en højere version",
                ),
                who: Role::Vendor,
                what: [
                    "Raise the version for each change of a course.",
                    "Hæv versionen, hver gang et forløb ændres.",
                ],
            },
            Self::OutdatedVersion { .. } => Lesson {
                rule: [
                    "A version comes after those before it (SIM-5002).",
                    "En version kommer efter de foregående (SIM-5002).",
                ],
                expected: Text::new("a higher version", "en højere version"),
                who: Role::Vendor,
                what: [
                    "Fetch the course, and submit the change as the next version.",
                    "Hent forløbet, og indberet ændringen som næste version.",
                ],
            },
            Self::CourseAnnulled { .. } => Lesson {
                rule: [
                    "A course that was annulled stays so (SIM-5003).",
                    "Et annulleret forløb forbliver annulleret (SIM-5003).",
                ],
                expected: Text::new(
                    "a reference of its own for a new course",
                    "en ny klientreference til et nyt forløb",
                ),
                who: Role::Vendor,
                what: [
                    "Submit the course under a new reference.",
                    "Indberet forløbet med en ny klientreference.",
                ],
            },
            Self::InvalidSubmission { .. } => Lesson {
                rule: [
                    "A course breaks no rule of severity FEJL (the list of rules, our choice).",
                    "Et forløb bryder ingen regel med alvorlighed FEJL (regellisten, vores valg).",
                ],
                expected: Text::new(
                    "a course that keeps the rules",
                    "et forløb, der overholder reglerne",
                ),
                who: Role::Vendor,
                what: [
                    "Mend the fields that are named, and submit again; personal numbers are made up \
                     here (day of birth plus 60).",
                    "Ret de nævnte felter, og indberet igen; personnumre er opdigtede her (fødselsdag \
                     plus 60).",
                ],
            },
            Self::NotFound => Lesson {
                rule: [
                    "An organisation sees its own courses (SIM-6001).",
                    "En myndighed ser sine egne forløb (SIM-6001).",
                ],
                expected: Text::new(
                    "the id or reference of an own course",
                    "id eller klientreference på et af myndighedens egne forløb",
                ),
                who: Role::Vendor,
                what: [
                    "Search for the course, and see on whose behalf the call is made.",
                    "Søg efter forløbet, og se efter, på hvis vegne kaldet sker.",
                ],
            },
        }
    }
}

/// Every rule that is broken, with its code, its text and its field.
fn broken(violations: &[Violation]) -> Text {
    let told = violations.iter().map(|it| {
        let Text { en, da } = it.rule.text();
        (format!("{it}: {en}"), format!("{} i {}: {da}", it.rule, it.field))
    });
    let (en, da): (Vec<_>, Vec<_>) = told.unzip();
    Text::new(en.join("; "), da.join("; "))
}

/// The actions of the latest contract, as a call may name them.
fn operations() -> Text {
    let actions = Operation::ALL.iter().map(|it| it.action(SchemaVersion::LATEST));
    let actions = actions.collect::<Vec<_>>().join(", ");
    Text::new(format!("one of {actions}"), format!("en af {actions}"))
}

/// The version in force, if there is one.
fn named(in_force: Option<SchemaVersion>) -> Text {
    match in_force {
        Some(version) => Text::same(format!("version {version}")),
        None => Text::new("none: no version is in force", "ingen: ingen version er i kraft"),
    }
}
