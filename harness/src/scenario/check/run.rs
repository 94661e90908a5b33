//! When a run begins and ends, and whether an instant lies in it.

use clock::{Span, Timestamp};
use toml::Value;

use super::{
    super::{
        file::{File, Time},
        mistake::{Found, Wrong},
    },
    words::{date, positive, value, wrong},
};

/// The longest run. The authorities of a world are founded at its start and issue certificates
/// for at least this long.
const LENGTH_MAX: Span = Span::from_days(5 * 365);

/// SMDB opened in June 2011, and knows no course before.
const YEAR_2012: Timestamp = Timestamp::from_seconds(1_325_376_000);
const YEAR_2200: Timestamp = Timestamp::from_seconds(7_258_118_400);

/// When the run begins and ends.
pub(super) struct Run {
    pub(super) start: Timestamp,
    pub(super) length: Span,
}

impl Run {
    pub(super) fn end(&self) -> Timestamp {
        self.start + self.length
    }

    /// An instant within the run, written as `+2h` from the start or as a date with an offset.
    pub(super) fn instant(&self, time: &Time) -> Result<Timestamp, Found> {
        let at = self.any_instant(time)?;
        if at < self.start || at > self.end() {
            let (start, end) = (self.start, self.end());
            return Err(wrong(time, Wrong::OutsideRun { at, start, end }));
        }
        Ok(at)
    }

    /// An instant, in the run or not.
    pub(super) fn any_instant(&self, time: &Time) -> Result<Timestamp, Found> {
        match time.get_ref() {
            Value::String(text) if text.starts_with(['+', '-']) => {
                let span: Span = text.parse().map_err(|error| value(time, &error))?;
                let at = self.start + span;
                if !(Timestamp::FIRST..=Timestamp::LAST).contains(&at) {
                    return Err(wrong(time, Wrong::TooFar(text.clone())));
                }
                Ok(at)
            }
            Value::String(text) if text.parse::<Span>().is_ok() => {
                Err(wrong(time, Wrong::WithoutSign(text.clone())))
            }
            _ => date(time),
        }
    }
}

pub(super) fn run(file: &File) -> Result<Run, Found> {
    let start = date(&file.start)?;
    if !(YEAR_2012..YEAR_2200).contains(&start) {
        return Err(wrong(&file.start, Wrong::Start(start)));
    }
    let length = positive("length", &file.length)?;
    if length > LENGTH_MAX {
        return Err(wrong(&file.length, Wrong::TooLong { span: length, limit: LENGTH_MAX }));
    }
    Ok(Run { start, length })
}
