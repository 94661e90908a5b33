//! Options that stand in the environment: an empty one is none, and a wrong one is told by its name.

use std::ffi::{OsStr, OsString};

use clap::{
    Arg, Command, CommandFactory, FromArgMatches,
    builder::Resettable,
    error::{ContextKind, ContextValue},
};

use super::Arguments;

/// Reads the command line and the environment; ends the program where they have a mistake, or where
/// help was asked for.
pub(super) fn parse() -> Arguments {
    let command = without_empty(Arguments::command(), |name| std::env::var_os(name));
    let line: Vec<OsString> = std::env::args_os().collect();
    let read = command
        .clone()
        .try_get_matches_from(&line)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    read.unwrap_or_else(|error| {
        let variable = blamed(&command, &error, &line);
        let _ = error.print();
        if let Some(variable) = variable {
            super::print::complain(format!(
                "\nThe value is that of {variable} in the environment."
            ));
        }
        std::process::exit(error.exit_code())
    })
}

/// A variable that is set to nothing is how many a tool writes one that is not set.
fn without_empty(command: Command, value: impl Fn(&OsStr) -> Option<OsString>) -> Command {
    let is_empty = |arg: &Arg| arg.get_env().and_then(&value).is_some_and(|value| value.is_empty());
    command.mut_subcommands(|verb| {
        verb.mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg })
    })
}

/// The variable whose value is wrong, if the value did not stand on the command line.
fn blamed(command: &Command, error: &clap::Error, line: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(named)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    // An argument tells what it is called only when its command is put together.
    let mut command = command.clone();
    command.build();
    let mut args = command.get_subcommands().flat_map(Command::get_arguments);
    let arg = args.find(|arg| arg.to_string() == *named)?;
    let long = format!("--{}", arg.get_long()?);
    let is_said = |word: &OsString| {
        let word = word.to_string_lossy();
        word == long.as_str() || word.starts_with(&format!("{long}="))
    };
    let variable = arg.get_env()?.to_string_lossy().into_owned();
    (!line.iter().any(is_said)).then_some(variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<clap::ArgMatches, clap::Error> {
        without_empty(Arguments::command(), |_| None).try_get_matches_from(line.split(' '))
    }

    #[test]
    fn an_empty_variable_is_none() {
        let empty = |_: &OsStr| Some(OsString::new());
        let command = without_empty(Arguments::command(), empty);
        let args: Vec<_> = command.get_subcommands().flat_map(Command::get_arguments).collect();
        assert!(args.len() > 5 && args.iter().all(|arg| arg.get_env().is_none()));

        let full = |_: &OsStr| Some(OsString::from("1"));
        let command = without_empty(Arguments::command(), full);
        let mut args = command.get_subcommands().flat_map(Command::get_arguments);
        assert!(args.any(|arg| arg.get_env() == Some(OsStr::new("SKIFT_SEED"))));
    }

    #[test]
    fn a_wrong_variable_is_named_and_a_wrong_word_is_not() {
        let line = "skift run scenarios --seed x";
        let error = read(line).unwrap_err();
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        let command = Arguments::command();
        let without = words("skift run scenarios");
        assert_eq!(blamed(&command, &error, &without).as_deref(), Some("SKIFT_SEED"));
        for line in [line, "skift run scenarios --seed=x"] {
            assert_eq!(blamed(&command, &error, &words(line)), None, "{line}");
        }
    }
}
