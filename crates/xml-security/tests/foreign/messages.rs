//! Messages with random content, in the layouts of the real parties: before they are signed here,
//! and as templates for engines that fill them in.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clock::Timestamp;
use entropy::Entropy;
use parties::Environment;
use pki::{Authority, Certificate, CertificateKind, Holder, KeyPool, KeySize, PrivateKey, Serial};
use stage::engines::Scratch;
use xml_security::{
    Canonicalization, ContentEncryption, Coverage, DigestAlgorithm, Document, KeyInfoSpec, Legacy,
    Limits, Part, Reference, SecurityHeader, SignatureSpec, SigningAlgorithm, Transform, encrypt,
    sign, uris, verify_enveloped,
};

use crate::{content::Dice, trees};

/// An empty folder for the test of that name.
pub(crate) fn scratch(test: &str) -> Scratch {
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), test)
}

/// A path inside this crate.
pub(crate) fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// When the messages are made.
pub(crate) const CREATED: &str = "2030-03-01T08:00:00Z";
/// The algorithms that every engine has, and what the engines call them.
pub(crate) const PKCS1: [(SigningAlgorithm, DigestAlgorithm, &str); 3] = [
    (SigningAlgorithm::RsaSha256, DigestAlgorithm::Sha256, "sha256"),
    (SigningAlgorithm::RsaSha384, DigestAlgorithm::Sha384, "sha384"),
    (SigningAlgorithm::RsaSha512, DigestAlgorithm::Sha512, "sha512"),
];
const WSA: &str = "http://www.w3.org/2005/08/addressing";

/// A key with its certificate, also as files for the engines.
pub(crate) struct Signer {
    pub(crate) key: PrivateKey,
    pub(crate) certificate: Certificate,
    pub(crate) key_pem: String,
    pub(crate) key_pkcs8: String,
    pub(crate) certificate_pem: String,
}

/// The one who signs here and there.
pub(crate) fn signer() -> &'static Signer {
    static SIGNER: OnceLock<Signer> = OnceLock::new();
    SIGNER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign");
        let pool = KeyPool::open(folder.join("keys")).expect("the folder is ours");
        let [root, issuing, key] = [0, 1, 2].map(|index| pool.key(KeySize::Rsa2048, index));
        let mut entropy = Entropy::seeded(1, "foreign", "authority");
        // WSS4J asks the machine's clock whether a certificate is valid.
        let [from, until] = ["2020-01-01T00:00:00Z", "2049-12-31T23:59:59Z"]
            .map(|time| time.parse::<Timestamp>().expect("a point in time"));
        let authority =
            Authority::found(Environment::IntegrationTest, root, issuing, from, &mut entropy);
        let holder = Holder {
            kind: CertificateKind::System,
            common_name: "One who signs".to_owned(),
            organisation: "Blåbærgrød & Sønner".to_owned(),
            cvr: "12345678".parse().expect("eight digits"),
            uuid: entropy.uuid(),
            email: None,
        };
        let serial = Serial::draw(&mut entropy);
        let certificate = authority.issue_until(&holder, key.public(), serial, from, until);
        let write = |name: &str, content: &[u8]| {
            let path = folder.join(name);
            fs::write(&path, content).expect("the folder is writable");
            path.to_str().expect("the paths of this project are UTF-8").to_owned()
        };
        let pkcs8 = key.pkcs8();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(&*pkcs8)
        );
        Signer {
            key_pem: write("key.pem", pem.as_bytes()),
            key_pkcs8: write("key.pk8", &pkcs8),
            certificate_pem: write("signer.pem", certificate.to_pem().as_bytes()),
            key,
            certificate,
        }
    })
}

/// Whose way of writing a request is followed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layout {
    /// .NET's: every namespace on the envelope, no PrefixList, `Signature` without a prefix.
    DotNet,
    /// CXF's: namespaces where they are used, PrefixLists on everything, `ds:Signature`.
    Cxf,
}

impl Layout {
    pub(crate) const ALL: [Self; 2] = [Self::DotNet, Self::Cxf];
}

/// A message before it is signed.
pub(crate) struct Unsigned {
    /// What stands before and after the signature.
    before: String,
    after: String,
    /// How it is to be signed.
    pub(crate) spec: SignatureSpec,
}

impl Unsigned {
    /// Signs it here.
    pub(crate) fn sign(&self) -> String {
        sign(&self.before, &self.after, &self.spec, &signer().key).expect("it can be signed")
    }

