//! The only place that prints.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use super::Exit;
use crate::{plain, report::text::Colour};

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
    let text = text.to_string();
    let mut stderr = io::stderr().lock();
    for line in text.lines() {
        let _ = writeln!(stderr, "{}", plain::one_line(line));
    }
}

/// Colour is for terminals, and for those who have not asked to be spared (no-color.org).
pub(super) fn colour() -> Colour {
    let spared = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if io::stdout().is_terminal() && !spared { Colour::On } else { Colour::Off }
}
