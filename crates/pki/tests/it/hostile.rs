//! Whatever the bytes: an answer, and never a panic.

use std::sync::LazyLock;

use parties::Environment;
use pki::{
    Certificate, CertificateKind, Name, RevocationList, RevocationReason, Revoked,
    SignatureAlgorithm, SigningRequest,
    pkcs12::{self, Contents},
};
use proptest::prelude::*;

use crate::{
    der::{Value, tlv, unhex, with_field},
    world,
};

/// What is spoiled: one of each kind of structure that is read here.
static SOUND: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let authority = world::authority(Environment::Production);
    let mut holder = world::user();
    holder.email = Some("a@b.invalid".to_owned());
    let key = world::small_key();
    let leaf = authority.issue(&holder, key.public(), world::serial(7), world::start());
    let revoked = RevocationReason::ALL.map(|reason| Revoked {
        serial: world::serial(reason.code() + 1),
        at: world::start(),
        reason,
    });
    let until = world::start() + clock::Span::from_days(1);
    let list = authority.revocation_list(7, world::start(), until, &revoked);
    let subject = world::holder(CertificateKind::Organisation).name();
    let request = SigningRequest::make_with(&subject, &key, SignatureAlgorithm::PssSha256, &[]);
    let contents = Contents {
        key: &key,
        certificate: &leaf,
        authorities: &[authority.issuing().clone()],
        friendly_name: "A",
    };
    vec![
        leaf.der().to_vec(),
        authority.issuing().der().to_vec(),
        list.der().to_vec(),
        request.der().to_vec(),
        request.to_pem().into_bytes(),
        leaf.to_pem().into_bytes(),
        pkcs12::portal(&contents, "kode", &mut world::entropy("hostile")),
    ]
});

/// Reads the bytes as everything there is; what comes out is also used, not only made.
fn read_as_everything(bytes: &[u8]) {
    if let Ok(certificate) = Certificate::from_der(bytes) {
        use_certificate(&certificate);
    }
    if let Ok(certificate) = Certificate::from_cer(bytes) {
        use_certificate(&certificate);
    }
    if let Ok(list) = RevocationList::from_der(bytes) {
        let _ = (list.revoked(&world::serial(7)), format!("{list:?}"));
    }
    if let Ok(request) = SigningRequest::from_der(bytes) {
        show(request.subject());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = (SigningRequest::from_pem(text), SigningRequest::from_base64(text));
    }
    let _ = pkcs12::open(bytes, "kode");
}

fn use_certificate(certificate: &Certificate) {
    show(certificate.subject());
    show(certificate.issuer());
    let _ = (certificate.first_refused().to_string(), certificate.serial().to_decimal());
    let _ = (certificate.thumbprint(), certificate.to_pem(), certificate.key_usage());
    let _ = certificate.public_key().encrypt_oaep(&[0; 32]);
    let _ = certificate.verify_signed_by(certificate.public_key());
    assert_eq!(Certificate::from_der(certificate.der()).as_ref(), Ok(certificate));
}

fn show(name: &Name) {
    let _ = (name.to_string(), name.rfc4514(), name.dotnet(), name.cvr(), name.uuid());
}

/// One way to spoil bytes.
#[derive(Debug, Clone)]
enum Spoil {
    Set { place: usize, octet: u8 },
    Flip { place: usize, bit: u8 },
    Remove { place: usize, count: usize },
    Insert { place: usize, octets: Vec<u8> },
    Cut { place: usize },
    Repeat { place: usize, count: usize },
}

impl Spoil {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let end = bytes.len();
        if end == 0 {
            return;
        }
        match self {
            Self::Set { place, octet } => bytes[place % end] = *octet,
            Self::Flip { place, bit } => bytes[place % end] ^= 1 << (bit % 8),
            Self::Remove { place, count } => {
                let from = place % end;
                bytes.drain(from..(from + count).min(end));
            }
            Self::Insert { place, octets } => {
                let from = place % end;
                bytes.splice(from..from, octets.iter().copied());
            }
            Self::Cut { place } => bytes.truncate(place % end),
            Self::Repeat { place, count } => {
                let from = place % end;
                let again = bytes[from..(from + count).min(end)].to_vec();
                bytes.splice(from..from, again);
            }
        }
    }
}

