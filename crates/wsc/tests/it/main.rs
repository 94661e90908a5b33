//! The client from outside, between an STS and a service that the tests make by hand.
#![expect(clippy::unwrap_used, reason = "what a test expects may panic, in its helpers too")]

mod boundaries;
mod call;
mod facts;
mod failure;
mod histories;
mod look_up;
mod model;
mod rejections;
mod rest;
mod sharing;
mod vectors;
mod world;
