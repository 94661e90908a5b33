//! Random content from a seed, with everything in it that a canonical form treats specially.

use entropy::Entropy;

/// Draws from a seeded stream.
pub(crate) struct Dice(Entropy);

impl Dice {
    /// The stream of a seed for a purpose.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        Self(Entropy::seeded(seed, "foreign", purpose))
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (u64::from_be_bytes(self.0.bytes()) % limit as u64) as usize
    }

    /// True `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// Text between tags, as a document spells it.
    pub(crate) fn text(&mut self) -> String {
        // A carriage return alone has a neighbour: beside a reference it would be refused.
        const PIECES: [&str; 33] = [
            "a\rb",
            "a",
            "blåbærgrød",
            "0",
            " ",
            "\n",
            "\r\n",
            "\t",
            "&lt;",
            "&gt;",
            ">",
            "&amp;",
            "\"",
            "&quot;",
            "'",
            "&apos;",
            "&#13;",
            "&#10;",
            "&#9;",
            "&#x1F951;",
            "\u{1F951}",
            "]]&gt;",
            "]a",
            "a\r\r\n",
            "\u{7F}",
            "&#x7F;",
            "\u{85}",
            "&#x85;",
            "\u{2028}",
            "&#xA0;",
            "\u{FFFD}",
            "&#xE000;",
            "&#x10FFFF;",
        ];
        self.pieces(&PIECES, 6)
    }

    /// The value of an attribute, with its quotation marks.
    pub(crate) fn quoted(&mut self) -> String {
        const PIECES: [&str; 28] = [
            "a",
            "blåbærgrød",
            "0",
            " ",
            "  ",
            "\n",
            "\r\n",
            "\t",
            "&lt;",
            "&gt;",
            ">",
            "&amp;",
            "&quot;",
            "&apos;",
            "&#13;",
            "&#10;",
            "&#9;",
            "&#x20;",
            "&#xE6;",
            "\u{1F951}",
            "a\rb",
            "\n\r\n",
            "\u{85}",
            "&#x7F;",
            "\u{2028}",
            "&#xD7FF;",
            "\u{FFFD}",
            "&#x10FFFF;",
        ];
        let value = self.pieces(&PIECES, 5);
        if self.chance(30) {
            format!("'{}'", value.replace('z', "\""))
        } else {
            format!("\"{}\"", value.replace('z', "'"))
        }
    }

    fn pieces(&mut self, of: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(of)).collect()
    }
}
