//! The report for programs: a [`RunReport`] as JSON.

use super::RunReport;

/// Writes `report`.
#[must_use]
pub fn render(report: &RunReport) -> String {
    let text = serde_json::to_string_pretty(report);
    let mut text = text.expect("a report has text keys and no foreign types");
    text.push('\n');
    text
}

/// Reads what [`render`] wrote.
///
/// # Errors
///
/// If it is not a report of this format.
pub fn read(text: &str) -> Result<RunReport, serde_json::Error> {
    serde_json::from_str(text)
}
