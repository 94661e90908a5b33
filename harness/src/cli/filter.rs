//! Which scenarios are meant, by their names.

use std::{convert::Infallible, str::FromStr};

/// A part of a scenario's name, or a pattern for all of it: `*` stands for any characters, `/`
/// among them, and `?` for one. A text with either of them is a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter(String);

impl Filter {
    /// Whether the scenario that is called `name` is meant.
    pub(super) fn is_met_by(&self, name: &str) -> bool {
        if self.is_pattern() { fits(&self.0, name) } else { name.contains(&self.0) }
    }

    fn is_pattern(&self) -> bool {
        self.0.contains(['*', '?'])
    }

    /// What to say when it is met by none of `names`: how it was read, and which names come
    /// nearest.
    pub(super) fn complaint(&self, names: &[&str]) -> String {
        let Self(text) = self;
        let read = if self.is_pattern() {
            format!("no scenario has a name that fits the pattern `{text}` from end to end")
        } else {
            format!("no scenario has `{text}` in its name")
        };
        let nearest = match self.nearest(names).as_slice() {
            [] => String::new(),
            names => format!("; the nearest: {}", names.join(", ")),
        };
        format!("{read}{nearest}\n`skift list` shows all names")
    }

    /// The names that were most likely meant, the nearest first.
    fn nearest<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        // A hostile filter of a megabyte shall not cost anything.
        let text: String = self.0.chars().filter(|c| !matches!(c, '*' | '?')).take(64).collect();
        let distance = |name: &str| {
            let parts = name.split('/').chain([name]);
            parts.map(|part| strsim::damerau_levenshtein(&text, part)).min()
        };
        let mut nearest = names.to_vec();
        nearest.sort_by_cached_key(|name| distance(name));
        nearest.truncate(NEAREST_MAX);
        nearest
    }
}

/// How many names are offered.
const NEAREST_MAX: usize = 3;

impl FromStr for Filter {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// Whether `name` fits `pattern` from end to end. It takes the product of their lengths at most:
/// only the last `*` is ever tried again.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut in_pattern, mut in_name) = (0, 0);
    let mut last_star = None;
    while in_name < name.len() {
        match pattern.get(in_pattern) {
            Some('*') => {
                last_star = Some((in_pattern, in_name));
                in_pattern += 1;
            }
            Some(c) if *c == '?' || *c == name[in_name] => {
                in_pattern += 1;
                in_name += 1;
            }
            _ => {
                let Some((star, taken)) = last_star else {
                    return false;
                };
                last_star = Some((star, taken + 1));
                (in_pattern, in_name) = (star + 1, taken + 1);
            }
        }
    }
    pattern[in_pattern..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] =
        ["baseline/steady-state", "swap/client-early", "swap/client-late", "swap/expiry"];

    fn met(filter: &str) -> Vec<&'static str> {
        let filter: Filter = filter.parse().unwrap();
        NAMES.into_iter().filter(|name| filter.is_met_by(name)).collect()
    }

    #[test]
    fn a_word_is_a_part_of_the_name() {
        assert_eq!(met("client"), ["swap/client-early", "swap/client-late"]);
        assert_eq!(met("e/s"), ["baseline/steady-state"]);
        assert_eq!(met(""), NAMES);
        assert!(met("Client").is_empty());
    }

    #[test]
    fn a_pattern_is_for_the_whole_name() {
        assert_eq!(met("swap/*"), NAMES[1..]);
        assert_eq!(met("*-?arly"), ["swap/client-early"]);
        assert_eq!(
            met("*l*t*"),
            ["baseline/steady-state", "swap/client-early", "swap/client-late"]
        );
        assert_eq!(met("*"), NAMES);
        for none in ["swap?", "?", "*z*", "swap/*?late?"] {
            assert!(met(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_hostile_pattern_costs_little() {
        assert!(!fits(&"*a".repeat(2_000), &"a".repeat(1_999)));
    }

    #[test]
    fn the_nearest_names_are_offered() {
        let complaint = |filter: &str| filter.parse::<Filter>().unwrap().complaint(&NAMES);
        assert_eq!(
            complaint("expirey"),
            "no scenario has `expirey` in its name; the nearest: swap/expiry, baseline/steady-state, \
             swap/client-early\n`skift list` shows all names"
        );
        let pattern = complaint("steddy-state*");
        let read = "no scenario has a name that fits the pattern `steddy-state*` from end to end; ";
        assert!(pattern.starts_with(&format!("{read}the nearest: baseline/steady-state, ")));
        assert_eq!(
            "x".parse::<Filter>().unwrap().complaint(&[]),
            "no scenario has `x` in its name\n`skift list` shows all names"
        );
    }
}
