//! The rule that was broken, with its source.

use parties::Text;

use crate::Rejection;

pub(super) fn text(rejection: &Rejection) -> Text {
    match rejection {
        Rejection::MalformedRequest { .. } => Text::new(
            "A request is JSON with the fields of its kind, and no others (our own form).",
            "En anmodning er JSON med felterne for sin art og ingen andre (vores egen form).",
        ),
        Rejection::NoAuthority { .. } => Text::new(
            "Each environment has its own hierarchy (OCES3: test and production).",
            "Hvert miljø har sit eget hierarki (OCES3: test og produktion).",
        ),
        Rejection::UnknownOrganisation { .. } => Text::new(
            "Only an organisation that is connected to MitID Erhverv uses the portal.",
            "Kun en organisation, der er tilsluttet MitID Erhverv, kan bruge portalen.",
        ),
        Rejection::AlreadyConnected { .. } => Text::new(
            "An organisation is connected once in each environment (our choice).",
            "En organisation tilsluttes én gang i hvert miljø (vores valg).",
        ),
        Rejection::CertificatesNotAllowed { .. } => Text::new(
            "The organisation administrator must allow organisation certificates under settings before any is ordered (guide of MitID Erhverv).",
            "Organisationsadministratoren skal tillade organisationscertifikater under »Indstillinger«, før de kan bestilles (MitID Erhvervs vejledning).",
        ),
        Rejection::AgreementEnded { .. } => Text::new(
            "Some time after its termination, by default 14 days, an agreement ends, and all certificates are revoked (guide of MitID Erhverv).",
            "En tid efter opsigelsen, som udgangspunkt 14 dage, ophører aftalen, og alle certifikater spærres (MitID Erhvervs vejledning).",
        ),
        Rejection::AlreadyTerminated { .. } => {
            Text::new("An agreement is terminated once.", "En aftale opsiges én gang.")
        }
        Rejection::NotTerminated { .. } => Text::new(
            "A termination can be withdrawn until it takes effect (guide of MitID Erhverv).",
            "En opsigelse kan fortrydes, indtil den træder i kraft (MitID Erhvervs vejledning).",
        ),
        Rejection::NameUnusable { .. } => Text::new(
            "A name in a certificate has at most 64 characters (X.520, ub-common-name).",
            "Et navn i et certifikat har højst 64 tegn (X.520, ub-common-name).",
        ),
        Rejection::EmailUnusable => Text::new(
            "An e-mail address has one @, and no spaces (RFC 5321).",
            "En e-mailadresse har ét @ og ingen mellemrum (RFC 5321).",
        ),
        Rejection::EmailNotAscii { .. } => Text::new(
            "An address in a certificate is an IA5String: ASCII alone (RFC 5280, section 4.2.1.6).",
            "En adresse i et certifikat er en IA5String, altså kun ASCII (RFC 5280, afsnit 4.2.1.6).",
        ),
        Rejection::UnknownProfile { .. } => Text::new(
            "A certificate is ordered under a certificate profile.",
            "Et certifikat bestilles under en certifikatprofil.",
        ),
        Rejection::ContactMissing => Text::new(
            "A one-time code takes a contact person with name and e-mail address (vendors' guides).",
            "En engangskode kræver en kontaktperson med navn og e-mailadresse (leverandørers vejledninger).",
        ),
        Rejection::LoginOverApi => Text::new(
            "Over the API one identifies oneself by reference number and one-time code, for there nobody can log in (our choice).",
            "Over API'et identificerer du dig med referencenummer og engangskode, for dér kan ingen logge ind (vores valg).",
        ),
        Rejection::UnknownOrder { .. } => Text::new(
            "An order is known by its reference number.",
            "En bestilling kendes på sit referencenummer.",
        ),
        Rejection::WrongCode => Text::new(
            "Reference number and one-time code belong together; which of them is wrong is not said (our choice).",
            "Referencenummer og engangskode hører sammen; hvilken af dem der er forkert, oplyses ikke (vores valg).",
        ),
        Rejection::CodeLocked { .. } => Text::new(
            "After some wrong one-time codes an order is locked (our choice).",
            "Efter et antal forkerte engangskoder låses bestillingen (vores valg).",
        ),
        Rejection::CodeUsed => {
            Text::new("A one-time code is used once.", "En engangskode kan kun bruges én gang.")
        }
        Rejection::CodeNeeded => Text::new(
            "The method of identification is chosen when the certificate is ordered.",
            "Metoden til identifikation vælges, når certifikatet bestilles.",
        ),
        Rejection::OrderFulfilled { .. } => {
            Text::new("An order gives one certificate.", "En bestilling giver ét certifikat.")
        }
        Rejection::OrderCancelled { .. } => Text::new(
            "An order that was cancelled gives no certificate.",
            "En annulleret bestilling giver intet certifikat.",
        ),
        Rejection::OrderExpired { .. } => Text::new(
            "An order is fulfilled within a time limit, by default 30 days (our choice).",
            "Certifikatet skal udstedes inden for en frist, som udgangspunkt 30 dage fra bestillingen (vores valg).",
        ),
        Rejection::MethodDiffers { .. } => Text::new(
            "The method of issue is chosen when the certificate is ordered: browser, or API.",
            "Metoden til udstedelse vælges, når certifikatet bestilles: internetbrowser eller API.",
        ),
        Rejection::EmailNotValidated { .. } => Text::new(
            "An e-mail address in a certificate is validated before the issue (Danish Agency for Digital Government).",
            "En e-mailadresse i et certifikat skal valideres før udstedelsen (Digitaliseringsstyrelsen).",
        ),
        Rejection::WrongToken => Text::new(
            "Only whoever reads the mail has the link that validates the address.",
            "Kun den, der læser mailen, har det link, som validerer adressen.",
        ),
        Rejection::TermsNotAccepted => Text::new(
            "The terms are accepted before the issue in the portal (guides of MitID Erhverv).",
            "Vilkårene skal accepteres før udstedelsen i portalen (MitID Erhvervs vejledninger).",
        ),
        Rejection::KeyPairMissing => Text::new(
            "In the portal the authority draws the key pair; the simulator's core must be handed one.",
            "I portalen danner udstederen nøgleparret; simulatorens kerne skal have det udleveret.",
        ),
        Rejection::SigningRequestUnusable { .. } => Text::new(
            "A signing request is a PKCS#10 for an RSA key, signed with RSA and SHA-256 or stronger (RFC 2986).",
            "En certifikatanmodning er en PKCS#10 for en RSA-nøgle, signeret med RSA og SHA-256 eller stærkere (RFC 2986).",
        ),
        Rejection::NoProofOfPossession => Text::new(
            "A signing request is signed with the key that it holds (RFC 7030, section 3.4).",
            "En certifikatanmodning er signeret med den nøgle, den indeholder (RFC 7030, afsnit 3.4).",
        ),
        Rejection::KeyTooShort { .. } => Text::new(
            "Every OCES3 certificate that was measured has an RSA key of 3072 bits.",
            "Alle målte OCES3-certifikater har en RSA-nøgle på 3072 bit.",
        ),
        Rejection::KeyReused => Text::new(
            "A renewal has a new key, as every real one that was measured.",
            "En fornyelse har en ny nøgle ligesom alle målte fornyelser.",
        ),
        Rejection::SubjectDiffers { .. } => Text::new(
            "A request to renew names the subject of the certificate (RFC 7030, section 4.2.2).",
            "En anmodning om fornyelse har samme subject som certifikatet (RFC 7030, afsnit 4.2.2).",
        ),
        Rejection::UnknownCertificate { .. } => Text::new(
            "A certificate is known by its hierarchy and serial number.",
            "Et certifikat kendes på sit hierarki og serienummer.",
        ),
        Rejection::CertificateExpired { .. } => Text::new(
            "A certificate is renewed or revoked before it expires (a vendor's guide to the API).",
            "Et certifikat fornyes eller spærres, før det udløber (en leverandørs vejledning til API'et).",
        ),
        Rejection::CertificateRevoked { .. } => Text::new(
            "A revoked certificate is not renewed.",
            "Et spærret certifikat kan ikke fornyes.",
        ),
        Rejection::AlreadyRevoked { .. } => Text::new(
            "A certificate is revoked once, and a revocation is not taken back (RFC 5280, section 3.3).",
            "Et certifikat spærres én gang, og en spærring kan ikke fortrydes (RFC 5280, afsnit 3.3).",
        ),
        Rejection::ReasonNotOffered { .. } => Text::new(
            "The portal offers four reasons to revoke (our choice).",
            "Portalen tilbyder fire årsager til spærring (vores valg).",
        ),
    }
}
