//! Time: points in time, values that change at known times, and the one clock.
//!
//! Everything in skift that changes by itself does so at a known [`Timestamp`] on a [`Timeline`],
//! and is read with a `now` that somebody else hands in. Only shells hold a [`Clock`]; this crate
//! is the only one that may read the machine's.

mod clock;
mod span;
mod timeline;
mod timestamp;

pub use clock::{Clock, Mode};
pub use span::{ParseSpanError, Span};
pub use timeline::Timeline;
pub use timestamp::{ParseTimestampError, Timestamp};
