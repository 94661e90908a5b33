//! A mistake in a scenario file: what it is, where it stands, and how to mend it.

use std::{fmt, ops::Range};

use clock::{Span, Timestamp};
use parties::Server;
use serde::{Deserialize, Serialize};

use crate::plain::one_line;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl Place {
    /// The place behind `text`, with which a file begins.
    #[must_use]
    pub fn after(text: &str) -> Self {
        Lines::new(text).place(text.len())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// What can be wrong with a scenario file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is not TOML, or a value has the wrong type.
    #[error("{0}")]
    Syntax(String),
    /// It has a character that no text has.
    #[error("the character U+{:04X} has no place in a scenario file; is it the right file?", u32::from(*.0))]
    Control(char),
    /// It is written for another version of skift.
    #[error("format {0} is not known here; this version of skift reads format 1")]
    Format(i64),
    /// A key is missing.
    #[error("the key `{0}` is missing")]
    Missing(String),
    /// Something is named that does not exist.
    #[error("unknown {kind} `{name}`{}", advice(.near.as_deref(), .known))]
    Unknown {
        /// What kind of thing.
        kind: &'static str,
        /// The name.
        name: String,
        /// The nearest name that does exist.
        near: Option<String>,
        /// All that exist.
        known: Vec<String>,
    },
    /// A value breaks the rule of its type.
    #[error("{0}")]
    Value(String),
    /// A date or an hour that no calendar or clock has.
    #[error("there is no `{text}`: expected {expected}")]
    Impossible {
        /// What is written.
        text: String,
        /// What would be possible.
        expected: String,
    },
    /// A key or a table is there twice.
    #[error("`{0}` is there already; keep one of the two")]
    TwiceKey(String),
    /// Tables and lists within one another, or a key of very many parts.
    #[error("tables and lists are too deep within one another")]
    TooDeep,
    /// An instant that has no name.
    #[error("`{0}` is too far from the start: it lies outside of the years 0000 to 9999")]
    TooFar(String),
    /// A length of time where an instant is meant.
    #[error("`{0}` is a length of time; write `+{0}` for the instant that long after the start")]
    WithoutSign(String),
    /// A day without an hour, or an hour without an offset, names no instant.
    #[error(
        "`{0}` has no offset; write an instant as 2030-03-01T08:00:00Z, or as +2h from the start"
    )]
    Local(String),
    /// A text is empty.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// The length or the interval is not positive.
    #[error("{key} is {span}; it must be longer than nothing")]
    NotPositive {
        /// The key.
        key: &'static str,
        /// Its value.
        span: Span,
    },
    /// A length of time is less than nothing.
    #[error("`{key}` cannot be less than nothing, and {span} is")]
    Negative {
        /// The key.
        key: &'static str,
        /// Its value.
        span: Span,
    },
    /// The run is longer than the authorities of a world live.
    #[error(
        "the run is {span} long; it can be {limit} at most, as the authorities of a world do not outlive it"
    )]
    TooLong {
        /// How long it is.
        span: Span,
        /// How long it may be.
        limit: Span,
    },
    /// The start lies where certificates cannot, or before there was an SMDB.
    #[error("the start {0} is not in the years 2012 to 2199")]
    Start(Timestamp),
    /// Something happens before or after the run.
    #[error("{at} is outside of the run, which lasts from {start} to {end}")]
    OutsideRun {
        /// When it happens.
        at: Timestamp,
        /// The first instant of the run.
        start: Timestamp,
        /// The last one.
        end: Timestamp,
    },
    /// A certificate cannot expire then.
    #[error(
        "a certificate that is in force at the start {start} cannot expire at {expires}: it lives 1095 days"
    )]
    Expiry {
        /// When it should expire.
        expires: Timestamp,
        /// The first instant of the run.
        start: Timestamp,
    },
    /// X.509 counts in whole seconds.
    #[error("{0} is not a whole second, and certificates know no others")]
    NotWholeSecond(Timestamp),
    /// The number could belong to somebody.
    #[error("`{0}` could be a real CVR number; fictitious ones start with 9")]
    RealCvr(String),
    /// A name is given to two things.
    #[error("there is a {kind} `{name}` already")]
    Twice {
        /// What kind of thing.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A certificate is used before it is made.
    #[error("certificate `{name}` does not exist yet: it is made at {made}, after this")]
    NotYet {
        /// The certificate.
        name: String,
        /// When the file renews it into being.
        made: Timestamp,
    },
    /// There is one active slot for each system user and environment.
    #[error(
        "system user `{system_user}` starts with certificate `{first}` in {environment} already"
    )]
    SlotTaken {
        /// The system user.
        system_user: String,
        /// The environment.
        environment: &'static str,
        /// The certificate that is there.
        first: String,
    },
    /// `do` without a verb, or with several.
    #[error(
        "an entry does one thing, written as do.<party>.<verb> = {{ … }}; a second one takes an entry of its own"
    )]
    NotOneAction,
    /// A text is longer than what it is put into can hold.
    #[error("`{key}` has {length} characters; {limit} is the most")]
    TooManyCharacters {
        /// The key.
        key: &'static str,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },
    /// What a client looks for may stand in drawn digits.
    #[error(
        "clients of this file look for a name in the whole subject, and whether `{name}` stands in the \
         UUID of a certificate hangs on the digits drawn for it; take another name, with words in it"
    )]
    MayBeInUuid {
        /// The name.
        name: String,
    },
    /// A name that nobody finds by itself.
    #[error(
        "clients of this file look for a name in the subject, where {name:?} stands with its quotation \
         marks doubled, so that they never find it; leave the marks out"
    )]
    NotInOwnSubject {
        /// The name.
        name: String,
    },
    /// A clock that is off by parts of a second.
    #[error("a clock is off by whole seconds, and not by {skew}")]
    SkewParts {
        /// How far it should be off.
        skew: Span,
    },
    /// No clock is so wrong.
    #[error("a clock is off by {limit} at most, and not by {skew}")]
    Skew {
        /// How far it should be off.
        skew: Span,
        /// How far it may be.
        limit: Span,
    },
    /// A rule that names a time of its own.
    #[error("a rule may name a time from 0s to {limit}, and not {span}")]
    RuleSpan {
        /// How long it should be.
        span: Span,
        /// How long it may be.
        limit: Span,
    },
    /// A token lives for a part of a second.
    #[error(
        "a token lives for whole seconds, and not for {span}: by REST an access token ends with one, so \
         that a part would be seen now and then; write whole seconds"
    )]
    LifetimeParts {
        /// How long it should live.
        span: Span,
    },
    /// An access token lives within bounds.
    #[error(
        "an access token lives from {least} to {most}, and not for {span}: its end is a whole second, \
         and the profile of REST allows no longer; write a time in between"
    )]
    AccessTokenLifetime {
        /// How long it should live.
        span: Span,
        /// The shortest.
        least: Span,
        /// The longest.
        most: Span,
    },
    /// A client that does not look at the end of a token has a margin before that.
    #[error(
        "a client of profile `{0}` {1}, so that a margin changes nothing; leave `margin` out, or take \
         a profile that drops a token some time before its end"
    )]
    NoMargin(&'static str, &'static str),
    /// Somebody turns to a new certificate of the STS, and there is none.
    #[error(
        "the STS of {0} has no new certificate to turn to: \
         say when it gets one, with `do.nemlogin.roll-over`"
    )]
    NoNewSigner(&'static str),
    /// An STS gets a new certificate for the second time.
    #[error("the STS of {0} rolls over in another entry already; a run has one roll-over of it")]
    SecondSigner(&'static str),
    /// A client takes a new authority in, and no server has one.
    #[error(
        "no server of {0} has another authority to trust: say whose chain changes, with \
         `do.nemlogin.change-chain` or `do.smdb.change-chain`"
    )]
    NoNewChain(&'static str),
    /// A client that trusts everybody takes one more in.
    #[error(
        "client `{0}` trusts the new authority anyway, as its system does; only one with \
         `truststore = \"pinned\"` has to take it in"
    )]
    TrustsAnyway(String),
    /// The chain of a server changes for the second time.
    #[error(
        "the chain of the {server} of {environment} changes in another entry already; a run has one \
         change of it"
    )]
    SecondChain {
        /// Which server.
        server: Server,
        /// Where.
        environment: &'static str,
    },
    /// Each certificate takes a key, and keys take time to make.
    #[error("the file renews and orders {issued} certificates; {limit} is the most")]
    TooManyIssued {
        /// How many there would be.
        issued: usize,
        /// How many there may be.
        limit: usize,
    },
    /// An action that cannot be repeated.
    #[error("only do.client.submit can be repeated; write this one as [[at]]")]
    NotRepeatable,
    /// Too much for one run.
    #[error("the file schedules {calls} calls; {limit} is the most")]
    TooManyCalls {
        /// How many there would be.
        calls: u64,
        /// How many there may be.
        limit: u64,
    },
    /// An expected outage has to say which node.
    #[error("client `{0}` has several nodes; say which one with `node`")]
    WhichNode(String),
    /// An outage ends before it begins.
    #[error("an outage from {from} cannot end at {until}")]
    Backwards {
        /// Where it begins.
        from: Timestamp,
        /// Where it ends.
        until: Timestamp,
    },
    /// Two expected outages of one node are not apart.
    #[error("this outage of node `{node}` of client `{client}` is not apart from another one")]
    Overlap {
        /// The client.
        client: String,
        /// Its node.
        node: String,
    },
}

