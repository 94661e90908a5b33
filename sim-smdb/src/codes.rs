//! The code lists (*kodelister*) of a course, each code with the days on which it may be used.
//!
//! The lists of outcomes and of legal bases follow what Danmarks Statistik publishes; substances,
//! ways of intake and frequencies follow the European treatment demand indicator; municipalities are
//! made up (their codes begin with 9). Which codes the real service takes is not public.

use crate::date::Date;

/// A list of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::VariantArray)]
pub enum CodeList {
    /// Municipalities (*kommuner*), none of them real.
    Municipality,
    /// The law that treatment is given by (*lovgrundlag*).
    LegalBasis,
    /// The kind of treatment (*behandlingstype*).
    Treatment,
    /// The substitution drug (*præparat*).
    Preparation,
    /// What is taken (*stof*).
    Substance,
    /// How it is taken (*indtagelse*).
    Intake,
    /// How often it is taken (*hyppighed*).
    Frequency,
    /// How the citizen lives (*bolig*).
    Housing,
    /// What the citizen lives on (*hovedindtægt*).
    Income,
    /// How a course ended (*afslutningsstatus*).
    Outcome,
}

/// One code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// What stands in a message.
    pub code: &'static str,
    /// What it means, in Danish.
    pub text: &'static str,
    /// The first day on which it may be used.
    pub from: Date,
    /// The last such day, if there is one.
    pub through: Option<Date>,
}

/// The day on which SMDB opened.
const OPENED: Date = Date::new(2011, 6, 1);

const fn code(code: &'static str, text: &'static str) -> Code {
    Code { code, text, from: OPENED, through: None }
}

impl CodeList {
    /// Every list.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name in a message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Municipality => "Kommune",
            Self::LegalBasis => "Lovgrundlag",
            Self::Treatment => "Behandlingstype",
            Self::Preparation => "Praeparat",
            Self::Substance => "Stof",
            Self::Intake => "Indtagelse",
            Self::Frequency => "Hyppighed",
            Self::Housing => "Bolig",
            Self::Income => "Hovedindtaegt",
            Self::Outcome => "AfslutStatus",
        }
    }

    /// Whether `code` is in the list on a day.
    #[must_use]
    pub fn has(self, code: &str, on: Date) -> bool {
        self.codes().iter().any(|it| {
            it.code == code && it.from <= on && it.through.is_none_or(|through| on <= through)
        })
    }

    /// Its codes.
    #[must_use]
    pub const fn codes(self) -> &'static [Code] {
        match self {
            Self::Municipality => &MUNICIPALITIES,
            Self::LegalBasis => &LEGAL_BASES,
            Self::Treatment => &TREATMENTS,
            Self::Preparation => &PREPARATIONS,
            Self::Substance => &SUBSTANCES,
            Self::Intake => &INTAKES,
            Self::Frequency => &FREQUENCIES,
            Self::Housing => &HOUSING,
            Self::Income => &INCOMES,
            Self::Outcome => &OUTCOMES,
        }
    }
}

const MUNICIPALITIES: [Code; 4] = [
    code("901", "Skifte Kommune"),
    code("902", "Overgang Kommune"),
    code("903", "Nøglekøbing Kommune"),
    code("904", "Udløbsborg Kommune"),
];

const LEGAL_BASES: [Code; 3] = [
    code("SEL101", "Serviceloven § 101"),
    code("SUL142", "Sundhedsloven § 142"),
    // Cases by the Children's Act are included from 2024 on.
    Code { code: "BL33", text: "Barnets lov § 33", from: Date::new(2024, 1, 1), through: None },
];

const TREATMENTS: [Code; 3] = [
    code("SOCIAL", "Social stofmisbrugsbehandling"),
    code("SUBST", "Substitutionsbehandling"),
    code("MEDICIN", "Anden medicinsk behandling"),
];

const PREPARATIONS: [Code; 4] = [
    code("METADON", "Metadon"),
    code("BUP", "Buprenorphin"),
    code("BUPNAL", "Buprenorphin og naloxon"),
    code("HEROIN", "Injicerbar heroin"),
];

const SUBSTANCES: [Code; 8] = [
    code("HEROIN", "Heroin"),
    code("METADON", "Metadon, ikke ordineret"),
    code("KOKAIN", "Kokain"),
    code("AMFETAMIN", "Amfetamin"),
    code("BENZO", "Benzodiazepiner"),
    code("CANNABIS", "Cannabis"),
    code("MDMA", "MDMA"),
    code("ANDET", "Andet stof"),
];

const INTAKES: [Code; 5] = [
    code("INJ", "Injiceres"),
    code("RYG", "Ryges"),
    code("ORAL", "Spises eller drikkes"),
    code("SNIF", "Sniffes"),
    code("ANDET", "Andet"),
];

const FREQUENCIES: [Code; 5] = [
    code("INGEN", "Ikke den seneste måned"),
    code("1", "En gang om ugen eller sjældnere"),
    code("2-3", "To til tre dage om ugen"),
    code("4-6", "Fire til seks dage om ugen"),
    code("DAGLIG", "Dagligt"),
];

const HOUSING: [Code; 5] = [
    code("EGEN", "Selvstændig bolig"),
    code("FAMILIE", "Hos familie eller venner"),
    code("INST", "Institution"),
    code("HERBERG", "Herberg eller forsorgshjem"),
    code("GADEN", "Gaden"),
];

const INCOMES: [Code; 5] = [
    code("LOEN", "Løn"),
    code("KONTANT", "Kontanthjælp"),
    code("PENSION", "Førtidspension"),
    code("SU", "Uddannelsesstøtte"),
    code("ANDET", "Andet"),
];

/// As published in the statistic on courses of treatment.
const OUTCOMES: [Code; 3] = [
    code("FRI", "Stoffri"),
    code("REDSTAB", "Reduceret eller stabiliseret"),
    code("ANDANT", "Andet"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_holds_from_its_first_day_on() {
        let list = CodeList::LegalBasis;
        assert!(
            !list.has("BL33", Date::new(2023, 12, 31)) && list.has("BL33", Date::new(2024, 1, 1))
        );
        assert!(list.has("SEL101", Date::new(2023, 12, 31)));
        assert!(!list.has("sel101", Date::new(2030, 1, 1)) && !list.has("", Date::new(2030, 1, 1)));
    }

    #[test]
    fn codes_and_lists_are_named_once_and_municipalities_are_made_up() {
        let names: BTreeSet<_> = CodeList::ALL.iter().map(|list| list.name()).collect();
        assert_eq!(names.len(), CodeList::ALL.len());
        for list in CodeList::ALL {
            let codes: BTreeSet<_> = list.codes().iter().map(|it| it.code).collect();
            assert_eq!(codes.len(), list.codes().len(), "{list:?}");
        }
        assert!(CodeList::Municipality.codes().iter().all(|it| it.code.starts_with('9')));
    }
}
