//! WSS4J and Santuario, both ways: the engine in the CXF clients of NemLog-in and of its services.

use xml_security::{
    Canonicalization, ContentEncryption, DigestAlgorithm, Document, KeyInfoSpec, Limits, Reference,
    SignatureSpec, SigningAlgorithm, StrDialect, Transform, decrypt, encrypt, saml_token_reference,
    sign, uris,
};

use stage::engines::{self, Engine, Scratch};

use crate::{
    content::Dice,
    messages::{self, CREATED, Layout, PKCS1, scratch, signer},
};

const WSA: &str = "http://www.w3.org/2005/08/addressing";

fn accepts(apache: &mut Engine, scratch: &Scratch, message: &str) -> Result<String, String> {
    let file = scratch.write("message.xml", message);
    apache.ask(&["verify", &file, &signer().certificate_pem])
}

#[test]
fn requests_signed_by_wss4j_verify_here() {
    const TEST: &str = "requests_signed_by_wss4j_verify_here";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    for (seed, (_, _, hash)) in (0..).zip(PKCS1.iter().cycle().take(12)) {
        let mut dice = Dice::new(seed, TEST);
        // Where a default namespace is in force above a part, WSS4J lists `#default`.
        let default = dice.pick(&["", " xmlns=\"urn:default\""]);
        let header = |name: &str, text: &str| format!("<{name} xmlns=\"{WSA}\">{text}</{name}>");
        let unsigned = format!(
            "<soap:Envelope xmlns:soap=\"{}\" xmlns:idle=\"urn:idle\"{default}><soap:Header>\
             {}{}{}</soap:Header><soap:Body>{}</soap:Body></soap:Envelope>",
            if dice.chance(50) { uris::SOAP_1_1 } else { uris::SOAP_1_2 },
            header("Action", &dice.text()),
            header("MessageID", &dice.text()),
            header("To", &dice.text()),
            messages::body(&mut dice)
        );
        let (file, signed) = (scratch.write("plain.xml", unsigned), scratch.file("signed.xml"));
        let signer = signer();
        let key = [&*signer.key_pkcs8, &signer.certificate_pem];
        apache
            .ask(&["sign-request", key[0], key[1], &file, &signed, hash, CREATED])
            .expect("WSS4J signs");
        let message = scratch.read("signed.xml");
        assert_eq!(messages::verify_request(&message), Ok(()), "seed {seed}\n{message}");
        let tampered = messages::verify_request(&messages::tampered(&message));
        let error = tampered.expect_err("it was tampered with");
        assert!(error.ends_with("is not as it was signed"), "seed {seed}: {error}");
    }
}

#[test]
fn wss4j_accepts_requests_signed_here() {
    const TEST: &str = "wss4j_accepts_requests_signed_here";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    for layout in Layout::ALL {
        for (seed, (algorithm, digest, _)) in (0..).zip(PKCS1.iter().cycle().take(6)) {
            let mut dice = Dice::new(seed, TEST);
            let message = messages::request(&mut dice, layout, *algorithm, *digest).sign();
            let what = format!("{layout:?}, seed {seed}");
            let expected = match layout {
                Layout::DotNet => "Action MessageID To Timestamp BinarySecurityToken Body",
                Layout::Cxf => "Timestamp Action MessageID To Body BinarySecurityToken",
            };
            let found = accepts(&mut apache, &scratch, &message);
            assert_eq!(found.as_deref(), Ok(expected), "{what}\n{message}");
            let tampered = messages::tampered(&message);
            assert!(accepts(&mut apache, &scratch, &tampered).is_err(), "{what}, tampered");
        }
    }
}

#[test]
fn wss4j_accepts_replies_signed_here() {
    const TEST: &str = "wss4j_accepts_replies_signed_here";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    for (seed, (algorithm, digest, _)) in (0..).zip(PKCS1.iter().cycle().take(6)) {
        let message = messages::reply(&mut Dice::new(seed, TEST), *algorithm, *digest).sign();
        let found = accepts(&mut apache, &scratch, &message);
        let expected = "Action MessageID RelatesTo Timestamp Body";
        assert_eq!(found.as_deref(), Ok(expected), "seed {seed}\n{message}");
        let tampered = messages::tampered(&message);
        assert!(accepts(&mut apache, &scratch, &tampered).is_err(), "seed {seed}, tampered");
    }
}

