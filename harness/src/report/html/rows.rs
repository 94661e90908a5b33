//! What a timeline shows, before it is drawn: lanes of rows, and in each row bars, marks and calls.

use clock::Timestamp;

/// Everything of one party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
    /// What is shaded: when the node is down, in a lane that is one node's; when anybody is, in a lane
    /// that concerns all.
    pub(super) down: Vec<Stretch>,
}

/// From when to when; none if it lasts beyond what was seen.
pub(super) type Stretch = (Timestamp, Option<Timestamp>);

/// One line of a lane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Row {
    pub(super) label: String,
    /// The colour beside the label, if the row belongs to one certificate.
    pub(super) colour: Option<Colour>,
    pub(super) bars: Vec<Bar>,
    pub(super) marks: Vec<Mark>,
    pub(super) calls: Vec<Call>,
}

/// One of the colours of certificates. No two certificates of a run have the same one before all are
/// used up; the name always stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) usize);

/// Something that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) from: Timestamp,
    /// None if it lasts beyond what was seen.
    pub(super) until: Option<Timestamp>,
    pub(super) style: Style,
    /// What it says if there is room.
    pub(super) text: String,
    /// What it says to who points at it.
    pub(super) title: String,
}

/// How a bar looks. Colour alone never tells it: the outline does too, and the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A certificate, or what is bound to one, that holds.
    Solid(Colour),
    /// It will hold.
    Waiting(Colour),
    /// It no longer holds, or it does not do what it should.
    Refused,
    /// A node is down.
    Outage,
}

/// Something that a person did, or that happened, at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: Timestamp,
    pub(super) kind: MarkKind,
    pub(super) refused: bool,
    pub(super) title: String,
}

/// What a [`Mark`] stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MarkKind {
    Renewed,
    Revoked,
    Saved,
    Emptied,
    Provisioned,
    Swapped,
    Deployed,
    Restarted,
    RolledOver,
    Trusted,
    Pinned,
    ChainChanged,
    ChainTrusted,
}

impl MarkKind {
    /// What stands in the mark.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Renewed => "N",
            Self::Revoked => "X",
            Self::Saved => "S",
            Self::Emptied => "E",
            Self::Provisioned => "P",
            Self::Swapped => "\u{21c4}",
            Self::Deployed => "D",
            Self::Restarted => "R",
            Self::RolledOver => "O",
            Self::Trusted => "T",
            Self::Pinned => "I",
            Self::ChainChanged => "C",
            Self::ChainTrusted => "A",
        }
    }

    /// What the legend says of it.
    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Revoked => "revoked",
            Self::Saved => "saved",
            Self::Emptied => "slot emptied",
            Self::Provisioned => "provisioned",
            Self::Swapped => "NemLog-in swaps",
            Self::Deployed => "deployed",
            Self::Restarted => "restarted",
            Self::RolledOver => "STS rolls over",
            Self::Trusted => "SMDB trusts the new signer",
            Self::Pinned => "new signer pinned",
            Self::ChainChanged => "TLS chain changes",
            Self::ChainTrusted => "new TLS authority trusted",
        }
    }
}

/// A call of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) at: Timestamp,
    /// At which step it failed and why; none if it succeeded.
    pub(super) failed: Option<String>,
}

/// A value that is seen to change, turned into stretches of time.
#[derive(Debug, Clone)]
pub(super) struct Stretches<T>(Vec<(Timestamp, Option<Timestamp>, T)>);

impl<T> Default for Stretches<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Stretches<T> {
    /// From `at` on these hold and no others: what no longer holds ends there, what still holds
    /// goes on.
    pub(super) fn set(&mut self, at: Timestamp, now: Vec<T>) {
        for (_, until, value) in self.0.iter_mut().filter(|(_, until, _)| until.is_none()) {
            if !now.contains(value) {
                *until = Some(at);
            }
        }
        for value in now {
            if !self.0.iter().any(|(_, until, held)| until.is_none() && *held == value) {
                self.0.push((at, None, value));
            }
        }
        self.0.retain(|(from, until, _)| *until != Some(*from));
    }

    pub(super) fn into_vec(self) -> Vec<(Timestamp, Option<Timestamp>, T)> {
        self.0
    }
}

impl Row {
    /// Whether there is anything to show.
    pub(super) const fn is_empty(&self) -> bool {
        self.bars.is_empty() && self.marks.is_empty() && self.calls.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_still_holds_goes_on() {
        let t = Timestamp::from_seconds;
        let mut held = Stretches::default();
        held.set(t(0), vec!["old"]);
        held.set(t(1), vec!["old", "new"]);
        held.set(t(2), vec!["new"]);
        held.set(t(3), vec!["brief"]);
        held.set(t(3), vec!["new"]);
        let expected = [(t(0), Some(t(2)), "old"), (t(1), Some(t(3)), "new"), (t(3), None, "new")];
        assert_eq!(held.into_vec(), expected);
    }
}
