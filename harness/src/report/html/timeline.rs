//! Draws lanes over a stretch of time.
//!
//! Each row is a drawing of its own, as wide as the page allows: along the time it is measured in per
//! cent, and across in pixels, so that nothing is stretched and text keeps its size on any screen.

use std::fmt::{self, Write};

use clock::{Span, Timestamp};

use super::{
    axis::{Percent, WHOLE, Window, date_and_time},
    rows::{Bar, Call, Lane, Mark, MarkKind, Row, Style},
};
use crate::report::markup::text;

/// The most lanes that are drawn; the journal has the others.
const LANES_MAX: usize = 24;
/// The most calls of a node that are drawn one by one; more are drawn in bins.
pub(super) const CALLS_MAX: usize = 300;
/// How many bins there are then.
const BINS: i64 = 120;
/// The most bars and marks of a row that are drawn.
const ITEMS_MAX: usize = 200;
/// The width of a row, in pixels, on a screen and on a telephone: what it has at least.
const WIDE: i64 = 640;
const NARROW: i64 = 300;
/// The width of a letter in a bar, in pixels: what it has at most, nearly always.
const LETTER: i64 = 7;
/// The colours that the style sheet has for certificates.
const COLOURS: usize = 6;

const BAR_HEIGHT: i64 = 22;
const MARK_HEIGHT: i64 = 22;
const CALLS_HEIGHT: i64 = 30;

/// Draws the lanes of a run that begins at `start` over a stretch of it.
pub(super) fn write(
    html: &mut String,
    lanes: &[Lane],
    window: Window,
    start: Timestamp,
) -> fmt::Result {
    html.push_str("<div class=\"timeline\">\n");
    write_backdrop(html, window, start)?;
    for lane in lanes.iter().take(LANES_MAX) {
        html.push_str("<div class=\"lane\">");
        write_shades(html, lane, window)?;
        writeln!(html, "<p class=\"party\">{}</p>", text(&lane.title))?;
        for row in &lane.rows {
            write_row(html, row, window)?;
        }
        html.push_str("</div>\n");
    }
    write_axis(html, window, start)?;
    html.push_str("</div>\n");
    if lanes.len() > LANES_MAX {
        let more = lanes.len() - LANES_MAX;
        writeln!(
            html,
            "<p class=\"note\">{more} more lanes are not drawn; the journal has them.</p>"
        )?;
    }
    write_legend(html, lanes, window)
}

/// What lies behind every lane: the marks of the axis.
fn write_backdrop(html: &mut String, window: Window, start: Timestamp) -> fmt::Result {
    html.push_str("<svg class=\"backdrop\" aria-hidden=\"true\">");
    for tick in window.ticks(start) {
        let x = window.place(tick.at);
        write!(html, "<line x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"100%\"/>")?;
    }
    html.push_str("</svg>\n");
    Ok(())
}

/// What lies behind the rows of one lane: when it is down.
fn write_shades(html: &mut String, lane: &Lane, window: Window) -> fmt::Result {
    let down = lane.down.iter().filter(|(from, until)| window.meets(*from, *until));
    let mut down = down.take(ITEMS_MAX).peekable();
    if down.peek().is_none() {
        return Ok(());
    }
    html.push_str("<svg class=\"shades\" aria-hidden=\"true\">");
    for (from, until) in down {
        let (x, width) = extent(window, *from, *until);
        write!(
            html,
            "<rect class=\"shade\" x=\"{x}\" y=\"0\" width=\"{width}\" height=\"100%\"/>"
        )?;
    }
    html.push_str("</svg>\n");
    Ok(())
}

