//! WSS4J, Santuario and `xmlsec1` judge the messages of a report, as they were kept.
//!
//! | message | WSS4J 1.6.19 | Santuario 2.1 | `xmlsec1` |
//! |---|---|---|---|
//! | 1, request | all of its security header: BinarySecurityToken, timestamp, signature | | signature and digests |
//! | 2, answer | all of it; no KeyInfo, so the certificate it is given | decrypts the token | signature and digests; decrypts the token; the token's own signature |
//! | 3, call | in CXF's layout, less the KeyInfo | signature and every digest, in the .NET client's layout | |
//! | 4, receipt | all of it | | signature and digests |
//!
//! What stays unchecked of message 3: WSS4J looks for the key of a signature whose `KeyInfo` names an
//! assertion with OpenSAML, which Debian does not have for Java, and it cannot open an encrypted one on
//! its way there. So the `KeyInfo`, which no signature covers, is taken out, and the engine is given
//! the certificate that the decrypted token names: that it is this one is checked by hand. And WSS4J
//! takes the `EncryptedData` for what STR-Transform stands for, never the `EncryptedAssertion` as the
//! .NET client does, so it judges calls in CXF's layout alone. In the other one Santuario canonicalises
//! and digests the element that the .NET client's samples show; that this is the right one no foreign
//! engine here can say. `xmlsec1` knows no STR-Transform at all.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use oio_idws::{
    Binding, Credential,
    uris::{LIBERTY_SB, LIBERTY_SB_2006, SOAP11},
};
use parties::ClientProfile;
use pki::{Certificate, PrivateKey};
use stage::{
    engines::{self, Scratch, without_key_info},
    start, tampered,
};

use super::{InUse, Production, country::Services, first_certificate, succeeds};

/// A report and the keys that were used in it.
struct Kept {
    messages: Vec<String>,
    holder: Credential,
    services: Services,
}

/// A report by an external system of a kind: `NoCache` writes as the .NET client does,
/// `RestartOnSwap` as CXF.
fn kept(profile: ClientProfile) -> Kept {
    kept_in(Binding::OioIdws, profile)
}

/// The same, where SMDB and its clients are set to a profile.
fn kept_in(binding: Binding, profile: ClientProfile) -> Kept {
    let InUse { mut country, old, .. } = first_certificate();
    country.bind(binding);
    let mut client = country.client_of(profile, Production, &old, start());
    let report = succeeds(&mut country, &mut client, start());
    let text = |it: harness::keep::Kept| String::from_utf8(it.bytes).unwrap();
    let messages = report.messages.into_iter().map(text).collect();
    Kept { messages, holder: old, services: country.services(Production).clone() }
}

fn scratch(test: &str) -> Scratch {
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), test)
}

fn certificate(scratch: &Scratch, name: &str, certificate: &Certificate) -> String {
    scratch.write(name, certificate.to_pem())
}

fn pem(key: &PrivateKey) -> String {
    let base64 = BASE64.encode(&*key.pkcs8());
    format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n")
}

#[test]
fn wss4j_accepts_request_answer_and_receipt() {
    const TEST: &str = "wss4j_accepts_request_answer_and_receipt";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    let receipt = "Body Action MessageID To RelatesTo Timestamp BinarySecurityToken";
    for (profile, request) in [
        (ClientProfile::NoCache, "Action MessageID To Timestamp BinarySecurityToken Body"),
        (ClientProfile::RestartOnSwap, "Timestamp Body To MessageID Action BinarySecurityToken"),
    ] {
        let Kept { messages, holder, services } = kept(profile);
        let holder = certificate(&scratch, "holder.pem", &holder.certificate);
        let sts = certificate(&scratch, "sts.pem", &services.sts.certificate);
        let smdb = certificate(&scratch, "smdb.pem", &services.smdb.certificate);
        for (message, signer, other, expected) in [
            (0, &holder, &sts, request),
            (1, &sts, &smdb, "Action MessageID RelatesTo Timestamp Body"),
            (3, &smdb, &holder, receipt),
        ] {
            let file = scratch.write("message.xml", &messages[message]);
            assert_eq!(apache.ask(&["verify", &file, signer]).as_deref(), Ok(expected));
            assert!(apache.ask(&["verify", &file, other]).is_err(), "{message}: by another");
            let changed = tampered(&messages[message], "uuid:", "uuid:0");
            let file = scratch.write("changed.xml", changed);
            assert!(apache.ask(&["verify", &file, signer]).is_err(), "{message}: changed");
        }
    }
}

