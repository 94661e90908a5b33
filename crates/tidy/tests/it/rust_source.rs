//! A Rust file taken apart, so that a rule about code does not trip over prose, nor the reverse.

/// The same file twice, line for line: once only its code, once only its comments.
///
/// What is left out is blank. The content of string and character literals is in neither.
pub(crate) struct RustSource {
    pub(crate) code: String,
    pub(crate) comments: String,
}

impl RustSource {
    pub(crate) fn read(text: &str) -> Self {
        let mut reader = Reader { text, at: 0, code: String::new(), comments: String::new() };
        while reader.piece() {}
        Self { code: reader.code, comments: reader.comments }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Code,
    Comment,
    Literal,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    code: String,
    comments: String,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Takes one comment, literal or character; false at the end.
    fn piece(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return false };
        if rest.starts_with("//") {
            self.take(rest.find('\n').unwrap_or(rest.len()), Kind::Comment);
        } else if rest.starts_with("/*") {
            self.take(block_comment(rest), Kind::Comment);
        } else if let Some(length) = self.raw_string() {
            self.take(length, Kind::Literal);
        } else if first == '"' {
            self.take(quoted(rest, '"'), Kind::Literal);
        } else if first == '\'' && is_character(rest) {
            self.take(quoted(rest, '\''), Kind::Literal);
        } else {
            self.take(first.len_utf8(), Kind::Code);
        }
        true
    }

    fn take(&mut self, length: usize, kind: Kind) {
        for character in self.rest()[..length].chars() {
            let blank = if character == '\n' { '\n' } else { ' ' };
            let (code, comment) = match kind {
                Kind::Code => (character, blank),
                Kind::Comment => (blank, character),
                Kind::Literal => (blank, blank),
            };
            self.code.push(code);
            self.comments.push(comment);
        }
        self.at += length;
    }

    /// The length of a raw string that begins here: `r"…"`, `r#"…"#`, and after `b` or `c`.
    fn raw_string(&self) -> Option<usize> {
        let after = self.rest().strip_prefix('r')?;
        let hashes = after.len() - after.trim_start_matches('#').len();
        after[hashes..].strip_prefix('"')?;
        let before = self.text[..self.at].trim_end_matches(['b', 'c']);
        if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let (open, close) = (1 + hashes + 1, format!("\"{}", "#".repeat(hashes)));
        let inside = self.rest()[open..].find(&close)?;
        Some(open + inside + close.len())
    }
}

/// The length of the comment that `text` begins with; comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(next) = text[at..].find(['/', '*']) {
        at += next;
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of the literal that `text` begins with, its quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether the apostrophe that `text` begins with opens a character and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut after = text.chars().skip(1);
    match after.next() {
        Some('\\') => true,
        Some(_) => after.next() == Some('\''),
        None => false,
    }
}

#[test]
fn keeps_code_and_comments_apart() {
    let check = |text: &str, code: &str, comments: &str| {
        let source = RustSource::read(text);
        assert_eq!((source.code.trim(), source.comments.trim()), (code, comments), "{text}");
        assert_eq!(source.code.lines().count(), text.lines().count());
    };
    check("a // b\nc", "a     \nc", "// b");
    check("a /* b /* c */ d */ e", "a                   e", "/* b /* c */ d */");
    check(r#"a("// b \" c")"#, "a(           )", "");
    check("a(r#\"\"// b\"#)", "a(          )", "");
    check("for r in x {}", "for r in x {}", "");
    check("fn a<'b>(c: &'b str, d: '\"') {} // e", "fn a<'b>(c: &'b str, d:    ) {}", "// e");
}
