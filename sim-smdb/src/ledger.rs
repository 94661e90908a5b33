//! What was received: courses in their versions, and what was refused.

use std::collections::{BTreeMap, BTreeSet};

use clock::Timestamp;
use parties::Cvr;
use uuid::{Uuid, fmt::Hyphenated};

use crate::{
    course::{Course, Details, Reference, State},
    cpr::Cpr,
    rule::Violation,
};

/// The courses that were received, and the submissions that broke a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    records: BTreeMap<Uuid, Box<Record>>,
    by_reference: BTreeMap<Cvr, BTreeMap<Reference, Uuid>>,
    /// The ids of a citizen's courses that are open and not annulled.
    open: BTreeMap<Cpr, BTreeSet<Uuid>>,
    refusals: BTreeMap<(Cvr, Reference, u32), Refusal>,
}

/// A course with all its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// SMDB's id.
    pub id: Uuid,
    /// Whose it is (*myndighed*).
    pub authority: Cvr,
    /// The submitter's reference.
    pub reference: Reference,
    /// What was received, in the order of the submitter's versions; never empty.
    versions: Vec<(u32, Entry)>,
    /// Its annulment, if it was annulled.
    pub annulment: Option<Annulment>,
}

/// One version of a course, as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it says.
    pub course: Course,
    /// When it came.
    pub received_at: Timestamp,
    /// The id of its receipt.
    pub receipt: Uuid,
    /// The rules that it breaks and was stored all the same.
    pub warnings: Box<[Violation]>,
}

/// That a course was annulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annulment {
    /// When.
    pub at: Timestamp,
    /// The id of its receipt.
    pub receipt: Uuid,
}

/// A submission that was refused for a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// When it came last.
    pub at: Timestamp,
    /// The rules that it broke: errors, and the warnings beside them.
    pub violations: Vec<Violation>,
}

impl Record {
    /// Its latest version, with its number.
    ///
    /// # Panics
    ///
    /// Never: a record is made with a version.
    #[must_use]
    pub fn latest(&self) -> (u32, &Entry) {
        let (version, entry) = self.versions.last().expect("a record has a version");
        (*version, entry)
    }

    /// One of its versions.
    #[must_use]
    pub fn version(&self, version: u32) -> Option<&Entry> {
        let at = self.versions.binary_search_by_key(&version, |(version, _)| *version).ok()?;
        Some(&self.versions[at].1)
    }

    /// Its versions with their numbers, the earliest first.
    pub fn versions(&self) -> impl ExactSizeIterator<Item = (u32, &Entry)> {
        self.versions.iter().map(|(version, entry)| (*version, entry))
    }

    /// Whose open course it is, if it is open.
    fn open_of(&self) -> Option<&Cpr> {
        let course = &self.versions.last()?.1.course;
        let open = self.annulment.is_none() && course.details.state() == State::Open;
        open.then_some(&course.citizen)
    }

    fn enter(&mut self, version: u32, entry: Entry) {
        match self.versions.binary_search_by_key(&version, |(version, _)| *version) {
            Ok(at) => self.versions[at].1 = entry,
            Err(at) => {
                // Most courses have one, and room for more would be most of what a course takes.
                self.versions.reserve_exact(1);
                self.versions.insert(at, (version, entry));
            }
        }
    }
}

impl Ledger {
    pub(crate) fn enter(
        &mut self,
        id: Uuid,
        authority: Cvr,
        reference: Reference,
        version: u32,
        entry: Entry,
    ) {
        // What is corrected is no longer on the list of errors.
        let of = |version| (authority.clone(), reference.clone(), version);
        let corrected: Vec<_> =
            self.refusals.range(of(0)..=of(version)).map(|(key, _)| key.clone()).collect();
        for key in corrected {
            self.refusals.remove(&key);
        }
        let of_authority = self.by_reference.entry(authority.clone()).or_default();
        of_authority.insert(reference.clone(), id);
        let record = self.records.entry(id).or_insert_with(|| {
            Box::new(Record { id, authority, reference, versions: Vec::new(), annulment: None })
        });
        // An earlier version may have named another citizen.
        if let Some(citizen) = record.open_of() {
            forget(&mut self.open, citizen, id);
        }
        record.enter(version, entry);
        if let Some(citizen) = record.open_of() {
            self.open.entry(citizen.clone()).or_default().insert(id);
        }
    }

