//! What the integration tests of several crates set up alike: two authorities, certificates with
//! their keys, messages that somebody changed on the way, [attacks](attack), programs of others that are
//! asked for a second opinion ([`engines`], [`programs`]), a [client](http) that asks over a socket,
//! programs of ours that are started as their users start them ([`served`]), also before those whom they
//! need ([`alone`]), and what the [`machine`] gives a test.
//!
//! Nothing but tests depends on it, and it knows no simulator: each test sets up its own.

pub mod alone;
pub mod attack;
pub mod engines;
mod forgery;
pub mod http;
pub mod machine;
pub mod programs;
pub mod served;

use std::{collections::BTreeMap, ops::Range};

use clock::{Span, Timestamp};
use entropy::Entropy;
use oio_idws::Credential;
use parties::Environment;
use pki::{
    Authority, Certificate, CertificateKind, Holder, KeyPool, KeySize, PrivateKey, Serial,
    SignatureAlgorithm,
};

pub use forgery::{Forgery, tampered};

/// The keys of the two authorities come first in the pool: a root and an issuing one each.
const AUTHORITY_KEYS: usize = 4;

/// When the tests' world begins: 2030-03-01T08:00:00Z.
#[must_use]
pub fn start() -> Timestamp {
    at("2030-03-01T08:00:00Z")
}

/// A point in time.
///
/// # Panics
///
/// If the text is none.
#[must_use]
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a test writes points in time as RFC 3339 does")
}

/// One millisecond.
pub const INSTANT: Span = Span::from_millis(1);

/// Authorities and keys, made once and kept between runs.
#[derive(Debug, Clone)]
pub struct Stage {
    keys: KeyPool,
    authorities: BTreeMap<Environment, Authority>,
}

impl Stage {
    /// Sets it up, with keys that are kept in `directory`.
    ///
    /// # Panics
    ///
    /// If the directory cannot be used.
    #[must_use]
    pub fn set(directory: &str) -> Self {
        let keys = KeyPool::open(directory).expect("a directory for keys");
        let authorities = (0..)
            .step_by(2)
            .zip(Environment::ALL)
            .map(|(number, environment)| {
                let [root, issuing] =
                    [number, number + 1].map(|index| keys.key(KeySize::Rsa3072, index));
                let entropy = &mut Entropy::seeded(1, "stage", environment.name());
                (environment, Authority::found(environment, root, issuing, start(), entropy))
            })
            .collect();
        Self { keys, authorities }
    }

    /// The authority of an environment. They begin four years before [`start`].
    ///
    /// # Panics
    ///
    /// Never: there is one for each.
    #[must_use]
    pub fn authority(&self, environment: Environment) -> &Authority {
        &self.authorities[&environment]
    }

    /// A key of 3072 bits; each number has its own.
    #[must_use]
    pub fn key(&self, number: usize) -> PrivateKey {
        self.keys.key(KeySize::Rsa3072, AUTHORITY_KEYS + number)
    }

    /// A key of 2048 bits: too short for OCES3.
    #[must_use]
    pub fn short_key(&self) -> PrivateKey {
        self.keys.key(KeySize::Rsa2048, 0)
    }

    /// A system certificate with its key: valid from the beginning of `life`, and refused from its
    /// end on. The same arguments give the same certificate but for its signature.
    #[must_use]
    pub fn system(
        &self,
        environment: Environment,
        name: &str,
        key: usize,
        life: Range<Timestamp>,
    ) -> Credential {
        let holder = holder(name);
        let purpose = format!("{name} {key} {life:?}");
        let serial = Serial::draw(&mut Entropy::seeded(2, "stage", &purpose));
        let key = self.key(key);
        let not_after = life.end - Span::from_seconds(1);
        let certificate = self.authority(environment).issue_until(
            &holder,
            key.public(),
            serial,
            life.start,
            not_after,
        );
        Credential { certificate, key }
    }
}

impl Stage {
    /// The certificate with `from` replaced by `to`, which is as long, and signed anew by its
    /// authority: one that says what the authority never would.
    ///
    /// # Panics
    ///
    /// If `from` is not in it, or the lengths differ.
    #[must_use]
    pub fn issued_anew(
        &self,
        environment: Environment,
        of: &Credential,
        from: &str,
        to: &str,
    ) -> Credential {
        assert_eq!(from.len(), to.len(), "lengths stand everywhere in a certificate");
        let mut der = of.certificate.der().to_vec();
        let at = der.windows(from.len()).position(|window| window == from.as_bytes());
        let at = at.expect("the text stands in the certificate");
        der[at..at + to.len()].copy_from_slice(to.as_bytes());
        let environments = Environment::ALL.into_iter().zip((1..).step_by(2));
        let (_, number) =
            environments.into_iter().find(|(it, _)| *it == environment).expect("one of two");
        let issuing = self.keys.key(KeySize::Rsa3072, number);
        // Two sequences, one in the other, each with a length in two octets: the inner is signed.
        let signed = &der[4..8 + usize::from(u16::from_be_bytes([der[6], der[7]]))];
        let signature = issuing.sign(SignatureAlgorithm::PssSha256, signed);
        let at = der.len() - signature.len();
        der[at..].copy_from_slice(&signature);
        let certificate = Certificate::from_der(&der).expect("nothing but a text is another");
        Credential { certificate, key: of.key.clone() }
    }
}

/// The holder of a system certificate called `name`: always the same, as renewals have it.
///
/// # Panics
///
/// Never: the CVR number is one.
#[must_use]
pub fn holder(name: &str) -> Holder {
    Holder {
        kind: CertificateKind::System,
        common_name: name.to_owned(),
        organisation: "Testorganisation nr. 90000001".to_owned(),
        cvr: "90000001".parse().expect("eight digits"),
        uuid: Entropy::seeded(1, "stage", name).uuid(),
        email: None,
    }
}