impl Wrong {
    /// An unknown name, with the nearest of those that exist.
    pub(super) fn unknown<'n>(
        kind: &'static str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
        let near = nearest(name, &known);
        Self::Unknown { kind, name: name.to_owned(), near, known }
    }
}

/// A mistake and the bytes of the file that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) wrong: Wrong,
    pub(super) span: Range<usize>,
}

/// Mistakes as they are found; none at first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mistakes(Vec<Found>);

impl Mistakes {
    /// Takes the mistakes of `result`, and gives what is there without one.
    pub(super) fn keep<T, E: Into<Self>>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(mistakes) => {
                self.0.extend(mistakes.into().0);
                None
            }
        }
    }

    /// What they are, or `value` if there are none.
    pub(super) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The first of them, ready to be shown, in the order of the file.
    pub(super) fn shown(mut self, text: &str) -> Vec<Mistake> {
        self.0.sort_by_key(|found| found.span.start);
        self.0.into_iter().take(MISTAKES_MAX).map(|found| Mistake::new(text, found)).collect()
    }
}

impl From<Found> for Mistakes {
    fn from(found: Found) -> Self {
        Self(vec![found])
    }
}

/// All of these, or every mistake in them.
pub(super) fn all<T, C: FromIterator<T>>(
    items: impl Iterator<Item = Result<T, Found>>,
) -> Result<C, Mistakes> {
    let mut mistakes = Mistakes::default();
    let kept = items.filter_map(|item| mistakes.keep(item)).collect();
    mistakes.or(kept)
}

