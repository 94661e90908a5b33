//! How a program is set: a flag over the environment over a file over what it does by itself.
//!
//! One type says all there is: its fields are the keys of the file, with a prefix and in capitals
//! the variables of the environment, and with `--` in front the flags; what is written above a
//! field is what `--help` says of it, with its default, if it can be written. A key that is not
//! known is an error in each of them, since a setting that nobody reads is a mistake that nobody
//! finds.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use clap::{Arg, ArgAction, Command};
use parties::nearest;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value as Schema;
use toml::{Table, Value};

use crate::control::schema_of;

/// The flag and the variable that name the file.
const CONFIG: &str = "config";

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The command line: a mistake, or a wish for help, which is no mistake.
    #[error(transparent)]
    CommandLine(clap::Error),
    /// The file cannot be read.
    #[error("the settings in {} cannot be read: {why}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the machine says.
        why: std::io::Error,
    },
    /// The file is no TOML. What stands there is not shown: it may be a token.
    #[error("the settings in {} are not understood at line {line}: {why}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// In which line, from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// A variable that sets something is not UTF-8.
    #[error("the environment sets `{name}` to something that is no text (not UTF-8)")]
    NotText {
        /// The variable.
        name: String,
    },
    /// Nothing is set by this name.
    #[error("{origin} sets `{name}`, which is no setting{}", meant(near.as_deref()))]
    Unknown {
        /// Where it stands.
        origin: Origin,
        /// The name.
        name: String,
        /// What was most likely meant.
        near: Option<String>,
    },
    /// The value is not one of its kind.
    #[error("{origin} sets `{name}` to something that it cannot be: {why}")]
    Value {
        /// Where it stands.
        origin: Origin,
        /// The name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
}

fn meant(near: Option<&str>) -> String {
    near.map_or_else(|| "; --help shows all".to_owned(), |near| format!("; is `{near}` meant?"))
}

/// Where a setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// On the command line.
    CommandLine,
    /// In the environment.
    Environment,
    /// In a file.
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("the command line"),
            Self::Environment => f.write_str("the environment"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Reads settings from the command line `line` of `program`, the `environment`, and the file that
/// either of them names. Variables begin with `prefix` (`SKIFT_STS_`).
///
/// All fields of `T` have a default (`#[serde(default, rename_all = "kebab-case")]`), and each is a
/// text, a number or a truth value. What is none of them is found here: `T` cannot, where it holds
/// others (`#[serde(flatten)]`).
///
/// # Errors
///
/// The first mistake in any of them, even where another one would have come before it.
pub fn settings<T: DeserializeOwned + JsonSchema>(
    program: Command,
    line: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    prefix: &str,
) -> Result<T, SettingsError> {
    let keys = Keys::of::<T>();
    let matches = keys.command(program, prefix).try_get_matches_from(line);
    let matches = matches.map_err(SettingsError::CommandLine)?;
    let of_line = |name: &String| Some((name.clone(), matches.get_one::<String>(name)?.clone()));
    let of_line: Vec<_> = keys.names().filter_map(of_line).collect();
    // A variable that is set to nothing is how many a tool writes one that is not set.
    let named = environment.into_iter().filter(|(_, value)| !value.is_empty());
    let ours = named.filter_map(|(name, value)| {
        // Others may write theirs in any way.
        let name = name.into_string().ok()?;
        let key = key_of(&name, prefix)?;
        let value = value.into_string().map_err(|_| SettingsError::NotText { name });
        Some(value.map(|value| (key, value)))
    });
    let mut of_environment = ours.collect::<Result<Vec<_>, _>>()?;
    let file = matches.get_one::<String>(CONFIG).cloned();
    let file = file.or_else(|| {
        let at = of_environment.iter().position(|(name, _)| name == CONFIG)?;
        Some(of_environment.swap_remove(at).1)
    });
    of_environment.retain(|(name, _)| name != CONFIG);

    let mut merged = Table::new();
    if let Some(path) = file.map(PathBuf::from) {
        let table = read_file(&path)?;
        merged.extend(keys.checked::<T>(table, &Origin::File(path), prefix)?);
    }
    for (written, origin) in [(of_environment, Origin::Environment), (of_line, Origin::CommandLine)]
    {
        let table = written.into_iter().map(|(name, text)| {
            let value = keys.value(&name, text);
            (name, value)
        });
        merged.extend(keys.checked::<T>(table.collect(), &origin, prefix)?);
    }
    Ok(read(merged).expect("each of them was read by itself"))
}

/// The variable that sets a key.
fn variable_of(key: &str, prefix: &str) -> String {
    format!("{prefix}{}", key.to_ascii_uppercase().replace('-', "_"))
}

/// The key that a variable sets, if it is one of ours.
fn key_of(variable: &str, prefix: &str) -> Option<String> {
    let name = variable.strip_prefix(prefix)?;
    Some(name.to_ascii_lowercase().replace('_', "-"))
}

fn read_file(path: &Path) -> Result<Table, SettingsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|why| SettingsError::File { path: path.to_owned(), why })?;
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        SettingsError::Syntax { path: path.to_owned(), line, why: error.message().to_owned() }
    })
}

