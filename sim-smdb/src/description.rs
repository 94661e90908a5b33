//! The contract as clients' tools read it: WSDL 1.1 with its schema inside.
//!
//! What a version of the schema has is written once, in `wsdl/`; what an operation has is made from
//! [`Operation`], so that none can be forgotten. Like the contract it is ours from end to end.

use oio_idws::{
    Binding,
    soap::Version,
    uris::{WSDL_SOAP11, WSDL_SOAP12},
};
use xml_security::{escape_attribute, escape_text};

use crate::{
    contract::{Operation, PAGE_SIZE_MAX},
    schema::{RetiredForm, SchemaVersion},
};

const SERVICE: &str = include_str!("../wsdl/SmdbService.wsdl");
const TYPES: &str = include_str!("../wsdl/types.xsd");

/// The description of the service at `address`, with the operations of `version`.
///
/// One port, the version of SOAP that `binding` is for, document/literal. It names no policy: what
/// secures a call is the profile's (OIO IDWS SOAP 1.1, or LBSB), and the clients that speak it set it up
/// by themselves.
#[must_use]
pub fn wsdl(version: SchemaVersion, binding: Binding, address: &str) -> String {
    let each = |write: fn(Operation, SchemaVersion) -> String| -> String {
        Operation::ALL.iter().map(|operation| write(*operation, version)).collect()
    };
    let profile = match binding {
        Binding::OioIdws => "OIO IDWS SOAP 1.1",
        Binding::Lbsb => "the Liberty Basic SOAP Binding",
    };
    // Of WSDL 1.1, section 3, and of its extension for SOAP 1.2.
    let (soap, soap_namespace, required) = match binding.soap() {
        Version::Soap11 => ("soap", WSDL_SOAP11, ""),
        Version::Soap12 => ("soap12", WSDL_SOAP12, " soapActionRequired=\"false\""),
    };
    SERVICE
        .replace("{types}", &xsd(version))
        .replace("{messages}", &each(messages))
        .replace("{operations}", &each(operation))
        .replace("{bindings}", &each(bound))
        .replace("{soap}", soap)
        .replace("{soap_namespace}", soap_namespace)
        .replace("{action_required}", required)
        .replace("{profile}", profile)
        .replace("{namespace}", version.namespace())
        .replace("{address}", &escape_attribute(address))
}

/// The schema of `version` alone.
#[must_use]
pub fn xsd(version: SchemaVersion) -> String {
    let forms = RetiredForm::ALL.into_iter().filter(|form| version.has(*form));
    let forms: String = forms
        .map(|form| {
            let name = form.element();
            format!("      <xs:element name=\"{name}\" type=\"xs:anyType\" minOccurs=\"0\"/>\n")
        })
        .collect();
    TYPES
        .replace("{forms}", &forms)
        .replace("{page_size_max}", &PAGE_SIZE_MAX.to_string())
        .replace("{namespace}", version.namespace())
}

fn messages(operation: Operation, _: SchemaVersion) -> String {
    ["", "Response"]
        .map(|kind| {
            format!(
                r#"  <wsdl:message name="{operation}{kind}">
    <wsdl:part name="parameters" element="tns:{operation}{kind}"/>
  </wsdl:message>
"#
            )
        })
        .concat()
}

fn operation(operation: Operation, version: SchemaVersion) -> String {
    let part = |element: &str, of: &str, action: &str| {
        let name = if element == "fault" { " name=\"SmdbFault\"" } else { "" };
        format!(
            r#"      <wsdl:{element}{name} message="tns:{of}" wsam:Action="{action}" wsaw:Action="{action}"/>
"#
        )
    };
    let action = operation.action(version);
    format!(
        r#"    <wsdl:operation name="{operation}">
      <wsdl:documentation>{}</wsdl:documentation>
{}{}{}    </wsdl:operation>
"#,
        escape_text(operation.meaning()),
        part("input", operation.name(), &action),
        part("output", &format!("{operation}Response"), &operation.answer_action(version)),
        part("fault", "SmdbFault", &operation.fault_action(version)),
    )
}

fn bound(operation: Operation, version: SchemaVersion) -> String {
    format!(
        r#"    <wsdl:operation name="{operation}">
      <{{soap}}:operation soapAction="{}"{{action_required}} style="document"/>
      <wsdl:input><{{soap}}:body use="literal"/></wsdl:input>
      <wsdl:output><{{soap}}:body use="literal"/></wsdl:output>
      <wsdl:fault name="SmdbFault"><{{soap}}:fault name="SmdbFault" use="literal"/></wsdl:fault>
    </wsdl:operation>
"#,
        operation.action(version)
    )
}
