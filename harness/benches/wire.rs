//! What `skift serve` costs: how much of a server's processor time a token and a call of SMDB take over
//! TLS is the bare RSA work that they contain, how long it takes to start, and how much memory it holds.
//!
//! The program runs beside this one, which is its load: requests are signed beforehand, each with an id
//! of its own, the clock is frozen, and they go over one connection that is kept. Processor time and
//! memory are what Linux says of the program (`/proc`); elsewhere these lines are left out.
//!
//! `SKIFT_REQUESTS` asks for more requests than [`REQUESTS`], for what they leave in memory.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    sync::Arc,
};

use clock::{Span, Timestamp};
use entropy::Entropy;
use measure::Median;
use oio_idws::{
    Credential, addressing,
    call::ServiceCall,
    trust::{StsReply, TokenRequest},
};
use pki::{Certificate, SignatureAlgorithm, pkcs12};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use serde_json::Value;
use sim_smdb::{
    contract::{ENTITY_ID, Operation, Submission},
    course::Course,
    cpr::Cpr,
    date::Date,
    schema::SchemaVersion,
};

const TARGET: &str = env!("CARGO_TARGET_TMPDIR");
/// So many are sent, and then the bare work of so many is done.
const BLOCK: usize = 50;
const REQUESTS: usize = 1_000;
const STARTS: usize = 20;

fn main() -> ExitCode {
    let data = PathBuf::from(TARGET).join("wire");
    // Nothing of an earlier run is read again.
    let _ = fs::remove_dir_all(&data);
    drop(Served::start(&data, START));
    let served = Served::start(&data, LATER);
    served.print_memory("serve-memory-idle");
    let client = Client::of(&data, &served);
    let requests = env::var("SKIFT_REQUESTS").ok().and_then(|text| text.parse().ok());
    let requests = requests.unwrap_or(REQUESTS);
    let token = tokens(&served, &client, requests);
    calls(&served, &client, &token, requests);
    served.print_memory(&format!("serve-memory-after-{}-requests", 2 * requests));
    drop(served);
    starts();
    ExitCode::SUCCESS
}

/// From the start of the program to its line: with nothing on disk, and with what that has left there.
fn starts() {
    let data = PathBuf::from(TARGET).join("wire-starts");
    let milliseconds = |time| measure::seconds(|| drop(Served::start(&data, time))) * 1e3;
    let first = (0..STARTS).map(|_| {
        let _ = fs::remove_dir_all(&data);
        milliseconds(START)
    });
    measure::print("serve-start-first", Median::of(first.collect()), "ms");
    let again = (0..STARTS).map(|_| milliseconds(LATER)).collect();
    measure::print("serve-start-again", Median::of(again), "ms");
}

/// Tokens, of which the last is given; beside each one verification, two signatures, one OAEP.
fn tokens(served: &Served, client: &Client, requests: usize) -> String {
    let mut wire = Wire::to(client, &client.sts_address, "text/xml; charset=utf-8");
    let mut entropy = Entropy::seeded(1, "bench", "sts");
    let mut write = || {
        let request = TokenRequest::of_system_user(
            addressing::sts_message_id(&mut entropy),
            addressing::message_id(&mut entropy),
            ENTITY_ID.to_owned(),
            client.now,
            client.now + Span::from_minutes(5),
        );
        request.write(&client.credential).expect("a key signs")
    };
    let last = wire.post(&write());
    shares(served, "wire-token", requests, &mut write, &mut wire, || {
        client.sign();
        client.sign();
        client.verify();
        client.encrypt();
    });
    let reply = StsReply::read(last.as_bytes(), client.sts.public_key()).expect("an answer");
    let StsReply::Token(token) = reply else { panic!("no token: {last}") };
    token.encrypted_assertion
}

