//! A listener from the outside: what it answers, whom it lets in, and when it closes.

#![expect(clippy::unwrap_used, reason = "what a test cannot do, it fails for")]

mod astray;
mod attacks;
mod bounds;
mod control;
mod portal;
mod shared;
mod stage;
mod stop;
mod tls;
