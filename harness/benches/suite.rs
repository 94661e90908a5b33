//! What a run costs with real keys and real messages: the whole suite in wall time, in memory and beside
//! the bare RSA work that is in it; and one client that calls hourly, for thirty days or, with
//! `SKIFT_THREE_YEARS=1`, for three years, and the same three years as decisions alone.
//!
//! What a forecast of the same three years costs, and how many plans are reckoned in a second, the
//! benches of `oracle` say.

use std::{
    env,
    ffi::OsString,
    fs,
    path::PathBuf,
    process::{Command, ExitCode},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use clock::Span;
use entropy::Entropy;
use harness::{
    catalogue,
    keep::Keeper,
    run::run,
    scenario::Scenario,
    world::{
        CallOutcome, World as _,
        in_process::{Countries, InProcess, keys_needed},
    },
};
use measure::Median;
use parties::{Core as _, Crossing, Environment, Link, Party, Verdict};
use pki::{KeyPool, KeySize, PrivateKey, SignatureAlgorithm};

use head::{HEAD, Head};

#[path = "../tests/it/head.rs"]
mod head;

const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");
const TARGET: &str = env!("CARGO_TARGET_TMPDIR");
const HOURS: u64 = 3 * 365 * 24;

/// Set where this program stands in for `skift`, to say at its end how much memory it took.
const STAND_IN: &str = "SKIFT_BENCH_STAND_IN";

fn main() -> ExitCode {
    if env::var_os(STAND_IN).is_some() {
        let exit = harness::cli::main();
        print_peak();
        return exit;
    }
    let keys = KeyPool::open(format!("{TARGET}/keys")).expect("the folder is ours");
    program();
    beside_bare_rsa(&keys);
    hourly(&keys);
    decisions(&keys);
    ExitCode::SUCCESS
}

/// `skift run scenarios` with two jobs, as a person starts it, the keys made before.
fn program() {
    let mut peak = None;
    let mut skift = || {
        let arguments = ["run", SCENARIOS, "--quiet", "--jobs", "2"].map(OsString::from);
        let folders = ["--keys", "keys", "--out", "out"].map(OsString::from);
        let output = Command::new(env::current_exe().expect("it runs"))
            .args(arguments.into_iter().chain(folders))
            .current_dir(TARGET)
            .env(STAND_IN, "1")
            .output()
            .expect("what runs can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        peak = said.lines().find_map(|line| line.strip_prefix(PEAK)?.parse().ok());
    };
    skift();
    let wall = (0..3).map(|_| measure::seconds(&mut skift)).collect();
    measure::print("suite-two-jobs", Median::of(wall), "s");
    match peak {
        Some(kilobytes) => measure::print("suite-peak-memory", Median { value: kilobytes }, "kB"),
        None => measure::skip("suite-peak-memory", "there is no /proc/self/status here"),
    }
}

const PEAK: &str = "VmHWM: ";

/// The most memory that this process had at once, as Linux counts it.
#[expect(clippy::print_stdout, reason = "who started this program reads it there")]
fn print_peak() {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
        println!("{PEAK}{}", peak.trim().trim_end_matches(" kB"));
    }
}

/// Each scenario on one core, and in turn with it the bare RSA work of its messages: one signature,
/// verification, encryption or decryption for each that is in them, looks included. The certificates of a
/// world are not counted, and so count as ours.
fn beside_bare_rsa(keys: &KeyPool) {
    let countries = Countries::default();
    let work = BareWork::new(keys);
    let found = catalogue::find(&[PathBuf::from(SCENARIOS)]).expect("the project's own");
    let (mut ratios, mut ours, mut bare) = (Vec::new(), 0.0, 0.0);
    for found in found {
        let scenario = catalogue::load(&found.path).expect("the project's own");
        make_keys(keys, &scenario);
        let counter = Counter::default();
        let took = measure::seconds(|| {
            let key = |size, index| Some(keys.key(size, index));
            let world = InProcess::with_link(&scenario, counter.clone(), &countries, key);
            let _ = run(&scenario, &mut world.expect("the project's own"));
        });
        let alone = measure::seconds(|| work.run(&counter.0));
        ratios.push(took / alone);
        ours += took;
        bare += alone;
    }
    measure::print("suite-one-core", Median { value: ours }, "s");
    measure::print("suite-bare-rsa", Median { value: bare }, "s");
    measure::print_ratio("suite-scenario-to-bare-rsa", Median::of(ratios));
}

/// A link that counts the RSA operations behind what crosses it. A copy counts to the same account.
#[derive(Clone, Default)]
struct Counter(Arc<Counts>);

#[derive(Default)]
struct Counts {
    signed: AtomicUsize,
    verified: AtomicUsize,
    encrypted: AtomicUsize,
    decrypted: AtomicUsize,
}

impl Link for Counter {
    fn carry(&mut self, crossing: Crossing<'_>) -> Verdict {
        let holds = |text: &str| crossing.bytes.windows(text.len()).any(|it| it == text.as_bytes());
        let [signed, verified, encrypted, decrypted] = match (crossing.from, crossing.to) {
            (Party::Client, Party::Sts) => [1, 1, 0, 0],
            // A token is signed, encrypted for SMDB, and the answer around it is signed too.
            (Party::Sts, Party::Client) if holds("EncryptedAssertion") => [2, 1, 1, 0],
            (Party::Client, Party::Smdb) => [1, 2, 0, 1],
            // Undeclared faults are not signed.
            (Party::Smdb, Party::Client) if holds("SignatureValue") => [1, 1, 0, 0],
            // A revocation list.
            (Party::Mitid, _) => [1, 1, 0, 0],
            _ => [0; 4],
        };
        self.0.signed.fetch_add(signed, Relaxed);
        self.0.verified.fetch_add(verified, Relaxed);
        self.0.encrypted.fetch_add(encrypted, Relaxed);
        self.0.decrypted.fetch_add(decrypted, Relaxed);
        Verdict::Pass
    }
}

/// RSA operations of 3072 bits, and nothing else.
struct BareWork {
    key: PrivateKey,
    signature: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl BareWork {
    const MESSAGE: [u8; 32] = [7; 32];
    const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::Pkcs1Sha256;

    fn new(keys: &KeyPool) -> Self {
        let key = keys.key(KeySize::Rsa3072, 0);
        let signature = key.sign(Self::ALGORITHM, &Self::MESSAGE);
        let ciphertext = key.public().encrypt_oaep(&Self::MESSAGE);
        Self { key, signature, ciphertext }
    }

    fn run(&self, counts: &Counts) {
        let Self { key, signature, ciphertext } = self;
        for _ in 0..counts.signed.load(Relaxed) {
            assert!(!key.sign(Self::ALGORITHM, &Self::MESSAGE).is_empty());
        }
        for _ in 0..counts.verified.load(Relaxed) {
            key.public().verify(Self::ALGORITHM, &Self::MESSAGE, signature).expect("its own");
        }
        for _ in 0..counts.encrypted.load(Relaxed) {
            assert!(!key.public().encrypt_oaep(&Self::MESSAGE).is_empty());
        }
        for _ in 0..counts.decrypted.load(Relaxed) {
            assert!(!key.decrypt_oaep(ciphertext).expect("its own").is_empty());
        }
    }
}

/// A client that asks for a token with each call and calls hourly.
fn hourly(keys: &KeyPool) {
    let (name, hours) = match env::var_os("SKIFT_THREE_YEARS") {
        Some(_) => ("hourly-three-years", HOURS),
        None => ("hourly-thirty-days", 30 * 24),
    };
    let scenario = steady(hours);
    make_keys(keys, &scenario);
    let mut calls = 0;
    let took = measure::seconds(|| {
        let mut world = InProcess::new(&scenario, |size, index| Some(keys.key(size, index)));
        let journal = run(&scenario, world.as_mut().expect("a sound scenario"));
        let downtime = harness::downtime::measure(&journal);
        assert!(downtime.iter().all(|node| node.outages.is_empty()), "nothing happens");
        calls = downtime.iter().map(|node| node.calls).sum::<u64>();
    });
    assert_eq!(calls, hours, "one each hour");
    measure::print(name, Median { value: took }, "s");
    measure::print("hourly-call", Median { value: took * 1e3 / calls as f64 }, "ms");
}

/// The same three years as what the STS and SMDB decide on each call: no message is written or read and
/// no key used. It is one call again and again, since what was read of a message is good for minutes.
fn decisions(keys: &KeyPool) {
    let scenario = steady(2);
    make_keys(keys, &scenario);
    let key = |size, index| Some(keys.key(size, index));
    let world = InProcess::with_link(&scenario, Keeper::default(), &Countries::default(), key);
    let mut world = world.expect("a sound scenario");
    let (client, node) = scenario.nodes().next().expect("there is one");
    // With the first call the STS fetches its revocation list. The second is one that the services of
    // `world` have not seen.
    assert_eq!(world.call(client, node, scenario.start), CallOutcome::Succeeded);
    let now = scenario.start + Span::from_minutes(1);
    let mut ahead = world.clone();
    let _ = ahead.link_mut().take();
    assert_eq!(ahead.call(client, node, now), CallOutcome::Succeeded);
    let messages = ahead.link_mut().take();
    let sts = world.sts().issuer(Environment::Production).expect("there is one");
    let smdb = world.smdb(Environment::Production).expect("there is one");
    let (request, call) = (sts.read(&messages[0].bytes), smdb.read(&messages[2].bytes));
    let mut entropy = Entropy::seeded(1, "bench", "decisions");
    let took = measure::seconds(|| {
        for _ in 0..HOURS {
            let (answer, _) = sts.decide(&request, now, &mut entropy);
            assert!(matches!(answer, sim_sts::issue::Answer::Token(_)));
            let (answer, _) = smdb.decide(&call, now, &mut entropy);
            assert!(matches!(answer, sim_smdb::call::Answer::Answered(_)));
        }
    });
    measure::print("hourly-three-years-as-decisions", Median { value: took * 1e3 }, "ms");
}

/// One client that calls at the start and each hour after it, so many times, and nothing else.
fn steady(calls: u64) -> Scenario {
    let (length, expires) = (format!("{}h", calls - 1), format!("+{calls}h"));
    let head = Head { length: &length, expires: &expires, interval: Some("1h"), ..HEAD };
    head.with(&[] as &[&str])
}

fn make_keys(keys: &KeyPool, scenario: &Scenario) {
    keys.ensure(&keys_needed(scenario), &mut |_, _| ()).expect("the folder is ours");
}
