//! The verbs of `skift` that run nothing: check, list, show, schema.

use std::fs;

use crate::program::{EARLY, SCENARIOS, folder, skift, text};

#[test]
fn check_runs_nothing_and_says_so() {
    let folder = folder("check-right");
    let output = skift(&folder, &["check", SCENARIOS]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(stdout.ends_with(" files: no mistake\n") && stdout.lines().count() == 1, "{stdout}");
    assert!(output.stderr.is_empty());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing is written");
}

#[test]
fn check_shows_the_mistake_of_every_file() {
    let folder = folder("check-wrong");
    fs::write(folder.join("a.toml"), EARLY.replace("seed = 1", "sede = 1")).unwrap();
    fs::write(folder.join("b.toml"), EARLY).unwrap();
    fs::write(folder.join("c.toml"), EARLY.replace("\"no-cache\"", "\"no-cash\"")).unwrap();
    let output = skift(&folder, &["check", "."]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty());
    let line = |of: &str| 1 + EARLY.lines().position(|line| line == of).unwrap();
    let (seed, profile) = (line("seed = 1"), line("profile = \"no-cache\""));
    assert_eq!(
        stderr,
        format!(
            "\
./a.toml:{seed}:1: unknown key `sede`; did you mean `seed`?
    |
 {seed} | sede = 1
    | ^^^^
./c.toml:{profile}:11: unknown profile `no-cash`; did you mean `no-cache`?
    |
 {profile} | profile = \"no-cash\"
    |           ^^^^^^^^^
3 files: 2 with a mistake
"
        )
    );
}

/// What hangs on a mistake is not told as another one.
#[test]
fn check_shows_all_mistakes_of_a_file() {
    let folder = folder("check-many");
    let wrong = EARLY
        .replace("length = \"4h\"", "length = \"4\"")
        .replace("cvr = \"90000001\"", "cvr = \"30808460\"");
    fs::write(folder.join("parties.toml"), wrong).unwrap();
    let wrong = EARLY
        .replace("time = \"+10m\"", "time = \"+5h\"")
        .replace("slot = \"rolling\"", "slot = \"spare\"")
        .replace("time = \"+1h\"", "time = \"+1x\"")
        .replace("step = 1", "step = 4");
    fs::write(folder.join("times.toml"), wrong).unwrap();
    let output = skift(&folder, &["check", "."]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    let told: Vec<&str> = stderr
        .lines()
        .filter(|line| line.starts_with('.'))
        .map(|line| line.splitn(4, ':').nth(3).unwrap())
        .collect();
    assert_eq!(
        told,
        [
            " `4` is not a length of time; write it as 90s, 5m, 2h1s, 8h or 1095d",
            " `30808460` could be a real CVR number; fictitious ones start with 9",
            " 2030-03-01T13:00:00Z is outside of the run, which lasts from 2030-03-01T08:00:00Z to \
             2030-03-01T12:00:00Z",
        ],
        "{stderr}"
    );
    let wrong = EARLY
        .replace("slot = \"rolling\"", "slot = \"spare\"")
        .replace("time = \"+1h\"", "time = \"+1x\"")
        .replace("step = 1", "step = 4");
    fs::write(folder.join("times.toml"), wrong).unwrap();
    let stderr = text(&skift(&folder, &["check", "times.toml"]).stderr);
    for told in ["unknown slot `spare`", "`+1x` is not a length", "step 4 does not exist"] {
        assert!(stderr.contains(told), "{stderr}\nshould say {told}");
    }
    assert!(!stderr.contains('\u{1b}'), "no colour without a terminal");
}

#[test]
fn a_folder_without_scenarios_is_nothing_to_check_or_list_or_show() {
    let folder = folder("nothing-to-check");
    for verb in ["check", "list", "show"] {
        assert_eq!(skift(&folder, &[verb, "."]).status.code(), Some(4), "{verb}");
        assert_eq!(skift(&folder, &[verb, "nowhere.toml"]).status.code(), Some(2), "{verb}");
    }
}

#[test]
fn list_has_a_line_for_each_scenario() {
    let folder = folder("list");
    let output = skift(&folder, &["list", SCENARIOS, "--filter", "*/client-swaps-*"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let stdout = text(&output.stdout);
    let early = stdout.lines().find(|line| line.contains("client-swaps-early")).unwrap();
    let words: Vec<&str> = early.split("  ").map(str::trim).filter(|it| !it.is_empty()).collect();
    let expected =
        ["rolling-swap/client-swaps-early", "1 outage", "The client swaps before NemLog-in"];
    assert_eq!(words, expected);
    assert!(!stdout.contains("steady-state"), "{stdout}");
}

#[test]
fn list_gives_programs_what_is_expected() {
    let folder = folder("list-json");
    fs::create_dir(folder.join("family")).unwrap();
    fs::write(folder.join("family/early.toml"), EARLY).unwrap();
    fs::write(folder.join("wrong.toml"), "format = 1").unwrap();
    let output = skift(&folder, &["list", ".", "--json"]);
    assert_eq!(output.status.code(), Some(2), "a file with a mistake is left out");
    assert!(text(&output.stderr).starts_with("./wrong.toml:1:1: the key "));
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(list["format"], 1);
    let [early] = list["scenarios"].as_array().unwrap().as_slice() else {
        panic!("{list}");
    };
    assert_eq!(early["name"], "family/early");
    assert_eq!(early["family"], "family");
    assert_eq!(early["file"], "./family/early.toml");
    assert_eq!(early["title"], "The client swaps before NemLog-in");
    assert_eq!(early["expected"]["outages"][0]["from"], "2030-03-01T09:00:00Z");
    assert_eq!(early["expected"]["missed-calls"]["count"], 6);
}

#[test]
fn show_tells_each_scenario() {
    let folder = folder("show");
    let output = skift(&folder, &["show", SCENARIOS]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let stdout = text(&output.stdout);
    let told = stdout.matches("\nWhat is expected:\n").count();
    let listed = text(&skift(&folder, &["list", SCENARIOS]).stdout);
    assert_eq!(told, listed.lines().count());
    assert!(stdout.contains("the NemLog-in administrator provisions system user fagsystem"));
    assert!(!stdout.contains('\u{1b}'));
}

#[test]
fn every_verb_is_in_the_help_and_has_its_own() {
    let folder = folder("help");
    let help = text(&skift(&folder, &["--help"]).stdout);
    for verb in ["run", "check", "list", "show", "schema"] {
        assert!(help.contains(&format!("\n  {verb} ")), "{help}");
        let output = skift(&folder, &[verb, "--help"]);
        assert_eq!(output.status.code(), Some(0), "{verb}");
        assert!(text(&output.stdout).contains("Exit codes:\n"), "{verb}");
    }
}