fn write_axis(html: &mut String, window: Window, start: Timestamp) -> fmt::Result {
    html.push_str(
        "<div class=\"row axis\"><p class=\"label\">after the start<br/>UTC</p>\
         <svg class=\"track\" height=\"50\" aria-hidden=\"true\">",
    );
    for (index, tick) in window.ticks(start).iter().enumerate() {
        let x = window.place(tick.at);
        let anchor = match x {
            x if x.of(100) < 3 => "start",
            x if x.of(100) > 97 => "end",
            _ => "middle",
        };
        // Every second one gives way where there is little room.
        let class = if index % 2 == 1 { " class=\"wide\"" } else { "" };
        write!(html, "<g{class} text-anchor=\"{anchor}\">")?;
        write!(html, "<text class=\"after\" x=\"{x}\" y=\"14\">{}</text>", tick.after)?;
        write!(html, "<text x=\"{x}\" y=\"30\">{}</text>", tick.clock)?;
        if let Some(more) = &tick.more {
            write!(html, "<text x=\"{x}\" y=\"46\">{more}</text>")?;
        }
        html.push_str("</g>");
    }
    html.push_str("</svg></div>\n");
    Ok(())
}

fn write_row(html: &mut String, row: &Row, window: Window) -> fmt::Result {
    let bars: Vec<&Bar> = row.bars.iter().filter(|it| window.meets(it.from, it.until)).collect();
    let marks: Vec<&Mark> = row.marks.iter().filter(|it| window.has(it.at)).collect();
    let calls: Vec<&Call> = row.calls.iter().filter(|it| window.has(it.at)).collect();
    if bars.is_empty() && marks.is_empty() && calls.is_empty() {
        return Ok(());
    }
    let tracks = tracks(&bars);
    let bars_at = if marks.is_empty() { 2 } else { MARK_HEIGHT };
    let calls_at = bars_at + tracks.len() as i64 * (BAR_HEIGHT + 2);
    let height = calls_at + if calls.is_empty() { 2 } else { CALLS_HEIGHT };

    html.push_str("<div class=\"row\"><p class=\"label\">");
    if let Some(colour) = row.colour {
        write!(html, "<span class=\"swatch c{}\"></span>", colour.0 % COLOURS)?;
    }
    write!(html, "{}</p>", text(&row.label))?;
    let spoken = spoken(&bars, &marks, &calls);
    write!(
        html,
        "<svg class=\"track\" height=\"{height}\" role=\"img\" aria-label=\"{}: {}\">",
        text(&row.label),
        text(spoken)
    )?;
    for (track, bars) in tracks.iter().enumerate() {
        let y = bars_at + track as i64 * (BAR_HEIGHT + 2);
        for bar in bars.iter().take(ITEMS_MAX) {
            write_bar(html, bar, window, y)?;
        }
    }
    write_marks(html, &marks, window)?;
    write_calls(html, &calls, window, calls_at)?;
    html.push_str("</svg></div>\n");
    Ok(())
}

/// The same for who listens.
fn spoken(bars: &[&Bar], marks: &[&Mark], calls: &[&Call]) -> String {
    let titles = bars.iter().map(|it| &it.title).chain(marks.iter().map(|it| &it.title));
    let mut words: Vec<_> = titles.take(12).cloned().collect();
    if !calls.is_empty() {
        let failed = calls.iter().filter(|it| it.failed.is_some()).count();
        words.push(format!("{} calls, {failed} failed", calls.len()));
    }
    words.join("; ")
}

/// Bars that meet lie in tracks above each other.
fn tracks<'b>(bars: &[&'b Bar]) -> Vec<Vec<&'b Bar>> {
    let mut tracks: Vec<Vec<&Bar>> = Vec::new();
    let mut sorted = bars.to_vec();
    sorted.sort_by_key(|bar| bar.from);
    for bar in sorted {
        let is_free = |track: &&mut Vec<&Bar>| {
            track.last().is_none_or(|last| last.until.is_some_and(|until| until <= bar.from))
        };
        match tracks.iter_mut().find(is_free) {
            Some(track) => track.push(bar),
            None => tracks.push(vec![bar]),
        }
    }
    tracks
}

fn extent(window: Window, from: Timestamp, until: Option<Timestamp>) -> (Percent, Percent) {
    let (x, end) = (window.place(from), until.map_or(WHOLE, |until| window.place(until)));
    (x, end.minus(x))
}

