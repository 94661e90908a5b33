//! The clock of a service, moved from outside. What is answered is how it stands afterwards: nobody
//! has to wait for it.

use axum::Json;
use clock::{Clock, Mode, Span, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Asked, Nothing, Problem, Route, Routes};

/// How the clock stands.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct ClockShown {
    /// What it shows (RFC 3339).
    #[schemars(with = "String")]
    now: Timestamp,
    /// How it runs.
    mode: ModeName,
    /// How far it is ahead of the machine's clock, if it runs with that and is not it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    offset: Option<Span>,
    /// How many seconds it counts in a second of the machine, if it has a pace of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
}

/// How a clock runs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ModeName {
    /// With the machine.
    Real,
    /// With the machine, ahead of it or behind.
    Offset,
    /// At a pace of its own.
    Paced,
    /// Not at all.
    Frozen,
}

impl ClockShown {
    fn of(clock: &Clock) -> Json<Self> {
        let (mode, offset, factor) = match clock.mode() {
            Mode::Real => (ModeName::Real, None, None),
            Mode::Offset(offset) => (ModeName::Offset, Some(offset), None),
            Mode::Paced { factor, .. } => (ModeName::Paced, None, Some(factor)),
            Mode::Frozen(_) => (ModeName::Frozen, None, None),
        };
        Json(Self { now: clock.now(), mode, offset, factor })
    }
}

/// What it is set to.
#[derive(Debug, Deserialize, JsonSchema)]
struct Set {
    /// An instant with its offset (RFC 3339).
    to: String,
}

/// How far it is moved.
#[derive(Debug, Deserialize, JsonSchema)]
struct Advance {
    /// A length of time: `90s`, `5m`, `8h`, `1095d`.
    by: String,
}

/// Where it stops.
#[derive(Debug, Deserialize, JsonSchema)]
struct Freeze {
    /// An instant with its offset (RFC 3339); what it shows if none is said.
    at: Option<String>,
}

/// How fast it runs.
#[derive(Debug, Deserialize, JsonSchema)]
struct Scale {
    /// Seconds that it counts in a second of the machine.
    factor: f64,
}

/// Simulated certificates lie well within these years, and every format that we write can say them.
const YEARS: (&str, &str) = ("2000-01-01T00:00:00Z", "2199-12-31T23:59:59Z");
/// A day in a second of the machine, and a little more. A faster clock could not be read.
const FACTOR_MAX: f64 = 100_000.0;

/// `start` is how it ran when the service started.
pub(super) fn routes(clock: &Clock, start: Mode) -> Routes {
    let [look, set, advance, freeze, scale, reset] = [(); 6].map(|()| clock.clone());
    let look = async move || ClockShown::of(&look);
    let set = async move |Asked(Set { to }): Asked<Set>| {
        set.set(instant(&to)?);
        Ok::<_, Problem>(ClockShown::of(&set))
    };
    let advance = async move |Asked(Advance { by }): Asked<Advance>| {
        let by = span(&by)?;
        within_years(advance.now() + by)?;
        advance.advance(by);
        Ok::<_, Problem>(ClockShown::of(&advance))
    };
    let freeze = async move |Asked(Freeze { at }): Asked<Freeze>| {
        match at.as_deref().map(instant).transpose()? {
            Some(at) => freeze.run(Mode::Frozen(at)),
            None => freeze.freeze(),
        }
        Ok::<_, Problem>(ClockShown::of(&freeze))
    };
    let scale = async move |Asked(Scale { factor }): Asked<Scale>| {
        if !(factor > 0.0 && factor <= FACTOR_MAX) {
            let error = format!("the clock cannot run {factor} times as fast as the machine");
            let what = format!("name a factor above 0 and up to {FACTOR_MAX}, or freeze the clock");
            return Err(Problem::bad(error, what));
        }
        scale.pace(factor);
        Ok(ClockShown::of(&scale))
    };
    let reset = async move |Asked(Nothing {}): Asked<Nothing>| {
        reset.run(start);
        Ok::<_, Problem>(ClockShown::of(&reset))
    };
    let did = |route: Route| route.answer::<ClockShown>();
    Routes::from([
        did(Route::get("/__admin/clock", "What the clock shows, and how it runs", look)),
        did(Route::post("/__admin/clock/set", "Lets it show an instant and run on as it did", set)
            .body::<Set>()),
        did(Route::post(
            "/__admin/clock/advance",
            "Moves it forward; it runs on as it did",
            advance,
        )
        .body::<Advance>()),
        did(Route::post("/__admin/clock/freeze", "Stops it, here or at an instant", freeze)
            .body::<Freeze>()),
        did(Route::post("/__admin/clock/scale", "Lets it run faster or slower from here", scale)
            .body::<Scale>()),
        did(Route::post("/__admin/clock/reset", "Lets it run as when the service started", reset)
            .body::<Nothing>()),
    ])
}

/// An instant as somebody writes it, within the years that a clock here may show.
///
/// # Errors
///
/// If it is none, or lies outside of them.
pub fn instant(text: &str) -> Result<Timestamp, Problem> {
    let wrong = |error: ::clock::ParseTimestampError| {
        Problem::bad(error.to_string(), "write an instant as RFC 3339 does, with its offset")
    };
    let at = text.parse().map_err(wrong)?;
    within_years(at)?;
    Ok(at)
}

fn span(text: &str) -> Result<Span, Problem> {
    let wrong = |error: ::clock::ParseSpanError| {
        Problem::bad(error.to_string(), "write a length of time with its units")
    };
    let by: Span = text.parse().map_err(wrong)?;
    if by.is_negative() {
        let error = format!("the clock is not moved forward by {by}");
        return Err(Problem::bad(error, "use POST /__admin/clock/set to go back"));
    }
    Ok(by)
}

fn within_years(at: Timestamp) -> Result<(), Problem> {
    let [from, until] = [YEARS.0, YEARS.1].map(|it| it.parse().expect("it is an instant"));
    if (from..=until).contains(&at) {
        return Ok(());
    }
    let what = format!("stay between {from} and {until}");
    Err(Problem::bad(format!("the clock would show {at}"), what))
}
