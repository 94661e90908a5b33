//! SHA-1, which NemLog-in signed with until 2018: believed behind the switch, and only there.

use base64::{Engine, prelude::BASE64_STANDARD};
use pki::PublicKey;
use xml_security::{Document, Legacy, Limits, SignatureRefusal, uris, verify_enveloped};

/// Signed by `xmlsec1` 1.2.37 with rsa-sha1 and sha1, with a key that was thrown away.
const ASSERTION: &str = "\
     <Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\">\
     <Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">\
     <SignedInfo>\
     <CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
     <SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\"/>\
     <Reference URI=\"#_1\">\
     <Transforms>\
     <Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
     <Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
     </Transforms>\
     <DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"/>\
     <DigestValue>DkOtec47RZjhOjo7YG/cq03UUlo=\
     </DigestValue>\
     </Reference>\
     </SignedInfo>\
     <SignatureValue>TkQktnQ/NT2F0h870FBRLtuH9Vh81/v13eXGDu6FOAmGlEoXPJz70Si/netGp2Lq\n\
     Qrg4/ojY0SgJI6wgqav1yHyQ1cZ+cJcL3HUYu1op+x8E3Kzqb2pqIzHVRbOwUtfI\n\
     7nfqYpZJ6ad2o2mjrJsclc9tWTq0mKbABITmwsvG7T7/TGyunE7gEIQ6/6N//Kq5\n\
     DKMeTEcU9xBkb5h97g+C3M2T9ncHbsU6aY8A1CBDr8/13R+bmkzDvcYsVuPN554g\n\
     RD9JrSbgbMHkgPGcKSgosaJB6JymVMDlvAoU9UqK04fe0E3DcunN8svu610I7xIp\n\
     S1eKcIpuQxiKprGYZ0paVA==\
     </SignatureValue>\
     </Signature>\
     <Subject>alice\
     </Subject>\
     </Assertion>";

/// The public half of that key.
const KEY: &str = "\
     MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxXgJ+2rAHLL3mP4A+RIXPFcVsO44TLyY\
     Uc3IRWVafas4Wk29iHIEkEgxNC7/LZEgA4yeXQRJoFVLtCMeBkRoip5uT8HuG2Vae5GxrbyZcGjB\
     7JWd1K40SEqc6oj4egdIv66LXYWn5vRdq0gut5M0hS0b4gECaTP6xnK5ocFprVjhsHGjI0ohiiqN\
     2khzDy6f4YXMcTFPQemaiR38T+mTtMTaXCrr8OB2tci4tAEaK7lflpaqnwx5SYyDmQS/j3K8FZMd\
     5kmQx3HF7DwHTZfPNLKQ+Q6UopVJoiB+ZtPGm6YbnQDS+qmntzZlboSRn39aodowmuNkswmcNP9R\
     3de++QIDAQAB";

fn verify(xml: &str, legacy: Legacy) -> Result<String, SignatureRefusal> {
    let key =
        PublicKey::from_spki(&BASE64_STANDARD.decode(KEY).expect("base64")).expect("an RSA key");
    let document = Document::parse(xml.as_bytes(), &Limits::default()).expect("XML");
    let verified = verify_enveloped(document.root(), &key, legacy)?;
    Ok(verified.only_child(uris::SAML, "Subject")?.text()?)
}

#[test]
fn a_signature_of_2018_verifies_behind_the_switch() {
    assert_eq!(verify(ASSERTION, Legacy::AllowSha1).as_deref(), Ok("alice"));
    assert_eq!(
        verify(&ASSERTION.replace("alice", "mallory"), Legacy::AllowSha1),
        Err(SignatureRefusal::DigestMismatch { id: "_1".to_owned() })
    );
    assert_eq!(
        verify(
            &ASSERTION.replace("CanonicalizationMethod ", "CanonicalizationMethod  x='' "),
            Legacy::AllowSha1
        ),
        Err(SignatureRefusal::SignatureMismatch)
    );
}

#[test]
fn a_signature_of_2018_is_refused_without_the_switch() {
    assert_eq!(
        verify(ASSERTION, Legacy::Refuse),
        Err(SignatureRefusal::AlgorithmNotAllowed { uri: uris::RSA_SHA1.to_owned() })
    );
}