fn write_bar(html: &mut String, bar: &Bar, window: Window, y: i64) -> fmt::Result {
    let (x, width) = extent(window, bar.from, bar.until);
    let class = match bar.style {
        Style::Solid(colour) => format!("solid c{}", colour.0 % COLOURS),
        Style::Waiting(colour) => format!("waiting c{}", colour.0 % COLOURS),
        Style::Refused => "refused".to_owned(),
        Style::Outage => "outage".to_owned(),
    };
    write!(
        html,
        "<g class=\"bar {class}\"><title>{}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BAR_HEIGHT}\" rx=\"3\"/>",
        text(&bar.title)
    )?;
    let needed = 12 + bar.text.chars().count() as i64 * LETTER;
    if needed <= width.of(WIDE) {
        let class = if needed <= width.of(NARROW) { "" } else { " class=\"wide\"" };
        let y = y + 15;
        write!(html, "<text{class} x=\"{x}\" dx=\"7\" y=\"{y}\">{}</text>", text(&bar.text))?;
    }
    html.push_str("</g>");
    Ok(())
}

/// Marks that would touch become one, with the signs of all of them.
fn write_marks(html: &mut String, marks: &[&Mark], window: Window) -> fmt::Result {
    let mut sorted = marks.to_vec();
    sorted.sort_by_key(|mark| mark.at);
    let mut groups: Vec<Vec<&Mark>> = Vec::new();
    for mark in sorted {
        let x = window.place(mark.at).of(NARROW);
        match groups.last_mut() {
            Some(group) if x - window.place(group[0].at).of(NARROW) < 18 => group.push(mark),
            _ => groups.push(vec![mark]),
        }
    }
    for group in groups.iter().take(ITEMS_MAX) {
        write_mark(html, group, window)?;
    }
    Ok(())
}

fn write_mark(html: &mut String, group: &[&Mark], window: Window) -> fmt::Result {
    let mut signs: Vec<&str> = Vec::new();
    for sign in group.iter().map(|mark| mark.kind.sign()) {
        if !signs.contains(&sign) {
            signs.push(sign);
        }
    }
    let sign = if signs.len() > 3 { group.len().to_string() } else { signs.concat() };
    let width = 10 + sign.chars().count() as i64 * 8;
    let place = window.place(group[0].at);
    // Marks at the edges stay within them.
    let left = match place.of(100) {
        0 => 0,
        100 => -width,
        _ => -width / 2,
    };
    let refused = if group.iter().any(|mark| mark.refused) { " refused" } else { "" };
    let titles: Vec<_> = group.iter().take(12).map(|mark| mark.title.as_str()).collect();
    write!(
        html,
        "<svg class=\"mark{refused}\" x=\"{place}\" overflow=\"visible\"><title>{}</title>\
         <rect x=\"{left}\" y=\"2\" width=\"{width}\" height=\"17\" rx=\"8.5\"/>\
         <text x=\"{}\" y=\"14.5\" text-anchor=\"middle\">{sign}</text></svg>",
        text(titles.join("; ")),
        left + width / 2
    )
}

fn write_calls(html: &mut String, calls: &[&Call], window: Window, y: i64) -> fmt::Result {
    if calls.len() > CALLS_MAX {
        return write_bins(html, calls, window, y);
    }
    for call in calls {
        let x = window.place(call.at);
        let at = date_and_time(call.at);
        // What failed is longer, and not only of another colour.
        match &call.failed {
            None => write!(
                html,
                "<line class=\"succeeded\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\">\
                 <title>{at}: succeeded</title></line>",
                y + 12,
                y + 24
            )?,
            Some(why) => write!(
                html,
                "<g class=\"failed\"><title>{at}: failed at {}</title>\
                 <line x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\"/>\
                 <circle cx=\"{x}\" cy=\"{}\" r=\"3\"/></g>",
                text(why),
                y + 4,
                y + 24,
                y + 4
            )?,
        }
    }
    Ok(())
}

