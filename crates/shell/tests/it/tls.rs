//! What a client is shown in TLS, and what is asked of it.

use std::{collections::BTreeMap, sync::Arc};

use der::{Decode, Encode, Header, Length, Reader, SliceReader, Tag};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::{
    ALL_VERSIONS, ClientConfig, RootCertStore, SignatureAlgorithm, SignatureScheme,
    SupportedProtocolVersion,
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, alg_id, pem::PemObject},
    sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use serde_json::json;
use shell::{
    Bounds, Folder, Identity, Journal, Servers, Tls, TlsAuthority, Traffic,
    control::{Control, Ready, Reset, Service, Settings},
    program::Instruments,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::stage::{Served, one_answer, request, rest_of};

/// A certificate that signs itself, for some hosts.
struct Own {
    key: KeyPair,
    certificate: CertificateDer<'static>,
}

impl Own {
    fn of(host: &str) -> Self {
        Self::with(&CertificateParams::new(vec![host.to_owned()]).unwrap())
    }

    fn with(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate: certificate.der().clone(), key }
    }

    fn identity(&self) -> Identity {
        Identity::new(vec![self.certificate.to_vec()], &self.key.serialize_der()).unwrap()
    }
}

/// A client that trusts this authority.
fn client_of(root: CertificateDer<'static>) -> TlsConnector {
    connector(vec![root], None, ALL_VERSIONS)
}

/// A client that trusts these servers and, if it has one, shows a certificate.
fn client(servers: &[&Own], own: Option<&Own>) -> TlsConnector {
    connector(servers.iter().map(|server| server.certificate.clone()).collect(), own, ALL_VERSIONS)
}

fn connector(
    trusted: Vec<CertificateDer<'static>>,
    own: Option<&Own>,
    versions: &[&'static SupportedProtocolVersion],
) -> TlsConnector {
    let shown = own.map(|own| {
        let key = PrivateKeyDer::Pkcs8(own.key.serialize_der().into());
        // Whatever it says, and whosever it is.
        CertifiedKey::new(vec![own.certificate.clone()], any_supported_type(&key).unwrap())
    });
    connector_showing(trusted, shown, versions)
}

fn connector_showing(
    trusted: Vec<CertificateDer<'static>>,
    shown: Option<CertifiedKey>,
    versions: &[&'static SupportedProtocolVersion],
) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    trusted.into_iter().for_each(|certificate| roots.add(certificate).unwrap());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let config = match shown {
        None => config.with_no_client_auth(),
        Some(shown) => config.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(shown))),
    };
    TlsConnector::from(Arc::new(config))
}

/// The same without what came with later versions: which it is, and its extensions.
fn of_version_1(certificate: &[u8]) -> CertificateDer<'static> {
    changed(certificate, |parts| parts[1..7].to_vec())
}

/// The same for another key.
fn with_key(certificate: &[u8], key: &[u8]) -> CertificateDer<'static> {
    changed(certificate, |parts| [&parts[..6], &[key], &parts[7..]].concat())
}

/// A certificate (of version 3) with other parts. Whoever signed it has not signed that.
fn changed<'c>(
    certificate: &'c [u8],
    change: impl FnOnce(&[&'c [u8]]) -> Vec<&'c [u8]>,
) -> CertificateDer<'static> {
    let mut whole = SliceReader::new(certificate).unwrap();
    Header::decode(&mut whole).unwrap();
    let mut signed = SliceReader::new(whole.tlv_bytes().unwrap()).unwrap();
    Header::decode(&mut signed).unwrap();
    let parts: Vec<_> = (0..8).map(|_| signed.tlv_bytes().unwrap()).collect();
    let [algorithm, signature] = [(); 2].map(|()| whole.tlv_bytes().unwrap());
    of(Tag::Sequence, &[&of(Tag::Sequence, &change(&parts)), algorithm, signature]).into()
}

/// These in DER, under a tag.
fn of(tag: Tag, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = Length::try_from(content.len()).unwrap();
    let mut whole = Header::new(tag, length).unwrap().to_der().unwrap();
    whole.extend(content);
    whole
}

/// A public key with this algorithm, in DER.
fn key(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let algorithm = of(Tag::Sequence, &[algorithm]);
    of(Tag::Sequence, &[&algorithm, &of(Tag::BitString, &[&[0], key])])
}

