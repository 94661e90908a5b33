//! How each side says no.

use serde::{Deserialize, Serialize};
use xml_security::{
    escape_text,
    xml::{Document, Element},
};

use crate::{
    soap::Version,
    uris::{LIBERTY_SB_2006, SOAP11, SOAP12, WSA, WSA_SOAP_FAULT, WSSE, WST},
};

/// The fault codes of the STS (`STSDOC` 2.1), with the texts it gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StsFaultCode {
    /// Elements, attributes or values are missing or not allowed.
    InvalidRequest,
    /// Signature, CVR or certificate: the STS never says which.
    FailedAuthentication,
    /// The STS itself failed, or the request was sent before.
    RequestFailed,
    /// The security token is revoked; documented as not used.
    InvalidSecurityToken,
    /// The request is not one of WS-Trust.
    BadRequest,
    /// The message's timestamp is not accepted.
    ExpiredData,
    /// The life asked for is not accepted; documented as overridden by the default.
    InvalidTimeRange,
}

impl StsFaultCode {
    /// Every code.
    pub const ALL: [Self; 7] = [
        Self::InvalidRequest,
        Self::FailedAuthentication,
        Self::RequestFailed,
        Self::InvalidSecurityToken,
        Self::BadRequest,
        Self::ExpiredData,
        Self::InvalidTimeRange,
    ];

    /// The code's local name in WS-Trust's namespace.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "InvalidRequest",
            Self::FailedAuthentication => "FailedAuthentication",
            Self::RequestFailed => "RequestFailed",
            Self::InvalidSecurityToken => "InvalidSecurityToken",
            Self::BadRequest => "BadRequest",
            Self::ExpiredData => "ExpiredData",
            Self::InvalidTimeRange => "InvalidTimeRange",
        }
    }

    /// The text that goes with it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request was invalid or malformed",
            Self::FailedAuthentication => "Authentication failed",
            Self::RequestFailed => "The specified request failed",
            Self::InvalidSecurityToken => "Security token has been revoked",
            Self::BadRequest => "The specified RequestSecurityToken is not understood.",
            Self::ExpiredData => "The request data is out-of-date",
            Self::InvalidTimeRange => "The requested time range is invalid or unsupported",
        }
    }
}

/// How a fault of the STS is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultShape {
    /// As the reference clients expect it of NemLog-in: an envelope within the body, its default
    /// namespace WS-Trust's, and the code's prefix `wst` undeclared.
    #[default]
    #[serde(rename = "nemlogin")]
    NemLogin,
    /// As SOAP 1.1 asks for.
    Conformant,
}

impl FaultShape {
    /// Both.
    pub const ALL: [Self; 2] = [Self::NemLogin, Self::Conformant];

    /// The name that settings and files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NemLogin => "nemlogin",
            Self::Conformant => "conformant",
        }
    }
}

/// A refusal by the STS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StsFault {
    /// The code's local name.
    pub code: String,
    /// The text.
    pub text: String,
}

impl StsFault {
    /// Writes a fault. It is not signed.
    #[must_use]
    pub fn write(
        code: StsFaultCode,
        message_id: &str,
        relates_to: Option<&str>,
        shape: FaultShape,
    ) -> String {
        let relates_to = relates_to.map_or_else(String::new, |id| {
            format!("<wsa:RelatesTo>{}</wsa:RelatesTo>", escape_text(id))
        });
        let header = format!(
            "<S11:Header><wsa:MessageID>{}</wsa:MessageID>{relates_to}</S11:Header>",
            escape_text(message_id)
        );
        let fault = |code_namespace: &str| {
            format!(
                "<S11:Body><S11:Fault><faultcode{code_namespace}>wst:{}</faultcode>\
                 <faultstring>{}</faultstring></S11:Fault></S11:Body>",
                code.name(),
                escape_text(code.text())
            )
        };
        match shape {
            FaultShape::NemLogin => format!(
                "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body>\
                 <S11:Envelope xmlns=\"{WST}\" xmlns:S11=\"{SOAP11}\" xmlns:wsa=\"{WSA}\">\
                 {header}{}</S11:Envelope></s:Body></s:Envelope>",
                fault("")
            ),
            FaultShape::Conformant => format!(
                "<S11:Envelope xmlns:S11=\"{SOAP11}\" xmlns:wsa=\"{WSA}\">{header}{}</S11:Envelope>",
                fault(&format!(" xmlns:wst=\"{WST}\""))
            ),
        }
    }

