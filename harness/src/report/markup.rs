//! Text from elsewhere, as a page may have it: nothing in it is markup, and nothing in it is obeyed.

use std::fmt::{self, Display, Write};

use crate::plain::is_plain;

/// Writes a value as text, within an element or within quotes.
pub(super) const fn text<T: Display>(value: T) -> Text<T> {
    Text(value)
}

/// See [`text`].
pub(super) struct Text<T>(T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            // XML has no way to write most of these, nor the last two of the plane (XML 1.0, 2.2).
            c if !is_plain(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => self.0.write_char(' '),
            c => self.0.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup_and_nothing_is_obeyed() {
        let hostile = "</title><script>\"'&\u{1b}[31m\u{202e}\u{0}\u{ffff}æ";
        assert_eq!(
            text(hostile).to_string(),
            "&lt;/title&gt;&lt;script&gt;&quot;&#39;&amp; [31m   æ"
        );
    }
}