fn read<T: DeserializeOwned>(table: Table) -> Result<T, toml::de::Error> {
    T::deserialize(Value::Table(table))
}

/// What can be set, by its name.
struct Keys(BTreeMap<String, Schema>);

impl Keys {
    fn of<T: JsonSchema>() -> Self {
        let schema = schema_of::<T>();
        let properties = schema["properties"].as_object().cloned().unwrap_or_default();
        Self(properties.into_iter().collect())
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// Whether a key has values of this kind.
    fn is(&self, name: &str, kinds: &[&str]) -> bool {
        let kind = self.0.get(name).map(|schema| &schema["type"]);
        let of_one = |kind: &Schema| kind.as_str().is_some_and(|kind| kinds.contains(&kind));
        kind.is_some_and(|kind| {
            of_one(kind) || kind.as_array().is_some_and(|it| it.iter().any(of_one))
        })
    }

    /// What stands on a command line or in the environment is text; what it means hangs on the key.
    fn value(&self, name: &str, text: String) -> Value {
        let number = || text.parse().ok().map(Value::Integer);
        let truth = || text.parse().ok().map(Value::Boolean);
        let fraction = || text.parse().ok().map(Value::Float);
        let meant = if self.is(name, &["boolean"]) {
            truth()
        } else if self.is(name, &["integer"]) {
            number()
        } else if self.is(name, &["number"]) {
            fraction()
        } else {
            None
        };
        meant.unwrap_or(Value::String(text))
    }

    fn command(&self, program: Command, prefix: &str) -> Command {
        let said = |schema: &Schema| {
            let said = schema["description"].as_str().unwrap_or_default();
            let default = match &schema["default"] {
                Schema::Null => String::new(),
                Schema::String(text) => format!(" [default: {text}]"),
                other => format!(" [default: {other}]"),
            };
            format!("{}{default}", said.trim_end_matches('.'))
        };
        let flag = |name: &str, said: &str| {
            Arg::new(name.to_owned())
                .long(name.to_owned())
                .action(ArgAction::Set)
                .help(format!("{said} [{}]", variable_of(name, prefix)))
        };
        let file = flag(CONFIG, "a file in TOML with any of these, without the dashes in front");
        program.arg(file.value_name("FILE")).args(self.0.iter().map(|(name, schema)| {
            let flag = flag(name, &said(schema)).value_name(name.to_ascii_uppercase());
            // `--quiet` alone is `--quiet true`.
            if self.is(name, &["boolean"]) {
                flag.num_args(0..=1).default_missing_value("true")
            } else {
                flag
            }
        }))
    }

    /// The same settings, each of them known and one of its kind.
    fn checked<T: DeserializeOwned>(
        &self,
        table: Table,
        origin: &Origin,
        prefix: &str,
    ) -> Result<Table, SettingsError> {
        let written = |name: &str| match origin {
            Origin::Environment => variable_of(name, prefix),
            Origin::CommandLine | Origin::File(_) => name.to_owned(),
        };
        for (name, value) in &table {
            if !self.0.contains_key(name) {
                let near = nearest(name, self.names().map(String::as_str)).map(written);
                let (origin, name) = (origin.clone(), written(name));
                return Err(SettingsError::Unknown { origin, name, near });
            }
            let alone = Table::from_iter([(name.clone(), value.clone())]);
            if let Err(error) = read::<T>(alone) {
                let why = self.why(name, value, &error);
                let (origin, name) = (origin.clone(), written(name));
                return Err(SettingsError::Value { origin, name, why });
            }
        }
        Ok(table)
    }

    /// What is wrong with a value, as who wrote it can mend it.
    fn why(&self, name: &str, value: &Value, error: &toml::de::Error) -> String {
        let message = error.message();
        if self.is(name, &["boolean"]) {
            "write `true` or `false`".to_owned()
        } else if self.is(name, &["integer"]) {
            "write a whole number, 0 or more".to_owned()
        } else if self.is(name, &["number"]) {
            "write a number".to_owned()
        } else if !value.is_str() {
            "write a text, between quotes".to_owned()
        } else if message.contains("socket address") {
            "write an address and a port, such as `127.0.0.1:8443`; port 0 is any that is free"
                .to_owned()
        } else {
            message.to_owned()
        }
    }
}

#[cfg(test)]
mod tests;
