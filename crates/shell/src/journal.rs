//! What a service was asked and what it answered: the last of it, in bounded memory.

use std::{
    collections::{VecDeque, vec_deque},
    fmt, iter,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clock::Timestamp;
use parties::{Diagnosis, Environment, Finding, Party, Step, TraceId};
use prometheus_client::{
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use sha2::{Digest, Sha256};

/// The outcome of what was not refused. What was is known by the rejection's name.
pub const GRANTED: &str = "granted";

/// The journal of one or more services; clones are one journal. What is oldest makes room.
#[derive(Debug, Clone, Default)]
pub struct Journal(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    limits: Limits,
    kept: Mutex<Kept>,
    outcomes: Family<[(&'static str, &'static str); 2], Counter>,
}

#[derive(Debug, Default)]
struct Kept {
    answered: Shelf,
    /// What got no further than a listener. It costs its sender nothing, and shall not make what
    /// was answered be forgotten: so it has a shelf of its own.
    stopped: Shelf,
    /// What came to a wrong path. Every passer-by tries some, and shall not make what a listener
    /// stopped be forgotten.
    astray: Shelf,
    /// How many were written down.
    written: u64,
    forgotten: u64,
}

/// Entries that make room for one another.
#[derive(Debug, Default)]
struct Shelf {
    /// The oldest first, each with its number among all that were written down.
    entries: VecDeque<(u64, Arc<Entry>)>,
    octets: usize,
}

/// What got no further than a listener has so much less room than what was answered.
const STOPPED_SHARE: usize = 10;

/// How much a journal keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many requests.
    pub entries: usize,
    /// So many octets of memory, about.
    pub octets: usize,
}

impl Limits {
    const fn tenth(self) -> Self {
        Self { entries: self.entries / STOPPED_SHARE, octets: self.octets / STOPPED_SHARE }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 1_000, octets: 4 * 1024 * 1024 }
    }
}

/// A request and its answer, or what got no further than a listener. No message stands in it, and no
/// secret: what a finding says holds none ([`Finding`]), and of an id that could hold one only its
/// hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name that the caller was told in a header.
    pub trace: TraceId,
    /// When it was answered, by the simulated clock.
    pub at: Timestamp,
    /// Who answered.
    pub party: Party,
    /// The environment that it was for, if it was for one.
    pub environment: Option<Environment>,
    /// The step of a call that it was, if it was one.
    pub step: Option<Step>,
    /// The name of an administrator's act, if it was one and could be read.
    pub act: Option<&'static str>,
    /// At which path.
    pub path: &'static str,
    /// From where, without the port.
    pub from: Option<IpAddr>,
    /// The request's id, as it claims.
    pub message_id: Option<MessageId>,
    /// The answer's id.
    pub answer_id: Option<MessageId>,
    /// [`GRANTED`], or the rejection's name.
    pub outcome: &'static str,
    /// Octets of the request.
    pub request_octets: usize,
    /// Octets of the answer.
    pub answer_octets: usize,
    /// What went wrong on the way: something that could not be fetched.
    pub remarks: Vec<String>,
    /// Everything that speaks against the request.
    pub diagnosis: Diagnosis,
}