    /// Reads a fault in either shape; `None` if the document is something else.
    #[must_use]
    pub fn read(document: &Document<'_>) -> Option<Self> {
        let outer = body(document.root())?;
        let inner = outer.child(SOAP11, "Envelope").and_then(body).unwrap_or(outer);
        let fault = inner.child(SOAP11, "Fault")?;
        let part =
            |name: &str| fault.children().find(|child| child.local_name() == name)?.text().ok();
        let code = part("faultcode")?;
        Some(Self {
            code: code.rsplit(':').next().unwrap_or_default().to_owned(),
            text: part("faultstring").unwrap_or_default(),
        })
    }
}

fn body(envelope: Element<'_>) -> Option<Element<'_>> {
    envelope.is(SOAP11, "Envelope").then(|| envelope.child(SOAP11, "Body"))?
}

/// How a service refuses: the first three by WCF's subcodes in the namespace of WS-Security, the next
/// three by those of WS-Addressing, one by Liberty's, and the last without any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceFaultCode {
    /// The message's security does not hold: signature, timestamp, replay.
    InvalidSecurity,
    /// The token does not hold: its end, its audience, its issuer.
    FailedAuthentication,
    /// The token cannot be opened.
    InvalidSecurityToken,
    /// The message is addressed to another service.
    DestinationUnreachable,
    /// The service has no such operation.
    ActionNotSupported,
    /// The message lacks a header of WS-Addressing that it must have.
    MessageAddressingHeaderRequired,
    /// The message does not say that it follows Liberty's binding, or says so in a version or a profile
    /// that is not spoken.
    FrameworkVersionMismatch,
    /// The call is secure, and its sender may not make it, or its content is wrong: a fault that the
    /// service's contract declares. It has no subcode.
    Declared,
}

/// A refusal by a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFault {
    /// The subcode's local name; where there is none, that of the code, as SOAP 1.2 has it.
    pub code: String,
    /// The text.
    pub text: String,
}

impl ServiceFaultCode {
    /// Every code.
    pub const ALL: [Self; 8] = [
        Self::InvalidSecurity,
        Self::FailedAuthentication,
        Self::InvalidSecurityToken,
        Self::DestinationUnreachable,
        Self::ActionNotSupported,
        Self::MessageAddressingHeaderRequired,
        Self::FrameworkVersionMismatch,
        Self::Declared,
    ];

    /// Whether it says something of the call itself, and nothing of its security or its token.
    #[must_use]
    pub const fn is_about_the_call(self) -> bool {
        match self {
            Self::DestinationUnreachable
            | Self::ActionNotSupported
            | Self::MessageAddressingHeaderRequired
            | Self::FrameworkVersionMismatch
            | Self::Declared => true,
            Self::InvalidSecurity | Self::FailedAuthentication | Self::InvalidSecurityToken => {
                false
            }
        }
    }

    /// The subcode's local name; of a declared fault, that of the code.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidSecurity => "InvalidSecurity",
            Self::FailedAuthentication => "FailedAuthentication",
            Self::InvalidSecurityToken => "InvalidSecurityToken",
            Self::DestinationUnreachable => "DestinationUnreachable",
            Self::ActionNotSupported => "ActionNotSupported",
            Self::MessageAddressingHeaderRequired => "MessageAddressingHeaderRequired",
            Self::FrameworkVersionMismatch => "FrameworkVersionMismatch",
            Self::Declared => SENDER,
        }
    }

    /// The namespace of its subcode, if it has one.
    const fn namespace(self) -> Option<&'static str> {
        match self {
            Self::InvalidSecurity | Self::FailedAuthentication | Self::InvalidSecurityToken => {
                Some(WSSE)
            }
            Self::DestinationUnreachable
            | Self::ActionNotSupported
            | Self::MessageAddressingHeaderRequired => Some(WSA),
            Self::FrameworkVersionMismatch => Some(LIBERTY_SB_2006),
            Self::Declared => None,
        }
    }
}

impl ServiceFault {
    /// Whether it is about the call itself (its address, its operation, or what the contract declares)
    /// and not about its security or its token: another token would not mend it.
    #[must_use]
    pub fn is_about_the_call(&self) -> bool {
        let codes = ServiceFaultCode::ALL.iter().filter(|code| code.is_about_the_call());
        codes.map(|code| code.name()).any(|name| name == self.code)
    }

