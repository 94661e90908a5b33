//! Every byte of a signed message counts, or is not read: whatever is changed, the message says
//! what it said, or is refused.

use crate::message::{receive_assertion, receive_call, signed_assertion, signed_call};

fn each_change(message: &str, receive: fn(&[u8]) -> Result<String, crate::message::Refusal>) {
    let message = message.as_bytes();
    for at in 0..message.len() {
        let (before, after) = (&message[..at], &message[at + 1..]);
        // A letter, something that closes, and nothing at all, in its place.
        for change in [&b"Z"[..], b">", b"", b"\r\n", b"<!-- -->", b"&#65;"] {
            let changed = [before, change, after].concat();
            if let Ok(read) = receive(&changed) {
                let changed = String::from_utf8_lossy(&changed);
                assert_eq!(read, "alice", "byte {at} in {changed}");
            }
        }
    }
}

#[test]
fn a_changed_call_says_the_same_or_is_refused() {
    each_change(&signed_call(), receive_call);
}

#[test]
fn a_changed_assertion_says_the_same_or_is_refused() {
    each_change(&signed_assertion(), receive_assertion);
}
