//! The kit: everything that a program of somebody else opens, it opens.

use std::{collections::BTreeMap, fs};

use clock::Span;
use entropy::Entropy;
use harness::kit::Kit;
use oio_idws::{Binding, Credential};
use parties::{EntityId, Environment};
use pki::{Certificate, pkcs12};
use roxmltree::Document;
use shell::TlsAuthority;
use stage::{
    Stage,
    engines::{self, Scratch},
    programs::{has, run},
    start,
};

/// A kit and what went into it.
struct Case {
    stage: Stage,
    sts: Credential,
    smdb: Credential,
    client: Credential,
    tls: String,
    entity_id: EntityId,
    folder: Scratch,
}

const STS: &str = "https://localhost:8443/SecurityTokenService.svc";
const SMDB: &str = "https://localhost:8445/SmdbService.svc?a=1&b=2";
const ENVIRONMENT: Environment = Environment::IntegrationTest;

impl Case {
    fn new(test: &str) -> Self {
        let stage = Stage::set(concat!(env!("CARGO_TARGET_TMPDIR"), "/stage"));
        let life = start()..start() + Span::from_days(1095);
        let system = |name, key| stage.system(ENVIRONMENT, name, key, life.clone());
        let (sts, smdb, client) =
            (system("skift STS", 0), system("skift SMDB", 1), system("Fagsystem", 2));
        let tls = TlsAuthority::found().unwrap().certificate_pem().unwrap();
        let entity_id = "https://saml.smdb.invalid".parse().unwrap();
        let folder = Scratch::new(env!("CARGO_TARGET_TMPDIR"), test);
        Self { stage, sts, smdb, client, tls, entity_id, folder }
    }

    fn root(&self) -> &Certificate {
        self.stage.authority(ENVIRONMENT).root()
    }

    fn issuing(&self) -> &Certificate {
        self.stage.authority(ENVIRONMENT).issuing()
    }

    /// Writes the kit for an STS at this address.
    fn write(&self, sts_address: &str, seed: u64) -> Vec<String> {
        let kit = Kit {
            environment: ENVIRONMENT,
            root: self.root(),
            issuing: self.issuing(),
            tls_authority: &self.tls,
            sts: &self.sts.certificate,
            smdb: &self.smdb.certificate,
            system_user: "fagsystem",
            credential: &self.client,
            sts_address,
            smdb_address: SMDB,
            smdb_entity_id: &self.entity_id,
            binding: Binding::OioIdws,
        };
        let mut entropy = Entropy::seeded(seed, "kit", "kit");
        let files = kit.write(self.folder.path().as_ref(), &mut entropy).unwrap();
        files.into_iter().map(|file| file.to_str().unwrap().to_owned()).collect()
    }

    fn password(&self) -> String {
        self.folder.read("password")
    }
}

#[test]
fn nobody_else_may_read_what_is_secret_and_everything_is_listed() {
    let case = Case::new("kit-modes");
    let mut files = case.write(STS, 1);
    files.sort();
    let folder = fs::canonicalize(case.folder.path()).unwrap();
    let there = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path());
    let mut there: Vec<_> = there.map(|it| it.to_str().unwrap().to_owned()).collect();
    there.sort();
    assert_eq!(there, files);
    let password = case.password();
    assert!(password.len() >= 20, "{password}");
    let mut secret = Vec::new();
    for file in &files {
        let content = fs::read(file).unwrap();
        let name = file.rsplit('/').next().unwrap();
        let tells = content.windows(password.len()).any(|it| it == password.as_bytes());
        if tells || name.ends_with("fagsystem.p12") {
            secret.push(name);
            #[cfg(unix)]
            {
                let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(file).unwrap());
                assert_eq!(mode & 0o777, 0o600, "{name}");
            }
        }
    }
    secret.sort_unstable();
    assert_eq!(secret, ["client.properties", "fagsystem.p12", "password"]);
    // What the text says is there, is there, and nothing else.
    let text = case.folder.read("README.txt");
    for file in &files {
        let name = file.rsplit('/').next().unwrap();
        assert!(name == "README.txt" || text.contains(name), "{name}: {text}");
    }
}

