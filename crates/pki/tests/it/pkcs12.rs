//! The `.p12` files: opened by ourselves, by `openssl` and by `keytool`, and compared with what
//! was measured in files from the portal.

use aws_lc_rs::digest;
use parties::Environment;
use pki::{
    Certificate, PrivateKey,
    pkcs12::{self, Contents, OpenError},
};

use crate::{
    der::{Value, hex},
    programs::{self, Folder},
    world,
};

const NAME: &str = "Fagsystem A (drift)";
const PASSWORD: &str = "Aa1!bB2?cC3+";

/// What goes into the files.
struct Case {
    key: PrivateKey,
    leaf: Certificate,
    authorities: [Certificate; 2],
}

impl Case {
    fn new() -> Self {
        let authority = world::authority(Environment::IntegrationTest);
        Self {
            key: world::leaf_key(),
            leaf: world::leaf(&authority),
            authorities: [authority.issuing().clone(), authority.root().clone()],
        }
    }

    fn contents(&self) -> Contents<'_> {
        let (key, certificate, authorities) = (&self.key, &self.leaf, &self.authorities);
        Contents { key, certificate, authorities, friendly_name: NAME }
    }

    fn portal(&self) -> Vec<u8> {
        pkcs12::portal(&self.contents(), PASSWORD, &mut world::entropy("portal"))
    }

    fn old_windows(&self) -> Vec<u8> {
        pkcs12::old_windows(&self.contents(), PASSWORD, &mut world::entropy("old-windows"))
    }

    fn check_opened(&self, file: &[u8], password: &str, name: &str) {
        let opened = pkcs12::open(file, password).unwrap();
        assert_eq!(opened.key.public(), self.key.public());
        assert_eq!(opened.key.pkcs8(), self.key.pkcs8());
        assert_eq!(opened.certificates[0], self.leaf);
        assert_eq!(opened.certificates[1..], self.authorities);
        assert_eq!(opened.friendly_name.as_deref(), Some(name));
    }
}

#[test]
fn opens_what_it_makes() {
    let case = Case::new();
    case.check_opened(&case.portal(), PASSWORD, NAME);
    case.check_opened(&case.old_windows(), PASSWORD, NAME);
}

#[test]
fn the_password_may_have_any_character() {
    let case = Case::new();
    for password in ["", "æøå ÆØÅ", "🔑"] {
        for make in [pkcs12::portal, pkcs12::old_windows] {
            let file = make(&case.contents(), password, &mut world::entropy("password"));
            case.check_opened(&file, password, NAME);
        }
    }
}

#[test]
fn a_wrong_password_and_a_changed_file_are_one_and_the_same() {
    let case = Case::new();
    for file in [case.portal(), case.old_windows()] {
        let wrong = pkcs12::open(&file, "Aa1!bB2?cC3-").unwrap_err();
        assert_eq!(wrong, OpenError::WrongPassword);
        let mut changed = file.clone();
        changed[file.len() / 2] ^= 1;
        assert_eq!(pkcs12::open(&changed, PASSWORD).unwrap_err(), OpenError::WrongPassword);
    }
}

#[test]
fn a_seed_decides_every_salt() {
    let case = Case::new();
    assert_eq!(case.portal(), case.portal());
    assert_eq!(case.old_windows(), case.old_windows());
    let again = pkcs12::portal(&case.contents(), PASSWORD, &mut world::entropy("another"));
    assert_ne!(case.portal(), again);
}