    pub(crate) fn annul(&mut self, id: Uuid, annulment: Annulment) {
        if let Some(record) = self.records.get_mut(&id) {
            if let Some(citizen) = record.open_of() {
                forget(&mut self.open, citizen, id);
            }
            record.annulment = Some(annulment);
        }
    }

    pub(crate) fn refuse(
        &mut self,
        authority: Cvr,
        reference: Reference,
        version: u32,
        refusal: Refusal,
    ) {
        self.refusals.insert((authority, reference, version), refusal);
    }

    /// The course that an authority knows by its reference.
    #[must_use]
    pub fn find(&self, authority: &Cvr, reference: &Reference) -> Option<&Record> {
        let id = self.by_reference.get(authority)?.get(reference)?;
        self.records.get(id).map(Box::as_ref)
    }

    /// The course with SMDB's id, if it is the authority's own.
    #[must_use]
    pub fn get(&self, authority: &Cvr, id: &str) -> Option<&Record> {
        let record = self.records.get(&drawn(id)?)?;
        (record.authority == *authority).then_some(record)
    }

    /// The courses of all authorities, by SMDB's ids.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values().map(Box::as_ref)
    }

    /// How many submissions were refused for a rule and not corrected since.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refusals.len()
    }

    /// The courses of an authority.
    pub fn of_authority<'l>(&'l self, authority: &'l Cvr) -> impl Iterator<Item = &'l Record> {
        self.records().filter(move |record| record.authority == *authority)
    }

    /// The refusals of an authority, by reference and version.
    pub fn refusals<'l>(
        &'l self,
        authority: &'l Cvr,
    ) -> impl Iterator<Item = (&'l Reference, u32, &'l Refusal)> {
        let own = self.refusals.iter().filter(move |((whose, _, _), _)| whose == authority);
        own.map(|((_, reference, version), refusal)| (reference, *version, refusal))
    }

    /// The refusal of an authority's reference in its highest version.
    #[must_use]
    pub fn refusal<'l>(
        &'l self,
        authority: &Cvr,
        reference: &Reference,
    ) -> Option<(&'l Reference, u32, &'l Refusal)> {
        let of = |version| (authority.clone(), reference.clone(), version);
        let ((_, reference, version), refusal) =
            self.refusals.range(of(0)..=of(u32::MAX)).next_back()?;
        Some((reference, *version, refusal))
    }

    /// The courses of a citizen that are open, with their ids: of any authority.
    pub(crate) fn open_courses(&self, citizen: &Cpr) -> impl Iterator<Item = (Uuid, &Details)> {
        let ids = self.open.get(citizen).into_iter().flatten();
        let records = ids.filter_map(|id| self.records.get(id));
        records.map(|record| (record.id, &record.latest().1.course.details))
    }

    /// How many courses were received.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether none was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

/// An id as SMDB has drawn and written it; in any other spelling it is none.
fn drawn(id: &str) -> Option<Uuid> {
    let mut written = [0; Hyphenated::LENGTH];
    let read = Uuid::try_parse(id).ok()?;
    (*read.hyphenated().encode_lower(&mut written) == *id).then_some(read)
}

/// A citizen's course is open no longer.
fn forget(open: &mut BTreeMap<Cpr, BTreeSet<Uuid>>, citizen: &Cpr, id: Uuid) {
    if let Some(ids) = open.get_mut(citizen) {
        ids.remove(&id);
        if ids.is_empty() {
            open.remove(citizen);
        }
    }
}
