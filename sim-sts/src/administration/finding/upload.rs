//! What is to be said about a file that was uploaded.

use clock::Timestamp;
use parties::{Cvr, Excerpt, Role, SystemUserId};
use pki::{ChainReason, ChainRefusal, UploadRefusal};

use super::{GUIDE, OURS, Said, both, quoted, same};
use crate::{
    administration::{FileEnding, Kind},
    rejection::{not_trusted, untrusted},
};

pub(super) fn not_a_cer_file(refusal: &UploadRefusal) -> Said {
    // A private key that was sent to somebody is no longer private, whoever it was.
    let leaked = matches!(
        refusal,
        UploadRefusal::Pkcs12 | UploadRefusal::JavaKeyStore | UploadRefusal::PrivateKey
    );
    let danish = match refusal {
        UploadRefusal::Empty => "en tom fil".to_owned(),
        UploadRefusal::TooLarge { octets } => format!("en fil på {octets} byte"),
        UploadRefusal::Pkcs12 => "et nøglelager (.p12 eller .pfx) med den private nøgle".to_owned(),
        UploadRefusal::JavaKeyStore => "et Java-nøglelager (.jks) med den private nøgle".to_owned(),
        UploadRefusal::PrivateKey => "en privat nøgle".to_owned(),
        UploadRefusal::Pkcs7 => "et PKCS#7-bundt (.p7b)".to_owned(),
        UploadRefusal::Request => "en certifikatanmodning (.csr)".to_owned(),
        UploadRefusal::SeveralCertificates { count } => format!("{count} certifikater i én fil"),
        UploadRefusal::NotAlone => "et certifikat og noget andet i samme fil".to_owned(),
        UploadRefusal::Malformed(_) => "et certifikat, der ikke kan læses".to_owned(),
        UploadRefusal::NotACertificate => "noget, der ikke er et certifikat".to_owned(),
    };
    Said {
        source: GUIDE,
        rule: both(
            "The certificate is uploaded alone, as .cer, without its private key",
            "Certifikatet uploades alene, som .cer, uden den private nøgle",
        ),
        expected: both("one certificate in DER or PEM", "ét certifikat i DER eller PEM"),
        // What a parser found in it may have come from it.
        got: [Excerpt::of_name(refusal).to_string(), danish],
        who: if leaked { Role::MitidAdministrator } else { Role::NemloginAdministrator },
        what: if leaked {
            both(
                "The private key has left its owner: revoke the certificate, order a new one, and \
                 upload its .cer file alone.",
                "Den private nøgle er ikke længere hemmelig: spær certifikatet, bestil et nyt, og upload kun \
                 dets .cer-fil.",
            )
        } else {
            both(
                "Export the system's own certificate as .cer, and upload that.",
                "Eksportér systemets eget certifikat som .cer, og upload det.",
            )
        },
    }
}

pub(super) fn wrong_file_name(ending: &FileEnding) -> Said {
    Said {
        source: GUIDE,
        rule: both("The name of the file ends in .cer", "Filens navn ender på .cer"),
        expected: both("a .cer file", "en .cer-fil"),
        got: if ending.is_none() {
            both("a name without an ending", "et navn uden endelse")
        } else {
            [format!("a name that ends in {ending}"), format!("et navn, der ender på {ending}")]
        },
        who: Role::NemloginAdministrator,
        what: both(
            "Export the certificate alone as .cer, and upload that. A .pem or .crt file that holds nothing \
             but the certificate may be given that name.",
            "Eksportér kun certifikatet som .cer, og upload det. En .pem- eller .crt-fil, der ikke \
             indeholder andet end certifikatet, kan blot omdøbes.",
        ),
    }
}

pub(super) fn not_system_certificate(kind: Kind, subject: &Excerpt) -> Said {
    Said {
        source: [
            "MitID Erhverv: system certificates stand for systems",
            "MitID Erhverv: systemcertifikater står for systemer",
        ],
        rule: both(
            "A system user is known by a system certificate",
            "En systembruger kendes på et systemcertifikat",
        ),
        expected: both(
            "the system certificate of the external system",
            "det eksterne systems systemcertifikat",
        ),
        got: [
            format!("{kind}: {subject}"),
            format!("{}: {}", kind_in_danish(kind), subject.in_danish()),
        ],
        who: Role::MitidAdministrator,
        what: both(
            "Order a system certificate in MitID Erhverv, and upload that.",
            "Bestil et systemcertifikat i MitID Erhverv, og upload det.",
        ),
    }
}

pub(super) fn certificate_not_trusted(refusal: &ChainRefusal) -> Said {
    Said {
        source: ["RULES 2.3.1.4.3", "RULES 2.3.1.4.3"],
        rule: both(
            "The certificate is issued by the authority of one of the two environments",
            "Certifikatet er fra udstederen i et af de to miljøer",
        ),
        expected: both(
            "a certificate from the simulated MitID Erhverv",
            "et certifikat fra det simulerede MitID Erhverv",
        ),
        got: [not_trusted(refusal), untrusted(refusal)],
        who: if refusal.reason == ChainReason::RealAuthority {
            Role::Operator
        } else {
            Role::MitidAdministrator
        },
        what: if refusal.reason == ChainReason::RealAuthority {
            both(
                "Keep real certificates out of a simulator: order one from the simulated MitID Erhverv.",
                "Hold rigtige certifikater ude af en simulator: bestil et i det simulerede MitID Erhverv.",
            )
        } else {
            both(
                "Order a system certificate in MitID Erhverv, and upload that.",
                "Bestil et systemcertifikat i MitID Erhverv, og upload det.",
            )
        },
    }
}

