//! Signing requests: ours before `openssl`, those of `openssl` before ours.

use pki::{Name, RequestRefusal, SignatureAlgorithm, SigningRequest};

use crate::{
    der::{unhex, with_field},
    programs::{self, Folder},
    world,
};

#[test]
fn reads_what_it_makes() {
    let key = world::small_key();
    let request = SigningRequest::make(&Name::with_common_name("Fagsystem A"), &key);
    assert_eq!(request.public_key(), key.public());
    assert_eq!(request.subject().common_name(), Some("Fagsystem A"));
    assert_eq!(SigningRequest::from_der(request.der()), Ok(request.clone()));
    assert_eq!(SigningRequest::from_pem(&request.to_pem()), Ok(request.clone()));
    let base64: String = request.to_pem().lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(SigningRequest::from_base64(&base64), Ok(request.clone()));
    assert_eq!(format!("{request:?}"), "SigningRequest(CN=Fagsystem A for PublicKey(RSA 2048))");
}

#[test]
fn possession_may_be_shown_with_every_algorithm() {
    let key = world::small_key();
    for algorithm in SignatureAlgorithm::ALL {
        let subject = world::system().name();
        let request = SigningRequest::make_with(&subject, &key, algorithm, &[]);
        assert_eq!(request.subject(), &subject);
    }
}

#[test]
fn any_attribute_will_do() {
    let attributes = [
        // challengePassword
        unhex("301406092a864886f70d010907 3107 0c05 6b6f646531"),
        // One that nobody knows, with two values.
        unhex("3014 06092b0601040181fd5901 3107 0500 0403010203"),
    ];
    for attribute in &attributes {
        let key = world::small_key();
        let (subject, algorithm) = (Name::with_common_name("A"), SignatureAlgorithm::PssSha256);
        let attributes = [attribute.clone()];
        let request = SigningRequest::make_with(&subject, &key, algorithm, &attributes);
        assert_eq!(SigningRequest::from_der(request.der()), Ok(request));
    }
}

#[test]
fn possession_must_be_shown() {
    let request = SigningRequest::make(&Name::with_common_name("A"), &world::small_key());
    let mut forged = request.der().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(SigningRequest::from_der(&forged), Err(RequestRefusal::NoProofOfPossession));

    // The name is part of what is signed.
    let mut renamed = request.der().to_vec();
    let place = renamed.windows(3).position(|w| w == [0x0c, 1, b'A']).unwrap();
    renamed[place + 2] = b'B';
    assert_eq!(SigningRequest::from_der(&renamed), Err(RequestRefusal::NoProofOfPossession));
}

#[test]
fn says_what_is_not_a_request() {
    let refusal = |der: &[u8]| SigningRequest::from_der(der).unwrap_err();
    assert!(matches!(refusal(b""), RequestRefusal::Encoding { .. }));
    let authority = world::authority(parties::Environment::Production);
    assert!(matches!(refusal(authority.root().der()), RequestRefusal::Encoding { .. }));
    let request = SigningRequest::make(&Name::with_common_name("A"), &world::small_key());
    let mut more = request.der().to_vec();
    more.push(0);
    assert!(matches!(refusal(&more), RequestRefusal::Encoding { .. }));

    let with = |index, field: &str| {
        let der = with_field(request.der(), index, &unhex(field));
        SigningRequest::from_der(&der).unwrap_err().to_string()
    };
    assert!(with(0, "020101").contains("version: 1 where 0"));
    // An attribute that is a number, one without values, and one with more than values.
    for attributes in ["a003 020100", "a007 3005 0603550403", "a00b 3009 0603550403 3100 0500"] {
        assert!(with(3, attributes).contains("attributes"), "{attributes}");
    }
    assert!(with(3, "").contains("no proof of possession"), "attributes may be left out");

    let text = |text: &str| SigningRequest::from_pem(text).unwrap_err().to_string();
    assert!(text("").contains("no block"));
    assert!(text(&authority.root().to_pem()).contains("no block"));
    assert!(text(&request.to_pem().repeat(2)).contains("more than one"));
    assert!(text(&request.to_pem().replace("MII", "%%%")).contains("base64"));
    assert!(text(&" ".repeat(100_000)).contains("too long"));
    let long = request.to_pem().replace('\n', &"\n".repeat(10_000));
    let base64: String = long.split("-----").nth(2).unwrap().to_owned();
    assert!(base64.len() > 64 * 1024);
    let error = SigningRequest::from_base64(&base64).unwrap_err();
    assert!(error.to_string().contains("base64: cannot be read"), "{error}");
}

