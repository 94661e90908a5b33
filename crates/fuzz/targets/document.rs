//! The guard and the parser: any bytes are refused or read, and what is read keeps its limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xml_security::{Document, Limits};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let Ok(document) = Document::parse(bytes, &limits) else { return };
    assert!(bytes.len() <= limits.size);
    let mut elements = 0;
    for element in document.root().descendants() {
        elements += 1;
        assert!(element.offset() < bytes.len());
        let _ = element.value();
        let _ = element.attribute("ID");
        for child in element.children() {
            let _ = element.only_child(child.namespace(), child.local_name());
        }
    }
    assert!((1..=limits.events).contains(&elements));
});
