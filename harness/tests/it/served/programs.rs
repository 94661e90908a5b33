//! Three programs that are started alone and find one another by address, in any order.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use oio_idws::{Binding, Credential, metadata::MetadataRole};
use parties::Environment;
use pki::{KeyPool, KeySize};
use serde_json::json;
use shell::{BaseUrl, Portal, Remote, Wanted};
use stage::{
    http::{get, post},
    programs,
    served::{self, Served},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::{
    click,
    client::{Client, Places},
    metadata, stored, tls_authority,
};

/// The folder of the programs, which cargo builds for their own tests and not for those of others.
static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let beside = Path::new(env!("CARGO_BIN_EXE_skift")).parent().unwrap();
    programs::built(beside, &["sim-mitid", "sim-sts", "sim-smdb"]);
    beside.to_owned()
});

/// Where the keys of the programs are, kept between runs.
fn keys() -> PathBuf {
    super::skift::KEYS.clone()
}

fn start(program: &str, data: &Path, more: &[&str]) -> Served {
    let listen: &[&str] = match program {
        "sim-mitid" => &["listen", "listen-control"],
        _ => &["listen-integration-test", "listen-production", "listen-metadata", "listen-control"],
    };
    let free = listen.iter().map(|it| format!("--{it}=127.0.0.1:0"));
    let own = ["--data", data.to_str().unwrap(), "--retry-ms", "20"].map(str::to_owned);
    let more = more.iter().map(|it| (*it).to_owned());
    Served::start(PROGRAMS.join(program).to_str().unwrap(), own.into_iter().chain(free).chain(more))
}

/// An address that is known before what listens behind it is: who calls meanwhile waits.
struct Forward {
    url: String,
    to: watch::Sender<Option<std::net::SocketAddr>>,
}

impl Forward {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (to, mut told) = watch::channel(None);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let Ok(to) = told.wait_for(Option::is_some).await.map(|it| it.unwrap()) else {
                    return;
                };
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(to).await.unwrap();
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                });
            }
        });
        Self { url, to }
    }
}

/// The three programs, found by one another.
struct Programs {
    mitid: Served,
    sts: Served,
    smdb: Served,
}

impl Programs {
    /// NemLog-in comes first, and nobody else is there yet.
    async fn start(data: &Path) -> Self {
        let (mitid, mitid_control, smdb_at) =
            (Forward::new().await, Forward::new().await, Forward::new().await);
        let of_mitid = ["--mitid", &mitid.url, "--mitid-control", &mitid_control.url];
        let sts =
            start("sim-sts", data, &[of_mitid.as_slice(), &["--smdb", &smdb_at.url]].concat());
        let waiting = get(sts.at("control"), "/ready").await;
        assert_eq!((waiting.status, &waiting.json()["status"]), (503, &json!("starting")));
        let early = get(sts.at("metadata"), "/production/metadata").await;
        assert_eq!(early.status, 503, "{}", early.text);

        let its = sts.url("metadata").to_owned();
        let smdb = start("sim-smdb", data, &[of_mitid.as_slice(), &["--sts", &its]].concat());
        smdb_at.to.send_replace(Some(smdb.at("metadata")));
        let program = start("sim-mitid", data, &[]);
        mitid.to.send_replace(Some(program.at("publication")));
        mitid_control.to.send_replace(Some(program.at("control")));
        for program in [&program, &sts, &smdb] {
            served::ready(program.at("control")).await;
        }
        Self { mitid: program, sts, smdb }
    }

    fn places(&self, environment: Environment) -> Places {
        Places {
            sts: self.sts.at(environment.name()),
            sts_metadata: self.sts.at("metadata"),
            sts_control: self.sts.at("control"),
            smdb: self.smdb.at(environment.name()),
            smdb_metadata: self.smdb.at("metadata"),
        }
    }

