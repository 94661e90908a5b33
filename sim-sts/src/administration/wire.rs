//! Requests and answers as JSON: the control port of the administration.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use pki::{Certificate, UploadRefusal};
use serde::{Deserialize, Deserializer};

use super::{Answer, Request};

/// What a request may measure at most; a file in it has a limit of its own.
const REQUEST_MAX: usize = 256 * 1024;
/// A longer text would repeat more of the request than a person can read.
const TEXT_MAX: usize = 240;

pub(super) fn read(bytes: &[u8]) -> Request {
    if bytes.len() > REQUEST_MAX {
        return Request::Unreadable(format!("it has more than {REQUEST_MAX} octets"));
    }
    serde_json::from_slice(bytes).unwrap_or_else(|error| Request::Unreadable(what_is_wrong(&error)))
}

/// What a person is told. A long value may be a file with a private key that went into the wrong
/// field, and is not repeated.
fn what_is_wrong(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.len() <= TEXT_MAX {
        return text;
    }
    format!(
        "a value that does not belong there, before column {} of line {}",
        error.column(),
        error.line()
    )
}

pub(super) fn write(answer: &Answer) -> Vec<u8> {
    let json = match answer {
        Answer::Done => serde_json::json!({ "done": true }),
        Answer::Rejected(rejection) => {
            serde_json::json!({ "rejected": rejection.name(), "text": rejection.to_string() })
        }
    };
    json.to_string().into_bytes()
}

/// Reads an uploaded file: PEM as it is, anything else in base64.
pub(super) fn file<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Result<Box<Certificate>, UploadRefusal>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let binary = if text.contains("-----BEGIN") { None } else { BASE64.decode(text.trim()).ok() };
    let file = binary.unwrap_or_else(|| text.into_bytes());
    Ok(Certificate::from_cer(&file).map(Box::new))
}
