//! Breaks lines that are wider than where they are shown.

/// `text` with its lines broken between words. A word that is too wide stays whole.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::new();
    for line in text.split_inclusive('\n') {
        wrap_line(&mut wrapped, line, width);
    }
    wrapped
}

fn wrap_line(wrapped: &mut String, line: &str, width: usize) {
    if line.trim_end().chars().count() <= width {
        wrapped.push_str(line);
        return;
    }
    let (begin, hang) = hang(line);
    let (begin, words) = line.trim_end().split_at(begin);
    wrapped.push_str(begin);
    let mut column = begin.len();
    for (index, word) in words.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > width {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(hang));
            column = hang;
        } else if index > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += length;
    }
    wrapped.push('\n');
}

/// How many bytes there are before the text of a line, and so columns: nothing but spaces and a label of
/// ours. A label is one word, and two spaces at least stand behind it. And where what is broken off
/// stands: below the text behind a label, else a little further in than the line.
fn hang(line: &str) -> (usize, usize) {
    let indent = line.len() - line.trim_start().len();
    let label = line[indent..].find(' ').unwrap_or_default();
    let behind = &line[indent + label..];
    let spaces = behind.len() - behind.trim_start().len();
    let is_label = spaces > 1 && line[indent..indent + label].is_ascii() && label <= LABEL_MAX;
    let text = indent + label + spaces;
    if is_label { (text, text) } else { (indent, indent + FURTHER_IN) }
}

const FURTHER_IN: usize = 4;

/// As wide as a label is at most: that of a scenario that is inconclusive.
const LABEL_MAX: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_fits_stays_as_it_is() {
        let text = "  one\n    two  three\n\n";
        assert_eq!(wrap(text, 20), text);
        assert_eq!(wrap("æøå æøå\n", 7), "æøå æøå\n");
    }

    #[test]
    fn what_is_broken_off_stands_below_the_text() {
        assert_eq!(wrap("  one two three four\n", 11), "  one two\n      three\n      four\n");
        assert_eq!(
            wrap("  got    one two three\n", 17),
            "  got    one two\n         three\n",
            "the text behind a label"
        );
    }

    #[test]
    fn a_word_that_is_too_wide_stays_whole() {
        assert_eq!(wrap("  a abcdefghijkl b\n", 8), "  a\n      abcdefghijkl\n      b\n");
    }
}
