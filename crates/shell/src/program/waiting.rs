//! A program that needs something of another one, which may not be up yet.

use std::{error::Error, time::Duration};

use tokio::time::sleep;

use super::tell;
use crate::{PortalError, Ready};

/// What another program did not give or do, in words for an operator.
pub type Missing = Box<dyn Error + Send + Sync>;

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

/// The longest pause where somebody must do something first.
const LONGEST_REFUSED: Duration = Duration::from_secs(60);

impl Waiting {
    /// `program` asks again after pauses that grow to the `longest`, and says meanwhile that it is
    /// not ready.
    #[must_use]
    pub fn new(program: &'static str, ready: Ready, longest: Duration) -> Self {
        Self { program, ready, pause: SHORTEST.min(longest), longest, said: String::new() }
    }

    /// Says why it did not get what it needs, and waits until it is time to try again: where
    /// somebody must do something first, longer and longer. Whoever started the program is told
    /// each reason once, and none that is soon over.
    pub async fn after(&mut self, why: &(dyn Error + Send + Sync + 'static)) {
        let what_to_do = why.downcast_ref::<PortalError>().and_then(PortalError::what_to_do);
        let why = why.to_string();
        self.ready.waits_for(&why);
        let longest = what_to_do.map_or(self.longest, |_| LONGEST_REFUSED.max(self.longest));
        self.pause = self.pause.min(longest);
        if (what_to_do.is_some() || self.pause == longest) && self.said != why {
            let (program, seconds) = (self.program, longest.as_secs());
            let what = what_to_do.map_or_else(String::new, |it| {
                format!("; {it}: it is tried again within {seconds} s")
            });
            tell(format!("{program} waits: {why}{what}"));
            self.said = why;
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FetchError;

    /// How long it waits for this reason, by tokio's clock, which stands still until everybody
    /// waits.
    async fn pause(waiting: &mut Waiting, why: &(dyn Error + Send + Sync + 'static)) -> Duration {
        let begun = sleep(Duration::ZERO).deadline();
        waiting.after(why).await;
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_refused_asks_less_and_less_and_who_was_not_answered_soon() {
        let mut waiting = Waiting::new("own", Ready::default(), Duration::from_millis(500));
        let unanswered =
            FetchError { uri: "http://a.invalid".parse().unwrap(), why: "nobody".to_owned() };
        let mut pauses = Vec::new();
        for _ in 0..10 {
            pauses.push(pause(&mut waiting, &unanswered).await.as_millis());
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 500, 500]);
        for stuck in [
            PortalError::Foreign { name: "own".to_owned() },
            PortalError::Keep(std::io::Error::other("no room")),
        ] {
            let mut pauses = Vec::new();
            for _ in 0..9 {
                pauses.push(pause(&mut waiting, &stuck).await.as_millis());
            }
            assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
            // It is there again, and answers nothing yet.
            assert_eq!(pause(&mut waiting, &unanswered).await.as_millis(), 500);
        }
    }
}
