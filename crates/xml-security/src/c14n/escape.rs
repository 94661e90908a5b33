//! Canonical escaping (Canonical XML 1.0, section 2.3), for canonical forms and for writers.

use std::borrow::Cow;

const CHUNK: usize = 64;

/// `text` as the content of an element.
#[must_use]
pub fn escape_text(text: &str) -> Cow<'_, str> {
    escaped(text, of_text)
}

/// `value` as the value of an attribute in double quotes.
#[must_use]
pub fn escape_attribute(value: &str) -> Cow<'_, str> {
    escaped(value, of_attribute)
}

/// Appends `text` as the content of an element.
pub(super) fn text(text: &str, out: &mut Vec<u8>) {
    append(text, of_text, out);
}

/// Appends `value` as the value of an attribute.
pub(super) fn attribute(value: &str, out: &mut Vec<u8>) {
    append(value, of_attribute, out);
}

fn of_text(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    }
}

fn of_attribute(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    }
}

fn escaped(text: &str, escape: fn(u8) -> Option<&'static str>) -> Cow<'_, str> {
    if text.bytes().all(|byte| escape(byte).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    append(text, escape, &mut out);
    Cow::Owned(String::from_utf8(out).expect("only whole ASCII characters are replaced"))
}

#[inline(always)]
fn append(text: &str, escape: impl Fn(u8) -> Option<&'static str>, out: &mut Vec<u8>) {
    // Most text is base64 and has nothing to escape, so that is asked of whole chunks, without a
    // branch for each byte.
    for chunk in text.as_bytes().chunks(CHUNK) {
        let special = chunk.iter().fold(false, |any, byte| any | escape(*byte).is_some());
        if !special {
            out.extend_from_slice(chunk);
            continue;
        }
        let mut written = 0;
        for (at, byte) in chunk.iter().enumerate() {
            if let Some(replacement) = escape(*byte) {
                out.extend_from_slice(&chunk[written..at]);
                out.extend_from_slice(replacement.as_bytes());
                written = at + 1;
            }
        }
        out.extend_from_slice(&chunk[written..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_canonical_xml_escapes_and_nothing_else() {
        assert_eq!(escape_text("a<b>&\"'\r\n\t"), "a&lt;b&gt;&amp;\"'&#xD;\n\t");
        assert_eq!(escape_attribute("a<b>&\"'\r\n\t"), "a&lt;b>&amp;&quot;'&#xD;&#xA;&#x9;");
        assert_eq!(escape_text("æøå 𝄞"), "æøå 𝄞");
    }

    #[test]
    fn copies_nothing_where_nothing_is_escaped() {
        assert!(matches!(escape_text("plain"), Cow::Borrowed("plain")));
        assert!(matches!(escape_attribute("plain"), Cow::Borrowed("plain")));
    }
}