/// A client that has imported a key store goes on with it.
#[test]
fn a_second_time_the_key_stores_stay_and_addresses_are_new() {
    let case = Case::new("kit-again");
    case.write(STS, 1);
    let stores = || ["fagsystem.p12", "trust.p12", "password"].map(|it| case.folder.file(it));
    let read = || stores().map(|file| fs::read(file).unwrap());
    let before = read();
    let elsewhere = "https://localhost:9443/SecurityTokenService.svc";
    case.write(elsewhere, 2);
    assert!(before == read(), "the key stores are others");
    for file in ["client.env", "App.config"] {
        let text = case.folder.read(file);
        assert!(text.contains(elsewhere) && !text.contains(STS), "{text}");
    }
    let opened = pkcs12::open(&before[0], &case.password()).unwrap();
    assert_eq!(opened.certificates[0], case.client.certificate);
}

/// One that fits no more is written anew: what is there would be refused, or does not open.
#[test]
fn a_key_store_that_fits_no_more_is_another() {
    let mut case = Case::new("kit-stale");
    case.write(STS, 1);
    let opened = |case: &Case| {
        let file = fs::read(case.folder.file("fagsystem.p12")).unwrap();
        pkcs12::open(&file, &case.password()).unwrap().certificates
    };
    let trusted = |case: &Case| fs::read(case.folder.file("trust.p12")).unwrap();
    let [issuing, root] = [case.issuing().clone(), case.root().clone()];
    let holds = |it: &Credential| [it.certificate.clone(), issuing.clone(), root.clone()];
    assert_eq!(opened(&case), holds(&case.client));
    // Another certificate was ordered.
    let life = start()..start() + Span::from_days(30);
    case.client = case.stage.system(ENVIRONMENT, "Fagsystem", 2, life);
    case.write(STS, 2);
    assert_eq!(opened(&case), holds(&case.client));
    // The password is gone, and another one is drawn.
    fs::remove_file(case.folder.file("password")).unwrap();
    case.write(STS, 3);
    assert_eq!(opened(&case), holds(&case.client));
    // So it is where there is none in the file: with none, nothing would be secret.
    for nothing in ["", " \n"] {
        fs::write(case.folder.file("password"), nothing).unwrap();
        case.write(STS, 6);
        assert!(case.password().len() >= 20, "{}", case.password());
        assert_eq!(opened(&case), holds(&case.client));
    }
    // Another authority vouches for the servers.
    let before = trusted(&case);
    case.write(STS, 4);
    assert!(trusted(&case) == before, "it says the same");
    case.tls = TlsAuthority::found().unwrap().certificate_pem().unwrap();
    case.write(STS, 5);
    assert!(trusted(&case) != before, "the old authority is in it");
}

#[test]
fn keytool_opens_every_store() {
    if !has("keytool", "keytool_opens_every_store") {
        return;
    }
    let case = Case::new("kit-keytool");
    case.write(STS, 1);
    let list = |store: &str, password: &str| {
        let store = case.folder.file(store);
        let arguments = ["-list", "-J-Duser.language=en", "-keystore", &store, "-storepass"];
        let answer = run("keytool", arguments.into_iter().chain([password]), "");
        assert!(answer.ok, "{}", answer.text);
        answer.text
    };
    let text = list("fagsystem.p12", &case.password());
    assert!(text.contains("contains 1 entry") && text.contains("PrivateKeyEntry"), "{text}");
    let text = list("trust.p12", "changeit");
    for alias in ["sts", "smdb", "oces-root", "oces-issuing", "tls"] {
        let line = text.lines().find(|line| line.starts_with(&format!("{alias}, ")));
        assert!(line.is_some_and(|it| it.contains("trustedCertEntry")), "{alias}: {text}");
    }
}

