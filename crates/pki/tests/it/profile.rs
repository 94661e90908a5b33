//! What is made, field by field beside what was measured in real certificates.
//!
//! The table holds facts about eight certificates of the real hierarchies: order, object
//! identifiers, string types, lengths of life, bytes of algorithm identifiers and extensions. Their
//! names, keys, numbers and signatures are not here, and no certificate is.

use aws_lc_rs::digest;
use clock::Timestamp;
use parties::Environment;
use pki::{Certificate, CertificateKind, Holder, KeyUsage, NEW_POLICY_FROM, Path, PublicKey};

use crate::{
    der::{Value, hex},
    programs, world,
};

const PRINTABLE: u8 = 0x13;
const UTF8: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;

pub(crate) const PSS_SHA256: &str = "304106092a864886f70d01010a3034a00f300d06096086480165030402010500\
     a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120";
pub(crate) const PSS_SHA512: &str = "304106092a864886f70d01010a3034a00f300d06096086480165030402030500\
     a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140";

const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const AUTHORITY_KEY: &str = "2.5.29.35";
const INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
const ALT_NAME: &str = "2.5.29.17";
const POLICIES: &str = "2.5.29.32";
const QC_STATEMENTS: &str = "1.3.6.1.5.5.7.1.3";
const CRL_POINTS: &str = "2.5.29.31";
const SUBJECT_KEY: &str = "2.5.29.14";
const KEY_USAGE: &str = "2.5.29.15";

/// `CN`, then `OU` (in ours always), `O`, `C`.
const AUTHORITY_NAME: &[(&str, u8)] =
    &[("2.5.4.3", UTF8), ("2.5.4.11", UTF8), ("2.5.4.10", UTF8), ("2.5.4.6", PRINTABLE)];

const ORGANISATION_NAME: &[(&str, u8)] = &[
    ("2.5.4.3", UTF8),
    ("2.5.4.5", PRINTABLE),
    ("2.5.4.10", UTF8),
    ("2.5.4.97", UTF8),
    ("2.5.4.6", PRINTABLE),
];

const USER_NAME: &[(&str, u8)] = &[
    ("2.5.4.3", UTF8),
    ("2.5.4.42", UTF8),
    ("2.5.4.4", UTF8),
    ("2.5.4.5", PRINTABLE),
    ("2.5.4.10", UTF8),
    ("2.5.4.97", UTF8),
    ("2.5.4.6", PRINTABLE),
];

const LEGAL: &str = "302d302b06082b06010505070b02301f060704008bec490102\
     3014861268747470733a2f2f7569642e676f762e646b";
const NATURAL: &str = "302d302b06082b06010505070b02301f060704008bec490101\
     3014861268747470733a2f2f7569642e676f762e646b";

enum Kind {
    System,
    Organisation,
    User,
}

/// One certificate of an end entity that was measured.
struct Measured {
    what: &'static str,
    environment: Environment,
    kind: Kind,
    not_before: &'static str,
    not_after: &'static str,
    /// The two times as they stand in it.
    validity: [&'static str; 2],
    subject: &'static [(&'static str, u8)],
    /// What stands before the UUID in the attribute `serialNumber`.
    prefix: &'static str,
    has_email: bool,
    policies: [&'static str; 2],
    qc_statements: &'static str,
    key_usage: &'static str,
}

const NCP: &str = "0.4.0.2042.1.1";

