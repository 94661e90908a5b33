//! The one clock of a world, as a handle that shells hold and a person can set.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use crate::{Span, Timestamp};

/// How a [`Clock`] runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// With the machine.
    Real,
    /// With the machine, this far ahead of it (behind it when negative).
    Offset(Span),
    /// From `start` on, `factor` times as fast as the machine since `started`.
    Paced {
        /// The simulated instant at which the pace began.
        start: Timestamp,
        /// The machine's instant at which the pace began.
        started: Timestamp,
        /// Simulated seconds in a second of the machine.
        factor: f64,
    },
    /// Not at all: it shows one instant until somebody moves it.
    Frozen(Timestamp),
}

/// A cheap handle on one clock; clones show and set the same time.
///
/// Only shells hold one: a core takes `now`.
#[derive(Debug, Clone)]
pub struct Clock {
    mode: Arc<Mutex<Mode>>,
}

impl Clock {
    /// A clock that runs with the machine.
    #[must_use]
    pub fn real() -> Self {
        Self::new(Mode::Real)
    }

    /// A clock that runs with the machine, `offset` ahead of it.
    #[must_use]
    pub fn offset(offset: Span) -> Self {
        Self::new(Mode::Offset(offset))
    }

    /// A clock that shows `start` now and runs `factor` times as fast as the machine.
    #[must_use]
    pub fn paced(start: Timestamp, factor: f64) -> Self {
        Self::new(Mode::Paced { start, started: machine_now(), factor })
    }

    /// A clock that shows `at` until somebody moves it.
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        Self::new(Mode::Frozen(at))
    }

    fn new(mode: Mode) -> Self {
        Self { mode: Arc::new(Mutex::new(mode)) }
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        shown(self.mode(), machine_now())
    }

    /// How far the clock stood ahead of the machine's when it showed `now`; negative where it was behind.
    /// A clock that stands still shows it still.
    #[must_use]
    pub fn ahead(&self, now: Timestamp) -> Span {
        match self.mode() {
            Mode::Real => Span::from_millis(0),
            Mode::Offset(offset) => offset,
            Mode::Paced { start, started, factor } => {
                let passed = now.since(start).millis() as f64 / factor;
                now.since(started + Span::from_millis(passed as i64))
            }
            Mode::Frozen(_) => now.since(machine_now()),
        }
    }

    /// How the clock runs.
    #[must_use]
    pub fn mode(&self) -> Mode {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the clock run in another way from now on.
    pub fn run(&self, mode: Mode) {
        self.change(|_, _| mode);
    }

    /// Lets the clock show `at` now, and run on as it did.
    pub fn set(&self, at: Timestamp) {
        self.change(|mode, machine| mode.moved(at, machine));
    }

    /// Moves the clock by `span`, and lets it run on as it did.
    pub fn advance(&self, span: Span) {
        self.change(|mode, machine| mode.moved(shown(mode, machine) + span, machine));
    }

    /// Stops the clock at what it shows.
    pub fn freeze(&self) {
        self.change(|mode, machine| Mode::Frozen(shown(mode, machine)));
    }

    /// Lets the clock run on from what it shows, `factor` times as fast as the machine.
    pub fn pace(&self, factor: f64) {
        self.change(|mode, machine| {
            let start = shown(mode, machine);
            Mode::Paced { start, started: machine, factor }
        });
    }

    /// Several may change it at once: each sees what the one before left.
    fn change(&self, change: impl FnOnce(Mode, Timestamp) -> Mode) {
        let mut mode = self.mode.lock().unwrap_or_else(PoisonError::into_inner);
        *mode = change(*mode, machine_now());
    }
}

impl Mode {
    /// Shows `at` now, and runs as before.
    const fn moved(self, at: Timestamp, machine: Timestamp) -> Self {
        match self {
            Self::Real | Self::Offset(_) => Self::Offset(at.since(machine)),
            Self::Paced { factor, .. } => Self::Paced { start: at, started: machine, factor },
            Self::Frozen(_) => Self::Frozen(at),
        }
    }
}

fn shown(mode: Mode, machine: Timestamp) -> Timestamp {
    match mode {
        Mode::Real => machine,
        Mode::Offset(offset) => machine + offset,
        Mode::Paced { start, started, factor } => {
            let passed = machine.since(started).millis() as f64 * factor;
            start + Span::from_millis(passed as i64)
        }
        Mode::Frozen(at) => at,
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn machine_now() -> Timestamp {
    match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
        Err(before) => Timestamp::from_millis(
            -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: Timestamp = Timestamp::from_seconds(1_000);

    #[test]
    fn shows_what_its_mode_says() {
        let at = Timestamp::from_seconds(50);
        assert_eq!(shown(Mode::Real, MACHINE), MACHINE);
        assert_eq!(shown(Mode::Frozen(at), MACHINE), at);
        assert_eq!(
            shown(Mode::Offset(Span::from_seconds(-10)), MACHINE),
            Timestamp::from_seconds(990)
        );
        let paced = Mode::Paced { start: at, started: Timestamp::from_seconds(990), factor: 60.0 };
        assert_eq!(shown(paced, MACHINE), Timestamp::from_seconds(650));
    }

    #[test]
    fn clones_show_and_set_the_same_time() {
        let clock = Clock::frozen(Timestamp::EPOCH);
        let other = clock.clone();
        clock.advance(Span::from_hours(8));
        assert_eq!(other.now(), Timestamp::from_seconds(28_800));
        other.set(MACHINE);
        assert_eq!(clock.now(), MACHINE);
    }

    #[test]
    fn knows_how_far_it_stands_ahead_of_the_machine() {
        let clock = Clock::real();
        assert_eq!(clock.ahead(clock.now()), Span::from_millis(0));
        clock.advance(Span::from_days(1_095));
        assert_eq!(clock.ahead(clock.now()), Span::from_days(1_095));
        clock.freeze();
        clock.advance(Span::from_days(-2_095));
        // Nobody stops the machine between two looks at it.
        let (ahead, most) = (clock.ahead(clock.now()), Span::from_days(-1_000));
        assert!(ahead <= most && ahead > most - Span::from_minutes(10), "{ahead}");
        // However much it has shown since, and however long ago that was.
        let clock = Clock::new(Mode::Paced { start: MACHINE, started: MACHINE, factor: 1_000.0 });
        let later = |seconds| MACHINE + Span::from_seconds(seconds);
        assert_eq!(clock.ahead(later(1_000_000)), later(1_000_000).since(later(1_000)));
    }

    #[test]
    fn a_frozen_clock_runs_on_from_what_it_shows() {
        let clock = Clock::frozen(MACHINE);
        clock.pace(60.0);
        let Mode::Paced { start, factor, .. } = clock.mode() else { panic!("{:?}", clock.mode()) };
        assert_eq!((start, factor.to_bits()), (MACHINE, 60.0_f64.to_bits()));
        assert!(clock.now() >= MACHINE);
    }

    #[test]
    fn many_may_move_it_at_once() {
        let clock = Clock::frozen(Timestamp::EPOCH);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..100).for_each(|_| clock.advance(Span::from_seconds(1))));
            }
        });
        assert_eq!(clock.now(), Timestamp::from_seconds(800));
    }

    #[test]
    fn freezing_a_running_clock_stops_it() {
        let clock = Clock::paced(MACHINE, 1.0);
        clock.freeze();
        assert_eq!(clock.now(), clock.now());
        assert!(matches!(clock.mode(), Mode::Frozen(_)));
    }
}
