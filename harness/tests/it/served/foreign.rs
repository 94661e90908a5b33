//! Programs that nobody here wrote, against `skift serve`: WSS4J walks from the request for a token to the
//! answer of SMDB, and they judge what went over the wire.

use std::{
    fs,
    path::{Path, PathBuf},
};

use parties::{ClientProfile, Environment};
use stage::{
    attack::{replaced, wrapped_bodies},
    engines::{self, Scratch, without_key_info},
    http::{Https, Reply, get},
    programs::{self, has},
    served::Served,
    tampered,
};

use super::{
    client::Client,
    skift::{data, name, places, start, system_user},
    stored, tls_authority,
};

/// The program of the document for vendors, as it stands there.
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/CallSmdb.java");

/// What SMDB signs in an answer.
const RECEIPT: &str = "Body Action MessageID To RelatesTo Timestamp BinarySecurityToken";

/// `skift serve`, and the kit of one environment in its folder.
struct Case {
    served: Served,
    data: PathBuf,
    scratch: Scratch,
    environment: Environment,
}

impl Case {
    fn new(test: &str, environment: Environment) -> Self {
        let data = data(test);
        let served = start(&data, &[]);
        let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), test);
        Self { served, data, scratch, environment }
    }

    fn kit(&self, file: &str) -> String {
        let path = self.data.join("kit").join(self.environment.name()).join(file);
        path.to_str().unwrap().to_owned()
    }

    /// Sends SMDB a call by SOAP.
    async fn call(&self, message: &str) -> Reply {
        let (at, name) = (format!("smdb-{}", self.environment), "localhost");
        let https = Https::trusting(&tls_authority(&self.data));
        let soap_1_2 = "application/soap+xml; charset=utf-8";
        let address = "/SmdbService.svc";
        https.post(self.served.at(&at), name, address, soap_1_2, message.as_bytes()).await.unwrap()
    }

    /// Verifies with WSS4J and with `xmlsec1`, by the certificates of the kit, every signature that the
    /// services made: on the answer of the STS, on the token in it and on the answer of SMDB.
    fn check_answers(&self, test: &str, answer: &str, receipt: &str) {
        let Some(mut apache) = engines::apache(test) else { return };
        let Some(xmlsec) = engines::xmlsec(test) else { return };
        let [sts, smdb] = ["sts.cer", "smdb.cer"].map(|file| self.kit(file));
        let signed = "Action MessageID RelatesTo Timestamp Body";
        for (file, signer, other, signed) in
            [(answer, &sts, &smdb, signed), (receipt, &smdb, &sts, RECEIPT)]
        {
            assert_eq!(apache.ask(&["verify", file, signer]).as_deref(), Ok(signed));
            assert!(apache.ask(&["verify", file, other]).is_err(), "{file}: by another");
            assert_eq!(xmlsec.verify(signer, file), Ok(()));
            let changed = tampered(&fs::read_to_string(file).unwrap(), "uuid:", "uuid:0");
            let changed = self.scratch.write("changed.xml", changed);
            assert!(apache.ask(&["verify", &changed, signer]).is_err(), "{file}: changed");
            assert!(xmlsec.verify(signer, &changed).is_err(), "{file}: changed");
        }
        let key = format!("sim-smdb/smdb-{}.pk8", self.environment);
        let key = self.data.join(key);
        let token = self.scratch.file("opened.xml");
        let opened = apache.ask(&["decrypt", key.to_str().unwrap(), answer, &token]);
        assert_eq!(opened.as_deref(), Ok(""));
        assert_eq!(xmlsec.verify(&sts, &token), Ok(()));
        assert!(xmlsec.verify(&smdb, &token).is_err(), "the token: by another");
    }
}

impl Case {
    /// The program of the document takes the answer that it got, and none in which what was signed stands
    /// aside and something else in its place.
    fn check_wrapped(&self, wss4j: &engines::Wss4j, answer: &str, certificate: &str) {
        let sound = self.scratch.read(answer);
        let wrapped = wrapped_bodies(&sound, |body| replaced(body, "</", "<evil/></"));
        let sound = [self.scratch.file(answer)];
        let files: Vec<_> = sound
            .into_iter()
            .chain((1..).zip(&wrapped).map(|(number, attack)| {
                self.scratch.write(&format!("wrapped-{number}-{answer}"), &attack.text)
            }))
            .collect();
        let (kit, folder) = (self.kit(""), self.scratch.path());
        let arguments =
            [&*kit, folder, certificate].into_iter().chain(files.iter().map(String::as_str));
        let run = wss4j.run(Path::new(EXAMPLE), &arguments.collect::<Vec<_>>());
        assert!(run.ok, "{}", run.text);
        let verdicts: Vec<_> =
            run.text.lines().filter_map(|line| Some(line.split_once(": ")?.1)).collect();
        assert_eq!(verdicts.len(), 9, "{}", run.text);
        assert_eq!(verdicts[0], "signed");
        for (verdict, attack) in verdicts[1..].iter().zip(&wrapped) {
            assert!(verdict.starts_with("refused, "), "{}: {verdict}", attack.name);
        }
    }
}