const MEASURED: [Measured; 6] = [
    Measured {
        what: "production, system, renewed in 2026",
        environment: Environment::Production,
        kind: Kind::System,
        not_before: "2026-03-25T14:04:28Z",
        not_after: "2029-03-24T14:04:27Z",
        validity: ["260325140428Z", "290324140427Z"],
        subject: ORGANISATION_NAME,
        prefix: "UI:DK-O:G:",
        has_email: false,
        policies: [NCP, "1.2.208.169.1.1.1.3.7.1"],
        qc_statements: LEGAL,
        key_usage: "030205a0",
    },
    Measured {
        what: "its predecessor of 2023",
        environment: Environment::Production,
        kind: Kind::System,
        not_before: "2023-04-28T08:09:37Z",
        not_after: "2026-04-27T08:09:36Z",
        validity: ["230428080937Z", "260427080936Z"],
        subject: ORGANISATION_NAME,
        prefix: "UI:DK-O:G:",
        has_email: false,
        policies: [NCP, "1.2.208.169.1.1.1.3.7"],
        qc_statements: LEGAL,
        key_usage: "030205a0",
    },
    Measured {
        what: "test, organisation, with an e-mail address",
        environment: Environment::IntegrationTest,
        kind: Kind::Organisation,
        not_before: "2023-09-07T10:11:26Z",
        not_after: "2026-09-06T10:11:25Z",
        validity: ["230907101126Z", "260906101125Z"],
        subject: ORGANISATION_NAME,
        prefix: "UI:DK-O:G:",
        has_email: true,
        policies: [NCP, "1.2.208.169.1.1.1.3.7"],
        qc_statements: LEGAL,
        key_usage: "030205e0",
    },
    Measured {
        what: "test, organisation",
        environment: Environment::IntegrationTest,
        kind: Kind::Organisation,
        not_before: "2023-10-24T11:29:47Z",
        not_after: "2026-10-23T11:29:46Z",
        validity: ["231024112947Z", "261023112946Z"],
        subject: ORGANISATION_NAME,
        prefix: "UI:DK-O:G:",
        has_email: false,
        policies: [NCP, "1.2.208.169.1.1.1.3.7"],
        qc_statements: LEGAL,
        key_usage: "030205e0",
    },
    Measured {
        what: "test, user, with an e-mail address",
        environment: Environment::IntegrationTest,
        kind: Kind::User,
        not_before: "2023-10-23T10:53:28Z",
        not_after: "2026-10-22T10:53:27Z",
        validity: ["231023105328Z", "261022105327Z"],
        subject: USER_NAME,
        prefix: "UI:DK-E:G:",
        has_email: true,
        policies: [NCP, "1.2.208.169.1.1.1.2.7"],
        qc_statements: NATURAL,
        key_usage: "030205e0",
    },
    Measured {
        what: "test, system, of the end of 2025",
        environment: Environment::IntegrationTest,
        kind: Kind::System,
        not_before: "2025-12-05T11:24:58Z",
        not_after: "2028-12-04T11:24:57Z",
        validity: ["251205112458Z", "281204112457Z"],
        subject: ORGANISATION_NAME,
        prefix: "UI:DK-O:G:",
        has_email: false,
        policies: [NCP, "1.2.208.169.1.1.1.3.7.1"],
        qc_statements: LEGAL,
        key_usage: "030205a0",
    },
];

