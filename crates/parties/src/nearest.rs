//! The name that somebody most likely meant.

/// No name of ours is longer: a hostile one of a megabyte costs nothing.
const NAME_MAX: usize = 64;

/// The name among `known` that somebody who wrote `name` most likely meant: the first of the nearest,
/// if it is near at all. A third of the letters may be wrong, and one in a short word.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if name.len() > NAME_MAX {
        return None;
    }
    let allowed = (name.chars().count() / 3).max(1);
    let measured = known.into_iter().map(|it| (strsim::damerau_levenshtein(name, it), it));
    let near = measured.filter(|(distance, _)| *distance <= allowed);
    near.min_by_key(|(distance, _)| *distance).map(|(_, it)| it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        for (name, expected) in [
            ("smbd", Some("smdb")),
            ("stss", Some("sts")),
            ("mitld", Some("mitid")),
            ("x", None),
            ("postgres", None),
        ] {
            assert_eq!(nearest(name, ["sts", "smdb", "mitid"]), expected, "{name}");
        }
        assert_eq!(nearest(&"s".repeat(NAME_MAX + 1), ["s"]), None);
    }
}
