//! What is to be said of each rejection: the rule, what would have been accepted, what came, who
//! must act and what to do, in English and in Danish.

use parties::{Environment, Finding, Role, Slot, Text};
use pki::{ChainReason, UploadRefusal};

use super::{Kind, Rejection};

/// The source of a rule that none names.
const OURS: [&str; 2] = ["our choice: no source says", "vores valg: ingen kilde siger det"];
/// Danmarks Statistik's guide to replacing a system certificate.
const GUIDE: [&str; 2] = ["the guide", "vejledningen"];

impl Rejection {
    /// The truth about it, for the control port, the journal and the report.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let said = self.said();
        let text = |[en, da]: [String; 2]| Text::new(en, da);
        let [source_en, source_da] = said.source;
        Finding {
            cause: self.name().to_owned(),
            rule: Text::new(
                format!("{} ({source_en})", said.rule[0]),
                format!("{} ({source_da})", said.rule[1]),
            ),
            expected: text(said.expected),
            got: text(said.got),
            who: said.who,
            what: text(said.what),
        }
    }

    #[expect(clippy::too_many_lines, reason = "a list: one rejection after the other")]
    fn said(&self) -> Said {
        let admin = Role::NemloginAdministrator;
        match self {
            Self::MalformedRequest(what) => Said {
                source: OURS,
                rule: both(
                    "a request is JSON of a known shape",
                    "en anmodning er JSON i en kendt form",
                ),
                expected: both(
                    "a request that the control port knows",
                    "en anmodning, som kontrolporten kender",
                ),
                got: [what.clone(), format!("noget, der ikke kan læses: {what}")],
                who: Role::Operator,
                what: both(
                    "correct the request and send it again",
                    "ret anmodningen, og send den igen",
                ),
            },
            Self::UnknownItSystem(id) => Said {
                source: OURS,
                rule: both(
                    "a system user belongs to an IT system",
                    "en systembruger hører til et it-system",
                ),
                expected: both(
                    "the handle of an IT system that exists",
                    "navnet på et it-system, der findes",
                ),
                got: same(format!("`{id}`")),
                who: admin,
                what: both(
                    "create the IT system first, or correct its handle",
                    "opret it-systemet først, eller ret dets navn",
                ),
            },
            Self::ItSystemExists(id) => Said {
                source: OURS,
                rule: both(
                    "each IT system has a handle of its own",
                    "hvert it-system har sit eget navn",
                ),
                expected: both("a handle that is free", "et navn, der er ledigt"),
                got: same(format!("`{id}`")),
                who: admin,
                what: both(
                    "choose another handle, or use the IT system that exists",
                    "vælg et andet navn, eller brug det it-system, der findes",
                ),
            },
            Self::UnknownSystemUser(id) => Said {
                source: OURS,
                rule: both(
                    "a click concerns a system user that exists",
                    "et klik gælder en systembruger, der findes",
                ),
                expected: both("the handle of a system user", "navnet på en systembruger"),
                got: same(format!("`{id}`")),
                who: admin,
                what: both(
                    "create the system user first, or correct its handle",
                    "opret systembrugeren først, eller ret dens navn",
                ),
            },
            Self::SystemUserExists(id) => Said {
                source: OURS,
                rule: both(
                    "each system user has a handle of its own",
                    "hver systembruger har sit eget navn",
                ),
                expected: both("a handle that is free", "et navn, der er ledigt"),
                got: same(format!("`{id}`")),
                who: admin,
                what: both(
                    "choose another handle, or use the system user that exists",
                    "vælg et andet navn, eller brug den systembruger, der findes",
                ),
            },
            Self::EntityIdTaken { entity_id, holder } => Said {
                source: OURS,
                rule: both(
                    "two system users do not share an entity id: a token names its holder by it",
                    "to systembrugere deler ikke entityID: en billet nævner sin indehaver ved det",
                ),
                expected: both(
                    "an entity id that nobody else has",
                    "et entityID, som ingen anden har",
                ),
                got: [
                    format!("`{entity_id}`, which `{holder}` has"),
                    format!("`{entity_id}`, som `{holder}` har"),
                ],
                who: admin,
                what: both(
                    "choose another entity id, and tell the owner of the service",
                    "vælg et andet entityID, og giv tjenesteejeren besked",
                ),
            },
            Self::NotACerFile(refusal) => not_a_cer_file(refusal),
            Self::NotSystemCertificate { kind, subject } => Said {
                source: [
                    "MitID Erhverv: system certificates stand for systems",
                    "MitID Erhverv: systemcertifikater står for systemer",
                ],
                rule: both(
                    "a system user is known by a system certificate",
                    "en systembruger kendes på et systemcertifikat",
                ),
                expected: both(
                    "the system certificate of the external system",
                    "det eksterne systems systemcertifikat",
                ),
                got: [
                    format!("{kind}: {subject}"),
                    format!("{}: {subject}", kind_in_danish(*kind)),
                ],
                who: Role::MitidAdministrator,
                what: both(
                    "order a system certificate in MitID Erhverv, and upload that",
                    "bestil et systemcertifikat i MitID Erhverv, og upload det",
                ),
            },
            Self::CertificateNotTrusted(refusal) => Said {
                source: ["RULES 2.3.1.4.3", "RULES 2.3.1.4.3"],
                rule: both(
                    "the certificate is issued by the authority of one of the two environments",
                    "certifikatet er udstedt af nøglecentret i et af de to miljøer",
                ),
                expected: both(
                    "a certificate from the simulated MitID Erhverv",
                    "et certifikat fra det simulerede MitID Erhverv",
                ),
                got: [
                    refusal.to_string(),
                    format!("et certifikat, som intet nøglecenter her står inde for ({refusal})"),
                ],
                who: if refusal.reason == ChainReason::RealAuthority {
                    Role::Operator
                } else {
                    Role::MitidAdministrator
                },
                what: if refusal.reason == ChainReason::RealAuthority {
                    both(
                        "keep real certificates out of a simulator: order one from the simulated MitID Erhverv",
                        "hold rigtige certifikater ude af en simulator: bestil et i det simulerede MitID Erhverv",
                    )
                } else {
                    both(
                        "order a system certificate in MitID Erhverv, and upload that",
                        "bestil et systemcertifikat i MitID Erhverv, og upload det",
                    )
                },
            },
            Self::KeyTooShort { bits, least } => Said {
                source: [
                    "OCES3: 37 of 37 certificates have 3072 bits",
                    "OCES3: 37 ud af 37 certifikater har 3072 bit",
                ],
                rule: both("the key is long enough", "nøglen er lang nok"),
                expected: [
                    format!("an RSA key of {least} bits or more"),
                    format!("en RSA-nøgle på mindst {least} bit"),
                ],
                got: [format!("{bits} bits"), format!("{bits} bit")],
                who: Role::MitidAdministrator,
                what: both(
                    "renew the certificate with a longer key",
                    "forny certifikatet med en længere nøgle",
                ),
            },
            Self::CertificateExpired { since } => Said {
                source: OURS,
                rule: both(
                    "a certificate that is saved has not expired",
                    "et certifikat, der gemmes, er ikke udløbet",
                ),
                expected: both(
                    "a certificate that is valid now or later",
                    "et certifikat, der er gyldigt nu eller senere",
                ),
                got: [
                    format!("one that is refused since {since}"),
                    format!("et, der er afvist siden {since}"),
                ],
                who: Role::MitidAdministrator,
                what: both(
                    "order a new certificate: an expired one cannot be renewed. If you meant the renewed one, upload that file",
                    "bestil et nyt certifikat: et udløbet kan ikke fornyes. Mente du det fornyede, så upload den fil",
                ),
            },
            Self::CertificateNotYetValid { from } => Said {
                source: OURS,
                rule: both(
                    "a certificate that is saved is valid already",
                    "et certifikat, der gemmes, er allerede gyldigt",
                ),
                expected: both(
                    "a certificate that has begun",
                    "et certifikat, hvis gyldighed er begyndt",
                ),
                got: [
                    format!("one that begins at {from}"),
                    format!("et, der først gælder fra {from}"),
                ],
                who: admin,
                what: [
                    format!("wait until {from}, or order one that begins earlier"),
                    format!("vent til {from}, eller bestil et, der gælder tidligere"),
                ],
            },
            Self::OtherOrganisation { named, owner } => {
                let named = named.as_ref().map_or_else(
                    || both("no CVR number", "intet CVR-nummer"),
                    |cvr| same(format!("CVR {cvr}")),
                );
                Said {
                    source: OURS,
                    rule: both(
                        "the certificate names the organisation of the system user, or one that it gave a power of attorney",
                        "certifikatet nævner systembrugerens organisation, eller en, som den har givet fuldmagt",
                    ),
                    expected: same(format!("CVR {owner}")),
                    got: named,
                    who: admin,
                    what: both(
                        "upload the certificate of the right organisation, or let the organisation give the vendor a power of attorney first",
                        "upload den rigtige organisations certifikat, eller lad organisationen give leverandøren fuldmagt først",
                    ),
                }
            }
            Self::CertificateTaken(holder) => Said {
                source: [
                    "FAQ: each solution has a certificate of its own",
                    "FAQ: hver løsning har sit eget certifikat",
                ],
                rule: both(
                    "two system users do not share a certificate",
                    "to systembrugere deler ikke et certifikat",
                ),
                expected: both(
                    "a certificate that no other system user has",
                    "et certifikat, som ingen anden systembruger har",
                ),
                got: [
                    format!("the certificate of `{holder}`"),
                    format!("certifikatet, som `{holder}` har"),
                ],
                who: admin,
                what: both(
                    "order a certificate for this system, or remove it from the other system user and provision that first",
                    "bestil et certifikat til dette system, eller fjern det fra den anden systembruger, og provisionér den først",
                ),
            },
            Self::InBothSlots(id) => Said {
                source: OURS,
                rule: both(
                    "the rolling certificate is another than the active one",
                    "det nye certifikat er et andet end det aktive",
                ),
                expected: both("the renewed certificate", "det fornyede certifikat"),
                got: [
                    format!("the active certificate of `{id}` once more"),
                    format!("det aktive certifikat for `{id}` en gang til"),
                ],
                who: admin,
                what: both(
                    "compare the thumbprints, and upload the file of the renewed certificate",
                    "sammenlign aftrykkene, og upload filen med det fornyede certifikat",
                ),
            },
            Self::SlotEmpty { system_user, slot } => Said {
                source: OURS,
                rule: both("only what is there can be removed", "kun det, der er der, kan fjernes"),
                expected: both("a slot with a certificate", "en plads med et certifikat"),
                got: [
                    format!("the empty {slot} slot of `{system_user}`"),
                    format!("den tomme plads til {} for `{system_user}`", slot_in_danish(*slot)),
                ],
                who: admin,
                what: both(
                    "look at what is saved; another administrator may have removed it",
                    "se, hvad der er gemt; en anden administrator kan have fjernet det",
                ),
            },
            Self::EnvironmentNotOffered(environment) => Said {
                source: OURS,
                rule: both("an environment has an STS", "et miljø har en STS"),
                expected: both(
                    "an environment that is simulated here",
                    "et miljø, der er simuleret her",
                ),
                got: [environment.to_string(), environment_in_danish(*environment).to_owned()],
                who: Role::Operator,
                what: both(
                    "start the simulator with that environment",
                    "start simulatoren med det miljø",
                ),
            },
            Self::NothingSaved(id) => Said {
                source: GUIDE,
                rule: both(
                    "provisioning brings into force what is saved",
                    "provisionering sætter det gemte i kraft",
                ),
                expected: both(
                    "a draft with a certificate",
                    "tekniske oplysninger med et certifikat",
                ),
                got: [
                    format!("empty slots for `{id}`"),
                    format!("ingen gemte certifikater for `{id}`"),
                ],
                who: admin,
                what: both(
                    "save a certificate, then provision",
                    "gem et certifikat, og provisionér så",
                ),
            },
            Self::OtherEnvironment { slot, environment, refusal } => {
                let danish = environment_in_danish(*environment);
                Said {
                    source: [
                        "our choice: RULES 2.3.1.4.3 at the click",
                        "vores valg: RULES 2.3.1.4.3 ved klikket",
                    ],
                    rule: both(
                        "a certificate comes into force only in the environment whose authority issued it",
                        "et certifikat sættes kun i kraft i det miljø, hvis nøglecenter har udstedt det",
                    ),
                    expected: [
                        format!("a certificate for {environment}"),
                        format!("et certifikat til {danish}"),
                    ],
                    got: [
                        format!("in the {slot} slot: {refusal}"),
                        format!(
                            "på pladsen til {} et certifikat, der ikke er til {danish} ({refusal})",
                            slot_in_danish(*slot)
                        ),
                    ],
                    who: admin,
                    what: [
                        format!(
                            "save the certificate for {environment} and provision again, or provision to the other environment"
                        ),
                        format!(
                            "gem certifikatet til {danish}, og provisionér igen, eller provisionér til det andet miljø"
                        ),
                    ],
                }
            }
            Self::PrivilegeRequestedAlready(privilege) => Said {
                source: OURS,
                rule: both(
                    "a privilege is requested once",
                    "der ansøges om et privilegium én gang",
                ),
                expected: both(
                    "a privilege that is neither requested nor approved",
                    "et privilegium, der hverken er ansøgt om eller godkendt",
                ),
                got: same(privilege.to_string()),
                who: Role::ServiceOwner,
                what: both(
                    "decide on the request; if it is approved, there is nothing to do",
                    "tag stilling til ansøgningen; er den godkendt, er der intet at gøre",
                ),
            },
            Self::PrivilegeNotRequested(privilege) => Said {
                source: GUIDE,
                rule: both(
                    "a privilege is requested, and then approved by the owner of the service",
                    "der ansøges om et privilegium, som tjenesteejeren så godkender",
                ),
                expected: both(
                    "a request that waits for a decision",
                    "en ansøgning, der venter på svar",
                ),
                got: same(privilege.to_string()),
                who: admin,
                what: both("request the privilege first", "ansøg om privilegiet først"),
            },
            Self::PrivilegeNotHeld(privilege) => Said {
                source: OURS,
                rule: both(
                    "only what was requested or approved can be withdrawn",
                    "kun det, der er ansøgt om eller godkendt, kan trækkes tilbage",
                ),
                expected: both(
                    "a privilege that the system user has, or waits for",
                    "et privilegium, som systembrugeren har eller venter på",
                ),
                got: same(privilege.to_string()),
                who: admin,
                what: both(
                    "look at the privileges of the system user",
                    "se systembrugerens privilegier igennem",
                ),
            },
            Self::PowerOfAttorneyToOneself(cvr) => Said {
                source: OURS,
                rule: both(
                    "a power of attorney is given to another organisation",
                    "en fuldmagt gives til en anden organisation",
                ),
                expected: both("two CVR numbers", "to forskellige CVR-numre"),
                got: [format!("CVR {cvr} twice"), format!("CVR {cvr} to gange")],
                who: admin,
                what: both(
                    "name the organisation that is to act",
                    "angiv den organisation, der skal handle",
                ),
            },
            Self::PowerOfAttorneyExists(power) => Said {
                source: OURS,
                rule: both("a power of attorney is given once", "en fuldmagt gives én gang"),
                expected: both("one that is not in force", "en, der ikke gælder i forvejen"),
                got: [
                    power.to_string(),
                    format!("fuldmagten fra {} til {}", power.grantor, power.attorney),
                ],
                who: admin,
                what: both("nothing: it is in force", "intet: den gælder"),
            },
            Self::NoPowerOfAttorney(power) => Said {
                source: OURS,
                rule: both(
                    "only a power of attorney that was given can be withdrawn",
                    "kun en fuldmagt, der er givet, kan tilbagekaldes",
                ),
                expected: both("one that is in force", "en, der gælder"),
                got: [
                    power.to_string(),
                    format!("fuldmagten fra {} til {}", power.grantor, power.attorney),
                ],
                who: admin,
                what: both(
                    "compare organisations, environment and privilege with what was given",
                    "sammenlign organisationer, miljø og privilegium med det, der blev givet",
                ),
            },
        }
    }
}

