//! What a rejection by REST means, in English and in Danish: the rule with its source, what would have
//! been accepted, what came, who must act, and what to do.

use parties::{Finding, Role, Text, UncheckedKey};

use super::{Excess, Rejection};

impl Rejection {
    /// The truth about it, for whoever runs the service: the caller is told less.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let [rule, expected, got, what] = match self {
            Self::Shared(shared) => return shared.finding(),
            Self::UnknownIssuer { .. } => return crate::Rejection::UnknownIssuer.finding(),
            Self::NotAForm => NOT_A_FORM.map(text),
            Self::TokenMissing => TOKEN_MISSING.map(text),
            Self::TokenNotBase64 => TOKEN_NOT_BASE64.map(text),
            Self::NotAToken => NOT_A_TOKEN.map(text),
            Self::AnotherHolder => ANOTHER_HOLDER.map(text),
            Self::CertificateMissing => CERTIFICATE_MISSING.map(text),
            Self::CertificateUnchecked { key } => {
                let [rule, _, _, todo] = CERTIFICATE_UNCHECKED.map(text);
                let (checked, key) = (UncheckedKey::checked(), key.text());
                let expected = Text::new(
                    format!("a client certificate in TLS whose key is {}", checked.en),
                    format!("et klientcertifikat i TLS, hvis nøgle er {}", checked.da),
                );
                let got = Text::new(
                    format!("one with {}, so its key is not proved", key.en),
                    format!("et med {}, så dets nøgle er ikke bevist", key.da),
                );
                [rule, expected, got, todo]
            }
            Self::SchemeNotValid => SCHEME_NOT_VALID.map(text),
            Self::AccessTokenInvalid { what } => {
                let [rule, expected, _, todo] = ACCESS_TOKEN_INVALID.map(text);
                let [en, da] = what.texts();
                let got = Text::new(
                    format!("an access token, and {en}"),
                    format!("et adgangstoken, og {da}"),
                );
                [rule, expected, got, todo]
            }
            Self::AccessTokenNotYetValid { from } => {
                let [rule, expected, _, todo] = ACCESS_TOKEN_NOT_YET_VALID.map(text);
                let got = Text::new(
                    format!("an access token that is valid from {from}"),
                    format!("et adgangstoken, der gælder fra {from}"),
                );
                [rule, expected, got, todo]
            }
            Self::AccessTokenExpired { since } => {
                let [rule, expected, _, todo] = ACCESS_TOKEN_EXPIRED.map(text);
                let got = Text::new(
                    format!("an access token that ended at {since}"),
                    format!("et adgangstoken, der udløb {since}"),
                );
                [rule, expected, got, todo]
            }
            Self::AnotherCertificate => ANOTHER_CERTIFICATE.map(text),
            Self::AccessTokenTooLarge { excess: Excess { octets, limit } } => {
                let [rule, _, _, todo] = ACCESS_TOKEN_TOO_LARGE.map(text);
                let expected = Text::new(
                    format!("privileges of {limit} octets at most, with the rest of what it says"),
                    format!("privilegier på højst {limit} byte, med det øvrige indhold"),
                );
                let got = Text::new(
                    format!("a token whose access token would say {octets} octets"),
                    format!("et token, hvis adgangstoken ville rumme {octets} byte"),
                );
                [rule, expected, got, todo]
            }
            Self::TokenEndsTooSoon { end } => {
                let [rule, expected, _, todo] = TOKEN_ENDS_TOO_SOON.map(text);
                let got = Text::new(
                    format!("a token that ends at {end}"),
                    format!("et token, der udløber {end}"),
                );
                [rule, expected, got, todo]
            }
        };
        Finding { cause: self.name().to_owned(), rule, expected, got, who: self.who(), what }
    }

    const fn who(&self) -> Role {
        match self {
            Self::AccessTokenNotYetValid { .. } => Role::Operator,
            Self::NotAForm
            | Self::TokenMissing
            | Self::TokenNotBase64
            | Self::NotAToken
            | Self::UnknownIssuer { .. }
            | Self::AnotherHolder
            | Self::CertificateMissing
            | Self::CertificateUnchecked { .. }
            | Self::SchemeNotValid
            | Self::AccessTokenInvalid { .. }
            | Self::AccessTokenExpired { .. }
            | Self::AnotherCertificate
            | Self::AccessTokenTooLarge { .. }
            | Self::TokenEndsTooSoon { .. }
            | Self::Shared(_) => Role::Vendor,
        }
    }
}

fn text([en, da]: [&str; 2]) -> Text {
    Text::new(en, da)
}