/// Every field beside what was measured in two files from the portal.
#[test]
fn the_portals_shape_is_as_measured() {
    let case = Case::new();
    let file = case.portal();
    assert_eq!(hex(&file[..2]), "3082", "definite lengths");
    let pfx = Value::of(&file);
    assert_eq!(pfx.inside().len(), 3);
    assert_eq!(hex(&pfx.at(0).whole), "020103");
    assert_eq!(pfx.down(&[1, 0]).oid(), "1.2.840.113549.1.7.1", "data");
    let safe = Value::of(&pfx.down(&[1, 1, 0]).content);

    let infos = safe.inside();
    assert_eq!(infos.len(), 2);
    for info in &infos {
        assert_eq!(info.at(0).oid(), "1.2.840.113549.1.7.1", "data, not encrypted");
    }
    let attributes = local_key_id_and_name(&case.leaf);
    let bags = Value::of(&infos[0].down(&[1, 0]).content).inside();
    assert_eq!(bags.len(), 3, "leaf, issuing authority, root");
    for (bag, certificate) in bags.iter().zip([&case.leaf].into_iter().chain(&case.authorities)) {
        assert_eq!(bag.at(0).oid(), "1.2.840.113549.1.12.10.1.3", "certBag");
        assert_eq!(bag.down(&[1, 0, 0]).oid(), "1.2.840.113549.1.9.22.1", "x509Certificate");
        assert_eq!(bag.down(&[1, 0, 1, 0]).content, certificate.der());
    }
    assert_eq!(hex(&bags[0].at(2).whole), attributes);
    assert_eq!((bags[1].inside().len(), bags[2].inside().len()), (2, 2), "no attributes");

    let bags = Value::of(&infos[1].down(&[1, 0]).content).inside();
    let [bag] = &bags[..] else { panic!("{} keys", bags.len()) };
    assert_eq!(bag.at(0).oid(), "1.2.840.113549.1.12.10.1.2", "pkcs8ShroudedKeyBag");
    assert_eq!(hex(&bag.at(2).whole), attributes);
    let algorithm = bag.down(&[1, 0, 0]);
    assert_eq!(algorithm.at(0).oid(), "1.2.840.113549.1.5.13", "PBES2");
    let derivation = algorithm.down(&[1, 0]);
    assert_eq!(derivation.at(0).oid(), "1.2.840.113549.1.5.12", "PBKDF2");
    let parameters = derivation.at(1).inside();
    assert_eq!((parameters[0].tag, parameters[0].content.len()), (0x04, 32), "salt");
    assert_eq!(hex(&parameters[1].whole), "020207d0", "2000 rounds");
    assert_eq!(hex(&parameters[2].whole), "020120", "a key of 32 octets");
    assert_eq!(hex(&parameters[3].whole), "300c06082a864886f70d02090500", "hmacWithSHA256");
    let cipher = algorithm.down(&[1, 1]);
    assert_eq!(cipher.at(0).oid(), "2.16.840.1.101.3.4.1.42", "AES-256-CBC");
    assert_eq!((cipher.at(1).tag, cipher.at(1).content.len()), (0x04, 16), "IV");

    let mac = pfx.at(2).inside();
    assert_eq!(hex(&mac[0].at(0).whole), "300906052b0e03021a0500", "SHA-1");
    assert_eq!(mac[0].at(1).content.len(), 20);
    assert_eq!((mac[1].tag, mac[1].content.len()), (0x04, 32), "salt");
    assert_eq!(hex(&mac[2].whole), "020207d0", "2000 rounds");
}

/// `localKeyID` (the SHA-1 of the leaf) and `friendlyName` (a `BMPString`), in that order.
fn local_key_id_and_name(leaf: &Certificate) -> String {
    let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, leaf.der());
    let name: String = NAME.bytes().map(|octet| format!("00{octet:02x}")).collect();
    let sha1 = hex(sha1.as_ref());
    [
        "315c",
        &format!("302306092a864886f70d01091531160414{sha1}"),
        &format!("303506092a864886f70d01091431281e26{name}"),
    ]
    .concat()
}