fn spoil() -> impl Strategy<Value = Spoil> {
    // The structure is dense at the beginning: most strikes go there.
    let place = prop_oneof![0_usize..80, any::<usize>(), (0_usize..700)];
    let octet = prop_oneof![
        any::<u8>(),
        prop::sample::select(vec![0x00, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18]),
        prop::sample::select(vec![0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xa0, 0xff]),
    ];
    prop_oneof![
        4 => (place.clone(), octet).prop_map(|(place, octet)| Spoil::Set { place, octet }),
        4 => (place.clone(), any::<u8>()).prop_map(|(place, bit)| Spoil::Flip { place, bit }),
        1 => (place.clone(), 1_usize..40).prop_map(|(place, count)| Spoil::Remove { place, count }),
        1 => (place.clone(), prop::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(place, octets)| Spoil::Insert { place, octets }),
        1 => place.clone().prop_map(|place| Spoil::Cut { place }),
        1 => (place, 1_usize..400).prop_map(|(place, count)| Spoil::Repeat { place, count }),
    ]
}

proptest! {
    #![proptest_config(world::proptest_config(3000))]

    #[test]
    fn spoiled_structures_never_make_it_panic(
        which in 0_usize..7,
        spoils in prop::collection::vec(spoil(), 1..4),
    ) {
        let mut bytes = SOUND[which].clone();
        for spoil in &spoils {
            spoil.apply(&mut bytes);
        }
        read_as_everything(&bytes);
    }

    #[test]
    fn random_bytes_never_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_as_everything(&bytes);
    }
}

/// Every octet of each structure, set to every value that means something in DER.
#[test]
fn no_single_octet_makes_it_panic() {
    for sound in &SOUND[..4] {
        for place in 0..sound.len() {
            for octet in [0x00, 0x01, 0x7f, 0x80, 0x81, 0x84, 0x89, 0xff] {
                let mut bytes = sound.clone();
                bytes[place] = octet;
                let _ = Certificate::from_der(&bytes);
                let _ = RevocationList::from_der(&bytes);
                let _ = SigningRequest::from_der(&bytes);
            }
        }
    }
}

#[test]
fn many_extensions_are_refused_before_they_cost_anything() {
    let authority = world::authority(Environment::Production);
    let leaf = world::leaf(&authority);
    let present = Value::of(leaf.der()).down(&[0, 7, 0]).content;
    let read = |more: &[u8]| {
        let list = tlv(0x30, &[more, &present].concat());
        Certificate::from_der(&with_field(leaf.der(), 7, &tlv(0xa3, &list)))
    };
    let problem = |more: &[u8]| read(more).unwrap_err().to_string();
    // The critical extension `BasicConstraints`, twice and more often.
    let one = unhex("300c 0603551d13 0101ff 0402 3000");
    assert!(problem(&one).contains("the extension 2.5.29.19 twice"), "{}", problem(&one));
    assert!(problem(&one.repeat(100_000)).contains("twice"));
    // Each another: three numbers below 128 under 1.3.6.1.
    let different = |count: u32| -> Vec<u8> {
        let extension = |number: u32| {
            let [a, b, c] = [14, 7, 0].map(|bits| number >> bits & 0x7f);
            unhex(&format!("300a 06062b0601{a:02x}{b:02x}{c:02x} 0400"))
        };
        (0..count).flat_map(extension).collect()
    };
    assert_eq!(read(&different(56)).unwrap().extensions().len(), 64);
    assert!(problem(&different(57)).contains("more than 64 extensions"));
    assert!(problem(&different(100_000)).contains("more than 64 extensions"));
}