pub(super) fn key_too_short(bits: usize, least: usize) -> Said {
    Said {
        source: [
            "OCES3: 37 of 37 certificates have 3072 bits",
            "OCES3: 37 ud af 37 certifikater har 3072 bit",
        ],
        rule: both("The key is long enough", "Nøglen er lang nok"),
        expected: [
            format!("an RSA key of {least} bits or more"),
            format!("en RSA-nøgle på mindst {least} bit"),
        ],
        got: [format!("{bits} bits"), format!("{bits} bit")],
        who: Role::MitidAdministrator,
        what: both(
            "Renew the certificate with a longer key.",
            "Forny certifikatet med en længere nøgle.",
        ),
    }
}

pub(super) fn certificate_expired(since: Timestamp) -> Said {
    Said {
        source: OURS,
        rule: both(
            "A certificate that is saved has not expired",
            "Et certifikat, der gemmes, er ikke udløbet",
        ),
        expected: both(
            "a certificate that is valid now or later",
            "et certifikat, der er gyldigt nu eller senere",
        ),
        got: [format!("one that is refused since {since}"), format!("et, der afvises fra {since}")],
        who: Role::MitidAdministrator,
        what: both(
            "Order a new certificate: an expired one cannot be renewed. If you meant the renewed one, upload that file.",
            "Bestil et nyt certifikat: et udløbet kan ikke fornyes. Mente du det fornyede, så upload filen med det.",
        ),
    }
}

pub(super) fn certificate_not_yet_valid(from: Timestamp) -> Said {
    Said {
        source: OURS,
        rule: both(
            "A certificate that is saved is valid already",
            "Et certifikat, der gemmes, er allerede gyldigt",
        ),
        expected: both("a certificate that has begun", "et certifikat, hvis gyldighed er begyndt"),
        got: [format!("one that begins at {from}"), format!("et, der først gælder fra {from}")],
        who: Role::NemloginAdministrator,
        what: [
            format!("Wait until {from}, or order one that begins earlier."),
            format!("Vent til {from}, eller bestil et, der gælder fra et tidligere tidspunkt."),
        ],
    }
}

pub(super) fn other_organisation(named: Option<&Cvr>, owner: &Cvr) -> Said {
    let named = named.map_or_else(
        || both("no CVR number", "intet CVR-nummer"),
        |cvr| same(format!("CVR {cvr}")),
    );
    Said {
        source: OURS,
        rule: both(
            "The certificate names the organisation of the system user, or one that it gave a power of attorney",
            "Certifikatet er udstedt til systembrugerens organisation eller til en, som den har givet fuldmagt",
        ),
        expected: same(format!("CVR {owner}")),
        got: named,
        who: Role::NemloginAdministrator,
        what: both(
            "Upload the certificate of the right organisation, or let the organisation give the vendor a power of attorney first.",
            "Upload den rigtige organisations certifikat, eller lad organisationen give leverandøren fuldmagt først.",
        ),
    }
}

pub(super) fn certificate_taken(holder: &SystemUserId) -> Said {
    let [en, da] = quoted(holder);
    Said {
        source: [
            "FAQ: each solution has a certificate of its own",
            "FAQ: hver løsning har sit eget certifikat",
        ],
        rule: both(
            "Two system users do not share a certificate",
            "To systembrugere deler ikke et certifikat",
        ),
        expected: both(
            "a certificate that no other system user has",
            "et certifikat, som ingen anden systembruger har",
        ),
        got: [format!("the certificate of {en}"), format!("det certifikat, som {da} har")],
        who: Role::NemloginAdministrator,
        what: both(
            "Order a certificate for this system, or remove it from the other system user and provision that first.",
            "Bestil et certifikat til dette system, eller fjern det fra den anden systembruger, og provisionér den først.",
        ),
    }
}

pub(super) fn in_both_slots(id: &SystemUserId) -> Said {
    let [en, da] = quoted(id);
    Said {
        source: OURS,
        rule: both(
            "The rolling certificate is another than the active one",
            "Det nye certifikat er et andet end det aktive",
        ),
        expected: both("the renewed certificate", "det fornyede certifikat"),
        got: [
            format!("the active certificate of {en} once more"),
            format!("det aktive certifikat for {da} en gang til"),
        ],
        who: Role::NemloginAdministrator,
        what: both(
            "Compare the thumbprints, and upload the file of the renewed certificate.",
            "Sammenlign aftrykkene, og upload filen med det fornyede certifikat.",
        ),
    }
}

const fn kind_in_danish(kind: Kind) -> &'static str {
    match kind {
        Kind::System => "et systemcertifikat",
        Kind::Organisation => "et organisationscertifikat",
        Kind::User => "et brugercertifikat",
        Kind::Authority => "en udsteders certifikat",
        Kind::Foreign => "ikke et OCES3-certifikat",
    }
}