/// A key of RSA whose modulus has so many octets, and a first one that is this.
fn rsa(octets: usize, first: u8) -> Vec<u8> {
    // A number with its first bit set would be a negative one.
    let sign: &[u8] = if first < 0x80 { &[] } else { &[0] };
    let modulus = of(Tag::Integer, &[sign, &[first], &vec![0xff; octets - 1]]);
    let parts = [&*modulus, b"\x02\x03\x01\x00\x01"];
    key(alg_id::RSA_ENCRYPTION.as_ref(), &of(Tag::Sequence, &parts))
}

/// Says that it has whatever key there is, and signs with something else.
#[derive(Debug, Clone, Copy)]
struct Pretender(SignatureScheme);

impl SigningKey for Pretender {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(*self))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::RSA
    }
}

impl Signer for Pretender {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        Ok(vec![1; 128])
    }

    fn scheme(&self) -> SignatureScheme {
        self.0
    }
}

async fn connect(
    served: &Served,
    client: &TlsConnector,
    host: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(host.to_owned()).unwrap();
    client.connect(name, served.connect().await).await
}

async fn answer(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(request(3, "Connection: close\r\n").as_bytes()).await.unwrap();
    rest_of(stream).await
}

fn hosts(named: &[(&str, &Own)]) -> BTreeMap<String, Identity> {
    named.iter().map(|(host, own)| ((*host).to_owned(), own.identity())).collect()
}

#[tokio::test]
async fn each_host_has_its_certificate() {
    let (local, named) = (Own::of("localhost"), Own::of("sts.invalid"));
    let tls = Tls::new(local.identity(), hosts(&[("sts.invalid", &named)]));
    let served = Served::start(Some(tls), Bounds::default()).await;
    let (of_local, of_named) = (client(&[&local], None), client(&[&named], None));
    let mut stream = connect(&served, &of_named, "STS.invalid").await.unwrap();
    assert!(answer(&mut stream).await.contains("3 octets; 0 of a certificate; sts.invalid"));
    let mut stream = connect(&served, &of_local, "localhost").await.unwrap();
    assert!(answer(&mut stream).await.contains("localhost"));
    // A host that is not known here is shown the one for this machine, and is no alert.
    assert!(connect(&served, &of_local, "other.invalid").await.is_err());
}

/// Neither expired nor unknown ones, nor such as nobody can make sense of: it is not for TLS to say what is
/// wrong with them.
#[tokio::test]
async fn a_client_may_show_any_certificate_or_none() {
    let server = Own::of("localhost");
    let served =
        Served::start(Some(Tls::new(server.identity(), BTreeMap::new())), Bounds::default()).await;
    let mut critical = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    critical.set_criticality(true);
    let mut unknown_extension = CertificateParams::new(vec!["client.invalid".to_owned()]).unwrap();
    unknown_extension.custom_extensions.push(critical);
    let [usual, old] = [(); 2].map(|()| Own::of("client.invalid"));
    let old = Own { certificate: of_version_1(&old.certificate), ..old };
    for own in [usual, old, Own::with(&unknown_extension)] {
        let length = own.certificate.len();
        for version in [&TLS12, &TLS13] {
            let client = connector(vec![server.certificate.clone()], Some(&own), &[version]);
            let mut stream = connect(&served, &client, "localhost").await.unwrap();
            let answer = answer(&mut stream).await;
            assert!(answer.contains(&format!("; {length} of a certificate")), "{answer}");
        }
    }
    let mut stream = connect(&served, &client(&[&server], None), "localhost").await.unwrap();
    assert!(answer(&mut stream).await.contains("; 0 of a certificate"));
}