/// A program on WSS4J gets a token, believes the answer by the alias of the kit, and calls SMDB with the
/// token, through STR-Transform; SMDB believes it, and it believes SMDB.
#[tokio::test]
async fn wss4j_gets_a_token_and_calls_smdb_with_it() {
    const TEST: &str = "wss4j_gets_a_token_and_calls_smdb_with_it";
    let Some(wss4j) = engines::wss4j(TEST) else { return };
    for environment in Environment::ALL {
        let case = Case::new(&format!("wss4j-{environment}"), environment);
        let run = wss4j.run(Path::new(EXAMPLE), &[&case.kit(""), case.scratch.path()]);
        assert!(run.ok, "{}", run.text);
        assert!(run.text.contains(sim_smdb::contract::SUBMIT_PRIVILEGE), "{}", run.text);
        case.check_answers(
            TEST,
            &case.scratch.file("answer.xml"),
            &case.scratch.file("receipt.xml"),
        );

        for (answer, certificate) in [("answer.xml", "sts.cer"), ("receipt.xml", "smdb.cer")] {
            case.check_wrapped(&wss4j, answer, certificate);
        }

        // The token is covered: what the transform stands for is noticed when it is another, though the
        // token can still be opened.
        let call = case.scratch.read("call.xml");
        let changed =
            tampered(&call, "<xenc:EncryptedData ", "<xenc:EncryptedData MimeType=\"a/b\" ");
        let refused = case.call(&changed).await;
        assert_eq!(refused.status, 500, "{}", refused.text);
        let trace = refused.header("x-skift-trace").unwrap();
        let path = format!("/__admin/diagnoses/{trace}");
        let diagnosis = get(case.served.at("smdb-control"), &path).await.json();
        assert_eq!(diagnosis["findings"][0]["cause"], "not-holder", "{diagnosis}");
    }
}

/// What the reference client sends, as the .NET client and as CXF do, and what it gets.
#[tokio::test]
async fn foreign_engines_accept_what_went_over_the_wire() {
    const TEST: &str = "foreign_engines_accept_what_went_over_the_wire";
    let environment = Environment::IntegrationTest;
    let case = Case::new("judged", environment);
    let authority = tls_authority(&case.data);
    for (profile, request, call, command) in [
        (
            ClientProfile::NoCache,
            "Action MessageID To Timestamp BinarySecurityToken Body",
            "Body Action MessageID ReplyTo To Timestamp EncryptedAssertion",
            "verify-call",
        ),
        (
            ClientProfile::RestartOnSwap,
            "Timestamp Body To MessageID Action BinarySecurityToken",
            "Timestamp EncryptedData Body To ReplyTo MessageID Action",
            "verify",
        ),
    ] {
        let (places, own) =
            (places(&case.served, environment), system_user(&case.data, environment));
        let mut client = Client::of(profile, environment, places, &authority, own).await;
        assert_eq!(client.report().await, Ok(()));
        let messages: Vec<_> =
            client.messages.iter().map(|it| String::from_utf8(it.clone()).unwrap()).collect();
        let [asked, answer, called, receipt] = &messages[..] else { panic!("{messages:?}") };
        let file = |name: &str, text: &str| case.scratch.write(&format!("{profile}-{name}"), text);
        case.check_answers(TEST, &file("answer.xml", answer), &file("receipt.xml", receipt));

        let Some(mut apache) = engines::apache(TEST) else { return };
        let (asked, holder) =
            (file("request.xml", asked), case.kit(&format!("{}.cer", name(environment))));
        assert_eq!(apache.ask(&["verify", &asked, &holder]).as_deref(), Ok(request));
        // Without an OpenSAML it cannot look into a token, so it is told whose key it is.
        let bare = if command == "verify" { without_key_info(called) } else { called.clone() };
        let whole = file("call.xml", &bare);
        assert_eq!(apache.ask(&[command, &whole, &holder]).as_deref(), Ok(call));
        let changed = tampered(&bare, "<xenc:CipherValue>", "<xenc:CipherValue>A");
        let changed = file("changed-call.xml", &changed);
        assert!(apache.ask(&[command, &changed, &holder]).is_err(), "another token");
    }
    assert_eq!(stored(case.served.at("smdb-control"), environment).await, 2);
}