#[test]
fn every_field_of_an_end_entity_is_as_measured() {
    for measured in &MEASURED {
        let what = measured.what;
        let authority = world::authority_at(measured.environment, world::at(measured.not_before));
        let holder = holder(measured);
        let key = world::leaf_key();
        let serial = pki::Serial::draw(&mut world::entropy(what));
        let not_before = world::at(measured.not_before);
        // A fraction of a second is lost.
        let issued =
            authority.issue(&holder, key.public(), serial, not_before + world::millis(999));

        let certificate = Value::of(issued.der());
        let fields = certificate.at(0).inside();
        let [version, number, inner, issuer, validity, subject, spki, extensions] = &fields[..]
        else {
            panic!("{what}: {} fields", fields.len());
        };

        assert_eq!(certificate.inside().len(), 3, "{what}");
        assert_eq!(hex(&certificate.at(1).whole), PSS_SHA256, "{what}");
        assert_eq!(certificate.at(2).tag, 0x03, "{what}");
        assert_eq!(certificate.at(2).content.len(), 1 + 3072 / 8, "{what}");

        assert_eq!(hex(&version.whole), "a003020102", "{what}: version 3");
        assert_eq!((number.tag, number.content.len()), (0x02, 20), "{what}: the serial number");
        assert!(number.content[0] < 0x80, "{what}: the serial number is positive");
        assert_eq!(hex(&inner.whole), PSS_SHA256, "{what}");
        assert_eq!(attributes(issuer), AUTHORITY_NAME, "{what}: the issuer");
        assert_eq!(issuer.whole, authority.issuing().subject().der(), "{what}: the issuer");
        let times: Vec<_> = validity.inside().iter().map(|t| (t.tag, t.text())).collect();
        assert_eq!(times, measured.validity.map(|text| (UTC_TIME, text.to_owned())), "{what}");
        assert_eq!(issued.not_after(), world::at(measured.not_after), "{what}");
        assert_eq!(attributes(subject), measured.subject, "{what}: the subject");
        let values = values(subject);
        let number = measured.subject.iter().position(|(kind, _)| *kind == "2.5.4.5").unwrap();
        assert_eq!(values[number], format!("{}{}", measured.prefix, holder.uuid), "{what}");
        assert_eq!(values[number + 2], format!("NTRDK-{}", holder.cvr), "{what}");
        assert_eq!(values[number + 3], "DK", "{what}");
        check_key(spki, 3072);

        let issuing_key = authority.issuing().public_key().clone();
        let expected = end_entity_extensions(measured, key.public(), &issuing_key);
        assert_eq!(extensions_of(extensions), expected, "{what}");
    }
}

/// `rsaEncryption` with NULL, a modulus of so many bits, the exponent 65537.
fn check_key(spki: &Value, bits: usize) {
    assert_eq!(hex(&spki.at(0).whole), "300d06092a864886f70d0101010500");
    assert_eq!(spki.at(1).content[0], 0, "whole octets");
    let numbers = Value::of(&spki.at(1).content[1..]).inside();
    let [modulus, exponent] = &numbers[..] else { panic!("{} numbers", numbers.len()) };
    assert_eq!((modulus.tag, modulus.content.len()), (0x02, 1 + bits / 8));
    assert!(modulus.content[0] == 0 && modulus.content[1] >= 0x80, "just so many bits");
    assert_eq!(hex(&exponent.whole), "0203010001");
}

fn holder(measured: &Measured) -> Holder {
    let mut holder = match measured.kind {
        Kind::System => world::system(),
        Kind::Organisation => world::holder(CertificateKind::Organisation),
        Kind::User => world::user(),
    };
    holder.email = measured.has_email.then(|| "drift@fagsystem-a.invalid".to_owned());
    holder
}

/// The extensions in their order: identifier, whether critical, value in hexadecimal.
fn end_entity_extensions(
    measured: &Measured,
    key: &PublicKey,
    issuing_key: &PublicKey,
) -> Vec<(String, bool, String)> {
    let host = host(measured.environment);
    let access = sequence(&[
        &access("06082b06010505073002", &format!("{host}/oces/issuing/1/cacert/issuing.cer")),
        &access("06082b06010505073001", &format!("{host}/ocsp")),
    ]);
    // [1] rfc822Name
    let alt_name = tlv(0x30, &tlv(0x81, &hex(b"drift@fagsystem-a.invalid")));
    let policies = match measured.policies[1] {
        "1.2.208.169.1.1.1.2.7" => "30183008060604008f7a0101300c060a2a815081290101010207",
        "1.2.208.169.1.1.1.3.7" => "30183008060604008f7a0101300c060a2a815081290101010307",
        "1.2.208.169.1.1.1.3.7.1" => "30193008060604008f7a0101300d060b2a81508129010101030701",
        other => panic!("{other}"),
    };
    let list = crl_points(&format!("{host}/oces/issuing/1/crl/issuing.crl"));
    let mut extensions = vec![
        (BASIC_CONSTRAINTS, true, "3000".to_owned()),
        (AUTHORITY_KEY, false, format!("30168014{}", key_identifier(issuing_key))),
        (INFO_ACCESS, false, access),
        (ALT_NAME, false, alt_name),
        (POLICIES, false, policies.to_owned()),
        (QC_STATEMENTS, false, measured.qc_statements.to_owned()),
        (CRL_POINTS, false, list),
        (SUBJECT_KEY, false, format!("0414{}", key_identifier(key))),
        (KEY_USAGE, true, measured.key_usage.to_owned()),
    ];
    if !measured.has_email {
        extensions.remove(3);
    }
    named(extensions)
}

