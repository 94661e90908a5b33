//! Every scenario of the folder `scenarios`, taken further than its file goes: other years, instants
//! that nobody named, and worlds that are wrong on purpose.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use clock::Span;
use entropy::Entropy;
use harness::{
    downtime::{NodeDowntime, measure},
    expect::Verdict,
    journal::Journal,
    report::ScenarioReport,
    run::run,
    scenario::{Action, Entry, Happening, Scenario, When},
    world::in_process::{Countries, InProcess, keys_needed},
};
use parties::{ClientProfile, Environment, Pass};
use pki::KeyPool;

use crate::stops::Watched;

/// How many instants are drawn in each scenario. Each takes real keys and real messages, so more of
/// them are for a machine with time: `SKIFT_INSTANTS=1000`.
fn instants() -> usize {
    std::env::var("SKIFT_INSTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(25)
}

/// Other years. Each scenario is taken to one of them, in turn; to all of them on a machine with time:
/// `SKIFT_YEARS=all`.
const STARTS: [&str; 4] = [
    "2020-06-15T08:00:00Z",
    "2038-01-19T01:14:07Z",
    "2049-12-31T22:00:00Z",
    "2099-12-31T20:00:00Z",
];

/// The starts for the file that is the `index`th.
fn starts(index: usize) -> impl Iterator<Item = &'static str> {
    let all = std::env::var("SKIFT_YEARS").is_ok_and(|text| text == "all");
    let is_its = move |turn: usize| all || turn == index % STARTS.len();
    STARTS.into_iter().enumerate().filter(move |(turn, _)| is_its(*turn)).map(|(_, start)| start)
}

/// A scenario file: its place in the list, its name and its text.
struct File {
    index: usize,
    name: String,
    text: String,
}

impl File {
    fn scenario(&self) -> Scenario {
        Scenario::parse(&self.text).unwrap_or_else(|mistake| panic!("{}:{mistake}", self.name))
    }
}

/// Every file below `scenarios`, by name.
fn files() -> Vec<File> {
    fn search(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                search(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    search(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios")), &mut found);
    found.sort();
    let file = |(index, path): (usize, PathBuf)| File {
        index,
        name: path.display().to_string(),
        text: fs::read_to_string(&path).unwrap(),
    };
    found.into_iter().enumerate().map(file).collect()
}

/// Does something with every file, on every processor.
fn with_each(check: impl Fn(&File, &Ground) + Sync) {
    let (files, ground, next) = (files(), Ground::new(), AtomicUsize::new(0));
    assert!(files.len() >= 32, "there are scenarios");
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(file, &ground);
                }
            });
        }
    });
}

/// What the worlds of a test share, as those of a run do.
pub(crate) struct Ground {
    keys: KeyPool,
    countries: Countries,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let keys = KeyPool::open(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys")).unwrap();
        Self { keys, countries: Countries::default() }
    }