    /// The same for an engine to fill in, with everything but digests and value. It has a PrefixList
    /// on every exclusive form if `lists`, an empty one where there is nothing to list.
    pub(crate) fn template(&self, lists: bool) -> String {
        let SignatureSpec { algorithm, digest, canonicalization, references, prefix, .. } =
            &self.spec;
        let (p, declaration) = if prefix.is_empty() { ("", "xmlns") } else { ("ds:", "xmlns:ds") };
        let Canonicalization::Exclusive { prefixes } = canonicalization else {
            panic!("the real parties make SignedInfo exclusive");
        };
        let mut signed_info = format!(
            "<{p}CanonicalizationMethod Algorithm=\"{}\">{}</{p}CanonicalizationMethod>\
             <{p}SignatureMethod Algorithm=\"{}\"/>",
            uris::EXC_C14N,
            prefix_list(prefixes, lists),
            algorithm.uri()
        );
        for Reference { id, transforms } in references {
            let transforms: String = transforms
                .iter()
                .map(|transform| template_transform(transform, p, lists))
                .collect();
            signed_info += &format!(
                "<{p}Reference URI=\"#{id}\"><{p}Transforms>{transforms}</{p}Transforms>\
                 <{p}DigestMethod Algorithm=\"{}\"/><{p}DigestValue/></{p}Reference>",
                digest.uri()
            );
        }
        self.around(&format!(
            "<{p}Signature {declaration}=\"{}\"><{p}SignedInfo>{signed_info}</{p}SignedInfo>\
             <{p}SignatureValue/></{p}Signature>",
            uris::DS
        ))
    }

    /// The same with `signature` in the place of the signature.
    pub(crate) fn around(&self, signature: &str) -> String {
        [&self.before, signature, &self.after].concat()
    }
}

fn template_transform(transform: &Transform, p: &str, lists: bool) -> String {
    let (uri, content) = match transform {
        Transform::Exclusive { prefixes } => (uris::EXC_C14N, prefix_list(prefixes, lists)),
        Transform::Inclusive => (uris::C14N, String::new()),
        Transform::EnvelopedSignature => (uris::ENVELOPED_SIGNATURE, String::new()),
        Transform::StrTransform { .. } => panic!("WSS4J writes it, from no template"),
    };
    format!("<{p}Transform Algorithm=\"{uri}\">{content}</{p}Transform>")
}

fn prefix_list(prefixes: &[String], also_empty: bool) -> String {
    if prefixes.is_empty() && !also_empty {
        return String::new();
    }
    format!(
        "<ec:InclusiveNamespaces xmlns:ec=\"{}\" PrefixList=\"{}\"/>",
        uris::EXC_C14N,
        prefixes.join(" ")
    )
}

/// The message with one letter of its body changed, which every request and reply here has.
pub(crate) fn tampered(message: &str) -> String {
    let changed = message.replacen("<Amount>1</Amount>", "<Amount>2</Amount>", 1);
    assert_ne!(changed, message, "every message has an amount in it");
    changed
}

/// A request: Action, MessageID and To, certificate and timestamp, all signed.
pub(crate) fn request(
    dice: &mut Dice,
    layout: Layout,
    algorithm: SigningAlgorithm,
    digest: DigestAlgorithm,
) -> Unsigned {
    let soap = if dice.chance(50) { uris::SOAP_1_1 } else { uris::SOAP_1_2 };
    let (wsse, wsu) = (uris::WSSE, uris::WSU);
    let certificate = STANDARD.encode(signer().certificate.der());
    let [action, id, to] = [dice.text(), dice.text(), dice.text()];
    let body = body(dice);
    let between = |dice: &mut Dice| dice.pick(&["", "", "<!-- -->", "\n  "]).to_owned();
    let token = format!(
        "<wsse:BinarySecurityToken EncodingType=\"{}\" ValueType=\"{}\" wsu:Id=\"x509\">\
         {certificate}</wsse:BinarySecurityToken>",
        uris::BASE64_BINARY,
        uris::X509_V3
    );
    let timestamp = timestamp("ts", "2030-03-01T08:05:00Z");
    let key_info =
        KeyInfoSpec::TokenReference { uri: "#x509".to_owned(), value_type: Some(uris::X509_V3) };
    match layout {
        Layout::DotNet => Unsigned {
            before: format!(
                "<S11:Envelope xmlns:S11=\"{soap}\" xmlns:wsa=\"{WSA}\" xmlns:wsse=\"{wsse}\" \
                 xmlns:wsu=\"{wsu}\" xmlns:idle=\"urn:idle\"><S11:Header>\
                 <wsa:Action wsu:Id=\"action\">{action}</wsa:Action>{}\
                 <wsa:MessageID wsu:Id=\"id\">{id}</wsa:MessageID>\
                 <wsa:To wsu:Id=\"to\">{to}</wsa:To>\
                 <wsse:Security S11:mustUnderstand=\"1\">{timestamp}{token}",
                between(dice)
            ),
            after: format!(
                "</wsse:Security></S11:Header>{}<S11:Body wsu:Id=\"body\">{body}</S11:Body>\
                 </S11:Envelope>",
                between(dice)
            ),
            spec: SignatureSpec {
                algorithm,
                digest,
                references: ["action", "id", "to", "ts", "x509", "body"]
                    .map(Reference::exclusive)
                    .into(),
                key_info,
                ..SignatureSpec::default()
            },
        },
        Layout::Cxf => {
            let header = |name: &str, text: &str| {
                format!(
                    "<{name} xmlns=\"{WSA}\" xmlns:wsu=\"{wsu}\" wsu:Id=\"{name}\">{text}</{name}>"
                )
            };
            let list = |id: &str, prefixes: &str| Reference {
                id: id.to_owned(),
                transforms: vec![Transform::Exclusive { prefixes: words(prefixes) }],
            };
            Unsigned {
                before: format!(
                    "<soap:Envelope xmlns:soap=\"{soap}\" xmlns:idle=\"urn:idle\"><soap:Header>\
                     {}{}{}<wsse:Security xmlns:wsse=\"{wsse}\" xmlns:wsu=\"{wsu}\" \
                     soap:mustUnderstand=\"1\">{token}{timestamp}",
                    header("Action", &action),
                    header("MessageID", &id),
                    header("To", &to),
                ),
                after: format!(
                    "</wsse:Security></soap:Header>{}<soap:Body xmlns:wsu=\"{wsu}\" \
                     wsu:Id=\"body\">{body}</soap:Body></soap:Envelope>",
                    between(dice)
                ),
                spec: SignatureSpec {
                    algorithm,
                    digest,
                    canonicalization: Canonicalization::Exclusive { prefixes: words("soap") },
                    references: vec![
                        list("ts", "wsse soap"),
                        list("Action", "soap idle"),
                        list("MessageID", "soap"),
                        list("To", "soap nowhere"),
                        list("body", ""),
                        list("x509", "soap"),
                    ],
                    key_info,
                    prefix: "ds",
                },
            }
        }
    }
}

