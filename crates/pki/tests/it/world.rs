//! The hierarchies, holders and keys that the tests share.

use std::sync::LazyLock;

use clock::{Span, Timestamp};
use entropy::Entropy;
use parties::Environment;
use pki::{
    Authority, Certificate, CertificateKind, Holder, KeyPool, KeySize, PrivateKey, PublicKey,
    Serial,
};
use proptest::test_runner::{Config, RngSeed};
use uuid::Uuid;

/// Keys are made once, and kept between runs; all at first, so that no two tests race for one.
static POOL: LazyLock<KeyPool> = LazyLock::new(|| {
    let pool = KeyPool::open(concat!(env!("CARGO_TARGET_TMPDIR"), "/pki-keys")).unwrap();
    let wanted = [(KeySize::Rsa4096, 1), (KeySize::Rsa3072, 2), (KeySize::Rsa2048, 1)];
    pool.ensure(&wanted, &mut |_, _| {}).unwrap();
    pool
});

/// When the tests' world begins.
pub(crate) fn start() -> Timestamp {
    at("2030-03-01T08:00:00Z")
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a point in time")
}

pub(crate) fn seconds(count: i64) -> Span {
    Span::from_seconds(count)
}

pub(crate) fn millis(count: i64) -> Span {
    Span::from_millis(count)
}

pub(crate) fn entropy(purpose: &str) -> Entropy {
    Entropy::seeded(1, "pki", purpose)
}

pub(crate) fn root_key() -> PrivateKey {
    POOL.key(KeySize::Rsa4096, 0)
}

pub(crate) fn issuing_key() -> PrivateKey {
    POOL.key(KeySize::Rsa3072, 0)
}

pub(crate) fn leaf_key() -> PrivateKey {
    POOL.key(KeySize::Rsa3072, 1)
}

pub(crate) fn small_key() -> PrivateKey {
    POOL.key(KeySize::Rsa2048, 0)
}

pub(crate) fn authority(environment: Environment) -> Authority {
    authority_at(environment, start())
}

pub(crate) fn authority_at(environment: Environment, start: Timestamp) -> Authority {
    let entropy = &mut entropy(environment.name());
    Authority::found(environment, root_key(), issuing_key(), start, entropy)
}

pub(crate) fn serial(number: u8) -> Serial {
    Serial::from_magnitude(&[number]).expect("a positive number")
}

pub(crate) fn holder(kind: CertificateKind) -> Holder {
    Holder {
        kind,
        common_name: "Fagsystem A (drift)".to_owned(),
        organisation: "Testorganisation nr. 90000001".to_owned(),
        cvr: "90000001".parse().expect("a CVR number"),
        uuid: Uuid::from_u128(0x5e50_b9bb_0000_4000_8000_0000_0000_0001),
        email: None,
    }
}

pub(crate) fn system() -> Holder {
    holder(CertificateKind::System)
}

pub(crate) fn user() -> Holder {
    let (given_name, surname) = ("Åse".to_owned(), "Ærlig".to_owned());
    holder(CertificateKind::User { given_name, surname })
}

/// A system's certificate by the profile, issued an hour before the world's start.
pub(crate) fn leaf(authority: &Authority) -> Certificate {
    leaf_for(authority, leaf_key().public())
}

pub(crate) fn leaf_for(authority: &Authority, key: &PublicKey) -> Certificate {
    authority.issue(&system(), key, serial(7), start() - Span::from_hours(1))
}

/// So many cases, the same ones each time.
pub(crate) fn proptest_config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() }
}
