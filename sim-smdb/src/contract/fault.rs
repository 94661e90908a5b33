//! `SmdbFault`: the fault that the contract declares, for a call that is secure and yet refused.

use oio_idws::MessageError;
use xml_security::{Verified, xml::Element};

use super::{
    fields::{Node, Notation, Writer, not},
    report::{read_violations, write_violations},
};
use crate::rule::{Rule, Violation};

/// Why a secure call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmdbFault {
    /// The rule that decides.
    pub rule: Rule,
    /// What it says, in Danish, with what a caller may know beside it.
    pub text: String,
    /// The element that it is about, if there is one.
    pub field: Option<String>,
    /// By what the operator finds the call: its message id.
    pub correlation: String,
    /// Every rule that a submission breaks, if it is one.
    pub violations: Vec<Violation>,
}

impl SmdbFault {
    /// The element in the detail of the fault.
    #[must_use]
    pub fn write(&self, notation: impl Into<Notation>) -> String {
        Writer::root("SmdbFault", notation, |out| {
            out.field("Kode", self.rule);
            out.field("Tekst", &self.text);
            out.optional("Felt", self.field.as_ref());
            out.field("KorrelationsId", &self.correlation);
            write_violations(out, &self.violations);
        })
    }

    /// Reads it out of the signed body that holds the fault.
    ///
    /// # Errors
    ///
    /// If it is another fault, or a field is missing or not one of its kind.
    pub fn read(body: Verified<Element<'_>>) -> Result<Self, MessageError> {
        // SOAP 1.1 writes it small, and in no namespace.
        let detail = body.descendants().find(|it| matches!(it.local_name(), "Detail" | "detail"));
        let detail = detail.ok_or_else(|| not("a fault with a detail", "Fault"))?;
        let node = Node::answer(detail, "SmdbFault")?;
        let rule =
            Rule::try_from(node.text("Kode")?).map_err(|_| not("the code of a rule", "Kode"));
        Ok(Self {
            rule: rule?,
            text: node.text("Tekst")?,
            field: node.optional_text("Felt")?,
            correlation: node.text("KorrelationsId")?,
            violations: read_violations(&node)?,
        })
    }
}