    /// A certificate, ordered as a vendor would.
    async fn order(&self, environment: Environment, key: usize) -> Credential {
        let pool = KeyPool::open(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys")).unwrap();
        let key = pool.key(KeySize::Rsa3072, key);
        let control = BaseUrl::of(self.mitid.at("control"));
        let wanted = Wanted {
            environment,
            cvr: "90000001".parse().unwrap(),
            organisation: "Testkommunen".to_owned(),
            certificate_name: "Fagsystem A".to_owned(),
            contact: "drift@testkommunen.invalid".to_owned(),
        };
        let certificate = Portal::new(Remote::new(control, None)).order(&wanted, &key).await;
        Credential { certificate: certificate.unwrap(), key }
    }

    /// A system user with a certificate in an environment.
    async fn register(&self, name: &str, environment: Environment, credential: &Credential) {
        let control = self.sts.at("control");
        let system = json!({ "it-system": name, "organisation": "90000001" });
        click(control, "create-it-system", system).await;
        let user = json!({
            "system-user": name, "it-system": name, "entity-id": format!("https://{name}.invalid"),
        });
        click(control, "create-system-user", user).await;
        let privilege = json!({
            "environment": environment,
            "audience": sim_smdb::contract::ENTITY_ID,
            "uri": sim_smdb::contract::SUBMIT_PRIVILEGE,
        });
        for what in ["request-privilege", "approve-privilege"] {
            click(control, what, json!({ "system-user": name, "privilege": privilege })).await;
        }
        let certificate = credential.certificate.to_pem();
        let saved = json!({ "system-user": name, "slot": "active", "certificate": certificate });
        click(control, "save", saved).await;
        let asked = json!({ "system-user": name, "environment": environment });
        click(control, "provision", asked).await;
    }
}

#[tokio::test]
async fn programs_that_are_started_alone_find_one_another() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("served/alone");
    let data = served::data(folder, &keys());
    let programs = Programs::start(&data).await;
    for (number, environment) in (0..).zip(Environment::ALL) {
        let (name, places) = (format!("user-{environment}"), programs.places(environment));
        let credential = programs.order(environment, number).await;
        let mut client = Client::new(
            environment,
            Binding::OioIdws,
            places,
            &tls_authority(&data),
            credential.clone(),
        )
        .await;
        // Nobody knows it yet.
        assert_eq!(client.report().await, Err("sts-refused".to_owned()));
        programs.register(&name, environment, &credential).await;
        assert_eq!(client.report().await, Ok(()));
        assert_eq!(stored(programs.smdb.at("control"), environment).await, 1);

        // What others would be told of it.
        let path = format!("/{environment}/system-users/{name}/metadata");
        let published = metadata(programs.sts.at("metadata"), &path).await;
        assert_eq!(published.role, MetadataRole::SystemUser);
        assert_eq!(published.signing, std::slice::from_ref(&credential.certificate));

        // Each has a clock of its own. Whoever moves one alone is told so, and what helps does.
        let ahead = json!({ "by": "2d" });
        let advance = async |of: &Served| {
            let reply = post(of.at("control"), "/__admin/clock/advance", &ahead).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
        };
        advance(&programs.sts).await;
        assert_eq!(client.report().await, Err("sts-refused".to_owned()));
        let control = programs.sts.at("control");
        let journal = get(control, "/__admin/requests?outcome=revocation-unknown").await.json();
        let trace = journal["requests"][0]["trace-id"].as_str().unwrap();
        let truth = get(control, &format!("/__admin/diagnoses/{trace}")).await.json();
        let finding = &truth["findings"][0];
        assert_eq!(
            (&finding["cause"], &finding["who"]),
            (&json!("revocation-unknown"), &json!("operator"))
        );
        for (key, part) in [("got", "which stands 2"), ("what-to-do", "clocks of all programs")] {
            assert!(finding[key]["en"].as_str().unwrap().contains(part), "{truth}");
        }
        let shown = get(control, "/__admin/clock").await.json();
        for of in [&programs.sts, &programs.mitid, &programs.smdb] {
            let at = json!({ "at": shown["now"] });
            let reply = post(of.at("control"), "/__admin/clock/freeze", &at).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
        assert_eq!(client.report().await, Ok(()));
        // They run again as when they started, are moved by the same, and go back, as the next
        // environment begins with all of them together.
        let reset_all = async || {
            for of in [&programs.sts, &programs.mitid, &programs.smdb] {
                let reply = post(of.at("control"), "/__admin/clock/reset", &json!({})).await;
                assert_eq!(reply.status, 200, "{}", reply.text);
            }
        };
        reset_all().await;
        for of in [&programs.sts, &programs.mitid, &programs.smdb] {
            advance(of).await;
        }
        assert_eq!(client.report().await, Ok(()));
        reset_all().await;
        assert_eq!(client.report().await, Ok(()));

        // The STS rolls over: the client has pinned the former signer, and SMDB trusts it alone.
        let rolled = json!({ "environment": environment });
        let reply = post(programs.sts.at("control"), "/__admin/signers/roll-over", &rolled).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert!(client.report().await.is_err());
        assert_eq!(
            post(programs.sts.at("control"), "/__admin/reset", &json!({})).await.status,
            200
        );
    }
    for program in [programs.smdb, programs.sts, programs.mitid] {
        let ended = program.terminate();
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
    }
}

/// MitID Erhverv forgets what was ordered of it since it was up, and takes orders as before.
#[tokio::test]
async fn who_needs_a_certificate_after_a_reset_of_mitid_orders_one() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("served/reset");
    let data = served::data(folder, &keys());
    let Programs { mitid, sts, smdb } = Programs::start(&data).await;
    assert_eq!(post(mitid.at("control"), "/__admin/reset", &json!({})).await.status, 200);
    assert_eq!(smdb.terminate().code, Some(0));
    let certificate = data.join("sim-smdb/smdb-production.cer");
    let former = fs::read(&certificate).unwrap();
    fs::remove_file(&certificate).unwrap();
    let [published, control] = ["publication", "control"].map(|it| mitid.url(it).to_owned());
    let its = sts.url("metadata").to_owned();
    let peers = ["--mitid", &published, "--mitid-control", &control, "--sts", &its];
    let smdb = start("sim-smdb", &data, &peers);
    served::ready(smdb.at("control")).await;
    assert_ne!(fs::read(&certificate).unwrap(), former);
}