/// A call with an encrypted token, before it is signed: what stands before and after the place of
/// the token, its reference and the signature.
struct Call {
    before: String,
    token: String,
    after: String,
}

fn call(dice: &mut Dice) -> Call {
    let data = messages::encrypted_token(dice);
    // The default namespace in force where the token stands decides about its canonical form.
    let (default, token) = match dice.below(3) {
        0 => (
            "",
            format!("<EncryptedAssertion xmlns=\"{}\">{data}</EncryptedAssertion>", uris::SAML),
        ),
        1 => (
            "",
            format!(
                "<saml2:EncryptedAssertion xmlns:saml2=\"{}\">{data}</saml2:EncryptedAssertion>",
                uris::SAML
            ),
        ),
        _ => (
            " xmlns=\"urn:default\"",
            format!(
                "<s:EncryptedAssertion xmlns:s=\"{}\">{data}</s:EncryptedAssertion>",
                uris::SAML
            ),
        ),
    };
    let id = dice.text();
    Call {
        before: format!(
            "<soap:Envelope xmlns:soap=\"{}\" xmlns:wsu=\"{}\"{default}><soap:Header>\
             <wsa:MessageID xmlns:wsa=\"{WSA}\" wsu:Id=\"id\">{id}</wsa:MessageID>",
            uris::SOAP_1_2,
            uris::WSU
        ),
        token,
        after: format!(
            "</soap:Header><soap:Body wsu:Id=\"body\">{}</soap:Body></soap:Envelope>",
            messages::body(dice)
        ),
    }
}

#[test]
fn tokens_signed_by_wss4j_through_a_token_reference_verify_here() {
    const TEST: &str = "tokens_signed_by_wss4j_through_a_token_reference_verify_here";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    for (seed, (_, _, hash)) in (0..).zip(PKCS1.iter().cycle().take(12)) {
        let mut dice = Dice::new(seed, TEST);
        let Call { before, token, after } = call(&mut dice);
        // WSS4J makes the security header and moves the token there.
        let file = scratch.write("plain.xml", [before, token, after].concat());
        let signed = scratch.file("signed.xml");
        let signer = signer();
        let key = [&*signer.key_pkcs8, &signer.certificate_pem];
        let key_info = dice.pick(&["token", "certificate"]);
        apache
            .ask(&["sign-token", key[0], key[1], &file, &signed, hash, CREATED, key_info])
            .expect("WSS4J signs");
        let message = scratch.read("signed.xml");
        let verify = |message: &str| messages::verify_call(message, &signer.certificate);
        assert_eq!(verify(&message), Ok(()), "seed {seed}\n{message}");
        let token_changed = message.replacen("<xenc:CipherValue>", "<xenc:CipherValue>A", 1);
        let error = verify(&token_changed).expect_err("the token was tampered with");
        assert_eq!(error, "`STR-token` is not as it was signed", "seed {seed}");
    }
}

/// As `EncryptedData`, with the default namespace: the dialect of WSS4J and of nobody else.
#[test]
fn wss4j_accepts_tokens_signed_here_through_a_token_reference() {
    const TEST: &str = "wss4j_accepts_tokens_signed_here_through_a_token_reference";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    for (seed, (algorithm, digest, _)) in (0..).zip(PKCS1.iter().cycle().take(12)) {
        let call = call(&mut Dice::new(seed, TEST));
        let sign = |dialect| sign_call(&call, *algorithm, *digest, dialect);
        let message = sign(StrDialect::EncryptedData);
        let found = accepts(&mut apache, &scratch, &message);
        let expected = "Timestamp MessageID EncryptedData Body";
        assert_eq!(found.as_deref(), Ok(expected), "seed {seed}\n{message}");
        assert_eq!(messages::verify_call(&message, &signer().certificate), Ok(()), "seed {seed}");
        let tampered = message.replacen("<xenc:CipherValue>", "<xenc:CipherValue>A", 1);
        assert!(accepts(&mut apache, &scratch, &tampered).is_err(), "seed {seed}, tampered");
        // The other dialect is not WSS4J's. It verifies here all the same.
        let message = sign(StrDialect::EncryptedAssertion);
        assert!(accepts(&mut apache, &scratch, &message).is_err(), "seed {seed}, .NET's dialect");
        assert_eq!(messages::verify_call(&message, &signer().certificate), Ok(()), "seed {seed}");
    }
}

