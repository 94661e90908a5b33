//! A program that needs something of another one, which may not be up yet.

use std::{fmt::Display, time::Duration};

use tokio::time::sleep;

use super::tell;
use crate::Ready;

/// That a program waits for others, and says for what.
#[derive(Debug)]
pub struct Waiting {
    program: &'static str,
    ready: Ready,
    pause: Duration,
    said: String,
}

impl Waiting {
    /// `program` asks again after each `pause`, and says meanwhile that it is not ready.
    #[must_use]
    pub const fn new(program: &'static str, ready: Ready, pause: Duration) -> Self {
        Self { program, ready, pause, said: String::new() }
    }

    /// Says why it did not get what it needs, once for each reason, and waits until it is time to try again.
    pub async fn after(&mut self, why: impl Display) {
        let why = why.to_string();
        if self.said != why {
            tell(format!("{} waits: {why}", self.program));
            self.ready.waits_for(&why);
            self.said = why;
        }
        sleep(self.pause).await;
    }
}
