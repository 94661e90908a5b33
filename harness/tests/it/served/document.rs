//! The document for vendors, tried as they would: its commands, as they stand there, against `skift serve`.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use stage::{
    engines,
    http::get,
    programs::{self, has},
    served::Served,
};

use super::skift::{data, start};

const DOCUMENT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/POINT-YOUR-CLIENT.md"));

/// What the services' ports are by default, and by which name a program says which it has.
const PORTS: [(&str, &str); 4] = [
    ("localhost:8111", "sts-control"),
    ("localhost:8121", "smdb-control"),
    ("$HOST:8443", "sts-integration-test"),
    ("localhost:8101", "mitid-control"),
];

/// What stands between the output of two blocks.
const MARK: &str = "\n=== ";

/// The blocks of the document in that language, in their order.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("\n```{language}\n");
    DOCUMENT
        .split(&*opening)
        .skip(1)
        .map(|rest| rest.split_once("\n```").expect("a block has an end").0)
        .collect()
}

/// A folder as a vendor has it: the repository's documents, and the data of `skift serve`.
struct Desk(PathBuf);

impl Desk {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("served").join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let documents = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
        symlink(documents, folder.join("docs")).unwrap();
        Self(folder)
    }

    fn start(&self, data_folder: &str, more: &[&str]) -> Served {
        let data = data(Path::new(self.0.file_name().unwrap()).join(data_folder).to_str().unwrap());
        start(&data, more)
    }

    /// What each of these blocks prints, in one shell. They are as they stand, but for the ports: those of a
    /// test are the free ones that `served` got.
    fn types<'b>(&self, served: &Served, blocks: impl IntoIterator<Item = &'b str>) -> Vec<String> {
        let mut script = format!("exec 2>&1\ncd '{}'\n", self.0.display());
        for block in blocks {
            let with_ports = PORTS.iter().fold(block.to_owned(), |block, (default, name)| {
                let host = default.split(':').next().unwrap();
                block.replace(default, &format!("{host}:{}", served.at(name).port()))
            });
            script += &format!("{with_ports}\nprintf '{}%s\\n' \"$?\"\n", MARK.escape_default());
        }
        let file = self.0.join("typed.sh");
        fs::write(&file, script).unwrap();
        let run = programs::run("sh", [file], "");
        assert!(run.ok, "{}", run.text);
        let mut printed: Vec<_> = run.text.split(MARK).map(str::to_owned).collect();
        // Each but the first begins with how the one before ended.
        for (at, ended) in (0..).zip(printed.split_off(1)) {
            let (status, rest) = ended.split_once('\n').unwrap();
            assert_eq!(status, "0", "block {at}: {}", printed[at]);
            printed.push(rest.to_owned());
        }
        assert_eq!(printed.pop().as_deref(), Some(""));
        printed
    }
}

fn everything_is_there(test: &str) -> bool {
    let tools = ["curl", "jq", "openssl"].map(|tool| has(tool, test));
    engines::wss4j(test).is_some() && tools.iter().all(|it| *it)
}

#[test]
fn the_document_for_vendors_does_what_it_says() {
    if !everything_is_there("the_document_for_vendors_does_what_it_says") {
        return;
    }
    let refused = blocks("text")[2].lines().take(2).collect::<Vec<_>>();
    assert!(refused[1].contains("Holder-of-key"), "{refused:?}");
    let expected: [&[&str]; 17] = [
        &["\"up\""],
        &[],
        &["2025-07\n", "\n90000001\n", sim_smdb::contract::SUBMIT_PRIVILEGE],
        &["What the simulated SMDB takes and gives"],
        &[],
        &["HTTP/1.1 200 OK", "90000001"],
        &["\"Status\": \"Accepteret\"", "SIM-2006", "\n\"Accepteret\"\n"],
        &refused,
        &["certificate-missing"],
        &["granted", "\"findings\": []"],
        &["-----"],
        &["STS_ADDRESS answers 500", "certificate-not-registered"],
        &["{\"done\":true}{\"done\":true}2025-07\n", "\n90000001\n", "STS_ADDRESS answers 500"],
        &["{\"done\":true}{\"done\":true}{\"done\":true}"],
        &["HTTP/1.1 401", "Token was expired"],
        &["T", "Z"],
        &["HTTP/1.1 500", "Fault"],
    ];
    let desk = Desk::new("document");
    let served = desk.start(".skift", &[]);
    let blocks = blocks("sh");
    assert_eq!(blocks.len(), expected.len(), "say here what each block should print");
    let printed = desk.types(&served, blocks.iter().copied());
    for ((block, printed), expected) in blocks.iter().zip(&printed).zip(expected) {
        for part in expected {
            assert!(printed.contains(part), "no `{part}` after\n{block}\n\n{printed}");
        }
        assert!(!expected.is_empty() || printed.is_empty(), "after\n{block}\n\n{printed}");
    }
}

/// The services began when the certificate was young, and their clock is then set to today.
#[tokio::test]
async fn an_old_kit_is_refused_as_the_document_says() {
    if !everything_is_there("an_old_kit_is_refused_as_the_document_says") {
        return;
    }
    let blocks = blocks("sh");
    let with = |part: &str| *blocks.iter().find(|it| it.contains(part)).unwrap();
    let (instant, set) = with("months ago").split_once('\n').unwrap();
    let desk = Desk::new("document-old");
    let instant = programs::run("sh", ["-c", instant], "");
    let served = desk.start(".skift-old", &["--start-time", instant.text.trim()]);
    let walk = with("CallSmdb.java").replace(".skift/", ".skift-old/");
    let printed = desk.types(&served, [set, &format!("{walk} || true")]);
    assert!(printed[1].contains("STS_ADDRESS answers 500"), "{}", printed[1]);
    let requests = get(served.at("sts-control"), "/__admin/requests").await.json();
    assert_eq!(requests["requests"][0]["outcome"], "certificate-expired");
}
