//! What stands in facts and journals survives being written and read.

use parties::Environment;
use pki::{Certificate, Holder, RevocationReason, Revoked, Serial};

use crate::world;

#[test]
fn certificates_are_base64_in_facts() {
    let leaf = world::leaf(&world::authority(Environment::Production));
    let json = serde_json::to_string(&leaf).unwrap();
    assert!(json.starts_with("\"MII"), "{json}");
    assert_eq!(serde_json::from_str::<Certificate>(&json).unwrap(), leaf);
    for json in ["\"\"", "\"AAAA\"", "\"%\"", "1"] {
        assert!(serde_json::from_str::<Certificate>(json).is_err(), "{json}");
    }
}

#[test]
fn serials_and_reasons_are_words_in_facts() {
    let revoked = Revoked {
        serial: world::serial(0xab),
        at: world::start(),
        reason: RevocationReason::CessationOfOperation,
    };
    let json = serde_json::to_string(&revoked).unwrap();
    let expected =
        r#"{"serial":"ab","at":"2030-03-01T08:00:00Z","reason":"cessation-of-operation"}"#;
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_str::<Revoked>(&json).unwrap(), revoked);
    for reason in RevocationReason::ALL {
        let json = serde_json::to_string(&reason).unwrap();
        assert_eq!(serde_json::from_str::<RevocationReason>(&json).unwrap(), reason);
    }
    assert!(serde_json::from_str::<Serial>("\"00\"").is_err());
}

#[test]
fn holders_survive() {
    for holder in [world::system(), world::user()] {
        let json = serde_json::to_string(&holder).unwrap();
        assert_eq!(serde_json::from_str::<Holder>(&json).unwrap(), holder);
    }
}