/// A reply in the layout of NemLog-in (enveloped-signature transforms alone, no KeyInfo), with an
/// encrypted assertion in it.
pub(crate) fn reply(
    dice: &mut Dice,
    algorithm: SigningAlgorithm,
    digest: DigestAlgorithm,
) -> Unsigned {
    let [id, relates_to] = [dice.text(), dice.text()];
    let token = encrypted_token(dice);
    let body = body(dice);
    let reference = "<wsse:SecurityTokenReference><wsse:Reference URI=\"#encryptedassertion\"/>\
                     </wsse:SecurityTokenReference>";
    Unsigned {
        before: format!(
            "<S11:Envelope xmlns:S11=\"{}\" xmlns:wsa=\"{WSA}\" xmlns:wsu=\"{}\" \
             xmlns:wsse=\"{}\"><S11:Header><wsa:Action wsu:Id=\"action\">\
             http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue</wsa:Action>\
             <wsa:MessageID wsu:Id=\"messageid\">{id}</wsa:MessageID>\
             <wsa:RelatesTo wsu:Id=\"relatesto\">{relates_to}</wsa:RelatesTo>\
             <wsse:Security S11:mustUnderstand=\"1\">{}",
            uris::SOAP_1_1,
            uris::WSU,
            uris::WSSE,
            timestamp("sec_timestamp", "2030-03-01T16:00:00Z")
        ),
        after: format!(
            "</wsse:Security></S11:Header><S11:Body wsu:Id=\"body\">\
             <RequestSecurityTokenResponseCollection \
             xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">\
             <RequestSecurityTokenResponse><RequestedSecurityToken>\
             <EncryptedAssertion xmlns=\"{}\">{token}</EncryptedAssertion>\
             </RequestedSecurityToken><RequestedAttachedReference>{reference}\
             </RequestedAttachedReference>{body}</RequestSecurityTokenResponse>\
             </RequestSecurityTokenResponseCollection></S11:Body></S11:Envelope>",
            uris::SAML
        ),
        spec: SignatureSpec {
            algorithm,
            digest,
            references: ["action", "messageid", "relatesto", "sec_timestamp", "body"]
                .map(|id| Reference {
                    id: id.to_owned(),
                    transforms: vec![Transform::EnvelopedSignature],
                })
                .into(),
            ..SignatureSpec::default()
        },
    }
}

