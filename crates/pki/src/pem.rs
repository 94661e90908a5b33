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
    /// The text before it, and behind it.
    pub(crate) around: [&'a str; 2],
}

/// Every block in `text`, whatever stands around and between them. A block without its own end, or
/// with headers inside (`Proc-Type`), has no content.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let Some((label, body)) = after.split_once(DASHES) else { break };
        if label.contains(['\n', '\r']) {
            rest = after; // the dashes are another line's, and may begin a block
            continue;
        }
        // No base64 has dashes: whatever comes next ends this block, or shows that it has no end.
        let (body, next) = body.split_at(body.find(DASHES).unwrap_or(body.len()));
        let end = next.strip_prefix(END).and_then(|next| next.strip_prefix(label));
        let behind = end.and_then(|next| next.strip_prefix(DASHES));
        let before = &text[..text.len() - after.len() - BEGIN.len()];
        blocks.push(Block {
            label,
            content: behind.and_then(|_| decode(body)),
            around: [before, behind.unwrap_or(next)],
        });
        rest = next;
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
        assert_eq!(found[0].around, ["Bag Attributes\r\n", &format!("\r\njunk{pem}")]);
        for block in found {
            assert_eq!((block.label, block.content), ("CERTIFICATE", Some(vec![7; 100])));
        }
    }

    #[test]
    fn base64_may_end_as_it_likes() {
        for text in ["AAE=", "AAE", " A\tA\r\nE=\n", "AAF=", "AAF"] {
            assert_eq!(decode(text), Some(vec![0, 1]), "{text}");
        }
        assert_eq!(decode("A"), None);
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

    #[test]
    fn a_broken_block_hides_no_other() {
        let labels = |text: &str| -> Vec<String> {
            blocks(text).iter().map(|block| block.label.to_owned()).collect()
        };
        let whole = write("B", b"b");
        for broken in [
            "-----BEGIN A-----\nAAAA\n-----END X-----\n",
            "-----BEGIN A-----\nAAAA\n",
            "-----BEGIN A-----\nAAAA-----END -----",
        ] {
            assert_eq!(labels(&format!("{broken}{whole}")), ["A", "B"], "{broken}");
            assert_eq!(labels(&format!("{whole}{broken}{whole}")), ["B", "A", "B"], "{broken}");
        }
        assert_eq!(labels(&format!("-----BEGIN \n{whole}")), ["B"]);
    }

    #[test]
    fn many_blocks_without_an_end_cost_no_more_than_their_length() {
        assert_eq!(blocks(&"-----BEGIN A-----".repeat(1_000_000)).len(), 1_000_000);
    }
}
