//! The only place that prints.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use console::Term;

use super::Exit;
use crate::{
    plain,
    report::text::{self, Colour},
};

/// Prints a result. A reader who has gone away, as `head` does, is no failure.
///
/// # Errors
///
/// If standard output takes nothing, as a full disk does.
pub(super) fn say(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Prints a result that is all there is to say.
pub(super) fn print(text: &str) -> Exit {
    match say(text) {
        Ok(()) => Exit::AsExpected,
        Err(error) => {
            complain(format!("the result cannot be printed: {error}"));
            Exit::Internal
        }
    }
}

/// Prints what is wrong, line for line, with nothing in it that a terminal would obey.
pub(super) fn complain(text: impl fmt::Display) {
    print_lines(&text.to_string(), str::to_owned);
}

/// Prints mistakes in files: on a terminal in bold what is wrong, and in red the mark below it.
pub(super) fn complain_of_mistakes(text: impl fmt::Display) {
    let paint = match wanted(&io::stderr()) {
        Colour::On => painted,
        Colour::Off => str::to_owned,
    };
    print_lines(&text.to_string(), paint);
}

fn print_lines(text: &str, paint: fn(&str) -> String) {
    let mut stderr = io::stderr().lock();
    for line in text.lines() {
        let _ = writeln!(stderr, "{}", paint(&plain::one_line(line)));
    }
}

/// A line about a mistake, as `scenario::Mistake` writes it.
fn painted(line: &str) -> String {
    match line.split_once(" | ") {
        Some((margin, mark)) if margin.trim().is_empty() => {
            format!("{margin} | \u{1b}[1;31m{mark}\u{1b}[0m")
        }
        _ if line.starts_with(' ') => line.to_owned(),
        _ => format!("\u{1b}[1m{line}\u{1b}[0m"),
    }
}

/// Whether results are printed in colour.
pub(super) fn colour() -> Colour {
    wanted(&io::stdout())
}

/// How wide results are printed: as wide as the terminal, if it is one and says so.
pub(super) fn width() -> usize {
    let size = io::stdout().is_terminal().then(|| Term::stdout().size_checked()).flatten();
    size.map_or(text::WIDTH, |(_, columns)| usize::from(columns).max(WIDTH_MIN))
}

/// Narrower than this nothing can be read anyway.
const WIDTH_MIN: usize = 40;

/// Colour is for terminals, and for those who have not asked to be spared (no-color.org).
fn wanted(stream: &impl IsTerminal) -> Colour {
    let spared = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if stream.is_terminal() && !spared { Colour::On } else { Colour::Off }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_and_the_mark_are_painted() {
        let painted: Vec<String> =
            "a.toml:2:1: wrong\n   |\n 2 | a = \"b | c\"\n   | ^".lines().map(painted).collect();
        assert_eq!(
            painted,
            [
                "\u{1b}[1ma.toml:2:1: wrong\u{1b}[0m",
                "   |",
                " 2 | a = \"b | c\"",
                "   | \u{1b}[1;31m^\u{1b}[0m",
            ]
        );
    }
}
