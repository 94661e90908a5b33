//! Canonical forms: each can be read again, and is its own canonical form. The first byte chooses the
//! method and the element, the rest is the document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xml_security::{Canonicalization, Document, Limits, canonicalize};

/// A canonical form repeats declarations and has no limits of its own.
const UNLIMITED: Limits = Limits {
    size: usize::MAX,
    depth: usize::MAX,
    attributes: usize::MAX,
    declarations: usize::MAX,
    bindings: usize::MAX,
    declarations_in_all: usize::MAX,
    namespace: usize::MAX,
    events: u32::MAX as usize,
};

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let Ok(document) = Document::parse(bytes, &Limits::default()) else { return };
    let prefixes: &[&str] = match choice % 4 {
        0 => &[],
        1 => &["#default"],
        2 => &["S", "wsu", "p"],
        _ => &["#default", "a", "ds", "xenc"],
    };
    let exclusive = Canonicalization::Exclusive {
        prefixes: prefixes.iter().map(|&prefix| prefix.to_owned()).collect(),
    };
    let place = usize::from(choice / 8);
    let element = document.root().descendants().nth(place).unwrap_or(document.root());
    for method in [Canonicalization::Inclusive, exclusive] {
        let form = canonicalize(element, &method);
        let again = Document::parse(&form, &UNLIMITED)
            .unwrap_or_else(|refusal| panic!("{refusal}: {}", String::from_utf8_lossy(&form)));
        let twice = canonicalize(again.root(), &method);
        assert_eq!(
            String::from_utf8_lossy(&twice),
            String::from_utf8_lossy(&form),
            "{method:?} is not its own canonical form"
        );
    }
});