    /// Writes a fault in a version of SOAP, under the action of one that no contract declares
    /// (WS-Addressing 1.0, SOAP Binding, section 6). It is not signed.
    #[must_use]
    pub fn write(
        version: Version,
        code: ServiceFaultCode,
        text: &str,
        message_id: &str,
        relates_to: Option<&str>,
    ) -> String {
        let relates_to = relates_to.map_or_else(String::new, |id| {
            format!("<a:RelatesTo>{}</a:RelatesTo>", escape_text(id))
        });
        format!(
            "<s:Envelope xmlns:s=\"{}\" xmlns:a=\"{WSA}\"><s:Header>\
             <a:Action s:mustUnderstand=\"1\">{WSA_SOAP_FAULT}</a:Action>\
             <a:MessageID>{}</a:MessageID>{relates_to}</s:Header><s:Body>{}</s:Body></s:Envelope>",
            version.namespace(),
            escape_text(message_id),
            Self::element(version, code, "en", text, ""),
        )
    }

    /// The `Fault` element alone, in a language and with what stands in its detail: a fault that is
    /// declared goes into the body of a signed answer.
    #[must_use]
    pub fn element(
        version: Version,
        code: ServiceFaultCode,
        language: &str,
        text: &str,
        detail: &str,
    ) -> String {
        match version {
            Version::Soap11 => soap_1_1(code, language, text, detail),
            Version::Soap12 => soap_1_2(code, language, text, detail),
        }
    }

    /// Reads a fault of either version of SOAP; `None` if the document is something else.
    #[must_use]
    pub fn read(document: &Document<'_>) -> Option<Self> {
        let root = document.root();
        let fault = |soap| root.child(soap, "Body")?.child(soap, "Fault");
        let (code, text) = if let Some(fault) = fault(SOAP12) {
            let code = fault.child(SOAP12, "Code")?;
            let subcode = code.child(SOAP12, "Subcode").unwrap_or(code);
            let reason = fault.child(SOAP12, "Reason")?;
            (subcode.child(SOAP12, "Value")?, reason.child(SOAP12, "Text")?)
        } else {
            let fault = fault(SOAP11)?;
            (fault.child("", "faultcode")?, fault.child("", "faultstring")?)
        };
        let (code, text) = (code.text().ok()?, text.text().ok()?);
        let code = match code.rsplit(':').next().unwrap_or_default() {
            CLIENT => SENDER,
            code => code,
        };
        Some(Self { code: code.to_owned(), text })
    }
}

/// Whose fault it is: the sender's, as SOAP 1.2 calls it.
const SENDER: &str = "Sender";
/// The same in SOAP 1.1.
const CLIENT: &str = "Client";

/// SOAP 1.1, section 4.4: one code, which WCF lets the subcode take the place of; its parts are in no
/// namespace.
fn soap_1_1(code: ServiceFaultCode, language: &str, text: &str, detail: &str) -> String {
    let code = match code.namespace() {
        None => format!("<faultcode>s:{CLIENT}</faultcode>"),
        Some(namespace) => {
            format!("<faultcode xmlns:o=\"{namespace}\">o:{}</faultcode>", code.name())
        }
    };
    let detail = match detail {
        "" => String::new(),
        detail => format!("<detail>{detail}</detail>"),
    };
    format!(
        "<s:Fault xmlns:s=\"{SOAP11}\">{code}\
         <faultstring xml:lang=\"{language}\">{}</faultstring>{detail}</s:Fault>",
        escape_text(text),
    )
}

/// SOAP 1.2, part 1, section 5.4.
fn soap_1_2(code: ServiceFaultCode, language: &str, text: &str, detail: &str) -> String {
    let subcode = code.namespace().map_or_else(String::new, |namespace| {
        format!(
            "<s:Subcode><s:Value xmlns:o=\"{namespace}\">o:{}</s:Value></s:Subcode>",
            code.name()
        )
    });
    let detail = match detail {
        "" => String::new(),
        detail => format!("<s:Detail>{detail}</s:Detail>"),
    };
    format!(
        "<s:Fault xmlns:s=\"{SOAP12}\"><s:Code><s:Value>s:{SENDER}</s:Value>{subcode}</s:Code>\
         <s:Reason><s:Text xml:lang=\"{language}\">{}</s:Text></s:Reason>{detail}</s:Fault>",
        escape_text(text),
    )
}