fn sign_call(
    call: &Call,
    algorithm: SigningAlgorithm,
    digest: DigestAlgorithm,
    dialect: StrDialect,
) -> String {
    let before = format!(
        "{}<wsse:Security xmlns:wsse=\"{}\" soap:mustUnderstand=\"true\">\
         <wsu:Timestamp wsu:Id=\"ts\"><wsu:Created>{CREATED}</wsu:Created></wsu:Timestamp>{}{}",
        call.before,
        uris::WSSE,
        call.token,
        saml_token_reference("encryptedassertion", Some("str"))
    );
    let spec = SignatureSpec {
        algorithm,
        digest,
        canonicalization: Canonicalization::exclusive(),
        references: vec![
            Reference::exclusive("ts"),
            Reference::exclusive("id"),
            Reference {
                id: "str".to_owned(),
                transforms: vec![Transform::StrTransform { dialect }],
            },
            Reference::exclusive("body"),
        ],
        // A key inside an encrypted token is beyond this WSS4J, which has no OpenSAML beside it;
        // without KeyInfo it takes the certificate it is given.
        key_info: KeyInfoSpec::Absent,
        prefix: "ds",
    };
    let after = ["</wsse:Security>", &call.after].concat();
    sign(&before, &after, &spec, &signer().key).expect("it can be signed")
}

#[test]
fn santuario_decrypts_what_is_encrypted_here() {
    const TEST: &str = "santuario_decrypts_what_is_encrypted_here";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    for content in [ContentEncryption::Aes256Cbc, ContentEncryption::Aes256Gcm] {
        for length in 0..17 {
            let plaintext = format!("<a>{}</a>", "x".repeat(length));
            let mut entropy = entropy::Entropy::seeded(length as u64, "foreign", TEST);
            let encrypted = encrypt(&plaintext, &signer().certificate, content, "e", &mut entropy);
            let file = scratch.write("encrypted.xml", encrypted);
            let out = scratch.file("decrypted.xml");
            apache.ask(&["decrypt", &signer().key_pkcs8, &file, &out]).expect("Santuario decrypts");
            assert_eq!(scratch.read("decrypted.xml"), plaintext, "{content:?}, {length}");
        }
    }
}

#[test]
fn what_santuario_encrypts_is_decrypted_here() {
    const TEST: &str = "what_santuario_encrypts_is_decrypted_here";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    for content in [ContentEncryption::Aes256Cbc, ContentEncryption::Aes256Gcm] {
        for length in 0..17 {
            let plaintext = format!("<a>{}</a>", "x".repeat(length));
            let file = scratch.write("plain.xml", &plaintext);
            let out = scratch.file("encrypted.xml");
            apache
                .ask(&["encrypt", &signer().certificate_pem, &file, &out, content.uri()])
                .expect("Santuario encrypts");
            let encrypted = scratch.read("encrypted.xml");
            let document = Document::parse(encrypted.as_bytes(), &Limits::default())
                .expect("Santuario writes XML");
            let decrypted = decrypt(document.root(), &signer().key).expect("it is for this key");
            let decrypted = String::from_utf8_lossy(&decrypted).into_owned();
            let decrypted = decrypted.replace("<a/>", "<a></a>");
            assert_eq!(decrypted, plaintext, "{content:?}, {length}");
        }
    }
}
