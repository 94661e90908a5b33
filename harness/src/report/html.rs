//! The report that a person opens first: one HTML page that stands alone.
//!
//! It asks nothing of the network: no font, no script, no picture comes from elsewhere, and it works
//! without JavaScript. It is well-formed XML as well as HTML. Like every report it is a function of
//! journals and decides nothing.

use std::fmt::Write;

use clock::Timestamp;

use super::{RunReport, ScenarioReport};
use crate::journal::Journal;

mod axis;
mod expectation;
mod lanes;
mod messages;
mod outage;
mod page;
mod points;
mod rows;
mod scenario;
mod seen;
mod timeline;

/// What the page says of one scenario. Small, whatever the length of the journal that it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section(String);

/// Where the files of a scenario lie, seen from the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Files<'f> {
    /// Its whole journal.
    pub journal: &'f str,
    /// The folder with its messages as an address, if they are kept.
    pub kept: Option<&'f str>,
}

/// Tells of one scenario; `place` is its place in the run, from 0.
#[must_use]
pub fn section(
    place: usize,
    report: &ScenarioReport,
    journal: &Journal,
    files: Files<'_>,
) -> Section {
    let told = scenario::Told { id: format!("s{}", place + 1), report, journal, files };
    let mut html = String::new();
    told.write(&mut html).expect("a string takes everything");
    Section(html)
}

/// The whole page: verdicts first, then the sections of the same scenarios, in the same order.
#[must_use]
pub fn page(report: &RunReport, sections: &[Section]) -> String {
    let mut html = String::new();
    page::write_head(&mut html, report).expect("a string takes everything");
    for Section(section) in sections {
        html.push_str(section);
    }
    page::write_foot(&mut html).expect("a string takes everything");
    html
}

/// A path as it stands in an address (RFC 3986, 2): nothing in it is markup.
#[must_use]
pub fn url(path: &str) -> String {
    let mut url = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                url.push(char::from(byte));
            }
            _ => write!(url, "%{byte:02X}").expect("a string takes everything"),
        }
    }
    url
}

/// An instant for people: the date and time in UTC, and how long it is from the start of the run.
fn instant(html: &mut String, report: &ScenarioReport, at: Timestamp) -> std::fmt::Result {
    let (clock, after) = (axis::date_and_time(at), axis::after(report.start, at));
    write!(html, "<time datetime=\"{at}\">{clock} UTC</time> <span class=\"after\">{after}</span>")
}

#[cfg(test)]
mod tests;
