//! What a message costs beyond its RSA work: a request for a token of about 9 KB, signed and
//! verified, beside the bare RSA operation it contains, and beside `xmlsec1` on the same file.

#![expect(clippy::disallowed_methods, reason = "a benchmark hands files to another program")]

use std::{path::Path, process::Command, time::Duration};

use clock::{Span, Timestamp};
use entropy::Entropy;
use measure::Median;
use oio_idws::{
    Credential,
    trust::{ReceivedTokenRequest, TokenRequest},
    uris::{SOAP11, WSA, WSSE, WSU},
};
use parties::Environment;
use pki::{
    Authority, CertificateKind, Holder, KeyPool, KeySize, PrivateKey, Serial, SignatureAlgorithm,
};
use xml_security::{Legacy, xml::Limits};

const ROUNDS: usize = 400;
/// How often one process of `xmlsec1` verifies, and how often we do, in one round.
const REPEATS: usize = 200;
const FOREIGN_ROUNDS: usize = 9;

fn main() {
    for size in [KeySize::Rsa2048, KeySize::Rsa3072] {
        let credential = credential(size);
        let request = request();
        let message = request.write(&credential).expect("a key signs");
        let name = format!("{size:?}").to_lowercase();

        let bare = SignatureAlgorithm::Pkcs1Sha256;
        let signature = credential.key.sign(bare, message.as_bytes());
        measure::print(
            &format!("soap-sign-to-bare-{name}"),
            measure::ratio(
                ROUNDS,
                || drop(request.write(&credential)),
                || drop(credential.key.sign(bare, b"as long as a SignedInfo's digest is")),
            ),
            "ratio",
        );
        measure::print(
            &format!("soap-verify-to-bare-{name}"),
            measure::ratio(
                ROUNDS,
                || verify(&message),
                || {
                    let key = credential.certificate.public_key();
                    key.verify(bare, message.as_bytes(), &signature).expect("our own");
                },
            ),
            "ratio",
        );
        measure::print(
            &format!("soap-verify-{name}"),
            measure::microseconds(ROUNDS, || verify(&message)),
            "us",
        );
        against_xmlsec1(&name, &message, &credential);
    }
}

fn verify(message: &str) {
    let read = ReceivedTokenRequest::read(message.as_bytes(), &Limits::default(), Legacy::Refuse);
    assert!(read.is_ok_and(|read| read.signed.is_ok()), "our own message verifies");
}

/// How many times as long `xmlsec1` takes for one verification, by its own count, as we do.
///
/// What it counts is the processor's time. Ours is the median of single calls, which is nearly
/// that: one call is so short that few are interrupted, and those are far from the middle. By the
/// clock on the wall, a busy machine would slow us alone.
fn against_xmlsec1(name: &str, message: &str, credential: &Credential) {
    let figure = format!("soap-verify-xmlsec1-to-ours-{name}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (file, certificate) =
        (folder.join(format!("{name}.xml")), folder.join(format!("{name}.pem")));
    std::fs::write(&file, message).expect("the target folder can be written");
    std::fs::write(&certificate, credential.certificate.to_pem())
        .expect("the target folder can be written");
    let Some(_) = xmlsec1(&file, &certificate) else {
        return measure::skip(&figure, "xmlsec1 is not installed");
    };
    let ratios = (0..FOREIGN_ROUNDS)
        .map(|_| {
            let theirs = xmlsec1(&file, &certificate).expect("it ran a moment ago");
            let ours = measure::microseconds(REPEATS, || verify(message));
            theirs.as_secs_f64() * 1e6 / REPEATS as f64 / ours.value
        })
        .collect();
    measure::print(&figure, Median::of(ratios), "times");
}

/// How much of the processor's time `xmlsec1` says its verifications took, without its start.
fn xmlsec1(file: &Path, certificate: &Path) -> Option<Duration> {
    let ids = [
        (WSA, "Action"),
        (WSA, "MessageID"),
        (WSA, "To"),
        (WSU, "Timestamp"),
        (WSSE, "BinarySecurityToken"),
        (SOAP11, "Body"),
    ];
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--enabled-key-data", "rsa", "--repeat", &REPEATS.to_string()]);
    for (namespace, element) in ids {
        command.args(["--id-attr:Id".to_owned(), format!("{namespace}:{element}")]);
    }
    let output = command.arg("--pubkey-cert-pem").arg(certificate).arg(file).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "xmlsec1 refuses our message: {text}");
    let millis: f64 = text
        .lines()
        .find_map(|line| line.split(" in ").nth(1)?.split_whitespace().next()?.parse().ok())
        .unwrap_or_else(|| panic!("xmlsec1 does not say how long it took: {text}"));
    Some(Duration::from_secs_f64(millis / 1e3))
}

fn request() -> TokenRequest {
    let now = now();
    TokenRequest::of_system_user(
        "uuid:6d1d6a3e-0000-4000-8000-000000000001".to_owned(),
        "urn:uuid:6d1d6a3e-0000-4000-8000-000000000002".to_owned(),
        "https://saml.smdb.sim.invalid".to_owned(),
        now,
        now + Span::from_minutes(5),
    )
}

fn now() -> Timestamp {
    Timestamp::from_seconds(1_900_000_000)
}

fn credential(size: KeySize) -> Credential {
    let pool = KeyPool::open(Path::new(env!("CARGO_TARGET_TMPDIR")).join("keys"))
        .expect("the target folder can be written");
    let key = |size, index| -> PrivateKey { pool.key(size, index) };
    let mut entropy = Entropy::seeded(1, "bench", "certificates");
    let authority = Authority::found(
        Environment::IntegrationTest,
        key(KeySize::Rsa4096, 0),
        key(KeySize::Rsa3072, 0),
        now(),
        &mut entropy,
    );
    let key = key(size, 1);
    let holder = Holder {
        kind: CertificateKind::System,
        common_name: "bench".to_owned(),
        organisation: "Testkommunen".to_owned(),
        cvr: "90000001".parse().expect("eight digits"),
        uuid: entropy.uuid(),
        email: None,
    };
    let certificate = authority.issue(&holder, key.public(), Serial::draw(&mut entropy), now());
    Credential { certificate, key }
}