    fn world(&self, scenario: &Scenario) -> InProcess {
        self.keys.ensure(&keys_needed(scenario), &mut |_, _| ()).unwrap();
        let key = |size, index| Some(self.keys.key(size, index));
        InProcess::with_link(scenario, Pass, &self.countries, key)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn journal(&self, scenario: &Scenario) -> Journal {
        run(scenario, &mut self.world(scenario))
    }
}

/// Who was down from when to when, counted from the start, at which step and why.
fn told(scenario: &Scenario, downtime: &[NodeDowntime]) -> Vec<String> {
    let line = |node: &NodeDowntime, outage: &harness::downtime::Outage| {
        let from = outage.from.since(scenario.start);
        let until = outage.until.map(|until| until.since(scenario.start));
        let (step, cause) = (outage.failure.step, &outage.failure.cause);
        format!("{}/{} {from}..{until:?} {step} {cause}", node.client, node.node)
    };
    downtime.iter().flat_map(|node| node.outages.iter().map(move |it| line(node, it))).collect()
}

/// Outages do not hang on the year: neither on the length of a date (UTCTime ends with 2049), nor on
/// that of a number (2038).
#[test]
fn worlds_of_other_years_give_the_same_outages() {
    with_each(|file, ground| {
        let scenario = file.scenario();
        let outages = told(&scenario, &measure(&ground.journal(&scenario)));
        for start in starts(file.index) {
            let written = file.text.lines().find(|line| line.starts_with("start = ")).unwrap();
            let text = file.text.replace(written, &format!("start = {start}"));
            let elsewhen = Scenario::parse(&text).unwrap_or_else(|it| panic!("{}:{it}", file.name));
            // What looks at whole multiples of a span since 1970 does so at other instants here.
            if elsewhen.rules.sts.swap.look_interval > Span::ZERO {
                continue;
            }
            let found = told(&elsewhen, &measure(&ground.journal(&elsewhen)));
            assert_eq!(found, outages, "{} from {start}", file.name);
        }
    });
}

/// Looks at instants that nobody named show nothing that the stops did not.
#[test]
fn random_instants_never_contradict_an_outage() {
    with_each(|file, ground| {
        let scenario = file.scenario();
        let outages = told(&scenario, &measure(&ground.journal(&scenario)));
        let mut entropy = Entropy::seeded(20_261_122, "suite", &file.name);
        let length = scenario.length.millis().unsigned_abs();
        let stops = (0..instants()).map(|_| {
            let millis = u64::from_le_bytes(entropy.bytes()) % length;
            scenario.start + Span::from_millis(i64::try_from(millis).unwrap())
        });
        let mut watched = Watched::at(ground.world(&scenario), stops.collect());
        let seen = told(&scenario, &measure(&run(&scenario, &mut watched)));
        assert_eq!(seen, outages, "{}, seed 20261122", file.name);
    });
}

/// Who is not looked at after an act or a call of another is one for whom nothing has changed.
#[test]
fn looks_at_every_node_after_everything_that_happens_show_nothing_else() {
    with_each(|file, ground| {
        let scenario = file.scenario();
        let mut watched = Watched::everywhere(ground.world(&scenario), &scenario);
        let seen = run(&scenario, &mut watched);
        assert_eq!(
            seen.to_json_lines(),
            ground.journal(&scenario).to_json_lines(),
            "{}",
            file.name
        );
    });
}

/// Runs each scenario in a world that is built from a changed one, and expects that at least one of
/// them no longer goes as its file says.
#[track_caller]
fn caught(change: impl Fn(&mut Scenario)) {
    let ground = Ground::new();
    let caught = files().iter().any(|file| {
        let told = file.scenario();
        let mut wrong = told.clone();
        change(&mut wrong);
        let changed = wrong != told;
        changed && {
            let report =
                ScenarioReport::new(&file.name, &file.name, &told, &ground.journal(&wrong));
            report.verdict == Verdict::Fail
        }
    });
    assert!(caught, "no scenario noticed");
}

fn actions(scenario: &mut Scenario) -> impl Iterator<Item = &mut Action> {
    scenario.entries.iter_mut().filter_map(|entry| match &mut entry.what {
        Happening::Action(action) => Some(action),
        Happening::Call(_) => None,
    })
}

/// Puts what `follow` gives right behind the actions that it is given for.
fn insert(scenario: &mut Scenario, follow: impl Fn(&Action) -> Vec<Action>) {
    let entries = std::mem::take(&mut scenario.entries);
    for entry in entries {
        let follows = match (&entry.what, entry.when) {
            (Happening::Action(action), When::At(_)) => follow(action),
            _ => Vec::new(),
        };
        let (when, place) = (entry.when, entry.place);
        scenario.entries.push(entry);
        let follows = follows.into_iter().map(Happening::Action);
        scenario.entries.extend(follows.map(|what| Entry { when, what, place }));
    }
}

fn move_expiry(scenario: &mut Scenario, by: Span) {
    for certificate in scenario.certificates.values_mut() {
        certificate.expires = certificate.expires + by;
    }
}

#[test]
fn a_certificate_that_ends_a_second_late_is_caught() {
    caught(|scenario| move_expiry(scenario, Span::from_seconds(1)));
}

#[test]
fn a_certificate_that_ends_a_second_early_is_caught() {
    caught(|scenario| move_expiry(scenario, Span::from_seconds(-1)));
}

#[test]
fn saving_that_acts_like_provisioning_is_caught() {
    caught(|scenario| {
        insert(scenario, |action| match action {
            Action::Save { system_user, .. } => {
                let provision = |environment| Action::Provision {
                    system_user: system_user.clone(),
                    environment,
                };
                Environment::ALL.map(provision).into()
            }
            _ => Vec::new(),
        });
    });
}

#[test]
fn provisioning_without_what_was_saved_is_caught() {
    caught(|scenario| {
        scenario
            .entries
            .retain(|entry| !matches!(entry.what, Happening::Action(Action::Save { .. })));
    });
}

#[test]
fn provisioning_in_the_wrong_environment_is_caught() {
    caught(|scenario| {
        for action in actions(scenario) {
            if let Action::Provision { environment, .. } = action {
                *environment = match environment {
                    Environment::Production => Environment::IntegrationTest,
                    Environment::IntegrationTest => Environment::Production,
                };
            }
        }
    });
}

/// A cache that is keyed by the certificate finds nothing after a swap.
#[test]
fn a_cache_that_is_keyed_by_the_certificate_is_caught() {
    caught(|scenario| {
        let dotnet: Vec<_> = scenario
            .clients
            .iter()
            .filter(|(_, client)| client.profile == ClientProfile::DotnetCacheByEndpoint)
            .map(|(name, _)| name.clone())
            .collect();
        insert(scenario, |action| match action {
            Action::Deploy { client, nodes, .. } if dotnet.contains(client) => {
                vec![Action::Restart { client: client.clone(), nodes: nodes.clone() }]
            }
            _ => Vec::new(),
        });
    });
}

#[test]
fn a_swap_at_the_revocation_is_caught() {
    caught(|scenario| {
        let swap = &mut scenario.rules.sts.swap;
        swap.rolling_on_revocation = !swap.rolling_on_revocation;
    });
}
