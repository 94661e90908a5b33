//! Revocation lists: their bytes, what they say, and that `openssl` reads them.

use parties::Environment;
use pki::{RevocationList, RevocationReason, Revoked};

use crate::{
    der::{Value, hex, tlv, unhex, with_field},
    profile::{PSS_SHA256, PSS_SHA512},
    programs::{self, Folder},
    world,
};

fn revoked(number: u8, reason: RevocationReason) -> Revoked {
    Revoked { serial: world::serial(number), at: world::start(), reason }
}

#[test]
fn every_field_is_as_rfc_5280_has_it() {
    let authority = world::authority(Environment::Production);
    let (from, until) = (world::at("2049-12-31T23:59:59Z"), world::at("2050-01-01T23:59:59Z"));
    let entries =
        [revoked(9, RevocationReason::Unspecified), revoked(5, RevocationReason::KeyCompromise)];
    let list = authority.revocation_list(4711, from, until, &entries);
    let der = Value::of(list.der());
    let fields = der.at(0).inside();
    assert_eq!(hex(&fields[0].whole), "020101", "version 2");
    assert_eq!(fields[1].whole, der.at(1).whole, "one algorithm");
    assert_eq!(hex(&fields[1].whole), PSS_SHA256);
    assert_eq!(fields[2].whole, authority.issuing().subject().der());
    assert_eq!((fields[3].tag, fields[3].text()), (0x17, "491231235959Z".to_owned()));
    assert_eq!((fields[4].tag, fields[4].text()), (0x18, "20500101235959Z".to_owned()));
    let entries: Vec<String> = fields[5].inside().iter().map(|entry| hex(&entry.whole)).collect();
    let at = hex(b"300301080000Z");
    assert_eq!(
        entries,
        [
            // No reason code for `unspecified`.
            format!("3012020109170d{at}"),
            format!("3020020105170d{at}300c300a0603551d1504030a0101"),
        ]
    );
    let extensions = fields[6].at(0).inside();
    assert_eq!(extensions.len(), 2);
    assert_eq!(extensions[0].at(0).oid(), "2.5.29.35", "authorityKeyIdentifier");
    let issuing_key = authority.issuing().subject_key_identifier().unwrap();
    assert_eq!(hex(&extensions[0].at(1).content), format!("30168014{}", hex(issuing_key)));
    assert_eq!(hex(&extensions[1].whole), "300b0603551d14040402021267", "cRLNumber 4711");

    let root_list = authority.root_revocation_list(1, from, until, &[]);
    let fields = Value::of(root_list.der()).at(0).inside();
    assert_eq!(fields.len(), 6, "no field for entries when there are none");
    assert_eq!(fields[2].whole, authority.root().subject().der());
    assert_eq!(hex(&fields[1].whole), PSS_SHA512);
}

#[test]
fn says_what_it_was_told() {
    let authority = world::authority(Environment::Production);
    let (from, until) = (world::start(), world::start() + clock::Span::from_days(1));
    let entries: Vec<Revoked> = RevocationReason::ALL
        .into_iter()
        .enumerate()
        .map(|(number, reason)| revoked(u8::try_from(number).unwrap() + 1, reason))
        .collect();
    let list = authority.revocation_list(u64::MAX, from, until, &entries);
    assert_eq!((list.number(), list.this_update(), list.next_update()), (u64::MAX, from, until));
    assert_eq!(list.entries().copied().collect::<Vec<_>>(), entries);
    for entry in &entries {
        assert_eq!(list.revoked(&entry.serial), Some(*entry));
    }
    assert_eq!(list.revoked(&world::serial(100)), None);
    assert_eq!(RevocationList::from_der(list.der()), Ok(list));
}

#[test]
fn of_two_entries_for_one_certificate_the_first_counts() {
    let authority = world::authority(Environment::Production);
    let (from, until) = (world::start(), world::start() + clock::Span::from_days(1));
    let [first, second] = [RevocationReason::KeyCompromise, RevocationReason::Superseded]
        .map(|reason| revoked(5, reason));
    let list = authority.revocation_list(1, from, until, &[first, second]);
    assert_eq!(list.revoked(&world::serial(5)), Some(first));
    assert_eq!(list.entries().count(), 1);
}

#[test]
fn a_list_is_its_issuers_alone() {
    let authority = world::authority(Environment::Production);
    let test = world::authority(Environment::IntegrationTest);
    let (from, until) = (world::start(), world::start() + clock::Span::from_days(1));
    let list = authority.revocation_list(1, from, until, &[]);
    // Twice, since the first answer is kept.
    for _ in 0..2 {
        list.verify(authority.issuing()).unwrap();
        list.verify(authority.root()).unwrap_err();
        list.verify(test.issuing()).unwrap_err();
    }
    let mut forged = list.der().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    RevocationList::from_der(&forged).unwrap().verify(authority.issuing()).unwrap_err();
}

#[test]
fn refuses_what_is_less_than_a_complete_list() {
    let authority = world::authority(Environment::Production);
    let (from, until) = (world::start(), world::start() + clock::Span::from_days(1));
    let list =
        authority.revocation_list(1, from, until, &[revoked(5, RevocationReason::Superseded)]);
    let refusal = |from: &[u8], to: &[u8]| {
        let mut der = list.der().to_vec();
        let place = der.windows(from.len()).position(|window| window == from).expect("it is there");
        der[place..place + from.len()].copy_from_slice(to);
        RevocationList::from_der(&der).unwrap_err().to_string()
    };
    // The number becomes an extension that nobody knows or is there already, then the reason one
    // of a delta list.
    let number = &[0x06, 0x03, 0x55, 0x1d, 0x14];
    assert!(refusal(number, &[0x06, 0x03, 0x55, 0x1d, 0x7f]).contains("no number"));
    assert!(refusal(number, &[0x06, 0x03, 0x55, 0x1d, 0x23]).contains("2.5.29.35 twice"));
    assert!(refusal(&[0x0a, 0x01, 0x04], &[0x0a, 0x01, 0x08]).contains("unknown reason"));
    assert!(refusal(&[0x02, 0x01, 0x01], &[0x02, 0x01, 0x00]).contains("version"));
    assert!(RevocationList::from_der(authority.root().der()).is_err());
    assert!(RevocationList::from_der(b"").is_err());
}