#[test]
fn a_certificate_has_the_fields_of_its_version_and_no_more() {
    let authority = world::authority(Environment::Production);
    let leaf = world::leaf(&authority);
    let problem = |der: &[u8]| Certificate::from_der(der).unwrap_err().to_string();
    // Versions 1, by leaving it out, 2 and 4 have no extensions.
    for version in ["", "a003020101", "a003020103"] {
        let der = with_field(leaf.der(), 0, &unhex(version));
        assert!(problem(&der).contains("with the fields of another"), "{version}");
    }
    let without_extensions = with_field(leaf.der(), 7, &[]);
    let der = with_field(&without_extensions, 0, &[]);
    assert!(Certificate::from_der(&der).unwrap().extensions().is_empty());
    Certificate::from_der(&without_extensions).unwrap();

    let extensions = Value::of(leaf.der()).down(&[0, 7]);
    let der = with_field(leaf.der(), 7, &[extensions.whole.clone(), unhex("0500")].concat());
    assert!(problem(&der).contains("tbsCertificate: 2 octets too many"));
    // `FALSE` needs no saying, but may be said.
    let more = [extensions.at(0).content, unhex("300c 0603551d7f 010100 0402 0500")].concat();
    let der = with_field(leaf.der(), 7, &tlv(0xa3, &tlv(0x30, &more)));
    assert!(!Certificate::from_der(&der).unwrap().extensions()[8].1);
    let mut signature = Value::of(leaf.der()).at(2).content;
    signature[0] = 1; // bits that are not used
    let der: Vec<u8> = (0..2).flat_map(|at| Value::of(leaf.der()).at(at).whole).collect();
    let der = tlv(0x30, &[der, tlv(0x03, &signature)].concat());
    assert!(problem(&der).contains("signatureValue: a BIT STRING that is not whole octets"));
    let der = tlv(0x30, &[Value::of(leaf.der()).content, unhex("0500")].concat());
    assert!(problem(&der).contains("certificate: 2 octets too many"));
}

#[test]
fn an_error_repeats_little_and_breaks_no_line() {
    let authority = world::authority(Environment::Production);
    let leaf = world::leaf(&authority);
    let long = vec![b'\n'; 50_000];
    let validity = tlv(0x30, &tlv(0x17, &long).repeat(2));
    for (field, index, value) in
        [("serial number", 1, tlv(0x02, &vec![7; 50_000])), ("validity", 4, validity)]
    {
        let der = with_field(leaf.der(), index, &value);
        let error = Certificate::from_der(&der).unwrap_err().to_string();
        assert!(error.len() < 300 && !error.contains('\n'), "{field}: {}", error.len());
    }
    let until = world::start() + clock::Span::from_days(1);
    let list = authority.revocation_list(7, world::start(), until, &[]);
    for (field, value) in [("nextUpdate", tlv(0x30, &long)), ("entries", tlv(0x17, &long))] {
        let der = with_field(list.der(), 4, &value);
        let error = RevocationList::from_der(&der).unwrap_err().to_string();
        assert!(error.len() < 300 && !error.contains('\n'), "{field}: {}", error.len());
    }
}

proptest! {
    #![proptest_config(world::proptest_config(48))]

    /// Dates on both sides of 2050, and of 1950, come back as they were asked for.
    #[test]
    fn dates_survive_in_every_year(
        begins in -2_208_988_800_000_i64..10_000_000_000_000,
        days in 0_i64..40_000,
    ) {
        let begins = clock::Timestamp::from_millis(begins);
        let ends = begins + clock::Span::from_days(days);
        let authority = world::authority(Environment::Production);
        let key = world::small_key();
        let made =
            authority.issue_until(&world::system(), key.public(), world::serial(1), begins, ends);
        prop_assert_eq!(made.not_before(), begins.truncated_to_second());
        prop_assert_eq!(made.not_after(), ends.truncated_to_second());
        let validity = Value::of(made.der()).down(&[0, 4]);
        for (index, at) in [begins, ends].into_iter().enumerate() {
            let year: u32 = at.to_string()[..4].parse().unwrap();
            let form = if (1950..2050).contains(&year) { (0x17, 13) } else { (0x18, 15) };
            let time = validity.at(index);
            prop_assert_eq!((time.tag, time.content.len()), form);
        }
    }
}
