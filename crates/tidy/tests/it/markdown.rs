//! As much of Markdown as the rules need.

/// A table with the line its header stands on, counted from 1.
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<(usize, Vec<String>)>,
}

impl Table {
    /// The first table of `text` whose header is `header`.
    #[track_caller]
    pub(crate) fn find(text: &str, header: &[&str]) -> Self {
        tables(text)
            .into_iter()
            .find(|table| table.header == header)
            .unwrap_or_else(|| panic!("no table with the columns {header:?}"))
    }
}

/// Every table, in order.
pub(crate) fn tables(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        let Some(cells) = cells(line) else {
            inside = false;
            continue;
        };
        match tables.last_mut().filter(|_| inside) {
            Some(_) if cells.iter().all(|cell| cell.trim_matches(['-', ':']).is_empty()) => {}
            Some(table) => table.rows.push((number, cells)),
            None => tables.push(Table { header: cells, rows: Vec::new() }),
        }
        inside = true;
    }
    tables
}

fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

/// What stands between backticks on one line.
pub(crate) fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The text with code spans and fenced blocks blank, line for line.
pub(crate) fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        if !fenced && !fence {
            let spoken: Vec<&str> = line.split('`').step_by(2).collect();
            prose.push_str(&spoken.join(" "));
        }
        fenced ^= fence;
        prose.push('\n');
    }
    prose
}

/// The lines inside fenced blocks.
pub(crate) fn fenced(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if inside {
            lines.push(line.trim());
        }
    }
    lines
}

/// The targets of links and pictures, with the line each stands on.
pub(crate) fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in (1..).zip(prose(text).lines()) {
        for after in line.split("](").skip(1) {
            let target = after.split([')', ' ']).next().unwrap_or_default();
            links.push((number, target.to_owned()));
        }
    }
    links
}

/// The anchors that headings give, as GitHub spells them.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() })
                .collect()
        })
        .collect()
}

#[test]
fn reads_tables_links_and_prose() {
    let text = "# A b\n\n| a | b |\n|---|:--|\n| `1` | 2 |\n\nSee [c](d.md#e) and `[f](g)`.\n\
                ```\n[h](i)\n```\n";
    let table = Table::find(text, &["a", "b"]);
    assert_eq!(table.rows, [(5, vec!["`1`".to_owned(), "2".to_owned()])]);
    assert_eq!(links(text), [(7, "d.md#e".to_owned())]);
    assert_eq!(fenced(text), ["[h](i)"]);
    assert_eq!(anchors(text), ["a-b"]);
    assert_eq!(code_spans("a `b` c `d`").collect::<Vec<_>>(), ["b", "d"]);
}
