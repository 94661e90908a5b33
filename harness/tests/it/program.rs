//! The program `skift` as its users meet it: words, files and exit codes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use harness::{
    expect::Verdict,
    report::{RunReport, json},
};

pub(crate) const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");

/// Those that a test runs more than once: one family, or all where there is time (`SKIFT_SUITE=whole`).
fn some() -> &'static str {
    let whole = std::env::var("SKIFT_SUITE").is_ok_and(|text| text == "whole");
    if whole { SCENARIOS } else { concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/tokens") }
}

pub(crate) const EARLY: &str =
    include_str!("../../../scenarios/rolling-swap/client-swaps-early.toml");

/// A folder that a test has for itself, empty.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Keys are kept from one test run to the next: they take a while to make.
fn keys(pool: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(pool)
}

pub(crate) fn skift(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_skift"))
        .args(arguments)
        .current_dir(folder)
        .env("SKIFT_KEYS", keys("keys"))
        .env_remove("SKIFT_OUT")
        .env_remove("SKIFT_FILTER")
        .env_remove("SKIFT_JOBS")
        .env_remove("SKIFT_SEED")
        .output()
        .unwrap()
}

/// Runs one scenario of this text, and expects this exit code; gives what was printed.
#[track_caller]
fn check(test: &str, scenario: &str, exit: i32) -> (String, String) {
    let folder = folder(test);
    fs::write(folder.join("race.toml"), scenario).unwrap();
    let output = skift(&folder, &["run", "race.toml"]);
    let printed = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "{}{}", printed.0, printed.1);
    printed
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The words of a text, wherever its lines were broken.
fn unbroken(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Over sockets, the edges of an outage are seen at the next look, and that is as expected.
#[test]
fn a_live_run_goes_as_expected_and_says_how_exact_it_is() {
    let folder = folder("live");
    let file = format!("{SCENARIOS}/replace/client-first.toml");
    let output = skift(&folder, &["run", &file, "--live", "--look-every", "7m"]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
    let said = "live, looked at every 7m: an edge is seen so late at most";
    assert!(unbroken(&printed).contains(said), "{printed}");
    let report = report(&folder);
    let exact = &report.scenarios[0].expected.outages[0];
    let seen = &report.scenarios[0].nodes[0].outages[0];
    assert_eq!(report.scenarios[0].verdict, Verdict::Pass);
    let late = seen.from.since(exact.from).millis();
    assert!((0..=7 * 60_000).contains(&late), "seen {late} ms late");
    let page = fs::read_to_string(folder.join("target/skift/report.html")).unwrap();
    assert!(page.contains("live, looked at every 7m"));
}

#[test]
fn a_live_run_without_time_between_looks_is_a_mistake() {
    for interval in ["0s", "-5m", "soon"] {
        let argument = format!("--look-every={interval}");
        let output = skift(&folder("live-mistake"), &["run", "race.toml", "--live", &argument]);
        assert_eq!(output.status.code(), Some(2), "{interval}");
        let said = text(&output.stderr);
        assert!(said.contains("an interval is a span of time"), "{said}");
    }
}

fn early_with(from: &str, to: &str) -> String {
    assert_eq!(EARLY.matches(from).count(), 1, "`{from}` stands once in the file");
    EARLY.replace(from, to)
}

fn report(folder: &Path) -> RunReport {
    json::read(&fs::read_to_string(folder.join("target/skift/report.json")).unwrap()).unwrap()
}

#[test]
fn every_scenario_of_the_project_goes_as_its_file_says() {
    let folder = folder("every-scenario");
    let output = skift(&folder, &["run", SCENARIOS]);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("PASS  rolling-swap/client-swaps-early: "), "{stdout}");
    assert!(!stdout.contains('\u{1b}'), "no colour without a terminal");

    let report = report(&folder);
    assert_eq!(report.verdict, Verdict::Pass);
    for scenario in &report.scenarios {
        let journal = folder.join(format!("target/skift/journal/{}.jsonl", scenario.name));
        let last = fs::read_to_string(&journal).unwrap();
        assert!(last.ends_with("\"what\":\"ends\"}\n"), "{}", journal.display());
    }
}

#[test]
fn other_keys_give_the_same_journals_and_report() {
    let run = |pool: &str| {
        let folder = folder(&format!("same-journals-{pool}"));
        let keys = keys(pool);
        let arguments = ["run", some(), "--out", "out", "--keys", keys.to_str().unwrap()];
        let output = skift(&folder, &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let mut files = Vec::new();
        collect(&folder.join("out"), &mut files);
        files
    };
    let (one, other) = (run("keys"), run("other-keys"));
    assert_eq!(one.len(), other.len());
    for ((path, one), (_, other)) in one.iter().zip(&other) {
        assert_eq!(one, other, "{}", path.display());
    }
}

#[test]
fn any_number_of_jobs_gives_the_same_files_and_the_same_text() {
    let run = |jobs: &str| {
        let folder = folder(&format!("jobs-{jobs}"));
        let output = skift(&folder, &["run", some(), "--out", "out", "--jobs", jobs]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let mut files = Vec::new();
        collect(&folder.join("out"), &mut files);
        let below = |path: PathBuf| path.strip_prefix(&folder).unwrap().to_owned();
        let files: Vec<_> = files.into_iter().map(|(path, text)| (below(path), text)).collect();
        (text(&output.stdout), files)
    };
    let (one, eight) = (run("1"), run("8"));
    assert_eq!(one, eight);
    assert!(one.1.len() > 4, "{:?}", one.1);
}

#[test]
fn only_scenarios_that_fit_the_filter_are_read() {
    let folder = folder("filter");
    for family in ["swap", "baseline"] {
        fs::create_dir(folder.join(family)).unwrap();
        fs::write(folder.join(family).join("race.toml"), EARLY).unwrap();
    }
    fs::write(folder.join("swap/wrong.toml"), "format = 1").unwrap();
    for filter in ["baseline", "base*", "*line/rac?"] {
        let output = skift(&folder, &["run", ".", "--filter", filter]);
        assert_eq!(output.status.code(), Some(0), "{filter}: {}", text(&output.stderr));
        let names: Vec<_> = report(&folder).scenarios.into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["baseline/race"], "{filter}");
    }
    assert_eq!(skift(&folder, &["run", ".", "--filter", "swap"]).status.code(), Some(2));
}

#[test]
fn a_filter_without_a_match_exits_4_and_names_what_is_near() {
    let folder = folder("no-match");
    fs::write(folder.join("race.toml"), EARLY).unwrap();
    let output = skift(&folder, &["run", ".", "--filter", "rase"]);
    assert_eq!(output.status.code(), Some(4));
    let stderr = text(&output.stderr);
    assert!(
        stderr.starts_with("no scenario has `rase` in its name; the nearest: race\n"),
        "{stderr}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn a_seed_of_the_command_line_stands_in_for_those_of_the_files() {
    let folder = folder("seed");
    fs::write(folder.join("race.toml"), EARLY).unwrap();
    let run = |arguments: &[&str]| {
        let output = skift(&folder, &[&["run", "race.toml"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let journal = fs::read_to_string(folder.join("target/skift/journal/race.jsonl")).unwrap();
        (text(&output.stdout), report(&folder), journal)
    };
    let (own, seven, again) = (run(&[]), run(&["--seed", "7"]), run(&["--seed", "7"]));
    assert_eq!((own.1.seed, own.1.scenarios[0].seed), (None, 1));
    assert_eq!((seven.1.seed, seven.1.scenarios[0].seed), (Some(7), 7));
    assert!(!own.0.contains("seed"), "{}", own.0);
    assert!(seven.0.contains("\nseed 7, instead of those of the files\n"), "{}", seven.0);
    assert_ne!(own.2, seven.2);
    assert_eq!(seven, again);
}

#[test]
fn without_a_word_it_says_what_it_can_and_exits_2() {
    let output = skift(&folder("no-word"), &[]);
    assert_eq!(output.status.code(), Some(2));
    let help = text(&output.stderr);
    assert!(help.contains("Usage: skift <COMMAND>") && help.contains("\nExit codes:\n"), "{help}");
}

/// Every file below `folder` with its text, by path.
pub(crate) fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn a_wrong_expectation_exits_1_and_shows_both_sides() {
    let wrong = early_with("until = \"+2h\"", "until = \"+2h1s\"");
    let (stdout, _) = check("wrong-expectation", &wrong, 1);
    let line = 1 + EARLY.lines().position(|line| line.contains("until = ")).unwrap();
    for part in [
        "FAIL  race: The client swaps before NemLog-in",
        &format!("race.toml:{line}:5"),
        "expected   fagsystem down from 2030-03-01T09:00:00Z (+1h) to 2030-03-01T10:00:01Z \
         (+2h1s), step 1, certificate-not-in-force",
        "measured   fagsystem down from 2030-03-01T09:00:00Z (+1h) to 2030-03-01T10:00:00Z \
         (+2h), step 1, certificate-not-in-force",
        "1 scenario: 0 as expected, 1 not as expected",
    ] {
        assert!(unbroken(&stdout).contains(&unbroken(part)), "{stdout}\nshould say {part}");
    }
}

#[test]
fn what_follows_a_refused_renewal_is_refused_too() {
    let renewal = "[[at]]\ntime = \"+10m\"\ndo.mitid.renew";
    let mut late = early_with(renewal, &renewal.replace("+10m", "+2h"));
    for (early, too_late) in [("\"+20m\"", "\"+3h\""), ("\"+21m\"", "\"+3h\"")] {
        late = late.replace(early, too_late);
    }
    late = late.replace("time = \"+1h\"", "time = \"+3h\"");
    let (before, _) = late.split_once("[expected]").unwrap();
    let expected = "[expected]\noutages = [{ client = \"fagsystem\", from = \"+2h\", \
                    until = \"open\", step = 1, cause = \"certificate-expired\" }]\n";
    let (stdout, _) = check("refused-renewal", &format!("{before}{expected}"), 0);
    for refused in [
        "refused at 2030-03-01T10:00:00Z (+2h) to renew certificate old: ",
        "refused at 2030-03-01T11:00:00Z (+3h) to save certificate new in the rolling slot: \
         the certificate was never issued",
        "refused at 2030-03-01T11:00:00Z (+3h) to deploy certificate new in fagsystem: \
         the certificate was never issued",
    ] {
        assert!(unbroken(&stdout).contains(refused), "{stdout}\nshould say {refused}");
    }
}

/// What a client with one node is refused names the client alone.
#[test]
fn a_node_is_named_where_there_are_several() {
    let back = "[[at]]\ntime = \"+3h\"\n\
                do.client.deploy = { client = \"fagsystem\", certificate = \"old\" }\n\n[expected]\n";
    let alone = early_with("[expected]\n", back);
    let (stdout, _) = check("one-node", &alone, 1);
    let said = unbroken(&stdout);
    assert!(said.contains("to deploy certificate old in fagsystem: the certificate"), "{stdout}");
    let profile = "profile = \"no-cache\"\n";
    assert_eq!(alone.matches(profile).count(), 1);
    let several = alone.replace(profile, &format!("{profile}nodes = [\"a\", \"b\"]\n"));
    let (before, _) = several.split_once("[expected]\n").unwrap();
    let (stdout, _) = check("two-nodes", &format!("{before}[expected]\noutages = []\n"), 1);
    let said = unbroken(&stdout);
    assert!(
        said.contains("to deploy certificate old in fagsystem: a: the certificate"),
        "{stdout}"
    );
    assert!(said.contains("; b: the certificate"), "{stdout}");
}

#[test]
fn a_number_out_of_range_is_told_with_its_range() {
    let folder = folder("out-of-range");
    for (arguments, part) in [
        (["run", "--seed", "-1", "."], "a seed is a whole number from 0 to 18446744073709551615"),
        (["run", "--seed", "x", "."], "a seed is a whole number from 0 to 18446744073709551615"),
        (["run", "--jobs", "-1", "."], "a number of jobs is a whole number from 1 on"),
        (["run", "--jobs", "0", "."], "a number of jobs is a whole number from 1 on"),
    ] {
        let output = skift(&folder, &arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(part) && !said.contains("tip:"), "{said}");
    }
}

#[test]
fn a_wrong_count_of_calls_exits_1() {
    let wrong = early_with("missed-calls = 6", "missed-calls = 7");
    let (stdout, _) = check("wrong-count", &wrong, 1);
    assert!(stdout.contains("expected   7 calls failed\n"), "{stdout}");
    assert!(stdout.contains("measured   6 calls failed\n"), "{stdout}");
}

#[test]
fn an_unknown_key_exits_2_and_is_pointed_at() {
    let (_, stderr) = check("unknown-key", &early_with("seed = 1", "sede = 1"), 2);
    let line = 1 + EARLY.lines().position(|line| line == "seed = 1").unwrap();
    let message = format!("race.toml:{line}:1: unknown key `sede`; did you mean `seed`?");
    assert!(stderr.starts_with(&message), "{stderr}");
}

#[test]
fn every_mistaken_file_is_named_before_anything_runs() {
    let folder = folder("mistaken-files");
    fs::write(folder.join("a.toml"), EARLY).unwrap();
    fs::write(folder.join("b.toml"), "format = 1").unwrap();
    fs::write(folder.join("c.toml"), [0xff, 0xfe]).unwrap();
    let output = skift(&folder, &["run", "."]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("b.toml:1:1: the key "), "{stderr}");
    assert!(stderr.contains("c.toml:1:1: byte 0xff at offset 0 is not UTF-8; "), "{stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_mistake_on_the_command_line_exits_2() {
    let folder = folder("usage");
    for arguments in [
        &["run"][..],
        &["run", "nowhere"],
        &["walk"],
        &["run", ".", "--fast"],
        &["run", ".", "--jobs", "0"],
        &["run", ".", "--seed", "x"],
    ] {
        let output = skift(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn two_scenarios_of_one_name_exit_2() {
    let folder = folder("same-name");
    for family in ["one", "two"] {
        fs::create_dir(folder.join(family)).unwrap();
        fs::write(folder.join(family).join("race.toml"), EARLY).unwrap();
    }
    let output = skift(&folder, &["run", "one", "two"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("would both be called `race`"));
}

#[test]
fn a_scenario_without_a_call_exits_3() {
    let (before, calls) = EARLY.split_once("[[every]]").unwrap();
    let rest = calls.split_once("\n\n").unwrap().1;
    let silent = format!("{before}{rest}").replace("missed-calls = 6", "");
    let (stdout, _) = check("no-call", &silent, 3);
    assert!(stdout.contains("INCONCLUSIVE  race: "), "{stdout}");
    assert!(stdout.contains("nobody calls in this scenario"), "{stdout}");
}

#[test]
fn a_downtime_that_no_call_meets_exits_3() {
    // The client is a second too early, and calls at five minutes past.
    let unmet = early_with("time = \"+1h\"", "time = \"+1h59m59s\"")
        .replace("from = \"+1h\"", "from = \"+1h59m59s\"")
        .replace("missed-calls = 6", "missed-calls = 0");
    let (stdout, _) = check("unmet", &unmet, 3);
    assert!(stdout.contains("INCONCLUSIVE  race: "), "{stdout}");
    assert!(stdout.contains("no call met the outage of fagsystem from"), "{stdout}");

    let call = "[[at]]\ntime = \"+1h59m59s500ms\"\ndo.client.submit = { client = \"fagsystem\" }\n";
    let met = unmet
        .replace("[expected]", &format!("{call}[expected]"))
        .replace("missed-calls = 0", "missed-calls = 1");
    check("met", &met, 0);
}

#[test]
fn a_folder_without_scenarios_exits_4() {
    let folder = folder("no-scenario");
    fs::create_dir(folder.join(".hidden")).unwrap();
    fs::write(folder.join(".hidden/race.toml"), EARLY).unwrap();
    assert_eq!(skift(&folder, &["run", "."]).status.code(), Some(4));
}

#[test]
fn a_place_that_cannot_be_written_exits_70() {
    let folder = folder("unwritable");
    fs::write(folder.join("race.toml"), EARLY).unwrap();
    fs::write(folder.join("out"), "a file where a folder should be").unwrap();
    let output = skift(&folder, &["run", "race.toml", "--out", "out"]);
    assert_eq!(output.status.code(), Some(70));
    assert!(text(&output.stderr).contains("out"), "{}", text(&output.stderr));
}

#[test]
fn a_run_that_does_not_end_leaves_no_result_of_another() {
    let folder = folder("no-result");
    fs::write(folder.join("race.toml"), EARLY).unwrap();
    assert_eq!(skift(&folder, &["run", "race.toml"]).status.code(), Some(0));
    fs::write(folder.join("keys"), "a file where a folder should be").unwrap();
    let output = skift(&folder, &["run", "race.toml", "--keys", "keys"]);
    assert_eq!(output.status.code(), Some(70), "{}", text(&output.stderr));
    for name in ["report.html", "report.json", "junit.xml"] {
        assert!(!folder.join("target/skift").join(name).exists(), "{name}");
    }
}

#[test]
fn an_empty_folder_beside_a_good_one_exits_4() {
    let folder = folder("one-empty");
    fs::write(folder.join("race.toml"), EARLY).unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    let output = skift(&folder, &["run", "race.toml", "empty"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).starts_with("empty: no scenario found"));
}

#[test]
fn quiet_shows_only_what_is_not_as_expected() {
    let folder = folder("quiet");
    fs::write(folder.join("right.toml"), EARLY).unwrap();
    fs::write(folder.join("wrong.toml"), early_with("step = 1", "step = 3")).unwrap();
    let output = skift(&folder, &["run", ".", "--quiet"]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(stdout.starts_with("FAIL  wrong: "), "{stdout}");
    assert!(!stdout.contains("PASS"), "{stdout}");
    let last = "2 scenarios: 1 as expected, 1 not as expected\n\
                the report to open: target/skift/report.html\n";
    assert!(stdout.ends_with(last), "{stdout}");
}

#[test]
fn an_empty_variable_is_none_and_a_wrong_one_is_named() {
    let folder = folder("variables");
    fs::write(folder.join("race.toml"), EARLY).unwrap();
    let list = |variable: &str, value: &str, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skift"));
        command.args(arguments).current_dir(&folder).env(variable, value).output().unwrap()
    };
    let listed = list("SKIFT_FILTER", "", &["list", "race.toml"]);
    assert_eq!(listed.status.code(), Some(0), "{}", text(&listed.stderr));
    for variable in ["SKIFT_SEED", "SKIFT_JOBS"] {
        let wrong = list(variable, "x", &["run", "race.toml"]);
        let said = text(&wrong.stderr);
        assert_eq!(wrong.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("that of {variable} in the environment")), "{said}");
    }
}

#[test]
fn a_journal_that_would_stand_in_the_way_of_another_is_told_before_anything_runs() {
    let folder = folder("clash");
    fs::create_dir_all(folder.join("races/a.jsonl")).unwrap();
    fs::write(folder.join("races/a.toml"), EARLY).unwrap();
    fs::write(folder.join("races/a.jsonl/b.toml"), EARLY).unwrap();
    let output = skift(&folder, &["run", "races"]);
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""), "{said}");
    assert!(said.starts_with("the journal of `a` would be a file where"), "{said}");
    assert!(!folder.join("target").exists());
}

#[test]
fn a_time_without_a_plus_and_a_byte_order_mark_are_told_as_they_are() {
    let without = early_with("time = \"+1h\"", "time = \"1h\"");
    let (_, said) = check("without-plus", &without, 2);
    assert!(said.contains("`1h` is a length of time; write `+1h`"), "{said}");
    let marked = format!("\u{feff}{}", early_with("format = 1", "formt = 1"));
    let (_, said) = check("byte-order-mark", &marked, 2);
    assert!(said.starts_with("race.toml:1:1: "), "{said}");
}

#[test]
fn kept_messages_are_linked_to_and_each_link_leads_to_a_file() {
    let folder = folder("kept-and-linked");
    fs::write(folder.join("race.toml"), EARLY).unwrap();
    let output = skift(&folder, &["run", "race.toml", "--keep-messages", "kept ones"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = fs::read_to_string(folder.join("target/skift/report.html")).unwrap();
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let links: Vec<_> = links.filter(|link| !link.starts_with('#')).collect();
    assert!(links.len() > 4, "{links:?}");
    for link in links {
        let path = folder.join("target/skift").join(link.replace("%20", " "));
        assert!(path.is_file(), "{link}");
    }
}
