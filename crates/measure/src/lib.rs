//! Figures for the benchmarks.
//!
//! A time on a shared machine says little, a ratio says much: the two things to compare take turns
//! in one loop, so that whatever slows the machine slows both, and the median of the ratios is
//! kept. No test asserts a time; benchmarks print what they saw, one line for each figure:
//! `name: value unit`.

use mimalloc::MiMalloc;
use std::time::{Duration, Instant};

/// What is measured is the program, and this is the program's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The median of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Median {
    /// Half of the series is below, half above.
    pub value: f64,
}

impl Median {
    /// The median of `series`.
    ///
    /// # Panics
    ///
    /// If the series is empty: nothing was measured.
    #[must_use]
    pub fn of(mut series: Vec<f64>) -> Self {
        assert!(!series.is_empty(), "nothing was measured");
        series.sort_by(f64::total_cmp);
        Self { value: series[series.len() / 2] }
    }
}

/// How many times as long `this` takes as `that`, in `rounds` rounds in which they take turns.
pub fn ratio(rounds: usize, mut this: impl FnMut(), mut that: impl FnMut()) -> Median {
    // The first round fills caches on both sides, and is not counted.
    this();
    that();
    Median::of(
        (0..rounds)
            .map(|_| {
                let (first, second) = (duration(&mut this), duration(&mut that));
                first.as_secs_f64() / second.as_secs_f64()
            })
            .collect(),
    )
}

/// How long `this` takes, in microseconds.
pub fn microseconds(rounds: usize, mut this: impl FnMut()) -> Median {
    this();
    Median::of((0..rounds).map(|_| duration(&mut this).as_secs_f64() * 1e6).collect())
}

/// How long `this` takes, in nanoseconds, for what is too short to be measured once: the mean of
/// `times` in a row, and the median of these.
pub fn nanoseconds(rounds: usize, times: u32, mut this: impl FnMut()) -> Median {
    let mut all = || (0..times).for_each(|_| this());
    all();
    let series = (0..rounds).map(|_| duration(&mut all).as_secs_f64() * 1e9 / f64::from(times));
    Median::of(series.collect())
}

/// How long `this` takes once, in seconds: for what takes long, or cannot be repeated.
pub fn seconds(this: impl FnOnce()) -> f64 {
    duration(this).as_secs_f64()
}

/// Prints a ratio by the name that a goal is written in: `name ratio: 1.08`.
#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
pub fn print_ratio(name: &str, median: Median) {
    println!("{name} ratio: {:.2}", median.value);
}

/// Prints a number of nanoseconds, of which there are no halves.
#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
pub fn print_nanoseconds(name: &str, median: Median) {
    println!("{name}: {:.0} ns", median.value);
}

/// Prints one figure.
#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
pub fn print(name: &str, median: Median, unit: &str) {
    println!("{name}: {:.2} {unit}", median.value);
}

/// Says why a figure is missing.
#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
pub fn skip(name: &str, why: &str) {
    println!("SKIPPED {name}: {why}");
}

/// How long `work` takes once.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]
fn duration(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_and_not_the_mean() {
        let median = Median::of(vec![9.0, 1.0, 2.0, 1_000.0, 3.0]);
        assert!((median.value - 3.0).abs() < f64::EPSILON);
    }
}