/// It is for a simulator to say that a key is of no use, and not for TLS; and nobody is taken for who has it.
#[tokio::test]
async fn a_certificate_whose_key_cannot_be_checked_is_no_alert_and_proves_nothing() {
    // id-ecPublicKey on secp256k1; id-dsa.
    let secp256k1 = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x0a";
    let dsa = b"\x06\x07\x2a\x86\x48\xce\x38\x04\x01";
    let other = "; a key of another kind or on another curve; ";
    let (rsa_scheme, ec_scheme) =
        (SignatureScheme::RSA_PSS_SHA256, SignatureScheme::ECDSA_NISTP256_SHA256);
    let server = Own::of("localhost");
    let served =
        Served::start(Some(Tls::new(server.identity(), BTreeMap::new())), Bounds::default()).await;
    let usual = Own::of("client.invalid").certificate;
    for (key, scheme, told) in [
        (rsa(128, 0xff), rsa_scheme, Some("; an RSA key of 1024 bits; ")),
        (rsa(256, 0x7f), rsa_scheme, Some("; an RSA key of 2047 bits; ")),
        (rsa(1025, 0x01), rsa_scheme, Some("; an RSA key of 8193 bits; ")),
        (key(secp256k1, &[4; 65]), ec_scheme, Some(other)),
        (key(dsa, &[2, 1, 1]), ec_scheme, Some(other)),
        // These could be checked, and are: what is wrong, or no key, is an alert.
        (rsa(256, 0xff), rsa_scheme, None),
        (rsa(1024, 0xff), rsa_scheme, None),
        (key(alg_id::ECDSA_P256.as_ref(), &[4; 65]), ec_scheme, None),
        (key(alg_id::RSA_ENCRYPTION.as_ref(), b"no key"), rsa_scheme, None),
    ] {
        let shown = vec![with_key(&usual, &key)];
        for version in [&TLS12, &TLS13] {
            let shown = CertifiedKey::new(shown.clone(), Arc::new(Pretender(scheme)));
            let client =
                connector_showing(vec![server.certificate.clone()], Some(shown), &[version]);
            let answer = match connect(&served, &client, "localhost").await {
                Ok(mut stream) => {
                    // In TLS 1.3 a client has done its part before the server has looked.
                    let _ = stream.write_all(request(3, "Connection: close\r\n").as_bytes()).await;
                    rest_of(&mut stream).await
                }
                Err(_) => String::new(),
            };
            match told {
                Some(told) => assert!(answer.contains(told), "{told} in {version:?}: {answer}"),
                None => assert_eq!(answer, "", "{version:?}"),
            }
        }
    }
}

/// Who shows the certificate of another is not let in.
#[tokio::test]
async fn a_client_must_have_the_key_of_its_certificate() {
    let (server, other) = (Own::of("localhost"), Own::of("client.invalid"));
    let served =
        Served::start(Some(Tls::new(server.identity(), BTreeMap::new())), Bounds::default()).await;
    let own = Own { certificate: other.certificate, key: Own::of("client.invalid").key };
    for version in [&TLS12, &TLS13] {
        let client = connector(vec![server.certificate.clone()], Some(&own), &[version]);
        // In TLS 1.3 a client has done its part before the server has looked.
        if let Ok(mut stream) = connect(&served, &client, "localhost").await {
            let asked = stream.write_all(request(3, "Connection: close\r\n").as_bytes()).await;
            let mut answer = Vec::new();
            let read = stream.read_to_end(&mut answer).await;
            assert!((asked.is_err() || read.is_err()) && answer.is_empty(), "{version:?}");
        }
    }
}

#[tokio::test]
async fn another_certificate_is_shown_from_the_next_connection_on() {
    let (before, after) = (Own::of("localhost"), Own::of("localhost"));
    let tls = Tls::new(before.identity(), BTreeMap::new());
    let served = Served::start(Some(tls.clone()), Bounds::default()).await;
    let both = client(&[&before, &after], None);
    let mut old = connect(&served, &both, "localhost").await.unwrap();
    tls.change(after.identity(), BTreeMap::new());
    let mut new = connect(&served, &both, "localhost").await.unwrap();
    let shown =
        |stream: &TlsStream<TcpStream>| stream.get_ref().1.peer_certificates().unwrap()[0].clone();
    assert_eq!(shown(&old), before.certificate);
    assert_eq!(shown(&new), after.certificate);
    // Nor is one resumed that began with the former.
    assert!(answer(&mut old).await.contains("3 octets"));
    assert!(answer(&mut new).await.contains("3 octets"));
    let again = connect(&served, &both, "localhost").await.unwrap();
    assert_eq!(again.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Full));
}

#[tokio::test]
async fn what_is_no_handshake_is_not_answered_in_the_clear() {
    let server = Own::of("localhost");
    let tls = Tls::new(server.identity(), BTreeMap::new());
    let served = Served::start(Some(tls), Bounds::default()).await;
    assert!(served.answer_to("POST / HTTP/1.1\r\n\r\n").await.len() < 10, "no HTTP in clear");
    let mut stream = connect(&served, &client(&[&server], None), "localhost").await.unwrap();
    assert!(answer(&mut stream).await.contains("3 octets"));
}