/// Submissions with one token; beside each two verifications, one signature, one decryption.
fn calls(served: &Served, client: &Client, token: &str, requests: usize) {
    let mut wire = Wire::to(client, &client.smdb_address, "application/soap+xml; charset=utf-8");
    let mut entropy = Entropy::seeded(1, "bench", "smdb");
    let calendar = SchemaVersion::calendar();
    let version = calendar.at(client.now).copied().unwrap_or(SchemaVersion::LATEST);
    let mut write = || {
        let reference = loop {
            if let Ok(reference) = entropy.uuid().to_string().parse() {
                break reference;
            }
        };
        let citizen = Cpr::parse("6101800049").expect("a made-up number");
        let submission = Submission {
            reference,
            version: 1,
            authority: "90000001".parse().expect("eight digits"),
            course: Course::of_one_day(citizen, Date::of(client.now)),
        };
        let call = ServiceCall {
            message_id: addressing::message_id(&mut entropy),
            action: Operation::Report.action(version),
            framework: None,
            to: client.smdb_address.clone(),
            created: client.now,
            expires: client.now + Span::from_minutes(5),
            encrypted_assertion: token.to_owned(),
            body: submission.write(version),
        };
        call.write(&client.credential).expect("a key signs")
    };
    shares(served, "wire-smdb-call", requests, &mut write, &mut wire, || {
        client.verify();
        client.verify();
        client.sign();
        client.decrypt();
    });
}

/// Sends requests in blocks, and in turn with each block does the bare work of as many.
fn shares(
    served: &Served,
    name: &str,
    requests: usize,
    write: &mut impl FnMut() -> String,
    wire: &mut Wire,
    bare: impl Fn(),
) {
    // Connections, threads and caches are there when it counts.
    (0..BLOCK).for_each(|_| drop(wire.post(&write())));
    let mut series = Vec::new();
    for _ in 0..requests.div_ceil(BLOCK) {
        let messages: Vec<_> = (0..BLOCK).map(|_| write()).collect();
        let before = processor_time(served.0.id());
        messages.iter().for_each(|message| drop(wire.post(message)));
        let after = processor_time(served.0.id());
        let own = processor_time(std::process::id());
        (0..BLOCK).for_each(|_| bare());
        let alone = processor_time(std::process::id()).zip(own).map(|(after, own)| after - own);
        match (before.zip(after), alone) {
            (Some((before, after)), Some(alone)) => series.push(alone / (after - before)),
            _ => return measure::skip(name, "there is no /proc here"),
        }
    }
    measure::print_ratio(&format!("{name}-share-of-bare-rsa"), Median::of(series));
}

/// `skift serve`, until it goes.
struct Served(Child, Value);

impl Served {
    /// Starts it on free ports and reads the line that it says when it can be asked.
    fn start(data: &Path, time: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_skift"))
            .args(["serve", "--free-ports", "true", "--start-time", time, "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program is there");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("it says where it is");
        let announcement = serde_json::from_str(&line).unwrap_or_else(|it| panic!("{it}: {line}"));
        Self(child, announcement)
    }

    /// Freezes its clock and says at what time.
    fn freeze(&self) -> Timestamp {
        let control = self.1["urls"]["sts-control"].as_str().expect("the control port's address");
        let address = control.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("it listens");
        let head =
            "POST /__admin/clock/freeze HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        write!(stream, "{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}")
            .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer of HTTP");
        let status: Value =
            serde_json::from_str(body).unwrap_or_else(|it| panic!("{it}: {answer}"));
        status["now"].as_str().and_then(|now| now.parse().ok()).unwrap_or_else(|| panic!("{body}"))
    }

    fn print_memory(&self, name: &str) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|it| it.trim().trim_end_matches(" kB").parse::<f64>().ok());
        match kilobytes {
            Some(kilobytes) => measure::print(name, Median { value: kilobytes / 1e3 }, "MB"),
            None => measure::skip(name, "there is no /proc here"),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Nothing is lost: what it keeps is written when it happens.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// When the services' time begins.
const START: &str = "2030-03-01T08:00:00Z";
/// When it begins once they are founded: nobody can use what was issued later.
const LATER: &str = "2030-03-01T09:00:00Z";

/// The processor time of a program so far, in seconds: of all its threads that there are.
fn processor_time(id: u32) -> Option<f64> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).ok()?;
    let of_one = |thread: std::io::Result<fs::DirEntry>| -> Option<f64> {
        let times = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        times.split(' ').next()?.parse::<f64>().ok()
    };
    Some(threads.filter_map(of_one).sum::<f64>() / 1e9)
}

