//! Everything that speaks against a request, in the order in which it is looked at.

use crate::Rejection;

/// At least one rejection, or nothing to say. The first is the one that is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Objections(Vec<Rejection>);

impl Objections {
    /// Notes what speaks against the request, and goes on.
    pub(crate) fn note<T>(&mut self, judged: Result<T, Rejection>) -> Option<T> {
        judged.map_err(|rejection| self.0.push(rejection)).ok()
    }

    /// `granted` if nothing was noted.
    pub(crate) fn none_against<T>(self, granted: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(granted) } else { Err(self) }
    }

    /// As [`Self::none_against`], where some of what would be granted is missing if something was
    /// noted.
    pub(crate) fn or<T>(self, granted: Option<T>) -> Result<T, Self> {
        match granted {
            Some(granted) => self.none_against(granted),
            None => Err(self),
        }
    }

    /// All of them.
    pub(crate) fn all(self) -> Vec<Rejection> {
        self.0
    }
}

impl From<Rejection> for Objections {
    fn from(rejection: Rejection) -> Self {
        Self(vec![rejection])
    }
}