#[test]
fn a_key_and_a_certificate_that_do_not_belong_together_are_refused() {
    let (one, other) = (Own::of("localhost"), Own::of("localhost"));
    assert!(Identity::new(vec![one.certificate.to_vec()], &other.key.serialize_der()).is_err());
    assert!(Identity::new(vec![one.certificate.to_vec()], b"no key").is_err());
    assert!(Identity::new(Vec::new(), &one.key.serialize_der()).is_err());
}

/// Whoever trusts the authority trusts the servers that it vouches for, by each of their names, and by
/// no other; and so after it was read again from its key.
#[tokio::test]
async fn an_authority_vouches_for_the_names_of_a_server() {
    let authority = TlsAuthority::found().unwrap();
    let again = TlsAuthority::from_key_pem(&authority.key_pem()).unwrap();
    let root = CertificateDer::from_pem_slice(authority.certificate_pem().unwrap().as_bytes());
    let trusting = client_of(root.unwrap());
    let hosts = ["localhost", "127.0.0.1", "::1", "SecureTokenService.test-nemlog-in.dk"];
    for authority in [&authority, &again] {
        let tls = Tls::new(authority.identity(&hosts).unwrap(), BTreeMap::new());
        let served = Served::start(Some(tls), Bounds::default()).await;
        for host in hosts {
            connect(&served, &trusting, host).await.unwrap();
        }
        for host in ["www.invalid", "127.0.0.2", "nemlog-in.dk"] {
            assert!(connect(&served, &trusting, host).await.is_err(), "{host}");
        }
    }
    let stranger = TlsAuthority::found().unwrap();
    let tls = Tls::new(stranger.identity(&hosts).unwrap(), BTreeMap::new());
    let served = Served::start(Some(tls), Bounds::default()).await;
    assert!(connect(&served, &trusting, "localhost").await.is_err());
    assert!(stranger.identity(&["ærlig.invalid"]).is_err());
}