#[test]
fn wss4j_accepts_a_call_in_cxfs_layout() {
    const TEST: &str = "wss4j_accepts_a_call_in_cxfs_layout";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    let Kept { messages, holder, .. } = kept(ClientProfile::RestartOnSwap);
    let holder = certificate(&scratch, "holder.pem", &holder.certificate);
    let file = scratch.write("call.xml", &messages[2]);
    let whole = apache.ask(&["verify", &file, &holder]);
    assert!(whole.is_err(), "if it can find the key in the token, nothing need be taken out");
    let call = without_key_info(&messages[2]);
    let file = scratch.write("call.xml", &call);
    let signed = "Timestamp EncryptedData Body To ReplyTo MessageID Action";
    assert_eq!(apache.ask(&["verify", &file, &holder]).as_deref(), Ok(signed));
    for (part, other) in [("<xenc:CipherValue>", "<xenc:CipherValue>A"), ("uuid:", "uuid:0")] {
        let file = scratch.write("changed.xml", tampered(&call, part, other));
        assert!(apache.ask(&["verify", &file, &holder]).is_err(), "{part}");
    }
}

#[test]
fn santuario_accepts_a_call_in_the_layout_of_the_dotnet_client() {
    const TEST: &str = "santuario_accepts_a_call_in_the_layout_of_the_dotnet_client";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let scratch = scratch(TEST);
    let Kept { messages, holder, .. } = kept(ClientProfile::NoCache);
    let holder = certificate(&scratch, "holder.pem", &holder.certificate);
    let file = scratch.write("call.xml", &messages[2]);
    let found = apache.ask(&["verify-call", &file, &holder]);
    let signed = "Body Action MessageID ReplyTo To Timestamp EncryptedAssertion";
    assert_eq!(found.as_deref(), Ok(signed));
    // The token is covered: another one in its place is noticed, as is another body.
    for (part, other) in [("<xenc:CipherValue>", "<xenc:CipherValue>A"), ("uuid:", "uuid:0")] {
        let file = scratch.write("changed.xml", tampered(&messages[2], part, other));
        assert!(apache.ask(&["verify-call", &file, &holder]).is_err(), "{part}");
    }
}

/// The whole way in the profile before the present one: the call and the receipt carry Liberty's header,
/// which is signed in both.
#[test]
fn engines_of_others_accept_call_and_receipt_in_libertys_binding() {
    const TEST: &str = "engines_of_others_accept_call_and_receipt_in_libertys_binding";
    let (Some(mut apache), Some(xmlsec)) = (engines::apache(TEST), engines::xmlsec(TEST)) else {
        return;
    };
    let scratch = scratch(TEST);
    for (profile, namespace) in [
        (ClientProfile::NoCache, LIBERTY_SB),
        (ClientProfile::RestartOnSwap, LIBERTY_SB),
        (ClientProfile::CoreNewKeyOldToken, LIBERTY_SB_2006),
    ] {
        let Kept { messages, holder, services } = kept_in(Binding::Lbsb, profile);
        let holder = certificate(&scratch, "holder.pem", &holder.certificate);
        let smdb = certificate(&scratch, "smdb.pem", &services.smdb.certificate);
        for message in &messages[2..] {
            let header = format!("<sbf:Framework xmlns:sbf=\"{namespace}\"");
            assert!(message.contains(SOAP11) && message.contains(&header), "{message}");
        }
        let is_cxf = profile == ClientProfile::RestartOnSwap;
        let (judge, call, signed) = if is_cxf {
            let signed = "Timestamp EncryptedData Body To ReplyTo MessageID Action Framework";
            ("verify", without_key_info(&messages[2]), signed)
        } else {
            let signed = "Body Action MessageID ReplyTo To Timestamp EncryptedAssertion Framework";
            ("verify-call", messages[2].clone(), signed)
        };
        let file = scratch.write("call.xml", &call);
        assert_eq!(apache.ask(&[judge, &file, &holder]).as_deref(), Ok(signed), "{profile:?}");
        let file =
            scratch.write("changed.xml", tampered(&call, " version=\"2.0\"", " version=\"2\""));
        assert!(apache.ask(&[judge, &file, &holder]).is_err(), "{profile:?}");

        let receipt = "Body Action MessageID To RelatesTo Timestamp BinarySecurityToken Framework";
        let file = scratch.write("receipt.xml", &messages[3]);
        assert_eq!(apache.ask(&["verify", &file, &smdb]).as_deref(), Ok(receipt));
        assert_eq!(xmlsec.verify(&smdb, &file), Ok(()));
    }
}

