//! What a Rust file must say, and what it may not.

use crate::{
    dependencies::is_core,
    repository::{require_none, texts},
    rust_source::RustSource,
};

/// A piece of code that may stand only in some files.
struct Banned {
    code: &'static str,
    /// Paths that begin like this, or hold a folder of this name, may have it.
    except: &'static [&'static str],
    instead: &'static str,
}

const BANNED: [Banned; 16] = [
    Banned::everywhere("todo!", "finish it, or leave it out"),
    Banned::everywhere("unimplemented!", "finish it, or leave it out"),
    Banned::everywhere("dbg!", "take it out"),
    Banned::everywhere("#[ignore", "mend the test, or skip it by name where a program is missing"),
    Banned::everywhere("#[allow(", "#[expect(lint, reason = \"…\")]"),
    Banned::everywhere("#![allow(", "#![expect(lint, reason = \"…\")]"),
    Banned::everywhere("thread::sleep", "move the clock"),
    Banned::clock("SystemTime::now"),
    Banned::clock("Instant::now"),
    Banned::clock("OffsetDateTime::now"),
    Banned::clock("now_utc"),
    Banned::entropy("getrandom::"),
    Banned::entropy("OsRng"),
    Banned::entropy("thread_rng"),
    Banned::entropy("rand::rng"),
    Banned::entropy("Uuid::new_v4"),
];

impl Banned {
    const fn everywhere(code: &'static str, instead: &'static str) -> Self {
        Self { code, except: &[], instead }
    }

    const fn clock(code: &'static str) -> Self {
        Self {
            code,
            except: &["crates/clock/", "crates/measure/", "/benches/"],
            instead: "take `now`; only `clock` reads the machine's clock, and a bench measures",
        }
    }

    const fn entropy(code: &'static str) -> Self {
        Self {
            code,
            except: &["crates/entropy/"],
            instead: "take an `Entropy`; only `entropy` asks the machine for randomness",
        }
    }

    fn applies_to(&self, path: &str) -> bool {
        !self.except.iter().any(|except| {
            path.starts_with(except) || except.starts_with('/') && path.contains(except)
        })
    }
}

#[test]
fn every_file_says_what_it_is_responsible_for() {
    let breaches: Vec<_> = texts("rs")
        .into_iter()
        .filter(|(_, text)| !opens_with_doc(text))
        .map(|(path, _)| path)
        .collect();
    require_none(
        &breaches,
        "begin the file with `//!` and one sentence: what it is responsible for",
    );
}

fn opens_with_doc(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.strip_prefix("//!").is_some_and(|doc| doc.split_whitespace().count() >= 2)
}

#[test]
fn nothing_unfinished_or_impure_is_left() {
    let breaches: Vec<_> =
        texts("rs").iter().flat_map(|(path, text)| banned_in(path, text)).collect();
    require_none(&breaches, "see the end of each line");
}

fn banned_in(path: &str, text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    for (number, line) in (1..).zip(RustSource::read(text).code.lines()) {
        for banned in BANNED.iter().filter(|banned| banned.applies_to(path)) {
            if has_word(line, banned.code) {
                breaches.push(format!("{path}:{number}: `{}`: {}", banned.code, banned.instead));
            }
        }
    }
    breaches
}

#[test]
fn cores_are_synchronous() {
    let mut breaches = Vec::new();
    for (path, text) in texts("rs").iter().filter(|(path, _)| is_core_file(path)) {
        for (number, line) in (1..).zip(RustSource::read(text).code.lines()) {
            if has_word(line, "async") || line.contains(".await") {
                breaches.push(format!("{path}:{number}"));
            }
        }
    }
    require_none(
        &breaches,
        "decide with plain functions of `now`; what waits belongs in `http/`, `http.rs` or \
         `main.rs`",
    );
}

fn is_core_file(path: &str) -> bool {
    let package = path.strip_prefix("crates/").unwrap_or(path).split('/').next();
    package.is_some_and(is_core)
        && path.contains("/src/")
        && !path.contains("/http/")
        && !path.ends_with("/http.rs")
        && !path.ends_with("/main.rs")
}

/// Whether `code` stands in `line` and is not the end of a longer name.
fn has_word(line: &str, code: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(code).any(|(at, _)| {
        let longer_before = line[..at].ends_with(part_of_name) && code.starts_with(part_of_name);
        let longer_after =
            line[at + code.len()..].starts_with(part_of_name) && code.ends_with(part_of_name);
        !longer_before && !longer_after
    })
}

/// Where the URIs of the messages begin.
const NAMESPACES: [&str; 6] = [
    "http://docs.oasis-open.org/",
    "http://www.w3.org/",
    "http://schemas.xmlsoap.org/",
    "http://itst.dk/",
    "http://digst.dk/",
    "urn:oasis:names:",
];

#[test]
fn every_uri_of_a_message_stands_in_a_module_of_uris() {
    let breaches: Vec<_> =
        texts("rs").iter().flat_map(|(path, text)| uris_in(path, text)).collect();
    require_none(&breaches, "use its name in `xml_security::uris` or `oio_idws::uris`");
}

/// Tests spell URIs out: a name in them would agree with whatever stands behind it.
fn uris_in(path: &str, text: &str) -> Vec<String> {
    let spelled_out = ["/uris.rs", "/tests.rs", "/fixtures.rs"];
    if !path.contains("/src/") || spelled_out.iter().any(|end| path.ends_with(end)) {
        return Vec::new();
    }
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter(|(_, line)| NAMESPACES.iter().any(|namespace| line.contains(namespace)))
        .map(|(number, line)| format!("{path}:{number}: {}", line.trim()))
        .collect()
}

#[test]
fn catches_a_uri_that_is_spelled_out() {
    let check = |path: &str, text: &str, count: usize| {
        assert_eq!(uris_in(path, text).len(), count, "{path}: {text}");
    };
    let constant = "const A: &str = \"http://www.w3.org/2005/08/addressing\";";
    check("crates/a/src/b.rs", constant, 1);
    check("crates/a/src/b.rs", "format!(\"<a xmlns=\\\"urn:oasis:names:tc\\\"/>\");", 1);
    check("crates/a/src/uris.rs", constant, 0);
    check("crates/a/tests/it/b.rs", constant, 0);
    check("crates/a/src/b.rs", "/// See http://www.w3.org/TR.", 0);
    check("crates/a/src/b.rs", &format!("#[cfg(test)]\nmod tests {{\n{constant}"), 0);
}

#[test]
fn catches_what_it_bans() {
    let check = |path: &str, text: &str, count: usize| {
        let breaches = banned_in(path, text);
        assert_eq!(breaches.len(), count, "{breaches:?}");
    };
    check("sim-sts/src/lib.rs", &format!("fn a() {{ {}!() }}", "todo"), 1);
    check("sim-sts/src/lib.rs", "let now = std::time::Instant::now();", 1);
    check("crates/clock/src/clock.rs", "let now = SystemTime::now();", 0);
    check("crates/xml-security/benches/sign.rs", "let now = Instant::now();", 0);
    check("sim-sts/src/lib.rs", "// todo! SystemTime::now \n\"OsRng\"; my_dbg!(); x_async", 0);
    assert!(has_word("pub async fn a", "async") && !has_word("asynchronous", "async"));
    assert!(is_core_file("crates/pki/src/key.rs") && is_core_file("sim-sts/src/issue.rs"));
    assert!(!is_core_file("sim-sts/src/http/sts.rs") && !is_core_file("harness/src/run.rs"));
    assert!(opens_with_doc("//! What it is.\n") && !opens_with_doc("//! placeholder\n"));
}