#[test]
fn refuses_what_it_does_not_understand() {
    let authority = world::authority(Environment::Production);
    let (from, until) = (world::start(), world::start() + clock::Span::from_days(1));
    let list = authority.revocation_list(1, from, until, &[]);
    let extensions = Value::of(list.der()).down(&[0, 5]).whole;
    let read = |field: &[u8]| {
        let list = RevocationList::from_der(&with_field(list.der(), 5, field));
        list.map_err(|error| error.to_string())
    };
    let with_extensions =
        |extensions: &str| read(&tlv(0xa0, &tlv(0x30, &unhex(extensions)))).map(|l| l.number());
    let with_entry = |entry: &str| {
        let entries = tlv(0x30, &tlv(0x30, &unhex(entry)));
        read(&[entries, extensions.clone()].concat()).map(|list| list.entries().count())
    };

    let number = "300a 0603551d14 0403 020101";
    assert_eq!(with_extensions(number), Ok(1));
    let long = with_extensions("3012 0603551d14 040b 0209 010000000000000000").unwrap_err();
    assert!(long.contains("more than 64 bits"), "{long}");
    // `deltaCRLIndicator` and `issuingDistributionPoint`, critical and not.
    for (kind, name) in [("551d1b", "2.5.29.27"), ("551d1c", "2.5.29.28")] {
        assert_eq!(with_extensions(&format!("{number} 3009 0603{kind} 0402 3000")), Ok(1));
        let critical = format!("{number} 300c 0603{kind} 0101ff 0402 3000");
        let error = with_extensions(&critical).unwrap_err();
        assert!(error.contains(&format!("the critical extension {name}")), "{error}");
    }

    let revoked = "020105 170d3330303330313038303030305a";
    assert_eq!(with_entry(revoked), Ok(1));
    let reason = "300a 0603551d15 0403 0a0101";
    assert_eq!(with_entry(&format!("{revoked} 300c {reason}")), Ok(1));
    let error = with_entry(&format!("{revoked} 3018 {reason} {reason}")).unwrap_err();
    assert!(error.contains("two reasons"), "{error}");
    let error = with_entry(&format!("{revoked} 300d 300b 0603551d15 0404 0a020101")).unwrap_err();
    assert!(error.contains("not one octet"), "{error}");
    // `certificateIssuer`, critical and not: the entry is another authority's.
    assert_eq!(with_entry(&format!("{revoked} 300b 3009 0603551d1d 0402 3000")), Ok(1));
    let error = with_entry(&format!("{revoked} 300e 300c 0603551d1d 0101ff 0402 3000"));
    let error = error.unwrap_err();
    assert!(error.contains("the critical extension 2.5.29.29 of an entry"), "{error}");
}

#[test]
fn openssl_reads_and_verifies_them() {
    if !programs::has("openssl", "openssl_reads_and_verifies_them") {
        return;
    }
    let authority = world::authority(Environment::Production);
    let (from, until) = (world::start(), world::start() + clock::Span::from_days(1));
    let entries = RevocationReason::ALL.map(|reason| revoked(0x40 + reason.code(), reason));
    let folder = Folder::of("openssl-crl");
    for (name, issuer, list) in [
        ("issuing", authority.issuing(), authority.revocation_list(3, from, until, &entries)),
        ("root", authority.root(), authority.root_revocation_list(3, from, until, &entries)),
    ] {
        let file = folder.write(&format!("{name}.crl"), list.der());
        let issuer = folder.write(&format!("{name}.pem"), issuer.to_pem());
        let arguments =
            ["crl", "-inform", "DER", "-noout", "-text", "-CAfile", &issuer, "-in", &file];
        let answer = programs::run("openssl", arguments, "");
        assert!(answer.ok, "{}", answer.text);
        for line in [
            "verify OK",
            "Version 2 (0x1)",
            "Signature Algorithm: rsassaPss",
            "Last Update: Mar  1 08:00:00 2030 GMT",
            "Next Update: Mar  2 08:00:00 2030 GMT",
            "X509v3 CRL Number: \n                3",
        ] {
            assert!(answer.text.contains(line), "{name}: {line}: {}", answer.text);
        }
        let text: Vec<&str> = answer.text.split("Serial Number: ").skip(1).collect();
        let names = [
            ("40", ""), // no reason is given
            ("41", "Key Compromise"),
            ("42", "CA Compromise"),
            ("43", "Affiliation Changed"),
            ("44", "Superseded"),
            ("45", "Cessation Of Operation"),
            ("46", "Certificate Hold"),
            ("49", "Privilege Withdrawn"),
            ("4A", "AA Compromise"),
        ];
        assert_eq!(text.len(), names.len());
        for (entry, (serial, reason)) in text.into_iter().zip(names) {
            assert!(entry.starts_with(serial) && entry.contains(reason), "{name}: {entry}");
            assert_eq!(entry.contains("Reason Code"), !reason.is_empty(), "{name}: {entry}");
        }
    }
}
