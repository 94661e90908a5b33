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
    longest: Duration,
    said: String,
}

/// The first pause: two programs that are started at once find each other at once.
const SHORTEST: Duration = Duration::from_millis(2);

impl Waiting {
    /// `program` asks again after pauses that grow to the `longest`, and says meanwhile that it is not ready.
    #[must_use]
    pub fn new(program: &'static str, ready: Ready, longest: Duration) -> Self {
        Self { program, ready, pause: SHORTEST.min(longest), longest, said: String::new() }
    }

    /// Says why it did not get what it needs, and waits until it is time to try again. Whoever started the
    /// program is told each reason once, and none that is soon over.
    pub async fn after(&mut self, why: impl Display) {
        let why = why.to_string();
        self.ready.waits_for(&why);
        if self.pause == self.longest && self.said != why {
            tell(format!("{} waits: {why}", self.program));
            self.said = why;
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(self.longest);
    }
}