#[tokio::test]
async fn zeep_makes_a_client_of_what_is_served() {
    const TEST: &str = "zeep_makes_a_client_of_what_is_served";
    let Some(mut python) = engines::python(TEST) else { return };
    let case = Case::new("zeep-served", Environment::Production);
    let address = case.served.url("smdb-production");
    let submission = r#"{
        "Klientreference": "sag-1", "Version": 1, "Myndighed": "90000001",
        "Forloeb": {
            "Cpr": "6101800049", "Kommune": "901", "Lovgrundlag": "SEL101",
            "AnmodningDato": "2026-02-20"
        }
    }"#
    .replace('\n', "");
    let body = case.scratch.file("body.xml");
    for description in ["wsdl", "singleWsdl"] {
        let at = format!("{address}?{description}");
        let mut ask = |authority: &str| {
            python.ask(&["client", &at, "IndberetForloeb", &submission, &body, authority])
        };
        let made = ask(&case.kit("tls.pem")).unwrap();
        let (of, actions) = made.split_once(' ').unwrap();
        assert_eq!((of, actions.split(' ').count()), (address, 8), "{made}");
        assert!(case.scratch.read("body.xml").contains("6101800049"));
        let stranger = ask(&case.kit("oces.pem")).unwrap_err();
        assert!(stranger.contains("CERTIFICATE_VERIFY_FAILED"), "{stranger}");
    }
}

/// And refuses one that says something else, so that it looks at all.
#[tokio::test]
async fn openapi_spec_validator_accepts_each_control_port() {
    const TEST: &str = "openapi_spec_validator_accepts_each_control_port";
    let case = Case::new("openapi", Environment::IntegrationTest);
    for control in ["mitid-control", "sts-control", "smdb-control"] {
        let description = get(case.served.at(control), "/__admin/docs").await.text;
        let file = case.scratch.write("openapi.json", &description);
        let Some(judged) = engines::judge_openapi(TEST, &file) else { return };
        assert!(judged.ok, "{control}: {}", judged.text);
        let wrong = tampered(&description, "\"responses\":", "\"answers\":");
        let file = case.scratch.write("wrong.json", wrong);
        let judged = engines::judge_openapi(TEST, &file);
        assert!(judged.is_some_and(|it| !it.ok), "{control}: another description");
    }
}

#[tokio::test]
async fn keytool_and_openssl_open_the_kits_that_are_served() {
    const TEST: &str = "keytool_and_openssl_open_the_kits_that_are_served";
    let tools = ["keytool", "openssl"].map(|tool| has(tool, TEST));
    let mut case = Case::new("kit-served", Environment::IntegrationTest);
    let succeeds = |program: &str, arguments: &[&str]| {
        let answer = programs::run(program, arguments, "");
        assert!(answer.ok, "{program} {arguments:?}: {}", answer.text);
        answer.text
    };
    for environment in Environment::ALL {
        case.environment = environment;
        let [own, trust, anchors] =
            [&format!("{}.p12", name(environment)), "trust.p12", "oces.pem"].map(|it| case.kit(it));
        let password = fs::read_to_string(case.kit("password")).unwrap();
        if tools[0] {
            let list = |store: &str, password: &str| {
                let arguments = ["-list", "-J-Duser.language=en", "-keystore", store, "-storepass"];
                succeeds("keytool", &[&arguments[..], &[password]].concat())
            };
            assert!(list(&own, &password).contains("PrivateKeyEntry"));
            assert_eq!(list(&trust, "changeit").matches("trustedCertEntry").count(), 5);
        }
        if tools[1] {
            for (store, password) in [(&own, &*password), (&trust, "changeit")] {
                let password = format!("pass:{password}");
                succeeds("openssl", &["pkcs12", "-noout", "-in", store, "-passin", &password]);
            }
            for file in [&format!("{}.cer", name(environment)), "sts.cer", "smdb.cer"] {
                succeeds("openssl", &["verify", "-CAfile", &anchors, &case.kit(file)]);
            }
            let at = case.served.at(&format!("smdb-{environment}")).to_string();
            let connect = |anchors: &str| {
                let to = ["s_client", "-connect", &at, "-verify_hostname", "localhost"];
                let by = ["-verify_return_error", "-CAfile", anchors];
                programs::run("openssl", to.iter().chain(&by), "")
            };
            let tls = connect(&case.kit("tls.pem"));
            assert!(tls.ok && tls.text.contains("Verify return code: 0 (ok)"), "{}", tls.text);
            assert!(!connect(&anchors).ok, "it is no certificate of OCES");
        }
    }
}