#[test]
fn openssl_opens_every_store_and_certificate() {
    if !has("openssl", "openssl_opens_every_store_and_certificate") {
        return;
    }
    let case = Case::new("kit-openssl");
    case.write(STS, 1);
    let openssl = |arguments: &[&str]| {
        let answer = run("openssl", arguments, "");
        assert!(answer.ok, "{arguments:?}: {}", answer.text);
        answer.text
    };
    let file = |name: &str| case.folder.file(name);
    let password_file = format!("file:{}", file("password"));
    let passwords = [("fagsystem.p12", &*password_file), ("trust.p12", "pass:changeit")];
    for (store, password) in passwords {
        openssl(&["pkcs12", "-noout", "-in", &file(store), "-passin", password]);
    }
    for name in ["fagsystem", "sts", "smdb"] {
        let certificate = file(&format!("{name}.cer"));
        let day = (start() + Span::from_days(1)).since("1970-01-01T00:00:00Z".parse().unwrap());
        let then = (day.millis() / 1000).to_string();
        let anchors = file("oces.pem");
        openssl(&["verify", "-attime", &then, "-CAfile", &anchors, &certificate]);
    }
    openssl(&["x509", "-noout", "-in", &file("tls.pem")]);
}

#[test]
fn wss4j_opens_the_stores_by_their_properties() {
    let test = "wss4j_opens_the_stores_by_their_properties";
    let Some(mut apache) = engines::apache(test) else { return };
    let case = Case::new("kit-wss4j");
    case.write(STS, 1);
    let mut ask = |properties: &str, password: &str| {
        apache.ask(&["key-store", &case.folder.file(properties), password]).unwrap()
    };
    let client = case.client.certificate.thumbprint();
    assert_eq!(ask("client.properties", &case.password()), format!("fagsystem\t{client}\tRSA"));
    let sts = case.sts.certificate.thumbprint();
    assert_eq!(ask("sts.properties", "-"), format!("sts\t{sts}\t-"));
}

/// As a shell reads them, and the files are where they say.
#[test]
fn a_shell_reads_where_everything_is() {
    if !has("sh", "a_shell_reads_where_everything_is") {
        return;
    }
    let case = Case::new("kit-it's here");
    case.write(STS, 1);
    // The way that the file itself names.
    let script = "set -a; . ./client.env; set +a; env";
    let cd = format!("cd \"$1\" && {script}");
    let answer = run("sh", ["-c", &cd, "sh", case.folder.path()], "");
    assert!(answer.ok, "{}", answer.text);
    let read: BTreeMap<_, _> = answer.text.lines().filter_map(|it| it.split_once('=')).collect();
    let entity_id = case.entity_id.as_str();
    for (name, value) in [
        ("STS_ADDRESS", STS),
        ("STS_ENTITY_ID", "https://signature.sts.nemlog-in.dk/"),
        ("SMDB_ADDRESS", SMDB),
        ("SMDB_REST_ADDRESS", "https://localhost:8445/api"),
        ("SMDB_ACCESS_TOKEN_ADDRESS", "https://localhost:8445/api/accesstoken/issue"),
        ("SMDB_ENTITY_ID", entity_id),
        ("TRUST_STORE_PASSWORD", "changeit"),
    ] {
        assert_eq!(read.get(name), Some(&value), "{name}");
    }
    for name in
        ["KEY_STORE", "KEY_STORE_PASSWORD_FILE", "TRUST_STORE", "OCES_ANCHORS", "TLS_ANCHORS"]
    {
        assert!(fs::exists(read[name]).unwrap(), "{name}: {}", read[name]);
    }
}