/// A mistake in a scenario file, ready to be shown.
///
/// Printed without the name of the file: `12:3: unknown certificate …`, then the line itself with
/// a mark below the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub wrong: Wrong,
    /// Where.
    pub place: Place,
    excerpt: Box<Excerpt>,
}

impl Mistake {
    fn new(text: &str, found: Found) -> Self {
        Self {
            wrong: found.wrong,
            place: Lines::new(text).place(found.span.start),
            excerpt: Box::new(Excerpt::new(text, &found.span)),
        }
    }
}

impl std::error::Error for Mistake {}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Excerpt { line, before, marked } = self.excerpt.as_ref();
        let number = self.place.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "{}: {}", self.place, shown(&self.wrong.to_string(), MESSAGE_WIDTH))?;
        writeln!(f, " {margin} |")?;
        writeln!(f, " {number} | {line}")?;
        write!(f, " {margin} | {}{}", " ".repeat(*before), "^".repeat(*marked))
    }
}

/// One line of a file, cut to what fits on a screen, and the part of it that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Excerpt {
    line: String,
    /// How many characters stand before the marked ones.
    before: usize,
    /// How many are marked; at least one.
    marked: usize,
}

impl Excerpt {
    fn new(text: &str, span: &Range<usize>) -> Self {
        let begin = floor(text, span.start);
        let line_begin = text[..begin].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[begin..].find('\n').map_or(text.len(), |at| begin + at);
        let end = floor(text, span.end).clamp(begin, line_end);
        let before = text[line_begin..begin].chars().count();
        let marked = text[begin..end].trim_end().chars().count().max(1);

        let fits = text[line_begin..line_end].chars().nth(WIDTH).is_none();
        let cut = if fits { 0 } else { before.saturating_sub(WIDTH / 2) };
        let line: String = text[line_begin..line_end].chars().skip(cut).take(WIDTH + 1).collect();
        let line = shown(&line, WIDTH);
        let before = before - cut;
        Self { line: line.trim_end().to_owned(), before, marked: marked.min(WIDTH - before).max(1) }
    }
}

