//! Scenario files: any text is a scenario, or has mistakes that stand in it; and the oracle can reckon
//! every scenario.
#![no_main]

use harness::{
    forecast::Forecast,
    scenario::{Mistake, Place, Scenario},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match Scenario::check(text) {
    Ok(scenario) => reckon(&scenario),
    Err(mistakes) => {
        assert!((1..=20).contains(&mistakes.len()), "{} mistakes", mistakes.len());
        assert!(mistakes.is_sorted_by_key(|mistake| mistake.place), "in the order of the file");
        mistakes.iter().for_each(|mistake| point(mistake, text));
    }
});

/// A mistake points at a place in the file, or right behind its end, and shows that line.
fn point(mistake: &Mistake, text: &str) {
    let Place { line, column } = mistake.place;
    let lines: Vec<&str> = text.split('\n').collect();
    assert!((1..=lines.len()).contains(&line), "line {line} of {}", lines.len());
    let width = lines[line - 1].chars().count();
    assert!((1..=width + 1).contains(&column), "column {column} of {width}");
    let shown = mistake.to_string();
    assert_eq!(shown.lines().count(), 4, "{shown}");
    assert!(shown.lines().last().is_some_and(|marks| marks.ends_with('^')), "{shown}");
}

fn reckon(scenario: &Scenario) {
    assert!(scenario.end() >= scenario.start);
    for node in Forecast::of(scenario).nodes() {
        let mut before = scenario.start;
        for outage in node.outages {
            assert!(before <= outage.from && outage.from <= scenario.end());
            before = outage.until.unwrap_or(scenario.end());
            assert!(outage.from <= before && before <= scenario.end());
        }
    }
}
