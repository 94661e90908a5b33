//! Each extension in the forms that RFC 5280 gives it, and one step beside them.

use super::*;
use crate::asn1::{context, context_constructed, explicit, sequence, tlv};

fn read(kind: ObjectIdentifier, value: &[u8]) -> Result<Extensions, Flaw> {
    let value = tlv(asn1::OCTET_STRING, value);
    Extensions::read(&sequence([&sequence([&asn1::oid(kind), &value])]))
}

#[track_caller]
fn check(kind: ObjectIdentifier, sound: &[&[u8]], unsound: &[&[u8]]) {
    for value in sound {
        assert!(read(kind, value).is_ok(), "{value:02x?}");
        // Nothing may follow a value, within its extension.
        assert!(read(kind, &[value, &asn1::null()[..]].concat()).is_err(), "{value:02x?}");
    }
    let null = asn1::null();
    for value in [&[&[][..], &null[..]][..], unsound].concat() {
        assert!(read(kind, value).is_err(), "{value:02x?}");
    }
}

fn url(text: &str) -> Vec<u8> {
    tlv(context(6), text.as_bytes())
}

#[test]
fn basic_constraints() {
    let basic = |parts: &[&[u8]]| tlv(asn1::SEQUENCE, &parts.concat());
    let (yes, no, odd) = ([1, 1, 0xff], [1, 1, 0], [1, 1, 1]);
    let path = |content: &[u8]| tlv(asn1::INTEGER, content);
    let of = |value: &[u8]| read(oids::BASIC_CONSTRAINTS, value).unwrap().authority;
    assert_eq!(of(&basic(&[])), None);
    assert_eq!(of(&basic(&[&no])), None);
    assert_eq!(of(&basic(&[&yes])), Some(AuthorityConstraint { path_length: None }));
    let at_most = |path_length| Some(AuthorityConstraint { path_length: Some(path_length) });
    assert_eq!(of(&basic(&[&yes, &path(&[0])])), at_most(0));
    assert_eq!(of(&basic(&[&yes, &path(&[0, 0xff])])), at_most(255));
    check(
        oids::BASIC_CONSTRAINTS,
        &[&basic(&[]), &basic(&[&yes])],
        &[
            &basic(&[&odd]),
            &basic(&[&yes, &path(&[1, 0])]),
            &basic(&[&yes, &path(&[0xff])]),
            &basic(&[&yes, &path(&[0, 0])]),
            &basic(&[&path(&[0]), &yes]),
            &basic(&[&yes, &path(&[0]), &path(&[0])]),
        ],
    );
}

#[test]
fn authority_key_identifier() {
    let key = tlv(context(0), b"key");
    let issuer = tlv(context_constructed(1), &url("http://a.invalid/"));
    let serial = |content: &[u8]| tlv(context(2), content);
    let whole = sequence([&key, &issuer, &serial(&[1])]);
    let read = read(oids::AUTHORITY_KEY_IDENTIFIER, &whole).unwrap();
    assert_eq!(read.authority_key.as_deref(), Some(&b"key"[..]));
    check(
        oids::AUTHORITY_KEY_IDENTIFIER,
        &[&whole, &sequence([]), &sequence([&issuer])],
        &[
            &sequence([&issuer, &key]),
            &sequence([&serial(&[0, 1])]),
            &sequence([&serial(&[])]),
            &sequence([&tlv(context_constructed(1), b"a")]),
            &sequence([&tlv(context(3), b"a")]),
            &sequence([&tlv(context_constructed(0), &key)]),
        ],
    );
}

