//! PEM: base64 between two lines that say what it is (RFC 7468).

use base64::{
    Engine as _,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// Files from the field end their base64 as they like.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// One block: its label and, if the base64 could be read, its content.
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    pub(crate) content: Option<Vec<u8>>,
}

/// Every block in `text`, whatever stands around and between them. A block without an end, or
/// with headers inside (`Proc-Type`), has no content.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let Some((label, body)) = after.split_once(DASHES) else { break };
        let (body, next) = body.split_once(END).unwrap_or((body, ""));
        let closed = next.strip_prefix(label).is_some_and(|next| next.starts_with(DASHES));
        let content = if closed { decode(body) } else { None };
        blocks.push(Block { label, content });
        rest = if closed { next } else { body };
    }
    blocks
}

/// Base64 with white space anywhere, padding or none.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let dense: Vec<u8> = text.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
    LENIENT.decode(dense).ok()
}

pub(crate) fn write(label: &str, content: &[u8]) -> String {
    let base64 = STANDARD.encode(content);
    let mut pem = format!("{BEGIN}{label}{DASHES}\n");
    for line in base64.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        pem.push('\n');
    }
    pem.push_str(&format!("{END}{label}{DASHES}\n"));
    pem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let pem = write("CERTIFICATE", &[7; 100]);
        assert_eq!(pem.lines().nth(1).unwrap().len(), 64);
        let text = format!("Bag Attributes\r\n{}junk{pem}", pem.replace('\n', "\r\n"));
        let found = blocks(&text);
        assert_eq!(found.len(), 2);
        for block in found {
            assert_eq!((block.label, block.content), ("CERTIFICATE", Some(vec![7; 100])));
        }
    }

    #[test]
    fn a_broken_block_has_no_content() {
        for text in [
            "-----BEGIN X-----\nAAAA\n",
            "-----BEGIN X-----\nAAAA\n-----END Y-----",
            "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END X-----",
            "-----BEGIN X-----\nA\n-----END X-----",
        ] {
            let found = blocks(text);
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].content.is_none(), "{text}");
        }
        assert!(blocks("-----BEGIN ").is_empty());
    }
}