#[test]
fn every_field_of_an_authority_is_as_measured() {
    for environment in Environment::ALL {
        let authority = world::authority(environment);
        let (root, issuing) = (authority.root(), authority.issuing());
        let host = host(environment);
        let (root_id, issuing_id) =
            (key_identifier(root.public_key()), key_identifier(issuing.public_key()));
        let access = sequence(&[
            &access("06082b06010505073002", &format!("{host}/oces/root/cacert/root.cer")),
            &access("06082b06010505073001", &format!("{host}/ocsp")),
        ]);
        let list = crl_points(&format!("{host}/oces/root/crl/root.crl"));
        let root_extensions = named(vec![
            (BASIC_CONSTRAINTS, true, "30030101ff".to_owned()),
            (INFO_ACCESS, false, access.clone()),
            (CRL_POINTS, false, list.clone()),
            (SUBJECT_KEY, false, format!("0414{root_id}")),
            (KEY_USAGE, true, "03020106".to_owned()),
        ]);
        let issuing_extensions = named(vec![
            (BASIC_CONSTRAINTS, true, "30060101ff020100".to_owned()),
            (AUTHORITY_KEY, false, format!("30168014{root_id}")),
            (INFO_ACCESS, false, access),
            (CRL_POINTS, false, list),
            (SUBJECT_KEY, false, format!("0414{issuing_id}")),
            (KEY_USAGE, true, "03020106".to_owned()),
        ]);
        // 9125 days as measured; the issuing authority outlives the measured 3650, on purpose.
        check_authority(root, root, 4096, 9125, &root_extensions);
        check_authority(issuing, root, 3072, 5475, &issuing_extensions);
    }
}

fn check_authority(
    authority: &Certificate,
    root: &Certificate,
    bits: usize,
    days: i64,
    extensions: &[(String, bool, String)],
) {
    let certificate = Value::of(authority.der());
    let fields = certificate.at(0).inside();
    assert_eq!(hex(&certificate.at(1).whole), PSS_SHA512);
    assert_eq!(certificate.at(2).content.len(), 1 + 4096 / 8, "signed by the root");
    assert_eq!(hex(&fields[0].whole), "a003020102");
    assert_eq!(hex(&fields[2].whole), PSS_SHA512);
    assert_eq!(attributes(&fields[3]), AUTHORITY_NAME);
    assert_eq!(fields[3].whole, root.subject().der());
    assert_eq!(attributes(&fields[5]), AUTHORITY_NAME);
    check_key(&fields[6], bits);
    assert_eq!(extensions_of(&fields[7]), extensions);
    let life = authority.not_after().since(authority.not_before());
    assert_eq!(life, clock::Span::from_days(days) - world::seconds(1));
}