fn root_of(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// The servers of a program with their control port, over the same folder each time.
struct Program {
    served: Served,
    control: std::net::SocketAddr,
    authority: String,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Program {
    async fn start(folder: &Folder) -> Self {
        Self::start_with(folder, Arc::new(|_| Ok(()))).await
    }

    /// The same, with what goes back beside the servers at a reset.
    async fn start_with(folder: &Folder, reset: Reset) -> Self {
        let mut servers = Servers::open(folder).unwrap();
        let own = ["localhost", "127.0.0.1"].map(str::to_owned).to_vec();
        let tls = servers.add("production", &["STS.invalid"], own).unwrap();
        let served = Served::start(Some(tls), Bounds::default()).await;
        let (servers, authority) = (Arc::new(servers), String::new());
        let instruments = Instruments {
            clock: clock::Clock::real(),
            journal: Journal::default(),
            traffic: Traffic::default(),
            ready: Ready::default(),
        };
        let service = Service::starting(("sim-test", "1"), instruments);
        let service = servers.beside(Service { reset, ..service });
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = Settings { address, token: None, hosts: Vec::new() };
        let port = Control::bind(settings, &service).await.unwrap();
        let (control, (stop, stopped)) = (port.address(), tokio::sync::oneshot::channel());
        tokio::spawn(port.serve(async move { _ = stopped.await }));
        let authority = authority + servers.authority_pem();
        Self { served, control, authority, _stop: stop }
    }

    /// Asks the control port for something that is granted.
    async fn ask(&self, method: &str, path: &str, body: &serde_json::Value) -> serde_json::Value {
        let (status, answer) = self.answer(method, path, body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn answer(
        &self,
        method: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> (u16, serde_json::Value) {
        let (body, mut stream) =
            (body.to_string(), TcpStream::connect(self.control).await.unwrap());
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = one_answer(&mut stream).await;
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(text).unwrap())
    }

    async fn renew(&self, body: &serde_json::Value) -> serde_json::Value {
        self.ask("POST", "/__admin/tls/renew", body).await
    }
}

/// From the next connection on, a server shows another certificate: of the authority that clients trust
/// already, which is kept from start to start, or of one that nobody knows yet.
#[tokio::test]
async fn a_server_is_given_another_certificate_while_it_serves() {
    let path = std::env::temp_dir().join(format!("skift-tls-{}", std::process::id()));
    let folder = Folder::open(&path).unwrap();
    let program = Program::start(&folder).await;
    let trusting = client_of(root_of(&program.authority));
    for host in ["localhost", "127.0.0.1", "sts.INVALID"] {
        connect(&program.served, &trusting, host).await.unwrap();
    }
    let before = program.ask("GET", "/__admin/tls", &json!({})).await;
    assert_eq!(before["authority"], program.authority);
    assert_eq!(before["servers"]["production"][1]["hosts"], json!(["sts.invalid"]));

    let after = program.renew(&json!({})).await;
    assert_eq!(
        (&after["authority"], &after["authority-kept"]),
        (&before["authority"], &json!(true))
    );
    assert_ne!(after["servers"], before["servers"]);
    connect(&program.served, &trusting, "localhost").await.unwrap();

    let another = program.renew(&json!({ "another-authority": true })).await;
    assert_eq!(another["authority-kept"], false);
    assert!(connect(&program.served, &trusting, "localhost").await.is_err());
    let of_another = client_of(root_of(another["authority"].as_str().unwrap()));
    connect(&program.served, &of_another, "sts.invalid").await.unwrap();

    // A reset goes back to who is trusted, too.
    program.ask("POST", "/__admin/reset", &json!({})).await;
    connect(&program.served, &trusting, "sts.invalid").await.unwrap();
    assert_eq!(program.ask("GET", "/__admin/tls", &json!({})).await, before);
    let again = Program::start(&folder).await;
    assert_eq!(again.authority, program.authority);
    connect(&again.served, &trusting, "localhost").await.unwrap();
    // It shows what it showed at first, and not what was shown for a while.
    let shown = again.ask("GET", "/__admin/tls", &json!({})).await;
    assert_eq!(shown["servers"], before["servers"]);
    // What is kept is told by its name where it cannot be read; and made for another authority, it is another.
    let files = || std::fs::read_dir(path.join("tls")).unwrap().map(|it| it.unwrap().path());
    let servers = || files().filter(|it| it.to_string_lossy().contains("server-"));
    assert_eq!(servers().count(), 2);
    servers().for_each(|file| std::fs::write(file, "no identity").unwrap());
    let mut broken = Servers::open(&folder).unwrap();
    let error = broken.add("production", &[], vec!["localhost".to_owned()]);
    assert!(error.is_ok(), "other names are kept in another file");
    let own = ["localhost", "127.0.0.1"].map(str::to_owned).to_vec();
    let error = broken.add("production", &[], own).unwrap_err().to_string();
    assert!(error.contains("tls/server-") && error.contains("remove the file"), "{error}");
    std::fs::remove_dir_all(&path).unwrap();
}

/// Who is told that nothing was done finds that nothing was.
#[tokio::test]
async fn what_is_shown_does_not_go_back_where_something_else_cannot() {
    let path = std::env::temp_dir().join(format!("skift-tls-reset-{}", std::process::id()));
    let folder = Folder::open(&path).unwrap();
    let reset = |_: &dyn Fn()| Err(std::io::Error::other("no room"));
    let program = Program::start_with(&folder, Arc::new(reset)).await;
    let renewed = program.renew(&json!({ "another-authority": true })).await;
    let (status, answer) = program.answer("POST", "/__admin/reset", &json!({})).await;
    assert_eq!(status, 507);
    assert!(answer["error"].as_str().unwrap().contains("no room"), "{answer}");
    assert_eq!(program.ask("GET", "/__admin/tls", &json!({})).await, renewed);
    std::fs::remove_dir_all(&path).unwrap();
}

/// A key and a certificate of two authorities, or what is none, are told with what to do.
#[test]
fn an_authority_that_is_half_there_is_told_with_its_file() {
    let path = std::env::temp_dir().join(format!("skift-tls-half-{}", std::process::id()));
    let folder = Folder::open(&path).unwrap();
    Servers::open(&folder).unwrap();
    let check = |file: &str| {
        let error = Servers::open(&folder).unwrap_err().to_string();
        let expected = path.join("tls").join(file);
        assert!(error.starts_with(&*expected.to_string_lossy()), "{error}");
        assert!(error.contains("remove authority.key and authority.pem"), "{error}");
    };
    let another = TlsAuthority::found().unwrap();
    std::fs::write(path.join("tls/authority.key"), another.key_pem()).unwrap();
    check("authority.pem");
    std::fs::write(path.join("tls/authority.key"), "no key").unwrap();
    check("authority.key");
    std::fs::remove_dir_all(&path).unwrap();
}
