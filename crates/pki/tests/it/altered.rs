//! Certificates and lists with one field altered and signed anew: sound in everything else.

use parties::Environment;
use pki::{
    Authority, Certificate, ChainReason, Path, PathMember, PrivateKey, RevocationList,
    SignatureAlgorithm, TrustAnchors,
};

use crate::{
    der::{Value, hex, tlv, unhex},
    profile::{PSS_SHA256, PSS_SHA512},
    world,
};

/// Puts `to`, just as long, in the only place of `from` in the signed part, and signs it again.
fn altered(der: &[u8], from: &str, to: &str, key: &PrivateKey) -> Vec<u8> {
    let value = Value::of(der);
    let algorithm = match hex(&value.at(1).whole).as_str() {
        pss if pss.ends_with("0140") => SignatureAlgorithm::PssSha512,
        _ => SignatureAlgorithm::PssSha256,
    };
    let (mut signed, from, to) = (value.at(0).whole, unhex(from), unhex(to));
    let places: Vec<usize> =
        (0..signed.len()).filter(|at| signed[*at..].starts_with(&from)).collect();
    assert_eq!((places.len(), to.len()), (1, from.len()), "one place, and the same length");
    signed[places[0]..places[0] + from.len()].copy_from_slice(&to);
    let signature = [vec![0], key.sign(algorithm, &signed)].concat();
    tlv(0x30, &[signed, value.at(1).whole, tlv(0x03, &signature)].concat())
}

/// A hierarchy, and what is altered in it: nothing at first.
struct Chain {
    authority: Authority,
    root: Certificate,
    issuing: Certificate,
    leaf: Certificate,
}

impl Chain {
    fn new() -> Self {
        let authority = world::authority(Environment::Production);
        Self {
            root: authority.root().clone(),
            issuing: authority.issuing().clone(),
            leaf: world::leaf(&authority),
            authority,
        }
    }

    fn root(self, from: &str, to: &str) -> Self {
        let der = altered(self.root.der(), from, to, &world::root_key());
        Self { root: Certificate::from_der(&der).unwrap(), ..self }
    }

    fn issuing(self, from: &str, to: &str) -> Self {
        let der = altered(self.issuing.der(), from, to, &world::root_key());
        Self { issuing: Certificate::from_der(&der).unwrap(), ..self }
    }

    fn leaf(self, from: &str, to: &str) -> Self {
        let der = altered(self.leaf.der(), from, to, &world::issuing_key());
        Self { leaf: Certificate::from_der(&der).unwrap(), ..self }
    }

    fn build(&self) -> Result<Path, (PathMember, ChainReason)> {
        let anchors = TrustAnchors::new(self.root.clone(), vec![self.issuing.clone()]);
        Path::build(&self.leaf, &anchors).map_err(|refusal| (refusal.certificate, refusal.reason))
    }

    fn refusal(&self) -> (PathMember, ChainReason) {
        self.build().unwrap_err()
    }

    fn lists(&self) -> [RevocationList; 2] {
        let (from, until) = (world::start(), world::start() + clock::Span::from_days(1));
        [
            self.authority.revocation_list(1, from, until, &[]),
            self.authority.root_revocation_list(1, from, until, &[]),
        ]
    }

    fn judge(&self, list: &RevocationList) -> Result<(), (PathMember, ChainReason)> {
        let judged = self.build()?.judge(world::start(), Some(list));
        judged.map_err(|refusal| (refusal.certificate, refusal.reason))
    }
}

/// `keyCertSign` and `cRLSign`, and each alone.
const MAY_SIGN_BOTH: &str = "03020106";
const MAY_SIGN_CERTIFICATES: &str = "03020204";
const MAY_SIGN_LISTS: &str = "03020102";

const KEY_USAGE: &str = "0603551d0f";
const SUBJECT_KEY: &str = "0603551d0e";
const AUTHORITY_KEY: &str = "0603551d23";
/// An extension that nobody knows.
const UNKNOWN: &str = "0603551d7f";

#[test]
fn what_is_only_signed_anew_is_trusted() {
    let chain = Chain::new().root(KEY_USAGE, KEY_USAGE).issuing(KEY_USAGE, KEY_USAGE);
    chain.leaf(KEY_USAGE, KEY_USAGE).build().unwrap();
}

#[test]
fn an_authority_may_sign_what_its_key_usage_allows() {
    let [list, root_list] = Chain::new().lists();
    let chain = Chain::new().issuing(MAY_SIGN_BOTH, MAY_SIGN_CERTIFICATES);
    chain.judge(&root_list).unwrap();
    assert_eq!(chain.judge(&list), Err((PathMember::Issuing, ChainReason::WrongKeyUsage)));
    let chain = Chain::new().root(MAY_SIGN_BOTH, MAY_SIGN_CERTIFICATES);
    chain.judge(&list).unwrap();
    assert_eq!(chain.judge(&root_list), Err((PathMember::Root, ChainReason::WrongKeyUsage)));

    let chain = Chain::new().root(MAY_SIGN_BOTH, MAY_SIGN_LISTS);
    assert_eq!(chain.refusal(), (PathMember::Root, ChainReason::WrongKeyUsage));
}