#[test]
fn openssl_reads_ours() {
    if !programs::has("openssl", "openssl_reads_ours") {
        return;
    }
    for algorithm in SignatureAlgorithm::ALL {
        let subject = world::system().name();
        let request = SigningRequest::make_with(&subject, &world::small_key(), algorithm, &[]);
        let arguments =
            ["req", "-verify", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus_space"];
        let answer = programs::run("openssl", arguments, &request.to_pem());
        assert!(answer.ok, "{algorithm}: {}", answer.text);
        assert!(answer.text.contains("verify OK"), "{algorithm}: {}", answer.text);
        assert!(answer.text.contains(&subject.to_string()), "{}", answer.text);
    }
}

#[test]
fn reads_what_openssl_makes() {
    if !programs::has("openssl", "reads_what_openssl_makes") {
        return;
    }
    let folder = Folder::of("openssl-req");
    let key = folder.path("key.pem");
    let der = folder.write("key.der", world::small_key().pkcs8());
    let to_pem = ["pkey", "-inform", "DER", "-in", &der, "-out", &key];
    assert!(programs::run("openssl", to_pem, "").ok);
    let config = folder.write(
        "req.cnf",
        "[req]\ndistinguished_name = dn\nattributes = attributes\nprompt = no\n\
         [dn]\nC = DK\nO = Ærlig A/S\nCN = Fagsystem A\n\
         [attributes]\nchallengePassword = kode1\nunstructuredName = noget\n\
         [extensions]\nsubjectAltName = DNS:a.invalid\ncertificatePolicies = 1.2.3.4\n\
         nameConstraints = critical,permitted;DNS:b.invalid\n1.3.6.1.4.1.32473.9 = critical,ASN1:NULL\n",
    );
    let make = |more: &[&str]| {
        let start = ["req", "-new", "-utf8", "-key", &key, "-config", &config];
        let answer = programs::run("openssl", start.iter().chain(more), "");
        assert!(answer.ok, "{more:?}: {}", answer.text);
        SigningRequest::from_pem(&answer.text).unwrap_or_else(|e| panic!("{more:?}: {e}"))
    };
    let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];
    for more in [
        &["-sha256"][..],
        &["-sha384"],
        &["-sha512"],
        &["-sha256", "-newhdr"],
        &["-sha256", "-reqexts", "extensions"],
        &[&["-sha256"][..], &pss].concat(),
        &[&["-sha512"][..], &pss].concat(),
        &["-sha256", "-subj", "/"],
    ] {
        let request = make(more);
        assert_eq!(request.public_key(), world::small_key().public());
    }
    let names = make(&["-sha256"]);
    assert_eq!(names.subject().to_string(), "C=DK, O=Ærlig A/S, CN=Fagsystem A");

    let sha1 = ["req", "-new", "-key", &key, "-config", &config, "-sha1"];
    let text = programs::run("openssl", sha1, "").text;
    let refusal = SigningRequest::from_pem(&text).unwrap_err();
    assert!(matches!(refusal, RequestRefusal::UnsupportedAlgorithm(_)), "{refusal}");

    let ec = folder.path("ec.pem");
    let generate =
        ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", &ec];
    assert!(programs::run("openssl", generate, "").ok);
    let text = programs::run("openssl", ["req", "-new", "-key", &ec, "-config", &config], "").text;
    let refusal = SigningRequest::from_pem(&text).unwrap_err();
    assert!(matches!(refusal, RequestRefusal::Key(pki::KeyError::NotRsa(_))), "{refusal}");
}
