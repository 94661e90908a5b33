//! Three other validators say the same about our chains as we do: OpenSSL, Java, `rustls-webpki`.

use std::time::Duration;

use clock::{Span, Timestamp};
use parties::Environment;
use pki::{Authority, Certificate, Path, RevocationList, RevocationReason, Revoked};
use rustls_pki_types::{CertificateDer, UnixTime, alg_id};
use webpki::{
    BorrowedCertRevocationList, CertRevocationList, EndEntityCert, Error, ExpirationPolicy,
    KeyUsage, RevocationCheckDepth, RevocationOptionsBuilder, anchor_from_trusted_cert,
    aws_lc_rs::{RSA_PSS_2048_8192_SHA256_LEGACY_KEY, RSA_PSS_2048_8192_SHA512_LEGACY_KEY},
};

use crate::{
    programs::{self, Folder},
    world,
};

/// A hierarchy with a leaf that lives for a day, and lists that are in force for a year.
struct Case {
    authority: Authority,
    leaf: Certificate,
    begins: Timestamp,
    /// The last second in which the leaf is valid.
    ends: Timestamp,
    clean: RevocationList,
    /// Lists the leaf.
    dirty: RevocationList,
    /// Lists the leaf, with the last second but one of its life as the date.
    announced: RevocationList,
    /// In force for the first hour of the leaf's life only.
    short: RevocationList,
    root_list: RevocationList,
}

impl Case {
    /// In a world that begins at `start`, so that dates are written in one form or the other.
    fn new(environment: Environment, start: &str) -> Self {
        let begins = world::at(start);
        let ends = begins + Span::from_days(1) - world::seconds(1);
        let authority = world::authority_at(environment, begins);
        let key = world::leaf_key();
        let serial = world::serial(7);
        let leaf = authority.issue_until(&world::system(), key.public(), serial, begins, ends);
        let (from, until) = (begins - Span::from_days(30), ends + Span::from_days(335));
        let revoked = Revoked { serial, at: from, reason: RevocationReason::KeyCompromise };
        let later = Revoked { at: ends - world::seconds(1), ..revoked };
        Self {
            leaf,
            begins,
            ends,
            clean: authority.revocation_list(1, from, until, &[]),
            dirty: authority.revocation_list(2, from, until, &[revoked]),
            announced: authority.revocation_list(4, from, until, &[later]),
            short: authority.revocation_list(3, from, begins + Span::from_hours(1), &[]),
            root_list: authority.root_revocation_list(1, from, until, &[]),
            authority,
        }
    }

    /// One in each hierarchy, and one whose dates lie on both sides of the turn to 2050.
    fn all() -> [Self; 3] {
        [
            Self::new(Environment::IntegrationTest, "2030-03-01T08:00:00Z"),
            Self::new(Environment::Production, "2030-03-01T08:00:00Z"),
            Self::new(Environment::Production, "2049-12-31T12:00:00Z"),
        ]
    }

    /// The instants around both bounds, in whole seconds.
    fn instants(&self) -> [Timestamp; 6] {
        let second = world::seconds(1);
        [
            self.begins - second,
            self.begins,
            self.begins + second,
            self.ends - second,
            self.ends,
            self.ends + second,
        ]
    }
}

#[test]
fn we_say_what_the_others_are_asked() {
    for case in Case::all() {
        let path = Path::build(&case.leaf, &case.authority.anchors()).unwrap();
        let judged =
            case.instants().map(|now| path.judge(now, [&case.clean, &case.root_list]).is_ok());
        assert_eq!(judged, [false, true, true, true, true, false]);
        assert!(path.judge(case.begins, [&case.dirty, &case.root_list]).is_err());
        // Whatever the date says.
        assert!(path.judge(case.begins, [&case.announced, &case.root_list]).is_err());
        let stale = case.short.next_update();
        assert!(path.judge(stale - world::millis(1), Some(&case.short)).is_ok());
        assert!(path.judge(stale, Some(&case.short)).is_err());
    }
}

#[test]
fn openssl_agrees() {
    if !programs::has("openssl", "openssl_agrees") {
        return;
    }
    for (index, case) in Case::all().iter().enumerate() {
        let folder = Folder::of(&format!("openssl-verify-{index}"));
        let root = folder.write("root.pem", case.authority.root().to_pem());
        let issuing = folder.write("issuing.pem", case.authority.issuing().to_pem());
        let leaf = folder.write("leaf.pem", case.leaf.to_pem());
        let lists = |name: &str, list: &RevocationList| {
            let der = folder.write(&format!("{name}.crl"), list.der());
            let pem = folder.path(&format!("{name}.pem"));
            let to_pem = ["crl", "-inform", "DER", "-in", &der, "-out", &pem];
            assert!(programs::run("openssl", to_pem, "").ok);
            pem
        };
        let (clean, dirty) = (lists("clean", &case.clean), lists("dirty", &case.dirty));
        let announced = lists("announced", &case.announced);
        let short = lists("short", &case.short);
        let root_list = lists("root-list", &case.root_list);
        let verify = |now: Timestamp, list: &str| {
            let now = now.seconds().to_string();
            let arguments = ["verify", "-x509_strict", "-crl_check_all", "-attime", &now];
            let files = [
                "-CAfile",
                &root,
                "-untrusted",
                &issuing,
                "-CRLfile",
                list,
                "-CRLfile",
                &root_list,
            ];
            programs::run("openssl", arguments.iter().chain(&files).chain(&[&*leaf]), "")
        };
        let refused = |now, list: &str, why: &str| {
            let answer = verify(now, list);
            assert!(!answer.ok && answer.text.contains(why), "{index} {now}: {}", answer.text);
        };
        let accepted = |now, list: &str| {
            let answer = verify(now, list);
            assert!(answer.ok, "{index} {now}: {}", answer.text);
        };
        let [before, first, second, last_but_one, last, after] = case.instants();
        refused(before, &clean, "certificate is not yet valid");
        accepted(first, &clean);
        accepted(second, &clean);
        accepted(last_but_one, &clean);
        // OpenSSL through 3.x counts the very second of `notAfter` as outside (`X509_cmp_time`
        // never says "equal"), against RFC 5280, section 4.1.2.5, and against the other two.
        if !verify(last, &clean).ok {
            refused(last, &clean, "certificate has expired");
        }
        refused(after, &clean, "certificate has expired");
        refused(first, &dirty, "certificate revoked");
        refused(first, &announced, "certificate revoked");
        let stale = case.short.next_update();
        accepted(stale - world::seconds(1), &short);
        refused(stale, &short, "CRL has expired");
    }
}