/// Key by key what stands in the dossier of the .NET library; it does not run here.
#[test]
fn a_fragment_for_dotnet_names_what_is_ours() {
    let case = Case::new("kit-dotnet");
    case.write(STS, 1);
    let text = case.folder.read("App.config");
    let document = Document::parse(&text).unwrap();
    let element = |name: &str| {
        let found: Vec<_> =
            document.descendants().filter(|it| it.tag_name().name() == name).collect();
        assert_eq!(found.len(), 1, "{name}");
        let attributes = found[0].attributes().map(|it| (it.name(), it.value()));
        attributes.collect::<BTreeMap<_, _>>()
    };
    let found_by = |certificate: &Certificate| {
        let thumbprint = certificate.thumbprint();
        [
            ("storeLocation", "CurrentUser".to_owned()),
            ("storeName", "My".to_owned()),
            ("x509FindType", "FindByThumbprint".to_owned()),
            ("findValue", thumbprint),
        ]
    };
    let check = |name: &str, expected: &[(&str, String)]| {
        let expected: BTreeMap<_, _> = expected.iter().map(|(key, it)| (*key, &**it)).collect();
        assert_eq!(element(name), expected, "{name}");
    };
    check("clientCertificate", &found_by(&case.client.certificate));
    check("stsCertificate", &found_by(&case.sts.certificate));
    let target = [("targetUri", SMDB.to_owned())];
    check("add", &[&target[..], &found_by(&case.smdb.certificate)].concat());
    let configuration = [
        ("stsEndpointAddress", STS),
        ("wspEndpointID", case.entity_id.as_str()),
        ("tokenLifeTimeInMinutes", "480"),
        ("debugMode", "false"),
        ("cacheClockSkewInSeconds", "60"),
    ];
    let configuration = configuration.map(|(key, value)| (key, value.to_owned()));
    check("oioIdwsWcfConfiguration", &configuration);
    check("dns", &[("value", "skift SMDB".to_owned())]);
}

/// Key by key what the reference client for CXF sets; it does not run here.
#[test]
fn a_fragment_for_cxf_names_what_is_ours() {
    let case = Case::new("kit-cxf");
    case.write(STS, 1);
    let text = case.folder.read("cxf.xml");
    let document = Document::parse(&text).unwrap();
    let said = |inside: &str| {
        let place = document.descendants().find(|it| it.tag_name().name() == inside).unwrap();
        let entries = place.children().filter(|it| it.has_attribute("value"));
        let pair = |it: roxmltree::Node<'_, '_>| {
            let attribute = |name| it.attribute(name).unwrap().to_owned();
            (attribute("key").replace("ws-security.", ""), attribute("value"))
        };
        entries.map(pair).collect::<BTreeMap<_, _>>()
    };
    let entity_id = case.entity_id.as_str();
    let rsa_sha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    let check = |inside: &str, expected: &[(&str, &str)]| {
        let expected = expected.iter().map(|(key, it)| ((*key).to_owned(), (*it).to_owned()));
        assert_eq!(said(inside), expected.collect(), "{inside}");
    };
    let signs =
        [("signature.username", "fagsystem"), ("signature.properties", "client.properties")];
    let call = [
        ("sts.applies-to", entity_id),
        ("callback-handler", "your.CallbackHandler"),
        ("asymmetric.signature.algorithm", rsa_sha256),
        ("is-bsp-compliant", "false"),
    ];
    check("properties", &[&signs[..], &call].concat());
    let answer = [("encryption.username", "sts"), ("encryption.properties", "sts.properties")];
    check("map", &[&signs[..], &answer].concat());
    // The password stands there for who reads the key, and the anchors beside it.
    let properties = case.folder.read("client.properties");
    let line = |key: &str| {
        let key = format!("org.apache.ws.security.crypto.merlin.{key}=");
        properties.lines().find_map(|line| line.strip_prefix(&key)).map(str::to_owned)
    };
    assert_eq!(line("keystore.private.password"), Some(case.password()));
    assert_eq!(line("truststore.password").as_deref(), Some("changeit"));
    assert!(line("truststore.file").is_some_and(|it| it.ends_with("trust.p12")), "{properties}");
}