/// Rule, expected, got, and what to do: each in English and in Danish.
type Lesson = [[&'static str; 2]; 4];

const NOT_A_FORM: Lesson = [
    [
        "A token is handed in as a form (OIO IDWS REST 1.0).",
        "Et token afleveres som en formular (OIO IDWS REST 1.0).",
    ],
    [
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: application/x-www-form-urlencoded",
    ],
    ["another media type, or none", "en anden medietype eller ingen"],
    [
        "Let your client send the field saml-token as a form, and name the media type.",
        "Lad din klient sende feltet saml-token som en formular, og angiv medietypen.",
    ],
];

const TOKEN_MISSING: Lesson = [
    [
        "The form has a field saml-token (OIO IDWS REST 1.0).",
        "Formularen har et felt saml-token (OIO IDWS REST 1.0).",
    ],
    [
        "saml-token= and the token in base64, percent-encoded",
        "saml-token= og tokenet i base64, procentkodet",
    ],
    ["a form without it, or with an empty one", "en formular uden det eller med et tomt"],
    [
        "See whether your client got a token from the STS before it asked here.",
        "Se, om din klient fik et token fra STS'en, før den spurgte her.",
    ],
];

const TOKEN_NOT_BASE64: Lesson = [
    [
        "The token is in base64, and then percent-encoded as in every form (OIO IDWS REST 1.0).",
        "Tokenet er i base64 og derefter procentkodet som i enhver formular (OIO IDWS REST 1.0).",
    ],
    ["base64 of the token's XML", "base64 af tokenets XML"],
    ["signs that base64 does not have", "tegn, som base64 ikke har"],
    [
        "Percent-encode the base64: a plus sign that is sent as it is arrives as a space.",
        "Procentkod din base64: et plustegn, der sendes, som det er, ankommer som et mellemrum.",
    ],
];

const NOT_A_TOKEN: Lesson = [
    [
        "What is handed in is the token as the STS gave it: an EncryptedAssertion, or an Assertion (OIO \
         IDWS REST 1.0).",
        "Det, der afleveres, er tokenet, som STS'en gav det: en EncryptedAssertion eller en Assertion \
         (OIO IDWS REST 1.0).",
    ],
    [
        "an EncryptedAssertion of SAML 2.0 as a document of its own",
        "en EncryptedAssertion fra SAML 2.0 som et dokument for sig",
    ],
    ["no XML, or another element", "ingen XML eller et andet element"],
    [
        "Send the element inside RequestedSecurityToken of the STS's answer, with every namespace that \
         it uses.",
        "Send elementet inden i RequestedSecurityToken fra STS'ens svar, med alle de namespaces, det \
         bruger.",
    ],
];

const ANOTHER_HOLDER: Lesson = [
    [
        "A holder-of-key token is redeemed over a connection on which its holder proved the key (OIO \
         IDWS REST 1.0).",
        "Et holder-of-key-token indløses over en forbindelse, hvor indehaveren har bevist sin nøgle (OIO \
         IDWS REST 1.0).",
    ],
    [
        "the certificate in the token as the client certificate of TLS",
        "certifikatet i tokenet som klientcertifikat i TLS",
    ],
    ["another client certificate", "et andet klientcertifikat"],
    [
        "After a swap, let your client drop the tokens that it keeps: they name the old certificate. A \
         restart does it.",
        "Lad efter et skifte din klient kassere de tokens, den gemmer: de angiver det gamle certifikat. En \
         genstart gør det.",
    ],
];

const CERTIFICATE_MISSING: Lesson = [
    [
        "Who uses a holder-of-key token proves its key in TLS (OIO IDWS REST 1.0).",
        "Den, der bruger et holder-of-key-token, beviser dets nøgle i TLS (OIO IDWS REST 1.0).",
    ],
    ["a client certificate in TLS", "et klientcertifikat i TLS"],
    ["a connection without one", "en forbindelse uden"],
    [
        "Give your HTTP client the certificate with its private key; a proxy in between may have taken it \
         away.",
        "Giv din HTTP-klient certifikatet med dets private nøgle; en proxy undervejs kan have fjernet det.",
    ],
];

const CERTIFICATE_UNCHECKED: Lesson = [
    [
        "Who uses a holder-of-key token proves its key in TLS (OIO IDWS REST 1.0), and only some keys can be \
         checked here (our choice).",
        "Den, der bruger et holder-of-key-token, beviser dets nøgle i TLS (OIO IDWS REST 1.0), og kun nogle \
         nøgler kan kontrolleres her (vores valg).",
    ],
    ["", ""],
    ["", ""],
    [
        "Use a certificate with such a key: those of MitID Erhverv have RSA of 3072 bits.",
        "Brug et certifikat med en sådan nøgle: MitID Erhvervs har RSA på 3072 bit.",
    ],
];

const SCHEME_NOT_VALID: Lesson = [
    [
        "A call carries an access token under the scheme that the authorization server named (OIO IDWS \
         REST 1.0).",
        "Et kald bærer et adgangstoken under det skema, som autorisationsserveren angav (OIO IDWS REST \
         1.0).",
    ],
    ["Authorization: Holder-of-key and the token", "Authorization: Holder-of-key og tokenet"],
    ["no such header, or another scheme", "ingen sådan header eller et andet skema"],
    [
        "Use the token_type of the answer as the scheme; Bearer will not do for a holder-of-key token.",
        "Brug svarets token_type som skema; Bearer duer ikke til et holder-of-key-token.",
    ],
];

const ACCESS_TOKEN_INVALID: Lesson = [
    [
        "An access token is one that SMDB of this environment issued, unchanged (our choice: a JWT signed \
         with RS256).",
        "Et adgangstoken er et, som SMDB i dette miljø har udstedt, uændret (vores valg: en JWT signeret \
         med RS256).",
    ],
    ["an access token as it was issued", "et adgangstoken, som det blev udstedt"],
    ["", ""],
    [
        "Send the token on as you got it, to the environment that issued it; else redeem your token \
         anew.",
        "Send tokenet videre, som du fik det, til det miljø, der udstedte det; indløs ellers dit token \
         igen.",
    ],
];

const ACCESS_TOKEN_NOT_YET_VALID: Lesson = [
    [
        "An access token holds from when it was issued (RFC 7519, 4.1.5).",
        "Et adgangstoken gælder, fra det blev udstedt (RFC 7519, 4.1.5).",
    ],
    ["a beginning that has come", "en begyndelse, der er nået"],
    ["", ""],
    [
        "Somebody set SMDB's clock back: let clients redeem their tokens anew.",
        "Nogen har stillet SMDB's ur tilbage: lad klienterne indløse deres tokens igen.",
    ],
];

const ACCESS_TOKEN_EXPIRED: Lesson = [
    [
        "An access token lives for an hour at most, and for expires_in at any rate (OIO IDWS REST 1.0).",
        "Et adgangstoken lever højst en time og i hvert fald kun expires_in (OIO IDWS REST 1.0).",
    ],
    ["an access token in its time", "et adgangstoken inden for sin gyldighed"],
    ["", ""],
    [
        "Let your client drop an access token by the expires_in that came with it, not by a time of its \
         own.",
        "Lad din klient kassere et adgangstoken efter det expires_in, der fulgte med, ikke efter en fast \
         tid.",
    ],
];

const ANOTHER_CERTIFICATE: Lesson = [
    [
        "An access token is used over a connection on which the certificate that its token was redeemed with is \
         proved (OIO IDWS REST 1.0; RFC 8705, section 3).",
        "Et adgangstoken bruges over en forbindelse, hvor det certifikat, dets token blev indløst med, er bevist \
         (OIO IDWS REST 1.0; RFC 8705, afsnit 3).",
    ],
    [
        "the same client certificate as when its token was redeemed",
        "det samme klientcertifikat som ved indløsningen",
    ],
    ["another client certificate", "et andet klientcertifikat"],
    [
        "After a swap, let your client drop its access token with the token that it came from. A restart \
         does it.",
        "Lad efter et skifte din klient kassere sit adgangstoken sammen med det token, det kom af. En \
         genstart gør det.",
    ],
];

const ACCESS_TOKEN_TOO_LARGE: Lesson = [
    [
        "An access token is carried in the head of each call, and a head has a limit (our choice: what it \
         says may have 8 KiB).",
        "Et adgangstoken sendes i en header i hvert kald, og headere har en grænse (vores valg: dets \
         indhold må fylde 8 KiB).",
    ],
    ["", ""],
    ["", ""],
    [
        "Give the system user fewer different privileges or powers of attorney, or call by SOAP, where \
         the token stands in the body.",
        "Giv systembrugeren færre forskellige privilegier eller fuldmagter, eller kald med SOAP, hvor \
         tokenet står i selve beskeden.",
    ],
];

const TOKEN_ENDS_TOO_SOON: Lesson = [
    [
        "An access token ends with a whole second, no later than its token, and lives for a second at least \
         (our choice).",
        "Et adgangstoken udløber med et helt sekund, senest sammen med sit token, og gælder i mindst et sekund \
         (vores valg).",
    ],
    [
        "a token that is good for more than a second, counted to the whole second at or before its end",
        "et token, der gælder i mere end et sekund, regnet til det hele sekund ved eller før dets udløb",
    ],
    ["", ""],
    [
        "Let your client drop a token some time before its end, and ask the STS for another one.",
        "Lad din klient kassere et token noget før dets udløb og bede STS'en om et nyt.",
    ],
];
