//! Scenario files with mistakes in them, however they came there: each is refused at a place in the
//! file, and nothing panics.

use std::{collections::BTreeSet, fs};

use harness::scenario::{Mistake, Scenario};
use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

use crate::program::{EARLY, SCENARIOS, collect, folder, skift, text};

/// One thing that can go wrong with a file.
#[derive(Debug, Clone)]
enum Slip {
    /// Characters are lost.
    Lose(Index, usize),
    /// Something comes in.
    Insert(Index, String),
    /// A line comes twice.
    Repeat(Index, Index),
    /// Two words of the file change places.
    Swap(Index, Index),
    /// A word turns into something else.
    Replace(Index, String),
}

/// What comes in where it should not: words of TOML, values at the edge, and anything.
fn stuff() -> impl Strategy<Value = String> {
    let words = [
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'''",
        "=",
        ".",
        ",",
        "#",
        "\n",
        "\\u",
        "\0",
        "\u{feff}",
        "æ",
        "-1",
        "1e400",
        "inf",
        "99999999999999999999",
        "true",
        "\"\"",
        "[[at]]",
        "[at]",
        "do.",
        "2026-02-30T25:00:00Z",
        "2030-03-01",
        "\"+9223372036854775807ms\"",
        "\"-1d\"",
        "\"1h1h\"",
        "\"9999-12-31T23:59:59-23:59\"",
        "\"open\"",
        "[nemlogin]\n",
        "[expected]\n",
        "seed = 2\n",
    ];
    prop_oneof![
        4 => select(words.map(str::to_owned).to_vec()),
        1 => any::<char>().prop_map(String::from),
        1 => "[ -~]{0,8}",
    ]
}

fn slips() -> impl Strategy<Value = Vec<Slip>> {
    let at = any::<Index>;
    let slip = prop_oneof![
        (at(), 1_usize..40).prop_map(|(at, count)| Slip::Lose(at, count)),
        (at(), stuff()).prop_map(|(at, what)| Slip::Insert(at, what)),
        (at(), at()).prop_map(|(from, to)| Slip::Repeat(from, to)),
        (at(), at()).prop_map(|(one, other)| Slip::Swap(one, other)),
        (at(), stuff()).prop_map(|(at, what)| Slip::Replace(at, what)),
    ];
    prop::collection::vec(slip, 1..4)
}

impl Slip {
    fn happen_to(&self, text: &str) -> String {
        let boundary = |at: &Index| text.floor_char_boundary(at.index(text.len() + 1));
        match self {
            Self::Lose(at, count) => {
                let (before, after) = text.split_at(boundary(at));
                before.chars().chain(after.chars().skip(*count)).collect()
            }
            Self::Insert(at, what) => {
                let (before, after) = text.split_at(boundary(at));
                format!("{before}{what}{after}")
            }
            Self::Repeat(from, to) => {
                let mut lines: Vec<&str> = text.split('\n').collect();
                let line = lines[from.index(lines.len())];
                lines.insert(to.index(lines.len()), line);
                lines.join("\n")
            }
            Self::Swap(one, other) => {
                let mut words: Vec<&str> = text.split(' ').collect();
                let (one, other) = (one.index(words.len()), other.index(words.len()));
                words.swap(one, other);
                words.join(" ")
            }
            Self::Replace(at, what) => {
                let mut words: Vec<&str> = text.split(' ').collect();
                let at = at.index(words.len());
                words[at] = what;
                words.join(" ")
            }
        }
    }
}

/// Whether the text is one that skift reads; if it is not, the mistake is shown well.
#[track_caller]
fn is_read(text: &str) -> bool {
    let Err(mistakes) = Scenario::check(text) else {
        return true;
    };
    assert!((1..=20).contains(&mistakes.len()) && mistakes.is_sorted_by_key(|it| it.place));
    mistakes.iter().for_each(|mistake| is_shown_well(text, mistake));
    false
}

#[track_caller]
fn is_shown_well(text: &str, mistake: &Mistake) {
    let place = mistake.place;
    let line = text.split('\n').nth(place.line - 1);
    let line = line.unwrap_or_else(|| panic!("there is no line {}:\n{text}", place.line));
    assert!(
        (1..=line.chars().count() + 1).contains(&place.column),
        "there is no column {} in `{line}`",
        place.column
    );
    let shown = mistake.to_string();
    let obeyed = |c: char| c.is_control() && c != '\n';
    assert!(!shown.contains(obeyed) && shown.chars().count() < 800, "{shown:?}");
    let (first, excerpt) = shown.split_once('\n').expect("the line follows the message");
    assert!(first.starts_with(&format!("{place}: ")) && first.len() > 10, "{shown}");
    assert!(excerpt.lines().count() == 3 && excerpt.ends_with('^'), "{shown}");
}

#[test]
fn whatever_happens_to_a_file_it_is_read_or_its_mistake_is_in_it() {
    let mut files = Vec::new();
    collect(SCENARIOS.as_ref(), &mut files);
    let texts: Vec<String> = files
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|(_, text)| text)
        .collect();
    let config = ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let mut messages = BTreeSet::new();
    let mut read = 0;
    let seen = std::cell::RefCell::new((&mut messages, &mut read));
    runner
        .run(&(select(texts), slips()), |(text, slips)| {
            let text = slips.iter().fold(text, |text, slip| slip.happen_to(&text));
            let (messages, read) = &mut *seen.borrow_mut();
            if is_read(&text) {
                **read += 1;
            } else {
                let mistake = Scenario::parse(&text).expect_err("it was not read").wrong;
                messages.insert(format!("{mistake:?}").split([' ', '(']).next().map(str::to_owned));
            }
            Ok(())
        })
        .unwrap();
    // The mutations reach the reader of TOML, the types and the checks behind them.
    assert!((100..1_900).contains(&read), "{read}");
    assert!(messages.len() > 6, "{messages:?}");
}

/// What is wrong with the early swap if `from` is `to` in it, and with which words at the mark.
#[track_caller]
fn check(from: &str, to: &str, marked: &str, message: &str) {
    assert_eq!(EARLY.matches(from).count(), 1, "`{from}` stands once in the file");
    let text = EARLY.replace(from, to);
    assert!(!is_read(&text), "{to}");
    let mistake = Scenario::parse(&text).expect_err("it was not read");
    assert_eq!(mistake.wrong.to_string(), message);
    let line = text.split('\n').nth(mistake.place.line - 1).unwrap();
    let rest: String = line.chars().skip(mistake.place.column - 1).collect();
    assert!(rest.starts_with(marked), "`{marked}` should be marked:\n{mistake}");
}

#[test]
fn impossible_dates() {
    let start = "start = 2030-03-01T08:00:00Z";
    for quote in ["", "\""] {
        let check = |date: &str, expected: &str| {
            let message = format!("there is no `{date}`: expected {expected}");
            let (to, marked) = (format!("start = {quote}{date}{quote}"), format!("{quote}{date}"));
            check(start, &to, &marked, &message);
        };
        check("2026-02-30T08:00:00Z", "day between 01 and 28");
        check("2026-04-31T08:00:00Z", "day between 01 and 30");
        check("2026-13-01T08:00:00Z", "month between 01 and 12");
        check("2026-03-01T25:00:00Z", "hour between 00 and 23");
        check("2026-03-01T08:60:00Z", "minute between 00 and 59");
        check("25:00", "hour between 00 and 23");
    }
    check(
        start,
        "start = \"2030-03-01T08:00:00\"",
        "\"2030",
        "`2030-03-01T08:00:00` has no offset; write an instant as 2030-03-01T08:00:00Z, or as +2h \
         from the start",
    );
    check(
        start,
        "start = \"tomorrow\"",
        "\"tomorrow\"",
        "`tomorrow` is not a point in time; write it as 2030-03-01T08:00:00Z",
    );
}

#[test]
fn impossible_lengths_of_time() {
    let check = |length: &str, message: &str| {
        check(
            "length = \"4h\"",
            &format!("length = \"{length}\""),
            &format!("\"{length}"),
            message,
        );
    };
    check(
        "1h1h",
        "`1h1h` is not a length of time: each unit comes once, the longest first, as in 1d2h30m",
    );
    check(
        "99999999999999999999d",
        "`99999999999999999999d` is longer than the years that can be counted",
    );
    check("-4h", "length is -4h; it must be longer than nothing");
    check("four", "`four` is not a length of time; write it as 90s, 5m, 2h1s, 8h or 1095d");
    let far = "it lies outside of the years 0000 to 9999";
    self::check(
        "time = \"+10m\"",
        "time = \"+99999999d\"",
        "\"+99",
        &format!("`+99999999d` is too far from the start: {far}"),
    );
    self::check(
        "expires = \"+2h\"",
        "expires = \"-106751991167d\"",
        "\"-10",
        &format!("`-106751991167d` is too far from the start: {far}"),
    );
}

/// The values of a table without its keys, in the order in which the table is told.
#[test]
fn lists_in_the_place_of_tables() {
    let message = "a table with keys is expected here, not a list";
    let submit = "do.client.submit = { client = \"fagsystem\" }";
    check(submit, "do.client.submit = [\"fagsystem\"]", "[\"fagsystem\"]", message);
    let renew = "do.mitid.renew = { certificate = \"old\", as = \"new\" }";
    check(renew, "do.mitid.renew = [\"old\", \"new\"]", "[\"old\", \"new\"]", message);
    let every = format!("[[every]]\ninterval = \"10m\"\n{submit}\n");
    let listed = "every = [[\"10m\", { client = { submit = { client = \"fagsystem\" } } }]]\n";
    let before = EARLY.find("[organisation.kommune]").unwrap();
    let text = EARLY.replace(&every, "");
    let text = format!("{}{listed}{}", &text[..before], &text[before..]);
    let mistake = Scenario::parse(&text).expect_err("it was not read");
    assert_eq!(mistake.wrong.to_string(), message);
    let outage = EARLY.lines().find(|line| line.starts_with("    { client")).unwrap();
    check(outage, "    [\"fagsystem\", \"a\", \"+1h\", \"+2h\", 1]", "[\"fagsystem\"", message);
    let header =
        "a table is expected here, as […] begins it, not one of a list, as [[…]] begins it";
    check("[client.fagsystem]", "[[client.fagsystem]]", "[[client", header);
    check("[expected]", "[[expected]]", "[[expected", header);
    let single = "`[every]` begins a single table; each of several begins as `[[every]]`";
    let two = "[every]\ninterval = \"1h\"\n[[every]]";
    check("[[every]]", two, "[every]", single);
    check("[[every]]", "[[every]]\ninterval = \"1h\"\n [every] # one", "[every] #", single);
}

/// Whatever stands behind a name that no file has, the name is the mistake.
#[test]
fn lists_of_unknown_names() {
    for (name, near) in [("evry", Some("every")), ("att", Some("at")), ("events", None)] {
        for list in [format!("[[{name}]]\n"), format!("{name} = []\nseed")] {
            let (from, mark) =
                if list.contains('=') { ("seed", name) } else { ("[[every]]\n", name) };
            let text = EARLY.replacen(from, &list, 1);
            let mistake = Scenario::parse(&text).expect_err("it was not read");
            let said = mistake.wrong.to_string();
            let advice = near.map_or_else(
                || "it takes one of: ".to_owned(),
                |it| format!("did you mean `{it}`?"),
            );
            assert!(said.starts_with(&format!("unknown key `{name}`; {advice}")), "{said}");
            let line = text.lines().nth(mistake.place.line - 1).unwrap();
            assert!(line[mistake.place.column - 1..].starts_with(mark), "{mistake}");
        }
    }
}

#[test]
fn values_of_the_wrong_type() {
    let text = "a text in quotes is expected here, not";
    check("length = \"4h\"", "length = 4", "4", &format!("{text} the number 4"));
    check("length = \"4h\"", "length = true", "true", &format!("{text} `true`"));
    check("length = \"4h\"", "length = [\"4h\"]", "[", &format!("{text} a list"));
    check("length = \"4h\"", "length = { h = 4 }", "{", &format!("{text} a table"));
    check("length = \"4h\"", "length = 04:00:00", "04", &format!("{text} a date"));
    let nodes = "[[client.fagsystem.nodes]]\nname = \"a\"\n[client.fagsystem]";
    let list = format!("{text} one of a list, as [[…]] begins it");
    check("[client.fagsystem]", nodes, "[[client", &list);
    check("seed = 1", "seed = 1\n[[client]]", "[[client", "a table is expected here, not a list");
    check(
        "step = 1",
        "step = 300",
        "300",
        "a step (1, 2 or 3) is expected here, not the number 300",
    );
    check(
        "step = 1",
        "step = 1.5",
        "1.5",
        "a step (1, 2 or 3) is expected here, not the number 1.5",
    );
    check(
        "seed = 1",
        "seed = 99999999999999999999",
        "9999",
        "a whole number that is not negative is expected here, not the number 99999999999999999999",
    );
}

#[test]
fn what_stands_twice() {
    check(
        "seed = 1",
        "seed = 1\nseed = 2",
        "seed = 2",
        "`seed` is there already; keep one of the two",
    );
    check(
        "[client.fagsystem]",
        "[certificate.old]",
        "old]",
        "`old` is there already; keep one of the two",
    );
    check(
        "step = 1",
        "step = 1, step = 1",
        "step = 1, cause",
        "`step` is there already; keep one of the two",
    );
}

#[test]
fn what_is_too_deep() {
    let many = 100_000;
    let deep = "tables and lists are too deep within one another";
    check("seed = 1", &format!("seed = {}", "[".repeat(many)), "[", deep);
    check("seed = 1", &format!("seed = {}", "{a=".repeat(many)), "{", deep);
    check("seed = 1", &format!("a{} = 1", ".a".repeat(many)), "a.a.a", deep);
    check("[expected]", &format!("[a{}]\n[expected]", ".a".repeat(many)), "[a.a.a", deep);
}

#[test]
fn what_is_no_text() {
    check(
        "seed = 1",
        "seed = 1\0",
        "\0",
        "the character U+0000 has no place in a scenario file; is it the right file?",
    );
    let folder = folder("no-text");
    let latin = EARLY.split_once("Testkommunen\"").unwrap().0.as_bytes();
    fs::write(folder.join("latin.toml"), [latin, b"Bl\xe5b\xe6r\""].concat()).unwrap();
    fs::write(folder.join("long.toml"), vec![b'#'; 10 << 20]).unwrap();
    let output = skift(&folder, &["check", "."]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    let place = harness::scenario::Place::after(str::from_utf8(latin).unwrap());
    let (line, column, offset) = (place.line, place.column + 2, latin.len() + 2);
    let expected = format!(
        "./latin.toml:{line}:{column}: byte 0xe5 at offset {offset} is not UTF-8; save the file as \
         UTF-8\n./long.toml: it has 10485760 bytes, and a scenario file has 1048576 bytes at most; \
         is it the right file?\n2 files: 2 with a mistake\n"
    );
    assert_eq!(stderr, expected);
}
