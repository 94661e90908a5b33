//! Lists where a table belongs. The reader takes them for the values of the table without their keys, in
//! an order that no file should hang on.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    mistake::{Found, Wrong},
    said,
};

/// The first list of `text` in the place of a table.
pub(super) fn misplaced(text: &str) -> Option<Found> {
    let first = all(text).into_iter().min_by_key(|span| span.start)?;
    Some(found(first))
}

/// The list in the place of a table that the reader stumbled in, at what it `found`. A key that it does
/// not know is mended by its name, whatever stands behind it.
pub(super) fn around(text: &str, found: &Found) -> Option<Found> {
    if matches!(found.wrong, Wrong::Unknown { .. }) {
        return None;
    }
    let says = |said: fn(&str) -> bool| matches!(&found.wrong, Wrong::Syntax(it) if said(it));
    let is_header = says(|it| it.ends_with(said::ONE_OF_A_LIST));
    let is_told = is_header || says(|it| it.starts_with("invalid length"));
    let is_around = |list: &Range<usize>| {
        let is_itself = *list == found.span && !is_told;
        list.start <= found.span.start && found.span.end <= list.end && !is_itself
    };
    let around = all(text).into_iter().find(is_around)?;
    if is_header && around.start == found.span.start {
        let wrong =
            "a table is expected here, as […] begins it, not one of a list, as [[…]] begins it";
        return Some(Found { wrong: Wrong::Syntax(wrong.to_owned()), span: around });
    }
    Some(self::found(around))
}

fn found(span: Range<usize>) -> Found {
    let wrong = "a table with keys is expected here, not a list".to_owned();
    Found { wrong: Wrong::Syntax(wrong), span }
}

fn all(text: &str) -> Vec<Range<usize>> {
    let mut lists = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        in_table(table.get_ref(), &mut Vec::new(), &mut lists);
    }
    lists
}

fn in_table<'t>(table: &'t DeTable<'_>, path: &mut Vec<&'t str>, lists: &mut Vec<Range<usize>>) {
    for (key, value) in table {
        path.push(key.get_ref());
        in_value(value, path, lists);
        path.pop();
    }
}

fn in_value<'t>(
    value: &'t Spanned<DeValue<'_>>,
    path: &mut Vec<&'t str>,
    lists: &mut Vec<Range<usize>>,
) {
    match (value.get_ref(), path.as_slice()) {
        (DeValue::Table(table), _) => in_table(table, path, lists),
        (DeValue::Array(list), ["every" | "at"] | ["expected", "outages"]) => {
            for it in list {
                match it.get_ref() {
                    DeValue::Table(table) => in_table(table, path, lists),
                    DeValue::Array(_) => lists.push(it.span()),
                    _ => {}
                }
            }
        }
        // Of an instant, `check` says how it is written.
        (
            DeValue::Array(_),
            ["client", _, "nodes"] | [.., "start" | "expires" | "time" | "from" | "until"],
        ) => {}
        (DeValue::Array(_), _) => lists.push(value.span()),
        _ => {}
    }
}