/// An assertion that holds its own signature, after the issuer.
pub(crate) fn assertion(
    dice: &mut Dice,
    algorithm: SigningAlgorithm,
    digest: DigestAlgorithm,
) -> Unsigned {
    let (p, declaration) = if dice.chance(50) { ("", "xmlns") } else { ("saml2:", "xmlns:saml2") };
    let [name, body] = [dice.quoted(), body(dice)];
    Unsigned {
        before: format!(
            "<{p}Assertion {declaration}=\"{}\" xmlns:idle=\"urn:idle\" Version=\"2.0\" ID=\"_a1\" \
             IssueInstant=\"{CREATED}\"><{p}Issuer>https://signature.sts.invalid/</{p}Issuer>",
            uris::SAML
        ),
        after: format!(
            "<{p}AttributeStatement><{p}Attribute Name={name}><{p}AttributeValue>{body}\
             </{p}AttributeValue></{p}Attribute></{p}AttributeStatement></{p}Assertion>"
        ),
        spec: SignatureSpec {
            algorithm,
            digest,
            references: vec![Reference::enveloped("_a1")],
            key_info: KeyInfoSpec::X509Certificate(signer().certificate.clone()),
            prefix: if dice.chance(50) { "" } else { "ds" },
            ..SignatureSpec::default()
        },
    }
}

/// An `xenc:EncryptedData` as the token service makes it.
pub(crate) fn encrypted_token(dice: &mut Dice) -> String {
    let plaintext = format!("<a>{}</a>", dice.text());
    let mut entropy = Entropy::seeded(dice.below(1_000) as u64, "foreign", "content key");
    encrypt(
        &plaintext,
        &signer().certificate,
        ContentEncryption::Aes256Cbc,
        "encryptedassertion",
        &mut entropy,
    )
}

/// The content of a body.
pub(crate) fn body(dice: &mut Dice) -> String {
    let fragments: String = (0..3).map(|_| trees::fragment(dice)).collect();
    format!("<r:Remark xmlns:r=\"urn:remark\" xmlns=\"\"><Amount>1</Amount>{fragments}</r:Remark>")
}

/// Verifies a request here: certificate, timestamp, every header, body.
pub(crate) fn verify_request(message: &str) -> Result<(), String> {
    const COVERAGE: Coverage = Coverage {
        parts: &[Part::Body, Part::Timestamp, Part::BinarySecurityToken],
        every_header: true,
    };
    let document = Document::parse(message.as_bytes(), &Limits::default())
        .map_err(|refusal| text(&refusal))?;
    let header = SecurityHeader::read(document.root()).map_err(|refusal| text(&refusal))?;
    let certificate = header.binary_security_token().ok_or("no certificate")?.into_unverified();
    let covered = header.check_coverage(&COVERAGE).map_err(|refusal| text(&refusal))?;
    covered
        .verify(certificate.public_key(), Legacy::Refuse)
        .map(drop)
        .map_err(|refusal| text(&refusal))
}

/// Verifies a reply here by the signer's key.
pub(crate) fn verify_reply(message: &str, signed_by: &Certificate) -> Result<(), String> {
    const COVERAGE: Coverage =
        Coverage { parts: &[Part::Body, Part::Timestamp], every_header: true };
    verify(message, &COVERAGE, signed_by)
}

/// Verifies a call with a token here by the signer's key.
pub(crate) fn verify_call(message: &str, signed_by: &Certificate) -> Result<(), String> {
    const COVERAGE: Coverage =
        Coverage { parts: &[Part::Body, Part::Timestamp, Part::Token], every_header: true };
    verify(message, &COVERAGE, signed_by)
}

fn verify(message: &str, coverage: &Coverage, signed_by: &Certificate) -> Result<(), String> {
    let document = Document::parse(message.as_bytes(), &Limits::default())
        .map_err(|refusal| text(&refusal))?;
    let header = SecurityHeader::read(document.root()).map_err(|refusal| text(&refusal))?;
    let covered = header.check_coverage(coverage).map_err(|refusal| text(&refusal))?;
    covered
        .verify(signed_by.public_key(), Legacy::Refuse)
        .map(drop)
        .map_err(|refusal| text(&refusal))
}

/// Verifies an assertion here by the signer's key.
pub(crate) fn verify_assertion(message: &str, signed_by: &Certificate) -> Result<(), String> {
    let document = Document::parse(message.as_bytes(), &Limits::default())
        .map_err(|refusal| text(&refusal))?;
    verify_enveloped(document.root(), signed_by.public_key(), Legacy::Refuse)
        .map(drop)
        .map_err(|refusal| text(&refusal))
}

fn timestamp(id: &str, expires: &str) -> String {
    format!(
        "<wsu:Timestamp wsu:Id=\"{id}\"><wsu:Created>{CREATED}</wsu:Created>\
         <wsu:Expires>{expires}</wsu:Expires></wsu:Timestamp>"
    )
}

fn words(list: &str) -> Vec<String> {
    list.split_ascii_whitespace().map(str::to_owned).collect()
}

fn text(refusal: &dyn Error) -> String {
    refusal.to_string()
}