/// Many calls: how many of each stretch succeeded, and how many failed.
fn write_bins(html: &mut String, calls: &[&Call], window: Window, y: i64) -> fmt::Result {
    let length = window.length().millis().max(1);
    let edge = |bin: i64| {
        window.from
            + Span::from_millis((i128::from(length) * i128::from(bin) / i128::from(BINS)) as i64)
    };
    let mut bins = vec![(0_i64, 0_i64); BINS as usize];
    for call in calls {
        let after = i128::from(call.at.since(window.from).millis());
        let bin = (after * i128::from(BINS) / i128::from(length)).min(i128::from(BINS) - 1);
        let (all, failed) = &mut bins[bin as usize];
        *all += 1;
        *failed += i64::from(call.failed.is_some());
    }
    let most = bins.iter().map(|(all, _)| *all).max().unwrap_or(1).max(1);
    for (bin, (all, failed)) in (0..).zip(bins).filter(|(_, (all, _))| *all > 0) {
        let (from, until) = (edge(bin), edge(bin + 1));
        let (x, width) = extent(window, from, Some(until));
        // A failure is never too little to be seen.
        let tall = |count: i64| if count == 0 { 0 } else { (count * 22 / most).max(3) };
        let (failed_tall, all_tall) = (tall(failed), tall(all).max(tall(failed)));
        let bottom = y + 26;
        write!(
            html,
            "<g><title>{} to {}: {all} calls, {failed} failed</title>",
            date_and_time(from),
            date_and_time(until)
        )?;
        if all > failed {
            write!(
                html,
                "<rect class=\"succeeded\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{}\"/>",
                bottom - all_tall,
                all_tall - failed_tall
            )?;
        }
        if failed > 0 {
            write!(
                html,
                "<rect class=\"failed\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{failed_tall}\"/>",
                bottom - failed_tall
            )?;
        }
        html.push_str("</g>");
    }
    Ok(())
}

/// What the marks that are there mean, and the looks of bars.
fn write_legend(html: &mut String, lanes: &[Lane], window: Window) -> fmt::Result {
    let rows = || lanes.iter().take(LANES_MAX).flat_map(|lane| &lane.rows);
    let marks = rows().flat_map(|row| &row.marks).filter(|mark| window.has(mark.at));
    let mut kinds: Vec<MarkKind> = marks.map(|mark| mark.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let bars = || rows().flat_map(|row| &row.bars).filter(|it| window.meets(it.from, it.until));
    html.push_str("<p class=\"legend\">");
    for kind in kinds {
        let (sign, meaning) = (kind.sign(), kind.meaning());
        writeln!(html, "<span><b class=\"sign\">{sign}</b> {meaning}</span>")?;
    }
    if bars().any(|bar| matches!(bar.style, Style::Waiting(_))) {
        html.push_str("<span><b class=\"look waiting\"></b> not yet in force</span>\n");
    }
    if bars().any(|bar| bar.style == Style::Refused) {
        html.push_str("<span><b class=\"look refused\"></b> refused</span>\n");
    }
    let calls: Vec<_> = rows().flat_map(|row| &row.calls).filter(|it| window.has(it.at)).collect();
    if calls.iter().any(|call| call.failed.is_none()) {
        html.push_str("<span><b class=\"look succeeded\"></b> call succeeded</span>\n");
    }
    if calls.iter().any(|call| call.failed.is_some()) {
        html.push_str("<span><b class=\"look failed\"></b> call failed</span>\n");
    }
    if bars().any(|bar| bar.style == Style::Outage) {
        let is_alike = lanes.windows(2).all(|lanes| lanes[0].down == lanes[1].down);
        let meaning = if is_alike {
            "down: every call would fail"
        } else {
            "down: every call would fail, of the client whose lane it is; in the other lanes, of \
             somebody"
        };
        writeln!(html, "<span><b class=\"look shade\"></b> {meaning}</span>")?;
    }
    html.push_str("</p>\n");
    Ok(())
}
