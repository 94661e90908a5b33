//! Text from elsewhere, as a terminal may have it.

/// Whether a terminal shows `c` and does nothing else: it is no control character, and none that
/// turns the direction of what is around it (Unicode Standard Annex 9, 2).
pub(crate) fn is_plain(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !turns && !c.is_control()
}

/// `text` with a space for every character that is not plain: one line, and nothing to obey.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_obeyed() {
        assert_eq!(one_line("a\u{1b}[31m\nb\u{202e}c"), "a [31m b c");
        assert_eq!(one_line("æøå – “…”"), "æøå – “…”");
    }
}
