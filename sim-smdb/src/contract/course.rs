//! The element `Forloeb`: a course, written and read.

use oio_idws::MessageError;
use parties::personal_number::stands_in;

use super::fields::{Node, Writer};
use crate::{
    course::{Course, Details, Draft, Substance, Written},
    cpr::Cpr,
    schema::RetiredForm,
};

const FIELDS: [&str; 16] = [
    "Cpr",
    "Kommune",
    "Lovgrundlag",
    "AnmodningDato",
    "IvaerksaetDato",
    "Behandling",
    "TilbudId",
    "Stoffer",
    "SocialtBillede",
    "AfslutDato",
    "AfslutStatus",
    "Bemaerkning",
    "Indskrivning",
    "Ydelser",
    "Udskrivning",
    "KvalHep",
];

/// Writes a course.
pub(crate) fn write(out: &mut Writer, course: &Course) {
    let details = &course.details;
    let optional = |value: &Option<Written>| value.as_ref().map(|it| it.as_str().to_owned());
    out.within("Forloeb", |out| {
        out.field("Cpr", course.citizen.reveal());
        out.field("Kommune", details.municipality.as_str());
        out.field("Lovgrundlag", details.legal_basis.as_str());
        out.field("AnmodningDato", details.requested_on);
        out.optional("IvaerksaetDato", details.started_on);
        if let Some(treatment) = &details.treatment {
            out.within("Behandling", |out| {
                out.field("Behandlingstype", treatment.as_str());
                out.optional("Praeparat", optional(&details.preparation));
            });
        }
        out.optional("TilbudId", optional(&details.provider));
        if !details.substances.is_empty() {
            out.within("Stoffer", |out| {
                out.each("Stofbrug", &details.substances, substance);
            });
        }
        if details.housing.is_some() || details.income.is_some() {
            out.within("SocialtBillede", |out| {
                out.optional("Bolig", optional(&details.housing));
                out.optional("Hovedindtaegt", optional(&details.income));
            });
        }
        out.optional("AfslutDato", details.ended_on);
        out.optional("AfslutStatus", optional(&details.outcome));
        out.optional("Bemaerkning", optional(&details.remark));
        for form in &details.forms {
            out.field(form.element(), "");
        }
    });
}

fn substance(out: &mut Writer, substance: &Substance) {
    out.field("Stof", substance.substance.as_str());
    out.field("Indtagelse", substance.intake.as_str());
    out.field("Hyppighed", substance.frequency.as_str());
    out.truth("Hovedstof", substance.main);
}

/// Reads a course as it was written: a personal number that may not be taken is noted and dropped.
pub(crate) fn read(node: &Node<'_>) -> Result<Draft, MessageError> {
    node.only(&FIELDS)?;
    let code = |name| node.text(name).map(|text| Written::from(&*text));
    let optional = |node: &Node<'_>, name| {
        node.optional_text(name).map(|text| text.map(|text| Written::from(&*text)))
    };
    let mut personal_numbers_in = Vec::new();
    let mut free_text = |name| {
        let text = optional(node, name)?;
        if text.as_ref().is_some_and(|text| stands_in(text.as_str())) {
            personal_numbers_in.push(name);
            return Ok::<_, MessageError>(None);
        }
        Ok(text)
    };
    let (provider, remark) = (free_text("TilbudId")?, free_text("Bemaerkning")?);
    let treatment = node.optional_child("Behandling")?;
    let social = node.optional_child("SocialtBillede")?;
    let within = |node: &Option<Node<'_>>, name| match node {
        Some(node) => optional(node, name),
        None => Ok(None),
    };
    if let Some(treatment) = &treatment {
        treatment.only(&["Behandlingstype", "Praeparat"])?;
    }
    if let Some(social) = &social {
        social.only(&["Bolig", "Hovedindtaegt"])?;
    }
    let details = Details {
        municipality: code("Kommune")?,
        legal_basis: code("Lovgrundlag")?,
        requested_on: node.day("AnmodningDato")?,
        started_on: node.optional_day("IvaerksaetDato")?,
        treatment: treatment
            .as_ref()
            .map(|it| it.text("Behandlingstype").map(|text| Written::from(&*text)))
            .transpose()?,
        preparation: within(&treatment, "Praeparat")?,
        provider,
        substances: substances(node)?,
        housing: within(&social, "Bolig")?,
        income: within(&social, "Hovedindtaegt")?,
        ended_on: node.optional_day("AfslutDato")?,
        outcome: optional(node, "AfslutStatus")?,
        remark,
        forms: forms(node)?,
    };
    Ok(Draft { citizen: Cpr::parse(&node.text("Cpr")?), details, personal_numbers_in })
}

fn substances(node: &Node<'_>) -> Result<Box<[Substance]>, MessageError> {
    let Some(list) = node.optional_child("Stoffer")? else { return Ok(Box::default()) };
    list.only(&["Stofbrug"])?;
    let read = |it: Node<'_>| {
        it.only(&["Stof", "Indtagelse", "Hyppighed", "Hovedstof"])?;
        let code = |name| it.text(name).map(|text| Written::from(&*text));
        Ok(Substance {
            substance: code("Stof")?,
            intake: code("Indtagelse")?,
            frequency: code("Hyppighed")?,
            main: it.truth("Hovedstof")?,
        })
    };
    list.children("Stofbrug")?.into_iter().map(read).collect()
}

/// Which older forms came along. What they say is not read: no schema in force has them, or they are
/// voluntary and not imitated.
fn forms(node: &Node<'_>) -> Result<Box<[RetiredForm]>, MessageError> {
    let mut forms = Vec::new();
    for form in RetiredForm::ALL {
        if node.optional_child(form.element())?.is_some() {
            forms.push(form);
        }
    }
    Ok(forms.into())
}