/// Where the lines of a text begin.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    begins: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        // A byte order mark is no character of the first line.
        let begin = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, begins: std::iter::once(begin).chain(after_breaks).collect() }
    }

    /// The place of a byte of the text.
    pub(super) fn place(&self, at: usize) -> Place {
        let at = floor(self.text, at).max(self.begins[0]);
        let line = self.begins.partition_point(|begin| *begin <= at);
        let begin = self.begins[line - 1];
        Place { line, column: self.text[begin..at].chars().count() + 1 }
    }
}

/// The last boundary between characters at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

/// The name among `known` that somebody who wrote `name` most likely meant.
fn nearest(name: &str, known: &[String]) -> Option<String> {
    parties::nearest(name, known.iter().map(String::as_str)).map(str::to_owned)
}

fn advice(near: Option<&str>, known: &[String]) -> String {
    match (near, known) {
        (Some(near), _) => format!("; did you mean `{near}`?"),
        (None, []) => "; there is none".to_owned(),
        (None, known) => format!("; it takes one of: {}", known.join(", ")),
    }
}

/// Text of a file as a terminal may have it: no longer than `width`, and nothing to obey.
fn shown(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => one_line(text),
        Some((end, _)) => one_line(&text[..end]) + "…",
    }
}

/// How many mistakes of a file are told. Who has mended these looks again, and a hostile file with
/// thousands shall not cost anything.
const MISTAKES_MAX: usize = 20;

/// How many characters of a line are shown.
const WIDTH: usize = 100;

/// How many characters of a message are shown; ours have fewer, but names are the file's.
const MESSAGE_WIDTH: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, span: Range<usize>, printed: &str) {
        let found = Found { wrong: Wrong::Empty("title"), span };
        assert_eq!(Mistake::new(text, found).to_string(), printed);
    }

    #[test]
    fn shows_the_line_and_marks_the_place() {
        check(
            "a = 1\ntitle = \"\"\n",
            14..16,
            "2:9: `title` is empty\n   |\n 2 | title = \"\"\n   |         ^^",
        );
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        check("æøå = \"\"", 9..11, "1:7: `title` is empty\n   |\n 1 | æøå = \"\"\n   |       ^^");
    }

    #[test]
    fn a_place_beyond_the_end_is_the_end() {
        check("a", 7..9, "1:2: `title` is empty\n   |\n 1 | a\n   |  ^");
        check("", 0..0, "1:1: `title` is empty\n   |\n 1 | \n   | ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}X{}", "a".repeat(10_000), "b".repeat(10_000));
        let mistake =
            Mistake::new(&text, Found { wrong: Wrong::NotRepeatable, span: 10_000..20_001 });
        let shown = mistake.to_string();
        assert!(shown.lines().all(|line| line.chars().count() <= WIDTH + 7), "{shown}");
        assert!(shown.contains("aaaXbbb"));
    }

    #[test]
    fn the_end_of_a_line_that_just_fits_is_marked() {
        for width in WIDTH - 1..=WIDTH + 2 {
            let text = "a".repeat(width);
            let found = Found { wrong: Wrong::Empty("title"), span: width..width };
            assert!(Mistake::new(&text, found).to_string().ends_with(" ^"), "{width}");
        }
    }

    #[test]
    fn an_escape_sequence_does_not_reach_the_terminal() {
        let wrong = Wrong::unknown("key", "\u{1b}[31m", []);
        let mistake = Mistake::new("\u{1b}[31m", Found { wrong, span: 0..1 });
        assert!(!mistake.to_string().contains('\u{1b}'));
    }

    #[test]
    fn a_long_name_does_not_fill_the_screen() {
        let wrong = Wrong::unknown("key", &"x".repeat(100_000), []);
        let mistake = Mistake::new("x", Found { wrong, span: 0..1 });
        assert!(mistake.to_string().chars().count() < 500);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["old".to_owned(), "new".to_owned()];
        assert_eq!(nearest("nwe", &known).as_deref(), Some("new"));
        assert_eq!(nearest("news", &known).as_deref(), Some("new"));
        assert_eq!(nearest("certificate", &known), None);
        assert_eq!(nearest("", &known), None);
    }
}
