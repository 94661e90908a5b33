//! The schema of submissions (*skema*) in its versions, each in force from a date.
//!
//! The order that the real submissions rest on is issued anew each 1 January and 1 July. Which forms
//! fell away when is Danmarks Statistik's own history; the versions and their names are ours.

use std::fmt;

use clock::Timeline;
use serde::{Deserialize, Serialize};

use crate::date::Date;

/// A version of the schema. Only the one in force is taken.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::VariantArray,
)]
pub enum SchemaVersion {
    /// Enrolment, services and discharge are voluntary.
    #[serde(rename = "2024-01")]
    V2024_01,
    /// Enrolment, services and discharge can no longer be submitted.
    #[serde(rename = "2025-01")]
    V2025_01,
    /// KVALHEP is left out.
    #[serde(rename = "2025-07")]
    V2025_07,
}

/// A form (*skema*) that a later version of the schema no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RetiredForm {
    /// Enrolment at a treatment provider (*indskrivning*).
    Enrolment,
    /// What the provider did (*ydelser*).
    Services,
    /// Discharge (*udskrivning*).
    Discharge,
    /// Quality of medical treatment, and hepatitis C (*KVALHEP*).
    KvalHep,
}

impl SchemaVersion {
    /// Every version, oldest first.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;
    /// The latest one.
    pub const LATEST: Self = Self::V2025_07;

    /// Its name, the month from which it holds.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2024_01 => "2024-01",
            Self::V2025_01 => "2025-01",
            Self::V2025_07 => "2025-07",
        }
    }

    /// The namespace of its elements. It says that nothing here is Danmarks Statistik's.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::V2024_01 => "urn:sim:smdb:2024-01",
            Self::V2025_01 => "urn:sim:smdb:2025-01",
            Self::V2025_07 => "urn:sim:smdb:2025-07",
        }
    }

    /// The version that has this namespace.
    #[must_use]
    pub fn of_namespace(namespace: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|version| version.namespace() == namespace)
    }

    /// Its first day.
    #[must_use]
    pub const fn from(self) -> Date {
        match self {
            Self::V2024_01 => Date::new(2024, 1, 1),
            Self::V2025_01 => Date::new(2025, 1, 1),
            Self::V2025_07 => Date::new(2025, 7, 1),
        }
    }

    /// Whether it still has a form.
    #[must_use]
    pub fn has(self, form: RetiredForm) -> bool {
        self < form.retired_by()
    }

    /// Which version is in force when, as the calendar has it. What was in force before 2024 is not
    /// imitated: the oldest version holds from the beginning of time.
    #[must_use]
    pub fn calendar() -> Timeline<Self> {
        let mut calendar =
            Timeline::starting(clock::Timestamp::from_millis(i64::MIN), Self::ALL[0]);
        for version in &Self::ALL[1..] {
            calendar.set(version.from().begins(), *version);
        }
        calendar
    }
}

impl RetiredForm {
    /// Every form that fell away.
    pub const ALL: [Self; 4] = [Self::Enrolment, Self::Services, Self::Discharge, Self::KvalHep];

    /// The element that holds it.
    #[must_use]
    pub const fn element(self) -> &'static str {
        match self {
            Self::Enrolment => "Indskrivning",
            Self::Services => "Ydelser",
            Self::Discharge => "Udskrivning",
            Self::KvalHep => "KvalHep",
        }
    }

    /// The first version without it.
    #[must_use]
    pub const fn retired_by(self) -> SchemaVersion {
        match self {
            Self::Enrolment | Self::Services | Self::Discharge => SchemaVersion::V2025_01,
            Self::KvalHep => SchemaVersion::V2025_07,
        }
    }
}

impl fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