impl Journal {
    /// An empty journal that keeps so much.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Inner { limits, ..Inner::default() }))
    }

    /// Writes down a request that was answered, and counts it. What is larger than the whole journal
    /// may be is only counted.
    pub fn write(&self, entry: Entry) {
        let what = if entry.step.is_some() { "message" } else { "act" };
        self.0.outcomes.get_or_create(&[("what", what), ("outcome", entry.outcome)]).inc();
        self.put(entry, |kept| &mut kept.answered, self.0.limits);
    }

    /// Writes down what got no further than a listener, which counts it; of that a tenth as much is
    /// kept, beside the others.
    pub(crate) fn write_stopped(&self, entry: Entry) {
        self.put(entry, |kept| &mut kept.stopped, self.0.limits.tenth());
    }

    /// The same of what came to a wrong path.
    pub(crate) fn write_astray(&self, entry: Entry) {
        self.put(entry, |kept| &mut kept.astray, self.0.limits.tenth());
    }

    fn put(&self, entry: Entry, shelf: impl FnOnce(&mut Kept) -> &mut Shelf, limits: Limits) {
        let mut kept = self.kept();
        kept.written += 1;
        let number = kept.written;
        let forgotten = shelf(&mut kept).put(number, entry, limits);
        kept.forgotten += forgotten;
    }

    /// The newest requests first, `limit` at most, of one outcome if one is given.
    #[must_use]
    pub fn newest(&self, limit: usize, outcome: Option<&str>) -> Vec<Arc<Entry>> {
        let kept = self.kept();
        let asked = kept.newest().filter(|it| outcome.is_none_or(|outcome| it.outcome == outcome));
        asked.take(limit).cloned().collect()
    }

    /// The request of a trace id.
    #[must_use]
    pub fn traced(&self, trace: TraceId) -> Option<Arc<Entry>> {
        self.kept().newest().find(|entry| entry.trace == trace).cloned()
    }

    /// The requests that a message with this id asked or answered, the newest first.
    #[must_use]
    pub fn of_message(&self, id: &str) -> Vec<Arc<Entry>> {
        let id = MessageId::new(id);
        let is_it = |it: &Option<MessageId>| it.as_ref() == Some(&id);
        let kept = self.kept();
        kept.newest().filter(|it| is_it(&it.message_id) || is_it(&it.answer_id)).cloned().collect()
    }

    /// How many it keeps, and how many it has forgotten to make room.
    #[must_use]
    pub fn count(&self) -> (usize, u64) {
        let kept = self.kept();
        (kept.shelves().iter().map(|shelf| shelf.entries.len()).sum(), kept.forgotten)
    }

    /// Forgets everything but its counts of outcomes, which never go back.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        let help = "Messages of clients and acts of administrators that were answered, by outcome: granted, or why not";
        registry.register("requests", help, self.0.outcomes.clone());
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    const fn shelves(&self) -> [&Shelf; 3] {
        [&self.answered, &self.stopped, &self.astray]
    }

    /// All of them, the newest first.
    fn newest(&self) -> impl Iterator<Item = &Arc<Entry>> {
        type Numbered<'s> = vec_deque::Iter<'s, (u64, Arc<Entry>)>;
        let newest = |of: &Numbered<'_>| of.clone().next_back().map(|(number, _)| *number);
        let mut shelves = self.shelves().map(|shelf| shelf.entries.iter());
        iter::from_fn(move || {
            let shelf = shelves.iter_mut().max_by_key(|it| newest(it))?;
            shelf.next_back().map(|(_, entry)| entry)
        })
    }
}

impl Shelf {
    /// Puts one more there, if it may be as large; says how many made room for it, or were too
    /// large.
    fn put(&mut self, number: u64, entry: Entry, limits: Limits) -> u64 {
        let Limits { entries, octets } = limits;
        if entry.octets() > octets {
            return 1;
        }
        self.octets += entry.octets();
        self.entries.push_back((number, Arc::new(entry)));
        let mut forgotten = 0;
        while self.entries.len() > entries || self.octets > octets {
            let Some((_, oldest)) = self.entries.pop_front() else { break };
            self.octets -= oldest.octets();
            forgotten += 1;
        }
        forgotten
    }
}

impl Entry {
    /// The memory that it takes, about.
    fn octets(&self) -> usize {
        let texts = |finding: &Finding| {
            let texts = [&finding.rule, &finding.expected, &finding.got, &finding.what];
            let texts = texts.iter().map(|text| text.en.len() + text.da.len()).sum::<usize>();
            size_of::<Finding>() + finding.cause.len() + texts
        };
        let findings: usize = self.diagnosis.findings().iter().map(texts).sum();
        let remarks: usize = self.remarks.iter().map(String::len).sum();
        size_of::<Self>() + findings + remarks
    }
}

/// The id of a message, as far as a journal may know it.
///
/// Whoever sends a message chooses its id and may put anything there, a personal number too. What
/// is a UUID, as ids are meant to be, is kept as it is; of anything else the SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId {
    sha256: [u8; 32],
    shown: Option<Box<str>>,
}

/// The letters before a UUID: `urn:uuid:`, `uuid:`, `_`.
const PREFIX_MAX: usize = 9;
const UUID_LENGTH: usize = 36;

impl MessageId {
    /// The id of a message.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self { sha256: Sha256::digest(id).into(), shown: is_uuid(id).then(|| id.into()) }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(shown) = &self.shown {
            return f.write_str(shown);
        }
        f.write_str("sha256:")?;
        self.sha256.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

fn is_uuid(id: &str) -> bool {
    let Some(start) = id.len().checked_sub(UUID_LENGTH) else { return false };
    let Some((prefix, uuid)) = id.split_at_checked(start) else { return false };
    let is_prefix = |it: char| it.is_ascii_alphabetic() || it == ':' || it == '_' || it == '-';
    let is_digit = |(at, it): (usize, char)| match at {
        8 | 13 | 18 | 23 => it == '-',
        _ => it.is_ascii_hexdigit(),
    };
    prefix.len() <= PREFIX_MAX && prefix.chars().all(is_prefix) && uuid.char_indices().all(is_digit)
}

#[cfg(test)]
mod tests;
