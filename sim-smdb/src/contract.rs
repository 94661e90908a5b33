//! The operation that SMDB offers, and its fields. Ours from end to end: DST's own contract is not
//! public, and the namespace says so.

use oio_idws::MessageError;
use xml_security::{Verified, escape_text, xml::Element};

use crate::cpr::Cpr;

/// The namespace of the contract.
pub const NAMESPACE: &str = "urn:sim:smdb:2025-07";
/// SMDB's entity id: the audience of its tokens.
pub const ENTITY_ID: &str = "https://saml.smdb.sim.invalid";
/// The privilege to submit on behalf of an authority.
pub const SUBMIT_PRIVILEGE: &str = "https://smdb.sim.invalid/privilege/indberet-myndighed";
/// The action of a submission.
pub const SUBMIT_ACTION: &str = "urn:sim:smdb:2025-07/SmdbService/IndberetForloeb";

/// A submission (*indberetning*) of a course of treatment (*forløb*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The submitter's own reference (*klientreference*): the same one twice is the same submission.
    pub reference: String,
    /// The organisation that submits (*myndighed*), by its CVR number.
    pub authority: parties::Cvr,
    /// The citizen.
    pub citizen: Cpr,
    /// When treatment was asked for, as `2030-03-01`.
    pub requested_on: String,
}

/// A receipt (*kvittering*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// SMDB's id of the submission.
    pub id: String,
    /// The submitter's reference.
    pub reference: String,
}

impl Submission {
    /// The element in the body of a call.
    #[must_use]
    pub fn write(&self) -> String {
        format!(
            "<IndberetForloeb xmlns=\"{NAMESPACE}\"><Klientreference>{}</Klientreference>\
             <Myndighed>{}</Myndighed><Cpr>{}</Cpr><AnmodningDato>{}</AnmodningDato>\
             </IndberetForloeb>",
            escape_text(&self.reference),
            self.authority,
            self.citizen.reveal(),
            escape_text(&self.requested_on),
        )
    }

    /// Reads a submission out of a signed body.
    ///
    /// # Errors
    ///
    /// If a field is missing or not one of its kind. The error never holds what the field says: any
    /// of them may hold a personal number, if only by mistake.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, MessageError> {
        let submission = body.only_child(NAMESPACE, "IndberetForloeb")?;
        let field = |name| submission.only_child(NAMESPACE, name)?.text();
        let not = |what, name: &str| MessageError::Value { what, value: name.to_owned() };
        Ok(Self {
            reference: field("Klientreference")?,
            authority: field("Myndighed")?.parse().map_err(|_| not("a CVR number", "Myndighed"))?,
            citizen: Cpr::parse(&field("Cpr")?).map_err(|error| not(error.what(), "Cpr"))?,
            requested_on: field("AnmodningDato")?,
        })
    }
}

impl Receipt {
    /// The element in the body of an answer.
    #[must_use]
    pub fn write(&self) -> String {
        format!(
            "<IndberetForloebResponse xmlns=\"{NAMESPACE}\"><Kvittering><Id>{}</Id>\
             <Klientreference>{}</Klientreference></Kvittering></IndberetForloebResponse>",
            escape_text(&self.id),
            escape_text(&self.reference),
        )
    }

    /// Reads a receipt out of a signed body.
    ///
    /// # Errors
    ///
    /// If a field is missing.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, MessageError> {
        let receipt = body
            .only_child(NAMESPACE, "IndberetForloebResponse")?
            .only_child(NAMESPACE, "Kvittering")?;
        Ok(Self {
            id: receipt.only_child(NAMESPACE, "Id")?.text()?,
            reference: receipt.only_child(NAMESPACE, "Klientreference")?.text()?,
        })
    }
}