/// A finding before its texts are put together; English first, then Danish.
struct Said {
    source: [&'static str; 2],
    rule: [String; 2],
    expected: [String; 2],
    got: [String; 2],
    who: Role,
    what: [String; 2],
}

fn both(en: &str, da: &str) -> [String; 2] {
    [en.to_owned(), da.to_owned()]
}

fn same(text: String) -> [String; 2] {
    [text.clone(), text]
}

fn not_a_cer_file(refusal: &UploadRefusal) -> Said {
    // A private key that was sent to somebody is no longer private, whoever it was.
    let leaked = matches!(refusal, UploadRefusal::Pkcs12 | UploadRefusal::PrivateKey);
    let danish = match refusal {
        UploadRefusal::Empty => "en tom fil".to_owned(),
        UploadRefusal::TooLarge { octets } => format!("en fil på {octets} byte"),
        UploadRefusal::Pkcs12 => "et nøglelager (.p12 eller .pfx) med den private nøgle".to_owned(),
        UploadRefusal::PrivateKey => "en privat nøgle".to_owned(),
        UploadRefusal::Pkcs7 => "et PKCS#7-bundt (.p7b)".to_owned(),
        UploadRefusal::Request => "en anmodning om et certifikat (.csr)".to_owned(),
        UploadRefusal::SeveralCertificates { count } => format!("{count} certifikater i én fil"),
        UploadRefusal::Malformed(_) => "et certifikat, der ikke kan læses".to_owned(),
        UploadRefusal::NotACertificate => "noget, der ikke er et certifikat".to_owned(),
    };
    Said {
        source: GUIDE,
        rule: both(
            "the certificate is uploaded alone, as .cer, without its private key",
            "certifikatet uploades alene, som .cer, uden den private nøgle",
        ),
        expected: both("one certificate in DER or PEM", "ét certifikat i DER eller PEM"),
        got: [refusal.to_string(), danish],
        who: if leaked { Role::MitidAdministrator } else { Role::NemloginAdministrator },
        what: if leaked {
            both(
                "the private key has left its owner: revoke the certificate, order a new one, and \
                 upload its .cer file alone",
                "den private nøgle er kommet ud: spær certifikatet, bestil et nyt, og upload kun \
                 dets .cer-fil",
            )
        } else {
            both(
                "export the system's own certificate as .cer, and upload that",
                "eksportér systemets eget certifikat som .cer, og upload det",
            )
        },
    }
}

const fn kind_in_danish(kind: Kind) -> &'static str {
    match kind {
        Kind::System => "et systemcertifikat",
        Kind::Organisation => "et organisationscertifikat",
        Kind::User => "et brugercertifikat",
        Kind::Authority => "et nøglecenters certifikat",
        Kind::Foreign => "ikke et OCES3-certifikat",
    }
}

const fn slot_in_danish(slot: Slot) -> &'static str {
    match slot {
        Slot::Active => "det aktive certifikat",
        Slot::Rolling => "rullende skift",
    }
}

const fn environment_in_danish(environment: Environment) -> &'static str {
    match environment {
        Environment::IntegrationTest => "integrationsmiljøet",
        Environment::Production => "produktionsmiljøet",
    }
}
