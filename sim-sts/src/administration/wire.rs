//! Requests and answers as JSON: the control port of the administration.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use parties::Text;
use pki::{Certificate, UploadRefusal};
use serde::{Deserialize, Deserializer};

use super::{Answer, Request};

/// What a request may measure at most; a file in it has a limit of its own.
const REQUEST_MAX: usize = 256 * 1024;

/// What is said of a certificate that is saved again where it is.
fn unchanged() -> Text {
    Text::new(
        "The slot has this certificate already: if you meant a renewed one, compare the thumbprints, and \
         upload its file.",
        "Certifikatet står her allerede: mente du et fornyet, så sammenlign aftrykkene, og upload dets \
         fil.",
    )
}

pub(super) fn read(bytes: &[u8]) -> Request {
    if bytes.len() > REQUEST_MAX {
        return Request::Unreadable(Text::new(
            format!("it has more than {REQUEST_MAX} octets"),
            format!("mere end {REQUEST_MAX} byte"),
        ));
    }
    serde_json::from_slice(bytes)
        .unwrap_or_else(|error| Request::Unreadable(parties::malformed_request(bytes, &error)))
}

pub(super) fn write(answer: &Answer) -> Vec<u8> {
    let json = match answer {
        Answer::Done => serde_json::json!({ "done": true }),
        Answer::Unchanged => serde_json::json!({ "unchanged": true, "note": unchanged() }),
        Answer::Rejected(rejection) => {
            serde_json::json!({ "rejected": rejection.name(), "text": rejection.to_string() })
        }
    };
    json.to_string().into_bytes()
}

/// Reads an uploaded file: PEM as it is, anything else in base64, whose lines may be broken
/// anywhere.
pub(super) fn file<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Result<Box<Certificate>, UploadRefusal>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let binary = || {
        let compact: String = text.split_ascii_whitespace().collect();
        BASE64.decode(compact).ok()
    };
    let binary = if text.contains("-----BEGIN") { None } else { binary() };
    let file = binary.unwrap_or_else(|| text.into_bytes());
    Ok(Certificate::from_cer(&file).map(Box::new))
}
