//! Messages are kept on request, for their owner alone, and nothing else of a run changes by it.

use std::{fs, path::Path};

use harness::keep::{Kept, write};

use crate::program::{EARLY, collect, folder, skift, text};

#[test]
fn a_message_that_comes_twice_has_a_number() {
    let folder = folder("kept-twice").join("call");
    let kept = |name, byte| Kept { name, bytes: vec![byte] };
    let messages = [
        kept("1-wsc-to-sts", b'a'),
        kept("2-sts-to-wsc", b'b'),
        kept("1-wsc-to-sts", b'c'),
        kept("1-wsc-to-sts", b'd'),
    ];
    // Also over what an earlier run left there.
    for _ in 0..2 {
        write(&folder, &messages).unwrap();
        for (name, content) in [
            ("1-wsc-to-sts.xml", "a"),
            ("2-sts-to-wsc.xml", "b"),
            ("1-wsc-to-sts-2.xml", "c"),
            ("1-wsc-to-sts-3.xml", "d"),
        ] {
            assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), content);
        }
    }
    // A call that now ends earlier has none of those that it had before.
    write(&folder, &messages[..1]).unwrap();
    assert_eq!(kept_in(&folder), ["1-wsc-to-sts.xml"]);
}

#[test]
fn messages_are_kept_on_request_a_folder_for_each_call() {
    let folder = folder("kept");
    fs::write(folder.join("race.toml"), EARLY).unwrap();
    let run = |out: &str, more: &[&str]| {
        let output = skift(&folder, &[&["run", "race.toml", "--out", out], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let mut files = Vec::new();
        collect(&folder.join(out), &mut files);
        // The page alone knows: it links to them.
        let others = files.into_iter().filter(|(path, _)| !path.ends_with("report.html"));
        others.map(|(_, text)| text).collect::<Vec<_>>()
    };
    let without = run("without", &[]);
    let with = run("with", &["--keep-messages", "kept"]);
    assert_eq!(with, without, "journal and reports know nothing of it");

    let mut calls: Vec<_> =
        fs::read_dir(folder.join("kept/race")).unwrap().map(|it| it.unwrap().path()).collect();
    calls.sort();
    let names: Vec<_> = calls.iter().map(|it| it.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(calls.len(), 25, "as many as the report counts, and no probe");
    assert_eq!(names[0], "0001-2030-03-01T08-00-00Z-fagsystem-a");

    let all = ["1-wsc-to-sts.xml", "2-sts-to-wsc.xml", "3-wsc-to-wsp.xml", "4-wsp-to-wsc.xml"];
    let refused = calls.iter().filter(|call| kept_in(call).len() == 2).count();
    assert_eq!(refused, 6, "those ended with the STS's answer");
    let (first, _) = calls.split_first().unwrap();
    assert_eq!(kept_in(first), all);
    for name in all {
        let path = first.join(name);
        let message = fs::read_to_string(&path).unwrap();
        assert!(message.contains("Envelope"), "{name}");
        assert!(with.iter().all(|file| !file.contains(&message)), "{name}");
        private(&path, 0o600);
    }
    private(first, 0o700);
}

pub(crate) fn kept_in(call: &Path) -> Vec<String> {
    let files = fs::read_dir(call).unwrap();
    let mut names: Vec<_> =
        files.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[cfg(unix)]
fn private(path: &Path, expected: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, expected, "{}", path.display());
}

#[cfg(not(unix))]
fn private(_: &Path, _: u32) {}