/// The dump of the certificate of 2026 line by line, with our names, addresses and keys.
#[test]
fn openssl_shows_what_it_shows_of_a_real_one() {
    if !programs::has("openssl", "openssl_shows_what_it_shows_of_a_real_one") {
        return;
    }
    let begins = world::at("2026-03-25T14:04:28Z");
    let authority = world::authority_at(Environment::Production, begins);
    let serial = "123456789abcdef0123456789abcdef012345678".parse().unwrap();
    let issued = authority.issue(&world::system(), world::leaf_key().public(), serial, begins);
    let colons = |identifier: Option<&[u8]>| {
        let octets = identifier.unwrap().iter().map(|octet| format!("{octet:02X}"));
        octets.collect::<Vec<_>>().join(":")
    };
    let authority_key = colons(authority.issuing().subject_key_identifier());
    let subject_key = colons(issued.subject_key_identifier());
    let expected = format!(
        "Certificate:
    Data:
        Version: 3 (0x2)
        Serial Number:
            12:34:56:78:9a:bc:de:f0:12:34:56:78:9a:bc:de:f0:12:34:56:78
        Signature Algorithm: rsassaPss
        Hash Algorithm: sha256
        Mask Algorithm: mgf1 with sha256
         Salt Length: 0x20
        Trailer Field: 0x01 (default)
        Issuer: CN = Skift Simulator OCES udstedende-CA 1, OU = Produktion - skift, \
                O = Skift Simulator, C = DK
        Validity
            Not Before: Mar 25 14:04:28 2026 GMT
            Not After : Mar 24 14:04:27 2029 GMT
        Subject: CN = Fagsystem A (drift), \
                serialNumber = UI:DK-O:G:5e50b9bb-0000-4000-8000-000000000001, \
                O = Testorganisation nr. 90000001, organizationIdentifier = NTRDK-90000001, C = DK
        X509v3 extensions:
            X509v3 Basic Constraints: critical
                CA:FALSE
            X509v3 Authority Key Identifier:
                {authority_key}
            Authority Information Access:
                CA Issuers - URI:http://ca1.sim.invalid/oces/issuing/1/cacert/issuing.cer
                OCSP - URI:http://ca1.sim.invalid/ocsp
            X509v3 Certificate Policies:
                Policy: 0.4.0.2042.1.1
                Policy: 1.2.208.169.1.1.1.3.7.1
            qcStatements:
                0-0+..+.......0.......I..0...https://uid.gov.dk
            X509v3 CRL Distribution Points:
                Full Name:
                  URI:http://ca1.sim.invalid/oces/issuing/1/crl/issuing.crl
            X509v3 Subject Key Identifier:
                {subject_key}
            X509v3 Key Usage: critical
                Digital Signature, Key Encipherment
"
    );
    let arguments = ["x509", "-noout", "-text", "-certopt", "no_pubkey,no_sigdump"];
    let shown = programs::run("openssl", arguments, &issued.to_pem()).text;
    assert_eq!(lines(&shown), lines(&expected));

    let fingerprint = |digest: &str| {
        let arguments = ["x509", "-noout", "-fingerprint", digest];
        let shown = programs::run("openssl", arguments, &issued.to_pem()).text;
        let (_, digits) = shown.trim().split_once('=').unwrap();
        digits.replace(':', "")
    };
    assert_eq!(issued.thumbprint(), fingerprint("-sha1"));
    assert_eq!(hex(&issued.sha256()).to_uppercase(), fingerprint("-sha256"));
}

