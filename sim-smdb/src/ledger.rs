//! What was received: courses in their versions, and what was refused.

use std::collections::{BTreeMap, BTreeSet};

use clock::Timestamp;
use parties::Cvr;

use crate::{
    course::{Course, Details, Reference, State},
    cpr::Cpr,
    rule::Violation,
};

/// The courses that were received, and the submissions that broke a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    records: BTreeMap<String, Record>,
    by_reference: BTreeMap<(Cvr, Reference), String>,
    by_citizen: BTreeMap<Cpr, BTreeSet<String>>,
    refusals: BTreeMap<(Cvr, Reference, u32), Refusal>,
}

/// A course with all its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// SMDB's id.
    pub id: String,
    /// Whose it is (*myndighed*).
    pub authority: Cvr,
    /// The submitter's reference.
    pub reference: Reference,
    /// What was received, by the submitter's version; never empty.
    pub versions: BTreeMap<u32, Entry>,
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
    pub receipt: String,
    /// The rules that it breaks and was stored all the same.
    pub warnings: Vec<Violation>,
}

/// That a course was annulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annulment {
    /// When.
    pub at: Timestamp,
    /// The id of its receipt.
    pub receipt: String,
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
        let (version, entry) = self.versions.last_key_value().expect("a record has a version");
        (*version, entry)
    }
}

impl Ledger {
    pub(crate) fn enter(
        &mut self,
        id: String,
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
        self.by_citizen.entry(entry.course.citizen.clone()).or_default().insert(id.clone());
        self.by_reference.insert((authority.clone(), reference.clone()), id.clone());
        let versions = BTreeMap::new();
        let record = self.records.entry(id.clone()).or_insert_with(|| Record {
            id,
            authority,
            reference,
            versions,
            annulment: None,
        });
        record.versions.insert(version, entry);
    }

    pub(crate) fn annul(&mut self, id: &str, annulment: Annulment) {
        if let Some(record) = self.records.get_mut(id) {
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
        let id = self.by_reference.get(&(authority.clone(), reference.clone()))?;
        self.records.get(id)
    }

    /// The course with SMDB's id, if it is the authority's own.
    #[must_use]
    pub fn get(&self, authority: &Cvr, id: &str) -> Option<&Record> {
        self.records.get(id).filter(|record| record.authority == *authority)
    }

    /// The courses of all authorities, by SMDB's ids.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    /// How many submissions were refused for a rule and not corrected since.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refusals.len()
    }

    /// The courses of an authority.
    pub fn of_authority<'l>(&'l self, authority: &'l Cvr) -> impl Iterator<Item = &'l Record> {
        self.records.values().filter(move |record| record.authority == *authority)
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
    pub(crate) fn open_courses(&self, citizen: &Cpr) -> impl Iterator<Item = (&str, &Details)> {
        let ids = self.by_citizen.get(citizen).into_iter().flatten();
        let records = ids.filter_map(|id| self.records.get(id));
        records.filter(|record| record.annulment.is_none()).filter_map(move |record| {
            let course = &record.latest().1.course;
            // An earlier version may have named another citizen.
            let open = course.citizen == *citizen && course.details.state() == State::Open;
            open.then_some((&*record.id, &course.details))
        })
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