/// What is in the token: signed by the STS, and it names the key that signs the call.
#[test]
fn santuario_opens_the_token_and_xmlsec1_accepts_its_signature() {
    const TEST: &str = "santuario_opens_the_token_and_xmlsec1_accepts_its_signature";
    let Some(mut apache) = engines::apache(TEST) else { return };
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    let Kept { messages, holder, services } = kept(ClientProfile::NoCache);
    let key = scratch.write_key("smdb.pk8", &*services.smdb.key.pkcs8());
    let sts = certificate(&scratch, "sts.pem", &services.sts.certificate);
    for message in [1, 2] {
        let file = scratch.write("message.xml", &messages[message]);
        let token = scratch.file("token.xml");
        assert_eq!(apache.ask(&["decrypt", &key, &file, &token]).as_deref(), Ok(""));
        assert_eq!(xmlsec.verify(&sts, &token), Ok(()));
        let token = scratch.read("token.xml");
        let named = format!(
            "<X509Certificate>{}</X509Certificate>",
            BASE64.encode(holder.certificate.der())
        );
        assert!(token.contains(&named), "the token names the holder");
        let changed = scratch.write("changed.xml", tampered(&token, "Audience>h", "Audience>g"));
        assert!(xmlsec.verify(&sts, &changed).is_err());
    }
}

#[test]
fn xmlsec1_accepts_request_answer_and_receipt() {
    const TEST: &str = "xmlsec1_accepts_request_answer_and_receipt";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    for profile in [ClientProfile::NoCache, ClientProfile::RestartOnSwap] {
        let Kept { messages, holder, services } = kept(profile);
        for (message, signer) in [(0, &holder), (1, &services.sts), (3, &services.smdb)] {
            let signer = certificate(&scratch, "signer.pem", &signer.certificate);
            let file = scratch.write("message.xml", &messages[message]);
            assert_eq!(xmlsec.verify(&signer, &file), Ok(()), "{message}");
            let changed = tampered(&messages[message], "uuid:", "uuid:0");
            let file = scratch.write("changed.xml", changed);
            assert!(xmlsec.verify(&signer, &file).is_err(), "{message}");
        }
    }
}

#[test]
fn xmlsec1_opens_the_token_in_its_place_in_the_answer() {
    const TEST: &str = "xmlsec1_opens_the_token_in_its_place_in_the_answer";
    let Some(xmlsec) = engines::xmlsec(TEST) else { return };
    let scratch = scratch(TEST);
    let Kept { messages, services, .. } = kept(ClientProfile::NoCache);
    let key = scratch.write_key("smdb.pem", pem(&services.smdb.key));
    let answer = scratch.write("answer.xml", &messages[1]);
    let opened = xmlsec.run(&["--decrypt", "--privkey-pem", &key, &answer]).unwrap();
    let opened = String::from_utf8(opened).unwrap();
    assert!(
        opened.contains("<EncryptedAssertion") && opened.contains("<Audience>https://saml.smdb")
    );
}