#[test]
fn java_agrees() {
    if !programs::has("java", "java_agrees") {
        return;
    }
    // All in one: to start Java costs more than all questions together.
    for (index, case) in Case::all().iter().enumerate() {
        let folder = Folder::of(&format!("java-pkix-{index}"));
        let root = folder.write("root.cer", case.authority.root().der());
        let issuing = folder.write("issuing.cer", case.authority.issuing().der());
        let leaf = folder.write("leaf.cer", case.leaf.der());
        let clean = folder.write("clean.crl", case.clean.der());
        let dirty = folder.write("dirty.crl", case.dirty.der());
        let announced = folder.write("announced.crl", case.announced.der());
        let root_list = folder.write("root.crl", case.root_list.der());
        let mut questions = String::new();
        let mut ask = |now: Timestamp, lists: &str| {
            questions.push_str(&format!("{} {leaf} {lists}\n", now.seconds()));
        };
        for now in case.instants() {
            ask(now, &format!("{clean} {root_list}"));
            ask(now, "");
        }
        ask(case.begins, &format!("{dirty} {root_list}"));
        ask(case.ends, &format!("{dirty} {root_list}"));
        // Java alone waits until after the date of a revocation.
        ask(case.begins, &format!("{announced} {root_list}"));
        ask(case.ends, &format!("{announced} {root_list}"));
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/java/Pkix.java");
        let answer = programs::run("java", [program, &root, &issuing], &questions);
        let answers: Vec<&str> = answer.text.lines().collect();
        let twice = |text| [text, text];
        let expected = [
            twice("NOT_YET_VALID"),
            twice("VALID"),
            twice("VALID"),
            twice("VALID"),
            twice("VALID"),
            twice("EXPIRED"),
            twice("REVOKED"),
            ["VALID", "REVOKED"],
        ];
        assert_eq!(answers, expected.concat(), "{index}");
    }
}

#[test]
fn webpki_agrees() {
    for case in Case::all() {
        let [before, first, second, last_but_one, last, after] = case.instants();
        let verify = |now, list| webpki_says(&case, now, list);
        assert!(matches!(verify(before, &case.clean), Err(Error::CertNotValidYet { .. })));
        for now in [first, second, last_but_one, last] {
            assert!(verify(now, &case.clean).is_ok(), "{now}");
        }
        assert!(matches!(verify(after, &case.clean), Err(Error::CertExpired { .. })));
        assert!(matches!(verify(first, &case.dirty), Err(Error::CertRevoked)));
        assert!(matches!(verify(first, &case.announced), Err(Error::CertRevoked)));
        let stale = case.short.next_update();
        assert!(verify(stale - world::seconds(1), &case.short).is_ok());
        assert!(matches!(verify(stale, &case.short), Err(Error::CrlExpired { .. })));
    }
}

fn webpki_says(case: &Case, now: Timestamp, list: &RevocationList) -> Result<(), Error> {
    let root = CertificateDer::from(case.authority.root().der());
    let issuing = CertificateDer::from(case.authority.issuing().der());
    let leaf = CertificateDer::from(case.leaf.der());
    let now = Duration::from_secs(now.seconds().try_into().expect("after 1970"));
    let lists = [list, &case.root_list].map(|list| {
        let list = BorrowedCertRevocationList::from_der(list.der()).expect("a list webpki reads");
        CertRevocationList::from(list)
    });
    let lists: Vec<&CertRevocationList<'_>> = lists.iter().collect();
    let revocation = RevocationOptionsBuilder::new(&lists)
        .expect("there are lists")
        .with_depth(RevocationCheckDepth::Chain)
        .with_expiration_policy(ExpirationPolicy::Enforce)
        .build();
    EndEntityCert::try_from(&leaf)?
        .verify_for_usage(
            &[RSA_PSS_2048_8192_SHA256_LEGACY_KEY, RSA_PSS_2048_8192_SHA512_LEGACY_KEY],
            &[anchor_from_trusted_cert(&root)?],
            &[issuing],
            UnixTime::since_unix_epoch(now),
            KeyUsage::client_auth(),
            Some(revocation),
            None,
        )
        .map(|_| ())
}

/// The bytes that a TLS library compares when it chooses how to verify.
#[test]
fn the_algorithm_identifiers_are_those_of_rustls() {
    let authority = world::authority(Environment::Production);
    let outer = |certificate: &Certificate| crate::der::Value::of(certificate.der()).at(1).content;
    assert_eq!(outer(&world::leaf(&authority)), *alg_id::RSA_PSS_SHA256);
    assert_eq!(outer(authority.issuing()), *alg_id::RSA_PSS_SHA512);
}