/// Whom the load comes from: the system user of the kit.
struct Client {
    credential: Credential,
    sts: Certificate,
    tls_authority: String,
    sts_address: String,
    smdb_address: String,
    now: Timestamp,
    signature: Vec<u8>,
    wrapped: Vec<u8>,
}

impl Client {
    /// As long as the digest in it is what every signature is over.
    const MESSAGE: [u8; 32] = [7; 32];

    fn of(data: &Path, served: &Served) -> Self {
        let kit = data.join("kit/integration-test");
        let read = |name: &str| fs::read_to_string(kit.join(name)).expect("the kit has it");
        let file = fs::read(kit.join("fagsystem-test.p12")).expect("the kit has it");
        let opened = pkcs12::open(&file, read("password").trim()).expect("its password");
        let [certificate, ..] = &opened.certificates[..] else { panic!("no certificate") };
        let credential = Credential { certificate: certificate.clone(), key: opened.key };
        let environment = read("client.env");
        let named = |name: &str| {
            let value = environment.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
            value.expect("the kit names it").trim_matches('\'').to_owned()
        };
        let signature = credential.key.sign(SignatureAlgorithm::Pkcs1Sha256, &Self::MESSAGE);
        let wrapped = credential.certificate.public_key().encrypt_oaep(&Self::MESSAGE);
        Self {
            sts: Certificate::from_cer(read("sts.cer").as_bytes()).expect("a certificate"),
            tls_authority: read("tls.pem"),
            sts_address: named("STS_ADDRESS"),
            smdb_address: named("SMDB_ADDRESS"),
            now: served.freeze(),
            credential,
            signature,
            wrapped,
        }
    }

    fn sign(&self) {
        let algorithm = SignatureAlgorithm::Pkcs1Sha256;
        assert!(!self.credential.key.sign(algorithm, &Self::MESSAGE).is_empty());
    }

    fn verify(&self) {
        let key = self.credential.certificate.public_key();
        let algorithm = SignatureAlgorithm::Pkcs1Sha256;
        key.verify(algorithm, &Self::MESSAGE, &self.signature).expect("its own");
    }

    fn encrypt(&self) {
        let wrapped = self.credential.certificate.public_key().encrypt_oaep(&Self::MESSAGE);
        assert!(!wrapped.is_empty());
    }

    fn decrypt(&self) {
        assert!(self.credential.key.decrypt_oaep(&self.wrapped).is_ok());
    }
}

/// One connection to a service, which is kept.
struct Wire {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
    head: String,
}

impl Wire {
    fn to(client: &Client, address: &str, media_type: &str) -> Self {
        let rest = address.strip_prefix("https://").expect("an address in TLS");
        let (host, path) = rest.split_at(rest.find('/').expect("a path"));
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(client.tls_authority.as_bytes());
        roots.add(authority.expect("a certificate in PEM")).expect("an authority");
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has suites for both versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = host.split(':').next().unwrap_or(host).to_owned();
        let name = ServerName::try_from(name).expect("the name of a host");
        let tls = ClientConnection::new(Arc::new(config), name).expect("a sound configuration");
        let stream = TcpStream::connect(host).expect("it listens");
        stream.set_nodelay(true).expect("a socket has it");
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {media_type}\r\n");
        Self { stream: BufReader::new(StreamOwned::new(tls, stream)), head }
    }

    /// Sends a message and reads the answer, which must be no fault.
    fn post(&mut self, message: &str) -> String {
        let stream = self.stream.get_mut();
        let request = format!("{}Content-Length: {}\r\n\r\n{message}", self.head, message.len());
        stream.write_all(request.as_bytes()).and_then(|()| stream.flush()).expect("it reads");
        let (mut status, mut length) = (String::new(), 0);
        self.stream.read_line(&mut status).expect("it answers");
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("it answers");
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).expect("it answers");
        let body = String::from_utf8(body).expect("it answers in UTF-8");
        assert!(status.starts_with("HTTP/1.1 200"), "{status}{body}");
        body
    }
}