#[test]
fn certificate_policies() {
    let (policy, qualifier) = (asn1::oid(oids::POLICY_USER), asn1::oid(oids::COMMON_NAME));
    let qualified = |parts: &[&[u8]]| {
        let qualifier = tlv(asn1::SEQUENCE, &parts.concat());
        sequence([&sequence([&policy, &sequence([&qualifier])])])
    };
    let twice = sequence([&sequence([&policy]), &sequence([&qualifier])]);
    let read = read(oids::CERTIFICATE_POLICIES, &twice).unwrap();
    assert_eq!(read.policies, [oids::POLICY_USER, oids::COMMON_NAME]);
    check(
        oids::CERTIFICATE_POLICIES,
        &[&twice, &qualified(&[&qualifier]), &qualified(&[&qualifier, &asn1::null()])],
        &[
            &sequence([&sequence([])]),
            &sequence([&policy]),
            &qualified(&[]),
            &qualified(&[&asn1::null()]),
            &qualified(&[&qualifier, &asn1::null(), &asn1::null()]),
            &sequence([&sequence([&policy, &asn1::null()])]),
        ],
    );
}

#[test]
fn alternative_names() {
    let address = tlv(context(1), b"a@b.invalid");
    let both = sequence([&address, &url("http://a.invalid/")]);
    assert_eq!(read(oids::SUBJECT_ALT_NAME, &both).unwrap().emails, ["a@b.invalid"]);
    check(oids::SUBJECT_ALT_NAME, &[&both], &[&sequence([&asn1::null()]), &address]);
}

#[test]
fn distribution_points() {
    let names = tlv(context_constructed(0), &url("http://a.invalid/crl"));
    let point = explicit(0, &names);
    let attribute = Name::with_common_name("a");
    let set = Reader::of(attribute.der(), asn1::SEQUENCE).unwrap().content(asn1::SET).unwrap();
    let relative = explicit(0, &tlv(context_constructed(1), set));
    let reasons = |content: &[u8]| tlv(context(1), content);
    let issuer = tlv(context_constructed(2), &url("http://a.invalid/"));
    let points = |parts: &[&[u8]]| sequence([&tlv(asn1::SEQUENCE, &parts.concat())]);
    let whole = points(&[&point, &reasons(&[6, 0x40]), &issuer]);
    let urls = |value: &[u8]| read(oids::CRL_DISTRIBUTION_POINTS, value).unwrap().crl_urls;
    assert_eq!(urls(&whole), ["http://a.invalid/crl"]);
    assert!(urls(&points(&[&relative])).is_empty());
    check(
        oids::CRL_DISTRIBUTION_POINTS,
        &[&whole, &points(&[&relative]), &points(&[])],
        &[
            &points(&[&issuer, &point]),
            &points(&[&reasons(&[8, 0])]),
            &points(&[&reasons(&[6, 0x41])]),
            &points(&[&tlv(context_constructed(2), b"a")]),
            &points(&[&explicit(0, &[])]),
            &points(&[&explicit(0, &[&names[..], &names[..]].concat())]),
            &points(&[&explicit(0, &tlv(context_constructed(1), b"a"))]),
            &points(&[&explicit(0, &tlv(context_constructed(2), b"a"))]),
        ],
    );
}

#[test]
fn authority_information_access() {
    let access = |parts: &[&[u8]]| sequence([&tlv(asn1::SEQUENCE, &parts.concat())]);
    let (ocsp, url) = (asn1::oid(oids::ACCESS_OCSP), url("http://a.invalid/"));
    let whole = access(&[&ocsp, &url]);
    let read = read(oids::AUTHORITY_INFO_ACCESS, &whole).unwrap();
    assert_eq!((read.ocsp_urls, read.issuer_urls.len()), (vec!["http://a.invalid/".into()], 0));
    let unsound = [access(&[&ocsp]), access(&[&url, &ocsp]), access(&[&ocsp, &url, &url])];
    check(oids::AUTHORITY_INFO_ACCESS, &[&whole], &unsound.each_ref().map(|it| &it[..]));
}

#[test]
fn extended_key_usage() {
    let purpose = asn1::oid(oids::COMMON_NAME);
    check(oids::EXTENDED_KEY_USAGE, &[&sequence([&purpose, &purpose])], &[&purpose]);
}