/// What matters of a dump: words, not the spaces that change between versions.
fn lines(dump: &str) -> Vec<String> {
    let dump = dump.replace(" = ", "=");
    let lines = dump.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[test]
fn nobody_takes_the_simulator_for_the_state() {
    for (environment, unit) in [
        (Environment::IntegrationTest, "Test - skift"),
        (Environment::Production, "Produktion - skift"),
    ] {
        let authority = world::authority(environment);
        for certificate in [authority.root(), authority.issuing(), &world::leaf(&authority)] {
            let issuer = certificate.issuer();
            assert_eq!(issuer.organisation(), Some("Skift Simulator"));
            assert_eq!(issuer.organisational_unit(), Some(unit));
            assert!(!String::from_utf8_lossy(certificate.der()).contains(pki::REAL_AUTHORITY));
            for url in certificate.crl_urls().iter().chain(certificate.ocsp_urls()) {
                assert!(url.contains(".invalid/"), "{url}");
            }
        }
        let (addresses, issuing) = (authority.addresses(), authority.issuing());
        let leaf = world::leaf(&authority);
        for (found, published) in [
            (leaf.crl_urls(), &addresses.issuing_list),
            (leaf.issuer_urls(), &addresses.issuing_certificate),
            (leaf.ocsp_urls(), &addresses.ocsp),
            (issuing.crl_urls(), &addresses.root_list),
            (issuing.issuer_urls(), &addresses.root_certificate),
            (issuing.ocsp_urls(), &addresses.ocsp),
        ] {
            assert_eq!(found, std::slice::from_ref(published));
        }
    }
}

#[test]
fn the_policy_changes_on_its_day() {
    let check = |holder: &Holder, not_before: Timestamp, policy: &str| {
        let authority = world::authority(Environment::Production);
        let key = world::leaf_key();
        let issued = authority.issue(holder, key.public(), world::serial(1), not_before);
        let policies: Vec<String> = issued.policies().iter().map(ToString::to_string).collect();
        assert_eq!(policies, [NCP, policy]);
        Path::build(&issued, &authority.anchors()).unwrap();
    };
    assert_eq!(NEW_POLICY_FROM, world::at("2024-06-01T00:00:00Z"));
    let second_before = NEW_POLICY_FROM - world::seconds(1);
    let organisation = world::holder(CertificateKind::Organisation);
    for holder in [&world::system(), &organisation] {
        check(holder, second_before, "1.2.208.169.1.1.1.3.7");
        check(holder, NEW_POLICY_FROM, "1.2.208.169.1.1.1.3.7.1");
    }
    check(&world::user(), second_before, "1.2.208.169.1.1.1.2.7");
    check(&world::user(), NEW_POLICY_FROM, "1.2.208.169.1.1.1.2.7.1");
}

#[test]
fn an_authority_outlives_what_it_issues_in_a_world() {
    let authority = world::authority(Environment::Production);
    let key = world::leaf_key();
    let (before, after) = (clock::Span::from_days(4 * 365), clock::Span::from_days(8 * 365));
    for not_before in [world::start() - before, world::start() + after] {
        let leaf = authority.issue(&world::system(), key.public(), world::serial(1), not_before);
        let path = Path::build(&leaf, &authority.anchors()).unwrap();
        path.judge(not_before, None).unwrap();
        path.judge(leaf.not_after(), None).unwrap();
    }
}

#[test]
fn a_renewal_has_the_same_subject_byte_for_byte() {
    let authority = world::authority(Environment::Production);
    let first = world::leaf(&authority);
    let renewed = authority.issue(
        &world::system(),
        world::small_key().public(),
        world::serial(8),
        first.not_after() - clock::Span::from_days(33),
    );
    assert_eq!(first.subject().der(), renewed.subject().der());
    assert_ne!(first.serial(), renewed.serial());
    assert_ne!(first.subject_key_identifier(), renewed.subject_key_identifier());
}

#[test]
fn the_parts_of_a_certificate_are_given_back() {
    let authority = world::authority(Environment::IntegrationTest);
    let mut holder = world::user();
    holder.email = Some("aase@fagsystem-a.invalid".to_owned());
    let key = world::leaf_key();
    let issued = authority.issue(&holder, key.public(), world::serial(9), world::start());
    assert_eq!(issued.subject().common_name(), Some("Fagsystem A (drift)"));
    assert_eq!(issued.subject().given_name(), Some("Åse"));
    assert_eq!(issued.subject().surname(), Some("Ærlig"));
    assert_eq!(issued.subject().cvr(), Some(holder.cvr));
    assert_eq!(issued.subject().uuid(), Some(holder.uuid));
    assert_eq!(issued.emails(), ["aase@fagsystem-a.invalid"]);
    assert_eq!(issued.public_key(), key.public());
    assert_eq!(issued.serial(), &world::serial(9));
    let usage = issued.key_usage().unwrap();
    assert!(usage.allows(KeyUsage::NON_REPUDIATION.and(KeyUsage::KEY_ENCIPHERMENT)));
    assert!(!usage.allows(KeyUsage::KEY_CERT_SIGN));
    assert_eq!(usage.to_string(), "digitalSignature, nonRepudiation, keyEncipherment");
    assert_eq!(issued.first_refused().since(issued.not_before()), clock::Span::from_days(1095));
}

#[test]
fn an_address_that_cannot_stand_in_a_certificate_is_left_out() {
    let authority = world::authority(Environment::IntegrationTest);
    let mut holder = world::system();
    holder.email = Some("ærlig@fagsystem-a.invalid".to_owned());
    let key = world::leaf_key();
    let issued = authority.issue(&holder, key.public(), world::serial(9), world::start());
    assert!(issued.emails().is_empty());
    assert_eq!(issued.extensions().len(), 8);
}

/// The object identifiers and string types of a name, in its order.
fn attributes(name: &Value) -> Vec<(&'static str, u8)> {
    let known = ["2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.6", "2.5.4.10", "2.5.4.11", "2.5.4.42"];
    let pairs = name.inside();
    let pairs = pairs.iter().map(|set| {
        assert_eq!((set.tag, set.inside().len()), (0x31, 1), "a set of one");
        let kind = set.down(&[0, 0]).oid();
        let kind = known.iter().find(|known| **known == kind).unwrap_or(&"2.5.4.97");
        (*kind, set.down(&[0, 1]).tag)
    });
    pairs.collect()
}

fn values(name: &Value) -> Vec<String> {
    name.inside().iter().map(|set| set.down(&[0, 1]).text()).collect()
}

fn extensions_of(explicit: &Value) -> Vec<(String, bool, String)> {
    assert_eq!(explicit.tag, 0xa3);
    let extensions = explicit.at(0).inside();
    let extensions = extensions.iter().map(|extension| {
        let fields = extension.inside();
        let critical = fields.len() == 3;
        if critical {
            assert_eq!(hex(&fields[1].whole), "0101ff");
        }
        let value = fields.last().unwrap();
        assert_eq!(value.tag, 0x04);
        (fields[0].oid(), critical, hex(&value.content))
    });
    extensions.collect()
}

fn named(extensions: Vec<(&str, bool, String)>) -> Vec<(String, bool, String)> {
    extensions
        .into_iter()
        .map(|(kind, critical, value)| (kind.to_owned(), critical, value))
        .collect()
}

/// The measured hosts are `ca1.cti-gov.dk` and `ca1.gov.dk`; the paths are the same.
fn host(environment: Environment) -> &'static str {
    match environment {
        Environment::IntegrationTest => "http://ca1.test.sim.invalid",
        Environment::Production => "http://ca1.sim.invalid",
    }
}

/// RFC 5280, section 4.2.1.2, method 1.
fn key_identifier(key: &PublicKey) -> String {
    let bits = Value::of(key.spki()).at(1).content;
    hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &bits[1..]).as_ref())
}

fn access(method: &str, address: &str) -> String {
    sequence(&[method, &url(address)])
}

fn crl_points(address: &str) -> String {
    sequence(&[&sequence(&[&tlv(0xa0, &tlv(0xa0, &url(address)))])])
}

fn url(address: &str) -> String {
    tlv(0x86, &hex(address.as_bytes()))
}

fn sequence(parts: &[&str]) -> String {
    tlv(0x30, &parts.concat())
}

/// All of these are shorter than 128 octets.
fn tlv(tag: u8, content: &str) -> String {
    format!("{tag:02x}{:02x}{content}", content.len() / 2)
}