/// OpenSSL reads such bits as zeros.
#[test]
fn a_key_usage_has_zeros_where_nothing_is_used() {
    let der = altered(Chain::new().issuing.der(), MAY_SIGN_BOTH, "03020206", &world::root_key());
    let error = Certificate::from_der(&der).unwrap_err().to_string();
    assert!(error.contains("2.5.29.15: not a named bit list"), "{error}");
}

#[test]
fn an_authority_has_no_critical_extension_that_is_unknown() {
    let expected = |member| (member, ChainReason::UnknownCriticalExtension);
    let chain = Chain::new().issuing(KEY_USAGE, UNKNOWN);
    assert_eq!(chain.refusal(), expected(PathMember::Issuing));
    assert_eq!(Chain::new().root(KEY_USAGE, UNKNOWN).refusal(), expected(PathMember::Root));
}

#[test]
fn a_root_is_an_authority_and_signs_itself() {
    // `BasicConstraints` with a path length and without `cA`.
    let chain = Chain::new().root("30030101ff", "3003020101");
    assert_eq!(chain.refusal(), (PathMember::Root, ChainReason::NotACertificateAuthority));
    let mut chain = Chain::new();
    let mut der = chain.root.der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    chain.root = Certificate::from_der(&der).unwrap();
    assert_eq!(chain.refusal(), (PathMember::Root, ChainReason::BadSignature));
}

/// As an authority may that has its own way to make identifiers (RFC 5280, section 4.2.1.2).
#[test]
fn a_key_has_the_identifier_that_its_certificate_gives_it() {
    let own = "aa".repeat(20);
    let usual = hex(Chain::new().issuing.subject_key_identifier().unwrap());
    let renamed = || Chain::new().issuing(&format!("0414{usual}"), &format!("0414{own}"));
    assert_eq!(renamed().refusal(), (PathMember::Leaf, ChainReason::UnknownIssuer));
    let (from, to) = (format!("8014{usual}"), format!("8014{own}"));
    let chain = renamed().leaf(&from, &to);
    let [list, _] = chain.lists();
    let expected = Err((PathMember::Leaf, ChainReason::RevocationListBadSignature));
    assert_eq!(chain.judge(&list), expected);
    let list = altered(list.der(), &from, &to, &world::issuing_key());
    chain.judge(&RevocationList::from_der(&list).unwrap()).unwrap();
}

#[test]
fn an_identifier_that_is_missing_is_not_missed() {
    let chain = Chain::new().leaf(AUTHORITY_KEY, UNKNOWN).issuing(AUTHORITY_KEY, UNKNOWN);
    chain.build().unwrap();
    // Then the key is named by its digest.
    let chain = Chain::new().issuing(SUBJECT_KEY, UNKNOWN).root(SUBJECT_KEY, UNKNOWN);
    chain.judge(&chain.lists()[0]).unwrap();
    let [list, _] = chain.lists();
    let list = altered(list.der(), AUTHORITY_KEY, UNKNOWN, &world::issuing_key());
    chain.judge(&RevocationList::from_der(&list).unwrap()).unwrap();
}

#[test]
fn an_issuing_authority_names_the_root_and_its_key() {
    let usual = hex(Chain::new().root.subject_key_identifier().unwrap());
    let chain = Chain::new().issuing(&format!("8014{usual}"), &format!("8014{}", "aa".repeat(20)));
    assert_eq!(chain.refusal(), (PathMember::Issuing, ChainReason::UnknownIssuer));
}

#[test]
fn a_list_names_one_algorithm() {
    let [list, _] = Chain::new().lists();
    let der = altered(list.der(), PSS_SHA256, PSS_SHA512, &world::issuing_key());
    let list = RevocationList::from_der(&der).unwrap();
    let expected = Err((PathMember::Leaf, ChainReason::RevocationListBadSignature));
    assert_eq!(Chain::new().judge(&list), expected);
}

#[test]
fn a_list_that_names_no_key_is_still_its_issuers_alone() {
    let [list, _] = Chain::new().lists();
    let der = altered(list.der(), AUTHORITY_KEY, UNKNOWN, &world::issuing_key());
    let list = RevocationList::from_der(&der).unwrap();
    let rekeyed = Authority::found(
        Environment::Production,
        world::root_key(),
        world::small_key(),
        world::start(),
        &mut world::entropy("rekeyed"),
    );
    // Also after it was found to be another's.
    for _ in 0..2 {
        list.verify(rekeyed.issuing()).unwrap_err();
        list.verify(Chain::new().authority.issuing()).unwrap();
    }
}
