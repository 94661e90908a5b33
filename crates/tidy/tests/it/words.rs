//! One word, one meaning: what `docs/GLOSSARY.md` says we do not say.

use crate::{
    markdown::{Table, code_spans, prose},
    repository::{files, require_none, text, texts},
    rust_source::RustSource,
};

const GLOSSARY: &str = "docs/GLOSSARY.md";

/// A term that is not ours, and the one that is.
struct Term {
    not: String,
    say: String,
    /// Only in sentences: in code it is somebody else's name.
    prose_only: bool,
}

#[test]
fn words_are_those_of_the_glossary() {
    let terms = terms(&text(GLOSSARY));
    assert!(!terms.is_empty(), "{GLOSSARY} lists no words that we do not use");
    let mut breaches = Vec::new();
    for file in files().iter().filter(|file| file.path != GLOSSARY && is_ours(&file.path)) {
        let Some(text) = file.text() else { continue };
        breaches.extend(strangers(&file.path, text, &terms));
    }
    require_none(
        &breaches,
        "say it in the glossary's word; if the word is right here, change the table \"Words we do \
         not use\" of docs/GLOSSARY.md",
    );
}

#[test]
fn names_in_the_glossary_are_names_in_the_code() {
    let code: Vec<String> =
        texts("rs").iter().map(|(_, text)| RustSource::read(text).code).collect();
    let glossary = text(GLOSSARY);
    let mut breaches = Vec::new();
    for (number, line) in (1..).zip(glossary.lines()) {
        // Types and variants; a name in lower case is a word of scenario files or a crate.
        let types = code_spans(line).filter(|span| span.starts_with(|c: char| c.is_uppercase()));
        for name in types.flat_map(|span| span.split("::")) {
            if !code.iter().any(|code| says(code, name)) {
                breaches.push(format!("{GLOSSARY}:{number}: `{name}`"));
            }
        }
    }
    require_none(&breaches, "write the name that the type has today, or – if it has none");
}

/// Whether we chose the words of a file: not those of licences and locks, nor of messages that
/// other programs wrote.
fn is_ours(path: &str) -> bool {
    !path.starts_with("LICENSE")
        && !path.ends_with("Cargo.lock")
        && ["rs", "md", "toml", "txt", "py", "java", "run", "fuzz"]
            .iter()
            .any(|ending| path.ends_with(ending))
        && !path.contains("/vectors/")
}

fn terms(glossary: &str) -> Vec<Term> {
    let table = Table::find(glossary, &["not", "but", "where"]);
    let mut terms = Vec::new();
    for (line, cells) in &table.rows {
        let prose_only = match cells[2].as_str() {
            "everywhere" => false,
            "prose" => true,
            other => panic!("{GLOSSARY}:{line}: `{other}` is neither `everywhere` nor `prose`"),
        };
        for not in cells[0].split(',') {
            terms.push(Term { not: not.trim().to_owned(), say: cells[1].clone(), prose_only });
        }
    }
    terms
}

fn strangers(path: &str, text: &str, terms: &[Term]) -> Vec<String> {
    let sentences = sentences(path, text);
    let mut breaches = Vec::new();
    for term in terms {
        let searched = if term.prose_only { &sentences } else { text };
        for (number, line) in (1..).zip(searched.lines()) {
            if says(line, &term.not) {
                breaches.push(format!("{path}:{number}: not \"{}\", but {}", term.not, term.say));
            }
        }
    }
    breaches
}

/// The part of a file that speaks to people, line for line: in a Rust file its comments.
fn sentences(path: &str, text: &str) -> String {
    if path.ends_with(".rs") {
        prose(&RustSource::read(text).comments)
    } else if path.ends_with(".md") {
        prose(text)
    } else {
        let comment = |line: &str| line.split_once('#').map_or("", |(_, said)| said).to_owned();
        text.lines().map(comment).collect::<Vec<_>>().join("\n")
    }
}

/// Whether `line` has the term as words of its own.
///
/// A term in lower case is found in any case; a blank in it also stands for `-`, `_` or nothing.
fn says(line: &str, term: &str) -> bool {
    let any_case = term.chars().all(|c| !c.is_uppercase());
    let line = if any_case { line.to_lowercase() } else { line.to_owned() };
    let starts = line.char_indices().map(|(at, _)| at);
    starts.filter(|at| !line[..*at].ends_with(char::is_alphanumeric)).any(|at| {
        rest_after(&line[at..], term).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

fn rest_after<'a>(line: &'a str, term: &str) -> Option<&'a str> {
    let mut rest = line;
    for (place, word) in term.split(' ').enumerate() {
        if place > 0 {
            rest = rest.strip_prefix([' ', '-', '_']).unwrap_or(rest);
        }
        rest = rest.strip_prefix(word)?;
    }
    Some(rest)
}

#[test]
fn finds_a_term_however_it_is_written() {
    let check = |line: &str, term: &str, found: bool| assert_eq!(says(line, term), found, "{line}");
    check("a Round Robin b", "round robin", true);
    check("fn round_robin()", "round robin", true);
    check("struct RoundRobin;", "round robin", true);
    check("round robins", "round robin", false);
    check("background robin", "round robin", false);
    check("an Abcdef", "Abcdef", true);
    check("an ABCDEF", "Abcdef", false);
}

#[test]
fn looks_for_some_terms_only_in_sentences() {
    let glossary = "| not | but | where |\n|---|---|---|\n| colour, hue | `shade` | prose |\n\
                    | tint | `shade` | everywhere |\n";
    let terms = terms(glossary);
    let check = |path: &str, text: &str, count: usize| {
        let breaches = strangers(path, text, &terms);
        assert_eq!(breaches.len(), count, "{breaches:?}");
    };
    check("a.rs", "let colour = 1; // a hue\nlet tint = \"hue\";", 2);
    check("a.md", "The colour of `hue`.\n```\nhue\n```\n", 1);
    check("a.toml", "hue = 1 # colour", 1);
}
