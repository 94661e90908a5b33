//! Until when, or from when on, what would have helped had to be done.

use clock::Timestamp;
use parties::Text;
use serde::{Deserialize, Serialize};

/// Until when, or from when on, it had to be done. Both ends are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// It had to be so all along.
    FromTheStart,
    /// At this instant, neither earlier nor later.
    At(Timestamp),
    /// Then or at any time before.
    By(Timestamp),
    /// Then or at any time after.
    NotBefore(Timestamp),
    /// From the one to the other.
    Between(Timestamp, Timestamp),
}

impl Due {
    /// In words; how an instant is written is said for English and for Danish.
    pub fn words(
        self,
        mut en: impl FnMut(Timestamp) -> String,
        mut da: impl FnMut(Timestamp) -> String,
    ) -> Text {
        match self {
            Self::FromTheStart => Text::new("from the start on", "fra start af"),
            Self::At(at) => Text::new(format!("at {}", en(at)), da(at)),
            Self::By(at) => Text::new(format!("by {}", en(at)), format!("senest {}", da(at))),
            Self::NotBefore(at) => {
                Text::new(format!("not before {}", en(at)), format!("tidligst {}", da(at)))
            }
            Self::Between(from, until) => Text::new(
                format!("between {} and {}", en(from), en(until)),
                format!("mellem {} og {}", da(from), da(until)),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_until_when_and_from_when_on_in_both_languages() {
        let (one, two) = (Timestamp::from_seconds(1), Timestamp::from_seconds(2));
        let check = |due: Due, en: &str, da: &str| {
            let words =
                due.words(|at| at.seconds().to_string(), |at| format!("kl. {}", at.seconds()));
            assert_eq!((&*words.en, &*words.da), (en, da));
        };
        check(Due::FromTheStart, "from the start on", "fra start af");
        check(Due::At(one), "at 1", "kl. 1");
        check(Due::By(one), "by 1", "senest kl. 1");
        check(Due::NotBefore(one), "not before 1", "tidligst kl. 1");
        check(Due::Between(one, two), "between 1 and 2", "mellem kl. 1 og kl. 2");
    }
}