#[test]
fn openssl_opens_them() {
    if !programs::has("openssl", "openssl_opens_them") {
        return;
    }
    let case = Case::new();
    let folder = Folder::of("openssl-pkcs12");
    let portal = folder.write("portal.p12", case.portal());
    let old = folder.write("old.p12", case.old_windows());
    // Without -legacy the one of the portal; the other is what the switch is for.
    check_openssl(&case, &["pkcs12", "-in", &portal]);
    check_openssl(&case, &["pkcs12", "-legacy", "-in", &old]);

    let info = |file: &str| {
        let password = format!("pass:{PASSWORD}");
        let arguments = ["pkcs12", "-info", "-noout", "-in", file, "-passin", &password];
        programs::run("openssl", arguments, "").text
    };
    let text = info(&portal);
    for line in [
        "MAC: sha1, Iteration 2000",
        "MAC length: 20, salt length: 32",
        "PKCS7 Data",
        "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 2000, PRF hmacWithSHA256",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("Encrypted data"), "{text}");
    let text = info(&old);
    for line in [
        "MAC: sha1, Iteration 2000",
        "MAC length: 20, salt length: 8",
        "PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000",
        "Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

fn check_openssl(case: &Case, arguments: &[&str]) {
    let password = format!("pass:{PASSWORD}");
    let open = |more: &[&str]| {
        let end = ["-passin", &password];
        let answer = programs::run("openssl", arguments.iter().chain(&end).chain(more), "");
        assert!(answer.ok, "{}", answer.text);
        answer.text
    };
    let text = open(&["-nokeys"]);
    assert!(text.contains(&format!("friendlyName: {NAME}")), "{text}");
    for certificate in [&case.leaf].into_iter().chain(&case.authorities) {
        assert!(text.contains(&certificate.to_pem()), "{text}");
    }
    let key = open(&["-nocerts", "-noenc"]);
    let key = programs::run("openssl", ["pkey", "-pubout"], &key).text;
    let certified = programs::run("openssl", ["x509", "-noout", "-pubkey"], &case.leaf.to_pem());
    assert_eq!(key, certified.text);

    let wrong = ["-passin", "pass:wrong", "-noout"];
    let answer = programs::run("openssl", arguments.iter().chain(&wrong), "");
    assert!(!answer.ok && answer.text.contains("invalid password"), "{}", answer.text);
}

#[test]
fn keytool_opens_them() {
    if !programs::has("keytool", "keytool_opens_them") {
        return;
    }
    let case = Case::new();
    let folder = Folder::of("keytool");
    for (name, file) in [("portal.p12", case.portal()), ("old.p12", case.old_windows())] {
        let file = folder.write(name, file);
        let arguments = ["-list", "-v", "-storetype", "PKCS12", "-storepass", PASSWORD];
        let more = ["-J-Duser.language=en", "-keystore", &file];
        let answer = programs::run("keytool", arguments.iter().chain(&more), "");
        assert!(answer.ok, "{name}: {}", answer.text);
        for line in [
            "Your keystore contains 1 entry",
            // Java writes aliases in lower case.
            "Alias name: fagsystem a (drift)",
            "Entry type: PrivateKeyEntry",
            "Certificate chain length: 3",
        ] {
            assert!(answer.text.contains(line), "{name}: {line}: {}", answer.text);
        }
    }
}

fn trust_store<'a>(entries: impl IntoIterator<Item = (&'a str, &'a Certificate)>) -> Vec<u8> {
    let entries = entries.into_iter().map(|(name, it)| (name, it.der()));
    pkcs12::trust_store(entries, PASSWORD, &mut world::entropy("trust-store"))
}

/// Each as something to trust, and not as a part of somebody's chain.
#[test]
fn keytool_trusts_what_is_in_a_trust_store() {
    if !programs::has("keytool", "keytool_trusts_what_is_in_a_trust_store") {
        return;
    }
    let case = Case::new();
    let folder = Folder::of("keytool-trust");
    let [issuing, root] = &case.authorities;
    let entries = [("sts", &case.leaf), ("oces-issuing", issuing), ("OCES-Root", root)];
    let file = folder.write("trust.p12", trust_store(entries));
    let keytool = |command: &[&str]| {
        let store = ["-keystore", &file, "-storetype", "PKCS12", "-storepass", PASSWORD];
        let english = ["-J-Duser.language=en"];
        programs::run("keytool", command.iter().chain(&store).chain(&english), "")
    };
    let answer = keytool(&["-list"]);
    assert!(answer.ok && answer.text.contains("contains 3 entries"), "{}", answer.text);
    for (name, certificate) in entries {
        let name = name.to_lowercase();
        let line = answer.text.lines().find(|line| line.starts_with(&format!("{name}, ")));
        let line = line.unwrap_or_else(|| panic!("{name}: {}", answer.text));
        assert!(line.contains("trustedCertEntry"), "{line}");
        let exported = keytool(&["-exportcert", "-rfc", "-alias", &name]);
        let exported = exported.text.replace("\r\n", "\n");
        assert!(exported.contains(certificate.to_pem().trim()), "{name}: {exported}");
    }
    let wrong = ["-list", "-keystore", &file, "-storepass", "not this one"];
    assert!(!programs::run("keytool", wrong, "").ok);
}

#[test]
fn openssl_opens_a_trust_store() {
    if !programs::has("openssl", "openssl_opens_a_trust_store") {
        return;
    }
    let case = Case::new();
    let folder = Folder::of("openssl-trust");
    let entries = case.authorities.iter().map(|it| ("an authority", it));
    let file = folder.write("trust.p12", trust_store(entries));
    let password = format!("pass:{PASSWORD}");
    let arguments = ["pkcs12", "-nokeys", "-in", &file, "-passin", &password];
    let answer = programs::run("openssl", arguments, "");
    assert!(answer.ok, "{}", answer.text);
    for certificate in &case.authorities {
        assert!(answer.text.contains(&certificate.to_pem()), "{}", answer.text);
    }
}

/// Real files are re-encoded before they come into use.
#[test]
fn opens_what_openssl_and_keytool_make_of_them() {
    if !programs::has("openssl", "opens_what_openssl_and_keytool_make_of_them") {
        return;
    }
    let case = Case::new();
    let folder = Folder::of("reencoded");
    let chain = [&case.leaf].into_iter().chain(&case.authorities).map(Certificate::to_pem);
    let chain = folder.write("chain.pem", chain.collect::<String>());
    let key = folder.write("key.der", case.key.pkcs8());
    let pem = folder.path("key.pem");
    assert!(programs::run("openssl", ["pkey", "-inform", "DER", "-in", &key, "-out", &pem], "").ok);
    let out = folder.path("openssl.p12");
    let password = format!("pass:{PASSWORD}");
    let export = ["pkcs12", "-export", "-in", &chain, "-inkey", &pem, "-name", NAME];
    let triple_des = ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES"];
    for more in [&[][..], &["-macalg", "sha1"], &["-nomaciter"], &triple_des] {
        let to = ["-passout", &password, "-out", &out];
        let answer = programs::run("openssl", export.iter().chain(&to).chain(more), "");
        assert!(answer.ok, "{more:?}: {}", answer.text);
        case.check_opened(&folder.read("openssl.p12"), PASSWORD, NAME);
    }

    if !programs::has("keytool", "opens_what_openssl_and_keytool_make_of_them") {
        return;
    }
    let portal = folder.write("portal.p12", case.portal());
    let out = folder.path("keytool.p12");
    let from = ["-importkeystore", "-srckeystore", &portal, "-srcstorepass", PASSWORD];
    let to = ["-destkeystore", &out, "-deststorepass", PASSWORD, "-deststoretype", "PKCS12"];
    let answer = programs::run("keytool", from.iter().chain(&to), "");
    assert!(answer.ok, "{}", answer.text);
    case.check_opened(&folder.read("keytool.p12"), PASSWORD, "fagsystem a (drift)");
}

#[test]
fn says_what_it_cannot_open() {
    let open = |file: &[u8]| pkcs12::open(file, PASSWORD).unwrap_err();
    assert!(matches!(open(b""), OpenError::Encoding(_)));
    assert!(matches!(open(b"-----BEGIN CERTIFICATE-----"), OpenError::Encoding(_)));
    let case = Case::new();
    assert!(matches!(open(case.leaf.der()), OpenError::Encoding(_)));
    let mut more = case.portal();
    more.push(0);
    assert!(matches!(open(&more), OpenError::Encoding(_)));

    let mut version = case.portal();
    assert_eq!(hex(&version[4..7]), "020103");
    version[6] = 4;
    assert_eq!(open(&version), OpenError::Unsupported("version 4".to_owned()));

    // Too many rounds are refused before any is made: the last four octets are the MAC's.
    let mut rounds = case.portal();
    let end = rounds.len();
    assert_eq!(hex(&rounds[end - 4..]), "020207d0");
    rounds.truncate(end - 4);
    rounds.extend([0x02, 0x04, 0x7f, 0xff, 0xff, 0xff]);
    // Two octets more: in the outer length and in that of the MAC.
    let outer = u16::from_be_bytes([rounds[2], rounds[3]]) + 2;
    rounds[2..4].copy_from_slice(&outer.to_be_bytes());
    let mac = end - 4 - 34 - 35 - 2;
    assert_eq!(rounds[mac..mac + 2], [0x30, 73], "MacData");
    rounds[mac + 1] += 2;
    assert!(matches!(open(&rounds), OpenError::Unsupported(_)));
}
